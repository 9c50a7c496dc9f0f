"""What is asked for beside a comparison: whether a change helped, and the difference to the window before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comparison.request import ComparisonRequest, InvalidRequest, past_moment
from comparison.window import parse_range
from nodes.display import quoted

AGAINST = ("previous",)
LONGEST_SETTLE = 30 * 24
ALL_SATELLITES = (
    "Whether a change helped is judged by what the nodes do for all satellites: ask for that, or for the same "
    "satellites only."
)


@dataclass(frozen=True)
class ChangeRequest:
    """`changed` are the nodes that were changed at that time; `settle` is how many hours after it are left out."""

    at: datetime
    changed: tuple[str, ...]
    settle: int = 0


@dataclass(frozen=True)
class Beside:
    change: ChangeRequest | None = None
    previous: bool = False


def beside(request: ComparisonRequest, change_at: object, changed: object, settle: object, against: object) -> Beside:
    """What these raw values mean beside that comparison; nothing where all are empty.

    `change_at` is as `as_of` of a comparison, `changed` a list of nodes of the comparison, by default its first,
    `settle` as a range, such as 24h. Raises InvalidRequest with a sentence for every field that is wrong.
    """
    errors: dict[str, str] = {}
    values: dict[str, Any] = {}
    for field, parse in (
        ("change_at", lambda: _change_at(change_at, request.as_of)),
        ("changed", lambda: _changed(changed, request.names)),
        ("settle", lambda: _settle(settle)),
        ("against", lambda: _against(against)),
    ):
        try:
            values[field] = parse()
        except ValueError as error:
            errors[field] = str(error)
    if not errors and values["change_at"] is None and (changed or settle):
        errors["change_at"] = "Say when the change was made."
    if request.same_satellites and values.get("change_at"):
        errors["change_at"] = ALL_SATELLITES
    if errors:
        raise InvalidRequest(errors)
    at = values["change_at"]
    return Beside(ChangeRequest(at, values["changed"], values["settle"]) if at else None, values["against"])


def _change_at(value: object, as_of: datetime | None) -> datetime | None:
    at = past_moment(value)
    if at and as_of and at >= as_of:
        raise ValueError("The change must be before the end of the comparison.")
    return at


def _changed(value: object, names: Sequence[str]) -> tuple[str, ...]:
    if not value:
        return (names[0],)
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise ValueError("The changed nodes must be a list of node names.")
    strangers = [name for name in value if name not in names]
    if strangers:
        raise ValueError(f"The changed node {quoted(strangers)} is not one of those compared.")
    return tuple(dict.fromkeys(value))


def _settle(value: object) -> int:
    if value is None or value == "":
        return 0
    sentence = "The time to settle must be a number of hours or days such as 24h, up to 30 days."
    try:
        hours = parse_range(value)
    except ValueError:
        raise ValueError(sentence) from None
    if hours > LONGEST_SETTLE:
        raise ValueError(sentence)
    return hours


def _against(value: object) -> bool:
    if value is None or value == "":
        return False
    if value not in AGAINST:
        raise ValueError(f"What to compare against must be {' or '.join(AGAINST)}.")
    return True
