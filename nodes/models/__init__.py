from nodes.models.events import (
    EarningsEstimate,
    Event,
    HashstoreCompaction,
    HourlyStats,
    Payout,
    Reputation,
    StorageSnapshot,
)
from nodes.models.rollups import (
    RollupBatch,
    RollupCount,
    RollupFailures,
    RollupHours,
    RollupLatencies,
    RollupNode,
    RollupReason,
    RollupSatellite,
    RollupState,
)
from nodes.models.site import ApiToken, Node

__all__ = [
    "ApiToken",
    "EarningsEstimate",
    "Event",
    "HashstoreCompaction",
    "HourlyStats",
    "Node",
    "Payout",
    "Reputation",
    "RollupBatch",
    "RollupCount",
    "RollupFailures",
    "RollupHours",
    "RollupLatencies",
    "RollupNode",
    "RollupReason",
    "RollupSatellite",
    "RollupState",
    "StorageSnapshot",
]
