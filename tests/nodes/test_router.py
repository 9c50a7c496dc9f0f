import pytest
from django.contrib.auth.models import User
from django.db import router
from django.utils.functional import SimpleLazyObject

from nodes.models import ApiToken, Event, HourlyStats, Node, StorageSnapshot
from nodes.router import EVENTS, READONLY, SITE


@pytest.mark.parametrize("model", [Event, HourlyStats, StorageSnapshot])
def test_the_monitors_rows_are_read_through_the_read_only_alias_and_written_through_the_other(model) -> None:
    assert (router.db_for_read(model), router.db_for_write(model)) == (READONLY, EVENTS)


@pytest.mark.parametrize("model", [Node, ApiToken, User])
def test_the_sites_own_rows_are_in_the_sites_database(model) -> None:
    assert (router.db_for_read(model), router.db_for_write(model)) == (SITE, SITE)


def test_each_model_is_migrated_in_its_own_database_only() -> None:
    for model, home in ((Event, EVENTS), (Node, SITE), (User, SITE)):
        allowed = [alias for alias in (SITE, EVENTS, READONLY) if router.allow_migrate_model(alias, model)]
        assert allowed == [home]


def test_adoption_runs_in_the_events_database_only() -> None:
    allowed = [alias for alias in (SITE, EVENTS, READONLY) if router.allow_migrate(alias, "nodes", target=EVENTS)]
    assert allowed == [EVENTS]


def test_rows_of_different_databases_cannot_be_related() -> None:
    assert router.allow_relation(Node(), User())
    assert router.allow_relation(ApiToken(), SimpleLazyObject(User))  # type: ignore[arg-type]
    assert router.allow_relation(Event(), Event())
    assert not router.allow_relation(Node(), Event())
