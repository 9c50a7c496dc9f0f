"""The raw SQL of this app. Every statement runs on SQLite and on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

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
