"""States of the page that are hard to come by: for its tests, and for whoever wants to look at them."""

import time

from comparison import cache
from comparison.request import ComparisonRequest
from tests.browser.conftest import NAMES
from tests.comparison.details_samples import lifelike, with_details
from tests.comparison.samples import node, result

TROUBLE = "Reading took longer than the 10 seconds that CONNECTION_TIMEOUT allows."


def fail(*failing: str) -> None:
    """A comparison of performance over a day, in the cache, of which these nodes could not be read."""
    nodes = [
        node(name, {"success_rate_download": 99.5 - place, "latency_download_p50_ms": 20 + place})
        if name not in failing
        else node(name, error=TROUBLE)
        for place, name in enumerate(NAMES)
    ]
    details = {name: lifelike(place) for place, name in enumerate(NAMES) if name not in failing}
    made = with_details(result(*nodes), details)
    cache.put(cache.key_of(ComparisonRequest(NAMES, "performance", 24, None)), made, time.time())
