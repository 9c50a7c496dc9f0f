"""Whether there is an intake at all: a database that is not adopted has none."""

from nodes import catalog
from nodes.errors import FOREIGN, EventsUnavailable
from nodes.intake.schema import OWN_TABLES
from nodes.reading import reading

INTAKE_TABLES = tuple(table.name for table in OWN_TABLES)


def refuse_without_tables() -> None:
    """Raises EventsUnavailable. Through the read-only alias: opening an SQLite file for writing changes it."""
    with reading() as connection:
        if not catalog.has_tables(connection, INTAKE_TABLES):
            raise EventsUnavailable(FOREIGN)
