"""The intake's own tables in the events database. Times are texts in the stored form unless said otherwise."""

from nodes.schema import Column, Table


def _columns(type_: str, names: str, extra: str = "NOT NULL") -> tuple[Column, ...]:
    return tuple(Column(name, type_, extra) for name in names.split())


OWN_TABLES = (
    # The highest id that the intake gave to an event of the node: a higher one is another program's.
    Table("intake_nodes", (*_columns("TEXT", "node"), *_columns("INTEGER", "last_event_id")), ("node",), by_key=True),
    # How far each log was read; lengths are bytes without compression. nodes/intake/identity.py says what is hashed and
    # what the head is; `latest` is the time of the last line that had one, in microseconds since 1970.
    Table(
        "intake_sources",
        (
            *_columns("TEXT", "node source path hash block_hash"),
            *_columns("INTEGER", "length lines events latest"),
            *_columns("BLOB", "head state"),
            *_columns("TEXT", "updated"),
        ),
        ("node", "source"),
        by_key=True,
    ),
    # Lines that belong to transfers but were not kept, by reason, with one example.
    Table(
        "intake_skipped",
        (*_columns("TEXT", "node reason"), *_columns("INTEGER", "lines"), *_columns("TEXT", "example updated")),
        ("node", "reason"),
        by_key=True,
    ),
    # Durations of an hour (counted from 1970) that were told by time stamps of whole seconds.
    Table(
        "intake_timings",
        (*_columns("TEXT", "node"), *_columns("INTEGER", "hour coarse")),
        ("node", "hour"),
        by_key=True,
    ),
    # Audits that were started and did not end in time.
    Table(
        "intake_audits",
        _columns("TEXT", "node started satellite piece_id"),
        ("node", "started", "satellite", "piece_id"),
        by_key=True,
    ),
    Table("intake_pushes", _columns("TEXT", "node key digest answer received"), ("node", "key"), by_key=True),
    # What the collector last knew of a node's log ("log") and API ("api").
    Table(
        "intake_states",
        (
            *_columns("TEXT", "node kind"),
            *_columns("TEXT", "last_seen last_event", ""),
            Column("behind_bytes", "INTEGER"),
            *_columns("TEXT", "trouble trouble_since", ""),
            *_columns("TEXT", "updated"),
        ),
        ("node", "kind"),
        by_key=True,
    ),
)
