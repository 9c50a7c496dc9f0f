"""Random rows of the monitor's tables: midnight, fractions, window edges, equal times, NULLs and broken values."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ("attic", "cellar", 'it\'s "odd" 🚀')
SATELLITES = (
    "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S",
    "1wFTAgs9DP5RSnCqKV1eLf6N9wtk4EAtmN5DpSxcs8EjT69tGE",
)

_edges = st.sampled_from(
    [
        AS_OF,
        AS_OF - timedelta(hours=24),
        AS_OF - timedelta(microseconds=1),
        AS_OF - timedelta(hours=24, microseconds=1),
        datetime(2026, 11, 23, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=UTC),
        AS_OF - timedelta(days=7),
        AS_OF - timedelta(days=2),
    ]
)
_any_time = st.integers(0, 40 * 86_400 * 1000).map(lambda ms: AS_OF + timedelta(hours=1) - timedelta(milliseconds=ms))
_recent = st.integers(0, 90_000).map(lambda s: AS_OF - timedelta(seconds=s))
moments = st.one_of(_edges, _recent, _any_time)
stamps = moments.map(lambda moment: moment.isoformat())
impossible_stamps = st.sampled_from(
    [
        "2026-11-31T10:00:00+00:00",
        "2026-02-30T10:00:00.000001+00:00",
        "2025-02-29T10:00:00+00:00",
        "2026-11-23T24:00:00+00:00",
        "2026-11-22T99:00:00+00:00",
        "2026-11-23T10:60:00+00:00",
        "2026-11-23T10:00:60.500000+00:00",
        "2026-00-23T10:00:00+00:00",
        "2026-11-00T10:00:00+00:00",
    ]
)
broken_stamps = st.one_of(
    impossible_stamps,
    moments.map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S")),
    moments.map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
    moments.map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.123+00:00")),
    moments.map(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S+01:00")),
    st.sampled_from(["", "yesterday", "2026-11-23", b"2026-11-23T11:00:00+00:00"]),
)


def rarely(broken: st.SearchStrategy[Any], usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.integers(0, 11).flatmap(lambda n: broken if n == 0 else usual)


def _sizes(broken: bool) -> st.SearchStrategy[Any]:
    usual = st.one_of(st.none(), st.integers(0, 2_319_360), st.just(10**12))
    odd = st.sampled_from(["12abc", b"\x00\x01", 1.5, -1, 10**12 + 1, 2**62, "", "nan"])
    return rarely(odd, usual) if broken else usual


def _durations(broken: bool) -> st.SearchStrategy[Any]:
    usual = st.one_of(st.none(), st.integers(0, 40), st.integers(0, 600_000))
    return rarely(st.sampled_from(["fast", -5, 2.5, b"7"]), usual) if broken else usual


def events(broken: bool) -> st.SearchStrategy[dict[str, Any]]:
    """`broken` rows can only be in SQLite, whose columns take anything."""
    action = st.sampled_from(["GET", "PUT", "GET_REPAIR", "PUT_REPAIR", "GET_AUDIT"])
    status = st.sampled_from(["success", "success", "success", "canceled", "failed"])
    odd_word = st.sampled_from([None, "", "get", "DELETE", "Success"])
    return st.fixed_dictionaries(
        {
            "timestamp": rarely(st.none() | broken_stamps, stamps) if broken else rarely(impossible_stamps, stamps),
            "action": rarely(odd_word, action),
            "status": rarely(odd_word, status),
            "size": _sizes(broken),
            "node_name": st.sampled_from(NAMES),
            "duration_ms": _durations(broken),
        }
    )


def snapshots(broken: bool) -> st.SearchStrategy[dict[str, Any]]:
    size = st.integers(0, 20 * 10**12)
    maybe = st.one_of(st.none(), size)
    odd = st.sampled_from(["much", -1, 1.5])
    sizes = rarely(odd, maybe) if broken else maybe
    return st.fixed_dictionaries(
        {
            "timestamp": rarely(broken_stamps if broken else impossible_stamps, stamps),
            "node_name": st.sampled_from(NAMES),
            "total_bytes": sizes,
            "used_bytes": sizes,
            "available_bytes": sizes,
            "trash_bytes": sizes,
        }
    )


def reputations(broken: bool) -> st.SearchStrategy[dict[str, Any]]:
    score = st.one_of(st.none(), st.just(100.0), st.floats(0, 100), st.floats(95.5, 96.5))
    odd = st.sampled_from([-5.0, 1e300, 100.01])
    scores = rarely(st.sampled_from(["good", float("inf")]) | odd if broken else odd, score)
    return st.fixed_dictionaries(
        {
            "timestamp": rarely(broken_stamps if broken else impossible_stamps, stamps),
            "node_name": st.sampled_from(NAMES),
            "satellite": st.sampled_from(SATELLITES),
            "audit_score": scores,
            "suspension_score": scores,
            "online_score": scores,
            "is_disqualified": st.sampled_from([0, 0, 0, 1, None, *([b"\0", "yes"] if broken else [])]),
            "is_suspended": st.sampled_from([0, 0, 1, None]),
        }
    )


def estimates(broken: bool) -> st.SearchStrategy[dict[str, Any]]:
    money = rarely(st.sampled_from([1e308, -1e300]), st.one_of(st.none(), st.floats(0, 1000)))
    hours = st.one_of(st.none(), st.integers(0, 10**16))
    return st.fixed_dictionaries(
        {
            "timestamp": rarely(broken_stamps if broken else impossible_stamps, stamps),
            "node_name": st.sampled_from(NAMES),
            "satellite": st.sampled_from(SATELLITES),
            "period": st.sampled_from(["2026-11", "2026-11", "2026-10"]),
            "total_earnings_gross": rarely(st.just("lots"), money) if broken else money,
            "storage_bytes_hour": rarely(st.just("many"), hours) if broken else hours,
        }
    )


def tables(broken: bool) -> st.SearchStrategy[dict[str, list[dict[str, Any]]]]:
    return st.fixed_dictionaries(
        {
            "events": st.lists(events(broken), max_size=50),
            "storage_snapshots": st.lists(snapshots(broken), max_size=12),
            "reputation_history": st.lists(reputations(broken), max_size=12),
            "earnings_estimates": st.lists(estimates(broken), max_size=12),
        }
    ).map(numbered)


def numbered(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {table: [{"id": id_} | row for id_, row in enumerate(rows, start=1)] for table, rows in tables.items()}
