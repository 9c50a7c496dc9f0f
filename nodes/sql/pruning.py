"""The statements of nodes/rollups/prune.py."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.schema import TABLES
from nodes.soundness import DIALECTS
from nodes.sql.figures import distinct_names
from nodes.sql.merged import merged

# As the table has them, `id` first, by which a row is told; all, so that an archive is complete.
COLUMNS = next(tuple(column.name for column in table.columns) for table in TABLES if table.name == "events")
# Rows whose time is not in the stored form stay: how old they are cannot be told.
_PRUNABLE = "FROM events WHERE {of_node} AND timestamp < %s AND id <= %s AND {stored_form}"
_OLDEST = f"SELECT {', '.join(COLUMNS)} {_PRUNABLE} AND (timestamp, id) > (%s, %s)"
_COUNT = f"SELECT COUNT(*) {_PRUNABLE}"


class Limits(NamedTuple):
    """Older than the stored time `before`, with ids up to `last_id`."""

    before: str
    last_id: int


def names(connection: BaseDatabaseWrapper) -> list[object]:
    """All that node_name is: NULL and broken names too, but for those that are not UTF-8, whose rows stay."""
    return [None, *distinct_names(connection, "events")]


def prunable(
    connection: BaseDatabaseWrapper, of: Sequence[object], limits: Limits, after: tuple[str, int], most: int
) -> list[tuple[Any, ...]]:
    """The oldest events of these nodes, MOST_PARTS at most, that come after the time and id of `after`, in COLUMNS.

    Merged in the order of an index. Node by node a page of the table would be written once for each of them.
    """
    statement = merged(connection.vendor, [_part(_OLDEST, connection, name) for name in of], "timestamp, id", most)
    parameters = [value for name in of for value in (*_parameters(name, limits), *after)]
    with connection.cursor() as cursor:
        cursor.execute(f"{statement} LIMIT %s", [*parameters, most])
        return list(cursor.fetchall())


def count_prunable(connection: BaseDatabaseWrapper, name: object, limits: Limits) -> int:
    """Of this node. Reads index entries only."""
    with connection.cursor() as cursor:
        cursor.execute(_part(_COUNT, connection, name), _parameters(name, limits))
        return int(cursor.fetchone()[0])


def _part(statement: str, connection: BaseDatabaseWrapper, name: object) -> str:
    of_node = "node_name IS NULL" if name is None else "node_name = %s"
    return statement.format(of_node=of_node, stored_form=DIALECTS[connection.vendor].stored_form)


def _parameters(name: object, limits: Limits) -> list[Any]:
    return [*limits] if name is None else [name, *limits]


def delete_events(connection: BaseDatabaseWrapper, ids_and_times: Sequence[tuple[int, str]]) -> int:
    """By time too: an id may meanwhile be that of another event. Returns how many there were."""
    if not ids_and_times:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM events WHERE id = %s AND timestamp = %s", ids_and_times)
        return int(cursor.rowcount)
