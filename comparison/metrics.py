"""The registry of metrics: every table, chart, ranking and export is made from it."""

from functools import cache

from comparison.metric import (
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
from comparison.metric_texts import AUDITS, AUDITS_BEGUN, INTEGRITY, LATENCIES, RATES, VOLUMES
from comparison.money_metrics import MONEY
from comparison.risk_metrics import RISK
from comparison.storage_metrics import STORAGE

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
            "success / (success + canceled + failed) × 100",
            RATES,
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
            f"{word} / (success + canceled + failed) × 100",
            RATES,
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
            f"the ⌈{percent / 100:.2f} × n⌉-th shortest of n durations",
            LATENCIES,
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
        "success / (success + failed) × 100",
        RATES,
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
        "success + canceled + failed, of all actions",
        VOLUMES,
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
        "bytes of successful GET, GET_REPAIR and GET_AUDIT / days covered",
        VOLUMES,
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
        "bytes of successful PUT and PUT_REPAIR / days covered",
        VOLUMES,
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
        "failed GET_AUDIT",
        AUDITS,
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
        "canceled GET_AUDIT",
        AUDITS,
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
        "GET_AUDIT begun − ended",
        AUDITS_BEGUN,
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
        "failed GET_AUDIT and GET_REPAIR with the reason that the piece is gone or spoiled",
        INTEGRITY,
        sums_up=True,
    ),
    *RISK,
    *STORAGE,
    *MONEY,
)


@cache
def by_key() -> dict[str, Metric]:
    return {metric.key: metric for metric in REGISTRY}


@cache
def metrics_of(type: str) -> tuple[Metric, ...]:
    """The metrics that a comparison of this type shows, in their order: of earnings these come first."""
    shown = [metric for metric in REGISTRY if type in metric.types]
    return tuple(sorted(shown, key=lambda metric: type == EARNINGS and metric not in MONEY))
