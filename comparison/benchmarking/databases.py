"""The databases that are measured: demonstration data in a SQLite file, kept for the next time if wanted."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from comparison.benchmarking.scenarios import SEED, Parameters
from nodes.own_tables import OWN_TABLES
from nodes.schema import INDEXES, TABLES

STDERR = 2
BYTES_PER_EVENT = 400  # with indexes, rounded up
BYTES_PER_HOUR = 20_000  # of a busy node's roll-ups, rounded up
# A shared cache must not be emptied for a measurement, and these tables are in no other database.
_DROPPED = ("CACHE_URL", "EVENTS_READONLY_DATABASE_URL", "COMPARISON_CACHE_TTL")


class BenchmarkError(Exception):
    """Why nothing could be measured, as a sentence."""


@dataclass(frozen=True)
class Database:
    """`made` has the figures of its making: what child.JOBS returned."""

    parameters: Parameters
    path: Path
    as_of: datetime
    made: dict[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a process that reads this database, and no other."""
        kept = {key: value for key, value in os.environ.items() if key not in _DROPPED}
        return kept | _urls(self.path) | {"DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE}


def prepared(folder: Path, parameters: Parameters) -> Database:
    """The database in the folder, made first unless it is there from an earlier time.

    Counted but for the last events, as many as the site ever leaves. A file without its note is one whose making
    was broken off; it is made anew, as is one with other tables or indexes than today's.
    """
    stem = folder.expanduser().absolute() / parameters.name
    path, note = stem.with_suffix(".db"), stem.with_suffix(".json")
    if not (path.exists() and note.exists() and json.loads(note.read_text()).get("schema") == _schema()):
        _make(path, note, parameters)
    noted = json.loads(note.read_text())
    return Database(parameters, path, datetime.fromisoformat(noted["as_of"]), noted["made"])


def run_python(module: str, *arguments: str, database: Database, given: str = "") -> subprocess.CompletedProcess[str]:
    """A fresh interpreter on this database."""
    return subprocess.run(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *arguments],
        cwd=settings.BASE_DIR,
        env=database.environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def run_job(database: Database, job: str, **order: Any) -> dict[str, Any]:
    """What one of child.JOBS returns, from a process of its own."""
    parameters = asdict(database.parameters)
    given = {"job": job, "parameters": parameters, "as_of": database.as_of.isoformat()} | order
    done = run_python("comparison.benchmarking.child", database=database, given=json.dumps(given))
    if done.returncode != 0:
        raise BenchmarkError(f"A measuring process failed: {(done.stderr.strip() or 'no output').splitlines()[-1]}")
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def _make(path: Path, note: Path, parameters: Parameters) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for leftover in path.parent.glob(f"{path.name}*"):
            leftover.unlink()
        _require_space(path.parent, parameters)
    except OSError as error:
        raise BenchmarkError(f"The folder {path.parent} cannot be used: {error.strerror}.") from error
    database = Database(parameters, path, datetime.now(UTC).replace(microsecond=0), {})
    made = _filled(database) | {"rollup": run_job(database, "catch_up", left=parameters.uncounted)}
    noted = {"as_of": database.as_of.isoformat(), "schema": _schema(), "made": made}
    note.write_text(json.dumps(asdict(parameters) | noted))


def _schema() -> str:
    return hashlib.sha256(repr((TABLES, INDEXES, OWN_TABLES)).encode()).hexdigest()[:16]


def _require_space(folder: Path, parameters: Parameters) -> None:
    per_node = parameters.days * 24 * BYTES_PER_HOUR if parameters.pruned else 0
    events = 120 * parameters.events_a_minute if parameters.pruned else parameters.nodes * parameters.events_per_node
    needed = events * BYTES_PER_EVENT + parameters.nodes * per_node
    if shutil.disk_usage(folder).free < needed:
        raise BenchmarkError(f"The folder needs {needed / 10**9:.1f} GB of free space: name another with --folder.")


def _filled(database: Database) -> dict[str, Any]:
    if database.parameters.pruned:
        return {"pruned": run_job(database, "pruned")}
    parameters = database.parameters
    command = [sys.executable, "-m", "django", "demo", "--nodes", str(parameters.nodes)]
    command += ["--events-per-node", str(parameters.events_per_node), "--days", str(parameters.days)]
    command += ["--as-of", database.as_of.isoformat(), "--seed", str(SEED)]
    # Its output, the progress bar too, goes to stderr: stdout is for the figures.
    made = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, env=database.environment, stdout=STDERR, check=False
    )
    if made.returncode != 0:
        raise BenchmarkError("The database could not be made: the lines above say why.")
    return {}


def _urls(path: Path) -> dict[str, str]:
    files = {"EVENTS_DATABASE_URL": path, "DATABASE_URL": path.with_name("site.db")}
    return {name: file.as_uri().replace("file://", "sqlite:///") for name, file in files.items()}
