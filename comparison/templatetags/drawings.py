"""The many small parts of charts as text at once, as in `rows`: every label and value is escaped here."""

from collections.abc import Iterable, Iterator
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from comparison.charts import Chart, Dot, Strip
from comparison.coverage_strip import Run
from comparison.marks import Marks
from comparison.multiples import Curve, Figure, Panel
from comparison.risk_picture import Cell, RiskRow

register = template.Library()
_BELOW = ' transform="translate(0 42)"'


@register.filter
def strips(chart: Chart) -> SafeString:
    """All dots of a dot plot with their names and values, metric by metric."""
    return _safe(part for strip in chart.strips for part in _strip(chart, strip))


@register.simple_tag
def panels(figure: Figure, first: str, last: str) -> SafeString:
    """A line chart for each node; `first` and `last` are the ends of the axis of time."""
    axis = f'<text x="0" y="60">{escape(first)}</text><text x="100%" y="60" text-anchor="end">{escape(last)}</text>'
    return _safe(_panel(escape(figure.title), panel, axis) for panel in figure.panels)


@register.filter
def risk_bars(rows: Iterable[RiskRow]) -> SafeString:
    return _safe(part for row in rows for part in _risk_row(row))


@register.filter
def coverage_runs(runs: Iterable[Run]) -> SafeString:
    return _safe(
        f'<rect class="{run.state}" x="{run.left:g}" y="{run.top + 1}" width="{run.width:g}" height="{run.height}"/>'
        for run in runs
    )


def _safe(parts: Iterable[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308 - every text in it is escaped below


def _strip(chart: Chart, strip: Strip) -> Iterator[str]:
    if chart.titled:
        yield f'<text class="strip" x="0" y="{strip.top}" dy="-6">{escape(strip.title)}</text>'
    if not chart.crowd:
        yield from (_row(chart, dot) for dot in strip.dots)
        return
    yield f'<line class="axis" x1="{chart.left:g}%" x2="{chart.right:g}%" y1="{strip.base}" y2="{strip.base}"/>'
    yield from (_dot(dot, f"<title>{escape(dot.text)}</title>") for dot in strip.dots)
    yield from (_end(end, strip.bottom, is_far=place > 0) for place, end in enumerate(strip.ends))


def _row(chart: Chart, dot: Dot) -> str:
    """A node's name, a line to its dot, and its value at the end of the row."""
    is_best = dot.mark == "best"
    x = chart.right if dot.x is None else dot.x
    return (
        f"{_label(escape(dot.label), 0, dot.top, 33)}"
        f'<line class="guide" x1="{chart.left:g}%" x2="{x:g}%" y1="{dot.y:g}" y2="{dot.y:g}"/>{_dot(dot)}'
        f'<text class="value{" best" if is_best else ""}" x="100%" y="{dot.top}" dy="14" text-anchor="end">'
        f"{'★ ' if is_best else ''}{escape(dot.text)}</text>"
    )


def _dot(dot: Dot, title: str = "") -> str:
    """`title` says whose it is where no row does."""
    if dot.x is None:
        return ""
    if dot.mark == "best":
        return f'<text class="star" x="{dot.x:g}%" y="{dot.y:g}" dy="5.5" text-anchor="middle">★{title}</text>'
    kind = f"dot {dot.mark}" if dot.mark else "dot"
    return f'<circle class="{kind}" cx="{dot.x:g}%" cy="{dot.y:g}" r="4.5">{title}</circle>'


def _end(text: str, bottom: int, is_far: bool) -> str:
    kind, x = ("label far", 51) if is_far else ("label", 0)
    return (
        f'<foreignObject x="{x}%" y="{bottom}" width="49%" height="20" transform="translate(0 -20)">'
        f'<bdi class="{kind}">{escape(text)}</bdi></foreignObject>'
    )


def _label(text: str, x: int, y: int, width: int) -> str:
    """`text` is escaped already."""
    return (
        f'<foreignObject x="{x}" y="{y}" width="{width}%" height="20"><bdi class="label">{text}</bdi></foreignObject>'
    )


def _panel(title: str, panel: Panel, axis: str) -> str:
    """`title` and `axis` are escaped already."""
    label, told = escape(panel.label), escape(f"{panel.caveat} {panel.latest}".lstrip())
    lines = "".join(map(_curve, panel.curves)) + (_marked(panel.marks) if panel.marks else "")
    return (
        f'<div class="panel"><p><bdi class="label" title="{label}">{label}</bdi> <span class="latest">{told}</span></p>'
        f'<svg class="lines" role="img" aria-label="{title} of {escape(panel.description)}" width="100%" height="64">'
        '<svg x="0" y="1" width="100%" height="44" viewBox="0 0 100 40" preserveAspectRatio="none" overflow="visible">'
        f'<path class="frame" d="M0 0H100M0 40H100"/>{lines}</svg>{axis}</svg></div>\n'
    )


def _curve(curve: Curve) -> str:
    return f'<path class="curve{" dashed" if curve.dashed else ""}" d="{curve.path}"/>' if curve.path else ""


def _marked(marks: Marks) -> str:
    drawn = (("start", marks.starts, ""), ("version", marks.versions, ""), ("band", marks.band, _BELOW))
    return "".join(f'<path class="{kind}" d="{path}"{moved}/>' for kind, path, moved in drawn if path)


def _risk_row(row: RiskRow) -> Iterator[str]:
    yield _label(escape(row.label), 0, row.top, 29)
    yield from (_bar(cell, row.top) for cell in row.cells)


def _bar(cell: Cell, top: int) -> str:
    bad = " bad" if cell.bad else ""
    bar = f'<rect class="left{bad}" x="{cell.x:g}%" y="{top + 4}" width="{cell.width:g}%" height="11"/>'
    return (
        f'<line class="axis" x1="{cell.x:g}%" x2="{cell.x:g}%" y1="{top}" y2="{top + 18}"/>{bar if cell.width else ""}'
        f'<text class="value{bad}" x="{cell.right:g}%" y="{top + 14}" dx="-2" text-anchor="end">'
        f"{'⚠ ' if cell.bad else ''}{escape(cell.text)}</text>"
    )
