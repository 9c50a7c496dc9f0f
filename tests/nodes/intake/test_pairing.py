"""Durations from the lines of start and end, and audits that hang."""

from nodes.intake import pairing
from nodes.intake.pairing import Audit, Pairing
from nodes.intake.records import Transfer

SECOND = 1_000_000
MINUTE = 60 * SECOND


def transfer(piece: str = "p", action: str = "GET", coarse: bool = False) -> Transfer:
    return Transfer(None, coarse, "", action, 1, piece, "s", None, None)


def hung(paired: Pairing) -> list[Audit]:
    paired.find_hung()
    return paired.hung


def test_the_times_of_the_log_tell_the_duration() -> None:
    paired = Pairing()
    paired.start(transfer(), 10 * SECOND, None)
    assert paired.end(transfer(), 10 * SECOND + 1_500, None) == (1, False)


def test_whole_seconds_on_either_side_make_a_duration_coarse() -> None:
    paired = Pairing()
    for start, end in ((True, False), (False, True), (True, True)):
        paired.start(transfer(coarse=start), 10 * SECOND, None)
        assert paired.end(transfer(coarse=end), 12 * SECOND, None) == (2_000, True)


def test_arrival_counts_if_both_lines_were_followed_live() -> None:
    paired = Pairing()
    paired.start(transfer(coarse=True), 10 * SECOND, 10_100_000)
    assert paired.end(transfer(coarse=True), 11 * SECOND, 10_450_000) == (350, False)
    paired.start(transfer(coarse=True), 10 * SECOND, None)
    assert paired.end(transfer(coarse=True), 11 * SECOND, 10_450_000) == (1_000, True)


def test_times_that_are_precise_in_the_log_come_before_those_of_arrival() -> None:
    paired = Pairing()
    paired.start(transfer(), 10 * SECOND, 10_100_000)
    assert paired.end(transfer(), 10 * SECOND + 300_000, 10_450_000) == (300, False)


def test_an_end_without_a_start_has_no_duration() -> None:
    paired = Pairing()
    paired.start(transfer("other"), SECOND, None)
    paired.start(transfer(action="PUT"), SECOND, None)
    assert paired.end(transfer(), SECOND, None) == (None, False)


def test_of_several_starts_alike_the_first_belongs_to_the_first_end() -> None:
    paired = Pairing()
    for second in (1, 5):
        paired.start(transfer(), second * SECOND, None)
    assert [paired.end(transfer(), second * SECOND, None)[0] for second in (7, 8, 9)] == [6_000, 3_000, None]


def test_a_start_whose_end_is_missing_gives_way_to_later_ones() -> None:
    paired = Pairing()
    paired.start(transfer(), 0, None)
    for minute in (30, 60, 90):
        paired.start(transfer(), minute * MINUTE, None)
        assert paired.end(transfer(), minute * MINUTE + SECOND, None) == (1_000, False)


def test_a_start_that_nothing_replaces_belongs_to_a_late_end() -> None:
    paired = Pairing()
    paired.start(transfer(), 0, None)
    assert paired.end(transfer(), 30 * MINUTE, None) == (30 * 60_000, False)


def test_an_audit_that_gives_way_is_told_as_hung() -> None:
    paired = Pairing()
    for minute in (0, 30):
        paired.start(transfer("a", "GET_AUDIT"), minute * MINUTE, None)
    assert paired.end(transfer("a", "GET_AUDIT"), 30 * MINUTE, None) == (0, False)
    assert paired.hung == [Audit(0, "s", "a")]


def test_a_clock_that_was_set_back_makes_no_duration() -> None:
    paired = Pairing()
    paired.start(transfer(coarse=True), 10 * SECOND, None)
    assert paired.end(transfer(coarse=True), 9 * SECOND, None) == (None, False)


def test_starts_are_bounded_in_number_the_oldest_going_first() -> None:
    paired = Pairing()
    for number in range(pairing.MOST_STARTS + 2):
        paired.start(transfer(f"p{number}"), SECOND, None)
    assert [paired.end(transfer(f"p{number}"), SECOND, None)[0] for number in (0, 1, 2)] == [None, None, 0]


def test_starts_alike_are_bounded_too() -> None:
    paired = Pairing()
    for _ in range(pairing.MOST_STARTS + 2):
        paired.start(transfer(), SECOND, None)
    ends = [paired.end(transfer(), SECOND, None)[0] for _ in range(pairing.MOST_STARTS + 2)]
    assert ends.count(0) == pairing.MOST_STARTS


def test_a_start_of_the_day_before_is_forgotten() -> None:
    paired = Pairing()
    paired.start(transfer("old"), 0, None)
    paired.start(transfer("new"), pairing.OLDEST_START + 1, None)
    assert paired.end(transfer("old"), pairing.OLDEST_START + 1, None) == (None, False)


def test_what_is_loaded_goes_on_as_what_was_dumped() -> None:
    paired = Pairing()
    for number in range(50):
        paired.start(transfer(f"p{number % 20}", "GET_AUDIT", coarse=number % 2 == 0), number * MINUTE, number or None)
    paired.find_hung()
    loaded = Pairing.load(paired.dump())
    assert loaded.dump() == paired.dump()
    for number in range(60):
        end = transfer(f"p{number % 20}", "GET_AUDIT"), (60 + number) * MINUTE, number
        assert loaded.end(*end) == paired.end(*end)


def test_nothing_and_what_another_version_dumped_is_an_empty_pairing() -> None:
    assert Pairing.load(b"").dump() == Pairing().dump()


def test_an_audit_hangs_ten_minutes_after_its_start_by_the_time_of_the_log() -> None:
    paired = Pairing()
    paired.start(transfer("a", "GET_AUDIT"), 0, None)
    paired.start(transfer("g", "GET"), 0, None)
    paired.end(transfer("x"), 10 * MINUTE - 1, None)
    assert hung(paired) == []
    paired.end(transfer("x"), 10 * MINUTE, None)
    assert hung(paired) == [Audit(0, "s", "a")]
    paired.forget_told()
    assert hung(paired) == []


def test_an_audit_that_hung_and_ended_after_all_is_told() -> None:
    paired = Pairing()
    paired.start(transfer("a", "GET_AUDIT"), 0, None)
    paired.end(transfer("x"), 10 * MINUTE, None)
    paired.find_hung()
    paired = Pairing.load(paired.dump())
    assert paired.end(transfer("a", "GET_AUDIT"), 11 * MINUTE, None) == (11 * 60_000, False)
    assert paired.ended == [Audit(0, "s", "a")]


def test_a_hung_audit_that_is_forgotten_is_told_before() -> None:
    paired = Pairing()
    paired.start(transfer("a", "GET_AUDIT"), 0, None)
    paired.start(transfer("b"), pairing.OLDEST_START + 1, None)
    assert paired.hung == [Audit(0, "s", "a")]


def test_lines_that_were_read_in_one_look_are_not_a_duration_of_nothing() -> None:
    paired = Pairing()
    paired.start(transfer(coarse=True), 10 * SECOND, 10_900_000)
    assert paired.end(transfer(coarse=True), 10 * SECOND, 10_900_000) == (0, True)


def test_a_log_that_ever_told_a_start_is_one_that_tells_starts() -> None:
    paired = Pairing()
    paired.start(transfer(), SECOND, None)
    paired.end(transfer(), SECOND, None)
    assert paired.has_starts
