"""Compares `manage.py compare --format json` on an SQLite file with the oracle: python -m tests.comparison.check_file
FILE BASIS AS_OF [RANGE]. BASIS is sample or rollup; the file must be adopted, and for rollup counted. AS_OF is a full
hour. EVENTS_DATABASE_URL is set for the command. Exit code 1 on any difference.
"""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.comparison import details_oracle, oracle
from tests.comparison.tables import load_tables

LIMIT = 10_000
HOURS = {"24h": 24, "7d": 168, "30d": 720}


def compared(file: Path, basis: str, type_: str, range_: str, as_of: str) -> dict[str, Any]:
    environment = os.environ | {"EVENTS_DATABASE_URL": f"sqlite:///{quote(str(file))}"}
    command = [sys.executable, "manage.py", "compare", "--type", type_, "--range", range_, "--as-of", as_of]
    command += ["--basis", "sample" if basis == "sample" else "auto", "--format", "json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def differences(tables: dict[str, list[oracle.Row]], result: dict[str, Any], basis: str, hours: int) -> list[str]:
    end = datetime.fromisoformat(result["window"]["end"])
    limit = LIMIT if basis == "sample" else len(tables["events"])
    expected = {
        node["name"]: oracle.Expected(tables, node["name"], end - timedelta(hours=hours), end, limit)
        for node in result["nodes"]
    }
    found = [line for node in result["nodes"] for line in wrong_values(node, expected[node["name"]], basis)]
    ranked = {key: [set(group) for group in groups] for key, groups in result["rankings"].items()}
    right_ranks = oracle.rankings(expected, list(result["nodes"][0]["metrics"]))
    # The order of latencies that are less than 1 % apart may be another.
    checked = [key for key in ranked if basis == "sample" or not key.startswith("latency_")]
    return found + [f"ranking of {key}" for key in checked if ranked[key] != right_ranks[key]]


def wrong_values(node: dict[str, Any], expected: oracle.Expected, basis: str) -> list[str]:
    right = expected.metrics(list(node["metrics"]))
    source = node["basis"]["groups"].get("traffic", {"source": basis})["source"]
    wrong = [] if source == basis else [f"{node['name']} rests on a {source}"]
    for key, value in node["metrics"].items():
        near = basis == "rollup" and key.startswith("latency_") and details_oracle.near(value, right[key])
        if value != right[key] and not near:
            wrong.append(f"{node['name']} {key}: {value} should be {right[key]}")
    return wrong


def main(file: Path, basis: str, as_of: str, *ranges: str) -> int:
    tables, failed = load_tables(file), 0
    for range_ in ranges or HOURS:
        for type_ in ("performance", "earnings", "efficiency", "overall"):
            result = compared(file, basis, type_, range_, as_of)
            wrong = differences(tables, result, basis, HOURS[range_])
            numbers = sum(len(node["metrics"]) for node in result["nodes"])
            line = (
                f"{basis} {type_} {range_}: {len(result['nodes'])} nodes, {numbers} numbers, {len(wrong)} differences"
            )
            print(line, *wrong, sep="\n")  # noqa: T201
            failed += bool(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute(), *sys.argv[2:]))
