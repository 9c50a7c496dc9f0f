"""The log of a container that Docker's driver json-file writes, found in Docker's own folder."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings

PREFIX = "docker:"
NO_FOLDER = "The containers of Docker cannot be read: let this user read Docker's data folder, or check DOCKER_ROOT."
NO_CONTAINER = "There is no container of this name now: check the name after docker:, or start it."
NO_FILE = "The container does not log to a file that can be read: use Docker's logging driver json-file."


class NoContainerLog(Exception):
    """`str()` is a sentence for the operator."""


def log_of(name: str) -> str:
    """The path of the container's current log. Raises NoContainerLog."""
    for folder in _containers():
        told = _config(folder)
        if told.get("Name") == f"/{name}":
            return _log_in(folder, told)
    raise NoContainerLog(NO_CONTAINER)


def _containers() -> list[Path]:
    try:
        return sorted((Path(settings.DOCKER_ROOT) / "containers").iterdir())
    except OSError:
        raise NoContainerLog(NO_FOLDER) from None


def _config(folder: Path) -> dict[str, Any]:
    """Empty for a container that is just made or removed."""
    try:
        found = json.loads((folder / "config.v2.json").read_bytes())
    except PermissionError:
        raise NoContainerLog(NO_FOLDER) from None
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _log_in(folder: Path, told: dict[str, Any]) -> str:
    """By its name alone: Docker's folder may be mounted elsewhere than Docker knows it."""
    name = Path(str(told.get("LogPath") or "")).name
    if not name.endswith(".log") or name == "container.log":  # the latter is that of the driver "local", no text
        raise NoContainerLog(NO_FILE)
    return str(folder / name)
