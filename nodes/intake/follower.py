"""The log of one node: what its tail reads goes through the stream into the events, with how far it was read.

Nothing that was read is let go before it is written, or will be read again: after a failed commit all is kept and tried
again, up to MOST_WAITING events; what could not be kept is read again from where the database says that it is.
"""

import logging
from collections import deque
from datetime import UTC, datetime
from math import inf
from time import monotonic, time_ns

from django.db import Error as DatabaseError
from django.db import connections

from nodes.errors import EventsUnavailable, sentence_for
from nodes.intake.identity import Source
from nodes.intake.memory import Memory
from nodes.intake.parse import parse
from nodes.intake.part import Lines
from nodes.intake.sources import known_sources, last_read, state_before, state_of
from nodes.intake.stream import Stream
from nodes.intake.tail import QUIET, Tail
from nodes.intake.write import NodeTaken, SourceMoved
from nodes.known import printable
from nodes.router import EVENTS

logger = logging.getLogger(__name__)

# Seconds.
LOOK = 0.5  # between two looks at the names of files, and at a log that is silent or tells no durations
LOOK_AGAIN = 0.05  # while files are renamed or compressed just now
SOON = 0.02  # between two looks at a log whose lines of starts and ends tell durations by when they arrive
ACTIVE = 5.0  # a log is that for so long after its latest line
COMMIT_AFTER, COMMIT_LINES_AFTER = 0.9, 5.0  # events, and lines that are none, wait so long
CHANGE_AFTER = 0.1  # since the latest commit, from one file to another that is written at the same time
WRITE_AGAIN, READ_AGAIN, TAKEN_AGAIN = 1.0, 5.0, 60.0

BYTES_AT_A_TIME = 1 << 20
EVENTS_AT_A_TIME, LINES_AT_A_TIME = 5_000, 50_000
MOST_WAITING = 50_000  # events
_LINES_WITH_A_TIME = 100  # where the first time of a log is looked for

UNEXPECTED = "An unexpected error, which the collector's log has."


class Rest:
    """Until when nobody writes: what kept one from it, a lock or a full disk, would keep all, and for long."""

    until = 0.0


class Follower:
    """For one thread. Times are time.monotonic(), but for `last_seen` and `last_event`: microseconds since 1970.

    `trouble` is a sentence. `last_seen` is when lines were read last, `last_event` the time of the latest line read.
    """

    def __init__(self, node: str, log: str, rest: Rest | None = None) -> None:
        self.node = node
        self._rest = rest or Rest()
        self.log = log
        self.due = 0.0
        self.is_behind = False
        self.last_seen: int | None = None
        self.last_event: int | None = None
        self.trouble: str | None = None
        self.trouble_since: datetime | None = None
        self._was_followed = False
        self._active_until = self._written_at = 0.0
        self._uncommitted_since: float | None = None
        self._begin()

    @property
    def behind(self) -> int:
        """Bytes that are not read, or not yet written."""
        try:
            return self._tail.behind + sum(len(lines.data) for _, lines, _ in self._pending)
        except OSError:
            return 0

    @property
    def is_settled(self) -> bool:
        return self._tail.is_settled

    @property
    def waits(self) -> bool:
        """Whether anything was read and is not written."""
        return bool(self._stream.lines or self._pending)

    def step(self, busy: float = SOON, quiet: int = QUIET) -> bool:
        """Reads what is new, and writes it when it is time; whether there was anything. Sets `due`.

        `busy` is how long a log that tells durations may be left alone, in seconds.
        """
        now = monotonic()
        try:
            has_read = self._read(now, quiet)
            if now >= self._rest.until and self._is_to_be_written(now):
                self.write()
        except Exception as error:  # noqa: BLE001 - one node's trouble must not end the collecting of others
            self._met(error, now)
            return False
        if now >= self._rest.until:  # else there is trouble that was told
            self._say(self._tail.trouble)
        if has_read:
            self._active_until = now + ACTIVE
        is_busy = self._stream.has_starts and now < self._active_until
        self.is_behind = has_read and self.behind > 0
        self.due = now if self.is_behind else min(now + (busy if is_busy else LOOK), self._write_at, self._next_look)
        return has_read

    def write(self) -> None:
        """Raises NodeTaken, SourceMoved and django.db.Error."""
        self._stream.commit(self._source)
        self._uncommitted_since, self._written_at = None, monotonic()
        for source in self._ended:
            self._memory.forget(source)
        self._ended.clear()

    def close(self) -> None:
        """What can be written is written, the rest will be read again."""
        try:
            while self._pending:
                self._take_pending()
            self.write()
        except Exception as error:  # noqa: BLE001 - it ends either way
            self._met(error, monotonic())
        self._tail.close()

    def _begin(self) -> None:
        self._memory = Memory(lambda: known_sources(self.node))
        self._tail = Tail(self.log, self._memory, lambda paths: last_read(self.node, paths))
        self._stream = Stream(self.node)
        self._is_checked = False
        self._source: Source | None = None
        # Read and not yet in the stream, because another log's lines have to be written first; True for its last line.
        self._pending: deque[tuple[Source, Lines, bool]] = deque()
        self._ended: list[Source] = []
        self._uncommitted_since = None
        self._next_look = 0.0

    def _read(self, now: float, quiet: int) -> bool:
        if not self._is_checked:
            self._stream.check()
            self._is_checked = True
        while self._pending:
            self._take_pending()
        wall = time_ns() // 1000
        if now >= self._next_look:
            self._tail.look(wall)
            self._pending.extend((s, Lines(rest, None), True) for s, rest in self._tail.finished(wall, quiet) if s)
            self._next_look = now + (LOOK if self._tail.is_settled else LOOK_AGAIN)
            while self._pending:  # before more is read: a file is told by what was taken, not by what still waits
                self._take_pending()
        size = 0
        while size < BYTES_AT_A_TIME and self._stream.waiting < MOST_WAITING and self._next():
            size += len(self._pending[-1][1].data)
            self._take_pending()
            self.last_seen = time_ns() // 1000
        if self._uncommitted_since is None and self._stream.lines:
            self._uncommitted_since = now
        return size > 0

    def _next(self) -> bool:
        """Of several files that are written at the same time, one after the other: each change is a transaction."""
        wall = time_ns() // 1000
        current = self._source if self._stream.lines and self._source and self._tail.is_written(self._source) else None
        found = self._tail.next_lines(wall, only=current)
        if found is None and current is not None and monotonic() - self._written_at >= CHANGE_AFTER:
            found = self._tail.next_lines(wall)
        if found is not None:
            self._pending.append((*found, False))
        return found is not None

    def _take_pending(self) -> None:
        """Raises what `write` does; then it is still pending."""
        source, lines, is_last = self._pending[0]
        if source is not self._source:
            self._turn_to(source, lines.data)
        self._pending.popleft()
        read = self._stream.feed(*lines)
        source.prefix.update(read + self._stream.finish() if is_last else read)
        if source.prefix.length:
            self._memory.has_begun(source)
        if is_last:
            self._ended.append(source)
        self.last_event = self._stream.latest or self.last_event

    def _turn_to(self, source: Source, begin: bytes) -> None:
        """Attempts that began in the log before go on in this one."""
        if self._source is not None:
            self.write()
        elif source.stored:
            self._stream.resume(state_of(self.node, source.key))
        else:
            self._stream.resume(state_before(self.node, _first_time(begin)))
        self._source = source

    def _is_to_be_written(self, now: float) -> bool:
        if self._stream.waiting >= EVENTS_AT_A_TIME or self._stream.lines >= LINES_AT_A_TIME:
            return True
        return now >= self._write_at or (bool(self._ended) and self._uncommitted_since is None)

    @property
    def _write_at(self) -> float:
        if self._uncommitted_since is None:
            return inf
        return self._uncommitted_since + (COMMIT_AFTER if self._stream.waiting else COMMIT_LINES_AFTER)

    def _met(self, error: Exception, now: float) -> None:
        self.is_behind = False
        if isinstance(error, DatabaseError | EventsUnavailable):
            # What was read is kept, and reading goes on.
            self._rest.until = monotonic() + WRITE_AGAIN
            self.due = self._rest.until if self._pending else now + SOON
            connections[EVENTS].close()  # it may be of no more use
            self._say(sentence_for(error, writing=True), error)
            return
        self._tail.close()
        self._begin()
        self.due = now + (TAKEN_AGAIN if isinstance(error, NodeTaken) else READ_AGAIN)
        is_known = isinstance(error, NodeTaken | SourceMoved)
        if not is_known:
            logger.exception("Following the log of %s failed", printable(self.node))
        self._say(str(error) if is_known else UNEXPECTED)

    def _say(self, trouble: str | None, why: Exception | None = None) -> None:
        """One line when there is other trouble, one when there is none, at first or again."""
        if trouble == self.trouble and (trouble is not None or self._was_followed):
            return
        if trouble is not None:
            logger.warning("The log of %s: %s%s", printable(self.node), trouble, f" ({why})" if why else "")
        else:
            told = "The log of %s is followed again" if self._was_followed else "Following the log of %s"
            logger.info(told, printable(self.node))
            self._was_followed = True
        self.trouble, self.trouble_since = trouble, datetime.now(UTC) if trouble else None


def _first_time(data: bytes) -> int | None:
    for line in data.split(b"\n", _LINES_WITH_A_TIME)[:_LINES_WITH_A_TIME]:
        at: int | None = getattr(parse(line), "at", None)
        if at is not None:
            return at
    return None
