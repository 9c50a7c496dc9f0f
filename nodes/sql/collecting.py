"""The statements of nodes/intake/collector.py."""

from django.db.backends.base.base import BaseDatabaseWrapper


def wait_for_locks(connection: BaseDatabaseWrapper, seconds: float) -> None:
    """From now on this connection waits no longer for another program's lock."""
    milliseconds = int(seconds * 1000)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        else:
            cursor.execute(f"SET lock_timeout = {milliseconds}")
