"""Lines of running nodes, one of each kind, in files beside; ids and addresses are examples, stack traces are cut.

Those of v1.146 were written after the program's source, not captured.
"""

from pathlib import Path

import pytest

from nodes.intake import records
from nodes.intake.parse import parse
from nodes.intake.records import Compaction, Scores, Skipped, Transfer

US1 = "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S"
EU1 = "12L9ZFwhzVpuEKMUNUqkaTLGzwY9G24tbiigLiXpmZWKwmcNDDs"
SALTLAKE = "1wFTAgs9DP5RSnCqKV1eLf6N9wtk4EAtmN5DpSxcs8EjT69tGE"
PIECE = "G7ORR4UZVCNFGRN7CZW7HQF2BCU5KBUUDRCE5OOYNDNS2N7FZZLQ"
DAY = 1759708800_000_000  # 2025-10-06 in UTC
SEVEN_HOURS = 7 * 3600_000_000


def lines_of(name: str) -> list[bytes]:
    return (Path(__file__).parent / "lines" / f"{name}.txt").read_bytes().splitlines(keepends=True)


def seconds(clock: str) -> int:
    hours, minutes, rest = clock.split(":")
    return DAY + SEVEN_HOURS + (int(hours) * 3600 + int(minutes) * 60 + int(rest)) * 1_000_000


# Local time, status, action, size, address and error.
V1_137 = [
    ("00:00:14", "", "GET", 6912, "109.61.92.70", None),
    ("00:00:54", "failed", "PUT", 1048576, "109.61.92.79", "unexpected EOF"),
    ("00:00:14", "", "PUT", None, "207.211.208.129", None),
    ("00:00:16", "", "PUT_REPAIR", None, "45.137.206.42", None),
    (
        "00:00:14",
        "failed",
        "GET",
        256,
        "79.127.226.103",
        "manager closed: read tcp 10.0.17.120:28967->79.127.226.103:50338: read: connection refused",
    ),
    ("01:26:22", "failed", "GET_REPAIR", 60416, "66.23.193.251", "write: broken pipe"),
    ("00:55:22", "failed", "PUT", 131072, "79.127.201.219", "context deadline exceeded"),
    ("00:00:27", "canceled", "GET", 1986304, "79.127.205.226", "context canceled"),
    (
        "01:31:25",
        "canceled",
        "GET_AUDIT",
        256,
        "34.4.34.124",
        "downloaded size (0 bytes) does not match received message size (256 bytes)",
    ),
    ("00:00:14", "success", "GET", 68608, "79.127.205.226", None),
    ("00:00:16", "success", "GET_AUDIT", 256, "34.4.34.124", None),
    ("00:00:14", "success", "GET_REPAIR", 181504, "66.23.193.251", None),
    ("00:00:25", "canceled", "PUT", 593408, "79.127.226.106", None),
    ("00:00:20", "canceled", "PUT_REPAIR", 35072, "45.137.206.101", None),
    ("00:00:14", "success", "PUT", 435200, "79.127.219.34", None),
    ("00:00:16", "success", "PUT_REPAIR", 24832, "45.137.206.42", None),
]


@pytest.mark.parametrize(("line", "said"), list(zip(lines_of("v1.137"), V1_137, strict=True)))
def test_a_line_of_v1_137(line: bytes, said: tuple[str, str, str, int | None, str, str | None]) -> None:
    clock, status, action, size, ip, error = said
    assert parse(line) == Transfer(seconds(clock), True, status, action, size, PIECE, US1, ip, error)


V1_146 = [
    ("", None),
    ("success", 435200),
    ("canceled", 593408),
    ("failed", 65536),
    ("success", 256),
    ("canceled", 1986304),
    ("failed", 9),
]


@pytest.mark.parametrize(("line", "said"), list(zip(lines_of("v1.146"), V1_146, strict=True)))
def test_a_line_of_v1_146(line: bytes, said: tuple[str, int | None]) -> None:
    record = parse(line)
    assert isinstance(record, Transfer)
    assert (record.at, record.piece_id, record.status, record.size) == (1787306400_000_000, PIECE, *said)


REASONS = [records.COMPANION, records.COMPANION, records.OTHER, records.OTHER, records.REJECTED]


@pytest.mark.parametrize(("line", "reason"), list(zip(lines_of("left_aside"), REASONS, strict=True)))
def test_a_line_that_is_left_aside(line: bytes, reason: str) -> None:
    assert parse(line) == Skipped(reason)


# Copied from a terminal in 2020; an offset without a colon, 2020; syslog, 2023; JSON, 2021; INFO for what failed, 2019.
OLDER = [
    Transfer(1588973175000000, False, "canceled", "PUT_REPAIR", None, PIECE, EU1, None, None),
    Transfer(1579591878986000, False, "success", "PUT", None, PIECE, EU1, None, None),
    Transfer(1686151512009000, False, "failed", "PUT", 0, PIECE, EU1, None, "unexpected EOF"),
    Transfer(1612453670240000, False, "", "GET", None, PIECE, SALTLAKE, None, None),
    Transfer(1564470402026000, False, "failed", "GET_AUDIT", None, PIECE, US1, None, "no such file or directory"),
]


@pytest.mark.parametrize(("line", "record"), list(zip(lines_of("older"), OLDER, strict=True)))
def test_an_older_line(line: bytes, record: Transfer) -> None:
    assert parse(line) == record


def test_scores_of_v1_137() -> None:
    line = (
        f'2025-10-06T09:22:57-07:00\tWARN\treputation:service\tnode scores worsened\t{{"Process": "storagenode", '
        f'"Satellite ID": "{SALTLAKE}", "Total Audits": 3383, "Successful Audits": 3380, "Audit Score": 1, '
        '"Online Score": 0.998938522777532, "Suspension Score": 1, "Audit Score Delta": 0, '
        '"Online Score Delta": -0.0005351614329942578, "Suspension Score Delta": 0}'
    )
    expected = Scores(seconds("09:22:57"), SALTLAKE, 100.0, 100.0, 99.8938522777532, 3380, 3383)
    assert parse(line.encode()) == expected


def test_scores_of_v1_146() -> None:
    line = (
        f'2026-08-21T10:00:00Z\tINFO\treputation:service\tnode scores updated\t{{"satellite_id": "{SALTLAKE}", '
        '"total_audits": 3298, "successful_audits": 3296, "audit_score": 1, "online_score": 0.5, "suspension_score": 0}'
    )
    assert parse(line.encode()) == Scores(1787306400_000_000, SALTLAKE, 100.0, 0.0, 50.0, 3296, 3298)


def test_a_compaction() -> None:
    line = (
        f'2025-10-06T02:33:51-07:00\tINFO\thashstore\tfinished compaction\t{{"Process": "storagenode", "satellite": '
        f'"{SALTLAKE}", "store": "s0", "duration": "100.031853ms", "stats": {{"NumLogs":11,"TrashPercent":0.0087,'
        '"DataRewritten":"1.5 KiB","DataReclaimed":"0 B","Table":{"Load":0.1087646484375}}}'
    )
    duration, load, trash = 100.031853e-3, 10.87646484375, 0.0087 * 100
    assert parse(line.encode()) == Compaction(seconds("02:33:51"), SALTLAKE, "s0", duration, 0, 1536, load, trash)
