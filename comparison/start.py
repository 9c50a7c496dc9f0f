"""The comparison that each user sees first, kept as the query of its address."""

from django.contrib.auth.models import AnonymousUser, User
from django.http import QueryDict

from nodes.models import StartPage

AnyUser = User | AnonymousUser


def start_query(user: AnyUser) -> QueryDict | None:
    """None where there is none."""
    found = StartPage.objects.filter(user=user).first() if user.is_authenticated else None
    return QueryDict(found.query, mutable=True) if found else None


def keep(user: User, query: QueryDict) -> None:
    StartPage.objects.update_or_create(user=user, defaults={"query": query.urlencode()})


def forget(user: User) -> None:
    StartPage.objects.filter(user=user).delete()


def without_lost(query: QueryDict, known: set[str]) -> int:
    """Takes out of the query the nodes that are not known any more; how many these were."""
    nodes, changed = query.getlist("node"), query.getlist("changed")
    query.setlist("node", [node for node in nodes if node in known])
    query.setlist("changed", [node for node in changed if node in known])
    return len(nodes) - len(query.getlist("node"))
