"""The files that a log leaves behind when it rotates, told by their names."""

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

COMPRESSED = (".gz", ".zst")
# What logrotate, Docker and others add to a name: a number, a date, both, or a word; then the ending of a compressor.
_ADDED = r"[-._](\d[-._:T\d]*Z?|old|bak|prev)"
_DATE = r"[-._]\d[-._:T\d]{5,}Z?"  # within a name, before its ending: only what is no node's number
MOST_LOOKS = 20
_ENDING = r"(\.gz|\.zst)?"


@dataclass(frozen=True)
class File:
    """A file of a log as a look into its folder found it. `size` in bytes on the disk."""

    path: str
    inode: tuple[int, int]
    size: int
    modified: int  # nanoseconds since 1970

    @property
    def is_packed(self) -> bool:
        return self.path.endswith(COMPRESSED)

    @property
    def state(self) -> tuple[int, int]:
        """Another one after any write."""
        return self.size, self.modified


def look_at(path: str) -> File | None:
    """None where there is none, or something that is no file. Raises OSError where this user may not look."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path for each look costs more than the look
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return File(path, (found.st_dev, found.st_ino), found.st_size, found.st_mtime_ns)


def rotated(path: str) -> list[File]:
    """The files beside the log at `path` that may be older parts of it, the newest first.

    While files are renamed, a folder may be told without one of them: looked at until it is the same twice.
    """
    log = Path(path)
    before, found = None, _named_after(log)
    for _ in range(MOST_LOOKS):
        if before == found:
            break
        before, found = found, _named_after(log)
    return sorted(found, key=lambda file: (-file.modified, len(file.path), file.path))


def _named_after(log: Path) -> list[File]:
    stem, ending = re.escape(log.stem), re.escape(log.suffix)
    pattern = re.compile(rf"{stem}{ending}({_ADDED})?{_ENDING}|{stem}{_DATE}{ending}{_ENDING}", re.ASCII)
    try:
        every = {entry.name for entry in os.scandir(log.parent)} - {log.name}
        names = sorted(filter(pattern.fullmatch, every))
        # One that is just being compressed is there until its compressed file is whole.
        paths = [str(log.parent / name) for name in names if _unpacked_name(name) not in every]
        return [file for path in paths if (file := look_at(path))]
    except OSError:
        return []


def _unpacked_name(name: str) -> str | None:
    return next((name.removesuffix(ending) for ending in COMPRESSED if name.endswith(ending)), None)
