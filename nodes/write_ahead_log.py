"""Has SQLite's write-ahead log begin anew where readers keep it from doing so.

By itself it does when no reader uses the log, and never as long as one begins before another ends. Then the log grows
without limit (by 11 MB a second beside five readers), every read becomes slower with it, and each commit of the monitor
copies pages into the database, which takes longer than the commit itself.
"""

import logging

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.places import places
from nodes.sql.write_ahead_log import copy, empty

logger = logging.getLogger(__name__)

# Seconds for which reads of this process are kept from beginning, until those that have begun end: the longer the log,
# the more, as every read and commit is slower with it. Most take less than the least.
QUIET_PER_1000_PAGES, LEAST_QUIET, LONGEST_QUIET = 0.3, 0.15, 1.0
FEW_PAGES = 500  # of the log, which are copied in a moment
# Milliseconds for which writers may be held up on account of readers in other processes: the longer the log, the more.
WAIT_PER_1000_PAGES, LONGEST_WAIT = 25, 100


def shorten(connection: BaseDatabaseWrapper, most_pages: int) -> bool:
    """Copies the log into the database, and empties it if it is longer than that.

    Nearly all is copied while others write, so that they are held up for a moment. Returns False where readers or the
    database forbid it, of which only the log of the site speaks: nothing depends on it.
    """
    try:
        return _shortened(connection, most_pages)
    except DatabaseError as error:
        logger.info("The write-ahead log could not be shortened: %s", error)
        return False


def _shortened(connection: BaseDatabaseWrapper, most_pages: int) -> bool:
    pages, _ = copy(connection)
    if pages <= most_pages:
        return True
    quiet = min(max(LEAST_QUIET, QUIET_PER_1000_PAGES * pages / 1000), LONGEST_QUIET)
    with places.quiet_moment(quiet) as is_quiet:
        pages, copied = copy(connection)
        if pages - copied > FEW_PAGES:
            return False
        # Of those who read here, whoever is not ready yet takes long: nobody is to be held up until then.
        wait = min(WAIT_PER_1000_PAGES * pages // 1000, LONGEST_WAIT) if is_quiet else 0
        return empty(connection, wait)
