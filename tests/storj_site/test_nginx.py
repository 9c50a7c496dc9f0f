"""The site behind Debian's nginx, under a path of another site, with the lines of the README."""

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.storj_site.running import ROOT, Site, running, wait_until

pytestmark = pytest.mark.sqlite_files
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MISSING = "nginx is missing; run: apt-get install nginx-light"
PREFIX, PASSWORD = "/storj", "a good password"
COMPLETED = "Node comparison completed"
CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""
# Whatever is to be read of the second node takes the database long. Without roll-ups, each node is read by itself.
HELD_UP = """
DROP TABLE rollup_state;
ALTER TABLE reputation_history RENAME TO scores_itself;
CREATE VIEW reputation_history AS SELECT * FROM scores_itself WHERE node_name <> '{name}' OR (
  WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 200000000)
  SELECT count(*) FROM numbers) > 0
"""


@dataclass
class Visitor:
    """A browser without a window: it keeps its cookies, and says where it comes from."""

    site: Site
    port: int
    cookies: dict[str, str]

    @contextmanager
    def asked(self, method: str, path: str, form: dict[str, str] | None = None) -> Iterator[HTTPResponse]:
        host = f"127.0.0.1:{self.port}"
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": f"http://{host}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(HTTPConnection(host, timeout=30)) as connection:
            connection.request(method, path, urlencode(form or {}), headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie", []):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            yield response

    def get(self, path: str) -> str:
        with self.asked("GET", path) as response:
            assert response.status == 200, (path, response.status)
            return response.read().decode()

    def send(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """The status, and where it leads."""
        with self.asked("POST", path, form) as response:
            return response.status, response.headers.get("Location", "")


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Signed in."""
    if NGINX is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    folder = tmp_path_factory.mktemp("nginx")
    named = {"SCRIPT_NAME": PREFIX, "ADMIN_PASSWORD": PASSWORD}
    limits = {"STREAMS": 1, "COMPARISON_WORKERS": 1, "CONNECTION_TIMEOUT": 60}
    site_of = running(folder / "site", **named, **limits, ROLLUP_INTERVAL=0, API_POLL_INTERVAL=0)
    with site_of as site, served(folder, site.port) as port:
        visitor = Visitor(site, port, {})
        assert visitor.send(f"{PREFIX}/login/", signing_in(visitor)) == (302, f"{PREFIX}/")
        yield visitor


@contextmanager
def served(folder: Path, upstream: int) -> Iterator[int]:
    """nginx on a free port, before a site that listens on `upstream`."""
    assert NGINX
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(CONFIGURATION.format(folder=folder, port=port, locations=locations(upstream)))
    with subprocess.Popen([NGINX, "-c", str(file), "-p", str(folder)], stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: answers(port) or process.poll() is not None, 20)
            assert process.poll() is None, (folder / "error.log").read_text()
            yield port
        finally:
            process.terminate()


def locations(upstream: int) -> str:
    """Those of the README for a site under a path."""
    found = re.search(r"^location = /storj .*?^}$\n", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert found
    return found[0].replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def signing_in(visitor: Visitor) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get(f"{PREFIX}/login/"))
    assert found
    return {"csrfmiddlewaretoken": found[1], "username": "admin", "password": PASSWORD}


def test_the_address_without_its_slash_leads_to_the_page(visitor: Visitor) -> None:
    with visitor.asked("GET", PREFIX) as response:
        assert (response.status, response.headers["Location"]) == (301, f"http://127.0.0.1:{visitor.port}{PREFIX}/")


def test_every_address_on_the_pages_is_under_the_path_and_there(visitor: Visitor) -> None:
    for page in (f"{PREFIX}/", f"{PREFIX}/admin/", f"{PREFIX}/status/"):
        for address in set(re.findall(r' (?:href|src)="(/[^"?#]*)', visitor.get(page))):
            assert f"{address}/".startswith(f"{PREFIX}/"), (page, address)
            if address.startswith(f"{PREFIX}/static/"):
                visitor.get(address)


def test_a_form_without_its_token_is_refused(visitor: Visitor) -> None:
    assert visitor.send(f"{PREFIX}/start-page", {"query": ""})[0] == 403


def test_events_arrive_one_by_one_and_a_stream_ends_at_the_server_when_its_browser_leaves(visitor: Visitor) -> None:
    names = re.findall(r'name="node" value="(\d+)" checked><bdi>([^<]+)<', visitor.get(f"{PREFIX}/"))[:2]
    with closing(sqlite3.connect(visitor.site.log.parent / "data" / "events.db")) as events:
        events.executescript(HELD_UP.format(name=names[1][1]))
    stream = f"{PREFIX}/compare/stream?type=performance&range=7d&node={names[0][0]}&node={names[1][0]}"
    before = visitor.site.output.count(COMPLETED)
    with visitor.asked("GET", stream) as response:
        assert response.status == 200
        told = [next_event(response), next_event(response)]
        assert told == ["event: start", "event: node"]
        assert visitor.site.output.count(COMPLETED) == before  # the second node is still being read
        assert status(visitor, stream) == 503  # the one place is taken
    wait_until(lambda: status(visitor, stream) == 200, 20)
    assert visitor.site.output.count(COMPLETED) == before


def next_event(response: HTTPResponse) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        line = response.readline().decode().strip()
        if line.startswith("event: "):
            return line
    raise AssertionError("no event came")


def status(visitor: Visitor, path: str) -> int:
    with visitor.asked("GET", path) as response:
        return response.status
