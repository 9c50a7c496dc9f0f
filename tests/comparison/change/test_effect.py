"""The difference in differences of one metric, by figures made by hand."""

import math

import pytest

from comparison.change.effect import Pair, effect, holm
from comparison.change.figures import Figure
from comparison.change.scales import LOGARITHM, ODDS, POINTS

WAVES = [0.0, 1.0, -1.0, 0.5, -0.5, 0.2, -0.2]


def figure(value: float, waver: float = 0.01, turn: int = 0, **more: float) -> Figure:
    """Blocks waver around the value by so large a share."""
    waves = WAVES[turn:] + WAVES[:turn]
    return Figure(value, [value * (1 + waver * wave) for wave in waves], **more)  # type: ignore[arg-type]


def pair(before: float, after: float, turn: int = 0, waver: float = 0.01) -> Pair:
    return Pair(figure(before, waver, turn), figure(after, waver, turn + 1))


OTHERS = [pair(100, 110, 1), pair(300, 330, 2), pair(50, 55, 3), pair(200, 600, 4)]


class TestValue:
    def test_it_is_the_change_less_the_median_change_of_the_others(self) -> None:
        found = effect(pair(200, 198), OTHERS, LOGARITHM)
        assert found is not None
        assert found.value == pytest.approx(math.log(0.99) - math.log(1.1))

    def test_odds_are_compared_by_their_logarithm(self) -> None:
        found = effect(pair(50, 50), [pair(50, 80)], ODDS)
        assert found is not None
        assert found.value == pytest.approx(-math.log(4))

    def test_without_other_nodes_there_is_none(self) -> None:
        assert effect(pair(200, 198), [], LOGARITHM) is None

    def test_with_too_few_blocks_there_is_none(self) -> None:
        sparse = Figure(100, [100.0, None, None, 101.0])
        assert effect(Pair(sparse, sparse), OTHERS, LOGARITHM) is None


class TestInterval:
    def test_it_is_wider_the_more_the_blocks_differ(self) -> None:
        narrow, wide = (effect(pair(200, 198, 0, waver), OTHERS[:2], LOGARITHM) for waver in (0.01, 0.1))
        assert narrow is not None
        assert wide is not None
        assert wide.half_width > 3 * narrow.half_width

    def test_what_all_nodes_share_does_not_widen_it(self) -> None:
        together = [Pair(figure(value, 0.3), figure(value, 0.3)) for value in (100, 200, 300)]
        found = effect(together[0], together[1:], LOGARITHM)
        assert found is not None
        assert found.half_width < 0.001

    def test_it_is_wider_where_untouched_nodes_change_by_themselves(self) -> None:
        calm, restless = (
            effect(pair(200, 198), [pair(100, 100 * change, turn) for turn, change in enumerate(changes)], LOGARITHM)
            for changes in ((1.0, 1.01, 0.99, 1.0), (0.7, 1.5, 1.2, 0.8))
        )
        assert calm is not None
        assert restless is not None
        assert restless.half_width > 5 * calm.half_width

    def test_it_is_never_narrower_than_the_values_can_be_told_apart(self) -> None:
        steady = Pair(figure(100, 0, resolution=1), figure(101, 0, resolution=1))
        found = effect(steady, [Pair(figure(100, 0), figure(100, 0))], LOGARITHM)
        assert found is not None
        assert found.half_width == pytest.approx(0.01)
        assert found.probability == 1

    def test_rare_events_are_no_more_certain_than_their_number(self) -> None:
        none, some = Figure(0, [0.0] * 7, variance=0.5), Figure(4, [7.0, 0.0] * 2 + [7.0, 7.0, 0.0], variance=4.5)
        found = effect(Pair(none, some), [Pair(none, none)], POINTS)
        assert found is not None
        assert found.half_width > found.value

    def test_zero_is_outside_just_where_the_probability_is_below_a_twentieth(self) -> None:
        for after in range(150, 251):
            found = effect(pair(200, after, 0, 0.05), OTHERS[:3], LOGARITHM)
            assert found is not None
            assert (abs(found.value) > found.half_width) == (found.probability < 0.05)


class TestHolm:
    def test_the_smallest_must_hold_for_all_and_each_next_for_one_fewer(self) -> None:
        assert holm({"a": 0.012, "b": 0.016, "c": 0.03, "d": 0.2}) == {"a", "b"}

    def test_one_that_fails_ends_it(self) -> None:
        assert holm({"a": 0.04, "b": 0.04}) == set()

    def test_of_one_nothing_is_corrected(self) -> None:
        assert holm({"a": 0.049}) == {"a"}
