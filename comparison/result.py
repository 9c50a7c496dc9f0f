"""What a comparison yields: one dataclass, and the dict that is cached and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Value = int | float | None
Ranking = list[list[str]]
Result = Mapping[str, Any]  # Comparison.as_dict(), or the same from the cache


@dataclass(frozen=True)
class Basis:
    """On what the traffic figures rest: how many events of which span, and whether there were more.

    `groups` names, per group of metrics, its source and how many records it used.
    """

    events: int = 0
    start: datetime | None = None
    end: datetime | None = None
    limited: bool = False
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "events": self.events,
            "from": _iso(self.start),
            "to": _iso(self.end),
            "limited": self.limited,
            "groups": self.groups,
        }


@dataclass(frozen=True)
class NodeResult:
    """One node's metrics by key, or the sentence that says why there are none.

    `details` is what comparison.details makes of the node's traffic, where the type has any; `risk` is what
    comparison.risk knows of the node, None where that is nothing. `statement` is that of
    the month, for types with earnings: `month`, `source` (api, rollup or estimates), `origin` in words, `until`
    when the data reaches; whether storage is known of nearly all of the month so far (`is_whole`); `storage` and
    `traffic`, each with `from`, `until` and `hours` known, and for storage the number of `snapshots`, of `gaps`
    over 6 hours and `longest_gap_hours`; in US dollars, rounded to millionths, amounts of `storage_earned`,
    `egress_earned`, `repair_earned` and `audit_earned`, `gross`, `held`, `payout` after it and what is `returned`
    this month; `projected` with `gross`, `low` and `high`; and `satellites` with the same amounts, bytes and
    byte-hours, `held_percent`, `joined`, its `joined_source` (own, api or guess), `month_number`, `held_in_all`,
    `returned_in` which month, `to_be_returned` then, `lost_if_stopped` now without a graceful exit, `rates`, and
    their `rates_source` (own, api or default). What is not known is None. `left_out` names the satellites on which
    something was earned, and of which no statement was wanted.

    `history` is that of comparison.money.months, for earnings: `months`, oldest first, each with its `month`,
    whether it `is_over`, the `source` of its figures and whether they are known of nearly all of it (`is_whole`);
    in US dollars the `kinds` of what is told apart of it (`storage`, `egress`, `repair`, `audit`), `gross`, `held`,
    what is `estimated` to be paid and what was `paid`, and their `difference` where both are known of the same
    satellites: `unpaid` and `unestimated` name those of which only one is; and `totals` of the same amounts.

    `worth` is what the node costs beside what it earns, for type earnings, None where no costs are entered: the
    `month`; the `host` with its `name`, number of `nodes`, `shared_by` (allocation or alike), `currency`, `usd_rate`,
    monthly `cost` in the currency and `cost_usd`; `allocated_bytes`; and in US dollars a month `host_share`,
    `own_cost`, both as `costs`, gross `earnings` of the whole month, `profit_so_far`, `profit` and
    `profit_per_allocated_tb`; `stopping` with what it `saves` and `loses` a month, their difference `marginal_profit`,
    and `held_lost` once; and `payback` of its share of the purchase `price`, with what was `earned` since in so many
    `months` with a payout and this one, the `state` (paid, coming or never) and the day that it comes `on`.
    """

    name: str
    metrics: dict[str, Value]
    basis: Basis
    notes: list[str]
    error: str | None = None
    details: dict[str, Any] | None = None
    statement: dict[str, Any] | None = None
    history: dict[str, Any] | None = None
    risk: dict[str, Any] | None = None
    worth: dict[str, Any] | None = None
    # Keys whose value must not be ranked, and rows read; neither is part of the public result.
    unranked: frozenset[str] = frozenset()
    rows_read: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "metrics": self.metrics,
            "basis": self.basis.as_dict(),
            "notes": self.notes,
            "error": self.error,
            "details": self.details,
            "statement": self.statement,
            "history": self.history,
            "risk": self.risk,
            "worth": self.worth,
        }


@dataclass(frozen=True)
class Comparison:
    """A whole comparison; nodes in the order asked for. `history` has the nodes' months together, for earnings.

    `same_satellites` are those to which every node is restricted, each its id as `satellite` and its `name`; None where
    that is not asked for, empty where there is none that all nodes serve.
    """

    type: str
    range: str
    start: datetime
    end: datetime
    generated_at: datetime
    elapsed_ms: float
    nodes: list[NodeResult]
    rankings: dict[str, Ranking]
    history: dict[str, Any] | None = None
    same_satellites: list[dict[str, str]] | None = None
    cached: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The API's body, as design documents it: plain types only, times as ISO 8601 in UTC."""
        return {
            "type": self.type,
            "range": self.range,
            "window": {"start": _iso(self.start), "end": _iso(self.end)},
            "generated_at": _iso(self.generated_at),
            "elapsed_ms": self.elapsed_ms,
            "cached": self.cached,
            "nodes": [node.as_dict() for node in self.nodes],
            "rankings": self.rankings,
            "history": self.history,
            "same_satellites": self.same_satellites,
        }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
