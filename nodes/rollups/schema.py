"""Our own tables beside the monitor's, in the events database: what remains of events when they are pruned."""

from nodes.schema import Column, Table


def _whole(names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "INTEGER", "NOT NULL") for name in names.split())


_ID = Column("id", "INTEGER PRIMARY KEY")
_NAME = Column("name", "TEXT", "NOT NULL UNIQUE")

OWN_TABLES = (
    Table("rollup_nodes", (_ID, _NAME, Column("first_event", "TEXT"), Column("last_event", "TEXT"))),
    Table("rollup_satellites", (_ID, _NAME)),
    Table(
        "rollup_counts",
        _whole("node span start satellite action status attempts bytes"),
        ("node", "span", "start", "satellite", "action", "status"),
        by_key=True,
    ),
    Table(
        "rollup_latencies",
        (*_whole("node span start action"), Column("buckets", "BLOB", "NOT NULL")),
        ("node", "span", "start", "action"),
        by_key=True,
    ),
    Table(
        "rollup_points",
        (*_whole("node span start"), Column("sums", "BLOB", "NOT NULL")),
        ("node", "span", "start"),
        by_key=True,
    ),
    Table(
        "rollup_paid",
        _whole("node day satellite egress repair audit received"),
        ("node", "day", "satellite"),
        by_key=True,
    ),
    Table("rollup_hours", _whole("node day hours"), ("node", "day"), by_key=True),
    Table("rollup_reasons", (_ID, Column("text", "TEXT", "NOT NULL UNIQUE"))),
    Table(
        "rollup_failures",
        _whole("node span start action reason attempts"),
        ("node", "span", "start", "action", "reason"),
        by_key=True,
    ),
    Table("rollup_batches", (*_whole("last_id after_id"), Column("marks", "BLOB", "NOT NULL")), ("last_id",)),
    Table("rollup_state", (_ID, *_whole("watermark turn"), Column("points_turn", "INTEGER"))),
)

# What remains of storage snapshots. Sizes in bytes and times in whole seconds; areas can be too large for INTEGER.
STORAGE_DAYS = Table(
    "rollup_storage",
    (
        Column("node", "TEXT", "NOT NULL"),
        *_whole("day broken first_at first_used first_total last_at last_used last_total snapshots"),
        *(Column(name, "TEXT", "NOT NULL") for name in ("used_area", "total_area", "trash")),
        *_whole("longest_gap gaps trash_count"),
    ),
    ("node", "day"),
    by_key=True,
)
STORAGE_TABLES = (STORAGE_DAYS, Table("rollup_storage_state", (_ID, *_whole("since watermark turn"))))
