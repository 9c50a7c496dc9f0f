"""Our statement of a monitor's file beside the monitor's own estimates, and their difference term by term:
python -m tests.comparison.money.sample FILE AS_OF. The file is copied; the copy is adopted and counted.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

TIB, TB, MONTH = 2**40, 10**12, 720
KINDS = {"storage": "storage_bytes_hour", "egress": "egress_bytes", "repair": "repair_bytes", "audit": "audit_bytes"}


def manage(folder: Path, *arguments: str) -> str:
    own = {"DATA_DIR": str(folder), "EVENTS_DATABASE_URL": f"sqlite:///{folder / 'events.db'}", "SECRET_KEY": "sample"}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=True).stdout


def copied(file: Path, folder: Path) -> Path:
    """With what is in its write-ahead log."""
    for ending in ("", "-wal"):
        source = file.with_name(file.name + ending)
        if source.exists():
            shutil.copy(source, folder / f"events.db{ending}")
    return folder / "events.db"


def estimates(file: Path, node: str, month: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(
            "SELECT * FROM earnings_estimates WHERE node_name = ? AND period = ? ORDER BY timestamp, id", (node, month)
        )
        return list({row["satellite"]: dict(row) for row in rows}.values())


def made_up(file: Path, node: str, as_of: str) -> tuple[float, float]:
    """Byte-hours: the last snapshot carried on to `as_of`, which is not done here, and the line from the month before
    to the month's first snapshot, which is not done there."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT timestamp, used_bytes FROM storage_snapshots WHERE node_name = ? AND timestamp BETWEEN ? AND ? "
            "ORDER BY timestamp",
            (node, f"{as_of[:7]}-01", as_of),
        ).fetchall()
    times = [datetime.fromisoformat(at) for at, _ in rows]
    start = times[0].replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = (datetime.fromisoformat(as_of) - times[-1]).total_seconds() / 3600
    return rows[-1][1] * after, rows[0][1] * (times[0] - start).total_seconds() / 3600


def line(title: str, amount: float, of: str = "") -> str:
    return f"  {title:<58}{amount:>12.6f}  {of}"


def told(node: dict[str, Any], theirs: list[dict[str, Any]], extra: tuple[float, float]) -> list[str]:
    ours = node["statement"]
    gross = sum(row["total_earnings_gross"] for row in theirs)
    lines = [f"{node['name']}, {ours['month']} from {ours['source']}", line("the monitor's estimates", gross)]
    whole = 0.0
    for kind, column in KINDS.items():
        amount = sum(row[f"{kind}_earnings_gross"] for row in theirs)
        size = sum(row[column] for row in theirs)
        rate, per = (1.5, MONTH) if kind == "storage" else (2.0, 1)
        own_size = sum(each["byte_hours" if kind == "storage" else f"{kind}_bytes"] for each in ours["satellites"])
        by_tb, by_size = amount * TIB / TB - amount, (own_size - size) * rate / per / TB
        lines.append(line(f"{kind}: per TB (10^12) in the place of TiB (2^40), +9.95 %", by_tb))
        if kind == "storage":
            after, before = (each * rate / per / TB for each in extra)
            lines.append(line("storage: the last snapshot is not carried on to now", -after))
            lines.append(line("storage: the line from last month's last snapshot is cut, not left out", before))
            whole, by_size = whole + before - after, by_size - before + after
        lines.append(line(f"{kind}: other amounts counted", by_size, f"{size:,} there, {own_size:,} here"))
        whole += by_tb + by_size
    lines += [line("sum", gross + whole), line("our statement, gross", ours["gross"])]
    lines.append(line("not explained", ours["gross"] - gross - whole))
    held = sum(row["held_amount"] for row in theirs)
    shares = {f"{100 * row['held_percentage']:.0f} %, month {row['node_age_months']}" for row in theirs}
    own_shares = {f"{each['held_percent']} %, month {each['month_number']}" for each in ours["satellites"]}
    lines.append(line("held there", held, ", ".join(sorted(shares))))
    lines.append(line("held here", ours["held"] or 0, ", ".join(sorted(own_shares))))
    return [*lines, f"  storage known from {ours['storage']['from']} to {ours['storage']['until']}", ""]


def main(file: Path, as_of: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = copied(file, folder)
        manage(folder, "migrate", "-v0")
        manage(folder, "adopt")
        manage(folder, "rollup", "--until-done")
        found = json.loads(manage(folder, "earnings", "--as-of", as_of, "--format", "json"))
        for node in found["nodes"]:
            rows = estimates(events, node["name"], node["statement"]["month"])
            print("\n".join(told(node, rows, made_up(events, node["name"], as_of))))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
