"""What each node earns in the month, and all nodes in each month, stacked by what is paid for, with what is held back.

Kinds differ in their pattern, not in their colour alone. All bars have one scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comparison.charts import scale_of
from comparison.money.months_view import named
from comparison.money.report import KINDS
from comparison.money.view import dollars
from comparison.multiples import MOST_DRAWN
from comparison.picture_table import PictureTable
from comparison.result import Result

ROW_HEIGHT, AXIS_HEIGHT = 30, 18
LEFT, WIDTH = 26.0, 50.0  # per cent of the picture, for the longest bar there can be
UNTOLD = "untold"
LEAST = 0.005  # US dollars; less is no cent
LABELS = {"storage": "Storage", "egress": "Egress", "repair": "Repair", "audit": "Audit", UNTOLD: "Not told apart"}


@dataclass(frozen=True)
class Part:
    """A piece of a bar, in per cent of the picture's width."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """`held` is where the part that is held back lies, at the bar's end; None where nothing is, or it is not known."""

    label: str
    top: int
    parts: list[Part]
    held: Part | None
    text: str
    told: str


@dataclass(frozen=True)
class KindsPicture:
    """`key` tells pictures of one page apart. `kinds` are those that are drawn, with their names; `cut` says which bars
    are, where these are not all."""

    key: str
    title: str
    kinds: list[tuple[str, str]]
    bars: list[Bar]
    high: str
    cut: str
    table: PictureTable

    @property
    def height(self) -> int:
        return self.axis + AXIS_HEIGHT

    @property
    def axis(self) -> int:
        return len(self.bars) * ROW_HEIGHT

    @property
    def left(self) -> float:
        return LEFT

    @property
    def right(self) -> float:
        return LEFT + WIDTH

    @property
    def description(self) -> str:
        return " ".join(f"{bar.label}: {bar.told}." for bar in self.bars)


def kinds_picture(result: Result, labels: Mapping[str, str]) -> KindsPicture | None:
    """None where no node earned anything; of many nodes those that earned most are drawn."""
    found = [
        (labels.get(node["name"], node["name"]), node["statement"])
        for node in result["nodes"]
        if node.get("statement") and node["statement"]["gross"]
    ]
    if not found:
        return None
    chosen = _most_earning(found)
    cut = f"the {len(chosen)} of {len(found)} nodes that earned most" if len(chosen) < len(found) else ""
    return _picture("kinds", "By kind", chosen, cut, _table(found, "Node", "Earnings by kind"))


def months_picture(result: Result) -> KindsPicture | None:
    """Of all nodes together, month by month. None where no month is told apart by kind."""
    rows = (result.get("history") or {}).get("months", [])
    found = [(named(row), _as_statement(row)) for row in rows if (row["gross"] or 0) >= LEAST]
    if not any(sum((row.get("kinds") or {}).values()) for row in rows) or len(found) < 2:
        return None
    chosen = found[-MOST_DRAWN:]
    cut = f"the last {len(chosen)} of {len(found)} months" if len(chosen) < len(found) else ""
    table = _table(found, "Month", "Earnings by kind, month by month")
    return _picture("months-kinds", "By kind, of all nodes together", chosen, cut, table)


def _as_statement(row: Mapping[str, Any]) -> dict[str, Any]:
    """With what is told apart, and the rest, as two satellites."""
    kinds = row.get("kinds") or dict.fromkeys(KINDS, 0.0)
    told = sum(kinds.values())
    lines = [{**{f"{kind}_earned": kinds[kind] for kind in KINDS}, "gross": told}]
    # Amounts are rounded to millionths, one by one.
    if (rest := row["gross"] - told) >= LEAST:
        lines.append({**dict.fromkeys(f"{kind}_earned" for kind in KINDS), "gross": rest})
    return {"gross": row["gross"], "held": row["held"], "satellites": lines}


def _picture(
    key: str, title: str, chosen: Sequence[tuple[str, Mapping[str, Any]]], cut: str, table: PictureTable
) -> KindsPicture:
    high = scale_of([statement["gross"] for _, statement in chosen], percent=False).high
    bars = [_bar(label, statement, place, high) for place, (label, statement) in enumerate(chosen)]
    drawn = {part.kind for bar in bars for part in bar.parts}
    kinds = [(kind, label) for kind, label in LABELS.items() if kind in drawn]
    return KindsPicture(key, title, kinds, bars, f"{high:,g} USD", cut, table)


def by_kind(statement: Mapping[str, Any]) -> dict[str, float]:
    """Satellite by satellite, as what somebody else computed is no sum of kinds."""
    amounts = dict.fromkeys(LABELS, 0.0)
    for line in statement["satellites"]:
        if any(line[f"{kind}_earned"] is None for kind in KINDS):
            amounts[UNTOLD] += line["gross"]
        else:
            for kind in KINDS:
                amounts[kind] += line[f"{kind}_earned"]
    return amounts


def _most_earning(nodes: Sequence[tuple[str, Mapping[str, Any]]]) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """In their order."""
    most = sorted(range(len(nodes)), key=lambda place: -nodes[place][1]["gross"])[:MOST_DRAWN]
    return [nodes[place] for place in sorted(most)]


def _bar(label: str, statement: Mapping[str, Any], place: int, high: float) -> Bar:
    parts, x = [], LEFT
    for kind, amount in by_kind(statement).items():
        if amount > 0:
            width = WIDTH * amount / high
            parts.append(Part(kind, round(x, 2), round(width, 2)))
            x += width
    return Bar(label, place * ROW_HEIGHT, parts, _held(statement, x, high), _text(statement), _told(statement))


def _held(statement: Mapping[str, Any], end: float, high: float) -> Part | None:
    if not statement["held"]:
        return None
    # A pay stub can tell of more than is computed.
    width = min(WIDTH * statement["held"] / high, end - LEFT)
    return Part("held", round(end - width, 2), round(width, 2))


def _text(statement: Mapping[str, Any]) -> str:
    return f"{dollars(statement['gross'])} USD"


def _told(statement: Mapping[str, Any]) -> str:
    parts = [f"{LABELS[kind].lower()} {dollars(amount)}" for kind, amount in by_kind(statement).items() if amount > 0]
    held = "not known" if statement["held"] is None else dollars(statement["held"])
    return f"{', '.join(parts)}; in all {_text(statement)}, of it held back {held}"


def _table(nodes: Sequence[tuple[str, Mapping[str, Any]]], of_what: str, title: str) -> PictureTable:
    amounts = [(label, by_kind(statement), statement) for label, statement in nodes]
    kinds = [kind for kind in LABELS if kind != UNTOLD or any(each[UNTOLD] for _, each, _ in amounts)]
    rows = [
        (label, [dollars(amount) for amount in (*(each[kind] for kind in kinds), of["gross"], of["held"])])
        for label, each, of in amounts
    ]
    head = [of_what, *(LABELS[kind] for kind in kinds), "Gross", "Held back"]
    return PictureTable(title, head, rows, "in US dollars")
