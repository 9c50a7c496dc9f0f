"""The data folder: the site's database and its secrets, readable by the site's user only."""

import os
import secrets
import stat
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from storj_site import env as read


class CannotSetUp(CommandError):
    """Why the site cannot be set up or served; `str()` is a sentence that says what to do."""


def make_data_folder() -> None:
    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotSetUp(f"The data folder {folder} cannot be made ({error.strerror}): set DATA_DIR.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotSetUp(f"The data folder {folder} cannot be written: let this user write there, or set DATA_DIR.")


def is_open_to_others() -> bool:
    return bool(Path(settings.DATA_DIR).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def ensure_secret_key() -> None:
    """Makes the secret key that the settings read, unless there is one; this process uses it at once."""
    if read.secret_key(settings.DATA_DIR):
        return
    write_secret(Path(settings.DATA_DIR) / "secret-key", secrets.token_urlsafe(48))
    settings.SECRET_KEY = read.secret_key(settings.DATA_DIR)


def write_secret(path: Path, text: str) -> None:
    """Writes a file that never is readable by others and never half written."""
    unfinished = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{text}\n")
        unfinished.rename(path)
    except OSError as error:
        raise CannotSetUp(f"{path} cannot be written ({error.strerror}).") from None


def read_secret(path: Path) -> str:
    """The text of a file of `write_secret`, empty if there is none."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise CannotSetUp(f"{path} cannot be read ({error.strerror}): run the site as the user who made it.") from None
