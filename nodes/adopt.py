"""Adds to an existing events database what the comparison needs and it lacks, and nothing else."""

from collections.abc import Callable

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.schema import INDEXES, TABLES


def adopt(connection: BaseDatabaseWrapper, report: Callable[[str], None] = print) -> None:
    """Creates missing tables, columns and indexes. Told by columns, not by name; safe to run again."""
    with connection.cursor() as cursor:
        for table in TABLES:
            existing = connection.introspection.table_names(cursor)
            if table.name not in existing:
                cursor.execute(table.create_sql(connection.vendor))
                continue
            have = {info.name for info in connection.introspection.get_table_description(cursor, table.name)}
            for column in table.columns:
                if column.name not in have:
                    cursor.execute(f"ALTER TABLE {table.name} ADD COLUMN {column.sql(connection.vendor, added=True)}")
        for index in INDEXES:
            constraints = connection.introspection.get_constraints(cursor, index.table).values()
            if not any(c["index"] and tuple(c["columns"]) == index.columns for c in constraints):
                cursor.execute(index.create_sql())
