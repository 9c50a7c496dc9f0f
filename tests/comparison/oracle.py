"""What a comparison must say, computed the naive way from rows in memory: the independent oracle of the tests.

It shares no code with the product. Rows are dicts as they lie in the database; nothing is fast.
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

Row = dict[str, Any]
ACTIONS = {
    "GET": "download",
    "PUT": "upload",
    "GET_REPAIR": "repair_download",
    "PUT_REPAIR": "repair_upload",
    "GET_AUDIT": "audit",
}
TB = 10**12
PRECISE = Context(prec=60, rounding=ROUND_HALF_EVEN)

WHOLE = {"total_operations", "audits_failed", "audits_canceled", "audit_failures_left"}
WHOLE |= {"integrity_failures", "satellites_disqualified", "satellites_suspended"}
HIGHER = (
    *("success_rate_", "audit_score", "suspension_score", "online_score", "audit_failures_left"),
    *("offline_hours_left", "vetting_percent", "total_earnings"),
)
LOWER = (
    *("cancel_rate_", "fail_rate_", "latency_", "audits_", "integrity_failures", "satellites_"),
    *("last_ping_minutes", "trash_percent", "unpaid_percent"),
)
# Of the reasons that the tests use.
SPOILED = ("no such file", "file does not exist")


def stored(text: Any) -> bool:
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00"
    if not isinstance(text, str) or not re.fullmatch(form, text, flags=re.ASCII):
        return False
    try:
        return bool(moment(text))
    except ValueError:
        return False


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def text_of(time: datetime) -> str:
    return time.astimezone(UTC).isoformat()


def rounded(value: Any, decimals: int) -> Any:
    if value is None:
        return None
    exact = Decimal(value).quantize(Decimal(1).scaleb(-decimals), context=PRECISE)
    return int(exact) if decimals == 0 else float(exact)


def decimals_of(key: str) -> int:
    if key.endswith("_ms") or key in WHOLE or "_bytes" in key:
        return 0
    return 1 if key == "days_until_full" else 2


class Expected:
    """The metrics of one node, which is read with others `together`, and the keys that must not be ranked."""

    def __init__(
        self,
        tables: dict[str, list[Row]],
        name: str,
        start: datetime,
        end: datetime,
        limit: int,
        *,
        together: int = 1,
    ) -> None:
        self.tables, self.name, self.start, self.end, self.limit = tables, name, start, end, limit
        self.together = together
        self.values: dict[str, Any] = {}
        self.unranked: set[str] = set()
        self.skipped = 0
        self.events: list[Row] = []
        self.limited = False
        self._traffic()
        self._reputation()
        self._storage()
        self._earnings()

    def metrics(self, keys: Sequence[str]) -> dict[str, Any]:
        return {key: rounded(self.values.get(key), decimals_of(key)) for key in keys}

    def _rows(self, table: str) -> list[Row]:
        return [row for row in self.tables.get(table, []) if row["node_name"] == self.name]

    def _traffic(self) -> None:
        inside = [
            row
            for row in self._rows("events")
            if isinstance(row["timestamp"], str) and text_of(self.start) <= row["timestamp"] < text_of(self.end)
        ]
        inside.sort(key=lambda row: (row["timestamp"], row["id"]), reverse=True)
        self.limited = len(inside) > self.limit
        read = inside[: self.limit]
        self.events = [row for row in read if self._sound(row)]
        self.skipped = len(read) - len(self.events)
        for action, name in ACTIONS.items():
            self._action(action, name)
        self._counts()
        self._integrity()
        uploads = [row["status"] for row in self.events if row["action"] == "PUT"]
        self.cancels_recorded = "canceled" in uploads or len(uploads) < 1000
        if not self.cancels_recorded:
            self.unranked |= {"success_rate_upload", "success_rate_repair_upload", "cancel_rate_upload"}

    @staticmethod
    def _sound(row: Row) -> bool:
        return (
            stored(row["timestamp"])
            and row["action"] in ACTIONS
            and row["status"] in ("success", "canceled", "failed")
            and (row["size"] is None or (isinstance(row["size"], int) and 0 <= row["size"] <= TB))
            and (row["duration_ms"] is None or (isinstance(row["duration_ms"], int) and row["duration_ms"] >= 0))
        )

    def _action(self, action: str, name: str) -> None:
        mine = [row for row in self.events if row["action"] == action]
        count = {status: sum(row["status"] == status for row in mine) for status in ("success", "canceled", "failed")}
        whole = count["success"] + count["failed"] + (0 if action == "GET_AUDIT" else count["canceled"])
        rates = {f"success_rate_{name}": count["success"]}
        if action in ("GET", "PUT"):
            rates |= {f"cancel_rate_{name}": count["canceled"], f"fail_rate_{name}": count["failed"]}
            self._latency(name, [row["duration_ms"] for row in mine if row["status"] == "success"])
        for key, part in rates.items():
            self.values[key] = PRECISE.divide(Decimal(100 * part), Decimal(whole)) if whole else None
            if whole < 30:
                self.unranked.add(key)

    def _latency(self, name: str, durations: list[int | None]) -> None:
        known = [duration for duration in durations if duration is not None]
        for percent in (50, 95, 99):
            key = f"latency_{name}_p{percent}_ms"
            enough = [d for d in set(known) if 100 * sum(other <= d for other in known) >= percent * len(known)]
            self.values[key] = min(enough) if enough else None
            if len(known) < 30:
                self.unranked.add(key)

    def _counts(self) -> None:
        keys = ("total_operations", "audits_failed", "audits_canceled", "egress_bytes_per_day", "ingress_bytes_per_day")
        audits = [row["status"] for row in self.events if row["action"] == "GET_AUDIT"]
        if self.limited:
            self.unranked |= set(keys)
        if len(audits) < 30:
            self.unranked |= {"audits_failed", "audits_canceled"}
        if not self.events:
            return
        self.values["total_operations"] = len(self.events)
        if audits:
            self.values["audits_failed"] = audits.count("failed")
            self.values["audits_canceled"] = audits.count("canceled")
        known = [moment(row["timestamp"]) for row in self._rows("events") if stored(row["timestamp"])]
        begin = max(self.start, min(known))
        if self.limited:
            begin = max(begin, min(moment(row["timestamp"]) for row in self.events))
        microseconds = (self.end - begin) // timedelta(microseconds=1)
        for key, actions in (
            ("egress_bytes_per_day", ("GET", "GET_REPAIR", "GET_AUDIT")),
            ("ingress_bytes_per_day", ("PUT", "PUT_REPAIR")),
        ):
            total = sum(
                row["size"] or 0 for row in self.events if row["status"] == "success" and row["action"] in actions
            )
            self.values[key] = PRECISE.divide(Decimal(total * 86_400_000_000), Decimal(microseconds))

    def _integrity(self) -> None:
        checked = [row for row in self.events if row["action"] in ("GET_AUDIT", "GET_REPAIR")]
        reasons = [row.get("error_reason") for row in checked if row["status"] == "failed"]
        if checked and all(isinstance(reason, str) and reason.strip() for reason in reasons):
            self.values["integrity_failures"] = sum(reason in SPOILED for reason in reasons)
        if len(checked) < 30 or self.limited:
            self.unranked.add("integrity_failures")

    def _latest(self, table: str, **scope: str) -> list[Row]:
        latest: dict[str, Row] = {}
        for row in self._rows(table):
            if all(row[column] == value for column, value in scope.items()) and self._not_after_end(row):
                best = latest.get(row["satellite"])
                if best is None or (row["timestamp"], row["id"]) > (best["timestamp"], best["id"]):
                    latest[row["satellite"]] = row
        return list(latest.values())

    def _not_after_end(self, row: Row) -> bool:
        return stored(row["timestamp"]) and moment(row["timestamp"]) <= self.end

    def _reputation(self) -> None:
        latest = self._still_told(self._latest("reputation_history"))
        for key in ("audit_score", "suspension_score", "online_score"):
            self._worst(key, [(score(row[key]), row) for row in latest])
        self._worst("audit_failures_left", [(self._left(row), row) for row in latest])
        gone = [True if self._is_gone(row) else self._fresh(row, self._flag(row, "is_disqualified")) for row in latest]
        self._count("satellites_disqualified", gone)
        self._count("satellites_suspended", [self._fresh(row, self._flag(row, "is_suspended")) for row in latest])

    def _still_told(self, latest: list[Row]) -> list[Row]:
        newest = max((moment(row["timestamp"]) for row in latest), default=self.end)
        return [r for r in latest if self._is_gone(r) or newest - moment(r["timestamp"]) <= timedelta(days=2)]

    @staticmethod
    def _flag(row: Row, column: str) -> bool | None:
        flag = row.get(column, 0)
        return flag > 0 if isinstance(flag, int) else None

    @staticmethod
    def _is_gone(row: Row) -> bool:
        return isinstance(row["is_disqualified"], int) and row["is_disqualified"] > 0

    def _fresh(self, row: Row, value: bool | None) -> bool | None:
        return value if self.end - moment(row["timestamp"]) <= timedelta(days=2) else None

    def _count(self, key: str, flags: list[bool | None]) -> None:
        if flags and (True in flags or None not in flags):
            self.values[key] = flags.count(True)

    def _worst(self, key: str, found: list[tuple[Any, Row]]) -> None:
        known = [
            (value, text_of(self.end) if key == "audit_failures_left" and self._is_gone(row) else row["timestamp"])
            for value, row in found
            if value is not None
        ]
        if not known:
            return
        worst = min(value for value, _ in known)
        at = max(stamp for value, stamp in known if value == worst)
        if self.end - moment(at) <= timedelta(days=2):
            self.values[key] = worst

    def _left(self, row: Row) -> int | None:
        audit = score(row["audit_score"])
        if self._is_gone(row):
            return 0
        if audit is None:
            return None
        if audit < 1:
            return 0
        return max(0, math.floor(math.log(0.96 / (audit / 100)) / math.log(0.999)) + 1)

    def _storage(self) -> None:
        rows = [row for row in self._rows("storage_snapshots") if self._usable(row)]
        rows.sort(key=lambda row: (row["timestamp"], row["id"]))
        until = [row for row in rows if moment(row["timestamp"]) <= self.end]
        if not until:
            return
        newest = until[-1]
        used, total, trash = newest["used_bytes"], newest["total_bytes"], newest["trash_bytes"]
        free = newest["available_bytes"]
        free = free if isinstance(free, int) and free >= 0 else max(total - used, 0)
        self.values |= {"storage_used_bytes": used, "storage_free_bytes": free}
        if total:
            self.values["storage_utilization"] = PRECISE.divide(Decimal(100 * used), Decimal(total))
            if isinstance(trash, int) and trash >= 0:
                share = PRECISE.divide(Decimal(100 * trash), Decimal(total))
                self.values["trash_percent"] = share
                score = self.values["storage_utilization"] - max(share - 10, Decimal(0))
                self.values["storage_efficiency"] = min(max(score, Decimal(0)), Decimal(100))
        if self.end - moment(newest["timestamp"]) > timedelta(days=2):
            self.unranked.add("trash_percent")
        self._growth([row for row in rows if self.start <= moment(row["timestamp"]) < self.end], free)

    @staticmethod
    def _usable(row: Row) -> bool:
        sizes = (row["used_bytes"], row["total_bytes"])
        return stored(row["timestamp"]) and all(isinstance(size, int) and size >= 0 for size in sizes)

    def _growth(self, inside: list[Row], free: int) -> None:
        if not inside:
            return
        # Among equal time stamps the first is the one of the lowest id, the last that of the highest.
        first, last = inside[0], inside[-1]
        span = moment(last["timestamp"]) - moment(first["timestamp"])
        if span < timedelta(hours=24):
            return
        grown = last["used_bytes"] - first["used_bytes"]
        microseconds = span // timedelta(microseconds=1)
        self.values["growth_bytes_per_day"] = PRECISE.divide(Decimal(grown * 86_400_000_000), Decimal(microseconds))
        if grown > 0:
            self.values["days_until_full"] = PRECISE.divide(
                Decimal(free * microseconds), Decimal(grown * 86_400_000_000)
            )

    def _earnings(self) -> None:
        from tests.comparison.money_oracle import Money  # which builds upon this module

        money = Money(self.tables, self.name, self.end, self.limit, together=self.together)
        self.values |= {key: _divided(value) for key, value in money.values.items()}
        self.unranked |= money.unranked


def _divided(value: Fraction) -> Decimal:
    return PRECISE.divide(Decimal(value.numerator), Decimal(value.denominator))


def number(value: Any) -> Any:
    return value if isinstance(value, int | float) and math.isfinite(value) else None


def score(value: Any) -> Any:
    return value if number(value) is not None and 0 <= value <= 100 else None


def direction(key: str) -> str | None:
    if key.startswith((*HIGHER, "earnings_per_", "payout_", "profit", "projected_")):
        return "higher"
    return "lower" if key.startswith(LOWER) else None


def rankings(nodes: dict[str, Expected], keys: Sequence[str]) -> dict[str, list[set[str]]]:
    """Groups of equal nodes as sets, best first; every metric that has a better direction."""
    found = {}
    for key in keys:
        if direction(key) is None:
            continue
        values = {name: node.metrics([key])[key] for name, node in nodes.items() if key not in node.unranked}
        if key == "last_ping_minutes":  # satellites come every hour or so, and what is under two and a half is chance
            values = {name: value if value is None else max(value, 150) for name, value in values.items()}
        present = sorted({value for value in values.values() if value is not None}, reverse=direction(key) == "higher")
        found[key] = [{name for name, value in values.items() if value == each} for each in present]
    return found
