"""The in-process cache."""

from collections.abc import Iterator

import pytest

from comparison.backends import AT_HAND, CountedLocMemCache


@pytest.fixture
def results() -> Iterator[CountedLocMemCache]:
    made = CountedLocMemCache("of-a-test", {"TIMEOUT": 60, "OPTIONS": {"MAX_ENTRIES": 10, "CULL_FREQUENCY": 10}})
    yield made
    made.clear()


class TestTheNewest:
    def test_are_had_without_being_read_anew(self, results: CountedLocMemCache) -> None:
        results.set("a", {"nodes": []})
        assert results.get("a") is results.get("a")

    def test_are_as_few_as_it_says(self, results: CountedLocMemCache) -> None:
        for number in range(AT_HAND + 1):
            results.set(str(number), {"nodes": [number]})
        assert results.get("0") is not results.get("0")
        assert [results.get(str(number)) for number in range(AT_HAND + 1)] == [
            {"nodes": [n]} for n in range(AT_HAND + 1)
        ]

    def test_are_those_that_were_asked_for_last(self, results: CountedLocMemCache) -> None:
        for number in range(AT_HAND):
            results.set(str(number), {})
        results.get("0")
        results.set("more", {})
        assert results.get("0") is results.get("0")
        assert results.get("1") is not results.get("1")

    def test_cannot_be_changed_by_who_asked(self, results: CountedLocMemCache) -> None:
        results.set("a", {"nodes": [{"name": "attic"}]})
        with pytest.raises(TypeError):
            results.get("a")["nodes"][0]["name"] = "shed"
        assert results.get("a") == {"nodes": [{"name": "attic"}]}

    def test_stay_when_who_put_them_there_goes_on_with_the_original(self, results: CountedLocMemCache) -> None:
        nodes = ["attic"]
        results.set("a", {"nodes": nodes})
        nodes.append("shed")
        assert results.get("a") == {"nodes": ["attic"]}


class TestAnEntryThat:
    def test_was_replaced_is_the_new_one(self, results: CountedLocMemCache) -> None:
        results.set("a", {"made": 1})
        results.set("a", {"made": 2})
        assert results.get("a") == {"made": 2}

    def test_was_added_by_another_way_is_that_one(self, results: CountedLocMemCache) -> None:
        results.set("a", {"made": 1})
        results.delete("a")
        results.add("a", {"made": 2})
        assert results.get("a") == {"made": 2}

    def test_was_deleted_is_gone(self, results: CountedLocMemCache) -> None:
        results.set("a", {})
        results.delete("a")
        assert results.get("a", "nothing") == "nothing"

    def test_has_run_out_is_gone(self, results: CountedLocMemCache) -> None:
        results.set("a", {}, timeout=0)
        assert results.get("a") is None

    def test_was_pushed_out_is_gone(self, results: CountedLocMemCache) -> None:
        for number in range(11):
            results.set(str(number), {})
        assert results.get("0") is None
        assert results.entries() == 10

    def test_went_with_all_others_is_gone(self, results: CountedLocMemCache) -> None:
        results.set("a", {})
        results.clear()
        assert results.get("a") is None


def test_instances_of_one_name_share_what_they_hold(results: CountedLocMemCache) -> None:
    other = CountedLocMemCache("of-a-test", {})
    results.set("a", {})
    assert other.get("a") is results.get("a")
