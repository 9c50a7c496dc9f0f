"""What the APIs of nodes and our own intake told, for all nodes of a comparison at once.

Each statement jumps to the nodes by the primary key of its table. Times are in the stored form.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

Rows = list[tuple[Any, ...]]

_STATES = """
SELECT node, version, allowed_version, up_to_date, quic_status, last_ping, started, answered, down_since, trouble
FROM sno_nodes WHERE node IN ({nodes})
"""
_SATELLITES = """
SELECT node, satellite, url, joined, vetted, disqualified, suspended, answered, updated FROM sno_satellites
WHERE node IN ({nodes})
"""

# A window is over when one after it had begun as the satellite was asked: what was told of it before may still change.
# MATERIALIZED, or what is the same for all windows of a satellite would be worked out for each: twice the time.
_COUNTS = "found.start >= %s AND found.start < %s AND found.start < told.latest"
_ONLINE = f"""
WITH told AS MATERIALIZED (
    SELECT node, satellite,
        CASE WHEN vetted <= %s THEN %s WHEN joined < %s THEN substr(joined, 1, 10) ELSE %s END AS first,
        substr(answered, 1, 11) || CASE WHEN substr(answered, 12, 2) < '12' THEN '00' ELSE '12' END || ':00:00+00:00'
            AS latest
    FROM sno_satellites WHERE node IN ({{nodes}})
)
SELECT told.node, told.satellite, COUNT(CASE WHEN {_COUNTS} THEN 1 END),
    SUM(CASE WHEN {_COUNTS} THEN CAST(found.online AS DOUBLE PRECISION) / found.total END),
    MIN(CASE WHEN {_COUNTS} THEN found.start END), SUM(found.total)
FROM told CROSS JOIN sno_audit_windows AS found
WHERE found.node = told.node AND found.satellite = told.satellite
    AND found.start >= told.first AND found.start < %s AND found.total > 0
GROUP BY told.node, told.satellite
"""

_INTAKE_NODES = "SELECT node FROM intake_nodes WHERE node IN ({nodes})"
_COARSE = """
SELECT node, SUM(coarse) FROM intake_timings WHERE node IN ({nodes}) AND hour >= %s AND hour < %s GROUP BY node
"""
_UNENDED = """
SELECT node, started, satellite, piece_id, audits FROM (
    SELECT node, started, satellite, piece_id, COUNT(*) OVER (PARTITION BY node) AS audits,
        ROW_NUMBER() OVER (PARTITION BY node ORDER BY started DESC, satellite, piece_id) AS place
    FROM intake_audits WHERE node IN ({nodes}) AND started >= %s AND started < %s
) AS numbered WHERE place <= %s ORDER BY node, place
"""
_SKIPPED = (
    "SELECT node, reason, lines FROM intake_skipped WHERE node IN ({nodes}) AND updated >= %s ORDER BY 1, 3 DESC, 2"
)


def states(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Node, version, allowed version, up to date, QUIC, last ping, started, answered, down since, trouble."""
    return _rows(connection, _STATES, names)


def satellites(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Node, satellite, URL, and the times: joined, vetted, disqualified, suspended, answered, and updated."""
    return _rows(connection, _SATELLITES, names)


def online(connection: BaseDatabaseWrapper, names: Sequence[str], since: str, until: str, end: str) -> Rows:
    """Node, satellite, and of its windows of the audit history in [since, until) that are over and had audits: their
    number, the sum of their shares online, and the start of the first. Then the audits that are known up to `end`: in
    windows since `since`, of a satellite that had not vetted the node by then in all since it joined.
    """
    parameters = [end, since, since, since, *names, *[since, until] * 3, end]
    with connection.cursor() as cursor:
        cursor.execute(_ONLINE.format(nodes=_marks(names)), parameters)
        return list(cursor.fetchall())


def intake_nodes(connection: BaseDatabaseWrapper, names: Sequence[str]) -> Rows:
    """Those whose events our own intake wrote."""
    return _rows(connection, _INTAKE_NODES, names)


def coarse_durations(connection: BaseDatabaseWrapper, names: Sequence[str], first: int, last: int) -> Rows:
    """Node, and how many durations of the hours [first, last) since 1970 were told by times of whole seconds."""
    return _rows(connection, _COARSE, names, first, last)


def unended_audits(connection: BaseDatabaseWrapper, names: Sequence[str], start: str, end: str, most: int) -> Rows:
    """Node, start, satellite and piece of the newest unended audits that began in [start, end); and how many began."""
    return _rows(connection, _UNENDED, names, start, end, most)


def skipped_lines(connection: BaseDatabaseWrapper, names: Sequence[str], since: str) -> Rows:
    """Node, reason, and lines left out for it, where the last of them came since then; most lines first."""
    return _rows(connection, _SKIPPED, names, since)


def _rows(connection: BaseDatabaseWrapper, statement: str, names: Sequence[str], *parameters: Any) -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(nodes=_marks(names)), (*names, *parameters))
        return list(cursor.fetchall())


def _marks(names: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(names))
