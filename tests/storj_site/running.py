"""Runs the real commands and the real server, as an operator's shell would, in folders of the test's own."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PATIENCE = 60  # seconds; slow machines only


def environment(**settings: object) -> dict[str, str]:
    """Only these settings, whatever the suite itself was started with."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"PYTHONWARNINGS": "error::DeprecationWarning:storj_site"} | {k: str(v) for k, v in settings.items()}


def manage(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Site:
    """A running `manage.py run`."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text()

    @property
    def port(self) -> int:
        found = re.search(r"^The site is at http://\S+?:(\d+)/", self.output, re.MULTILINE)
        assert found, self.output
        return int(found[1])

    @property
    def sample_lines(self) -> list[str]:
        return [line for line in self.output.splitlines() if "curl " in line]

    @property
    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    @property
    def has_ended(self) -> bool:
        """The server; its workers too, for it ends last."""
        return self.process.poll() is not None

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask(Request(f"http://127.0.0.1:{self.port}{path}", headers=headers))

    def post(self, path: str, body: str, **headers: str) -> Answer:
        return self._ask(Request(f"http://127.0.0.1:{self.port}{path}", data=body.encode(), headers=headers))

    @staticmethod
    def _ask(request: Request) -> Answer:
        try:
            with build_opener(_NoRedirect).open(request, timeout=PATIENCE) as response:
                return Answer(response.status, dict(response.headers), response.read().decode("utf-8", "replace"))
        except HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read().decode("utf-8", "replace"))


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Site]:
    """The site on a free port, with `folder` for its data and output, until the block is left."""
    folder.mkdir(exist_ok=True)
    log = folder / "output.txt"
    given = {"DATA_DIR": folder / "data", "STATIC_ROOT": folder / "static", "PORT": 0} | settings
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "run"],
            cwd=ROOT,
            env=environment(**given),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    site = Site(process, log)
    try:
        wait_until(lambda: "Booting worker" in site.output or process.poll() is not None)
        assert process.poll() is None, site.output
        yield site
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(PATIENCE)


def wait_until(condition: object, seconds: float = PATIENCE) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "gave up waiting"
        time.sleep(0.05)
