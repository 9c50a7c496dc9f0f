"""Our statement of what a real server tells day by day, beside what it estimates of its payout itself."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from comparison.engine import compute
from comparison.request import ComparisonRequest
from nodes.models import Node, SnoNode
from nodes.satellites import AP1, EU1, SALTLAKE, US1
from nodes.sno.address import parsed
from nodes.sno.answer import understood
from nodes.sno.asking import ask
from nodes.sno.client import get
from nodes.sno.store import store
from tests.nodes.sno.fake import Fake, serving
from tests.nodes.sno.stories import SATELLITES, Story
from tests.nodes.sno.test_poller import polling
from tests.storj_site.running import wait_until

pytestmark = pytest.mark.usefixtures("databases")

NAME = "attic"
NOVEMBER_18 = datetime(2026, 11, 18, 15, 20, tzinfo=UTC)
# One in each time with another part that is held: 75, 50, 25 and 0 %.
JOINS = {
    US1: datetime(2024, 3, 12, 8, 30, tzinfo=UTC),
    EU1: datetime(2026, 3, 31, 23, tzinfo=UTC),
    AP1: datetime(2026, 6, 2, tzinfo=UTC),
    SALTLAKE: datetime(2026, 9, 30, tzinfo=UTC),
}
WITHIN = 0.01


def told(fake: Fake, of: str) -> dict[str, dict[str, Any]]:
    answer = get(parsed(fake.url), f"/api/sno/estimated-payout?id={of}", 5)
    assert isinstance(answer, dict)
    return answer


def asked(fake: Fake) -> None:
    """As the poller does, at the time at which the fake lives."""
    store(NAME, understood(ask(fake.url, with_history=True).documents), fake.story.now)


def statement(as_of: datetime | None) -> dict[str, dict[str, Any]]:
    (node,) = compute(ComparisonRequest((NAME,), "earnings", 24, as_of)).nodes
    assert node.statement is not None, node.error or node.notes
    assert node.statement["source"] == "api"
    return {line["satellite"]: line for line in node.statement["satellites"]}


def agree(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Of each term, in dollars here and in cents there."""
    assert ours["storage_earned"] == pytest.approx(theirs["diskSpacePayout"] / 100, rel=WITHIN)
    assert ours["egress_earned"] == pytest.approx(theirs["egressBandwidthPayout"] / 100, rel=WITHIN)
    rest = ours["repair_earned"] + ours["audit_earned"]
    assert rest == pytest.approx(theirs["egressRepairAuditPayout"] / 100, rel=WITHIN)
    assert ours["held_percent"] == theirs["heldRate"]
    assert ours["held"] == pytest.approx(theirs["held"] / 100, rel=WITHIN)
    assert ours["payout"] == pytest.approx(theirs["payout"] / 100, rel=WITHIN)


@pytest.fixture
def fake() -> Iterator[Fake]:
    story = Story(NOVEMBER_18, held_percent=None, joins=JOINS, is_unsteady=True)
    with ExitStack() as stack:
        node = Fake(story)
        stack.enter_context(serving(node))
        yield node


def test_what_is_held_is_75_50_25_and_0_per_cent(fake: Fake) -> None:
    assert [told(fake, of)["currentMonth"]["heldRate"] for of in (SALTLAKE, AP1, EU1, US1)] == [75, 50, 25, 0]


def test_a_month_in_progress(fake: Fake) -> None:
    asked(fake)
    ours = statement(NOVEMBER_18)
    for of in SATELLITES:
        agree(ours[of], told(fake, of)["currentMonth"])


def test_a_month_that_is_over_is_what_the_node_tells_of_the_one_before(fake: Fake) -> None:
    """It was asked last a few minutes before the month's end, and tells of the whole month in the next one."""
    asked(fake)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    fake.story = replace(fake.story, now=december - timedelta(minutes=12))
    asked(fake)
    fake.story = replace(fake.story, now=december + timedelta(days=2))
    asked(fake)
    ours = statement(december)
    for of in SATELLITES:
        agree(ours[of], told(fake, of)["previousMonth"])


def test_the_month_in_which_it_joined(fake: Fake) -> None:
    joined = datetime(2026, 11, 10, 6, tzinfo=UTC)
    fake.story = replace(fake.story, joins=JOINS | {AP1: joined})
    asked(fake)
    ours = statement(NOVEMBER_18)[AP1]
    assert (ours["joined"], ours["month_number"]) == ("2026-11-10", 1)
    agree(ours, told(fake, AP1)["currentMonth"])


def test_a_month_of_28_days(fake: Fake) -> None:
    fake.story = replace(fake.story, now=datetime(2026, 2, 28, 21, tzinfo=UTC), joins={})
    asked(fake)
    agree(statement(fake.story.now)[US1], told(fake, US1)["currentMonth"])


def test_the_history_has_no_difference_between_our_months_and_the_nodes(fake: Fake) -> None:
    december = datetime(2026, 12, 1, tzinfo=UTC)
    for now in (december - timedelta(minutes=12), december + timedelta(days=2)):
        fake.story = replace(fake.story, now=now)
        asked(fake)
    (node,) = compute(ComparisonRequest((NAME,), "earnings", 24, fake.story.now)).nodes
    assert node.history is not None
    (november,) = [row for row in node.history["months"] if row["month"] == "2026-11"]
    theirs = [told(fake, of)["previousMonth"] for of in SATELLITES]
    gross = sum(month["payout"] + month["held"] for month in theirs) / 100
    assert (november["source"], november["is_whole"]) == ("api", True)
    assert november["gross"] == pytest.approx(gross, rel=WITHIN)


def test_through_the_poller_at_this_moment(
    fake: Fake, settings: LazySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR = tmp_path  # for the lock
    monkeypatch.setattr("nodes.sno.poller.LOOK", 0.3)
    fake.story = replace(fake.story, now=datetime.now(UTC), joins={})
    Node.objects.create(name=NAME, api_url=fake.url)
    with polling():
        wait_until(lambda: SnoNode.objects.filter(answered__isnull=False).exists())
    ours = statement(None)
    for of in SATELLITES:
        agree(ours[of], told(fake, of)["currentMonth"])
