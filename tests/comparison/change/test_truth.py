"""A few runs of `python -m tests.comparison.change.truth`, which has the numbers that the README promises."""

from functools import cache

import pytest

from comparison.change.judged import BETTER, WORSE
from tests.comparison.change.fleet import Truth
from tests.comparison.change.truth import TOLD_BY, Tally, one_run, tally

RUNS = 12


@cache
def found(truth: Truth) -> Tally:
    return tally(one_run(seed, truth, hours=7 * 24, load=40) for seed in range(RUNS))


@pytest.mark.parametrize("truth", [Truth(), Truth(drift=1.4)], ids=["no effect", "all slower"])
def test_next_to_nothing_is_said_of_a_node_that_did_not_change(truth: Truth) -> None:
    said = sum(found(truth).verdicts[key, word] for key in found(truth).judged for word in (BETTER, WORSE))
    assert said <= 0.07 * sum(found(truth).judged.values())


@pytest.mark.parametrize("key", TOLD_BY)
def test_a_node_that_became_a_quarter_faster_is_better(key: str) -> None:
    assert found(Truth(improvement=0.25)).share(key, BETTER) > 0.9
