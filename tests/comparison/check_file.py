"""Compares `manage.py compare --format json` on an SQLite file with the oracle: python -m tests.comparison.check_file
FILE AS_OF [RANGE]. The file must be adopted; EVENTS_DATABASE_URL is set for the command. Exit code 1 on any difference.
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.comparison import oracle
from tests.comparison.tables import load_tables

LIMIT = 10_000
HOURS = {"24h": 24, "7d": 168, "30d": 720}


def compared(file: Path, type_: str, range_: str, as_of: str) -> dict[str, Any]:
    environment = os.environ | {"EVENTS_DATABASE_URL": f"sqlite:///{quote(str(file))}"}
    command = [sys.executable, "manage.py", "compare", "--type", type_, "--range", range_, "--as-of", as_of]
    done = subprocess.run([*command, "--format", "json"], env=environment, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def differences(tables: dict[str, list[oracle.Row]], result: dict[str, Any], hours: int, end: datetime) -> list[str]:
    found = []
    expected = {
        node["name"]: oracle.Expected(tables, node["name"], end - timedelta(hours=hours), end, LIMIT)
        for node in result["nodes"]
    }
    for node in result["nodes"]:
        right = expected[node["name"]].metrics(list(node["metrics"]))
        found += [
            f"{node['name']} {key}: {value} should be {right[key]}"
            for key, value in node["metrics"].items()
            if value != right[key]
        ]
    ranked = {key: [set(group) for group in groups] for key, groups in result["rankings"].items()}
    right_ranks = oracle.rankings(expected, list(result["nodes"][0]["metrics"]))
    return found + [f"ranking of {key}" for key in ranked if ranked[key] != right_ranks[key]]


def main(file: Path, as_of: str, *ranges: str) -> int:
    tables, failed = load_tables(file), 0
    for range_ in ranges or HOURS:
        for type_ in ("performance", "earnings", "efficiency", "overall"):
            result = compared(file, type_, range_, as_of)
            wrong = differences(tables, result, HOURS[range_], datetime.fromisoformat(as_of))
            numbers = sum(len(node["metrics"]) for node in result["nodes"])
            print(f"{type_} {range_}: {len(result['nodes'])} nodes, {numbers} numbers, {len(wrong)} differences")  # noqa: T201
            print(*wrong, sep="\n", end="\n" if wrong else "")  # noqa: T201
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), *sys.argv[2:]))
