"""The statements of nodes/removal.py."""

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.schema import Table

_OF_NODE = "FROM {table} WHERE {column} = %s"
_DELETE = f"DELETE FROM {{table}} WHERE ({{key}}) IN (SELECT {{key}} {_OF_NODE} LIMIT %s)"


def count(connection: BaseDatabaseWrapper, table: Table, column: str, node: str | int) -> int:
    """Rows of the table that have the node in this column."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) {_OF_NODE.format(table=table.name, column=column)}", [node])
        return int(cursor.fetchone()[0])


def delete(connection: BaseDatabaseWrapper, table: Table, column: str, node: str | int, most: int) -> int:
    """Deletes so many of them, and returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(delete_statement(table, column), [node, most])
        return int(cursor.rowcount)


def delete_statement(table: Table, column: str) -> str:
    return _DELETE.format(table=table.name, column=column, key=", ".join(table.primary_key or ("id",)))
