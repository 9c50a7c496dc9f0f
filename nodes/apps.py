from typing import Any

from django.apps import AppConfig
from django.core.management.base import CommandError
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import pre_migrate


class NodesConfig(AppConfig):
    name = "nodes"
    verbose_name = "Nodes"

    def ready(self) -> None:
        pre_migrate.connect(_refuse_foreign, sender=self)
        connection_created.connect(_read_any_text)


def _refuse_foreign(using: str, **kwargs: Any) -> None:
    """Before `migrate` makes its own table, and not only when the first migration runs."""
    # Here, because models cannot be imported before the apps are loaded.
    from nodes.errors import NotTheMonitors
    from nodes.recognition import refuse_foreign
    from nodes.router import EVENTS

    if using == EVENTS:
        try:
            refuse_foreign(connections[using])
        except NotTheMonitors as error:
            raise CommandError(str(error)) from error


def _read_any_text(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """SQLite keeps text that is not UTF-8: one such event must not end the counting, or the comparing, of all."""
    from nodes.router import EVENTS, READONLY

    if connection.vendor == "sqlite" and connection.alias in (EVENTS, READONLY):
        connection.connection.text_factory = _text


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
