from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ComparisonConfig(AppConfig):
    name = "comparison"
    verbose_name = "Comparison"

    def ready(self) -> None:
        from nodes.models import Node, SatelliteTerms

        for signal in (post_save, post_delete):
            signal.connect(_forget, sender=Node, dispatch_uid=f"forget-results-{id(signal)}")
            signal.connect(_forget_node_of, sender=SatelliteTerms, dispatch_uid=f"forget-results-terms-{id(signal)}")


def _forget(instance: Any, **_: Any) -> None:
    from comparison.cache import forget_node

    forget_node(instance.name)


def _forget_node_of(instance: Any, **_: Any) -> None:
    _forget(instance.node)
