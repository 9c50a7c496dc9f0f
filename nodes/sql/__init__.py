"""The raw SQL of this app, a module per theme. Every statement runs on SQLite and on PostgreSQL."""

from nodes.sql.figures import (
    EVENT_COLUMNS,
    FAR_AHEAD,
    LONG_AGO,
    TABLES_WITH_NODES,
    PerSatellite,
    add_hourly_stats,
    allocated_per_node,
    distinct_names,
    drop_index,
    events_per_node,
    gather_statistics,
    insert_events,
    journal_mode,
    latest_per_period,
    latest_per_satellite,
    size_in_bytes,
    used_space_per_node,
)
from nodes.sql.history import HourlySums, hourly_sums
from nodes.sql.merged import MOST_PARTS

__all__ = [
    "EVENT_COLUMNS",
    "FAR_AHEAD",
    "LONG_AGO",
    "MOST_PARTS",
    "TABLES_WITH_NODES",
    "HourlySums",
    "PerSatellite",
    "add_hourly_stats",
    "allocated_per_node",
    "distinct_names",
    "drop_index",
    "events_per_node",
    "gather_statistics",
    "hourly_sums",
    "insert_events",
    "journal_mode",
    "latest_per_period",
    "latest_per_satellite",
    "size_in_bytes",
    "used_space_per_node",
]
