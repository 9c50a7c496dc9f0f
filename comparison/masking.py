"""A result that can be shown to strangers: nodes called by their places, without addresses, paths and ids."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from comparison.result import Result

# What notes and errors may tell of a machine. A satellite is known to everybody, but nobody can tell its id from a
# node's by its look.
_TOLD = (
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s”\"]+", re.IGNORECASE), "(address)"),
    (re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?![\w.]\d)"), "(address)"),
    (re.compile(r"(?<![\w/])/[^\s/”\"]+(?:/[^\s”\"]*)?"), "(path)"),
    (re.compile(r"\b1[1-9A-HJ-NP-Za-km-z]{40,}\b"), "(id)"),
)


def masked(result: Result, labels: Mapping[str, str]) -> dict[str, Any]:
    """The same with nodes called “node 1” and so on, in their order; `labels` are other names for them, by name.

    Names are taken out of notes and errors too, and out of what is told beside the comparison.
    """
    called = {node["name"]: f"node {place}" for place, node in enumerate(result["nodes"], 1)}
    known = called | {labels[name]: alias for name, alias in called.items() if name in labels}
    hide = _hider(known)
    nodes = [_node(node, called[node["name"]], hide) for node in result["nodes"]]
    rankings = {
        key: [[called[name] for name in equal] for equal in groups] for key, groups in result["rankings"].items()
    }
    beside = {key: _every_text(result[key], hide) for key in ("change", "previous", "history") if key in result}
    return {**result, "nodes": nodes, "rankings": rankings, **beside}


def _node(node: Mapping[str, Any], alias: str, hide: Callable[[str], str]) -> dict[str, Any]:
    worth = node.get("worth")
    if worth and worth.get("host"):
        worth = {**worth, "host": {**worth["host"], "name": "host"}}
    notes: Sequence[str] = [hide(note) for note in node["notes"]]
    error = hide(node["error"]) if node["error"] else node["error"]
    return {**node, "name": alias, "notes": notes, "error": error, "worth": worth}


def _hider(known: Mapping[str, str]) -> Callable[[str], str]:
    longest_first = sorted(filter(None, known), key=len, reverse=True)
    names = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in longest_first) or r"(?!)")

    def hide(text: str) -> str:
        text = names.sub(lambda found: known[found[0]], text)
        for pattern, word in _TOLD:
            text = pattern.sub(word, text)
        return text

    return hide


def _every_text(value: Any, hide: Callable[[str], str]) -> Any:
    """Keys too, which are names where something is told by node; times stay, as no pattern has their form."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return {_every_text(key, hide): _every_text(each, hide) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_every_text(each, hide) for each in value]
    return value
