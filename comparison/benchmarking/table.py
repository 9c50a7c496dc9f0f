"""The figures as tables for a terminal."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from comparison.benchmarking.measuring import Benchmark
from comparison.benchmarking.rolling import EVENTS_A_SECOND_GOAL, LONGEST_WRITE_GOAL_MS
from comparison.benchmarking.ways import MEGABYTE, WAYS, Line
from comparison.benchmarking.writes import EVENTS_A_SECOND, Writes
from comparison.window import range_name
from nodes.display import NO_VALUE, size

_MARKS = {True: " ✓", False: " ✗", None: ""}
_MILLION = 10**6


def rendered(name: str, benchmark: Benchmark) -> RenderableType:
    return Group(_table(name, benchmark), *_remarks(benchmark), "")


def rendered_writes(writes: Writes) -> RenderableType:
    """What was measured in some minutes, as if a day were like them."""
    table = Table(title=f"Written to the disk at {EVENTS_A_SECOND} events a second, of {writes.minutes} minutes")
    table.add_column("What")
    for heading in ("MB a day handed to the system", "MB a day in whole pages"):
        table.add_column(heading, justify="right")
    table.add_row("the events, committed as the monitor does", *map(_megabytes, writes.events_a_day.values()))
    table.add_row("the roll-ups, one a minute", *map(_megabytes, writes.rollup_a_day.values()))
    write = f"Longest write of a roll-up: {_within(writes.longest_write_ms, LONGEST_WRITE_GOAL_MS)}."
    return Group(table, write, "")


def _table(name: str, benchmark: Benchmark) -> Table:
    table = Table(title=f"{name}: {_title(benchmark)}")
    for heading in ("Range", "Type", "Way"):
        table.add_column(heading)
    for heading in ("ms, median", "min – max", "goal", "CPU s", "rows read", "MB above idle", "goal"):
        table.add_column(heading, justify="right")
    for _, lines in groupby(benchmark.lines, key=lambda line: (line.hours, line.type)):
        for line in lines:
            table.add_row(*_cells(line))
        table.add_section()
    return table


def _cells(line: Line) -> list[str]:
    least, most = line.range_ms
    return [
        range_name(line.hours),
        line.type,
        line.way.label,
        f"{line.wall_ms:,.1f}",
        f"{least:,.1f} – {most:,.1f}",
        _goal("<", line.goal.ms, line.in_time),
        f"{line.cpu_s:,.3f}",
        f"{line.rows:,}",
        _megabytes(line.megabytes),
        _goal("≤", line.goal.megabytes, line.in_memory),
    ]


def _goal(sign: str, goal: float | None, met: bool | None) -> str:
    return NO_VALUE if goal is None else f"{sign} {goal:g}{_MARKS[met]}"


def _title(benchmark: Benchmark) -> str:
    parameters = benchmark.database.parameters
    pruned = ", pruned but for the last hour" if parameters.pruned else ""
    return f"{parameters.nodes} nodes x {parameters.events_per_node:,} events in {parameters.days} days{pruned}"


def _remarks(benchmark: Benchmark) -> Iterator[str]:
    yield from (f"{way.label}: {way.meaning}." for way in WAYS)
    made = benchmark.database.made
    yield f"The database has {size(benchmark.database.path.stat().st_size)}."
    if "pruned" in made:
        yield f"Roll-ups of pruned events: {_sizes(made['pruned'])}."
    else:
        yield f"Counting events into roll-ups: {_counting(made['rollup'])}."
    dropped = "was asked to drop" if benchmark.evicted else "could not be asked to drop"
    yield f"Before each cold answer the system {dropped} the file from its page cache (posix_fadvise DONTNEED)."
    yield f"Idle process: {_megabytes(benchmark.idle and benchmark.idle / MEGABYTE)} MB. MB are the most of all runs."


def _sizes(made: dict[str, Any]) -> str:
    per_million = made["bytes"] / max(made["events"], 1) * _MILLION
    return f"they stand for {made['events']:,} events in {size(made['bytes'])}, {size(round(per_million))} per million"


def _counting(made: dict[str, Any]) -> str:
    rate = f"{made['events_a_second']:,} a second (goal: ≥ {EVENTS_A_SECOND_GOAL:,}"
    rate += f"{_MARKS[made['events_a_second'] >= EVENTS_A_SECOND_GOAL]}), {made['events_a_cpu_second']:,} a CPU second"
    peak = _megabytes(made["peak"] and made["peak"] / MEGABYTE)
    longest = _within(made["longest_write_ms"], LONGEST_WRITE_GOAL_MS)
    return f"{rate}, {peak} MB above idle, longest write {longest}; {_sizes(made)}"


def _within(ms: float, most: float) -> str:
    return f"{ms:,.1f} ms (goal: < {most}{_MARKS[ms < most]})"


def _megabytes(value: float | None) -> str:
    return NO_VALUE if value is None else f"{value:,.1f}"
