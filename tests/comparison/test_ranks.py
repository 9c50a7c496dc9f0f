from comparison.ranks import Standing, ranks, standings
from tests.comparison.samples import node, result


def test_equal_values_share_a_place_and_the_next_place_counts_them_all() -> None:
    places = ranks([["a", "b"], ["c"], ["d"]])
    assert {name: rank.place for name, rank in places.items()} == {"a": 1, "b": 1, "c": 3, "d": 4}
    assert [name for name, rank in places.items() if rank.best] == ["a", "b"]
    assert [name for name, rank in places.items() if rank.last] == ["d"]


def test_a_single_ranked_node_has_no_place() -> None:
    assert ranks([["a"]]) == {}
    assert ranks([]) == {}


def test_nobody_is_best_or_last_where_all_are_equal() -> None:
    places = ranks([["a", "b"]])
    assert all(rank.equal and not rank.best and not rank.last for rank in places.values())


def test_standings_count_only_metrics_that_tell_the_nodes_apart() -> None:
    good = node("good", {"success_rate_download": 99.0, "latency_download_p50_ms": 100, "audit_score": 100.0})
    bad = node("bad", {"success_rate_download": 90.0, "latency_download_p50_ms": 300, "audit_score": 100.0})
    gone = node("gone", error="It cannot be read.")
    assert standings(result(good, bad, gone)) == [Standing("good", 2, 0), Standing("bad", 0, 2), Standing("gone", 0, 0)]
