"""The statements of a result for people: the nodes side by side, and each node's satellites."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comparison.basis import IN_PART, is_in_part
from comparison.details_view import Line, LineTable
from comparison.money.month import Month
from comparison.money.terms import GUESS
from comparison.names import satellite_name
from comparison.result import Result
from comparison.units import MINUS, volume
from nodes.display import NO_VALUE

HEAD = ("Storage", "Egress", "Repair", "Audit", "Gross", "Held", "Payout", "At the month's end")
SATELLITE_HEAD = (
    "Stored, on average",
    "Sent",
    "Storage",
    "Traffic",
    "Gross",
    "Month",
    "Held back",
    "Held",
    "Payout",
    "Held in all",
    "Half of it back in",
)
UNKNOWN = "not recorded"
GUESSED = " (guess)"
SHORT = (
    "In part: storage is known of less than 90 % of the month so far, and amounts are of the time that is known. The "
    "upper bound of what the month will earn also counts the rest of the time."
)


@dataclass(frozen=True)
class NodeStatement:
    """`origin` says in words where it comes from; `table` has its satellites."""

    label: str
    origin: str
    table: LineTable


@dataclass(frozen=True)
class Statements:
    """`together` has a line for each node; `remark` says what its marks mean, where it has any."""

    month: str
    remark: str
    together: LineTable
    nodes: list[NodeStatement]


def statements(result: Result, labels: Mapping[str, str]) -> Statements | None:
    """None where no node has one."""
    found = [(labels.get(node["name"], node["name"]), node) for node in result["nodes"] if node.get("statement")]
    if not found:
        return None
    month = Month.parse(found[0][1]["statement"]["month"])
    return Statements(
        f"{month.start:%B %Y}" if month else "",
        SHORT if any(is_in_part(node["statement"]) for _, node in found) else "",
        LineTable("Node", HEAD, [_node(label, node["statement"]) for label, node in found]),
        [NodeStatement(label, _reaches(node["statement"]), _satellites(node["statement"])) for label, node in found],
    )


def _satellites(statement: Mapping[str, Any]) -> LineTable:
    lines = [_satellite(line, statement) for line in statement["satellites"]]
    return LineTable("Satellite", SATELLITE_HEAD, lines)


def dollars(amount: float | None) -> str:
    return NO_VALUE if amount is None else f"{amount:,.2f}".replace("-", MINUS)


def _node(label: str, statement: Mapping[str, Any]) -> Line:
    parts = [dollars(statement[f"{kind}_earned"]) for kind in ("storage", "egress", "repair", "audit")]
    whole = [dollars(statement[key]) for key in ("gross", "held", "payout")]
    return Line(label, [*parts, *whole, _projected(statement["projected"], is_in_part(statement))])


def _projected(projected: Mapping[str, float | None] | None, in_part: bool) -> str:
    if projected is None:
        return NO_VALUE
    mark = f", {IN_PART}" if in_part else ""
    if projected["low"] is None:
        return f"{dollars(projected['gross'])}{mark}"
    return f"{dollars(projected['gross'])} ({dollars(projected['low'])} to {dollars(projected['high'])}){mark}"


def _reaches(statement: Mapping[str, Any]) -> str:
    known = f" Known up to {statement['until'][:10]}." if statement["until"] else ""
    return f"{statement['origin']}{known}{f' {SHORT}' if is_in_part(statement) else ''}"


def _satellite(line: Mapping[str, Any], statement: Mapping[str, Any]) -> Line:
    hours = statement["storage"]["hours"]
    mean = volume(line["byte_hours"] / hours) if hours else NO_VALUE
    sent = sum(line[f"{kind}_bytes"] for kind in ("egress", "repair", "audit"))
    parts = [line[f"{kind}_earned"] for kind in ("egress", "repair", "audit")]
    traffic = None if None in parts else sum(parts)
    cells = [mean, volume(sent), dollars(line["storage_earned"]), dollars(traffic), dollars(line["gross"])]
    cells += [_month(line), _share(line["held_percent"]), dollars(line["held"]), dollars(line["payout"])]
    cells += [dollars(line["held_in_all"]), line["returned_in"] or NO_VALUE]
    name = satellite_name(line["satellite"]) or UNKNOWN
    return Line(name, cells, line["satellite"])


def _month(line: Mapping[str, Any]) -> str:
    if line["month_number"] is None:
        return NO_VALUE
    return f"{line['month_number']}{GUESSED if line['joined_source'] == GUESS else ''}"


def _share(percent: int | None) -> str:
    return NO_VALUE if percent is None else f"{percent} %"
