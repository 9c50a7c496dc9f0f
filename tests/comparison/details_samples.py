"""Details made by hand, in the shape that the engine returns, for tests of what is shown."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from comparison.metrics import ACTION_LABELS
from comparison.result import NodeResult, Value
from tests.comparison.samples import node, result

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
SERIES = (
    "success_rate_download",
    "success_rate_upload",
    "latency_download_p50_ms",
    "latency_download_p95_ms",
    "latency_upload_p50_ms",
    "latency_upload_p95_ms",
    "egress_bytes",
    "ingress_bytes",
)
US1 = "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S"
SATELLITES = ((US1, "us1"), ("121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6", ""), ("", ""))


def details(
    *,
    step: str = "hour",
    points: int = 24,
    start: datetime = START,
    series: Mapping[str, Sequence[Value]] | None = None,
    share: list[float] | None = None,
    reasons: tuple[str, ...] = ("unexpected EOF", ""),
    satellites: tuple[tuple[str, str], ...] = SATELLITES,
    **coverage: Any,
) -> dict[str, Any]:
    """Series that are not named have no value at all."""
    starts = [(start + STEPS[step] * index).isoformat() for index in range(points)]
    return {
        "actions": [action(key) for key in ACTION_LABELS],
        "satellites": [satellite(*each) for each in satellites],
        "errors": [{"reason": reason, "count": 1000 - index} for index, reason in enumerate(reasons)],
        "series": {"step": step, "start": starts} | {key: [None] * points for key in SERIES} | dict(series or {}),
        "coverage": {
            "first": "2026-10-01T06:30:00+00:00",
            "last": "2026-11-23T11:59:00+00:00",
            "hours": 24,
            "of": 24,
            "gaps": [],
            "gap_count": 0,
            "latencies": True,
            "upload_cancels": True,
            "share": [1.0] * points if share is None else share,
        }
        | coverage,
    }


def action(key: str) -> dict[str, Any]:
    counts = {"success": 9800, "canceled": 120, "failed": 80, "success_rate": 98.0, "bytes": 1_234_000_000}
    return {"action": key, "latency_p50_ms": 12, "latency_p95_ms": None} | counts


def satellite(id: str, name: str) -> dict[str, Any]:
    rates = {"success_rate_download": 98.1, "success_rate_upload": 97.25, "success_rate_audit": None}
    return {"satellite": id, "name": name, "operations": 1234, "egress_bytes": 5 * 10**9, "ingress_bytes": 0} | rates


def detailed_result(nodes: Mapping[str, Mapping[str, Any] | None], **whole: Any) -> dict[str, Any]:
    """A result of these nodes, by name, each with its details or without any."""
    return with_details(result(*(node(name) for name in nodes), **whole), nodes)


def with_details(whole: dict[str, Any], details: Mapping[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    return whole | {"nodes": [each | {"details": details.get(each["name"])} for each in whole["nodes"]]}


def lifelike(seed: int, *, step: str = "hour", points: int = 25) -> dict[str, Any]:
    """A node of its own pace; two of three have an outage, in the middle of which one value stands alone."""
    chance = random.Random(seed)
    gap = chance.randrange(4, points - 6)
    empty = {gap, gap + 1, gap + 3, gap + 4} if seed % 3 else set()
    drift = [1 + chance.random() for _ in range(points)]
    slow = seed % 4 + 1

    def known(of: Callable[[float], Value]) -> list[Value]:
        return [None if index in empty else of(factor) for index, factor in enumerate(drift)]

    rates = known(lambda factor: round(99.9 - factor * (seed % 5), 2))
    median, tail = known(lambda factor: round(15 * slow * factor)), known(lambda factor: round(70 * slow * factor))
    volumes = known(lambda factor: round(4e9 * factor))
    every = (rates, rates, median, tail, median, tail, volumes, volumes)
    began = START + STEPS[step] * gap
    outage = {"from": began.isoformat(), "to": (began + timedelta(minutes=155)).isoformat()}
    return details(
        step=step,
        points=points,
        series=dict(zip(SERIES, every, strict=True)),
        share=[0.0 if index in empty else 0.4 if index % 11 == 5 else 1.0 for index in range(points)],
        hours=24 - len(empty),
        gaps=[outage] if empty else [],
        gap_count=1 if empty else 0,
        upload_cancels=seed % 2 == 0,
    )


def lifelike_result(count: int, *, step: str = "hour", points: int = 25, names: tuple[str, ...] = ()) -> dict[str, Any]:
    chance = random.Random(count)
    called = [names[i] if i < len(names) else f"node {i + 1}" for i in range(count)]
    nodes: list[NodeResult] = [
        node(name, {"success_rate_download": round(90 + 10 * chance.random(), 2), "latency_download_p50_ms": 20 + i})
        for i, name in enumerate(called)
    ]
    return with_details(result(*nodes), {name: lifelike(i, step=step, points=points) for i, name in enumerate(called)})
