"""Bytes of each node, day and satellite that earnings rest on, from the counts and beside them.

The same follows from the counts of the days, which are sixty rows a day where these are four.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import ACTION_CODES, DAY, STATUS_CODES
from nodes.sql.fetching import fetched

# Egress, repair and audits are paid for, each of its own; what came in is not.
PAID, UNPAID = ("GET", "GET_REPAIR", "GET_AUDIT"), ("PUT", "PUT_REPAIR")
SUCCESS = STATUS_CODES["success"]

_PLACES = {ACTION_CODES[action]: place for place, action in enumerate(PAID)} | {
    ACTION_CODES[action]: len(PAID) for action in UNPAID
}
_COLUMNS = "egress", "repair", "audit", "received"
_ADD = f"""
INSERT INTO rollup_paid (node, day, satellite, {", ".join(_COLUMNS)}) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (node, day, satellite) DO UPDATE
SET {", ".join(f"{column} = rollup_paid.{column} + excluded.{column}" for column in _COLUMNS)}
"""


def kinds(table: str) -> str:
    """Sums of bytes by action, in SQL: of each of PAID, and of all of UNPAID."""
    return ", ".join(
        f"SUM(CASE WHEN {table}.action IN ({', '.join(str(ACTION_CODES[action]) for action in actions)}) "
        f"THEN {table}.bytes ELSE 0 END)"
        for actions in (*((action,) for action in PAID), UNPAID)
    )


_MAKE = f"""
INSERT INTO rollup_paid (node, day, satellite, {", ".join(_COLUMNS)})
SELECT found.node, found.start, found.satellite, {kinds("found")} FROM rollup_counts AS found
WHERE found.node = %s AND found.span = {DAY} AND found.status = {SUCCESS} AND found.bytes > 0
GROUP BY found.node, found.start, found.satellite
"""
_DAYS = f"""
SELECT node, satellite, day, {", ".join(_COLUMNS)} FROM rollup_paid WHERE node IN ({{nodes}}) AND day >= %s AND day < %s
"""


def days(connection: BaseDatabaseWrapper, nodes: Sequence[int], hours: range) -> list[tuple[Any, ...]]:
    """Node, satellite, the first hour of a day that is in these hours, and bytes of each of PAID and of all UNPAID."""
    statement = _DAYS.format(nodes=", ".join(["%s"] * len(nodes)))
    return fetched(connection, statement, *nodes, hours.start, hours.stop) if nodes else []


def add(connection: BaseDatabaseWrapper, counts: Mapping[tuple[int, ...], Sequence[int]]) -> None:
    """`counts` as they are added to rollup_counts."""
    sums: dict[tuple[int, ...], list[int]] = {}
    for (node, span, start, satellite, action, status), (_, size) in counts.items():
        if span == DAY and status == SUCCESS and size and action in _PLACES:
            sums.setdefault((node, start, satellite), [0] * len(_COLUMNS))[_PLACES[action]] += size
    if sums:
        with connection.cursor() as cursor:
            cursor.executemany(_ADD, [(*key, *sizes) for key, sizes in sorted(sums.items())])


def make(connection: BaseDatabaseWrapper, node: int) -> None:
    """Of all that is counted of the node, in the place of what is there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM rollup_paid WHERE node = %s", (node,))
        cursor.execute(_MAKE, (node,))
