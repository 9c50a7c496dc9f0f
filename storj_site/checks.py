"""System checks: every misconfiguration that can be told, each with what to do. Their ids stay.

Errors are a missing SECRET_KEY, and an events database that is another program's. What else is wrong with a
database is a warning, because an error would stop the very migration that mends it. Checks of databases run
with `check --database events` and before migrations.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import Error as DatabaseError
from django.db import connections
from django.utils.module_loading import import_string

from comparison.measured import MIN_ATTEMPTS
from nodes import catalog
from nodes.adopt import Step, announcement, plan
from nodes.errors import EventsUnavailable, NotTheMonitors
from nodes.reading import reading
from nodes.recognition import refuse_folder
from nodes.rollups.presence import ROLLUP_TABLES
from nodes.router import EVENTS, READONLY, SITE
from nodes.schema import TABLES
from storj_site.middleware import SITE_TROUBLE
from storj_site.targets import Target, target

Messages = list[CheckMessage]
BESIDE_STREAMS = 8  # threads for requests that are no streams
Aliases = Sequence[str] | None


@register(Tags.security)
def secret_key(**kwargs: Any) -> Messages:
    try:
        _ = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's own words for an empty one
        return [
            Error(
                "There is no SECRET_KEY.",
                hint="Run `make run`, which makes one in the data folder, or set SECRET_KEY to 50 random characters.",
                id="storj.E001",
            )
        ]
    return []


@register(Tags.security)
def hosts_and_https(**kwargs: Any) -> Iterable[CheckMessage]:
    if "*" in settings.ALLOWED_HOSTS and not settings.HTTPS:
        yield Warning(
            "ALLOWED_HOSTS allows every name, and HTTPS is off.",
            hint="Name the hosts under which the site is reached, or serve the local network with `make run LAN=1`.",
            id="storj.W011",
        )
    unreachable = "http://" if settings.HTTPS else "https://"
    if any(origin.startswith(unreachable) for origin in settings.CSRF_TRUSTED_ORIGINS):
        yield Warning(
            f"CSRF_TRUSTED_ORIGINS has an {unreachable} address, and HTTPS is {settings.HTTPS}.",
            hint="Set HTTPS=True if a proxy speaks TLS for the site, and begin its origins with https://; else http://.",
            id="storj.W012",
        )


@register(Tags.caches)
def one_cache_for_all_processes(**kwargs: Any) -> Iterable[CheckMessage]:
    in_memory = issubclass(import_string(settings.CACHES["comparison"]["BACKEND"]), LocMemCache)
    if in_memory and settings.WEB_CONCURRENCY > 1:
        yield Warning(
            f"{settings.WEB_CONCURRENCY} worker processes keep a cache each, so most hits are missed.",
            hint="Set CACHE_URL to a Redis or memcached server, or WEB_CONCURRENCY to 1.",
            id="storj.W010",
        )


@register
def limits_that_fit_together(**kwargs: Any) -> Iterable[CheckMessage]:
    if settings.POOL_TIMEOUT < settings.CONNECTION_TIMEOUT:
        yield Warning(
            f"POOL_TIMEOUT ({settings.POOL_TIMEOUT} s) is below CONNECTION_TIMEOUT ({settings.CONNECTION_TIMEOUT} s): "
            "a read gives up waiting before one that is slow, but in its rights, makes room for it.",
            hint="Raise POOL_TIMEOUT, or lower CONNECTION_TIMEOUT.",
            id="storj.W013",
        )
    if settings.COMPARISON_WORKERS > settings.MAX_POOL_SIZE:
        yield Warning(
            f"COMPARISON_WORKERS ({settings.COMPARISON_WORKERS}) is above MAX_POOL_SIZE ({settings.MAX_POOL_SIZE}): "
            "some of them only wait for a place.",
            hint="Raise MAX_POOL_SIZE, or lower COMPARISON_WORKERS.",
            id="storj.W014",
        )
    if settings.MAX_EVENTS_FOR_COMPARISON < MIN_ATTEMPTS:
        yield Warning(
            f"MAX_EVENTS_FOR_COMPARISON ({settings.MAX_EVENTS_FOR_COMPARISON}) is below the {MIN_ATTEMPTS} attempts "
            "that a rate needs to be ranked.",
            hint="Raise MAX_EVENTS_FOR_COMPARISON; its default is 10000.",
            id="storj.W015",
        )
    if settings.STREAMS and settings.THREADS < settings.STREAMS + BESIDE_STREAMS:
        yield Warning(
            f"THREADS ({settings.THREADS}) is below STREAMS ({settings.STREAMS}) and {BESIDE_STREAMS}: pages that "
            "fill in node by node hold a thread each, and too few are left for other requests.",
            hint="Raise THREADS, or lower STREAMS; 0 turns them off.",
            id="storj.W016",
        )


@register
def databases_apart(**kwargs: Any) -> Iterable[CheckMessage]:
    site, events, readonly = (target(settings.DATABASES[alias]) for alias in (SITE, EVENTS, READONLY))
    if site == events:
        yield Warning(
            "DATABASE_URL and EVENTS_DATABASE_URL are the same database.",
            hint="Give the site a file, a database or a search_path of its own: one django_migrations table for both "
            "hides half of the migrations.",
            id="storj.W001",
        )
    if not readonly.is_copy_of(events):
        yield Warning(
            "EVENTS_READONLY_DATABASE_URL and EVENTS_DATABASE_URL are different databases.",
            hint="Leave EVENTS_READONLY_DATABASE_URL out, or set it to a replica of the same database.",
            id="storj.W002",
        )


@register(Tags.database)
def where_databases_are(databases: Aliases = None, **kwargs: Any) -> Iterable[CheckMessage]:
    for alias in databases or ():
        yield Info(f"`{alias}` is {_described(target(settings.DATABASES[alias]))}.", id="storj.I001")


@register(Tags.database)
def folders_can_be_written(databases: Aliases = None, **kwargs: Any) -> Iterable[CheckMessage]:
    files = {target(settings.DATABASES[alias]).file: alias for alias in databases or ()}
    for file, alias in files.items():
        # Asked of the system, not tried: opening the file here would drop SQLite's locks on it.
        if file and _is_there(file.parent) and not os.access(file.parent, os.W_OK, effective_ids=True):
            yield Warning(
                f"This user cannot write to the folder of `{alias}`, where SQLite's WAL mode keeps files of its own.",
                hint="Let the site's user write there, or let the user of the monitor run the site.",
                id="storj.W005",
            )


@register(Tags.database)
def site_answers(databases: Aliases = None, **kwargs: Any) -> Iterable[CheckMessage]:
    file = target(settings.DATABASES[SITE]).file
    if SITE not in (databases or ()) or (file and not _is_there(file)):  # which the first run makes
        return
    try:
        connections[SITE].introspection.table_names()
    except DatabaseError:
        yield Warning("The site's own database cannot answer.", hint=SITE_TROUBLE, id="storj.W008")


@register(Tags.database)
def events_are_ready(databases: Aliases = None, **kwargs: Any) -> Iterable[CheckMessage]:
    if not {EVENTS, READONLY} & set(databases or ()):
        return
    file = target(settings.DATABASES[READONLY]).file
    if file and not _is_there(file):
        hint = (
            "Check the path in EVENTS_DATABASE_URL, which storj.I001 shows; where it is right, "
            "`make adopt ARGS=--create` makes it."
        )
        yield Warning(
            "The file of the events database does not exist, or this user may not enter its folder.",
            hint=hint,
            id="storj.W004",
        )
        return
    try:
        refuse_folder(connections[EVENTS])
        with reading() as connection:
            can_write, missing = not catalog.cannot_write(connection), plan(connection)
            wrong = [f"{t.name}.{column}" for t in TABLES for column in catalog.wrongly_sorted(connection, t.name)]
    except EventsUnavailable as error:
        yield _unavailable(error)
        return
    if can_write:
        yield Warning(
            "The connection that is for reading the events can write to them.",
            hint="Leave EVENTS_READONLY_DATABASE_URL out, or take the options out that make it writable.",
            id="storj.W003",
        )
    if missing:
        hint = "\n    ".join(["Run `make adopt`.", *announcement(missing), *_uncounted(missing)])
        yield Warning("The events database lacks what comparisons need.", hint=hint, id="storj.W006")
    yield from _sorting(wrong)


def _uncounted(missing: Sequence[Step]) -> Iterator[str]:
    if any(step.table in ROLLUP_TABLES for step in missing):
        yield "Without all tables of the roll-ups no events are counted, and comparisons read the newest events only."


def _unavailable(error: EventsUnavailable) -> CheckMessage:
    if isinstance(error, NotTheMonitors):  # an error, which keeps `migrate` from opening it
        return Error(str(error), id="storj.E002")
    what, _, to_do = str(error).partition(": ")
    return Warning(f"{what}.", hint=f"{to_do[:1].upper()}{to_do[1:]}", id="storj.W004")


def _sorting(columns: list[str]) -> Iterator[CheckMessage]:
    if columns:
        yield Warning(
            f"PostgreSQL does not compare these texts byte by byte: {', '.join(columns)}.",
            hint='Change each with ALTER TABLE … ALTER COLUMN … TYPE text COLLATE "C"; until then windows of time '
            "may be wrong and indexes unused.",
            id="storj.W007",
        )


def _described(found: Target) -> str:
    if found.file is None:
        return str(found)
    return f"the file {found}" + ("" if _is_there(found.file) else ", which does not exist yet or is out of reach")


def _is_there(path: Path) -> bool:
    """Without opening it, and without an error where this user may not even look."""
    return os.access(path, os.F_OK, effective_ids=True)
