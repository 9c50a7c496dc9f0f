"""The figures as a table for a terminal."""

from rich.console import Group, RenderableType
from rich.table import Table

from comparison.benchmarking.measuring import Benchmark, by_type
from comparison.benchmarking.ways import MEGABYTE, WAYS, Line, ratios
from comparison.window import HOURS_A_DAY, range_name
from nodes.display import NO_VALUE

_MARKS = {True: " ✓", False: " ✗", None: ""}


def rendered(benchmark: Benchmark) -> RenderableType:
    return Group(_table(benchmark), *_remarks(benchmark))


def _table(benchmark: Benchmark) -> Table:
    table = Table(title=_title(benchmark))
    for heading in ("Type", "Way"):
        table.add_column(heading)
    for heading in ("ms, median", "min – max", "goal", "CPU s", "event rows", "MB above idle", "goal", "full load is"):
        table.add_column(heading, justify="right")
    for _, lines in by_type([*benchmark.lines, benchmark.full_load]):
        for line in lines:
            table.add_row(*_cells(line, benchmark.full_load))
        table.add_section()
    return table


def _cells(line: Line, full_load: Line) -> list[str]:
    least, most = line.range_ms
    return [
        line.type,
        line.way.label,
        f"{line.wall_ms:,.1f}",
        f"{least:,.1f} – {most:,.1f}",
        _goal(line.way.goal_ms, line.in_time),
        f"{line.cpu_s:,.3f}",
        f"{line.rows:,}",
        NO_VALUE if line.megabytes is None else f"{line.megabytes:,.1f}",
        _goal(line.way.goal_megabytes, line.in_memory),
        _times(line, full_load),
    ]


def _goal(goal: float | None, met: bool | None) -> str:
    return NO_VALUE if goal is None else f"< {goal:g}{_MARKS[met]}"


def _times(line: Line, full_load: Line) -> str:
    ratio = ratios(line, full_load)
    time, memory = ratio["wall_ms"], ratio["megabytes"]
    parts = ([f"{time:,.0f} x time"] if time else []) + ([f"{memory:,.0f} x memory"] if memory else [])
    return ", ".join(parts) if line is not full_load and parts else NO_VALUE


def _title(benchmark: Benchmark) -> str:
    parameters = benchmark.database.parameters
    covered = range_name(parameters.days * HOURS_A_DAY)
    return f"{parameters.nodes} nodes x {parameters.events_per_node:,} events, range {covered}"


def _remarks(benchmark: Benchmark) -> list[str]:
    dropped = "was asked to drop" if benchmark.evicted else "could not be asked to drop"
    idle = NO_VALUE if benchmark.idle is None else f"{benchmark.idle / MEGABYTE:.1f} MB"
    return [
        f"Before each cold run and the full load the system {dropped} the file from its page cache "
        "(posix_fadvise DONTNEED).",
        *(f"{way.label}: {way.meaning}." for way in WAYS),
        f"Idle process: {idle}. MB are the most of all runs; times are medians.",
    ]
