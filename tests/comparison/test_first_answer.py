"""A comparison that was computed before a node's API answered for the first time is computed anew."""

import time
from datetime import UTC, datetime

from comparison import cache
from comparison.engine import compare
from comparison.request import ComparisonRequest
from nodes.sno.answer import Documents, understood
from nodes.sno.store import store, store_silence
from tests.nodes.sno import stories


def test_only_the_first_answer_makes_older_comparisons_out_of_date(databases: None) -> None:
    now = datetime.now(UTC)
    request = ComparisonRequest(("first answer", "no answer"), "efficiency", 24)
    for name in request.names:
        store_silence(name, now, "Nothing listens.")
    answer = understood(Documents(dashboard=stories.dashboard(stories.Story(now))))
    for is_kept in (False, True):
        cache.put(cache.key_of(request), compare(request), time.time())
        store("first answer", answer, now)
        assert (cache.get(cache.key_of(request)) is not None) == is_kept
