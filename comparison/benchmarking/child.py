"""A fresh process that measures: `python -m comparison.benchmarking.child`, a job on stdin, its answer on stdout."""

import json
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django

from comparison.benchmarking.resources import memory, sample

CACHED_ANSWERS = 5  # asked for in each process

# A job: "job", "parameters" of the database, its "as_of", and what `run_job` was given.
Job = dict[str, Any]


def comparison(job: Job) -> dict[str, Any]:
    """The first answer of this process, one more without the cache, and some from the cache."""
    from comparison import cache
    from comparison.engine import compare, compute
    from comparison.preparing import prepare

    request = _request(job)
    prepare()

    def answer(cached: bool) -> int:
        result = compare(request)
        errors = [node["error"] for node in result["nodes"] if node["error"]]
        if errors:
            raise RuntimeError(errors[0])
        if result["cached"] is not cached:
            raise RuntimeError("The cache of this process does not work.")
        return 0

    idle = memory("VmRSS")
    first = sample(lambda: answer(cached=False))
    cache.clear()
    warm = sample(lambda: answer(cached=False))
    cached = [sample(lambda: answer(cached=True)) for _ in range(CACHED_ANSWERS)]
    # Once more, because the result itself does not say it.
    rows = {"rows": sum(node.rows_read for node in compute(request).nodes)}
    return {"idle": idle, "first": first | rows, "warm": warm | rows, "cached": cached}


def full_load(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.full_load import load

    return {"idle": memory("VmRSS"), "first": sample(lambda: load(job["names"], _window(job))[0])}


def group_by(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.full_load import LONG
    from comparison.sql_benchmark import attempts_and_bytes
    from nodes.reading import reading

    def answer() -> int:
        with reading(seconds=LONG) as connection:
            return sum(attempts for *_, attempts, _ in attempts_and_bytes(connection, job["names"], _window(job)))

    return {"idle": memory("VmRSS"), "first": sample(answer)}


def month_traffic(job: Job) -> dict[str, Any]:
    from comparison.sql_benchmark import month_traffic

    return _of_each_node(job, lambda *of: sum(attempts for _, _, attempts, _ in month_traffic(*of)))


def month_storage(job: Job) -> dict[str, Any]:
    from comparison.sql_benchmark import month_shares

    return _of_each_node(job, lambda *of: sum(attempts for _, attempts, *_ in month_shares(*of)))


def _of_each_node(job: Job, read: Callable[..., int]) -> dict[str, Any]:
    """Of the calendar month so far."""
    from comparison.benchmarking.full_load import LONG
    from comparison.window import Window
    from nodes.reading import reading

    end = _window(job)
    month = Window(end.month.start, end.end)

    def answer() -> int:
        with reading(seconds=LONG) as connection:
            return sum(read(connection, name, month) for name in job["names"])

    return {"idle": memory("VmRSS"), "first": sample(answer)}


def catch_up(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.rolling import catch_up

    return catch_up(job["left"])


def pruned(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.pruned import fill

    return fill(_parameters(job), datetime.fromisoformat(job["as_of"]))


def life(job: Job) -> dict[str, Any]:
    from comparison.benchmarking.writes import live

    return live(_parameters(job), datetime.fromisoformat(job["as_of"]), job["minutes"], job["rollup"])


JOBS: dict[str, Callable[[Job], dict[str, Any]]] = {
    job.__name__: job for job in (comparison, full_load, group_by, month_traffic, month_storage, catch_up, pruned, life)
}


def _parameters(job: Job) -> Any:
    from comparison.benchmarking.scenarios import Parameters

    return Parameters(**job["parameters"])


def _request(job: Job) -> Any:
    from comparison.request import validated

    return validated(job["names"], job["names"], job["type"], job["hours"], job["as_of"], job["basis"])


def _window(job: Job) -> Any:
    from comparison.window import Window

    return Window.ending(datetime.fromisoformat(job["as_of"]), job["hours"])


def main() -> None:
    job = json.load(sys.stdin)
    django.setup()
    json.dump(JOBS[job["job"]](job), sys.stdout)


if __name__ == "__main__":
    main()
