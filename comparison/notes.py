"""What is to be said of the nodes of a comparison: each sentence once, with the nodes that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comparison.result import Result

MOST_NAMED = 4  # of more nodes their number stands first

Remarks = Mapping[str, Sequence[str]]  # by what the node is called


@dataclass(frozen=True)
class Said:
    """Sentences that are about exactly these nodes, out of so many."""

    nodes: tuple[str, ...]
    of: int
    sentences: list[str]

    @property
    def of_all(self) -> bool:
        return len(self.nodes) == self.of > 1

    @property
    def few(self) -> bool:
        return len(self.nodes) <= MOST_NAMED


def remarks_of(result: Result, labels: Mapping[str, str]) -> Remarks:
    """The notes of each node that could be read."""
    return {labels.get(node["name"], node["name"]): node["notes"] for node in result["nodes"] if not node["error"]}


def said(remarks: Remarks) -> list[Said]:
    """What is said of all nodes first, the rest where the first of its nodes stands."""
    about: dict[str, list[str]] = {}
    for node, sentences in remarks.items():
        for sentence in dict.fromkeys(sentences):
            about.setdefault(sentence, []).append(node)
    found: dict[tuple[str, ...], list[str]] = {}
    for sentence, nodes in about.items():
        found.setdefault(tuple(nodes), []).append(sentence)
    places = {node: place for place, node in enumerate(remarks)}
    every = [Said(nodes, len(remarks), sentences) for nodes, sentences in found.items()]
    return sorted(every, key=lambda each: (not each.of_all, places[each.nodes[0]], -len(each.nodes)))
