"""What threatens the nodes, for people: a line for each node, and a table of its satellites behind it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comparison.basis import moment, window_of
from comparison.details_view import Line, LineTable
from comparison.multiples import MOST_DRAWN, percent
from comparison.result import Result
from comparison.risk import minutes_between
from comparison.risk_metrics import LATE_MINUTES
from comparison.summary import FEW, FEW_HOURS
from comparison.units import counted
from nodes.display import NO_VALUE
from nodes.known import printable

UNKNOWN = "unknown"
HEAD = ("API", "Version", "Last contact", "Audit failures left", "Hours left to be offline", "Satellites", "Vetted")
SATELLITE_HEAD = (
    *("Audit score", "Suspension score", "Online score", "Audit failures left", "Hours left to be offline"),
    *("State", "Vetted", "Joined", "Scores of"),
)

Satellite = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    text: str
    bad: bool = False


@dataclass(frozen=True)
class RiskLine:
    """`cells` are in the order of HEAD; none where nothing is known of the node."""

    label: str
    cells: list[Cell]
    satellites: LineTable

    @property
    def counted(self) -> str:
        return counted(len(self.satellites.lines), "satellite")

    @property
    def is_bad(self) -> bool:
        return any(cell.bad for cell in self.cells)


def risk_lines(result: Result, labels: Mapping[str, str]) -> list[RiskLine]:
    """A line for each node that was read; no line at all where nothing is known of any, or by an earlier version."""
    nodes = [node for node in result["nodes"] if not node["error"]]
    if not any(node.get("risk") for node in nodes):
        return []
    end = window_of(result).end
    return [_line(labels.get(node["name"], node["name"]), node.get("risk"), end) for node in nodes]


def folded(lines: Sequence[RiskLine]) -> tuple[list[RiskLine], list[RiskLine]]:
    """Those that are shown at once, and the others: of many nodes those of which nothing bad is known."""
    if len(lines) <= MOST_DRAWN:
        return list(lines), []
    return [line for line in lines if line.is_bad], [line for line in lines if not line.is_bad]


def _line(label: str, risk: Mapping[str, Any] | None, end: datetime) -> RiskLine:
    satellites = risk["satellites"] if risk else []
    lines = [_satellite(each) for each in satellites]
    return RiskLine(label, list(_cells(risk, end)) if risk else [], LineTable("Satellite", SATELLITE_HEAD, lines))


def _cells(risk: Mapping[str, Any], end: datetime) -> Iterator[Cell]:
    satellites = [each for each in risk["satellites"] if not each["disqualified"]]
    yield _api(risk)
    yield _version(risk)
    yield _contact(risk, end)
    yield _worst(satellites, "audit_failures_left", FEW, "{:,}")
    yield _worst(satellites, "offline_hours_left", FEW_HOURS, "{:,} h")
    yield _judged(risk["satellites"])
    yield _vetted(satellites)


def _api(risk: Mapping[str, Any]) -> Cell:
    if risk["down_since"]:
        return Cell(f"no answer since {_time(risk['down_since'])}", bad=True)
    if risk["reachable"]:
        return Cell("answers")
    return Cell(f"{UNKNOWN}, last answer {_time(risk['as_of'])}" if risk["as_of"] else NO_VALUE)


def _version(risk: Mapping[str, Any]) -> Cell:
    if risk["version"] is None:
        return Cell(_missing(risk))
    runs = printable(risk["version"], 30)
    if risk["up_to_date"] is False:
        return Cell(f"{runs}, allowed from {printable(risk['allowed_version'] or UNKNOWN, 30)}", bad=True)
    return Cell(runs)


def _contact(risk: Mapping[str, Any], end: datetime) -> Cell:
    if risk["last_ping"] is None:
        return Cell(_missing(risk))
    minutes = minutes_between(moment(risk["last_ping"]), end)
    late = minutes > LATE_MINUTES
    return Cell(f"{minutes // 60:,} h before" if late else f"{minutes} min before", late)


def _missing(risk: Mapping[str, Any]) -> str:
    return UNKNOWN if risk["as_of"] else NO_VALUE


def _worst(satellites: Sequence[Satellite], key: str, few: int, form: str) -> Cell:
    known = [each for each in satellites if each[key] is not None]
    if not known:
        return Cell(UNKNOWN if any(each["as_of"] for each in satellites) else NO_VALUE)
    worst = min(known, key=lambda each: int(each[key]))
    return Cell(f"{form.format(worst[key])} ({printable(worst['name'])})", bad=worst[key] <= few)


def _judged(satellites: Sequence[Satellite]) -> Cell:
    gone = [each for each in satellites if each["disqualified"]]
    out = [each for each in satellites if each["suspended"] and not each["disqualified"]]
    told = [f"{word} by {_names(found)}" for word, found in (("disqualified", gone), ("suspended", out)) if found]
    if told:
        return Cell("; ".join(told), bad=True)
    known = satellites and all(each["disqualified"] is False and each["suspended"] is False for each in satellites)
    return Cell(f"all {len(satellites)} in good standing" if known else UNKNOWN if satellites else NO_VALUE)


def _vetted(satellites: Sequence[Satellite]) -> Cell:
    waiting = [each for each in satellites if each["vetted"] is False]
    if waiting:
        told = (f"{printable(each['name'])} {percent(each['vetting_percent'])}" for each in waiting)
        return Cell(f"not yet: {', '.join(told)}", bad=True)
    return Cell("by all" if any(each["vetted"] for each in satellites) else NO_VALUE)


def _names(satellites: Sequence[Satellite]) -> str:
    return ", ".join(printable(each["name"]) for each in satellites)


def _satellite(satellite: Satellite) -> Line:
    scores = [_known(satellite, f"{kind}_score", percent) for kind in ("audit", "suspension", "online")]
    left = [_known(satellite, f"{kind}_left", "{:,}".format) for kind in ("audit_failures", "offline_hours")]
    dates = [_date(satellite[key]) for key in ("joined", "as_of")]
    cells = [*scores, *left, _state(satellite), _vetting(satellite), *dates]
    return Line(printable(satellite["name"]) or UNKNOWN, cells, satellite["satellite"])


def _known(satellite: Satellite, key: str, write: Callable[[Any], str]) -> str:
    value = satellite[key]
    if value is not None:
        return write(value)
    return UNKNOWN if satellite["as_of"] else NO_VALUE


def _state(satellite: Satellite) -> str:
    if satellite["disqualified"]:
        return "disqualified"
    if satellite["suspended"]:
        return "suspended"
    return UNKNOWN if None in (satellite["disqualified"], satellite["suspended"]) else "good"


def _vetting(satellite: Satellite) -> str:
    if satellite["vetted"] is False:
        return percent(satellite["vetting_percent"])
    return "yes" if satellite["vetted"] else NO_VALUE


def _date(text: str | None) -> str:
    return NO_VALUE if text is None else f"{moment(text).day} {moment(text):%b %Y}"


def _time(text: str) -> str:
    return f"{_date(text)} {moment(text):%H:%M}"
