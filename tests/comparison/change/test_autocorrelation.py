import random
from statistics import fmean

import pytest

from comparison.change.autocorrelation import pooled, variance_of_mean, variance_seen


def runs(rho: float, length: int, number: int) -> tuple[list[list[float]], list[float]]:
    """Deviations of autoregressive runs from their means, and the means."""
    rng, found, means = random.Random(1), [], []
    for _ in range(number):
        value, run = rng.gauss(0, 1), []
        for _ in range(length):
            run.append(value)
            value = rho * value + (1 - rho**2) ** 0.5 * rng.gauss(0, 1)
        means.append(fmean(run))
        found.append([each - means[-1] for each in run])
    return found, means


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.7])
class TestKnownRho:
    def test_it_is_found_from_short_runs(self, rho: float) -> None:
        assert pooled(runs(rho, 7, 4_000)[0]) == pytest.approx(rho, abs=0.02)

    def test_the_variance_of_a_mean_is_that_of_many_means(self, rho: float) -> None:
        means = runs(rho, 7, 4_000)[1]
        assert fmean(mean**2 for mean in means) == pytest.approx(variance_of_mean(rho, 7), rel=0.06)

    def test_the_usual_variance_is_that_much_too_small(self, rho: float) -> None:
        deviations = runs(rho, 7, 4_000)[0]
        assert fmean(sum(value**2 for value in run) / 6 for run in deviations) == pytest.approx(
            variance_seen(rho, 7), rel=0.06
        )


class TestNothingToFind:
    @pytest.mark.parametrize("found", [[], [[0.0]], [[0.0, 0.0]], [[]]])
    def test_without_deviations_it_is_nothing(self, found: list[list[float]]) -> None:
        assert pooled(found) == 0

    def test_neighbours_that_are_unlike_are_not_counted_as_more_certain(self) -> None:
        assert pooled([[1.0, -1.0, 1.0, -1.0]] * 20) == 0
