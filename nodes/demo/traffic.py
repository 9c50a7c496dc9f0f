"""The events: decks of prepared attempts, and the moments at which they are drawn.

An event costs about two microseconds here, because most of it comes ready from its node's deck; only
the moment, the piece id and the duration are its own.
"""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, chain, pairwise, repeat

from nodes.demo.attempts import Card, card, kinds
from nodes.demo.stories import Story, Traffic, chance

HOUR = 3600
DAY = 24 * HOUR
SECOND = 1_000_000  # microseconds
MOST_IN_CHUNK = 20_000
DRIFT = 0.25  # of the latency, up and down over the day
WHOLE_SECONDS = 50  # one event in so many falls on a whole second
PIECE_LETTERS = 51  # of the 52; the last one stands for a single bit and is A or Q

_BASE32 = bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[i % 32] for i in range(256))
_CLOCK = [f"{second // 60:02d}:{second % 60:02d}" for second in range(HOUR)]
# Seconds that a chunk of events may cover: parts of an hour, so that no chunk lies in two hours.
_SLICES = (3600, 1800, 900, 600, 300, 120, 60, 30, 10, 5, 2, 1)

Deck = list[tuple[Card, float | None]]
# A card, then the time stamp, the piece id and the duration: nodes.sql.EVENT_COLUMNS.
Row = tuple[str, str, int, str, str, str, float, float, str | None, str, str, str, int | None]


@dataclass(frozen=True)
class Slice:
    """[begin, end) in seconds of the epoch, within one hour, with so many events of each node."""

    begin: int
    end: int
    counts: tuple[int, ...]

    @property
    def hour(self) -> int:
        return self.begin // HOUR * HOUR


def slices(stories: Sequence[Story], begin: int, end: int, events_per_node: int) -> list[Slice]:
    """Cuts the time so that each chunk stays small, and gives each node exactly its events in all."""
    seconds = _slice_seconds(len(stories) * events_per_node / (end - begin))
    edges = [begin, *range((begin // seconds + 1) * seconds, end, seconds), end]
    spans = list(pairwise(edges))
    shares = [allot(events_per_node, [_activity(story.traffic, begin, *span) for span in spans]) for story in stories]
    return [Slice(*span, counts) for span, counts in zip(spans, zip(*shares, strict=True), strict=True)]


def allot(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to `total`."""
    sums = list(accumulate(weights, initial=0.0))
    edges = [math.floor(total * part / sums[-1] + 0.5) for part in sums]
    return [after - before for before, after in pairwise(edges)]


def deck(story: Story, seed: int, size: int) -> Deck:
    """Attempts in the node's own proportions, to be drawn from at random."""
    rng = chance(seed, "deck", story.name)
    shares = kinds(story)
    numbers = allot(size, list(shares.values()))
    return [card(story, kind, rng) for kind, number in zip(shares, numbers, strict=True) for _ in range(number)]


def deck_size(nodes: int) -> int:
    """A power of two; smaller for many nodes, so that all decks together stay at some ten megabytes."""
    return 1 << max(10, min(13, (65_536 // nodes).bit_length() - 1))


def bytes_per_event(cards: Deck) -> dict[tuple[str, str], float]:
    """By action and satellite: successful bytes, spread over all events of the node."""
    sums: dict[tuple[str, str], float] = {}
    for (action, status, size, satellite, *_), _duration in cards:
        if status == "success":
            sums[action, satellite] = sums.get((action, satellite), 0.0) + size / len(cards)
    return sums


class Dealer:
    """Deals the events of one slice after the other, each in the order of their moments."""

    def __init__(self, stories: Sequence[Story], decks: Sequence[Deck], seed: int) -> None:
        self._stories = stories
        self._decks = decks
        self._mask = len(decks[0]) - 1
        self._rng = chance(seed, "events")

    def rows(self, part: Slice) -> list[Row]:
        moments = self._moments(part)
        number, nodes, mask, decks = len(moments), len(self._decks), self._mask, self._decks
        draws = array("H", self._rng.randbytes(2 * number))
        letters = self._rng.randbytes(PIECE_LETTERS * number).translate(_BASE32).decode()
        drifts = [drift(story.traffic, _hour_of_day(part.begin, part.end)) for story in self._stories]
        date = f"{datetime.fromtimestamp(part.hour, UTC):%Y-%m-%dT%H}:"
        rows = []
        for moment, draw, at in zip(moments, draws, range(0, PIECE_LETTERS * number, PIECE_LETTERS), strict=True):
            time, node = divmod(moment, nodes)
            second, fraction = divmod(time, SECOND)
            fields, duration = decks[node][draw & mask]
            # The fraction is left out when it is zero, as isoformat() does.
            stamp = f"{date}{_CLOCK[second]}.{fraction:06d}+00:00" if fraction else f"{date}{_CLOCK[second]}+00:00"
            piece = letters[at : at + PIECE_LETTERS] + "AQ"[draw >> 15]
            rows.append((*fields, stamp, piece, None if duration is None else int(duration * drifts[node])))
        return rows

    def _moments(self, part: Slice) -> list[int]:
        """Sorted: microseconds since the full hour, times the number of nodes, plus the node's number."""
        random, nodes = self._rng.random, len(self._decks)
        first, span = (part.begin - part.hour) * SECOND, (part.end - part.begin) * SECOND
        owners = chain.from_iterable(repeat(node, number) for node, number in enumerate(part.counts))
        times = [(first + int(random() * span), node) for node in owners]
        return sorted((time if time % WHOLE_SECONDS else time - time % SECOND) * nodes + node for time, node in times)


def drift(traffic: Traffic, hour_of_day: float) -> float:
    """What the latency is multiplied by at this time of the day: it is worst in the busiest hour."""
    return 1 + DRIFT * math.cos(2 * math.pi * (hour_of_day - traffic.busiest_hour) / 24)


def _slice_seconds(events_a_second: float) -> int:
    fitting = (seconds for seconds in _SLICES if seconds * events_a_second <= MOST_IN_CHUNK)
    return next(fitting, _SLICES[-1])


def _hour_of_day(begin: int, end: int) -> float:
    return (begin + end) / 2 % DAY / HOUR


def _activity(traffic: Traffic, first: int, begin: int, end: int) -> float:
    """How much traffic a node has in a span, by the time of the day and by the trend since `first`."""
    hour = _hour_of_day(begin, end)
    if int(hour) in traffic.off:
        return 1e-9 * (end - begin)  # not 0: the whole time may lie in such hours
    daily = 1 + 0.3 * math.cos(2 * math.pi * (hour - traffic.busiest_hour) / 24)
    return daily * (end - begin) * math.pow(1 + traffic.trend, (begin - first) / DAY)
