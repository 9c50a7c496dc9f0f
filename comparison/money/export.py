"""Statements for scripts and spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from comparison.export import BOM, guarded
from comparison.money.months import AMOUNTS
from comparison.result import Result

_AMOUNTS = ("storage_earned", "egress_earned", "repair_earned", "audit_earned", "gross", "held", "payout", "returned")
_OF_SATELLITE = (
    "satellite",
    "name",
    "byte_hours",
    "egress_bytes",
    "repair_bytes",
    "audit_bytes",
    *_AMOUNTS,
    "held_percent",
    "joined",
    "joined_source",
    "month_number",
    "held_in_all",
    "returned_in",
    "lost_if_stopped",
)
# Of a node as a whole, and so in the first of its rows only: sums over all rows come out right.
_OF_NODE = ("host_share", "own_cost", "costs", "earnings", "profit_so_far", "profit", "profit_per_allocated_tb")
_WORTH = ("host", *_OF_NODE, "saved_if_stopped", "marginal_profit", "paid_back")
_OF_MONTH = ("month", "is_over", "source", "is_whole", *AMOUNTS, "unpaid", "unestimated")


def as_json(result: Result) -> dict[str, Any]:
    """The statements and months by node, with what there is to say of them, and the months of all together."""
    keys = ("name", "statement", "worth", "history", "notes", "error")
    nodes = [{key: node.get(key) for key in keys} for node in result["nodes"]]
    times = {key: result[key] for key in ("window", "generated_at")}
    return times | {"nodes": nodes, "history": result["history"]}


def csv_text(result: Result) -> str:
    """A row for each node and satellite, with the keys of the JSON as head; those of a node's worth begin so."""
    head = ("node", "month", "source", "until", *_OF_SATELLITE, *(f"worth_{key}" for key in _WORTH), "error")
    return _written(head, (row for node in result["nodes"] for row in _rows(node)))


def months_csv(result: Result) -> str:
    """A row for each node and month, with the keys of the JSON as head."""
    rows = (row for node in result["nodes"] if node["history"] for row in _months(node))
    return _written(("node", *_OF_MONTH), rows)


def _written(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([guarded(_cell(field)) for field in row] for row in rows)
    return buffer.getvalue()


def _months(node: Mapping[str, Any]) -> Iterator[list[Any]]:
    for row in node["history"]["months"]:
        yield [node["name"], *(row[key] for key in _OF_MONTH)]


def _cell(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else "" if value is None else value


def _rows(node: Mapping[str, Any]) -> Iterator[list[Any]]:
    statement, nothing = node["statement"] or {}, [None] * len(_WORTH)
    about = [node["name"], *(statement.get(key) for key in ("month", "source", "until"))]
    worth = _worth(node["worth"]) if node.get("worth") else nothing
    for line in statement.get("satellites") or [{}]:
        yield [*about, *(line.get(key) for key in _OF_SATELLITE), *worth, node["error"]]
        worth = nothing


def _worth(worth: Mapping[str, Any]) -> list[Any]:
    host, stopping, payback = (worth[key] or {} for key in ("host", "stopping", "payback"))
    paid_back = payback.get("on") or payback.get("state")
    stopped = [stopping.get(key) for key in ("saves", "marginal_profit")]
    return [host.get("name"), *(worth[key] for key in _OF_NODE), *stopped, paid_back]
