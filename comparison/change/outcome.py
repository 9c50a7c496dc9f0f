"""What came of the question whether a change helped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comparison.change.judged import Judged
from comparison.change.request import ChangeRequest
from comparison.change.windows import Windows


@dataclass(frozen=True)
class Change:
    """`judged` is by changed node, empty where `reason` says why; `left_out` says why nodes are no controls."""

    request: ChangeRequest
    windows: Windows | None = None
    untouched: Sequence[str] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[str, Sequence[Judged]] = field(default_factory=dict)
    reason: str = ""
