"""Whether there are roll-ups at all: a database that is not adopted has none, and is read all the same."""

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes import catalog
from nodes.rollups.schema import OWN_TABLES

ROLLUP_TABLES = tuple(table.name for table in OWN_TABLES)


def rollups_exist(connection: BaseDatabaseWrapper) -> bool:
    """Whether all tables of the roll-ups are there.

    To be asked before they are read: on PostgreSQL a statement that fails would end the transaction.
    """
    return catalog.has_tables(connection, ROLLUP_TABLES)
