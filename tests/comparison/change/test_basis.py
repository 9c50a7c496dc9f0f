"""Whether figures mean the same before and after a change."""

from collections import Counter

from comparison.actions import CANCELED, DOWNLOAD, SUCCESS, UPLOAD
from comparison.change.basis import (
    NOT_RECORDED,
    OF_UPLOADS,
    PRECISE_SINCE,
    RECORDED_SINCE,
    WHOLE_SECONDS,
    Coarse,
    reasons,
)
from comparison.change.figures import Block, Observed
from comparison.change.observed import BeforeAndAfter
from comparison.distribution import Distribution
from comparison.tally import Tally
from nodes.rollups.histogram import histogram_of

PRECISE = [37, 82, 140, 333, 901] * 40
SECONDS = [0, 0, 1000, 2000, 1000] * 40


def window(uploads: int = 500, canceled: int = 5, durations: list[int] = PRECISE, successes: int = 200) -> Observed:
    tally = Tally()
    tally.attempts.update({(UPLOAD, SUCCESS): uploads, (UPLOAD, CANCELED): canceled, (DOWNLOAD, SUCCESS): successes})
    found = Distribution.of_counts(Counter(histogram_of(durations)))
    block = Block(tally, {DOWNLOAD: found, UPLOAD: Distribution.merged([])})
    return Observed([block], block)


def found(before: Observed, after: Observed, coarse: Coarse = Coarse()) -> dict[str, str]:  # noqa: B008 - frozen
    return reasons(BeforeAndAfter(before, after), coarse)


class TestUploads:
    def test_cancels_that_are_recorded_on_one_side_only_are_a_reason(self) -> None:
        told = found(window(2000, canceled=0), window(2000, canceled=80))
        assert told == dict.fromkeys(OF_UPLOADS, RECORDED_SINCE)

    def test_so_are_cancels_that_are_not_recorded_at_all(self) -> None:
        told = found(window(2000, canceled=0), window(2000, canceled=0))
        assert told == dict.fromkeys(OF_UPLOADS, NOT_RECORDED)

    def test_few_uploads_without_a_cancel_say_nothing(self) -> None:
        assert found(window(900, canceled=0), window(2000, canceled=80)) == {}


class TestLatencies:
    def test_precise_ones_on_both_sides_are_comparable(self) -> None:
        assert found(window(), window()) == {}

    def test_whole_seconds_on_one_side_are_a_reason(self) -> None:
        told = found(window(durations=SECONDS), window())
        assert told == {f"latency_download_p{percent}_ms": PRECISE_SINCE for percent in (50, 95, 99)}

    def test_whole_seconds_on_both_sides_are_a_reason(self) -> None:
        assert set(found(window(durations=SECONDS), window(durations=SECONDS)).values()) == {WHOLE_SECONDS}

    def test_what_the_intake_told_in_whole_seconds_counts(self) -> None:
        assert set(found(window(), window(), Coarse(before=3)).values()) == {PRECISE_SINCE}
        assert found(window(), window(), Coarse(before=2)) == {}

    def test_durations_of_another_share_of_the_successes_are_a_reason(self) -> None:
        told = found(window(successes=1000), window())
        assert told["latency_download_p50_ms"] == (
            "a duration is recorded of 20% of the successes before and of 100% after"
        )
