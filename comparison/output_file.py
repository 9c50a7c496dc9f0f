"""Text into the file that an operator names."""

import os
import stat
import tempfile
from pathlib import Path


def write_file(path: Path, text: str) -> None:
    """All of it or nothing: a script must never read half a file. Raises OSError.

    What is no regular file, such as a pipe or /dev/null, is written to and stays what it is;
    a link goes on pointing to its file.
    """
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    else:
        _replace(_target(path), text)


def _target(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:  # how Python before 3.13 reports links in a circle
        raise OSError(None, "the link leads back to itself") from error


def _replace(path: Path, text: str) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:50]}")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
