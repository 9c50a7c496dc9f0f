"""The bytes of one log, cut into lines, read and paired, and written when their reader says so.

The reader hands over bytes as they come, and commits now and then with the log's position. Rows, pairing and position
are written together or not at all. After any error of the database all that was read stays, and commit can be called
again; after SourceMoved the stream is of no use, and the log has to be recognised and resumed anew.
"""

from nodes.intake.batch import Batch, Written
from nodes.intake.identity import Source
from nodes.intake.pairing import Pairing
from nodes.intake.parse import parse
from nodes.intake.records import Compaction, Record, Scores, Skipped, Transfer
from nodes.intake.times import HOUR, stored
from nodes.intake.write import Also, Writing, refuse_taken, write

# No line of a storagenode's is longer by far; what is, is no log.
LONGEST_LINE = 1 << 20  # bytes
TOO_LONG = "longer than a line of a log can be"
NO_TIME = "without a time, and not followed live"


class Stream:
    """Of one log of a node, or of what is pushed for it; for one thread.

    `force`: write even if another program seems to write the events of this node.
    """

    def __init__(self, node: str, force: bool = False) -> None:
        self.node = node
        self.force = force
        self._pairing = Pairing()
        self._batch = Batch()
        self._rest = b""
        # Whether what comes up to the end of the line belongs to one that is too long.
        self._too_long = False

    def check(self) -> None:
        """Raises NodeTaken, as commit would, without anything to write."""
        if not self.force:
            refuse_taken(self.node)

    def resume(self, state: bytes) -> None:
        """Goes on as after the commit that stored this state; of no bytes, with nothing."""
        self._too_long = state[:1] == b"\1"
        self._pairing = Pairing.load(state[1:])
        self._batch, self._rest = Batch(), b""

    @property
    def waiting(self) -> int:
        """Events that the next commit would write."""
        return len(self._batch.events)

    @property
    def lines(self) -> int:
        """Lines since the last commit, those that were left aside too."""
        return self._batch.lines

    @property
    def latest(self) -> int:
        """The time of the latest line that had one, in microseconds since 1970; 0 before the first."""
        return self._pairing.latest

    @property
    def has_starts(self) -> bool:
        """Whether the log tells when attempts start, so that their durations can be known."""
        return self._pairing.has_starts

    def gathered(self) -> Written:
        """What the next commit would write."""
        return self._batch.as_written()

    def feed(self, data: bytes, arrival: int | None = None, is_exact: bool = True) -> bytes:
        """Reads what is whole of the lines, and returns their bytes, with which the position moves on.

        Cut at any byte. What is left of the last line is kept, and comes with the bytes of a later call. `arrival` in
        microseconds since 1970 where the log is followed live: where it `is_exact` it tells durations.
        """
        whole, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._rest += data
            return self._cut_too_long(b"")
        done = self._rest + whole + newline
        self._rest = rest
        self._read(done, arrival, is_exact)
        return self._cut_too_long(done)

    def finish(self) -> bytes:
        """Reads a last line without an end, if it is a whole one all the same; returns its bytes, as `feed` does."""
        last, self._rest = self._rest, b""
        if not last or self._too_long or isinstance(parse(last), Skipped):
            return b""
        self._read(last, None)
        return last

    def commit(self, source: Source | None = None, also: Also | None = None) -> Written:
        """Writes what was read, and that `source` is at the position of its prefix now; returns what it wrote.

        `also` writes more in the same transaction; without a source it is what keeps the same lines from being
        written again. Raises NodeTaken, SourceMoved and django.db.Error; then nothing is written, and nothing is lost.
        """
        if source is not None and not source.has_moved:
            source = None
        if source is None and also is None and not self._batch.lines:
            return Written()
        if source is not None:
            source.settle_key()
        self._pairing.find_hung()
        batch, pairing = self._batch, self._pairing
        told = pairing.latest, pairing.hung, pairing.ended
        write(Writing(self.node, batch, source, self.state(), *told, self.force, also))
        pairing.forget_told()
        self._batch = Batch()
        return batch.as_written()

    def state(self) -> bytes:
        return (b"\1" if self._too_long else b"\0") + self._pairing.dump()

    def _cut_too_long(self, done: bytes) -> bytes:
        """What is done, with the part of a line that is too long."""
        if len(self._rest) < LONGEST_LINE and not self._too_long:
            return done
        if not self._too_long:
            self._skip_too_long(self._rest)
            self._too_long = True
        done, self._rest = done + self._rest, b""
        return done

    def _skip_too_long(self, line: bytes) -> None:
        self._batch.lines += 1
        self._batch.skip(TOO_LONG, line)

    def _read(self, lines: bytes, arrival: int | None, is_exact: bool = False) -> None:
        """Whole lines."""
        if self._too_long:
            _, _, lines = lines.partition(b"\n")
            self._too_long = False
        split = lines.split(b"\n")
        if not split[-1]:
            split.pop()
        self._batch.lines += len(split)
        if max(map(len, split), default=0) >= LONGEST_LINE:
            split = self._without_too_long(split)
        self._read_lines(split, arrival, arrival if is_exact else None)

    def _read_lines(self, lines: list[bytes], arrival: int | None, exact: int | None) -> None:
        """The loop that all lines go through, in which each microsecond is a tenth of the whole."""
        batch, pairing, node = self._batch, self._pairing, self.node
        last, stamp = -1, ""
        for line in lines:
            record = parse(line)
            if type(record) is not Transfer:
                self._take(record, line, arrival)
                continue
            at, coarse, status, action, size, piece_id, satellite_id, remote_ip, why = record
            if at is None:
                at = arrival
                if at is None:
                    batch.skip(NO_TIME, line)
                    continue
            if not status:
                pairing.start(record, at, exact)
                continue
            duration, coarse = pairing.end(record, at, exact)
            if coarse:
                batch.coarse[at // HOUR] += 1
            if at != last:
                last, stamp = at, stored(at)
            place = None, None, None  # country, latitude and longitude
            batch.events.append(
                (action, status, size, satellite_id, remote_ip, *place, why, node, stamp, piece_id, duration)
            )

    def _without_too_long(self, lines: list[bytes]) -> list[bytes]:
        """So that it does not depend on where the bytes were cut which lines are read."""
        for line in lines:
            if len(line) >= LONGEST_LINE:
                self._batch.skip(TOO_LONG, line)
        return [line for line in lines if len(line) < LONGEST_LINE]

    def _take(self, record: Record, line: bytes, arrival: int | None) -> None:
        """All but transfers, which are the fewest lines of a log."""
        if isinstance(record, Skipped):
            if line and not line.isspace():
                self._batch.skip(record.reason, line)
        elif (at := arrival if record.at is None else record.at) is None:
            self._batch.skip(NO_TIME, line)
        elif isinstance(record, Scores):
            self._batch.scores.append((stored(at), self.node, *record[1:]))
        elif isinstance(record, Compaction):
            satellite_id, store, *figures = record[1:]
            self._batch.compactions.append((self.node, satellite_id, store, stored(at), *figures))
