"""Metrics from the events: success, latency, traffic and audits of one node."""

from datetime import timedelta
from fractions import Fraction

from comparison.actions import ACTION_NAMES, AUDIT, EGRESS, INGRESS, REPAIR_DOWNLOAD, TIMED, UPLOAD
from comparison.measured import MIN_ATTEMPTS, Exact, Measured, percent
from comparison.spans import moment_of
from comparison.tally import Traffic
from comparison.traffic_notes import note
from comparison.units import counted

PERCENTILES = (50, 95, 99)
_A_DAY, _A_MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


def measure(traffic: Traffic) -> Measured:
    measured = Measured()
    _rates(traffic, measured)
    _latencies(traffic, measured)
    _volume(traffic, measured)
    _integrity(traffic, measured)
    if traffic.history.hours:
        _add_history(traffic, measured)
    _judge_uploads(traffic, measured)
    note(traffic, measured)
    measured.basis["traffic"] = {"source": traffic.source, "count": traffic.events}
    return measured


def _rates(traffic: Traffic, measured: Measured) -> None:
    for action, name in ACTION_NAMES.items():
        success, canceled, failed = traffic.total.of(action)
        whole = traffic.total.rated(action)
        rates: dict[str, Exact] = {f"success_rate_{name}": percent(success, whole)}
        if action in TIMED:
            rates[f"cancel_rate_{name}"] = percent(canceled, whole)
            rates[f"fail_rate_{name}"] = percent(failed, whole)
        measured.values |= rates
        if whole < MIN_ATTEMPTS:
            measured.unranked |= rates.keys()


def _latencies(traffic: Traffic, measured: Measured) -> None:
    for action in TIMED:
        name = ACTION_NAMES[action]
        timed = traffic.timed(action)
        values: dict[str, Exact] = {f"latency_{name}_p{p}_ms": timed.percentile(p) for p in PERCENTILES}
        measured.values |= values
        measured.basis[f"{name}_latency"] = {"source": traffic.source, "count": timed.count}
        if timed.count < MIN_ATTEMPTS:
            measured.unranked |= values.keys()


def _volume(traffic: Traffic, measured: Measured) -> None:
    days = _covered_days(traffic)
    audits = traffic.total.of(AUDIT)
    counts: dict[str, Exact] = {
        "total_operations": traffic.events,
        "audits_canceled": audits[1] if sum(audits) else None,
        "audits_failed": audits[2] if sum(audits) else None,
        "egress_bytes_per_day": _per_day(traffic, EGRESS, days),
        "ingress_bytes_per_day": _per_day(traffic, INGRESS, days),
    }
    measured.values |= counts if traffic.events else dict.fromkeys(counts)
    if sum(audits) < MIN_ATTEMPTS:
        measured.unranked |= {"audits_failed", "audits_canceled"}
    if traffic.limited:
        measured.unranked |= counts.keys()


def _integrity(traffic: Traffic, measured: Measured) -> None:
    attempts = sum(traffic.total.of(AUDIT)) + sum(traffic.total.of(REPAIR_DOWNLOAD))
    unknown = traffic.total.of(AUDIT)[2] + traffic.total.of(REPAIR_DOWNLOAD)[2] - traffic.explained
    if unknown and traffic.whole is not None and traffic.source == "rollup":
        measured.note("Pieces that were lost or spoiled are not counted per satellite.", "integrity_failures")
    elif unknown:
        failed = counted(unknown, "failed audit or repair download", "failed audits and repair downloads")
        measured.note(
            f"Of {failed} the reason is not known; of the others {traffic.spoiled:,} found the piece lost or spoiled.",
            "integrity_failures",
        )
    elif attempts:
        measured.values["integrity_failures"] = traffic.spoiled
    if attempts < MIN_ATTEMPTS or traffic.limited:
        measured.unranked.add("integrity_failures")


def _add_history(traffic: Traffic, measured: Measured) -> None:
    """To what the monitor's hourly sums can be added to; the ingress a day is that of the longer time."""
    history = traffic.history
    begin = max(traffic.window.start, moment_of(history.first or 0))
    received = history.ingress + _bytes(traffic, INGRESS)
    added: dict[str, Exact] = {
        "total_operations": history.operations + traffic.events,
        "ingress_bytes_per_day": received / _days(traffic.window.end - begin),
    }
    measured.values |= added
    measured.basis["history"] = {
        "source": "hourly_stats",
        "count": history.operations,
        "hours": history.count_of_hours,
        "metrics": list(added),
    }


def _covered_days(traffic: Traffic) -> Fraction:
    """From the later of window start, first known event and the sample's start, to the window's end."""
    window = traffic.window
    begins = [window.start, traffic.known_since or window.start]
    if traffic.limited and traffic.oldest:
        begins.append(traffic.oldest)
    return _days(window.end - max(begins))


def _days(span: timedelta) -> Fraction:
    return Fraction(span // _A_MICROSECOND, _A_DAY // _A_MICROSECOND)


def _per_day(traffic: Traffic, actions: tuple[str, ...], days: Fraction) -> Fraction | None:
    return _bytes(traffic, actions) / days if days > 0 else None


def _bytes(traffic: Traffic, actions: tuple[str, ...]) -> int:
    return sum(traffic.total.bytes[action] for action in actions)


def _judge_uploads(traffic: Traffic, measured: Measured) -> None:
    recorded = traffic.upload_cancels_recorded
    measured.basis["uploads"] = {
        "source": traffic.source,
        "count": sum(traffic.total.of(UPLOAD)),
        "cancels_recorded": recorded,
    }
    if not recorded:
        measured.unranked |= {"success_rate_upload", "success_rate_repair_upload", "cancel_rate_upload"}
        measured.note(
            "Canceled uploads are not recorded for this node: its upload success rate means “did not fail” "
            "and is not ranked."
        )
