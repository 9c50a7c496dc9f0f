"""`python -m tests.nodes.intake.against_monitor FOLDER`: a whole log, read by us and by storj_monitor.

FOLDER has `monitor_sample.db` and `logs/`. Reads the log into a new database, compares each
event with the row that the monitor made of it, and lists the differences by kind, each with its explanation. Fails if
there is one that has none.
"""

import os
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.processes import manage

NODE, LOG = "attic-pi4", "attic-pi4.log.gz"
PLACE = ("country", "latitude", "longitude")
COLUMNS = (
    *("piece_id", "satellite_id", "action", "timestamp", "status", "size", "remote_ip", "error_reason", "duration_ms"),
    *PLACE,
)
Event = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """`explains`: whether this is what our value (first) and the monitor's differ by."""

    column: str
    why: str
    explains: Callable[[Any, Any, Event], bool]


DIFFERENCES = (
    Difference(
        "status",
        "a canceled upload: the monitor takes it for a success",
        lambda ours, theirs, event: (ours, theirs) == ("canceled", "success") and event["action"].startswith("PUT"),
    ),
    Difference(
        "timestamp",
        "the fraction of a second: the log has none, the monitor adds that of its own clock",
        lambda ours, theirs, _: (
            ours == f"{theirs[:19]}+00:00" and len(theirs) == len("2026-11-19T06:00:02.644291+00:00")
        ),
    ),
    Difference(
        "duration_ms",
        "the duration: a file gives whole seconds, the monitor's clock milliseconds",
        lambda ours, theirs, _: theirs is not None and ours % 1000 == 0 and abs(ours - theirs) < 1000,
    ),
    Difference(
        "duration_ms",
        "a duration where the monitor has none, though the log has the start of each",
        lambda ours, theirs, _: theirs is None and ours % 1000 == 0,
    ),
    *(
        Difference(column, f"{column}: left empty", lambda ours, theirs, _: ours is None and theirs is not None)
        for column in PLACE
    ),
)


def main(folder: Path) -> int:
    with tempfile.TemporaryDirectory(prefix="against-") as scratch:
        ours = events(_ingested(Path(scratch), folder / "logs" / LOG))
        sample = Path(scratch) / "sample.db"
        sample.write_bytes((folder / "monitor_sample.db").read_bytes())
        theirs = events(sample)
    _say(f"{len(ours):,} events of ours, {len(theirs):,} of the monitor's")
    found = Counter(why for key in ours.keys() & theirs.keys() for why in differences(ours[key], theirs[key]))
    found.update("an event that only one of them has" for _ in ours.keys() ^ theirs.keys())
    explained = {difference.why for difference in DIFFERENCES}
    for why, events_ in found.most_common():
        _say(f"{events_:>7,}  {why if why in explained else f'NOT EXPLAINED: {why}'}")
    return int(any(why not in explained for why in found))


def _ingested(scratch: Path, log: Path) -> Path:
    for arguments in (("setup",), ("adopt", "--create"), ("ingest_log", NODE, str(log))):
        done = manage(scratch, *arguments)
        if done.returncode:
            sys.exit(done.stderr)
    _say(done.stdout.strip())
    return scratch / "events.db"


def events(path: Path) -> dict[tuple[str, ...], Event]:
    """Of the node, by piece, satellite, action and how many there were of these before."""
    with closing(sqlite3.connect(path)) as connection:
        asked = f"SELECT {', '.join(COLUMNS)} FROM events WHERE node_name = ? ORDER BY timestamp, id"
        found: dict[tuple[str, ...], Event] = {}
        seen: Counter[tuple[str, ...]] = Counter()
        for row in connection.execute(asked, [NODE]):
            key = row[:3]
            seen[key] += 1
            found[(*key, str(seen[key]))] = dict(zip(COLUMNS, row, strict=True))
    return found


def differences(ours: Event, theirs: Event) -> Iterator[str]:
    for column in COLUMNS:
        if ours[column] != theirs[column]:
            pair = ours[column], theirs[column]
            known = (of for of in DIFFERENCES if of.column == column and of.explains(*pair, ours))
            yield next((of.why for of in known), f"{column}: {pair[0]!r}, the monitor's {pair[1]!r}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
