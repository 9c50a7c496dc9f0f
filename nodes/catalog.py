"""What an events database has: its tables with their columns, and the indexes that a query can rely on.

Reads only the catalogue, so that it costs the same on any size, and works through the read-only alias.
Django's own introspection tells neither partial indexes nor the order and collation of their columns.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

# Up to this many rows are counted; above it their number is told from the ids.
COUNTED = 10_000
# Where there are no ids to tell it from, counting stops here.
MOST_COUNTED = 1_000_001
# No row of the monitor's is smaller, so a file cannot hold more rows than this makes of its size.
SMALLEST_ROW = 20

_RELATIONS = {
    "sqlite": "SELECT lower(name), type = 'table' AND sql NOT LIKE 'create virtual%%' FROM sqlite_master",
    "postgresql": """
        SELECT c.relname, c.relkind IN ('r', 'p') FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY (current_schemas(false))
        ORDER BY array_position(current_schemas(false), n.nspname) DESC
    """,
}
_COLUMNS = {
    "sqlite": "SELECT lower(name) FROM pragma_table_xinfo(%s)",
    "postgresql": """
        SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
    """,
}
# One row per column of an index: index, column (NULL for an expression), whether it descends. Left out are
# indexes that hold only some of the rows, are not sorted as the column's comparisons are, or are unfinished.
_INDEXES = {
    "sqlite": """
        SELECT i.name, lower(c.name), c."desc" FROM pragma_index_list(%s) i JOIN pragma_index_xinfo(i.name) c
        LEFT JOIN sqlite_master m ON m.type = 'index' AND m.name = i.name
        WHERE NOT i.partial AND c.key AND (m.sql IS NULL OR m.sql NOT LIKE '%%collate%%') ORDER BY i.name, c.seqno
    """,
    "postgresql": """
        SELECT i.indexrelid, a.attname, (o.option & 1) <> 0 FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
        CROSS JOIN LATERAL unnest(i.indkey::int2[], i.indoption::int2[], i.indcollation::oid[])
            WITH ORDINALITY AS o(number, option, sorting, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = o.number AND a.attcollation = o.sorting
        WHERE i.indrelid = to_regclass(%s) AND i.indisvalid AND i.indpred IS NULL AND o.place <= i.indnkeyatts
        ORDER BY i.indexrelid, o.place
    """,
}
_TABLES_NAMED = {
    "sqlite": "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND lower(name) IN ({names})",
    "postgresql": """
        SELECT COUNT(*) FROM (VALUES {values}) AS wanted(name)
        JOIN pg_class c ON c.oid = to_regclass(wanted.name) WHERE c.relkind IN ('r', 'p')
    """,
}
# The database's own collation is judged by what it does, for it may be ICU's under any name.
_WRONGLY_SORTED = """
    SELECT a.attname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
    WHERE a.attrelid = to_regclass(%s) AND a.attnum > 0 AND NOT a.attisdropped AND NOT CASE
        WHEN c.collname = 'default' THEN 'B'::text < 'a'::text AND '+'::text < '.'::text
        ELSE c.collname IN ('C', 'POSIX', 'ucs_basic') OR c.collname LIKE 'C.%%' END
    ORDER BY a.attnum
"""
# Two subqueries, because MIN and MAX in one SELECT would read the whole table.
_SPAN_OF_IDS = "SELECT (SELECT MAX({id}) FROM {table}) - (SELECT MIN({id}) FROM {table}) + 1"
_ROOM = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_relation_size('{table}')",
}
_WITHOUT_ROWID = re.compile(r"without\s+rowid", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A table as it is."""

    columns: frozenset[str]
    indexes: tuple[tuple[str, ...], ...]

    def has_index(self, columns: tuple[str, ...]) -> bool:
        """Whether an index begins with these columns, whatever its name."""
        return any(index[: len(columns)] == columns for index in self.indexes)


def relations(connection: BaseDatabaseWrapper) -> dict[str, bool]:
    """Every name that a new table or index cannot have, and whether it is that of a table.

    A view and the like is none: it can be given neither columns nor indexes.
    """
    return {name: bool(is_table) for name, is_table in _rows(connection, _RELATIONS[connection.vendor])}


def has_tables(connection: BaseDatabaseWrapper, names: Sequence[str]) -> bool:
    """Whether all of these distinct names are tables; for a look at each request."""
    statement = _TABLES_NAMED[connection.vendor].format(
        names=", ".join(["%s"] * len(names)), values=", ".join(["(%s)"] * len(names))
    )
    return int(_value(connection, statement, *names)) == len(names)


def find(connection: BaseDatabaseWrapper, table: str) -> Found:
    columns = frozenset(name for (name,) in _rows(connection, _COLUMNS[connection.vendor], table))
    return Found(columns, _indexes(connection, table))


def about_how_many(connection: BaseDatabaseWrapper, table: str) -> int:
    """The number of rows: exact for a small table, told from the ids for a large one, at a bounded cost."""
    counted = _count(connection, table, COUNTED)
    if counted < COUNTED:
        return counted
    if (span := _span_of_ids(connection, table)) is None:
        return _count(connection, table, MOST_COUNTED)
    return max(counted, span)


def cannot_write(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database itself refuses to write through this connection. To be asked inside a transaction."""
    if connection.vendor == "sqlite":
        return bool(_value(connection, "PRAGMA query_only"))
    return str(_value(connection, "SHOW transaction_read_only")) == "on"


def wrongly_sorted(connection: BaseDatabaseWrapper, table: str) -> list[str]:
    """The text columns that PostgreSQL does not compare byte by byte, as time stamps and names need it."""
    if connection.vendor == "sqlite":
        return []
    return [column for (column,) in _rows(connection, _WRONGLY_SORTED, table)]


def _indexes(connection: BaseDatabaseWrapper, table: str) -> tuple[tuple[str, ...], ...]:
    parts = defaultdict(list)
    for index, column, descends in _rows(connection, _INDEXES[connection.vendor], table):
        parts[index].append((column, bool(descends)))
    return tuple(columns for index in parts.values() if (columns := _in_one_direction(index)))


def _in_one_direction(index: list[tuple[str | None, bool]]) -> tuple[str, ...]:
    """The leading columns, up to an expression or a change between ascending and descending."""
    leading = takewhile(lambda part: part[0] is not None and part[1] == index[0][1], index)
    return tuple(str(column) for column, _ in leading)


def _count(connection: BaseDatabaseWrapper, table: str, most: int) -> int:
    return int(_value(connection, f"SELECT COUNT(*) FROM (SELECT 1 FROM {table} LIMIT {most}) AS counted"))


def _span_of_ids(connection: BaseDatabaseWrapper, table: str) -> int | None:
    """None where the table has no ids, or ids that say nothing about their number."""
    id_column = _id_column(connection, table)
    span = id_column and _value(connection, _SPAN_OF_IDS.format(id=id_column, table=table))
    if not isinstance(span, int | float):
        return None
    return min(int(span), int(_value(connection, _ROOM[connection.vendor].format(table=table))) // SMALLEST_ROW)


def _id_column(connection: BaseDatabaseWrapper, table: str) -> str | None:
    if connection.vendor == "sqlite":
        declared = _value(connection, "SELECT sql FROM sqlite_master WHERE lower(name) = %s", table)
        return None if _WITHOUT_ROWID.search(str(declared)) else "rowid"
    return "id" if "id" in find(connection, table).columns else None


def _rows(connection: BaseDatabaseWrapper, sql: str, *parameters: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def _value(connection: BaseDatabaseWrapper, sql: str, *parameters: str) -> Any:
    return _rows(connection, sql, *parameters)[0][0]
