"""What can be wrong with the events database, as sentences that say what to do.

None of them contains a path, SQL or a driver's own words: they are shown in browsers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error as DatabaseError


class EventsUnavailable(Exception):
    """The events database cannot answer; `str()` is a sentence for the operator."""


class NoPlace(EventsUnavailable):
    """All MAX_POOL_SIZE places stayed taken for POOL_TIMEOUT seconds."""


MISSING = (
    "The events database cannot be opened: check that EVENTS_DATABASE_URL names a file that exists and is readable."
)
DAMAGED = (
    "The events database is damaged or not a database: restore it from a backup, or run `PRAGMA integrity_check` on it."
)
LOCKED = "The events database is locked by another program: wait until that has finished, then try again."
FOREIGN = "The events database lacks a table or column that is needed: run `make adopt` to add it."
UNWRITABLE = (
    "The events database is in WAL mode in a folder that this user cannot write to: "
    "let the site's user write there, or the monitor's user run the site."
)
SILENT = "The events database server does not answer: check that it runs and that EVENTS_DATABASE_URL is right."
OTHER = "The events database could not be read: the log of the site has the details."

# The driver's words (SQLite's messages have no codes in Python 3.10) and the sentence for each.
_SIGNS = (
    ("unable to open", MISSING),
    ("not a database", DAMAGED),
    ("malformed", DAMAGED),
    ("disk i/o error", DAMAGED),
    ("is locked", LOCKED),
    ("lock timeout", LOCKED),
    ("no such table", FOREIGN),
    ("no such column", FOREIGN),
    ("does not exist", FOREIGN),
    ("readonly database", UNWRITABLE),
    ("connection", SILENT),
)


def too_slow() -> str:
    return (
        f"Reading the events took longer than CONNECTION_TIMEOUT ({settings.CONNECTION_TIMEOUT} s): "
        "run `make adopt` if its indexes are missing, or raise the limit."
    )


def sentence_for(error: BaseException) -> str:
    if isinstance(error, EventsUnavailable):
        return str(error)
    words = str(error).lower()
    if "interrupted" in words or "statement timeout" in words:
        return too_slow()
    return next((sentence for sign, sentence in _SIGNS if sign in words), OTHER)


@contextmanager
def explained() -> Iterator[None]:
    """Turns any database error inside into EventsUnavailable with a sentence."""
    try:
        yield
    except DatabaseError as error:
        raise EventsUnavailable(sentence_for(error)) from error
