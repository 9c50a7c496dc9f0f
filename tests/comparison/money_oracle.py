"""What a node earned in a month, computed the naive way from rows in memory; shares no code with the product.

Without the node's own API and without the operator's own rates.
"""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from tests.comparison import oracle

TB_MONTH = 720 * 10**12
SENT = {"GET": "egress", "GET_REPAIR": "repair", "GET_AUDIT": "audit"}
MOST = 10**16
NOTHING = Fraction(0)


def seconds(moment: datetime) -> int:
    return math.floor(moment.timestamp())


class Money:
    """`values` and `unranked` are those of oracle.Expected; `limit` is how many uncounted events are read of a node,
    of `together` nodes at once."""

    def __init__(
        self,
        tables: dict[str, list[oracle.Row]],
        name: str,
        end: datetime,
        limit: int,
        counted: int = 0,
        *,
        together: int = 1,
    ) -> None:
        self.tables, self.name, self.limit, self.counted = tables, name, limit, counted
        behind = max((row["id"] for row in tables.get("events", [])), default=0) - counted
        self.all_behind = behind <= limit * together
        moment = end - timedelta(microseconds=1)
        self.start = datetime(moment.year, moment.month, 1, tzinfo=UTC)
        self.month_end = (self.start + timedelta(days=31)).replace(day=1)
        self.end, self.last_hour = end, end.replace(minute=0, second=0, microsecond=0)
        self.values: dict[str, Any] = {}
        self.unranked: set[str] = set()
        self._storage()
        self._traffic()
        self.estimates = self._estimates(f"{self.start:%Y-%m}")
        if self.hours and (self.knows_traffic or not self.estimates):
            self._from_counts()
        elif self.estimates:
            self._from_estimates()
        elif self.knows_traffic or self.snapshots:
            self._from_counts()

    def _rows(self, table: str) -> list[oracle.Row]:
        return [row for row in self.tables.get(table, []) if row["node_name"] == self.name]

    def _storage(self) -> None:
        """Second by second would be the same; here straight line by straight line, cut at days."""
        whole = [row for row in self._rows("storage_snapshots") if self._sound(row)]
        margin = timedelta(days=3)
        low, high = (oracle.text_of(at) for at in (self.start - margin, self.end + margin))
        whole = sorted(
            (row for row in whole if low <= row["timestamp"] < high), key=lambda row: (row["timestamp"], row["id"])
        )
        at = [seconds(oracle.moment(row["timestamp"])) for row in whole]
        start, end = seconds(self.start), seconds(self.end)
        inside = oracle.text_of(self.start), oracle.text_of(self.end)
        self.snapshots = sum(inside[0] <= row["timestamp"] < inside[1] for row in whole)
        self.by_day: dict[date, Fraction] = {}
        self.hours: dict[date, Fraction] = {}
        self.allocated, self.storage_until = NOTHING, None
        for n in range(len(whole) - 1):
            edges = [at[n], at[n + 1], start, end, *range(start, end, 86_400)]
            cuts = sorted({edge for edge in edges if at[n] <= edge <= at[n + 1] and start <= edge <= end})
            for left, right in pairwise(cuts):
                day = datetime.fromtimestamp(left, UTC).date()
                share = Fraction(left + right - 2 * at[n], 2 * (at[n + 1] - at[n]))
                hours = Fraction(right - left, 3600)
                used, total = (
                    (whole[n][key] * (1 - share) + whole[n + 1][key] * share) * hours
                    for key in ("used_bytes", "total_bytes")
                )
                self.by_day[day] = self.by_day.get(day, NOTHING) + used
                self.hours[day] = self.hours.get(day, NOTHING) + hours
                self.allocated += total
                self.storage_until = datetime.fromtimestamp(right, UTC)

    @staticmethod
    def _sound(row: oracle.Row) -> bool:
        sizes = row["used_bytes"], row["total_bytes"]
        return oracle.stored(row["timestamp"]) and all(isinstance(size, int) and 0 <= size <= MOST for size in sizes)

    def _traffic(self) -> None:
        rows = [row for row in self._rows("events") if isinstance(row["timestamp"], str)]
        low, high = oracle.text_of(self.start), oracle.text_of(self.last_hour)
        tail = [row for row in rows if low <= row["timestamp"] < high and row["id"] > self.counted]
        # Where all that is behind is read, events without a time are seen to be in no window.
        self.whole = sum(not self.all_behind or oracle.stored(row["timestamp"]) for row in tail) <= self.limit
        known = [row for row in rows if row["id"] <= self.counted] + (tail if self.whole else [])
        self.times = sorted(oracle.moment(row["timestamp"]) for row in known if oracle.stored(row["timestamp"]))
        self.knows_traffic = self.whole and bool(self.times) and self.times[0] < self.last_hour
        self.events = [row for row in known if low <= str(row["timestamp"]) < high and oracle.Expected._sound(row)]
        self.events = [row for row in self.events if row["status"] == "success"]

    def _estimates(self, period: str) -> dict[str, oracle.Row]:
        found: dict[str, oracle.Row] = {}
        is_over = period < f"{self.start:%Y-%m}" or self.end >= self.month_end
        end = "9" if is_over else oracle.text_of(self.end)
        rows = [row for row in self._rows("earnings_estimates") if row["period"] == period]
        for row in sorted((row for row in rows if oracle.stored(row["timestamp"])), key=lambda row: row["id"]):
            before = found.get(row["satellite"])
            if row["timestamp"] <= end and (before is None or before["timestamp"] <= row["timestamp"]):
                found[row["satellite"]] = row
        sound = {of: oracle.number(row["total_earnings_gross"]) for of, row in found.items()}
        return {of: row for of, row in found.items() if sound[of] is not None and abs(sound[of]) <= 10**9}

    def _satellites(self) -> set[str]:
        """Those that a statement has a line for."""
        if not self.by_day:
            return self._senders()
        before = (self.start - timedelta(days=1)).strftime("%Y-%m")
        for rows in (self.estimates, self._estimates(before)):
            hours = {of: row["storage_bytes_hour"] for of, row in rows.items()}
            if hours and all(isinstance(each, int) and each >= 0 for each in hours.values()) and sum(hours.values()):
                return {of for of, each in hours.items() if each} | self._senders()
        received = {self._of(row) for row in self.events if row["action"] in ("PUT", "PUT_REPAIR") and row["size"]}
        if received:
            return received | self._senders()
        return {""}

    def _senders(self) -> set[str]:
        return {self._of(row) for row in self.events if row["action"] in SENT and row["size"]}

    @staticmethod
    def _of(row: oracle.Row) -> str:
        return row.get("satellite_id") or ""

    def _from_counts(self) -> None:
        sent: dict[date, int] = {}
        for row in self.events:
            if row["action"] in SENT:
                day = oracle.moment(row["timestamp"]).date()
                sent[day] = sent.get(day, 0) + (row["size"] or 0)
        storage = {day: size * Fraction(3, 2) / TB_MONTH for day, size in self.by_day.items()}
        traffic = {day: Fraction(2 * size, 10**12) for day, size in sent.items()}
        satellites = self._satellites()
        gross = sum(storage.values(), NOTHING) + sum(traffic.values(), NOTHING)
        self._amounts(gross, "" not in satellites)
        self._per_tb(gross, sum(self.by_day.values(), NOTHING), sum(self.hours.values(), NOTHING))
        if sum(self.hours.values()) >= 48:
            hours = sum(self.hours.values())
            self.values["projected_earnings"] = gross + self._rest(storage, hours, self.storage_until)
            if self.knows_traffic:
                since, until = max(self.start, self.times[0]), self._traffic_until()
                if until and until > since:
                    known = Fraction((until - since) // timedelta(microseconds=1), 3600 * 10**6)
                    self.values["projected_earnings"] += self._rest(traffic, known, until)
        reaches = max(filter(None, (self.storage_until, self._traffic_until())), default=None)
        self._rank(sum(self.hours.values(), NOTHING), reaches)

    def _traffic_until(self) -> datetime | None:
        if not self.knows_traffic:
            return None
        since = max(self.start, self.times[0])
        silent = self.last_hour - self.times[-1] > timedelta(days=1)
        return max(self.times[-1], since) if silent else self.last_hour

    def _rest(self, days: dict[date, Fraction], hours: Fraction | int, until: datetime | None) -> Fraction:
        assert until is not None
        left = Fraction((self.month_end - until) // timedelta(microseconds=1), 3600 * 10**6)
        return sum(days.values(), NOTHING) / hours * max(left, NOTHING)

    def _from_estimates(self) -> None:
        rows = list(self.estimates.values())
        gross = sum(map(self._gross, rows), NOTHING)
        hours = [row["storage_bytes_hour"] for row in rows]
        known = all(isinstance(each, int) and each >= 0 for each in hours)
        newest = min(max(oracle.moment(row["timestamp"]) for row in rows), self.month_end)
        covered = NOTHING
        if newest > self.start:
            covered = Fraction((newest - self.start) // timedelta(microseconds=1), 3600 * 10**6)
        self._amounts(gross, True)
        self._per_tb(gross, Fraction(sum(hours) if known else 0), covered)
        if covered >= 48:
            left = Fraction((self.month_end - newest) // timedelta(microseconds=1), 3600 * 10**6)
            self.values["projected_earnings"] = gross + gross / covered * left
        self._rank(covered, newest)

    @staticmethod
    def _gross(row: oracle.Row) -> Fraction:
        """As recorded; but anew, per TB, where each amount is its bytes at the default rate per TiB."""
        kinds = ("storage", "egress", "repair", "audit")
        recorded = Fraction(Decimal(str(row["total_earnings_gross"])))
        sizes: list[Any] = [row.get("storage_bytes_hour"), *(row.get(f"{kind}_bytes") for kind in kinds[1:])]
        amounts: list[Any] = [row.get(f"{kind}_earnings_gross") for kind in kinds]
        are_whole = all(isinstance(each, int) and each >= 0 for each in sizes)
        if not are_whole or any(oracle.number(each) is None for each in amounts):
            return recorded
        rates = [Fraction(3, 2) / 720, Fraction(2), Fraction(2), Fraction(2)]
        per_tib = [float(size * rate / 2**40) for size, rate in zip(sizes, rates, strict=True)]
        pairs = [*zip(amounts, per_tib, strict=True), (sum(amounts), float(recorded))]
        if not all(math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12) for one, other in pairs):
            return recorded
        return sum((size * rate / 10**12 for size, rate in zip(sizes, rates, strict=True)), NOTHING)

    def _amounts(self, gross: Fraction, told_apart: bool) -> None:
        self.values["total_earnings"] = gross
        stamps = [row["timestamp"] for table in ("events", "storage_snapshots") for row in self._rows(table)]
        dates = [oracle.moment(stamp).date() for stamp in stamps if oracle.stored(stamp)]
        dates += [date.fromisoformat(f"{row['period']}-01") for row in self._rows("earnings_estimates")]
        if told_apart and (dates or not gross):
            dates = dates or [self.start.date()]
            joined = min(dates)
            month = 12 * (self.start.year - joined.year) + self.start.month - joined.month + 1
            share = Fraction(75 if month <= 3 else 50 if month <= 6 else 25 if month <= 9 else 0, 100)
            self.values["held_amount"] = gross * share
            self.values["payout_after_held"] = gross * (1 - share)

    def _per_tb(self, gross: Fraction, byte_hours: Fraction, covered: Fraction) -> None:
        if byte_hours:
            self.values["earnings_per_stored_tb"] = gross * TB_MONTH / byte_hours
        if self.allocated and covered:
            mean = self.allocated / sum(self.hours.values(), NOTHING)
            self.values["earnings_per_allocated_tb"] = gross * TB_MONTH / (mean * covered)

    def _rank(self, covered: Fraction, reaches: datetime | None) -> None:
        elapsed = Fraction((min(self.end, self.month_end) - self.start) // timedelta(seconds=1), 3600)
        is_late = reaches is not None and self.end - reaches > timedelta(days=2) and self.end < self.month_end
        if covered < elapsed * Fraction(9, 10) or is_late:
            self.unranked |= {"total_earnings", "payout_after_held", "held_amount", "projected_earnings"}
