"""Whether satellites have vetted a node: until then they send it about a twentieth of the traffic of others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from comparison.metrics import REGISTRY
from comparison.result import NodeResult
from comparison.told import OnSatellite
from nodes.soundness import STALE_AFTER

AUDITS, HOURS = 100, 504  # that a satellite wants to have seen
# Storagenode tells since then when it was vetted; from an older one, nothing said does not mean never.
TELLS_SINCE = (1, 131)
_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?")


@dataclass(frozen=True)
class Vetting:
    """`percent` is that of whichever is further from done; `audits` are as many as are known of."""

    vetted: bool | None
    audits: int | None
    hours: int | None
    percent: Fraction | None


def vetting(on: OnSatellite, version: str | None, counted: int | None, end: datetime) -> Vetting:
    """As of `end`. `counted` are the audits by the latest scores, which logs tell and APIs do not."""
    if on.joined is None or on.joined > end:
        return Vetting(None, counted, None, None)
    hours = (end - on.joined) // timedelta(hours=1)
    audits = max(on.audits, counted or 0)
    vetted = _vetted(on, version, audits, hours, end)
    if vetted is not False:
        return Vetting(vetted, counted, hours, Fraction(100) if vetted else None)
    return Vetting(False, audits, hours, 100 * min(Fraction(audits, AUDITS), Fraction(hours, HOURS), Fraction(1)))


def _vetted(on: OnSatellite, version: str | None, audits: int, hours: int, end: datetime) -> bool | None:
    if on.vetted is not None:
        return on.vetted <= end
    if end - on.updated > STALE_AFTER:
        return None
    if hours < HOURS or version_of(version) >= TELLS_SINCE:
        return False
    return True if audits >= AUDITS else None


def version_of(text: str | None) -> tuple[int, ...]:
    """As numbers that can be compared; lower than all where it is not told."""
    found = _VERSION.match(text or "")
    return tuple(int(part or 0) for part in found.groups()) if found else ()


def judged(nodes: Sequence[NodeResult]) -> list[NodeResult]:
    """The nodes, of which those that are not vetted everywhere are not ranked on their amounts of traffic.

    Unless none of them is: then they are alike.
    """
    unvetted = {node.name: _unvetted(node) for node in nodes if not node.error}
    if all(unvetted.values()):
        return list(nodes)
    return [_unranked(node, unvetted[node.name]) if unvetted.get(node.name) else node for node in nodes]


def _unvetted(node: NodeResult) -> list[str]:
    satellites: list[dict[str, Any]] = node.risk["satellites"] if node.risk else []
    return [each["name"] for each in satellites if each["vetted"] is False and not each["disqualified"]]


def _unranked(node: NodeResult, satellites: Sequence[str]) -> NodeResult:
    volumes = [metric.key for metric in REGISTRY if metric.by_vetting and metric.key in node.metrics]
    if not volumes:
        return node
    note = (
        f"Not vetted by {', '.join(satellites)}: satellites send such a node about a twentieth of the traffic of "
        "others, so that its amounts of traffic are not ranked against those of vetted nodes."
    )
    groups = node.basis.groups | {"vetting": {"source": "sno_satellites", "unvetted": satellites, "metrics": volumes}}
    return replace(
        node,
        notes=[*node.notes, note],
        basis=replace(node.basis, groups=groups),
        unranked=node.unranked | set(volumes),
    )
