"""How far the events are counted, for people to see."""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Max, Min

from nodes.models import RollupNode
from nodes.rollups import watermark
from nodes.rollups.presence import rollups_exist
from nodes.sql.rollups import newest_id


@dataclass(frozen=True)
class Standing:
    """`ahead` is how many ids there are above the watermark; times of the first and last counted event as stored."""

    watermark: int
    ahead: int
    first: str | None
    last: str | None


def standing(connection: BaseDatabaseWrapper) -> Standing | None:
    """None where there are no roll-ups. To be asked in one snapshot."""
    if not rollups_exist(connection):
        return None
    counted = watermark.state(connection).watermark
    times = RollupNode.objects.using(connection.alias).aggregate(first=Min("first_event"), last=Max("last_event"))
    return Standing(counted, max(0, newest_id(connection) - counted), times["first"], times["last"])
