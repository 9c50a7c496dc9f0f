import random
from functools import cache as kept

import pytest

from comparison import cache
from nodes.rollups.roll import rollup_once
from tests.comparison.change import fleet
from tests.comparison.change.fleet import HourOfNode, Truth
from tests.comparison.change.rows import rows_of
from tests.comparison.oracle import Row
from tests.comparison.tables import insert

NAMES = [f"node{number}" for number in range(5)]
CHANGED = "node2"
DAYS = 4


@pytest.fixture
def faster_node(databases: None) -> list[str]:
    """Five nodes four days before and after CHANGED_AT, since when the third takes half the time; all counted."""
    cache.clear()
    insert("events", rows())
    while not rollup_once().is_last:
        pass
    return NAMES


@kept
def happened() -> list[tuple[int, HourOfNode]]:
    rng = random.Random(7)
    natures = fleet.natures(rng, len(NAMES), load=6)
    truth, windows = Truth(improvement=0.5), fleet.windows_of(DAYS * 24)
    return list(fleet.hours_of_fleet(rng, natures, NAMES.index(CHANGED), truth, windows))


@kept
def rows() -> list[Row]:
    return list(rows_of(happened(), random.Random(8)))
