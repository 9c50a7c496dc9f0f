"""Pruned events in a gzip file of CSV, which is complete on the disk before they are deleted.

Each addition is a gzip member of its own; together they are one gzip file. A member that a kill left incomplete is cut
off by the next run: its events were not deleted. Events that were archived and not yet deleted are archived again,
so that those of one addition may be in the file twice, with the same ids.
"""

import csv
import fcntl
import gzip
import io
import os
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

_AT_A_TIME = 64 * 1024


class ArchiveError(Exception):
    """`str()` is a sentence for the operator."""


class Archive:
    """A context manager that holds the file open and locked. Raises ArchiveError for whatever is wrong with it."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path, self._columns = path, columns
        self.added = 0  # bytes

    def __enter__(self) -> "Archive":
        try:
            self._file = self._path.open("a+b")
            try:
                self._prepare()
            except BaseException:
                self._file.close()
                raise
        except BlockingIOError as error:
            raise ArchiveError("Another program is writing to this archive: wait until it has finished.") from error
        except OSError as error:
            raise _unwritten(error) from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """On the disk, and not just on its way there, when this returns."""
        before = os.fstat(self._file.fileno()).st_size
        try:
            self._append(self._as_csv(rows, with_names=before == 0))
        except OSError as error:
            os.ftruncate(self._file.fileno(), before)
            raise _unwritten(error) from error

    def _prepare(self) -> None:
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file.seek(0)
        self._file.truncate(_length_of_whole_members(self._file))
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _append(self, text: str) -> None:
        member = gzip.compress(text.encode("utf-8", "backslashreplace"), compresslevel=6)
        self._file.write(member)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.added += len(member)

    def _as_csv(self, rows: Iterable[Sequence[Any]], with_names: bool) -> str:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if with_names:
            writer.writerow(self._columns)
        writer.writerows([_value(value) for value in row] for row in rows)
        return text.getvalue()


def _value(value: Any) -> Any:
    """NULL is an empty field; bytes, which are broken values, are hexadecimal."""
    return f"0x{bytes(value).hex()}" if isinstance(value, bytes | memoryview) else value


def _length_of_whole_members(file: BinaryIO) -> int:
    whole, member, rest = 0, None, b""
    while chunk := rest or file.read(_AT_A_TIME):
        member = member or zlib.decompressobj(wbits=31)
        try:
            member.decompress(chunk)
        except zlib.error as error:
            raise ArchiveError("The archive is damaged, or no gzip file: name another one.") from error
        rest = member.unused_data
        if member.eof:
            whole, member = file.tell() - len(rest), None
    return whole


def _unwritten(error: OSError) -> ArchiveError:
    reason = error.strerror or "an unknown reason"
    return ArchiveError(f"The archive could not be written ({reason}): nothing was deleted that is not in it.")
