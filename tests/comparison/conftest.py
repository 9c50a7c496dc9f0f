from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from comparison import cache
from comparison.request import ComparisonRequest
from nodes.models import Event

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ["attic", "cellar", "shed"]


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def three_nodes(databases: None) -> list[str]:
    """Three known nodes with 60 downloads each in the last hour, one a minute."""
    Event.objects.bulk_create(
        Event(
            timestamp=AS_OF - timedelta(minutes=minute + 1),
            action="GET",
            status="success" if minute % (index + 2) else "failed",
            size=1000,
            node_name=name,
            duration_ms=100 * (index + 1) + minute,
        )
        for index, name in enumerate(NAMES)
        for minute in range(60)
    )
    return NAMES


@pytest.fixture
def viewer(databases: None) -> User:
    user = User.objects.create_user("viewer", password="a good password")
    user.user_permissions.add(Permission.objects.get(codename="view_node"))
    return user


@pytest.fixture
def viewer_client(viewer: User) -> Client:
    client = Client()
    client.force_login(viewer)
    return client


def request_for(*names: str, type: str = "performance", hours: int = 24) -> ComparisonRequest:
    return ComparisonRequest(names or tuple(NAMES), type, hours, AS_OF)
