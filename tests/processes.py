"""Real processes of the project over a folder of files, for what only shows in a real process."""

import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from tests.storj_site import running

ROOT = running.ROOT


def site_in(folder: Path, events: Path | None = None, **settings: object) -> dict[str, object]:
    """The settings of a site whose files are in `folder`, on SQLite whatever the tests run on."""
    return {
        "SECRET_KEY": "only-for-tests",
        "DATA_DIR": folder,
        "EVENTS_DATABASE_URL": f"sqlite:///{quote(str(events or folder / 'events.db'))}",
        **settings,
    }


def environment(folder: Path, events: Path | None = None, **settings: object) -> dict[str, str]:
    return running.environment(DJANGO_SETTINGS_MODULE="storj_site.settings", **site_in(folder, events, **settings))


def heed_ctrl_c() -> None:
    """For `preexec_fn`: a suite that runs in the background of a shell ignores Ctrl-C, and so would what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def manage(
    folder: Path, *arguments: str, events: Path | None = None, **settings: object
) -> subprocess.CompletedProcess[str]:
    """Runs manage.py in a process of its own, for at most a minute."""
    return running.manage(*arguments, **site_in(folder, events, **settings))
