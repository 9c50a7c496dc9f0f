"""`python -m tests.stress.addresses [NODES]`: from addresses alone to a comparison with values, on a site as it comes.

Starts the site in an empty folder, enters twelve played nodes, and prints after how many seconds comparisons of type
efficiency and overall have a value for each of them; fails after two minutes.
"""

import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storj_site.settings")

from tests.nodes.sno.fake import serving, various
from tests.storj_site.running import Site, manage, running

WANTED = {
    "efficiency": ["storage_efficiency", "storage_used_bytes", "trash_percent", "online_score"],
    "overall": [
        "storage_utilization",
        "total_earnings",
        "earnings_per_stored_tb",
        "audit_score",
        "audit_failures_left",
    ],
}
GOAL = 120  # seconds


def main(count: int = 12) -> int:
    fakes = various(count, datetime.now(UTC))
    names = [f"pi {number}" for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="stress-") as folder, ExitStack() as stack:
        data = Path(folder, "site", "data")
        stack.enter_context(serving(*fakes))
        site = stack.enter_context(running(Path(folder, "site"), PUBLIC_READ=True))
        began = time.monotonic()
        for name, node in zip(names, fakes, strict=True):
            done = manage("add_node", name, node.url, DATA_DIR=data)
            assert done.returncode == 0, done.stderr
        entered = time.monotonic()
        while missing := _missing(site, names):
            assert time.monotonic() - began < GOAL, missing
            time.sleep(0.5)
        now = time.monotonic()
    sys.stdout.write(f"{count} nodes entered in {entered - began:.1f} s, values after {now - entered:.1f} s more\n")
    return 0


def _missing(site: Site, names: list[str]) -> str:
    """What has no value yet; empty where all is there."""
    for kind, keys in WANTED.items():
        asked = json.dumps({"nodes": names, "type": kind, "timeRange": "24h"})
        answer = site.post("/api/comparison", asked, **{"Content-Type": "application/json"})
        if answer.status != 200:
            return answer.text
        for node in json.loads(answer.text)["nodes"]:
            for key in keys:
                if node["metrics"].get(key) is None:
                    return f"{node['name']}: {key}"
    return ""


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
