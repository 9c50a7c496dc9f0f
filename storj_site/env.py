"""Reading of environment variables that fails with a sentence instead of a traceback."""

import importlib.util
import os
import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

SQLITE_ENGINE = "django.db.backends.sqlite3"
POSTGRESQL_ENGINE = "django.db.backends.postgresql"
_PATH_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")
READ_WRITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


def number(name: str, default: int, least: int = 0, most: int | None = None) -> int:
    """A whole number from `least` to `most`; raises ImproperlyConfigured with a sentence otherwise."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {text!r}.") from None
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {value}.")
    if most is not None and value > most:
        raise ImproperlyConfigured(f"{name} must be at most {most}, not {value}.")
    return value


def flag(name: str, default: bool = False) -> bool:
    """True or False from the usual words; raises ImproperlyConfigured for anything else.

    A mistyped `HTTPS=yess` must not silently mean False.
    """
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in environ.Env.BOOLEAN_TRUE_STRINGS:
        return True
    if text in ("false", "off", "no", "n", "0"):
        return False
    raise ImproperlyConfigured(f"{name} must be True or False, not {text!r}.")


def names(name: str, default: Sequence[str]) -> list[str]:
    """What stands between the commas, without spaces and empty entries."""
    text = os.environ.get(name)
    return list(default) if text is None else [entry.strip() for entry in text.split(",") if entry.strip()]


def hosts(name: str, default: Sequence[str]) -> list[str]:
    """Host names as in ALLOWED_HOSTS; raises ImproperlyConfigured for an address with http:// or a path."""
    found = names(name, default)
    for entry in found:
        if "/" in entry:
            raise ImproperlyConfigured(f"{name} must have host names such as nodes.example.org, not {entry!r}.")
    return found


def origins(name: str, default: Sequence[str]) -> list[str]:
    """Origins with their scheme; raises ImproperlyConfigured with a sentence for a bare host name."""
    found = names(name, default)
    for entry in found:
        if "://" not in entry:
            raise ImproperlyConfigured(f"{name} must have origins such as https://{entry}, not {entry!r}.")
    return found


def networks(name: str, default: Sequence[str]) -> list[str]:
    """A list of IP addresses and networks, or "*"; raises ImproperlyConfigured with a sentence for anything else."""
    found = names(name, default)
    for entry in found:
        try:
            _ = entry == "*" or ip_network(entry)
        except ValueError:
            example = "an IP address or a network such as 192.0.2.0/24"
            raise ImproperlyConfigured(f"{name} must have {example} in each place, not {entry!r}.") from None
    return found


def path_prefix(name: str) -> str:
    """Empty, or a path such as /storj; raises ImproperlyConfigured with a sentence for anything else."""
    prefix = os.environ.get(name, "").strip().rstrip("/")
    if prefix and not _PATH_PREFIX.fullmatch(prefix):
        raise ImproperlyConfigured(f"{name} must be a path such as /storj, not {prefix!r}.")
    return prefix


def database(name: str, default: str) -> dict[str, Any]:
    """A read-write Django database from the URL in the variable `name`."""
    url = os.environ.get(name, "").strip() or default
    _require_scheme(name, url)
    _refuse_unencoded(name, url)
    try:
        config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except Exception:  # noqa: BLE001 - the library raises whatever its parser meets
        raise ImproperlyConfigured(f"{name} is not a database URL such as sqlite:////path/file.db.") from None
    if config.get("ENGINE") == SQLITE_ENGINE:
        return config | {"NAME": str(_absolute(name, config["NAME"])), "OPTIONS": sqlite_options()}
    if config.get("ENGINE") == POSTGRESQL_ENGINE:
        _require_driver(name, "psycopg", "postgres")
        # The server converts nothing for us: time stamps are text, and everything else is read as UTC.
        return config | {"OPTIONS": config.get("OPTIONS", {}) | {"connect_timeout": 5}}
    raise ImproperlyConfigured(f"{name} must begin with sqlite:// or postgres://.")


def _require_scheme(name: str, url: str) -> None:
    scheme, found, _ = url.partition("://")
    if not found:
        raise ImproperlyConfigured(
            f"{name} must be an address such as sqlite:////home/pi/storj_stats.db (four slashes before an absolute "
            f"path) or postgres://…, not {url!r}."
        )
    if scheme not in ("sqlite", "postgres", "postgresql", "pgsql", "psql"):
        raise ImproperlyConfigured(f"{name} must begin with sqlite:// or postgres://.")


def sqlite_options() -> dict[str, Any]:
    # detect_types 0: sqlite3's own converter for columns declared DATETIME raises on a broken
    # time stamp, and one such row would then make a whole page fail.
    return {
        "timeout": 5,
        "transaction_mode": "IMMEDIATE",
        "init_command": READ_WRITE_PRAGMAS,
        "detect_types": 0,
    }


def read_only(config: Mapping[str, Any], busy_timeout: float) -> dict[str, Any]:
    """The same database opened so that nothing can be written through it.

    Transactions stay DEFERRED: IMMEDIATE cannot begin on a `mode=ro` connection, and a deferred
    one is a snapshot from its first read on.
    """
    if config["ENGINE"] == SQLITE_ENGINE:
        options = {"timeout": busy_timeout, "init_command": "PRAGMA query_only=ON", "detect_types": 0}
        name = Path(config["NAME"]).as_uri() + "?mode=ro"
        return dict(config) | {"ENGINE": "nodes.backends.sqlite3", "NAME": name, "OPTIONS": options}
    from psycopg import IsolationLevel

    options = dict(config["OPTIONS"]) | {"isolation_level": IsolationLevel.REPEATABLE_READ}
    options["options"] = f"{options.get('options', '')} -c default_transaction_read_only=on".strip()
    return dict(config) | {"ENGINE": "nodes.backends.postgresql", "OPTIONS": options}


def cache(name: str, ttl: int, entries: int, prefix: str) -> dict[str, Any]:
    """The comparison cache from a cache URL; in-process memory when the variable is not set."""
    url = os.environ.get(name, "").strip()
    if not url:
        return {
            "BACKEND": "comparison.backends.CountedLocMemCache",
            "LOCATION": "comparison",
            "TIMEOUT": ttl,
            # Equal numbers make the cache drop exactly one entry, the least recently used, at a time.
            "OPTIONS": {"MAX_ENTRIES": entries, "CULL_FREQUENCY": max(entries, 1)},
        }
    try:
        config: dict[str, Any] = dict(environ.Env.cache_url_config(url))
    except Exception:  # noqa: BLE001 - the library raises whatever its parser meets
        raise ImproperlyConfigured(f"{name} is not a cache URL such as redis://127.0.0.1:6379/1.") from None
    options: dict[str, Any] = {}
    if "redis" in config["BACKEND"].lower():
        _require_driver(name, "redis", "redis")
        options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    elif "memcache" in config["BACKEND"].lower():
        _require_driver(name, "pymemcache", "memcached")
        config["BACKEND"] = "django.core.cache.backends.memcached.PyMemcacheCache"
        options = {"connect_timeout": 1, "timeout": 1}
    return config | {"TIMEOUT": ttl, "KEY_PREFIX": prefix, "OPTIONS": config.get("OPTIONS", {}) | options}


def secret_key(data_dir: Path) -> str:
    """From the environment, else from the file that the first run writes, else empty (a check reports it)."""
    if value := os.environ.get("SECRET_KEY", ""):
        return value
    try:
        return (data_dir / "secret-key").read_text().strip()
    except OSError:
        return ""


def _refuse_unencoded(name: str, url: str) -> None:
    """A path with a bare "#" or "?" would silently be cut there, and another file be opened or made."""
    if "#" in url:
        raise ImproperlyConfigured(f"{name} contains a #: write it as %23.")
    if not url.startswith("sqlite:"):
        return
    if "?" in url:
        raise ImproperlyConfigured(f"{name} contains a ?: write it as %3F; SQLite takes no options here.")
    if "+" in url:
        raise ImproperlyConfigured(f"{name} contains a +: write it as %2B, and a space as %20.")
    if urlparse(url).netloc not in ("", ":memory:"):
        raise ImproperlyConfigured(f"{name} needs four slashes before the path, as in sqlite:////path/file.db.")


def _absolute(name: str, path: str) -> Path:
    if path == ":memory:":
        raise ImproperlyConfigured(f"{name} must name a file: a database in memory is lost between threads.")
    return Path(path).expanduser().absolute()


def _require_driver(name: str, module: str, extra: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise ImproperlyConfigured(f"{name} needs the {module} driver: run `make install EXTRAS={extra}`.")
