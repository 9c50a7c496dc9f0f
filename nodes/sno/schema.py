"""What a node's API tells and the monitor's tables have no place for, in tables of our own in the events database.

Times are texts in the stored form, days as "2026-11-23", months as "2026-11"; what a storagenode does not tell is NULL.
"""

from nodes.schema import Column, Table


def _columns(type_: str, names: str, extra: str = "") -> tuple[Column, ...]:
    return tuple(Column(name, type_, extra) for name in names.split())


def _keys(names: str) -> tuple[Column, ...]:
    return _columns("TEXT", names, "NOT NULL")


_USAGE = ["at_rest", "get", "put", "get_repair", "put_repair", "get_audit"]
STUB_VALUES = (
    *(f"{kind}_{what}" for kind in ("usage", "comp") for what in _USAGE),
    *("surge_percent", "held", "owed", "disposed", "paid", "distributed"),
)

OWN_TABLES = (
    # `answered` is the last time that the API answered; `down_since` the first failure after it, NULL while it answers.
    # `trouble` is a sentence, also about what could not be read of an answer. `expected_cents` is what the node itself
    # expects to earn this month, and `snapshot` when we last wrote a storage snapshot.
    Table(
        "sno_nodes",
        (
            *_keys("node"),
            *_columns("TEXT", "node_id version allowed_version"),
            *_columns("INTEGER", "up_to_date"),
            *_columns("TEXT", "quic_status last_quic_ping last_ping started answered down_since trouble"),
            *_columns("INTEGER", "expected_cents"),
            *_columns("TEXT", "snapshot"),
        ),
        ("node",),
        by_key=True,
    ),
    # What was `started`, and its version, whenever one of them was told anew; `seen` is when it was told first. The
    # newest of each node are kept.
    Table(
        "sno_starts",
        (*_keys("node seen"), *_columns("TEXT", "version started")),
        ("node", "seen"),
        by_key=True,
    ),
    # Prices in US cents per TB, and per TB and month; held amounts in millionths of a US dollar; scores in per cent.
    # `scored`, `estimated` and `finalized` are what we last wrote to the monitor's tables: when scores, when
    # this month's estimate, and a sum of the last month's figures. `answered` is the last time that its own route
    # answered, which tells the windows, and `updated` that the node listed it: NULL for one it has only pay stubs of.
    Table(
        "sno_satellites",
        (
            *_keys("node satellite"),
            *_columns("TEXT", "url joined vetted disqualified suspended"),
            *_columns("INTEGER", "egress_price repair_price audit_price storage_price"),
            *_columns("INTEGER", "held_first held_second held_third held_total held_disposed"),
            *_columns("REAL", "audit_score suspension_score online_score"),
            *_columns("TEXT", "scored estimated finalized answered updated"),
        ),
        ("node", "satellite"),
        by_key=True,
    ),
    # A day on a satellite: byte-hours at rest and the mean of the bytes, and bytes moved.
    Table(
        "sno_days",
        (
            *_keys("node satellite day"),
            *_columns(
                "INTEGER", "byte_hours mean_bytes egress repair_egress audit_egress ingress repair_ingress deleted"
            ),
            *_keys("updated"),
        ),
        ("node", "satellite", "day"),
        by_key=True,
    ),
    # The windows of the audit history, 12 hours each: audits in all, and those during which the node was online.
    Table(
        "sno_audit_windows",
        (*_keys("node satellite start"), *_columns("INTEGER", "total online", "NOT NULL")),
        ("node", "satellite", "start"),
        by_key=True,
    ),
    # Pay stubs: bytes, byte-hours, and money in millionths of a US dollar.
    Table(
        "sno_paystubs",
        (
            *_keys("node satellite period"),
            *_columns("INTEGER", " ".join(STUB_VALUES)),
            *_keys("updated"),
        ),
        ("node", "satellite", "period"),
        by_key=True,
    ),
)
