"""Whether nodes are worth keeping, for people: a line for each node of which costs are entered."""

from collections.abc import Mapping
from typing import Any

from comparison.details_view import Line, LineTable
from comparison.money.profit import NEVER, PAID
from comparison.money.view import dollars
from comparison.result import Result
from nodes.display import NO_VALUE
from nodes.known import printable

HEAD = (
    "Host",
    "Share of its costs",
    "Own costs",
    "Earnings",
    "Profit so far",
    "Profit",
    "Per TB allocated",
    "Stopping saves",
    "Marginal profit",
    "Held amount lost",
    "Paid back",
)
WITHOUT_HOST = "none"
MEANING = (
    "All of it is of the whole month, with earnings as projected to its end, before anything is held back. Stopping a "
    "node saves its own costs, and those of its host only if it is the last node there: else the host is assumed to "
    "draw the same power. Marginal profit is earnings less what is saved so: below zero, more is left without the node."
)


def worth_table(result: Result, labels: Mapping[str, str]) -> LineTable | None:
    """In US dollars; None where no costs are entered of any node."""
    found = [(labels.get(node["name"], node["name"]), node["worth"]) for node in result["nodes"] if node.get("worth")]
    return LineTable("Node", HEAD, [Line(label, _cells(worth)) for label, worth in found]) if found else None


def _cells(worth: Mapping[str, Any]) -> list[str]:
    host, stopping = worth["host"], worth["stopping"] or {}
    costs = [dollars(worth["host_share"]) if host else NO_VALUE, dollars(worth["own_cost"])]
    profits = [dollars(worth[key]) for key in ("earnings", "profit_so_far", "profit", "profit_per_allocated_tb")]
    stopped = [dollars(stopping.get(key)) for key in ("saves", "marginal_profit", "held_lost")]
    return [_host(host), *costs, *profits, *stopped, _paid_back(worth["payback"])]


def _host(host: Mapping[str, Any] | None) -> str:
    if host is None:
        return WITHOUT_HOST
    others = "alone" if host["nodes"] == 1 else f"{host['nodes']} nodes"
    return f"{printable(host['name'])} ({others})"


def _paid_back(payback: Mapping[str, Any] | None) -> str:
    if payback is None:
        return NO_VALUE
    return {PAID: "already", NEVER: "never"}.get(payback["state"]) or str(payback["on"])
