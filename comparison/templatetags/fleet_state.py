"""The fleet on the admin's first page."""

from typing import Any

from django import template

from comparison.access import VIEW_NODES
from comparison.fleet_state import fleet_state
from comparison.many import MANY
from nodes.errors import EventsUnavailable
from nodes.known import known_nodes

register = template.Library()


@register.inclusion_tag("admin/_fleet_state.html", takes_context=True)
def fleet_in_lines(context: dict[str, Any]) -> dict[str, Any]:
    """Those to look at come first. Nothing for an account that may not see the nodes; where the events cannot be read,
    the sentence that says so.
    """
    if not context["request"].user.has_perm(VIEW_NODES):
        return {}
    try:
        states = sorted(fleet_state(known_nodes()), key=lambda each: not each.warnings)
    except EventsUnavailable as error:
        return {"trouble": str(error)}
    return {"states": states, "is_open": len(states) <= MANY, "worrying": sum(bool(each.warnings) for each in states)}
