"""Has SQLite's write-ahead log begin anew where readers keep it from doing so.

By itself it does when no reader uses the log, and never as long as one begins before another ends. Then the log grows
without limit (by 11 MB a second beside five readers), every read becomes slower with it, and each commit of the monitor
copies pages into the database, which takes longer than the commit itself.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.places import places
from nodes.sql.write_ahead_log import Log, copy, empty

# Seconds for which reads of this process are kept from beginning, until those that have begun end: the longer the log,
# the more, as every read and commit is slower with it. Most take less than the least; /healthz waits for longer than
# the most.
QUIET_PER_1000_PAGES, LEAST_QUIET, LONGEST_QUIET = 0.3, 0.15, 0.5
# Of the log, for which writers may be held up: all others are copied before.
FEW_PAGES = 50
# Milliseconds for which they may be held up on account of readers besides: the longer the log, the more.
WAIT_PER_1000_PAGES, LONGEST_WAIT = 25, 100


def shorten(connection: BaseDatabaseWrapper, most_pages: int) -> bool:
    """Copies the log into the database, and empties it if it is longer than that.

    Returns False where readers, or another program that copies it, are in the way. Raises django.db.Error.
    """
    log = copy(connection)
    return log is not None and (log.pages <= most_pages or _emptied(connection, log, may_wait=True))


def shorten_in_a_pause(connection: BaseDatabaseWrapper) -> bool:
    """Copies and empties the log, for which it has the reads of this process make a pause.

    Returns False where one of them lasts, or others are in the way. Raises django.db.Error.
    """
    log = copy(connection)
    if log is None:
        return False
    with places.quiet_moment(_seconds_for(log)) as is_quiet:
        log = copy(connection)
        # For those who read here and are not ready yet, nobody is to be held up.
        return log is not None and _emptied(connection, log, may_wait=is_quiet())


def _seconds_for(log: Log) -> float:
    return min(max(LEAST_QUIET, QUIET_PER_1000_PAGES * log.pages / 1000), LONGEST_QUIET)


def _emptied(connection: BaseDatabaseWrapper, log: Log, may_wait: bool) -> bool:
    if log.pages - log.copied > FEW_PAGES:
        return False
    return empty(connection, min(WAIT_PER_1000_PAGES * log.pages // 1000, LONGEST_WAIT) if may_wait else 0)
