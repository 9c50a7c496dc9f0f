"""Reading the roll-ups. A piece is (node, span, first, last): a node's rows whose start is in [first, last)."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.intake.integrity import CHECKED_ACTIONS
from nodes.rollups.codes import ACTION_CODES, HOURS_A_DAY
from nodes.sql.paid import kinds

Pieces = Sequence[tuple[int, int, int, int]]
Rows = list[tuple[Any, ...]]

_SUMS = "SUM(found.attempts), SUM(found.bytes)"


def _asked(columns: str, table: str, grouped: str = "") -> str:
    # CROSS JOIN keeps SQLite's planner from walking through the whole table instead of jumping to each piece.
    return f"""
        WITH asked(node, span, first, last) AS (VALUES {{pieces}})
        SELECT {columns} FROM asked CROSS JOIN {table} AS found
        WHERE found.node = asked.node AND found.span = asked.span
            AND found.start >= asked.first AND found.start < asked.last {grouped}
    """


_BY_SATELLITE = _asked(
    f"found.node, found.satellite, found.action, found.status, {_SUMS}", "rollup_counts", "GROUP BY 1, 2, 3, 4"
)
_POINTS = _asked("found.node, found.span, found.start, found.sums", "rollup_points")
_KINDS = kinds("found")
# Grouped in the order of the key, which needs no sorting.
_SENT = f"""
SELECT found.node, found.satellite, found.start, {_KINDS} FROM rollup_counts AS found
WHERE found.node IN ({{nodes}}) AND found.span = %s AND found.start >= %s AND found.start < %s
    AND found.status = %s AND found.bytes > 0
GROUP BY found.node, found.start, found.satellite
"""
_SENT_BY_PIECE = _asked(
    f"found.node, found.satellite, asked.first, {_KINDS}",
    "rollup_counts",
    "AND found.status = %s AND found.bytes > 0 GROUP BY 1, 2, 3",
)
_BY_HOUR_OF_DAY = _asked(
    f"found.node, found.start %% {HOURS_A_DAY}, found.action, found.status, SUM(found.attempts)",
    "rollup_counts",
    # What is grouped is sorted, which takes longer than reading it.
    "AND found.action IN (%s, %s) GROUP BY 1, 2, 3, 4",
)
_LATENCIES = _asked("found.node, found.span, found.start, found.action, found.buckets", "rollup_latencies")
_CHECKED = ", ".join(str(ACTION_CODES[action]) for action in CHECKED_ACTIONS)
_FAILURES = _asked(
    f"""found.node, found.reason, SUM(found.attempts),
        SUM(CASE WHEN found.action IN ({_CHECKED}) THEN found.attempts ELSE 0 END)""",
    "rollup_failures",
    "GROUP BY 1, 2",
)
_HOURS = "SELECT node, day, hours FROM rollup_hours WHERE node IN ({nodes}) AND day >= %s AND day < %s"
_WITHOUT_TIME = "SELECT node, SUM(attempts) FROM rollup_counts WHERE span = %s AND node IN ({nodes}) GROUP BY node"
_NAMED = "SELECT name, id, first_event, last_event FROM rollup_nodes WHERE name IN ({names})"


def named(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Name, number, and the stored times of the first and last counted event."""
    return _rows(connection, _NAMED.format(names=_marks(names)), names)


def satellites(connection: BaseDatabaseWrapper) -> dict[int, str]:
    """Ids by number."""
    return dict(_rows(connection, "SELECT id, name FROM rollup_satellites", ()))


def reasons(connection: BaseDatabaseWrapper, numbers: Collection[int]) -> dict[int, str]:
    """The texts of those of the numbers that have one."""
    statement = f"SELECT id, text FROM rollup_reasons WHERE id IN ({_marks(numbers)})"
    return dict(_rows(connection, statement, tuple(numbers))) if numbers else {}


def counts_by_satellite(connection: BaseDatabaseWrapper, pieces: Pieces) -> Rows:
    """Node, satellite, action, status, attempts, bytes."""
    return _of_pieces(connection, _BY_SATELLITE, pieces)


def points(connection: BaseDatabaseWrapper, pieces: Pieces) -> Rows:
    """Node, span, start and what nodes.rollups.points has of it."""
    return _of_pieces(connection, _POINTS, pieces)


def attempts_by_hour_of_day(connection: BaseDatabaseWrapper, pieces: Pieces, actions: tuple[int, int]) -> Rows:
    """Node, hour of the day in UTC, action, status, attempts, of pieces that are hours."""
    return _of_pieces(connection, _BY_HOUR_OF_DAY, pieces, *actions)


def sent(connection: BaseDatabaseWrapper, nodes: Sequence[int], span: int, hours: range, status: int) -> Rows:
    """Node, satellite, start, and bytes of each action of PAID and of all of UNPAID together, of the rows of `span`
    that start in these hours."""
    parameters = (*nodes, span, hours.start, hours.stop, status)
    return _rows(connection, _SENT.format(nodes=_marks(nodes)), parameters) if nodes else []


def sent_by_piece(connection: BaseDatabaseWrapper, pieces: Pieces, status: int) -> Rows:
    """As `sent`, with the piece's first hour in the place of the start."""
    return _of_pieces(connection, _SENT_BY_PIECE, pieces, status)


def latencies(connection: BaseDatabaseWrapper, pieces: Pieces) -> Rows:
    """Node, span, start, action and a packed histogram."""
    return _of_pieces(connection, _LATENCIES, pieces)


def failures(connection: BaseDatabaseWrapper, pieces: Pieces) -> Rows:
    """Node, number of the reason, attempts, and those of them that had one of CHECKED_ACTIONS."""
    return _of_pieces(connection, _FAILURES, pieces)


def hours(connection: BaseDatabaseWrapper, nodes: Sequence[int], first: int, last: int) -> Rows:
    """Node, the first hour of a day in [first, last), and a mask of the day's hours that have events."""
    return _rows(connection, _HOURS.format(nodes=_marks(nodes)), (*nodes, first, last)) if nodes else []


def without_time(connection: BaseDatabaseWrapper, nodes: Sequence[int], span: int) -> Rows:
    """Node and how many of its events have a time stamp that cannot be read."""
    return _rows(connection, _WITHOUT_TIME.format(nodes=_marks(nodes)), (span, *nodes)) if nodes else []


def _of_pieces(connection: BaseDatabaseWrapper, statement: str, pieces: Pieces, *point: int) -> Rows:
    if not pieces:
        return []
    values = [part for piece in pieces for part in piece]
    return _rows(connection, statement.format(pieces=", ".join(["(%s, %s, %s, %s)"] * len(pieces))), [*values, *point])


def _marks(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _rows(connection: BaseDatabaseWrapper, sql: str, parameters: Sequence[Any]) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
