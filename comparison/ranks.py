"""What a ranking says of one node: its place, and whether it is the best or the last."""

from collections.abc import Iterable
from dataclasses import dataclass

from comparison.result import Ranking, Result


@dataclass(frozen=True)
class Rank:
    place: int
    best: bool
    last: bool

    @property
    def equal(self) -> bool:
        """All ranked nodes have the same value: none is better or worse."""
        return not self.best and not self.last and self.place == 1


@dataclass(frozen=True)
class Standing:
    """In how many of the metrics that tell the nodes apart a node is best and last."""

    name: str
    best: int
    last: int


def ranks(ranking: Ranking) -> dict[str, Rank]:
    """By name. Equal values share a place, the next place counts them all; fewer than two nodes have none."""
    if sum(len(group) for group in ranking) < 2:
        return {}
    found: dict[str, Rank] = {}
    for position, group in enumerate(ranking):
        place = len(found) + 1
        differ = len(ranking) > 1
        best, last = differ and position == 0, differ and position == len(ranking) - 1
        found |= {name: Rank(place, best, last) for name in group}
    return found


def standings(result: Result) -> list[Standing]:
    """One for each node, in the order of the result."""
    places = [ranks(ranking) for ranking in result["rankings"].values()]
    return [
        _standing(node["name"], [by_name[node["name"]] for by_name in places if node["name"] in by_name])
        for node in result["nodes"]
    ]


def telling(rankings: Iterable[Ranking]) -> int:
    """How many metrics tell the nodes apart."""
    return sum(len(ranking) > 1 for ranking in rankings)


def _standing(name: str, found: list[Rank]) -> Standing:
    return Standing(name, sum(rank.best for rank in found), sum(rank.last for rank in found))
