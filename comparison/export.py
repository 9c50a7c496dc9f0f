"""A result as CSV for spreadsheets: a row for each metric, a column for each node."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from comparison.basis import cancels_recorded, is_coarse
from comparison.metrics import metrics_of
from comparison.result import Result

BOM = "\ufeff"  # without it Excel reads UTF-8 as Windows-1252

# A spreadsheet takes a text that begins with one of these for a formula and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Field = str | int | float


def csv_text(result: Result) -> str:
    """Values are plain numbers in the registry's units; texts cannot become formulas."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    writer.writerows([guarded(field) for field in row] for row in _rows(result))
    return buffer.getvalue()


def _rows(result: Result) -> Iterator[list[Field]]:
    nodes = result["nodes"]
    yield ["Metric", "Key", "Unit", *(node["name"] for node in nodes)]
    for metric in metrics_of(result["type"]):
        values = (node["metrics"].get(metric.key) for node in nodes)
        yield [metric.label, metric.key, metric.unit, *("" if value is None else value for value in values)]
    yield from _basis_rows(result)


def _basis_rows(result: Result) -> Iterator[list[Field]]:
    nodes, window = result["nodes"], result["window"]
    bases = [node["basis"] for node in nodes]
    yield ["Window start", "", "UTC", *(window["start"] for _ in nodes)]
    yield ["Window end", "", "UTC", *(window["end"] for _ in nodes)]
    if (same := result.get("same_satellites")) is not None:
        yield ["Same satellites only", "", "", *(", ".join(each["name"] for each in same) for _ in nodes)]
    yield ["Events read", "", "", *(basis["events"] for basis in bases)]
    yield ["First event read", "", "UTC", *(basis["from"] or "" for basis in bases)]
    yield ["Last event read", "", "UTC", *(basis["to"] or "" for basis in bases)]
    yield ["Only the newest events", "", "", *("yes" if basis["limited"] else "no" for basis in bases)]
    yield ["Canceled uploads recorded", "", "", *(_cancels(node) for node in nodes)]
    yield ["Latencies in whole seconds", "", "", *(_coarse(node) for node in nodes)]
    yield ["Notes", "", "", *(" ".join(node["notes"]) for node in nodes)]
    yield ["Error", "", "", *(node["error"] or "" for node in nodes)]


def _cancels(node: Mapping[str, Any]) -> str:
    if "uploads" not in node["basis"]["groups"]:
        return ""
    return "yes" if cancels_recorded(node) else "no"


def _coarse(node: Mapping[str, Any]) -> str:
    if "traffic" not in node["basis"]["groups"]:
        return ""
    return "yes" if is_coarse(node) else "no"


def guarded(field: Field) -> Field:
    if isinstance(field, str) and field.startswith(_FORMULA_STARTS):
        return f"'{field}"
    return field
