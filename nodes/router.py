"""Which database each model lives in: the site's own, or the operator's events."""

from typing import Any

from django.db.models import Model

SITE = "default"
EVENTS = "events"
READONLY = "events_readonly"

EVENTS_MODELS = frozenset(
    {
        "event",
        "hourlystats",
        "storagesnapshot",
        "reputation",
        "earningsestimate",
        "payout",
        "hashstorecompaction",
        "rollupnode",
        "rollupsatellite",
        "rollupcount",
        "rolluplatencies",
        "rolluphours",
        "rolluppaid",
        "rolluppoint",
        "rollupreason",
        "rollupfailures",
        "rollupbatch",
        "rollupstate",
        "intakeaudit",
        "intakenode",
        "intakepush",
        "intakeskipped",
        "intakesource",
        "intakestate",
        "intaketiming",
        "snoauditwindow",
        "snoday",
        "snonode",
        "snopaystub",
        "snosatellite",
        "snostart",
        "storageday",
        "storagedaysstate",
    }
)


def lives_in_events(app_label: str, model_name: str | None) -> bool:
    return app_label == "nodes" and model_name in EVENTS_MODELS


class EventsRouter:
    """Reads of events models go through the read-only alias, writes (migrations, intake) through `events`."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return READONLY if self._in_events(model) else SITE

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return EVENTS if self._in_events(model) else SITE

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return self._in_events(one) == self._in_events(other)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        """RunPython operations on the monitor's tables say so with the hint `target="events"`."""
        if db == READONLY:
            return False
        in_events = hints.get("target") == EVENTS or lives_in_events(app_label, model_name)
        return db == (EVENTS if in_events else SITE)

    @staticmethod
    def _in_events(model: type[Model] | Model) -> bool:
        # Asked of an instance itself, not of its type: request.user is a SimpleLazyObject.
        return lives_in_events(model._meta.app_label, model._meta.model_name)
