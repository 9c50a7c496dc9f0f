import pytest
from django.core.exceptions import ImproperlyConfigured

from storj_site import env, lan


def test_on_all_ipv4_addresses_no_ipv6_address_and_not_localhost_is_named() -> None:
    reached = lan.reached_by("0.0.0.0")
    assert "localhost" not in reached
    assert not any("[" in host for host in reached)


def test_a_loopback_address_is_reached_by_nobody_else() -> None:
    assert lan.reached_by("127.0.0.1") == []


def test_one_address_is_reached_under_that_address() -> None:
    assert lan.reached_by("fd00::2") == ["[fd00::2]"]


def test_an_allowed_host_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "http://x.y")
    with pytest.raises(ImproperlyConfigured, match="must have host names"):
        env.hosts("ALLOWED_HOSTS", [])


def test_a_trusted_origin_needs_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "nodes.example.org")
    with pytest.raises(ImproperlyConfigured, match="such as https"):
        env.origins("CSRF_TRUSTED_ORIGINS", [])
