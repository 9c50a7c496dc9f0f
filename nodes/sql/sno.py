"""The statements of nodes/sno/."""

from collections.abc import Collection, Mapping, Sequence

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.schema import Table

Value = str | int | float | None
Row = Mapping[str, Value]

_DIFFERS = {"sqlite": "IS NOT", "postgresql": "IS DISTINCT FROM"}


def put(
    connection: BaseDatabaseWrapper,
    table: Table,
    rows: Sequence[Row],
    keep: Collection[str] = (),
    idle: Collection[str] = (),
) -> None:
    """Inserts rows, or changes those with the same keys. All rows have the same columns; others stay as they are.

    A column of `keep` only takes a value where it had none. A row in which only these or columns of `idle` would
    change is not written at all: most of what a node tells is what it told before.
    """
    if not rows:
        return
    name, keys, columns = table.name, table.primary_key, list(rows[0])
    values = [column for column in columns if column not in keys]
    compared = [column for column in values if column not in (*keep, *idle)]
    changes = ", ".join(_change(name, column, column in keep) for column in values)
    differs = _DIFFERS[connection.vendor]
    statement = (
        f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) "
        f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes} "
        f"WHERE {' OR '.join(f'{name}.{column} {differs} excluded.{column}' for column in compared)}"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [[row[column] for column in columns] for row in rows])


def _change(table: str, column: str, is_kept: bool) -> str:
    return f"{column} = COALESCE({table}.{column}, excluded.{column})" if is_kept else f"{column} = excluded.{column}"
