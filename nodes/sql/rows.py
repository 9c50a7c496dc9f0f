"""The statements of nodes/records.py: keys of rows, newest first, in the order of an index."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.sql.merged import merged


class Condition(NamedTuple):
    """Such as timestamp >= "2026-11-23T12:00:00+00:00"."""

    column: str
    relation: str
    value: Any


class Key(NamedTuple):
    """The time stamp as it is stored, which may be a broken one, and the id."""

    stored: Any
    id: int


class Rows(NamedTuple):
    """Those of some nodes, MOST_PARTS at most, by descending time and id, where None is that of rows without a
    node name; or with `names` None those of all, by descending id."""

    table: str
    names: Sequence[str | None] | None = None


def newest_keys(
    connection: BaseDatabaseWrapper, rows: Rows, conditions: Sequence[Condition], most: int, skip: int = 0
) -> list[Key]:
    """The first `most` after the first `skip` that meet all conditions, in the order of an index."""
    values = [condition.value for condition in conditions]
    if rows.names is None:
        ordered, parameters = f"{_select(rows.table, conditions)} ORDER BY id DESC", values
    else:
        parts = _parts(rows.table, rows.names, conditions)
        ordered = merged(connection.vendor, parts, "timestamp DESC, id DESC", most + skip)
        parameters = [value for name in rows.names for value in (*values, *([] if name is None else [name]))]
    with connection.cursor() as cursor:
        cursor.execute(f"{ordered} LIMIT %s OFFSET %s", [*parameters, most, skip])
        return [Key(*row) for row in cursor.fetchall()]


def _parts(table: str, names: Sequence[str | None], conditions: Sequence[Condition]) -> list[str]:
    part = _select(table, conditions)
    if not any(condition[:2] == ("timestamp", ">=") for condition in conditions):
        # Without a time stamp a row has no place in this order, and databases disagree where to put it.
        part = f"{part} AND timestamp IS NOT NULL"
    return [f"{part} AND node_name {'IS NULL' if name is None else '= %s'}" for name in names]


def _select(table: str, conditions: Sequence[Condition]) -> str:
    all_of = [f"{column} {relation} %s" for column, relation, _ in conditions]
    return f"SELECT timestamp, id FROM {table} WHERE {' AND '.join(all_of or ['TRUE'])}"
