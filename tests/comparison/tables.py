"""Rows in and out of the events database, as they are, for the oracle."""

import sqlite3
from pathlib import Path

from django.db import connections, transaction

from tests.comparison.oracle import Row

TABLES = ("events", "storage_snapshots", "reputation_history", "earnings_estimates")


def replace_tables(tables: dict[str, list[Row]]) -> None:
    """Empties the four tables and writes these rows, with whatever is in them."""
    with transaction.atomic(using="events"), connections["events"].cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")
            insert(table, tables.get(table, []))


def insert(table: str, rows: list[Row]) -> None:
    """All rows have the columns of the first."""
    if rows:
        columns = list(rows[0])
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        with connections["events"].cursor() as cursor:
            cursor.executemany(sql, [[row[column] for column in columns] for row in rows])


def load_tables(path: Path) -> dict[str, list[Row]]:
    """All rows of an SQLite file, without any conversion."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return {table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")] for table in TABLES}
    finally:
        connection.close()
