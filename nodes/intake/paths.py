"""Which files the log of a node is in now, as its operator gave it: a path, a pattern, or a container."""

import glob
import os

from nodes.intake import docker
from nodes.intake.docker import NoContainerLog
from nodes.intake.rotation import File, look_at

MISSING = "The log is not there: check its path, or wait until the node has written to it."
NOTHING_MATCHES = "No file matches the pattern of the log: check it, or wait until the node has written one."
UNREADABLE = "The log cannot be read: give the collector's user the right to read it and its folder."
NOT_ABSOLUTE = "The log has to be given as an absolute path, a pattern that begins with one, or docker:NAME."


class NoLog(Exception):
    """There is no log to be read now; `str()` is a sentence for the operator."""


def is_a_log(log: str) -> bool:
    """Whether this can be followed, by its form."""
    if log.startswith(docker.PREFIX):
        return bool(log.removeprefix(docker.PREFIX).strip())
    return os.path.isabs(log)  # noqa: PTH117 - as in rotation.look_at


def files_of(log: str) -> list[File]:
    """The files that the log is written to, the one that was changed last at the end. Raises NoLog."""
    try:
        found = [file for path in _paths(log) if (file := look_at(path))]
    except NoContainerLog as error:
        raise NoLog(str(error)) from None
    except OSError:
        raise NoLog(UNREADABLE) from None
    if not found:
        raise NoLog(MISSING if _is_one(log) else NOTHING_MATCHES)
    return sorted(found, key=lambda file: file.modified)


def _paths(log: str) -> list[str]:
    if not is_a_log(log):
        raise NoLog(NOT_ABSOLUTE)
    if log.startswith(docker.PREFIX):
        return [docker.log_of(log.removeprefix(docker.PREFIX).strip())]
    return [log] if _is_one(log) else glob.glob(log)  # noqa: PTH207 - as above


def _is_one(log: str) -> bool:
    return log.startswith(docker.PREFIX) or not glob.has_magic(log) or os.path.exists(log)  # noqa: PTH110 - as above
