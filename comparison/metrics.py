"""The registry of metrics: every table, chart, ranking and export is made from it."""

from functools import cache

from comparison.metric import (
    BYTES,
    BYTES_A_DAY,
    COUNT,
    EARNINGS,
    EFFICIENCY,
    MILLISECONDS,
    OVERALL,
    PERCENT,
    PERFORMANCE,
    TYPE_LABELS,
    TYPES,
    Better,
    Metric,
)
from comparison.money_metrics import MONEY
from comparison.risk_metrics import RISK

__all__ = [
    "ACTION_LABELS",
    "EARNINGS",
    "EFFICIENCY",
    "OVERALL",
    "PERFORMANCE",
    "REGISTRY",
    "TYPES",
    "TYPE_LABELS",
    "Better",
    "Metric",
    "by_key",
    "metrics_of",
]

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
            *PERCENT,
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
            *PERCENT,
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
            *MILLISECONDS,
            "lower",
            (PERFORMANCE,) if percent == 99 else (PERFORMANCE, OVERALL),
            f"{key}_latency",
            f"The shortest duration that at least {percent} % of the successful {action} attempts did not exceed "
            "(nearest rank); from roll-ups within 1 % of it. Only attempts whose duration was recorded count.",
        )
        for key, label, action in _CUSTOMER_ACTIONS
        for percent in (50, 95, 99)
    ]


REGISTRY: tuple[Metric, ...] = (
    *_success_rates(),
    Metric(
        "success_rate_audit",
        "Audits: success rate",
        *PERCENT,
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
        *COUNT,
        None,
        (PERFORMANCE, OVERALL),
        "volume",
        "All attempts: downloads, uploads, repairs and audits, whatever became of them.",
        sums_up=True,
        by_vetting=True,
    ),
    Metric(
        "egress_bytes_per_day",
        "Egress a day",
        *BYTES_A_DAY,
        None,
        (PERFORMANCE,),
        "traffic",
        "Bytes of successful downloads, repair downloads and audits, divided by the days that the events cover.",
        sums_up=True,
        by_vetting=True,
    ),
    Metric(
        "ingress_bytes_per_day",
        "Ingress a day",
        *BYTES_A_DAY,
        None,
        (PERFORMANCE,),
        "traffic",
        "Bytes of successful uploads and repair uploads, divided by the days that the events cover.",
        sums_up=True,
        by_vetting=True,
    ),
    Metric(
        "audits_failed",
        "Audits failed",
        *COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Failed audits. Each one lowers the audit score.",
        sums_up=True,
    ),
    Metric(
        "audits_canceled",
        "Audits canceled",
        *COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Audits that were broken off. They are not failures, but a disk that hangs shows here first.",
        sums_up=True,
    ),
    Metric(
        "audits_unended",
        "Audits without an end",
        *COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Audits that began in the window and of which the log never says how they ended: a disk that hangs. Known "
        "where our own intake reads the log.",
    ),
    Metric(
        "integrity_failures",
        "Pieces lost or spoiled",
        *COUNT,
        "lower",
        (PERFORMANCE, OVERALL),
        "audits",
        "Audits and repair downloads that failed because a file was not found or its hash did not match. No value "
        "while the reason of such a failure is not known.",
        sums_up=True,
    ),
    *RISK,
    Metric(
        "storage_used_bytes",
        "Used space",
        *BYTES,
        None,
        (EFFICIENCY,),
        "space",
        "Occupied space by the newest snapshot, as the node reports it.",
    ),
    Metric(
        "storage_free_bytes",
        "Free space",
        *BYTES,
        None,
        (EFFICIENCY,),
        "space",
        "What is left of the allocated space by the newest snapshot.",
    ),
    Metric(
        "storage_utilization",
        "Utilization",
        *PERCENT,
        None,
        (EFFICIENCY, OVERALL),
        "share",
        "Used space out of the space allocated to the node.",
    ),
    Metric(
        "trash_percent",
        "Trash",
        *PERCENT,
        "lower",
        (EFFICIENCY,),
        "share",
        "Trash out of the space allocated to the node: occupied, but not paid.",
    ),
    Metric(
        "growth_bytes_per_day",
        "Growth a day",
        *BYTES_A_DAY,
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
    *MONEY,
)


@cache
def by_key() -> dict[str, Metric]:
    return {metric.key: metric for metric in REGISTRY}


@cache
def metrics_of(type: str) -> tuple[Metric, ...]:
    """The metrics that a comparison of this type shows, in their order."""
    return tuple(metric for metric in REGISTRY if type in metric.types)
