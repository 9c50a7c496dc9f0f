from typing import Any

from django.apps import AppConfig
from django.core.management.base import CommandError
from django.db import connections
from django.db.models.signals import pre_migrate


class NodesConfig(AppConfig):
    name = "nodes"
    verbose_name = "Nodes"

    def ready(self) -> None:
        pre_migrate.connect(_refuse_foreign, sender=self)


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
