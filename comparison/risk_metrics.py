"""The metrics of risk, which every type of comparison shows."""

from comparison.metric import COUNT, HOURS, MINUTES, PERCENT, TYPES, Metric
from comparison.metric_texts import AUDIT_WINDOWS, CONTACT, SCORES, STANDING, VETTING

LATE_MINUTES = 150  # satellites contact a node every hour or so


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
            *PERCENT,
            "higher",
            TYPES,
            "scores",
            f"The latest score of the worst satellite. {meaning}",
            "min over satellites",
            SCORES,
        )
        for key, label, meaning in limits
    ]


RISK: tuple[Metric, ...] = (
    *_scores(),
    Metric(
        "audit_failures_left",
        "Audit failures left",
        *COUNT,
        "higher",
        TYPES,
        "risk",
        "How many audits in a row may fail before the worst satellite disqualifies the node: "
        "floor(ln(0.96 / score) / ln(0.999)) + 1, and 0 once it is disqualified.",
        "⌊ln(0.96 / score) / ln(0.999)⌋ + 1 of the worst satellite",
        STANDING,
    ),
    Metric(
        "offline_hours_left",
        "Hours left to be offline",
        *HOURS,
        "higher",
        TYPES,
        "offline",
        "How long the node may be offline from the window's end on, at the least, before its online score with the "
        "worst satellite falls below 60 %, by the audits of the last 30 days in windows of 12 hours.",
        "whole hours until (Σ shares online − forgotten) / (windows + further − forgotten) < 0.6",
        AUDIT_WINDOWS,
    ),
    Metric(
        "satellites_disqualified",
        "Disqualified by",
        *COUNT,
        "lower",
        TYPES,
        "satellites",
        "Satellites that have disqualified the node, which is for ever.",
        "count of satellites",
        STANDING,
    ),
    Metric(
        "satellites_suspended",
        "Suspended by",
        *COUNT,
        "lower",
        TYPES,
        "satellites",
        "Satellites that have suspended the node, until its scores are better.",
        "count of satellites",
        STANDING,
    ),
    Metric(
        "vetting_percent",
        "Vetted",
        *PERCENT,
        "higher",
        TYPES,
        "vetting",
        "Of the worst satellite: 100 % once it has vetted the node, before that the lesser of its audits out of 100 "
        "and the hours since the node joined out of 504.",
        "min over satellites: vetted ? 100 : min(audits / 100, hours / 504) × 100",
        VETTING,
    ),
    Metric(
        "last_ping_minutes",
        "Last contact with a satellite",
        *MINUTES,
        "lower",
        TYPES,
        "ping",
        "How long before the window's end a satellite last reached the node, as the node's API told within two "
        "hours of it. Satellites do so every hour or so: up to two and a half hours all share a place.",
        "window end − last ping",
        CONTACT,
        all_well=LATE_MINUTES,
    ),
)
