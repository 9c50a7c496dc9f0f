"""Whole logs of a node into the events, one after the other, as often as an operator likes.

A log is told by what is in it: what was read of it before, under whatever name, is not read again. A plain file may
still be written, so only its whole lines are read; of a compressed one, or a pipe, the last line needs no end.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import OperationalError

from nodes.errors import LOCKED, sentence_for
from nodes.intake.batch import Written
from nodes.intake.files import Found, Log, named, opened, trouble
from nodes.intake.identity import Recognised, Sameness, Source, Unreadable
from nodes.intake.sources import known_sources, state_before, state_of
from nodes.intake.stream import Stream

CHUNK = 1 << 18  # bytes
# Written in about a tenth of a second, during which others wait.
LINES_AT_ONCE = 20_000
SHORT_LINE = 100  # bytes
PATIENCE = 60.0  # seconds for which another program may lock the database

FORKED = (
    "“{}” was left aside: it begins like “{}”, which was read before, and goes on otherwise. One of them is damaged or "
    "was changed, and what they share would count twice."
)


@dataclass
class Report:
    """What came of it. `logs` that were read, wholly or in part; `known` bytes that had been read before."""

    logs: int = 0
    known: int = 0
    lines: int = 0
    events: int = 0
    scores: int = 0
    compactions: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    def add(self, written: Written) -> None:
        self.lines += written.lines
        self.events += written.events
        self.scores += written.scores
        self.compactions += written.compactions
        self.skipped.update(written.skipped)


class Ingest:
    """`report` has what is written, also while `run` has not ended, and if it never does."""

    def __init__(
        self,
        node: str,
        found: Found,
        force: bool = False,
        lines_at_once: int = LINES_AT_ONCE,
        patience: float = PATIENCE,
    ) -> None:
        self.report = Report(troubles=list(found.troubles))
        self._node = node
        self._logs = found.logs
        self._force = force
        self._lines_at_once = lines_at_once
        self._patience = patience

    def run(self) -> Iterator[int]:
        """Says now and then how many bytes of the files are done. Raises NodeTaken, SourceMoved and django.db.Error."""
        before = 0
        for path, first in self._logs:
            done = 0
            try:
                for done in self._log(path, first):
                    yield before + done
            except (OSError, Unreadable) as error:
                self.report.troubles.append(trouble(path, error))
            before += done

    def _log(self, path: str, first: int | None) -> Iterator[int]:
        with opened(path) as log:
            found = log.recognise(known_sources(self._node))
            if found.known is not None and found.sameness is Sameness.FORKED:
                self.report.troubles.append(FORKED.format(named(path), named(found.known.path)))
            elif found.sameness is Sameness.OLDER:
                self.report.known += log.done
            else:
                self.report.logs += 1
                self.report.known += found.source.prefix.length
                yield from self._read(log, self._stream(found, first), found.source)

    def _stream(self, found: Recognised, first: int | None) -> Stream:
        is_known = found.sameness is Sameness.KNOWN
        stream = Stream(self._node, self._force)
        stream.resume(state_of(self._node, found.source.key) if is_known else state_before(self._node, first))
        return stream

    def _read(self, log: Log, stream: Stream, source: Source) -> Iterator[int]:
        try:
            while data := log.read(min(CHUNK, SHORT_LINE * self._lines_at_once)):
                source.prefix.update(stream.feed(data))
                if stream.lines >= self._lines_at_once:
                    self._commit(stream, source)
                    yield log.done
        except (OSError, Unreadable):
            self._commit(stream, source)
            raise
        if not log.may_grow:
            source.prefix.update(stream.finish())
        self._commit(stream, source)
        yield log.done

    def _commit(self, stream: Stream, source: Source) -> None:
        until = time.monotonic() + self._patience
        while True:
            try:
                self.report.add(stream.commit(source))
                return
            except OperationalError as error:
                if sentence_for(error, writing=True) != LOCKED or time.monotonic() > until:
                    raise
