"""Opens files of a log, and tells which of them have anything that was not read."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum

from nodes.intake.identity import BLOCK, Recognised, Sameness, Source, Unreadable
from nodes.intake.memory import Memory
from nodes.intake.packed import PackedPart
from nodes.intake.part import Part
from nodes.intake.rotation import File, rotated

logger = logging.getLogger(__name__)

# A compressed file that is not whole so long after it was written last will not be.
SETTLED = 60_000_000  # microseconds

MOST_NAMES = 5

AnyPart = Part | PackedPart
_UNREAD = (Sameness.KNOWN, Sameness.NEW)


class Moving(Exception):
    """The files are being renamed or compressed just now: a later look finds them in order."""


class Verdict(Enum):
    NEW = "never read"
    BEGUN = "read in part"
    READ = "read, or a copy of what was"
    SHARED = "what is not read of it is in another file too, which is being read"
    USELESS = "nothing in it, or not to be read"


class Finder:
    """Remembers, as long as it does not change, which file has nothing that is not read."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._done: dict[tuple[int, int], tuple[int, int]] = {}

    def is_done(self, file: File) -> bool:
        return self._done.get(file.inode) == file.state

    def has_done(self, file: File | AnyPart) -> None:
        self._done[file.inode] = file.state

    def opened(self, file: File, now: int) -> AnyPart | None:
        """None where it cannot be read, or not by this user. Raises Moving."""
        try:
            return PackedPart(file, now) if file.is_packed else Part.of(file, now)
        except FileNotFoundError:
            raise Moving from None
        except Unreadable as error:
            self._cannot_read(file, now, error)
        except OSError as error:
            logger.warning("A log cannot be opened: %s (%s)", file.path, error)
        return None

    def rotated(self, file: File, log: str, now: int, others: Iterable[AnyPart]) -> tuple[Verdict, AnyPart | None]:
        """The part is open if there is anything to read in it; its source is then the log at the path `log`.

        Raises Moving and django.db.Error.
        """
        part = self._opened_by_any_name(file, log, now)
        if part is None:
            return Verdict.USELESS, None
        verdict = Verdict.USELESS
        try:
            part.path = log
            verdict = self._verdict(part, others)
            if verdict is Verdict.READ:
                self.has_done(file)
        except Unreadable as error:
            self._cannot_read(file, now, error)
        except OSError as error:
            logger.warning("A log cannot be read: %s (%s)", file.path, error)
        finally:
            is_to_be_read = verdict in (Verdict.NEW, Verdict.BEGUN)
            if not is_to_be_read:
                part.close()
        return verdict, part if is_to_be_read else None

    def recognised(self, part: AnyPart, others: Iterable[AnyPart], is_only: bool) -> Verdict:
        """Gives a part that is written now its source, if it has anything that is not read.

        `is_only`: of the only file that the log can be written to. Raises django.db.Error, OSError and Unreadable.
        """
        found, verdict = self._recognised(part, others)
        if found.sameness not in _UNREAD and is_only and isinstance(part, Part):
            _go_on_at_the_end(part, found.source)
            return Verdict.BEGUN
        return verdict

    def gave_up(self, part: AnyPart, now: int, error: Exception) -> None:
        """A part that was open and cannot be read further. Raises Moving where it can perhaps be later."""
        if isinstance(error, Unreadable):
            self._cannot_read(part, now, error)
        else:
            logger.warning("A log cannot be read further now: %s (%s)", part.path, error)

    def _opened_by_any_name(self, file: File, log: str, now: int) -> AnyPart | None:
        """The next rotation may rename files while these are looked at, which takes long where there are many."""
        wanted: File | None = file
        for _ in range(MOST_NAMES):
            if wanted is None:
                break
            with suppress(Moving):
                return self.opened(wanted, now)
            wanted = next((other for other in rotated(log) if other.inode == file.inode), None)
        raise Moving

    def _cannot_read(self, file: File | AnyPart, now: int, error: Unreadable) -> None:
        if now - file.state[1] // 1000 < SETTLED and error.partly:
            raise Moving from None
        logger.warning("A log is left aside: %s: %s", file.path, error)
        self.has_done(file)

    def _verdict(self, part: AnyPart, others: Iterable[AnyPart]) -> Verdict:
        if not part.has_begun:
            return Verdict.USELESS
        found, verdict = self._recognised(part, others)
        if found.sameness is Sameness.FORKED:
            logger.warning("A log is left aside: it begins like one that was read and goes on otherwise: %s", part.path)
        return Verdict.READ if verdict is Verdict.BEGUN and not part.has_more else verdict

    def _recognised(self, part: AnyPart, others: Iterable[AnyPart]) -> tuple[Recognised, Verdict]:
        """The part has a source then if the verdict is NEW or BEGUN."""
        found = self._memory.recognise(part.file, part.path)
        if found.sameness not in _UNREAD:
            return found, Verdict.READ
        for other in others:
            if other.source is found.source and not _is_let_go(other):
                return found, Verdict.SHARED if part.has_more_than(found.source) else Verdict.READ
        part.go_on_as(found.source)
        return found, Verdict.NEW if found.sameness is Sameness.NEW else Verdict.BEGUN


def _is_let_go(part: AnyPart) -> bool:
    """A file that was cut off since it was read last has lost what it did not hand out; its copy has that."""
    if not part.is_cut:
        return False
    assert isinstance(part, Part)
    part.start_again()
    return True


def _go_on_at_the_end(part: Part, source: Source) -> None:
    """The file has lost lines that were read, as it happens when a machine loses power; what comes next is new."""
    logger.warning("A log has lost lines that were read before; it is read on from its end: %s", part.path)
    part.file.seek(0)
    data, rest = part.file.read(BLOCK), b""
    while data:
        whole, newline, rest = (rest + data).rpartition(b"\n")
        source.prefix.update(whole + newline)
        data = part.file.read(BLOCK)
    part.go_on_as(source)
