"""Weeks from days, where days were counted without them."""

from itertools import groupby
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from nodes.rollups.codes import WEEK, week_of
from nodes.rollups.histogram import Histogram, add
from nodes.rollups.packing import packed, unpacked
from nodes.sql import rollups as sql


def add_weeks(connection: BaseDatabaseWrapper) -> None:
    """In the caller's transaction. Weeks that are there already would be counted twice: there must be none."""
    sql.add_weeks_of_days(connection)
    days = sql.latencies_of_days(connection)
    weeks = groupby(days, key=lambda row: (row[0], row[1], week_of(row[2])))
    sql.put_latencies(
        connection,
        [(node, WEEK, start, action, packed(_merged(rows))) for (node, action, start), rows in weeks],
    )


def _merged(rows: Any) -> Histogram:
    merged: Histogram = {}
    for *_, buckets in rows:
        add(merged, unpacked(bytes(buckets)))
    return merged
