from collections.abc import Iterable
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save, pre_delete


class ComparisonConfig(AppConfig):
    name = "comparison"
    verbose_name = "Comparison"

    def ready(self) -> None:
        from nodes.models import Host, Node, SatelliteTerms
        from nodes.payouts.signals import payouts_imported
        from nodes.sno.signals import first_answer

        for signal in (post_save, post_delete):
            signal.connect(_forget_edited, sender=Node, dispatch_uid=f"forget-results-{id(signal)}")
            signal.connect(_forget_node_of, sender=SatelliteTerms, dispatch_uid=f"forget-results-terms-{id(signal)}")
        for signal in (post_save, pre_delete):  # after it is deleted nobody knows its nodes
            signal.connect(_forget_nodes_of, sender=Host, dispatch_uid=f"forget-results-host-{id(signal)}")
        first_answer.connect(_forget, dispatch_uid="forget-results-first-answer")
        payouts_imported.connect(_forget_paid, dispatch_uid="forget-results-payouts")


def _forget_edited(instance: Any, **_: Any) -> None:
    """Others too: those that it shares a host with, or shared one with before."""
    from nodes.models import Node

    for name in {instance.name, *Node.objects.filter(host__isnull=False).values_list("name", flat=True)}:
        _forget(name)


def _forget_node_of(instance: Any, **_: Any) -> None:
    _forget(instance.node.name)


def _forget_nodes_of(instance: Any, **_: Any) -> None:
    for node in instance.nodes.all():
        _forget(node.name)


def _forget_paid(nodes: Iterable[str], **_: Any) -> None:
    for name in nodes:
        _forget(name)


def _forget(node: str, **_: Any) -> None:
    from comparison.cache import forget_node

    forget_node(node)
