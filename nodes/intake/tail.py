"""Follows the log of a node through rotation, by looking: nothing here waits, and nothing writes.

What is being read is held open, so that a file that gets another name is read to its end before its successor. A
file with a new name, or one that was cut off, is told by its bytes: what was read before, under whatever name and
however compressed, is not read again, and reading goes on where it was.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

from nodes.intake.finder import AnyPart, Finder, Moving, Verdict
from nodes.intake.identity import Source, Unreadable
from nodes.intake.memory import Memory
from nodes.intake.packed import PackedPart
from nodes.intake.part import Lines, Part, Truncated
from nodes.intake.paths import NoLog, files_of
from nodes.intake.rotation import File, rotated

SECOND = 1_000_000  # microseconds, as all times here
FRESH = SECOND  # a look so long after another finds what has just been written
QUIET = 10 * SECOND  # a file that has lost its name is let go when nobody has written to it for so long
ASLEEP = 3_600 * SECOND  # so is one of several that was silent for so long, until it changes
# Compressing what has been rotated, or copying it, may take so long.
SETTLING = 60 * SECOND
SLACK = 2 * SECOND  # of the times that a file system keeps
MOST_OPEN = 16  # files of a long history to hold open

LastRead = Callable[[Sequence[str]], int | None]


class Tail:
    """`last_read` tells when the logs at some paths were read last, in microseconds since 1970, None for never."""

    def __init__(self, log: str, memory: Memory, last_read: LastRead) -> None:
        self.log = log
        self.trouble: str | None = None
        self.parts: list[AnyPart] = []
        self._memory = memory
        self._finder = Finder(memory)
        self._last_read = last_read
        # What was changed after it was written while nobody followed; None where that was not asked yet.
        self._since: int | None = None
        self._live: list[File] = []
        self._settles_until = 0
        self._has_more_files = False
        self._tries = 0
        # Files that were cut off, perhaps before their first line was read: what they had is looked for behind them.
        self._unsure: set[tuple[int, int]] = set()

    @property
    def is_settled(self) -> bool:
        """Whether the last look found the files in order, and all of them."""
        return self._tries == 0 and not self._has_more_files

    @property
    def behind(self) -> int:
        """Bytes that wait in the files that are open."""
        return sum(part.behind for part in self.parts)

    def look(self, now: int) -> None:
        """Which files there are. Raises django.db.Error, after which another look does what is left."""
        try:
            self._live, self.trouble = files_of(self.log), None
        except NoLog as error:
            self._live, self.trouble = [], str(error)
        held = {part.inode for part in self.parts}
        news = any(file.inode not in held and not self._finder.is_done(file) for file in self._live)
        has_room = self._has_more_files and len(self.parts) < MOST_OPEN // 2
        if news or has_room or self._tries or now < self._settles_until:
            self._arrange(now)

    def next_lines(self, now: int, only: Source | None = None) -> tuple[Source, Lines] | None:
        """The next lines of the oldest file that has any, or of one. Raises django.db.Error."""
        if any(part.begins_again and part.has_begun for part in self.parts):
            self._arrange(now)
            if not self.is_settled:
                return None
        for part in list(self.parts):
            if only is None or part.source is only:
                lines = self._lines_of(part, now)
                if lines is not None and part.source is not None:
                    return part.source, lines
        return None

    def finished(self, now: int, quiet: int = QUIET) -> Iterator[tuple[Source | None, bytes]]:
        """Of each file that is read to its end and that nobody writes any more, what stands behind its last line."""
        for part in list(self.parts):
            if part.seen_at and not part.behind and self._is_over(part, now, quiet):
                self._drop(part)
                self._finder.has_done(part)
                rest = b"" if self._is_live(part) else part.last_line()
                part.close()
                yield part.source, rest

    def is_written(self, source: Source) -> bool:
        """Whether the log is in a file that has still the name of one that is written."""
        return any(part.source is source and self._is_live(part) for part in self.parts)

    def close(self) -> None:
        for part in self.parts:
            part.close()
        self.parts.clear()

    def _lines_of(self, part: AnyPart, now: int) -> Lines | None:
        try:
            if part.source is None and part.is_cut:
                raise Truncated
            if part.source is None and not self._has_source(part, now):
                return None
            lines = part.read(now, FRESH)
        except Truncated:
            assert isinstance(part, Part)
            part.start_again()
            # What it had besides may be in a copy, which comes first.
            self._settles_until = now + SETTLING
            self._arrange(now)
            return None
        except (OSError, Unreadable) as error:
            self._close(part)
            self._settles_until = now + SETTLING
            with suppress(Moving):
                self._finder.gave_up(part, now, error)
            return None
        if part.seen_at == now:
            self._since = now
        return lines

    def _has_source(self, part: AnyPart, now: int) -> bool:
        """A log can be told from others as soon as it has a line."""
        if not part.has_begun:
            part.seen_at = 0 if part.behind else now
            return False
        others = [other for other in self.parts if other is not part and self._is_live(other)]
        self._memory.look_again()
        verdict = self._finder.recognised(part, others, is_only=len(self._live) == 1)
        if part.source is not None:
            # The same log in another file that has lost its name, and that was read as far.
            for other in [other for other in self.parts if other is not part and other.source is part.source]:
                self._close(other)
            return True
        if verdict is Verdict.READ and all(other.source is not None for other in others):
            self._finder.has_done(part)
        self._close(part)
        return False

    def _arrange(self, now: int) -> None:
        """Opens what is new, and puts all in the order in which it was written; nothing while files are moving."""
        opened: list[AnyPart] = []
        self._has_more_files = False
        for part in self.parts:
            if part.begins_again and part.has_begun:
                part.begins_again = False
                part.remember_beginning()  # before looking for what it had: if it is cut off again, that will show
                self._unsure.add(part.inode)
        self._memory.look_again()
        try:
            self.parts = self._arranged(now, opened)
            self._tries = 0
            self._unsure.clear()
        except Moving:
            self._tries += 1
            _close_all(opened)
        except BaseException:
            _close_all(opened)
            raise

    def _arranged(self, now: int, opened: list[AnyPart]) -> list[AnyPart]:
        held = {part.inode: part for part in self.parts}
        renamed = [part for part in self.parts if not self._is_live(part)]
        arranged = [part for part in renamed if part.inode not in self._unsure]
        unsure = [part for part in renamed if part.inode in self._unsure]
        for file in self._live:
            older = self._older(file, now, [*arranged, *opened])
            opened += older
            older, unsure = [*older, *unsure], []
            part = held.get(file.inode)
            if part is None and not self._has_more_files and not self._finder.is_done(file):
                part = self._opened(file, now)
                opened += [part] if part else []
            arranged += [*older, part] if part else older
            self._has_more_files |= len(arranged) >= MOST_OPEN
        return arranged + unsure

    def _opened(self, live: File, now: int) -> AnyPart | None:
        part = self._finder.opened(live, now)
        if isinstance(part, Part):
            part.begins_again = True  # perhaps: it may be cut off before any of it is read
        return part

    def _older(self, live: File, now: int, arranged: list[AnyPart]) -> list[AnyPart]:
        """What was written before `live` under another name and not read, the oldest first."""
        if self._since is None:
            self._since = self._last_read([live.path])
        is_known = self._since is not None or any(part.source for part in self.parts)
        if not is_known or self._has_more_files:  # what was never read begins with the file that is written now
            return []
        found: list[tuple[File, AnyPart]] = []
        try:
            was_read = self._walk(live, now, arranged, found)
        except BaseException:
            _close_all(part for _, part in found)
            raise
        since = now if self._since is None else self._since - SLACK
        kept = [part for file, part in found if was_read or file.modified // 1000 >= since]
        _close_all([part for _, part in found if part not in kept] + kept[:-MOST_OPEN])
        self._has_more_files |= len(kept) > MOST_OPEN
        return kept[-MOST_OPEN:][::-1]

    def _walk(self, live: File, now: int, arranged: list[AnyPart], found: list[tuple[File, AnyPart]]) -> bool:
        """Goes back through the rotated files up to those that were read: all before them was, too.

        Up to two of these, as one that is just compressed looks newer than it is.
        """
        held = {part.inode for part in (*self.parts, *arranged)} | {file.inode for file in self._live}
        read = 0
        for file in rotated(live.path):
            if file.inode in self._unsure:
                continue
            if file.inode in held:
                return True
            verdict, part = Verdict.READ, None
            if not self._finder.is_done(file):
                others = [*self.parts, *arranged, *(part for _, part in found)]
                verdict, part = self._finder.rotated(file, live.path, now, others)
            if part is not None:
                found.append((file, part))
            read += verdict in (Verdict.READ, Verdict.BEGUN)
            if verdict is Verdict.BEGUN or read == 2:
                return True
        return read > 0

    def _is_live(self, part: AnyPart) -> bool:
        return any(file.inode == part.inode for file in self._live)

    def _is_over(self, part: AnyPart, now: int, quiet: int) -> bool:
        if isinstance(part, PackedPart):
            return not part.has_more
        if self._has_more_files:
            return True
        if self._is_live(part):
            return len(self._live) > 1 and self._live[-1].inode != part.inode and now - part.changed_at >= ASLEEP
        has_successor = any(other.position > 0 for other in self.parts if isinstance(other, Part) and other is not part)
        return (has_successor or part.is_removed) and now - part.changed_at >= quiet

    def _close(self, part: AnyPart) -> None:
        self._drop(part)
        part.close()

    def _drop(self, part: AnyPart) -> None:
        self.parts = [other for other in self.parts if other is not part]


def _close_all(parts: Iterable[AnyPart]) -> None:
    for part in parts:
        part.close()
