"""What each metric means, as terms and sentences for every surface, from the registry alone."""

from difflib import get_close_matches

from comparison.metric import Metric
from comparison.metrics import by_key
from nodes.known import printable

_UNITS = {
    "": "a count",
    "%": "per cent",
    "ms": "milliseconds",
    "h": "hours",
    "min": "minutes",
    "days": "days",
    "bytes": "bytes, shown in decimal units (1 GB = 10⁹ bytes)",
    "bytes/day": "bytes a day, shown in decimal units (1 GB = 10⁹ bytes)",
    "USD": "US dollars",
    "USD/TB-month": "US dollars for each TB-month (10¹² bytes for 720 hours)",
    "0-100": "points from 0 to 100",
}
_BETTER = {"higher": "Higher is better.", "lower": "Lower is better.", None: ""}


class UnknownMetric(ValueError):
    """The sentence says which key is meant, or where the keys are."""


def explained(metric: Metric) -> list[tuple[str, str]]:
    """Term and text; the meaning comes first."""
    about = metric.about
    return [
        ("Meaning", metric.explanation),
        ("Formula", metric.formula),
        ("Unit", f"{unit_of(metric)}. {_BETTER[metric.better]}".rstrip()),
        ("Basis", about.basis),
        ("No value", about.missing),
        ("Rank", about.unranked),
    ]


def unit_of(metric: Metric) -> str:
    """In words, with the decimals that values are rounded to."""
    words = _UNITS[metric.unit]
    if not metric.decimals:
        return words
    return f"{words}, {metric.decimals} decimal{'' if metric.decimals == 1 else 's'}"


def explanation_text(key: str) -> str:
    """For a terminal. Raises UnknownMetric."""
    metric = by_key().get(key)
    if metric is None:
        near = get_close_matches(key, by_key(), 3, 0.4)
        meant = f"; did you mean {' or '.join(near)}?" if near else f": the keys are {', '.join(by_key())}."
        raise UnknownMetric(f"There is no metric “{printable(key, 60)}”{meant}")
    lines = [f"{metric.label} ({metric.key}), in comparisons of {', '.join(metric.types)}"]
    return "\n".join([*lines, *(f"{term}: {text}" for term, text in explained(metric))]) + "\n"
