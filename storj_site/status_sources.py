"""The status page's first part, whether all is well, and those about the nodes' APIs and logs."""

from collections.abc import Callable

from nodes.display import cell, size
from nodes.errors import EventsUnavailable
from nodes.standings import Standing, api_standings, collector_standing, log_standings
from storj_site import housekeeper

Row = tuple[str, ...]

API_COLUMNS = ("Node", "Address", "Last answer", "Trouble")
LOG_COLUMNS = ("Node", "Log", "Last line read", "Last event", "Behind", "Trouble")
WELL, NONE = "well", "none entered"


def health(trouble: str | None) -> list[Row]:
    """`trouble` is what keeps the events from being read."""
    rows: list[Row] = [("Events database", trouble or WELL), ("Counting of events", _counting())]
    if trouble is None:
        rows += [("Node APIs", _summed_up(api_standings)), ("Logs", _summed_up(log_standings))]
        rows.append(("Collector", _survived(_collector)))
    return rows


def apis() -> list[Row]:
    standings = api_standings().values()
    return [(cell(api.node), cell(api.source), api.last_seen, api.trouble or "none") for api in standings]


def logs() -> list[Row]:
    return [
        (cell(log.node), cell(log.source), log.last_seen, log.last_event, size(log.behind), log.trouble or "none")
        for log in log_standings().values()
    ]


def _counting() -> str:
    counting = housekeeper.counting()
    if counting is None:
        return "off in this process"
    return "another process of this site counts" if counting.by_another else counting.trouble or WELL


def _collector() -> str:
    """One that has no log to follow tells nothing of itself."""
    return (collector_standing() or "runs") if log_standings() else "has no log to follow"


def _summed_up(standings: Callable[[], dict[str, Standing]]) -> str:
    def summed_up() -> str:
        found = standings().values()
        troubled = sum(bool(each.trouble) for each in found)
        if not found:
            return NONE
        return f"{len(found)}, {troubled} in trouble: see below" if troubled else f"{len(found)}, all {WELL}"

    return _survived(summed_up)


def _survived(told: Callable[[], str]) -> str:
    try:
        return told()
    except EventsUnavailable as error:
        return str(error)
