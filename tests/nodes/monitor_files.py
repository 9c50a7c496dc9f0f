"""Events databases as monitors of different age leave them, without any code of ours."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

EVENTS = """
    CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp DATETIME, action TEXT, status TEXT, size INTEGER,
        piece_id TEXT, satellite_id TEXT, remote_ip TEXT, country TEXT, latitude REAL, longitude REAL,
        error_reason TEXT, node_name TEXT, duration_ms INTEGER)
"""
# Before it knew several nodes and how long an attempt took.
OLD_EVENTS = EVENTS.replace(", node_name TEXT, duration_ms INTEGER", "")
HOURLY_STATS = """
    CREATE TABLE hourly_stats (hour_timestamp TEXT, node_name TEXT, dl_success INTEGER DEFAULT 0,
        dl_fail INTEGER DEFAULT 0, ul_success INTEGER DEFAULT 0, ul_fail INTEGER DEFAULT 0,
        audit_success INTEGER DEFAULT 0, audit_fail INTEGER DEFAULT 0, total_download_size INTEGER DEFAULT 0,
        total_upload_size INTEGER DEFAULT 0, PRIMARY KEY (hour_timestamp, node_name))
"""
_STAMPED = "id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME NOT NULL, node_name TEXT NOT NULL"
SIDE_TABLES = f"""
    CREATE TABLE storage_snapshots ({_STAMPED}, total_bytes INTEGER, used_bytes INTEGER, available_bytes INTEGER,
        trash_bytes INTEGER, used_percent REAL, trash_percent REAL, available_percent REAL);
    CREATE TABLE reputation_history ({_STAMPED}, satellite TEXT NOT NULL, audit_score REAL, suspension_score REAL,
        online_score REAL, audit_success_count INTEGER, audit_total_count INTEGER,
        is_disqualified INTEGER DEFAULT 0, is_suspended INTEGER DEFAULT 0);
    CREATE TABLE earnings_estimates ({_STAMPED}, satellite TEXT NOT NULL, period TEXT NOT NULL,
        egress_bytes INTEGER, egress_earnings_gross REAL, egress_earnings_net REAL, storage_bytes_hour INTEGER,
        storage_earnings_gross REAL, storage_earnings_net REAL, repair_bytes INTEGER, repair_earnings_gross REAL,
        repair_earnings_net REAL, audit_bytes INTEGER, audit_earnings_gross REAL, audit_earnings_net REAL,
        total_earnings_gross REAL, total_earnings_net REAL, held_amount REAL, node_age_months INTEGER,
        held_percentage REAL, is_finalized INTEGER DEFAULT 0);
    CREATE TABLE payout_history ({_STAMPED}, satellite TEXT NOT NULL, period TEXT NOT NULL,
        actual_payout REAL NOT NULL, estimated_payout REAL, variance REAL, variance_percent REAL,
        payout_address TEXT, transaction_hash TEXT, notes TEXT);
    CREATE TABLE hashstore_compaction_history (node_name TEXT NOT NULL, satellite TEXT NOT NULL, store TEXT NOT NULL,
        last_run_iso TEXT NOT NULL, duration REAL, data_reclaimed_bytes INTEGER, data_rewritten_bytes INTEGER,
        table_load REAL, trash_percent REAL, PRIMARY KEY (node_name, satellite, store, last_run_iso));
    CREATE TABLE alerts ({_STAMPED}, alert_type TEXT NOT NULL, resolved INTEGER DEFAULT 0);
    CREATE TABLE app_persistent_state (key TEXT PRIMARY KEY, value TEXT);
"""
INDEXES = """
    CREATE INDEX idx_events_timestamp ON events (timestamp);
    CREATE INDEX idx_events_node_name ON events (node_name);
    CREATE INDEX idx_events_node_name_timestamp ON events (node_name, timestamp);
    CREATE INDEX idx_events_financial_traffic ON events (node_name, satellite_id, timestamp, status, action);
    CREATE INDEX idx_events_latency ON events (node_name, timestamp, duration_ms) WHERE duration_ms IS NOT NULL;
    CREATE INDEX idx_storage_node_time ON storage_snapshots (node_name, timestamp);
    CREATE INDEX idx_storage_earnings ON storage_snapshots (node_name, timestamp DESC, used_bytes);
    CREATE INDEX idx_reputation_node_time ON reputation_history (node_name, timestamp);
    CREATE INDEX idx_reputation_satellite ON reputation_history (satellite);
    CREATE INDEX idx_earnings_node_time ON earnings_estimates (node_name, timestamp);
    CREATE INDEX idx_earnings_satellite ON earnings_estimates (satellite);
    CREATE INDEX idx_earnings_period ON earnings_estimates (period, timestamp);
    CREATE INDEX idx_payout_node_time ON payout_history (node_name, timestamp);
    CREATE INDEX idx_alerts_node_time ON alerts (node_name, timestamp);
"""
# The shape of the monitor's own statement, which names the columns it knows.
INSERT = """
    INSERT INTO events (timestamp, action, status, size, piece_id, satellite_id, remote_ip, country, latitude,
        longitude, error_reason, node_name, duration_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# As fast as a database can make rows: times a second apart, broken values among them.
FILL = """
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
    INSERT INTO events (timestamp, action, status, size, satellite_id, error_reason)
    SELECT CASE i % 97 WHEN 0 THEN '2026-11-20 10:00:00' WHEN 1 THEN NULL WHEN 2 THEN 12
            ELSE strftime('%Y-%m-%dT%H:%M:%S+00:00', 1795100000 + i, 'unixepoch') END,
        CASE i % 3 WHEN 0 THEN 'GET' WHEN 1 THEN 'PUT' ELSE 'GET_AUDIT' END, 'success',
        CASE i % 89 WHEN 0 THEN '12abc' WHEN 1 THEN x'00ff' ELSE i END, 'sat', CASE i % 83 WHEN 0 THEN 'Fehler Ü' END
    FROM n
"""
NAMES = "UPDATE events SET node_name = CASE id % 4 WHEN 0 THEN 'colo fra #2' WHEN 1 THEN NULL ELSE 'pi 🚀' END"
SIDE_ROWS = """
    INSERT INTO hourly_stats (hour_timestamp, node_name, dl_success) VALUES ('2026-11-20T10:00:00+00:00', 'pi 🚀', 7);
    INSERT INTO storage_snapshots (timestamp, node_name, used_bytes) VALUES ('2026-11-20T10:00:00+00:00', 'pi 🚀', 5);
    INSERT INTO app_persistent_state VALUES ('schema', '7');
"""


def current(path: Path, events: int = 500) -> Path:
    """What the current monitor leaves: all tables, its own indexes, WAL."""
    with writing(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(f"{EVENTS}; {HOURLY_STATS}; {SIDE_TABLES}; {INDEXES}")
        connection.execute(FILL.format(count=events))
        connection.execute(NAMES)
        connection.executescript(SIDE_ROWS)
    return path


def old(path: Path, events: int = 500) -> Path:
    """What an old one leaves: one table, no index, none of the later columns."""
    with writing(path) as connection:
        connection.execute(OLD_EVENTS)
        connection.execute(FILL.format(count=events))
    return path


@contextmanager
def writing(path: Path, timeout: float = 5) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=timeout)) as connection:
        yield connection
        connection.commit()


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with writing(path) as connection:
        return connection.execute(sql).fetchall()


def objects(path: Path) -> dict[str, tuple[object, ...]]:
    """Everything in sqlite_master by name; the root page changes when a table or index is written anew."""
    sql = "SELECT name, type, tbl_name, sql, rootpage FROM sqlite_master"
    return {str(name): rest for name, *rest in rows(path, sql)}  # type: ignore[misc]


def index_columns(path: Path, table: str) -> dict[str, list[object]]:
    listed = rows(path, f"SELECT name FROM pragma_index_list('{table}')")
    return {
        str(name): [c for (c,) in rows(path, f"SELECT name FROM pragma_index_info('{name}') ORDER BY seqno")]
        for (name,) in listed
    }


def digests(path: Path) -> dict[str, str]:
    """A hash over the type and value of every field of every row, by table; our own tables left out."""
    with writing(path) as connection:
        connection.text_factory = bytes
        return {table: _digest(connection, table) for table in _tables(connection)}


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [name.decode() for (name,) in found if not name.startswith((b"rollup_", b"intake_", b"sno_"))]


def _digest(connection: sqlite3.Connection, table: str) -> str:
    digest = hashlib.sha256()
    for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid"):
        digest.update(repr(row).encode())
    return digest.hexdigest()
