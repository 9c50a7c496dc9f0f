"""Up to which id no event can appear any more, without holding up who writes them."""

import time

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.rollups import newest_id

WAIT, PAUSE = 2.0, 0.02  # seconds for writers that are about to commit, and between two looks at them

_WRITERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()
"""


def settled_id(connection: BaseDatabaseWrapper, table: str = "events") -> int:
    """The newest id of a table below which no row can appear any more. Raises OperationalError if a writer is at it.

    PostgreSQL gives ids out before the commit. An INSERT locks the table for itself before its first id and until its
    commit can be seen, so a lower id that is missing is that of a transaction with such a lock. Nothing is locked for
    that: any lock that waits for writers would wait for a vacuum too, which can take hours on a large table, while new
    writers wait behind it. On SQLite there is one writer, and ids are committed in order.
    """
    newest = newest_id(connection, table)
    if connection.vendor == "sqlite":
        return newest
    # In this order: who begins to write from here on gets higher ids.
    waited_for, end = _writers(connection, table), time.monotonic() + WAIT
    while waited_for:
        if time.monotonic() > end:
            raise OperationalError(f"lock timeout: a transaction that writes {table} is still open")
        time.sleep(PAUSE)
        waited_for &= _writers(connection, table)
    return newest


def _writers(connection: BaseDatabaseWrapper, table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS, (table,))
        return {transaction for (transaction,) in cursor.fetchall()}
