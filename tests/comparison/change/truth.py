"""How often the verdict on a change is right, on generated fleets of five nodes of which the truth is known.

`python -m tests.comparison.change.truth [RUNS] [--hours HOURS]`: RUNS of each kind (default 500, and two fifths of them
with an effect) from hourly figures to verdicts, with so many hours known before and after (default a week each). Fails
where a number that was promised is not met.
"""

import argparse
import os
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from comparison.change.judged import BETTER, CANNOT_TELL, WORSE, Judged, judge  # noqa: E402
from comparison.change.observed import observed  # noqa: E402
from comparison.change.windows import Windows  # noqa: E402
from tests.comparison.change import fleet  # noqa: E402
from tests.comparison.change.fleet import HourOfNode, Truth  # noqa: E402

NODES = 5
WIDTHS = {BETTER: 9, WORSE: 9, CANNOT_TELL: 13}
MOST_FALSE, FEWEST_SEEN = 0.07, 0.90
# What a faster node must be seen by: the middle of its latencies, of downloads and of uploads.
TOLD_BY = ("latency_download_p50_ms", "latency_upload_p50_ms")


@dataclass(frozen=True)
class Kind:
    title: str
    truth: Truth
    runs: int


@dataclass(frozen=True)
class Tally:
    """Verdicts by metric and word; runs in which any metric held by Holm's correction."""

    verdicts: Counter[tuple[str, str]]
    judged: Counter[str]
    held: int
    runs: int

    def share(self, key: str, *words: str) -> float:
        return sum(self.verdicts[key, word] for word in words) / max(1, self.judged[key])


def kinds(runs: int) -> list[Kind]:
    return [
        Kind("no effect", Truth(), runs),
        Kind("no effect, all nodes 40 % slower in the end", Truth(drift=1.4), runs),
        Kind("one of five 10 % faster", Truth(improvement=0.1), max(1, runs * 2 // 5)),
        Kind("one of five 10 % faster, all 40 % slower in the end", Truth(0.1, 1.4), max(1, runs * 2 // 5)),
    ]


def one_run(seed: int, truth: Truth, hours: int, load: float = fleet.LOAD) -> list[Judged]:
    rng = random.Random(seed)
    windows = fleet.windows_of(hours)
    natures, changed = fleet.natures(rng, NODES, load), rng.randrange(NODES)
    happened = fleet.hours_of_fleet(rng, natures, changed, truth, windows)
    return judged_of(happened, windows, changed)


def judged_of(happened: Iterable[tuple[int, HourOfNode]], windows: Windows, changed: int) -> list[Judged]:
    """By the pure functions of the product, without a database."""
    traffic = fleet.traffic_of(happened, NODES, windows)
    found = {str(node): observed([each], windows) for node, each in enumerate(traffic)}
    return judge(str(changed), [name for name in found if name != str(changed)], found, {})


def tally(runs: Iterable[Sequence[Judged]]) -> Tally:
    verdicts: Counter[tuple[str, str]] = Counter()
    judged: Counter[str] = Counter()
    held = done = 0
    for metrics in runs:
        done += 1
        held += any(each.held for each in metrics)
        judged.update(each.metric.key for each in metrics if each.effect is not None)
        verdicts.update((each.metric.key, each.verdict) for each in metrics if each.effect is not None)
    return Tally(verdicts, judged, held, done)


def trouble(kind: Kind, found: Tally) -> list[str]:
    """What was promised and is not so."""
    if kind.truth.improvement:
        seen = {key: found.share(key, BETTER) for key in TOLD_BY}
        return [f"{key}: better in {share:.1%}" for key, share in seen.items() if share < FEWEST_SEEN]
    false = {key: found.share(key, BETTER, WORSE) for key in found.judged}
    return [f"{key}: better or worse in {share:.1%}" for key, share in false.items() if share > MOST_FALSE]


def lines_of(kind: Kind, found: Tally) -> Iterator[str]:
    yield f"\n{kind.title}: {found.runs} runs; after Holm's correction anything said in {found.held / found.runs:.1%}"
    yield f"{'metric':32}{'judged':>8}{BETTER:>9}{WORSE:>9}{CANNOT_TELL:>13}"
    for key, judged in found.judged.items():
        shares = (f"{found.share(key, word):>{width}.1%}" for word, width in WIDTHS.items())
        yield f"{key:32}{judged:>8}{''.join(shares)}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=500)
    parser.add_argument("--hours", type=int, default=7 * 24)
    options = parser.parse_args()
    wrong = []
    for kind in kinds(options.runs):
        found = tally(one_run(seed, kind.truth, options.hours) for seed in range(kind.runs))
        print("\n".join(lines_of(kind, found)), flush=True)  # noqa: T201
        wrong += [f"{kind.title}: {sentence}" for sentence in trouble(kind, found)]
    print("\n".join(["", *(["Not as promised:", *wrong] if wrong else ["All as promised."])]))  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
