"""Whether the events may be written by what takes data in: asked before anything is opened for writing."""

import time

from django.db import connections

from nodes import catalog
from nodes.errors import EventsUnavailable
from nodes.own_tables import OWN_TABLES
from nodes.reading import reading
from nodes.recognition import refuse_folder, refuse_foreign
from nodes.router import EVENTS

_TABLES = tuple(table.name for table in OWN_TABLES)
NOT_ADOPTED = "The events database lacks the tables for what nodes send: run `make adopt` to add them."


def refuse_unready() -> None:
    """Raises EventsUnavailable where the events are no monitor's, or are not adopted, and NoPlace.

    Told without opening them for writing: that leaves traces in a database that is not ours to write.
    """
    refuse_folder(connections[EVENTS])
    with reading(place_until=time.monotonic() + 1) as connection:
        refuse_foreign(connection)
        if not catalog.has_tables(connection, _TABLES):
            raise EventsUnavailable(NOT_ADOPTED)
