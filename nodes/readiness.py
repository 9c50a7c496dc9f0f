"""Whether the events may be written by what takes data in: asked before anything is opened for writing."""

import time
from collections.abc import Sequence

from django.db import connections

from nodes import catalog
from nodes.errors import EventsUnavailable
from nodes.reading import reading
from nodes.recognition import refuse_folder, refuse_foreign
from nodes.router import EVENTS
from nodes.schema import Table

NOT_ADOPTED = "The events database lacks the tables for what nodes send: run `make adopt` to add them."


def refuse_unready(tables: Sequence[Table]) -> None:
    """Raises EventsUnavailable where the events are no monitor's, or lack one of these tables.

    Told without opening them for writing: that leaves traces in a database that is not ours to write.
    """
    refuse_folder(connections[EVENTS])
    with reading(place_until=time.monotonic() + 1) as connection:
        refuse_foreign(connection)
        if not catalog.has_tables(connection, [table.name for table in tables]):
            raise EventsUnavailable(NOT_ADOPTED)
