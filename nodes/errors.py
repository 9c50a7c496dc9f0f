"""What can be wrong with the events database, as sentences that say what to do.

None of them contains a path, SQL or a driver's own words: they are shown in browsers.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import Error as DatabaseError
from django.db.migrations.exceptions import MigrationSchemaMissing


class EventsUnavailable(Exception):
    """The events database cannot answer; `str()` is a sentence for the operator."""


class NoPlace(EventsUnavailable):
    """All MAX_POOL_SIZE places stayed taken for POOL_TIMEOUT seconds."""


class NotTheMonitors(EventsUnavailable):
    """The database is another program's, and nothing may be added to it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"This is not an events database of storj_monitor: {why}; check EVENTS_DATABASE_URL.")


MISSING = (
    "The events database cannot be opened: check that EVENTS_DATABASE_URL names a file that exists and is readable."
)
FOLDER = "The events database is a folder: name the file in it, storj_stats.db for example, in EVENTS_DATABASE_URL."
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

UNMADE = (
    "The events database can be neither opened nor made: check that EVENTS_DATABASE_URL names a folder that exists, "
    "and that this user may write there."
)
NOT_MADE = (
    "The events database does not exist: check the path in EVENTS_DATABASE_URL, "
    "or run `make adopt ARGS=--create` if an empty one is to be made there."
)
FORBIDDEN = (
    "This user cannot write to the events database: run this as a user who may write to the file and its folder, "
    "or give this one the right."
)
FULL = "The disk of the events database is full: free some space, then run this again; nothing is left half-done."
NO_SCHEMA = "The schema of the events database does not exist: create the one that EVENTS_DATABASE_URL names."
UNWRITTEN = "The events database could not be written: its own log, or --traceback, has the details."

# What the drivers say, SQLite's and PostgreSQL's alike, and the sentence for each.
_SIGNS = (
    ("connection failed", SILENT),
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
_SIGNS_WHEN_WRITING = (
    ("unable to open", UNMADE),
    ("readonly database", FORBIDDEN),
    ("read-only", FORBIDDEN),
    ("permission denied", FORBIDDEN),
    ("must be owner", FORBIDDEN),
    ("is full", FULL),
    ("no space left", FULL),
    ("no schema has been selected", NO_SCHEMA),
    *_SIGNS,
)


def too_slow() -> str:
    return (
        f"Reading the events took longer than CONNECTION_TIMEOUT ({settings.CONNECTION_TIMEOUT} s): "
        "run `make adopt` if its indexes are missing, or raise the limit."
    )


def sentence_for(error: BaseException, writing: bool = False) -> str:
    if isinstance(error, EventsUnavailable):
        return str(error)
    words = str(error).lower()
    if "interrupted" in words or "statement timeout" in words:
        return too_slow()
    signs, otherwise = (_SIGNS_WHEN_WRITING, UNWRITTEN) if writing else (_SIGNS, OTHER)
    return next((sentence for sign, sentence in signs if sign in words), otherwise)


@contextmanager
def explained(writing: bool = False) -> Iterator[None]:
    """Turns any database error inside into EventsUnavailable with a sentence.

    `writing` is for what adds to the database: the same error then has another remedy.
    """
    try:
        yield
    except (DatabaseError, MigrationSchemaMissing) as error:
        raise EventsUnavailable(sentence_for(error, writing)) from error
