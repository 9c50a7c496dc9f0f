"""A compressed file of a log: nobody writes it any more, and it is read once, from the beginning on."""

from pathlib import Path

from nodes.intake.identity import Ahead, Source
from nodes.intake.part import CHUNK, Cut, Lines
from nodes.intake.rotation import File
from nodes.intake.unpack import unpacked


class PackedPart:
    """As Part, for what is compressed. Reading raises Unreadable where the file is not whole, or not yet."""

    is_removed = False
    has_begun = True
    behind = 0  # bytes; not known before all is read

    def __init__(self, file: File, now: int) -> None:
        """Raises OSError and Unreadable."""
        self.path = file.path
        self.inode = file.inode
        self.state = file.state
        self.source: Source | None = None
        self.seen_at = 0
        self.changed_at = now
        self._opened = Path(file.path).open("rb")  # noqa: SIM115 - held open by the part
        try:
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
