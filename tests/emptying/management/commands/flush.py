"""Django's `flush`, which empties the databases after each test, without work that the test gave no reason for.

Django empties every table and then makes all content types and permissions anew: a large part of the time of
a suite whose tests leave three or four tables filled. Here only tables with rows are emptied, and content
types and permissions stay while they are as they were made.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

MADE_BY_DJANGO = ("django_content_type", "auth_permission")
Rows = list[tuple[Any, ...]]
_made: dict[str, dict[str, Rows]] = {}


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        alias = options["database"]
        connection = connections[alias]
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False))
        if alias in _made and _rows(connection, tables) == _made[alias]:
            _empty(connection, tables - _made[alias].keys())
            return
        super().handle(**options)
        _made[alias] = _rows(connection, tables)


def _rows(connection: BaseDatabaseWrapper, tables: set[str]) -> dict[str, Rows]:
    rows = {}
    with connection.cursor() as cursor:
        for table in tables.intersection(MADE_BY_DJANGO):
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            rows[table] = cursor.fetchall()
    return rows


def _empty(connection: BaseDatabaseWrapper, tables: set[str]) -> None:
    names = [connection.ops.quote_name(table) for table in sorted(tables)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in names))
        filled = [name for name, has_rows in zip(names, cursor.fetchone(), strict=True) if has_rows]
    if not filled:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for name in filled:
            cursor.execute(f"DELETE FROM {name}")
