from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class ComparisonConfig(AppConfig):
    name = "comparison"
    verbose_name = "Comparison"

    def ready(self) -> None:
        from nodes.models import Node, SatelliteTerms
        from nodes.sno.signals import first_answer

        for signal in (post_save, post_delete):
            signal.connect(_forget_edited, sender=Node, dispatch_uid=f"forget-results-{id(signal)}")
            signal.connect(_forget_node_of, sender=SatelliteTerms, dispatch_uid=f"forget-results-terms-{id(signal)}")
        first_answer.connect(_forget, dispatch_uid="forget-results-first-answer")


def _forget_edited(instance: Any, **_: Any) -> None:
    _forget(instance.name)


def _forget_node_of(instance: Any, **_: Any) -> None:
    _forget(instance.node.name)


def _forget(node: str, **_: Any) -> None:
    from comparison.cache import forget_node

    forget_node(node)
