"""Settings from the environment: bad values end in one sentence and exit code 1."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from storj_site import env, lan
from tests.storj_site.running import ROOT, environment, manage

BAD_VALUES = [
    ("HTTPS", "yess", "HTTPS must be True or False"),
    ("PORT", "http", "PORT must be a whole number"),
    ("PORT", "70000", "PORT must be at most 65535"),
    ("MAX_NODES", "1", "MAX_NODES must be at least 2"),
    ("MAX_NODES", "1001", "MAX_NODES must be at most 1000"),
    ("SCRIPT_NAME", "storj", "SCRIPT_NAME must be a path such as /storj"),
    ("CACHE_URL", "nonsense://", "CACHE_URL is not a cache URL"),
    ("DATABASE_URL", "sqlite:////srv/a#b.db", "write it as %23"),
    ("FORWARDED_ALLOW_IPS", "192.0.2.1, proxy", "FORWARDED_ALLOW_IPS must have an IP address"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), BAD_VALUES)
def test_a_command_names_the_bad_setting_in_one_sentence(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    ran = manage("check", DATA_DIR=tmp_path, **{name: value})
    assert ran.returncode == 1
    assert sentence in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_so_does_the_server(tmp_path: Path) -> None:
    ran = gunicorn(DATA_DIR=tmp_path, SECRET_KEY="x" * 50, THREADS="many")
    assert (ran.returncode, ran.stderr) == (1, "THREADS must be a whole number, not 'many'.\n")


def test_the_server_does_not_start_without_a_secret_key(tmp_path: Path) -> None:
    ran = gunicorn(DATA_DIR=tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.startswith("There is no SECRET_KEY: run ")


def gunicorn(**settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "storj_site/gunicorn_conf.py", "--check-config"],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("word", ["True", "yes", "1", "ON"])
def test_a_flag_is_true_by_any_usual_word(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", word)
    assert env.flag("HTTPS") is True


@pytest.mark.parametrize("word", ["False", "no", "0", "off", "", " "])
def test_a_flag_is_false_by_any_usual_word_and_when_it_is_empty(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS", word)
    assert env.flag("HTTPS") is False


@pytest.mark.parametrize(
    ("name", "scheme"), [("ALLOWED_HOSTS", ""), ("CSRF_TRUSTED_ORIGINS", "https://"), ("FORWARDED_ALLOW_IPS", "")]
)
def test_a_list_has_no_spaces_and_no_empty_entries(name: str, scheme: str, tmp_path: Path) -> None:
    code = f"from django.conf import settings; print(settings.{name})"
    given = {name: f" {scheme}192.0.2.1,, {scheme}192.0.2.2 , "}
    ran = manage("shell", "--no-imports", "-c", code, DATA_DIR=tmp_path, SECRET_KEY="x", **given)
    assert ran.stdout == f"['{scheme}192.0.2.1', '{scheme}192.0.2.2']\n", ran.stderr


@pytest.mark.parametrize("given", ["/storj", "/storj/", "/a/b-c_d.e~f", "/", "//"])
def test_a_path_prefix_loses_its_last_slashes(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPT_NAME", given)
    assert env.path_prefix("SCRIPT_NAME") == given.rstrip("/")


@pytest.mark.parametrize("given", ["storj", "http://x/", "/a b", "/a?b", "a//"])
def test_what_is_no_path_is_refused_as_prefix(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIPT_NAME", given)
    with pytest.raises(ImproperlyConfigured, match="SCRIPT_NAME must be a path"):
        env.path_prefix("SCRIPT_NAME")


def test_without_lan_only_an_address_that_is_bound_by_name_is_a_host_of_this_machine() -> None:
    assert lan.hosts("127.0.0.1", lan=False) == []
    assert lan.hosts("0.0.0.0", lan=False) == []
    assert lan.hosts("192.0.2.7", lan=False) == ["192.0.2.7"]
    assert lan.hosts("2001:db8::7", lan=False) == ["[2001:db8::7]"]


def test_the_cache_is_in_memory_with_100_entries_of_60_seconds_unless_there_is_a_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CACHE_URL", raising=False)
    cache = env.cache("CACHE_URL", 60, 100, "prefix")
    assert cache["BACKEND"] == "comparison.backends.CountedLocMemCache"
    assert (cache["TIMEOUT"], cache["OPTIONS"]["MAX_ENTRIES"]) == (60, 100)


@pytest.mark.parametrize(
    ("url", "backend"),
    [
        ("redis://127.0.0.1:6379/1", "django.core.cache.backends.redis.RedisCache"),
        ("pymemcache://127.0.0.1:11211", "django.core.cache.backends.memcached.PyMemcacheCache"),
        ("memcache://127.0.0.1:11211", "django.core.cache.backends.memcached.PyMemcacheCache"),
    ],
)
def test_a_cache_url_chooses_the_server(url: str, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_URL", url)
    assert env.cache("CACHE_URL", 60, 100, "prefix")["BACKEND"] == backend
