"""How long an attempt took: the time between the lines of its start and of its end.

They belong together by piece, satellite and action; of several starts that are alike the first belongs to the first
end, unless it is so old that its own end is missing, as after a node was killed. What is not ended yet is kept within
bounds, and its state can be stored with the position in the log, so that pairing goes on after a restart, and in the
next file of a rotated set, as if there had been none.
"""

import json
import zlib
from collections import OrderedDict
from typing import NamedTuple

from nodes.intake.records import Transfer

MOST_STARTS = 20_000
OLDEST_START = 24 * 3_600_000_000  # microseconds; a start is not paired with an end that is later by more
AUDIT_HANGS_AFTER = 10 * 60_000_000  # microseconds of the log's own time
# From then on a start gives way to later ones that are alike: else each end of a piece that is read again and again
# would belong to the start of the time before.
GIVES_WAY_AFTER = 10 * 60_000_000  # microseconds
AUDIT = "GET_AUDIT"
_VERSION = 1

Key = tuple[str, str, str]  # piece, satellite, action


class Audit(NamedTuple):
    """One that was started; `started` in microseconds since 1970."""

    started: int
    satellite_id: str
    piece_id: str


class _Start(NamedTuple):
    """Microseconds since 1970. `arrival` where it was followed live; `told` if it is known as an audit that hangs."""

    at: int
    arrival: int | None
    coarse: bool
    told: bool


_new = tuple.__new__  # half the time of _Start(), for each line of a log


class Pairing:
    """`latest` is the time of the last line in microseconds since 1970, 0 before the first.

    `hung` has the audits that did not end in time, `ended` those of them that ended after all, until `forget_told`.
    """

    def __init__(self) -> None:
        self.latest = 0
        # Whether there ever were starts: then the log is worth being looked at often, and not only while one is open.
        self.has_starts = False
        self.hung: list[Audit] = []
        self.ended: list[Audit] = []
        self._starts: OrderedDict[Key, list[_Start]] = OrderedDict()
        self._count = 0
        # Until then the first of the starts is not too old.
        self._fresh_until = 0

    def start(self, record: Transfer, at: int, arrival: int | None) -> None:
        self.latest = at
        _, coarse, _, action, _, piece_id, satellite_id, _, _ = record
        start: _Start = _new(_Start, (at, arrival, coarse, False))
        key = piece_id, satellite_id, action
        if starts := self._starts.get(key):
            starts.append(start)
        else:
            self._starts[key] = [start]
        self._count += 1
        self.has_starts = True
        if at > self._fresh_until or self._count > MOST_STARTS:
            self._keep_within_bounds(at)

    def end(self, record: Transfer, at: int, arrival: int | None) -> tuple[int | None, bool]:
        """Milliseconds, None where no start is known, and whether they are only right to the second."""
        self.latest = at
        _, coarse, _, action, _, piece_id, satellite_id, _, _ = record
        key = piece_id, satellite_id, action
        starts = self._starts.get(key)
        if starts is None:
            return None, False
        while len(starts) > 1 and at - starts[0].at > GIVES_WAY_AFTER:
            self._drop_first(key, starts)
        began, began_arrival, began_coarse, told = starts.pop(0)
        if not starts:
            del self._starts[key]
        self._count -= 1
        if told:
            self.ended.append(Audit(began, satellite_id, piece_id))
        coarse = coarse or began_coarse
        # Read in one look, they seem to have come at the same moment: that says nothing of how long it took.
        if coarse and arrival is not None and began_arrival is not None and arrival != began_arrival:
            return _milliseconds(arrival - began_arrival), False
        duration = _milliseconds(at - began)
        return duration, duration is not None and coarse

    def find_hung(self) -> None:
        """Moves audits whose time is up to `hung`."""
        for key, starts in self._starts.items():
            if key[2] == AUDIT:
                for number, start in enumerate(starts):
                    if self._hangs(start):
                        self.hung.append(Audit(start.at, key[1], key[0]))
                        starts[number] = start._replace(told=True)

    def forget_told(self) -> None:
        self.hung.clear()
        self.ended.clear()

    def dump(self) -> bytes:
        starts = [(*key, *start) for key, starts in self._starts.items() for start in starts]
        state = [_VERSION, self.latest, self._fresh_until, starts]
        return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 1)

    @classmethod
    def load(cls, state: bytes) -> "Pairing":
        """Of what `dump` made; empty of nothing, and of what another version made."""
        pairing = cls()
        version, *rest = json.loads(zlib.decompress(state)) if state else (None,)
        if version == _VERSION:
            pairing.latest, pairing._fresh_until, starts = rest
            for piece, satellite, action, *start in starts:
                pairing._starts.setdefault((piece, satellite, action), []).append(_Start(*start))
                pairing._count += 1
            pairing.has_starts = bool(starts)
        return pairing

    def _keep_within_bounds(self, now: int) -> None:
        while self._count > MOST_STARTS or self._oldest() < now - OLDEST_START:
            self._drop_oldest()
        self._fresh_until = self._oldest() + OLDEST_START

    def _oldest(self) -> int:
        return next(iter(self._starts.values()))[0].at

    def _drop_oldest(self) -> None:
        self._drop_first(*next(iter(self._starts.items())))

    def _drop_first(self, key: Key, starts: list[_Start]) -> None:
        start = starts.pop(0)
        if not starts:
            del self._starts[key]
        self._count -= 1
        if key[2] == AUDIT and self._hangs(start):
            self.hung.append(Audit(start.at, key[1], key[0]))

    def _hangs(self, start: _Start) -> bool:
        return not start.told and self.latest - start.at >= AUDIT_HANGS_AFTER


def _milliseconds(microseconds: int) -> int | None:
    """None where the clock was set back in between, or a day passed."""
    return microseconds // 1000 if 0 <= microseconds <= OLDEST_START else None
