"""Metrics and notes from what our own intake knows of a node's log beside its events."""

from comparison.actions import AUDIT, TIMED
from comparison.measured import MIN_ATTEMPTS, Measured, day
from comparison.metrics import REGISTRY
from comparison.names import SHORT_ID, satellite_name
from comparison.tally import Traffic
from comparison.told import Intake, Told, Unended
from comparison.units import counted
from nodes.known import printable

LATENCIES = frozenset(metric.key for metric in REGISTRY if metric.key.startswith("latency_"))
# More than one duration in so many: the percentiles are then of whole seconds, or nearly.
TOLERATED_SHARE = 100
_LONGEST_REASON = 100


def measure(told: Told, traffic: Traffic) -> Measured:
    measured = Measured()
    for reason, lines in told.skipped:
        measured.note(
            f"{counted(lines, 'line')} of transfers could not be read: {printable(reason, _LONGEST_REASON)}; "
            "the status page has an example."
        )
    if told.intake:
        _latencies(told.intake, traffic, measured)
        _unended(told.intake, traffic, measured)
    return measured


def _latencies(intake: Intake, traffic: Traffic, measured: Measured) -> None:
    # It is not known of which satellites the durations in whole seconds are: their share is that of all.
    timed = traffic.timed_in_all
    if TOLERATED_SHARE * intake.coarse <= timed or not any(traffic.timed(action).count for action in TIMED):
        return
    measured.basis["latency"] = {"source": "intake_timings", "count": timed, "coarse": intake.coarse}
    measured.unranked |= LATENCIES
    measured.note(
        f"{counted(intake.coarse, 'duration')} were told by time stamps of whole seconds, as a log file has them: "
        "latencies are not ranked.",
        *LATENCIES,
    )


def _unended(intake: Intake, traffic: Traffic, measured: Measured) -> None:
    ended = sum(traffic.total.of(AUDIT))
    measured.values["audits_unended"] = intake.unended
    if ended + intake.unended < MIN_ATTEMPTS:
        measured.unranked.add("audits_unended")
    if intake.unended:
        newest = "; ".join(_told(audit) for audit in intake.newest)
        measured.note(
            f"{counted(intake.unended, 'audit')} began and never ended, the newest: {newest}. A disk that hangs shows "
            "here first.",
            "audits_unended",
        )


def _told(audit: Unended) -> str:
    since = day(audit.started) if audit.started else "at a time that cannot be read"
    return f"{since} by {satellite_name(audit.satellite)}, piece {printable(audit.piece, SHORT_ID)}"
