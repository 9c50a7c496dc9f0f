"""Months side by side for people: of all nodes together, of each node, and as a line chart a node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comparison.charts import Scale, scale_of
from comparison.details_view import Line, LineTable
from comparison.money.month import Month
from comparison.money.months import AMOUNTS, totals
from comparison.money.view import dollars
from comparison.multiples import MOST_DRAWN, Curve, Figure, Panel, path
from comparison.number_tables import MOST_LISTED
from comparison.result import Result
from comparison.units import MINUS
from nodes.display import NO_VALUE

HEAD = ("Gross", "Held", "Estimated payout", "Paid", "Difference")
TOTAL = "In all"
TOTAL_OVER, TOTAL_SO_FAR = "In all, months that are over", "In all, with this month so far"
ABOUT = "≈ "  # before what is estimated, where nothing is known to be paid
TITLE = "Payout"

Row = Mapping[str, Any]


@dataclass(frozen=True)
class NodeMonths:
    label: str
    table: LineTable


@dataclass(frozen=True)
class Months:
    """`beside` has a line for each month and a column for each node; `ends` are the first month and the last one, and
    `drawn_ends` those of the chart. `drawn` and `listed` nodes of `nodes` are shown.
    """

    together: LineTable
    beside: LineTable
    figure: Figure | None
    ends: tuple[str, str]
    drawn_ends: tuple[str, str]
    each: list[NodeMonths]
    drawn: int
    listed: int
    nodes: int


def months(result: Result, labels: Mapping[str, str]) -> Months | None:
    """None where nothing is known of any month."""
    together = result.get("history")
    if not together or not together["months"]:
        return None
    found = [
        (labels.get(node["name"], node["name"]), node["history"]) for node in result["nodes"] if node.get("history")
    ]
    names = [row["month"] for row in together["months"]]
    over = [row["month"] for row in together["months"] if row["is_over"]] or names
    listed, drawn = found[:MOST_LISTED], _most_earning(found)
    return Months(
        table(together),
        LineTable("Month", tuple(label for label, _ in listed), [_beside(row, listed) for row in together["months"]]),
        _figure(drawn, over),
        (month_name(names[0]), month_name(names[-1])),
        (month_name(over[0]), month_name(over[-1])),
        [NodeMonths(label, table(history)) for label, history in listed],
        len(drawn),
        len(listed),
        len(found),
    )


def table(history: Mapping[str, Any]) -> LineTable:
    """A line for each month, oldest first, and one for all of them; where one is not over, also one without it, of
    which what was estimated can be held beside what was paid.
    """
    months = history["months"]
    lines = [Line(named(row), [*_amounts(row), _difference(row)]) for row in months]
    over = [row for row in months if row["is_over"]]
    if not over or len(over) == len(months):
        return LineTable("Month", HEAD, [*lines, _total(TOTAL, history["totals"])])
    return LineTable("Month", HEAD, [*lines, _total(TOTAL_OVER, totals(over)), _total(TOTAL_SO_FAR, history["totals"])])


def _total(name: str, amounts: Row) -> Line:
    return Line(name, [*_amounts(amounts), signed(amounts["difference"])])


def month_name(text: str) -> str:
    month = Month.parse(text)
    return f"{month.start:%b %Y}" if month else text


def named(row: Row) -> str:
    if not row["is_over"]:
        return f"{month_name(row['month'])}, so far"
    in_part = row.get("source") and not row["is_whole"]
    return f"{month_name(row['month'])}, in part" if in_part else month_name(row["month"])


def signed(amount: float | None) -> str:
    if amount is None:
        return NO_VALUE
    text = dollars(abs(amount))
    return text if text == "0.00" else f"{MINUS if amount < 0 else '+'}{text}"


def _amounts(row: Row) -> list[str]:
    return [dollars(row[amount]) for amount in AMOUNTS[:-1]]


def _difference(row: Row) -> str:
    """Or why there is none, where something was paid."""
    if row["difference"] is None and row["is_over"]:
        for key, word in (("unpaid", "not paid"), ("unestimated", "not estimated")):
            if row.get(key) and row["paid"] is not None:
                return f"{word}: {', '.join(row[key])}"
    return signed(row["difference"])


def _beside(row: Row, nodes: Sequence[tuple[str, Mapping[str, Any]]]) -> Line:
    of = [{each["month"]: each for each in history["months"]} for _, history in nodes]
    return Line(named(row), [_paid_or_estimated(each.get(row["month"])) for each in of])


def _paid_or_estimated(row: Row | None) -> str:
    if row is None:
        return NO_VALUE
    if row["is_over"] and row["paid"] is not None:
        return dollars(row["paid"])
    return NO_VALUE if row["estimated"] is None else f"{ABOUT}{dollars(row['estimated'])}"


def _most_earning(nodes: Sequence[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, Mapping[str, Any]]]:
    """In their order."""
    if len(nodes) <= MOST_DRAWN:
        return list(nodes)
    most = sorted(nodes, key=lambda node: -(node[1]["totals"]["estimated"] or 0))[:MOST_DRAWN]
    chosen = {label for label, _ in most}
    return [node for node in nodes if node[0] in chosen]


def _figure(nodes: Sequence[tuple[str, Mapping[str, Any]]], names: Sequence[str]) -> Figure | None:
    """What was paid as a line, what was estimated as a dashed one."""
    series = [
        (label, _series(history, names, "paid"), _series(history, names, "estimated")) for label, history in nodes
    ]
    known = [amount for _, *both in series for amounts in both for amount in amounts if amount is not None]
    if not known:
        return None
    scale = scale_of(known, percent=False)
    panels = [_panel(label, paid, estimated, scale) for label, paid, estimated in series]
    return Figure(TITLE, f"{scale.low:g} USD", f"{scale.high:,g} USD", panels)


def _series(history: Mapping[str, Any], names: Sequence[str], amount: str) -> list[float | None]:
    """Of months that are over."""
    of = {row["month"]: row[amount] for row in history["months"] if row["is_over"]}
    return [of.get(name) for name in names]


def _panel(label: str, paid: Sequence[float | None], estimated: Sequence[float | None], scale: Scale) -> Panel:
    curves = [Curve(path(paid, scale), dashed=False), Curve(path(estimated, scale), dashed=True)]
    told = f"{_told('paid', paid)}; {_told('estimated', estimated)}"
    latest = next((amount for amount in reversed([*estimated, *paid]) if amount is not None), None)
    return Panel(label, f"{dollars(latest)} USD", "", f"{label}: {told}.", curves)


def _told(word: str, amounts: Sequence[float | None]) -> str:
    known = [amount for amount in amounts if amount is not None]
    if not known:
        return f"nothing {word}"
    return f"{word} lowest {dollars(min(known))}, highest {dollars(max(known))}, last {dollars(known[-1])} USD"
