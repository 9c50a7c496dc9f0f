"""The script of the README that pushes what an API says, run by a real shell with a real curl."""

import re
import subprocess
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from nodes.models import EarningsEstimate, Reputation
from nodes.sno.client import parsed_json
from nodes.sno.pushed import store_pushed
from tests.nodes.sno.fake import Fake, serving
from tests.nodes.sno.stories import Story
from tests.processes import ROOT


class Receiver(HTTPServer):
    """Keeps the one request that it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Keeping)
        self.path, self.token, self.body = "", "", b""


class _Keeping(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.path, self.server.token = self.path, self.headers["Authorization"]
        self.server.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def script() -> str:
    found = re.search(
        r"#!/bin/sh\n# Every five minutes.*?--data-binary @-\n", (ROOT / "README.md").read_text(), re.DOTALL
    )
    assert found
    return found[0]


def test_what_the_script_sends_is_stored(databases: None, tmp_path: Path) -> None:
    (tmp_path / ".storj-token").write_text("secret\n")
    node, receiver = Fake(Story(datetime.now(UTC))), Receiver()
    threading.Thread(target=receiver.handle_request, daemon=True).start()
    site = f"http://127.0.0.1:{receiver.server_address[1]}"
    with serving(node), receiver:
        done = subprocess.run(
            ["sh", "-c", script().replace("http://127.0.0.1:14002", node.url), "push-node", "attic", site],
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert (receiver.path, receiver.token) == ("/api/nodes/attic/sno", "Bearer secret")
    summary = store_pushed("attic", parsed_json(receiver.body))
    assert (summary.space, summary.satellites, summary.trouble) == (True, 4, "")
    assert (Reputation.objects.count(), EarningsEstimate.objects.count()) == (4, 8)
