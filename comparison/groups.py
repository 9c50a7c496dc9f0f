"""Which metrics stand together in tables and charts, in their order."""

from dataclasses import dataclass
from functools import cache

from comparison.metrics import EARNINGS, Metric, metrics_of
from comparison.money_metrics import MONEY


@dataclass(frozen=True)
class Group:
    """Metrics that are shown together. One unit a group, so that they fit one chart."""

    key: str
    label: str


GROUPS = (
    Group("success", "Success rates"),
    Group("losses", "Canceled and failed"),
    Group("download_latency", "Download latency"),
    Group("upload_latency", "Upload latency"),
    Group("volume", "Operations"),
    Group("traffic", "Traffic"),
    Group("audits", "Audits"),
    Group("scores", "Reputation"),
    Group("risk", "Distance to disqualification"),
    Group("offline", "Distance to suspension"),
    Group("satellites", "Disqualified and suspended"),
    Group("vetting", "Vetting"),
    Group("ping", "Contact"),
    Group("space", "Space"),
    Group("share", "Use of the space"),
    Group("growth", "Growth"),
    Group("outlook", "Time until full"),
    Group("efficiency", "Storage efficiency"),
    Group("earnings", "Earnings of the month"),
    Group("profit", "Profit"),
    Group("yield", "Earnings and profit per TB"),
    Group("unpaid", "Unpaid space"),
)


@cache
def groups_of(type: str) -> tuple[tuple[Group, tuple[Metric, ...]], ...]:
    """The groups of this type that have metrics, each with them, in their order."""
    found = ((group, tuple(m for m in metrics_of(type) if m.group == group.key)) for group in GROUPS)
    shown = [(group, metrics) for group, metrics in found if metrics]
    return tuple(sorted(shown, key=lambda item: type == EARNINGS and item[1][0] not in MONEY))
