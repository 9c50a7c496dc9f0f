import pytest

from nodes.intake.quantities import duration_seconds, size_bytes


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("162.857µs", 0.000162857),
        ("162.857\N{GREEK SMALL LETTER MU}s", 0.000162857),
        ("350us", 0.00035),
        ("99.864223ms", 0.099864223),
        ("1m37.5s", 97.5),
        ("2h0m0.5s", 7200.5),
        ("17ns", 1.7e-8),
        ("0s", 0),
    ],
)
def test_a_duration_is_read_as_go_writes_it(text: str, seconds: float) -> None:
    assert duration_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize("value", ["", "1", "-1s", "1 s", "1d", "s", "1.s", "9" * 400 + "h", 5, None, ["1s"]])
def test_what_is_no_duration_is_none(value: object) -> None:
    assert duration_seconds(value) is None


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("0 B", 0),
        ("682 B", 682),
        ("1.5 KiB", 1536),
        ("2.0 MB", 2_000_000),
        ("1.2 GiB", 1288490189),
        (17, 17),
        (2e6, 2_000_000),
    ],
)
def test_a_size_is_read_in_both_prefixes(value: object, size: int) -> None:
    assert size_bytes(value) == size


@pytest.mark.parametrize(
    "value",
    ["", "1", "-1 B", "1.5 iB", "9.0 EiB", "9" * 400 + " B", float("nan"), float("inf"), -1, 2**63, True, None, []],
)
def test_what_is_no_size_is_none(value: object) -> None:
    assert size_bytes(value) is None
