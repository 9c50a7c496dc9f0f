"""The registry of metrics: every table, chart, ranking and export is made from it."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from comparison.result import Value

Better = Literal["higher", "lower"]

PERFORMANCE, EARNINGS, EFFICIENCY, OVERALL = TYPES = ("performance", "earnings", "efficiency", "overall")
TYPE_LABELS = {PERFORMANCE: "Performance", EARNINGS: "Earnings", EFFICIENCY: "Efficiency", OVERALL: "Overall"}


@dataclass(frozen=True)
class Metric:
    """One figure of a node. `better` None means that it is not ranked. `decimals` is the rounding, everywhere.

    `sums_up` marks totals and per-day values, which a limited sample cannot rank.
    """

    key: str
    label: str
    unit: str
    decimals: int
    better: Better | None
    types: tuple[str, ...]
    group: str
    explanation: str
    sums_up: bool = False

    def rounded(self, value: Fraction | float | int | None) -> Value:
        """Half to even, exact for a Fraction; whole numbers stay whole."""
        if value is None:
            return None
        exact = round(Fraction(value), self.decimals)
        return int(exact) if self.decimals == 0 else float(exact)


# Units, each with the decimals that its values are rounded to.
_PERCENT = ("%", 2)
_COUNT = ("", 0)
_MILLISECONDS = ("ms", 0)
_BYTES = ("bytes", 0)
_BYTES_A_DAY = ("bytes/day", 0)
_DOLLARS = ("USD", 2)

_CUSTOMER_ACTIONS = (("download", "Downloads", "GET"), ("upload", "Uploads", "PUT"))
_REPAIR_ACTIONS = (
    ("repair_download", "Repair downloads", "GET_REPAIR"),
    ("repair_upload", "Repair uploads", "PUT_REPAIR"),
)
ACTION_LABELS = {key: label for key, label, _ in _CUSTOMER_ACTIONS + _REPAIR_ACTIONS} | {"audit": "Audits"}


def _success_rates() -> list[Metric]:
    return [
        Metric(
            f"success_rate_{key}",
            f"{label}: success rate",
            *_PERCENT,
            "higher",
            (PERFORMANCE, OVERALL),
            "success",
            f"Successful {action} attempts, out of all that succeeded, were canceled or failed. "
            "Canceled means that another node was faster.",
        )
        for key, label, action in _CUSTOMER_ACTIONS + _REPAIR_ACTIONS
    ]


def _losses() -> list[Metric]:
    meanings = (("cancel", "canceled", "lost races"), ("fail", "failed", "errors"))
    return [
        Metric(
            f"{kind}_rate_{key}",
            f"{label}: {word}",
            *_PERCENT,
            "lower",
            (PERFORMANCE,),
            "losses",
            f"Attempts that were {word} ({meaning}), out of all {action} attempts.",
        )
        for kind, word, meaning in meanings
        for key, label, action in _CUSTOMER_ACTIONS
    ]


def _latencies() -> list[Metric]:
    return [
        Metric(
            f"latency_{key}_p{percent}_ms",
            f"{label}: {percent} % within",
            *_MILLISECONDS,
            "lower",
            (PERFORMANCE,) if percent == 99 else (PERFORMANCE, OVERALL),
            f"{key}_latency",
            f"The shortest duration that at least {percent} % of the successful {action} attempts did not exceed "
            "(nearest rank); from roll-ups within 1 % of it. Only attempts whose duration was recorded count.",
        )
        for key, label, action in _CUSTOMER_ACTIONS
        for percent in (50, 95, 99)
    ]


def _scores() -> list[Metric]:
    limits = (
        ("audit", "Audit score", "Below 96 % the satellite disqualifies the node."),
        ("suspension", "Suspension score", "Below 60 % the satellite suspends the node."),
        ("online", "Online score", "Below 60 % over 30 days the satellite suspends the node."),
    )
    return [
        Metric(
            f"{key}_score",
            label,
            *_PERCENT,
            "higher",
            TYPES,
            "scores",
            f"The latest score of the worst satellite. {meaning}",
        )
        for key, label, meaning in limits
    ]


REGISTRY: tuple[Metric, ...] = (
    *_success_rates(),
    Metric(
        "success_rate_audit",
        "Audits: success rate",
        *_PERCENT,
        "higher",
        (PERFORMANCE, OVERALL),
        "success",
        "Successful audits, out of those that succeeded or failed. Canceled audits are counted beside it.",
    ),
    *_losses(),
    *_latencies(),
    Metric(
        "total_operations",
        "Operations",
        *_COUNT,
        None,
        (PERFORMANCE, OVERALL),
        "volume",
        "All attempts: downloads, uploads, repairs and audits, whatever became of them.",
        sums_up=True,
    ),
    Metric(
        "egress_bytes_per_day",
        "Egress a day",
        *_BYTES_A_DAY,
        None,
        (PERFORMANCE,),
        "traffic",
        "Bytes of successful downloads, repair downloads and audits, divided by the days that the events cover.",
        sums_up=True,
    ),
    Metric(
        "ingress_bytes_per_day",
        "Ingress a day",
        *_BYTES_A_DAY,
        None,
        (PERFORMANCE,),
        "traffic",
        "Bytes of successful uploads and repair uploads, divided by the days that the events cover.",
        sums_up=True,
    ),
    Metric(
        "audits_failed",
        "Audits failed",
        *_COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Failed audits. Each one lowers the audit score.",
        sums_up=True,
    ),
    Metric(
        "audits_canceled",
        "Audits canceled",
        *_COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Audits that were broken off. They are not failures, but a disk that hangs shows here first.",
        sums_up=True,
    ),
    *_scores(),
    Metric(
        "audit_failures_left",
        "Audit failures left",
        *_COUNT,
        "higher",
        TYPES,
        "risk",
        "How many audits in a row may fail before the worst satellite disqualifies the node: "
        "floor(ln(0.96 / score) / ln(0.999)) + 1, and 0 once it is disqualified.",
    ),
    Metric(
        "storage_used_bytes",
        "Used space",
        *_BYTES,
        None,
        (EFFICIENCY,),
        "space",
        "Occupied space by the newest snapshot, as the node reports it.",
    ),
    Metric(
        "storage_free_bytes",
        "Free space",
        *_BYTES,
        None,
        (EFFICIENCY,),
        "space",
        "What is left of the allocated space by the newest snapshot.",
    ),
    Metric(
        "storage_utilization",
        "Utilization",
        *_PERCENT,
        None,
        (EFFICIENCY, OVERALL),
        "share",
        "Used space out of the space allocated to the node.",
    ),
    Metric(
        "trash_percent",
        "Trash",
        *_PERCENT,
        "lower",
        (EFFICIENCY,),
        "share",
        "Trash out of the space allocated to the node: occupied, but not paid.",
    ),
    Metric(
        "growth_bytes_per_day",
        "Growth a day",
        *_BYTES_A_DAY,
        None,
        (EFFICIENCY,),
        "growth",
        "Used space of the last snapshot in the window minus that of the first, divided by the days between them. "
        "They must be a day or more apart.",
    ),
    Metric(
        "days_until_full",
        "Days until full",
        "days",
        1,
        None,
        (EFFICIENCY,),
        "outlook",
        "Free space divided by the growth a day. No value unless the node grows.",
    ),
    Metric(
        "storage_efficiency",
        "Storage efficiency",
        "0-100",
        2,
        None,
        (EFFICIENCY, OVERALL),
        "efficiency",
        "The monitor's score: utilization, minus what the trash exceeds 10 % by, within 0 and 100.",
    ),
    Metric(
        "total_earnings",
        "Earnings, gross",
        *_DOLLARS,
        "higher",
        (EARNINGS, OVERALL),
        "earnings",
        "What the node earned in the calendar month of the window's end, up to there, over all satellites, before "
        "anything is held back.",
    ),
    Metric(
        "payout_after_held",
        "Payout after held",
        *_DOLLARS,
        "higher",
        (EARNINGS,),
        "earnings",
        "Gross earnings less what the satellites hold back: 75 % in months 1 to 3 on a satellite, 50 % in 4 to 6, "
        "25 % in 7 to 9, nothing after.",
    ),
    Metric(
        "held_amount",
        "Held this month",
        *_DOLLARS,
        None,
        (EARNINGS,),
        "earnings",
        "What the satellites hold back of this month. Half of it is returned in month 16, the rest at a graceful exit.",
    ),
    Metric(
        "projected_earnings",
        "Projected to the month's end",
        *_DOLLARS,
        "higher",
        (EARNINGS,),
        "earnings",
        "Gross earnings of the whole month if it goes on as it went so far. No value on the first two days.",
    ),
    Metric(
        "earnings_per_stored_tb",
        "Earnings per TB-month stored",
        "USD/TB-month",
        2,
        "higher",
        (EARNINGS, OVERALL),
        "yield",
        "Gross earnings of the month up to the window's end, divided by the TB-months stored in it until then "
        "(byte-hours / 720 / 10^12).",
    ),
    Metric(
        "earnings_per_allocated_tb",
        "Earnings per TB-month allocated",
        "USD/TB-month",
        2,
        "higher",
        (EARNINGS, OVERALL),
        "yield",
        "Gross earnings of the month up to the window's end, divided by the TB-months that were allocated to the node "
        "until then, used or not.",
    ),
    Metric(
        "unpaid_percent",
        "Occupied but not paid",
        *_PERCENT,
        "lower",
        (EARNINGS,),
        "unpaid",
        "What the node's disk holds beyond what satellites pay for, out of what it holds: trash and garbage that is "
        "not collected yet. Only where the node's API tells both.",
    ),
)


@cache
def by_key() -> dict[str, Metric]:
    return {metric.key: metric for metric in REGISTRY}


@cache
def metrics_of(type: str) -> tuple[Metric, ...]:
    """The metrics that a comparison of this type shows, in their order."""
    return tuple(metric for metric in REGISTRY if type in metric.types)
