"""Lines of a log that another machine sends, a piece of it at a time.

What was sent for a node is one stream: an attempt that begins in one piece may end in the next. Whoever sends a piece
again, because the answer got lost, gets that answer once more, and nothing is written: a piece is told by its
Idempotency-Key or, as many programs send none, by its bytes. No two pieces are alike, as their lines have times.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.errors import explained
from nodes.fields import to_stored
from nodes.intake.batch import Written
from nodes.intake.identity import Prefix, Source
from nodes.intake.sources import known_sources, state_of
from nodes.intake.stream import Stream
from nodes.readiness import refuse_unready
from nodes.router import EVENTS
from nodes.sql import intake as rows

LONGEST_KEY = 200  # characters
# How many times as long lines may be once they are unpacked: their events are in memory until all are written.
MOST_PACKED = 4
# So long a piece may be sent again; a sender that gives up later than that would count it twice.
REMEMBERED = timedelta(days=1)
# The one source that all pieces of a node are: a chain of their digests, so that of two processes one is refused.
SENT = "pushed"

# No key that is sent begins so: keys are printable.
_OF_BYTES = "\n"

# Pieces of a node are written one after the other; by processes, whichever comes second is refused.
_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

Answer = dict[str, Any]


class KeyReused(Exception):
    """The Idempotency-Key came before, with other lines; `str()` is a sentence for whoever sent it."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was sent before with other lines: use a new key for each piece.")


def take_lines(node: str, pieces: Iterable[bytes], key: str = "") -> tuple[Answer, bool]:
    """Writes the lines and returns what was written, and whether that was before, under the same key.

    A last line without an end counts as a whole one. Lines have the times that they tell: how long it took to send
    them says nothing of attempts. Raises KeyReused, NodeTaken, SourceMoved if another process takes in lines of this
    node at this moment, and EventsUnavailable; then nothing is written.
    """
    refuse_unready()
    sent = list(filter(None, pieces))  # a slow client keeps nobody else from sending lines of this node
    with _locks[node], explained(writing=True):
        stream, source = _resumed(node)
        digest = blake2b(digest_size=16)
        for piece in sent:
            digest.update(piece)
            stream.feed(piece)
        if sent and not sent[-1].endswith(b"\n"):
            stream.feed(b"\n")
        source.prefix.update(digest.digest())
        source.prefix.head = b""  # no file begins with it
        push = _Push(node, key or f"{_OF_BYTES}{digest.hexdigest()}", digest.hexdigest())
        if (before := push.before()) is not None:
            return before, True
        return push.commit(stream, source), False


def _resumed(node: str) -> tuple[Stream, Source]:
    stream = Stream(node)
    known = next((log for log in known_sources(node) if log.source == SENT), None)
    if known is None:
        return stream, Source("(sent)", key=SENT)
    stream.resume(state_of(node, SENT))
    return stream, Source("(sent)", Prefix(length=known.length, block_hash=known.hash), SENT, known.hash)


class _Push:
    def __init__(self, node: str, key: str, digest: str) -> None:
        self._node, self._key, self._digest = node, key, digest
        self._answer: Answer = {}

    def before(self) -> Answer | None:
        """What was answered to the same lines under the same key."""
        found = rows.push_before(connections[EVENTS], self._node, self._key)
        if found is None:
            return None
        digest, answer = found
        if digest != self._digest:
            raise KeyReused
        return dict(json.loads(answer))

    def commit(self, stream: Stream, source: Source) -> Answer:
        self._answer = _answer(stream.gathered())
        stream.commit(source, also=self._remember)
        return self._answer

    def _remember(self, connection: BaseDatabaseWrapper) -> None:
        now = datetime.now(UTC)
        rows.forget_pushes(connection, self._node, to_stored(now - REMEMBERED))
        row = (self._node, self._key, self._digest, json.dumps(self._answer), to_stored(now))
        rows.add_push(connection, row)


def _answer(written: Written) -> Answer:
    return written._asdict()
