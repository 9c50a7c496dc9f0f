from statistics import median
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from comparison.fleet import Fleet, FleetFields, fleet
from comparison.many import MANY
from nodes.known import known_nodes
from tests.comparison.samples import node, result

KEY = "latency_download_p50_ms"


def query(**changes: Any) -> str:
    return "&".join(f"{name}={value}" for name, value in changes.items())


def made(values: dict[str, int | None], **fields: Any) -> Fleet:
    found = result(*(node(name, {KEY: value, "total_operations": value}) for name, value in values.items()))
    return fleet(found, {}, FleetFields(**fields), query)


def names(found: Fleet) -> list[str]:
    return [line.name for line in found.lines]


class TestOrder:
    def test_nodes_are_by_name_as_people_count_unless_another_order_is_asked_for(self) -> None:
        assert names(made({"n10": 1, "n2": 2})) == ["n2", "n10"]
        assert names(made({"n10": 1, "n2": 2}, sort="-name")) == ["n10", "n2"]

    @given(st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.integers(0, 5), min_size=2), st.booleans())
    def test_values_are_sorted_and_nodes_without_one_stand_last(
        self, values: dict[str, int | None], falling: bool
    ) -> None:
        order = [values[name] for name in names(made(values, sort=f"-{KEY}" if falling else KEY))]
        known = [value for value in order if value is not None]
        assert known == sorted(known, reverse=falling)
        assert order == known + [None] * (len(order) - len(known))

    def test_a_column_says_how_it_is_sorted_and_leads_to_the_other_way_round(self) -> None:
        head = next(head for head in made({"a": 1, "b": 2}, sort=KEY).heads if head.key == KEY)
        assert (head.direction, head.query) == ("ascending", f"sort=-{KEY}")

    def test_an_order_that_is_none_is_no_mistake(self) -> None:
        assert names(made({"b": 1, "a": 2}, sort="nonsense")) == ["a", "b"]


class TestSummaries:
    @given(st.lists(st.none() | st.integers(0, 1000), min_size=2, max_size=9))
    def test_what_can_be_added_up_has_its_sum_and_everything_its_median(self, values: list[int | None]) -> None:
        named = {f"n{number}": value for number, value in enumerate(values)}
        (_, sums), (_, medians) = made(named, columns=("total_operations", KEY)).summaries
        known = [value for value in values if value is not None]
        assert [cell.number for cell in sums] == ["–", f"{sum(known):,}" if known else "–"]
        assert medians[0].number == (f"{round(median(known)):,}" if known else "–")

    def test_a_value_that_is_not_ranked_is_marked_and_in_no_median(self) -> None:
        values = {"a": 10, "b": 20, "c": 999}
        made_of = [
            node(name, {KEY: ms}, unranked=frozenset({KEY} if name == "c" else ())) for name, ms in values.items()
        ]
        found = fleet(result(*made_of), {}, FleetFields(columns=(KEY,)), query)
        assert [line.cells[0].mark for line in found.lines] == ["best", "last", "unranked"]
        assert found.summaries[1][1][0].number == "15"

    def test_they_are_of_the_nodes_that_match_the_search(self) -> None:
        found = made({"attic": 1, "cellar": 2, "old attic": 4}, search="ATTIC", columns=("total_operations",))
        assert names(found) == ["attic", "old attic"]
        assert found.hidden == 1
        assert found.summaries[0][1][0].number == "5"


def test_the_columns_asked_for_are_shown_in_their_usual_order() -> None:
    found = made({"a": 1, "b": 2}, columns=(KEY, "total_operations", "unknown"))
    assert [head.key for head in found.heads] == ["name", KEY, "total_operations"]


def test_without_a_choice_columns_that_tell_the_nodes_apart_are_shown() -> None:
    assert [head.key for head in made({"a": 1, "b": 2}).heads] == ["name", KEY, "total_operations"]


def test_more_nodes_than_columns_fit_are_rows_unless_columns_are_asked_for() -> None:
    assert not FleetFields().is_for(MANY)
    assert FleetFields().is_for(MANY + 1)
    assert FleetFields(view="fleet").is_for(2)
    assert not FleetFields(view="sheet").is_for(200)


class TestPage:
    @pytest.fixture
    def address(self, three_nodes: list[str]) -> str:
        ids = "&".join(f"node={each.pk}" for each in known_nodes())
        return f"{reverse('compare')}?{ids}&type=performance&range=24h"

    def test_it_shows_nodes_as_rows_with_all_that_was_asked_for_in_the_address(
        self, address: str, viewer_client: Client
    ) -> None:
        fields = f"&view=fleet&sort=-total_operations&column=total_operations&column={KEY}&q=a"
        text = viewer_client.get(f"{address}{fields}").content.decode()
        assert 'aria-sort="descending"' in text
        assert 'name="q" value="a"' in text
        assert "Nodes as columns" in text

    def test_the_order_is_kept_when_the_form_is_sent_again(self, address: str, viewer_client: Client) -> None:
        text = viewer_client.get(f"{address}&view=fleet&sort=name").content.decode()
        assert '<input type="hidden" name="sort" value="name" form="choose">' in text
        assert '<input type="hidden" name="view" value="fleet">' in text

    def test_the_script_gets_the_table_alone_and_of_which_result_it_is(
        self, address: str, viewer_client: Client
    ) -> None:
        whole = viewer_client.get(f"{address}&view=fleet&sort=name").content.decode()
        part = viewer_client.get(f"{address}&view=fleet&sort=-name", headers={"x-part": "figures"})
        text = part.content.decode()
        assert text.startswith('<section class="figures fleet"')
        assert text.rstrip().endswith("</section>")
        assert 'aria-sort="descending"' in text
        assert f'data-of="{part["X-Of"]}"' in whole

    def test_nodes_as_columns_have_no_such_part(self, address: str, viewer_client: Client) -> None:
        found = viewer_client.get(f"{address}&view=sheet", headers={"x-part": "figures"})
        assert "X-Of" not in found
        assert b"<!doctype html>" in found.content
