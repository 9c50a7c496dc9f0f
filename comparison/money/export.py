"""Statements for scripts and spreadsheets."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from comparison.export import BOM, guarded
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


def as_json(result: Result) -> dict[str, Any]:
    """The statements by node, with what there is to say of them."""
    nodes = [{key: node[key] for key in ("name", "statement", "notes", "error")} for node in result["nodes"]]
    return {"window": result["window"], "generated_at": result["generated_at"], "nodes": nodes}


def csv_text(result: Result) -> str:
    """A row for each node and satellite, with the keys of the JSON as head."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerow(("node", "month", "source", "until", *_OF_SATELLITE, "error"))
    for node in result["nodes"]:
        writer.writerows([guarded(field) for field in row] for row in _rows(node))
    return buffer.getvalue()


def _rows(node: Mapping[str, Any]) -> Iterator[list[Any]]:
    statement = node["statement"]
    if statement is None:
        yield [node["name"], *[""] * (3 + len(_OF_SATELLITE)), node["error"] or ""]
        return
    about = [node["name"], statement["month"], statement["source"], statement["until"] or ""]
    for line in statement["satellites"]:
        yield [*about, *("" if line[key] is None else line[key] for key in _OF_SATELLITE), ""]
