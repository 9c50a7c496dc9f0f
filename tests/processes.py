"""Real processes of the project over files of their own, for what only shows in a real process."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent


def environment(folder: Path, events: Path | None = None, **settings: str) -> dict[str, str]:
    """The variables of a site whose files are in `folder`, on SQLite whatever the tests run on."""
    inherited = {name: value for name, value in os.environ.items() if not name.endswith(("DATABASE_URL", "CACHE_URL"))}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "storj_site.settings",
        "SECRET_KEY": "only-for-tests",
        "DATA_DIR": str(folder),
        "EVENTS_DATABASE_URL": f"sqlite:///{quote(str(events or folder / 'events.db'))}",
        **settings,
    }


def manage(
    folder: Path, *arguments: str, events: Path | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Runs manage.py in a process of its own, for at most a minute."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=ROOT,
        env=environment(folder, events, **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
