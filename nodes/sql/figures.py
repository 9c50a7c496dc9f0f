"""Names, the figures of lists and pages, and the intake of demonstration data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.soundness import DIALECTS, sound_snapshot

# SQLite and PostgreSQL have no loose index scan: this jumps from one name to the next in the index,
# where SELECT DISTINCT would read every entry (877 ms against under 1 ms on 6 million rows).
DISTINCT_NAMES = """
WITH RECURSIVE names(name) AS (
    SELECT MIN(node_name) FROM {table}
    UNION ALL
    SELECT (SELECT MIN(node_name) FROM {table} WHERE node_name > names.name) FROM names WHERE names.name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL
"""
TABLES_WITH_NODES = ("events", "storage_snapshots")


def distinct_names(connection: BaseDatabaseWrapper, table: str) -> list[object]:
    """All distinct node names of one of TABLES_WITH_NODES, in byte order; broken ones too."""
    with connection.cursor() as cursor:
        cursor.execute(DISTINCT_NAMES.format(table=table))
        return [name for (name,) in cursor.fetchall()]


EVENT_COLUMNS = (
    "action",
    "status",
    "size",
    "satellite_id",
    "remote_ip",
    "country",
    "latitude",
    "longitude",
    "error_reason",
    "node_name",
    "timestamp",
    "piece_id",
    "duration_ms",
)

# As the monitor sums up an hour: repair merged in, audits apart, canceled counted as failed.
HOURLY_STATS = """
INSERT INTO hourly_stats (
    hour_timestamp, node_name, dl_success, dl_fail, ul_success, ul_fail, audit_success, audit_fail,
    total_download_size, total_upload_size
)
SELECT
    %s,
    node_name,
    SUM(CASE WHEN action IN ('GET', 'GET_REPAIR') AND status = 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action IN ('GET', 'GET_REPAIR') AND status <> 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action IN ('PUT', 'PUT_REPAIR') AND status = 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action IN ('PUT', 'PUT_REPAIR') AND status <> 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action = 'GET_AUDIT' AND status = 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action = 'GET_AUDIT' AND status <> 'success' THEN 1 ELSE 0 END),
    SUM(CASE WHEN action IN ('GET', 'GET_REPAIR') AND status = 'success' THEN size ELSE 0 END),
    SUM(CASE WHEN action IN ('PUT', 'PUT_REPAIR') AND status = 'success' THEN size ELSE 0 END)
FROM events
WHERE id > %s AND node_name IN ({names})
GROUP BY node_name
"""


def insert_events(connection: BaseDatabaseWrapper, rows: Sequence[Sequence[Any]]) -> None:
    """Rows in the order of EVENT_COLUMNS, by the fastest way of the database, without a look at their values."""
    columns = ", ".join(EVENT_COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY events ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            values = ", ".join(["%s"] * len(EVENT_COLUMNS))
            cursor.executemany(f"INSERT INTO events ({columns}) VALUES ({values})", rows)


def add_hourly_stats(connection: BaseDatabaseWrapper, hour: str, after_id: int, names: Sequence[str]) -> None:
    """One row per node for its events with a higher id than `after_id`, all of which are of that hour."""
    statement = HOURLY_STATS.format(names=", ".join(["%s"] * len(names)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [hour, after_id, *names])


def drop_index(connection: BaseDatabaseWrapper, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {name}")


def gather_statistics(connection: BaseDatabaseWrapper, table: str) -> None:
    """Tells PostgreSQL's planner about many new rows now, not when autovacuum comes by; SQLite needs none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table}")


# Between these are the time stamps of Storj nodes, whose network began in 2018, and few broken ones or those of
# clocks that were not set yet. Not just "2" and "3": SQLite compares a DATETIME column with those as numbers, and
# every text is greater than every number.
LONG_AGO, FAR_AHEAD = "2018-01-01T", "3000-01-01T"

# One row per name asked for, so that a list of any length is one statement. Each subquery is one jump
# into an index; the counts stop at their limit, so their cost does not grow with the table.
EVENTS_PER_NODE = f"""
WITH asked(name) AS (VALUES {{names}})
SELECT asked.name,
    (SELECT timestamp FROM events WHERE node_name = asked.name AND timestamp >= '{LONG_AGO}'
        ORDER BY timestamp LIMIT 1),
    (SELECT timestamp FROM events WHERE node_name = asked.name AND timestamp < %s
        ORDER BY timestamp DESC LIMIT 1),
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM events WHERE node_name = asked.name AND timestamp >= %s AND timestamp < %s LIMIT %s
    ) AS counted)
FROM asked
"""

# Snapshots that were read from a log have no used space; a node may have many of them in a row.
RECENT_SNAPSHOTS = 1_000  # three days of one every five minutes
SPACE_PER_NODE = f"""
WITH asked(name) AS (VALUES {{names}})
SELECT asked.name, (
    SELECT {{column}} FROM (
        SELECT used_bytes, total_bytes, timestamp, id FROM storage_snapshots
        WHERE node_name = asked.name AND timestamp <= %s
        ORDER BY timestamp DESC, id DESC LIMIT {RECENT_SNAPSHOTS}
    ) AS recent
    WHERE {{sound}} ORDER BY timestamp DESC, id DESC LIMIT 1)
FROM asked
"""

# Jumps from one satellite of a node and period to the next in the index, and in each to its newest sound row. Broken
# time stamps are counted among the newest RECENT_ROWS of each satellite.
RECENT_ROWS = 20  # each costs a reading of its time stamp
LATEST_PER_SATELLITE = f"""
WITH RECURSIVE named(name) AS (VALUES {{names}}), asked(period, until) AS (VALUES {{asked}}),
pairs(name, period, until, satellite) AS (
    SELECT named.name, asked.period, asked.until,
        (SELECT MIN(satellite) FROM {{table}} AS first WHERE node_name = named.name {{first_scope}})
    FROM named CROSS JOIN asked
    UNION ALL
    SELECT pairs.name, pairs.period, pairs.until, (
        SELECT MIN(satellite) FROM {{table}} AS later
        WHERE node_name = pairs.name {{scope}} AND later.satellite > pairs.satellite
    ) FROM pairs WHERE pairs.satellite IS NOT NULL
),
latest(name, period, satellite, id, broken) AS (
    SELECT pairs.name, pairs.period, pairs.satellite, (
        SELECT id FROM {{table}} AS sound
        WHERE node_name = pairs.name {{scope}} AND sound.satellite = pairs.satellite
            AND timestamp <= pairs.until AND {{stored_form}}
        ORDER BY timestamp DESC, id DESC LIMIT 1
    ), (
        SELECT COUNT(*) FROM (
            SELECT timestamp FROM {{table}} AS recent
            WHERE node_name = pairs.name {{scope}} AND recent.satellite = pairs.satellite
                AND timestamp <= pairs.until
            ORDER BY timestamp DESC LIMIT {RECENT_ROWS}
        ) AS counted WHERE ({{stored_form}}) IS NOT TRUE
    ) FROM pairs WHERE pairs.satellite IS NOT NULL
)
SELECT latest.name, latest.period, latest.satellite, latest.broken, {{columns}}
FROM latest LEFT JOIN {{table}} AS found ON found.id = latest.id
"""


def events_per_node(
    connection: BaseDatabaseWrapper, names: Sequence[str], start: str, end: str, limit: int
) -> list[tuple[Any, ...]]:
    """Name, oldest, newest before `end`, and the count in [start, end), at most `limit`."""
    return _per_node(connection, EVENTS_PER_NODE, names, end, start, end, limit)


def used_space_per_node(connection: BaseDatabaseWrapper, names: Sequence[str], end: str) -> list[tuple[Any, ...]]:
    """Name and used bytes by the newest of its recent snapshots that can be computed with."""
    return _space_per_node(connection, "used_bytes", names, end)


def allocated_per_node(connection: BaseDatabaseWrapper, names: Sequence[str], end: str) -> list[tuple[Any, ...]]:
    """Name and allocated bytes by the newest of its recent snapshots that can be computed with."""
    return _space_per_node(connection, "total_bytes", names, end)


def _space_per_node(
    connection: BaseDatabaseWrapper, column: str, names: Sequence[str], end: str
) -> list[tuple[Any, ...]]:
    return _per_node(connection, SPACE_PER_NODE, names, end, column=column, sound=sound_snapshot(connection.vendor))


@dataclass(frozen=True)
class PerSatellite:
    """What to read of a table with rows per satellite."""

    table: str
    columns: Sequence[str]


def latest_per_satellite(
    connection: BaseDatabaseWrapper, wanted: PerSatellite, names: Sequence[str], end: str
) -> list[tuple[Any, ...]]:
    """Name, satellite, number of broken rows, and the wanted columns of the newest sound row not after `end`.

    The columns are NULL where a satellite has broken rows only.
    """
    return [(name, *rest) for name, _, *rest in _latest(connection, wanted, names, {None: end})]


def latest_per_period(
    connection: BaseDatabaseWrapper, wanted: PerSatellite, names: Sequence[str], until: Mapping[str, str]
) -> list[tuple[Any, ...]]:
    """As latest_per_satellite, with a period such as 2026-11 second: of each, up to the stored time beside it."""
    return _latest(connection, wanted, names, until) if until else []


def _latest(
    connection: BaseDatabaseWrapper, wanted: PerSatellite, names: Sequence[str], until: Mapping[Any, str]
) -> list[tuple[Any, ...]]:
    has_periods = None not in until
    return _per_node(
        connection,
        LATEST_PER_SATELLITE,
        names,
        *(value for pair in until.items() for value in pair),
        asked=", ".join(["(%s, %s)"] * len(until)),
        table=wanted.table,
        first_scope="AND period = asked.period" if has_periods else "",
        scope="AND period = pairs.period" if has_periods else "",
        columns=", ".join(f"found.{column}" for column in wanted.columns),
        stored_form=DIALECTS[connection.vendor].stored_form,
    )


def _per_node(
    connection: BaseDatabaseWrapper, sql: str, names: Sequence[str], *parameters: Any, **parts: str
) -> list[tuple[Any, ...]]:
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(names=", ".join(["(%s)"] * len(names)), **parts), (*names, *parameters))
        return list(cursor.fetchall())


def size_in_bytes(connection: BaseDatabaseWrapper) -> int:
    """Size of the whole database. Never by opening the file: closing it again would drop SQLite's locks."""
    if connection.vendor == "sqlite":
        return int(_value(connection, "PRAGMA page_count")) * int(_value(connection, "PRAGMA page_size"))
    return int(_value(connection, "SELECT pg_database_size(current_database())"))


def journal_mode(connection: BaseDatabaseWrapper) -> str:
    return str(_value(connection, "PRAGMA journal_mode")) if connection.vendor == "sqlite" else "not SQLite"


def _value(connection: BaseDatabaseWrapper, sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]
