"""The client against a real server that behaves as badly as servers can."""

import json
import socket
from datetime import UTC, datetime
from typing import Any

import pytest

from nodes.sno.address import parsed
from nodes.sno.client import ApiTrouble, get, parsed_json
from tests.nodes.sno import fake
from tests.nodes.sno.fake import Behaviour, Fake, serving
from tests.nodes.sno.stories import NODE_ID, Story

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = 0.4  # seconds that a test gives to servers that never end


def ask(node: Fake, route: str = "/api/sno/", seconds: float = 10) -> Any:
    return get(parsed(node.url), route, seconds)


def trouble(behaviour: Behaviour, seconds: float = 10) -> ApiTrouble:
    node = Fake(Story(NOW), behaviour)
    with serving(node), pytest.raises(ApiTrouble) as met:
        ask(node, seconds=seconds)
    sentence = str(met.value)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    return met.value


def test_an_answer_is_its_json() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        assert ask(node)["nodeID"] == NODE_ID


def test_a_path_before_the_api_is_kept() -> None:
    node = Fake(Story(NOW))
    with serving(node), pytest.raises(ApiTrouble, match="404"):
        get(parsed(f"{node.url}/attic"), "/api/sno/")
    assert node.asked == ["/attic/api/sno/"]


@pytest.mark.parametrize("behaviour", [fake.dripping, fake.dripping_head, fake.silent])
def test_the_time_is_that_of_the_whole_answer(behaviour: Behaviour) -> None:
    met = trouble(behaviour, SOON)
    assert "no whole answer at 127.0.0.1 on port" in str(met)
    assert met.is_down


def test_a_body_without_end_is_left() -> None:
    assert "longer than 2 MiB" in str(trouble(fake.endless))


def test_a_body_that_announces_to_be_huge_is_not_read() -> None:
    assert "longer than 2 MiB" in str(trouble(fake.huge))


def test_a_redirect_is_not_followed() -> None:
    elsewhere, node = Fake(Story(NOW)), Fake(Story(NOW), fake.redirecting)
    with serving(elsewhere):
        node.elsewhere = elsewhere.port
        with serving(node), pytest.raises(ApiTrouble, match="another address, which is not followed"):
            ask(node)
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (fake.failing, "HTTP status 500"),
        (fake.closing, "broke off in the middle"),
        (fake.truncated, "not JSON, or broken off"),
        (fake.nested, "nested too deeply"),
        (fake.digits, "not JSON"),
        (fake.not_a_number, "not JSON"),
        (fake.not_utf8, "not JSON"),
        (fake.html, "is a web page"),
        (fake.not_http, "does not speak HTTP"),
    ],
)
def test_what_is_wrong_is_told(behaviour: Behaviour, sentence: str) -> None:
    met = trouble(behaviour)
    assert sentence in str(met)
    assert not met.is_down, "another route may answer"


def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_port_on_which_nobody_listens_is_told() -> None:
    with pytest.raises(ApiTrouble, match=r"Nothing listens at 127.0.0.1 on port [0-9]+: check host and port") as met:
        get(parsed(f"http://127.0.0.1:{unused_port()}"), "/api/sno/")
    assert met.value.is_down


def test_a_host_that_nobody_knows_is_told() -> None:
    with pytest.raises(ApiTrouble, match=r"The host no-such-host.invalid is not known"):
        get(parsed("http://no-such-host.invalid:14002"), "/api/sno/", 5)


def test_https_to_a_server_that_speaks_http_is_told() -> None:
    node = Fake(Story(NOW))
    with serving(node), pytest.raises(ApiTrouble, match=r"There is no TLS at 127.0.0.1"):
        get(parsed(node.url.replace("http:", "https:")), "/api/sno/")


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, node = Fake(Story(NOW)), Fake(Story(NOW))
    with serving(proxy, node):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        ask(node)
    assert (len(proxy.asked), len(node.asked)) == (0, 1)


def test_no_cookie_or_password_is_sent() -> None:
    node = Fake(Story(NOW))
    with serving(node):
        ask(node)
    assert set(node.headers[0]) == {"Host", "Accept", "Accept-Encoding", "Connection"}


@pytest.mark.parametrize("depth", [5_000, 100_000])
def test_nesting_ends_with_a_sentence(depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        with pytest.raises(ApiTrouble, match="nested too deeply"):
            parsed_json((opening * depth + "1" + closing * depth).encode())


def test_usual_json_is_read_as_it_is() -> None:
    value = {"a": [1, 2.5, None, True, "ü\u2603"], "b": {}}
    assert parsed_json(json.dumps(value).encode()) == value


def test_no_more_time_means_no_request() -> None:
    node = Fake(Story(NOW))
    with serving(node), pytest.raises(ApiTrouble, match="no whole answer"):
        ask(node, seconds=0)
    assert node.asked == []
