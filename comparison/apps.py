from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ComparisonConfig(AppConfig):
    name = "comparison"
    verbose_name = "Comparison"

    def ready(self) -> None:
        from nodes.models import Node

        for signal in (post_save, post_delete):
            signal.connect(_forget, sender=Node, dispatch_uid=f"forget-results-{id(signal)}")


def _forget(instance: Any, **_: Any) -> None:
    from comparison.cache import forget_node

    forget_node(instance.name)
