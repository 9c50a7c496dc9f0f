"""A compressed file of a log: nobody writes it any more, and it is read once, from the beginning on."""

import os
from pathlib import Path

from nodes.intake.identity import Ahead, Source
from nodes.intake.part import CHUNK, Cut, Lines
from nodes.intake.rotation import File
from nodes.intake.unpack import unpacked


class PackedPart:
    """As Part, for what is compressed. Reading raises Unreadable where the file is not whole, or not yet."""

    is_removed = False
    is_cut = False
    begins_again = False
    has_begun = True
    behind = 0  # bytes; not known before all is read

    def __init__(self, file: File, now: int) -> None:
        """Raises Unreadable, and OSError; FileNotFoundError also where another file has this name by now."""
        self.path = file.path
        self.inode = file.inode
        self.state = file.state
        self.source: Source | None = None
        self.seen_at = 0
        self.changed_at = now
        self._opened = Path(file.path).open("rb")  # noqa: SIM115 - held open by the part
        try:
            found = os.fstat(self._opened.fileno())
            if (found.st_dev, found.st_ino) != file.inode:
                raise FileNotFoundError
            stream = Ahead(self._opened)
            self.file = Ahead(unpacked(stream) or stream)
        except BaseException:
            self._opened.close()
            raise
        self._cut = Cut()

    @property
    def has_more(self) -> bool:
        """Raises Unreadable where what comes next is damaged, or not there yet; peek() alone would not."""
        return bool(self.file.peek(1) or self.file.read(1))

    def has_more_than(self, source: Source) -> bool:
        """As Part, once the stream stands where reading goes on."""
        return self.has_more

    def remember_beginning(self) -> None:
        pass  # it is read once, and nobody cuts it off

    def go_on_as(self, source: Source) -> None:
        self.source = source

    def read(self, now: int, fresh: int) -> Lines | None:
        while data := self.file.read(CHUNK):
            if lines := self._cut.lines(data):
                return Lines(lines, None)
        self.seen_at = now
        return None

    def last_line(self) -> bytes:
        return self._cut.take()

    def close(self) -> None:
        self._opened.close()
