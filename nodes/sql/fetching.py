"""The rows of a statement."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def fetched(connection: BaseDatabaseWrapper, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Without parameters a per cent sign stands for itself."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())
