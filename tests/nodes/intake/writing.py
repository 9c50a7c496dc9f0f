"""Writes logs as storage nodes do, and rotates them as logrotate, Docker and others do: real files, no code of ours."""

import gzip
import os
import shutil
from itertools import count
from pathlib import Path

from tests.nodes.intake import logs


def start(number: int) -> bytes:
    return logs.started(number, piece=f"P{number}")


def end(number: int, seconds: float | None = None) -> bytes:
    return logs.line(number if seconds is None else seconds, piece=f"P{number}", Size=1000 + number)


def attempt(number: int) -> bytes:
    """Of the second `number` of the log: begun and ended."""
    return start(number) + end(number)


def attempts(numbers: range) -> bytes:
    return b"".join(map(attempt, numbers))


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def shift(path: Path) -> None:
    """node.log.1 becomes node.log.2, and so on, compressed or not."""
    for number in reversed(range(1, 1 + next(n for n in count(1) if not _numbered(path, n)))):
        for old in _numbered(path, number):
            old.rename(str(old).replace(f".{number}", f".{number + 1}"))


def rename(path: Path) -> Path:
    """Rename and create: the writer goes on in a new file."""
    shift(path)
    path.rename(moved := path.with_name(f"{path.name}.1"))
    path.touch()
    return moved


def copytruncate(path: Path) -> Path:
    copied = copy(path)
    os.truncate(path, 0)
    return copied


def copy(path: Path) -> Path:
    """The first half of copytruncate."""
    shift(path)
    shutil.copyfile(path, copied := path.with_name(f"{path.name}.1"))
    return copied


def compress(path: Path) -> Path:
    """As gzip does: beside, with the same times, then the old one is removed."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    times = path.stat()
    os.utime(packed, ns=(times.st_atime_ns, times.st_mtime_ns))
    path.unlink()
    return packed


def _numbered(path: Path, number: int) -> list[Path]:
    names = (f"{path.name}.{number}", f"{path.name}.{number}.gz")
    return [found for name in names if (found := path.with_name(name)).exists()]
