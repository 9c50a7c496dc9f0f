import pytest

ALL_DATABASES = ["default", "events", "events_readonly"]


@pytest.fixture
def databases(transactional_db: None) -> None:
    """All three databases, without a surrounding transaction: gatherings read through connections of their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this project that asks for `databases` may use all of them."""
    for item in items:
        if "databases" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.django_db(transaction=True, databases=ALL_DATABASES))
