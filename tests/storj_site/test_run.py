"""`make run` without make and pip: the real set-up and the real server, started as an operator starts them."""

import hashlib
import json
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storj_site import lan
from tests.storj_site.running import Site, manage, running, wait_until

pytestmark = pytest.mark.sqlite_files


def data_of(site: Site) -> Path:
    return site.log.parent / "data"


def run_sample(line: str) -> dict:
    """The printed line in a plain shell, from another folder."""
    ran = subprocess.run(["sh", "-c", line], cwd="/", capture_output=True, text=True, timeout=30, check=True)
    answer: dict = json.loads(ran.stdout)
    return answer


def held_by(folder: Path) -> dict[str, str]:
    """What is in the data folder: rows of the databases, but for what the servers count, bytes of the rest."""
    held = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".db":
            with sqlite3.connect(path) as connection:
                lines = [line for line in connection.iterdump() if not line.startswith('INSERT INTO "rollup_')]
                held[path.name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
            connection.close()
        elif not path.name.endswith(("-wal", "-shm", ".lock")):
            held[path.name] = path.read_text()
    return held


def test_the_first_run_says_where_the_site_is_and_how_to_sign_in(first_run: Site) -> None:
    assert f"The site is at http://127.0.0.1:{first_run.port}/\n" in first_run.output
    assert re.search(r"^Sign in as admin with the password \w{16} ", first_run.output, re.MULTILINE)


def test_the_printed_password_signs_in(first_run: Site) -> None:
    found = re.search(r"password (\w{16}) ", first_run.output)
    assert found
    page = first_run.get("/admin/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token
    cookie = page.headers["Set-Cookie"].split(";")[0]
    body = f"username=admin&password={found[1]}&csrfmiddlewaretoken={token[1]}"
    assert first_run.post("/admin/login/", body, Cookie=cookie).status == 302


def test_one_line_in_plain_text_is_a_request_that_works_from_any_folder(first_run: Site) -> None:
    (line,) = first_run.sample_lines
    assert line.startswith("curl ")
    assert line.isascii()
    assert line.isprintable()
    answer = run_sample(line)
    assert len(answer["nodes"]) == 2
    assert all(node["metrics"]["total_operations"] > 1000 for node in answer["nodes"])


def test_the_data_folder_and_the_secrets_are_for_their_owner_only(first_run: Site) -> None:
    modes = {
        name: stat.S_IMODE((data_of(first_run) / name).stat().st_mode) for name in (".", "secret-key", "api-token")
    }
    assert modes == {".": 0o700, "secret-key": 0o600, "api-token": 0o600}


def test_static_files_are_hashed_compressed_and_kept_by_browsers_for_good(first_run: Site) -> None:
    found = re.search(r'href="(/static/admin/css/base\.\w+\.css)"', first_run.get("/admin/login/").text)
    assert found
    answer = first_run.get(found[1], **{"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_address_is_refused_to_a_second_site_with_one_sentence(first_run: Site, tmp_path: Path) -> None:
    ran = manage("run", PORT=first_run.port, DATA_DIR=tmp_path / "data")
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert f"127.0.0.1:{first_run.port} is taken by another program" in ran.stderr
    assert not (tmp_path / "data").exists()


def test_a_second_run_changes_nothing_and_prints_another_request_that_works(first_run: Site, static_root: Path) -> None:
    data = data_of(first_run)
    before = held_by(data)
    files = {path: path.stat().st_mtime_ns for path in static_root.rglob("*")}
    with running(first_run.log.parent.with_name("second"), DATA_DIR=data, STATIC_ROOT=static_root) as second:
        assert "Sign in as admin; `make password` sets a new password.\n" in second.output
        assert "demonstration" not in second.output
        assert run_sample(second.sample_lines[0])["nodes"]
    assert held_by(data) == before
    assert {path: path.stat().st_mtime_ns for path in static_root.rglob("*")} == files


def test_a_worker_that_is_killed_is_replaced(first_run: Site) -> None:
    (worker,) = first_run.workers
    os.kill(worker, signal.SIGKILL)
    wait_until(lambda: first_run.workers not in ([], [worker]))
    assert run_sample(first_run.sample_lines[0])["nodes"]


def test_sigterm_and_ctrl_c_end_the_site_within_ten_seconds_although_a_request_never_ends(
    first_run: Site, tmp_path: Path, static_root: Path
) -> None:
    data = data_of(first_run)
    settings = {"DATA_DIR": data, "STATIC_ROOT": static_root}
    with ExitStack() as stack:
        one = stack.enter_context(running(tmp_path / "one", **settings))
        two = stack.enter_context(running(tmp_path / "two", **settings))
        for site in (one, two):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", site.port)))
            client.sendall(unfinished_request(data))
            assert not client_hears(client)
        workers, began = one.workers + two.workers, time.monotonic()
        one.process.terminate()
        two.process.send_signal(signal.SIGINT)
        wait_until(lambda: one.has_ended and two.has_ended and not any(map(is_there, workers)))
        assert time.monotonic() - began < 10
        assert "Traceback" not in one.output + two.output


def test_a_worker_leaves_ctrl_c_to_the_process_that_tells_it(first_run: Site) -> None:
    before = first_run.workers
    os.kill(before[0], signal.SIGINT)
    assert run_sample(first_run.sample_lines[0])["nodes"]
    assert first_run.workers == before


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGQUIT])
def test_a_worker_that_is_told_twice_to_end_ends_in_order(
    first_run: Site, tmp_path: Path, static_root: Path, sent: signal.Signals
) -> None:
    with running(tmp_path / "other", DATA_DIR=data_of(first_run), STATIC_ROOT=static_root) as site:
        (worker,) = site.workers
        for _ in range(2):
            os.kill(worker, sent)
        wait_until(lambda: worker not in site.workers)
        wait_until(lambda: f"Worker exiting (pid: {worker})" in site.output)
        assert "Traceback" not in site.output


def test_a_request_that_is_under_way_is_answered_before_the_site_ends(
    first_run: Site, tmp_path: Path, static_root: Path
) -> None:
    data = data_of(first_run)
    with running(tmp_path / "other", DATA_DIR=data, STATIC_ROOT=static_root) as site:
        with socket.create_connection(("127.0.0.1", site.port)) as client:
            client.sendall(unfinished_request(data))
            assert not client_hears(client)
            # Who connects later is accepted later: now the worker has the other one.
            assert site.get("/healthz").status == 200
            site.process.terminate()
            wait_until(lambda: "Handling signal: term" in site.output)
            client.sendall(b"x" * 100)
            client.settimeout(30)
            assert client.recv(100).startswith(b"HTTP/1.1 400")
        site.process.wait(10)


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def unfinished_request(data: Path) -> bytes:
    """All of a request but the body, for which a thread of the server then waits."""
    token = (data / "api-token").read_text().strip()
    return (
        f"POST /api/comparison HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    ).encode()


def client_hears(client: socket.socket, seconds: float = 0.5) -> bytes:
    client.settimeout(seconds)
    try:
        return client.recv(100)
    except TimeoutError:
        return b""


def test_lan_serves_under_the_names_and_addresses_of_this_machine_and_warns(
    empty_events: str, tmp_path: Path, static_root: Path
) -> None:
    with running(tmp_path / "lan", LAN=1, EVENTS_DATABASE_URL=empty_events, STATIC_ROOT=static_root) as site:
        assert "plain HTTP" in site.output
        for host in (*lan.reached_by("0.0.0.0"), "127.0.0.1"):
            assert f"http://{host}:{site.port}/" in site.output
            assert site.get("/login/", Host=f"{host}:{site.port}").status == 200
        assert site.get("/login/", Host="evil.example").status == 400
        assert "[INFO] Listening at: http://0.0.0.0:" in site.output


def test_hosts_that_the_operator_names_stay_the_only_ones_with_lan(
    empty_events: str, tmp_path: Path, static_root: Path
) -> None:
    settings = {"LAN": 1, "ALLOWED_HOSTS": "nodes.example", "EVENTS_DATABASE_URL": empty_events}
    with running(tmp_path / "lan", STATIC_ROOT=static_root, **settings) as site:
        assert site.get("/login/", Host="nodes.example").status == 200
        assert site.get("/login/", Host=lan.own_names()[0]).status == 400


@pytest.mark.parametrize(("proxies", "status"), [("127.0.0.1", 200), ("192.0.2.9", 301)], ids=["trusted", "stranger"])
def test_only_the_named_proxies_may_say_that_a_request_came_by_tls(
    proxies: str, status: int, first_run: Site, tmp_path: Path, static_root: Path
) -> None:
    settings = {"HTTPS": True, "FORWARDED_ALLOW_IPS": proxies, "DATA_DIR": data_of(first_run)}
    with running(tmp_path / "proxied", STATIC_ROOT=static_root, **settings) as site:
        assert site.get("/login/", **{"X-Forwarded-Proto": "https"}).status == status
        assert len(site.sample_lines) == (status == 200)


@pytest.fixture(scope="module")
def prefixed(first_run: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """With static files of its own, because their addresses have the prefix too."""
    folder = tmp_path_factory.mktemp("prefixed")
    with running(folder, SCRIPT_NAME="/storj", DATA_DIR=data_of(first_run)) as site:
        yield site


@pytest.mark.parametrize("prefix", ["/storj", ""], ids=["kept by the proxy", "taken off by the proxy"])
def test_a_path_prefix_works_whether_the_proxy_keeps_it_or_not(prefix: str, prefixed: Site) -> None:
    page = prefixed.get(f"{prefix}/admin/login/")
    assert page.status == 200
    found = re.search(r'href="/storj(/static/admin/css/base\.\w+\.css)"', page.text)
    assert found
    assert prefixed.get(f"{prefix}{found[1]}").status == 200
    assert prefixed.get(f"{prefix}/").headers["Location"].startswith("/storj/login/")


def test_the_sample_request_has_the_path_prefix(prefixed: Site) -> None:
    (line,) = prefixed.sample_lines
    assert f":{prefixed.port}/storj/api/comparison" in line
    assert run_sample(line)["nodes"]


def test_the_sample_request_gets_past_allowed_hosts_and_the_redirect_to_https(
    first_run: Site, tmp_path: Path, static_root: Path
) -> None:
    settings = {"HTTPS": "True", "ALLOWED_HOSTS": ".nodes.example", "DATA_DIR": data_of(first_run)}
    with running(tmp_path / "https", STATIC_ROOT=static_root, **settings) as site:
        assert site.get("/login/", Host="nodes.example").status == 301
        assert run_sample(site.sample_lines[0])["nodes"]
