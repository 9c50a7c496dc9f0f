"""What the intake wrote, as values that can be compared: without ids and the moments of writing."""

from typing import Any

from django.db import connections

_COLUMNS = {
    "events": "timestamp, action, status, size, piece_id, satellite_id, remote_ip, country, latitude, longitude, "
    "error_reason, node_name, duration_ms",
    "reputation_history": "timestamp, node_name, satellite, audit_score, suspension_score, online_score, "
    "audit_success_count, audit_total_count, is_disqualified, is_suspended",
    "hashstore_compaction_history": "*",
    "intake_skipped": "node, reason, lines, example",
    "intake_timings": "*",
    "intake_audits": "*",
    "intake_sources": "node, source, length, hash, block_hash, lines, events, latest, head, state",
}


def of(table: str, columns: str = "") -> list[tuple[Any, ...]]:
    with connections["events"].cursor() as cursor:
        cursor.execute(f"SELECT {columns or _COLUMNS[table]} FROM {table}")
        return sorted((tuple(map(_plain, row)) for row in cursor.fetchall()), key=repr)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    return {table: of(table) for table in _COLUMNS}


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
