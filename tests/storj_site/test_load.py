import re

import pytest

from comparison.benchmarking.databases import prepared
from comparison.benchmarking.scenarios import Parameters
from storj_site.load import report

pytestmark = pytest.mark.sqlite_files


def test_a_real_server_under_load_answers_everything_and_computes_equal_requests_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    figures = report(prepared(tmp_path_factory.mktemp("load"), Parameters(3, 300, 2)), seconds=1)
    found = {figure.label: figure.value for figure in figures}
    assert found["10 different cold comparisons at once: answers"] == "10, 0 nodes failed"
    assert found["50 equal cold comparisons at once: computed"] == "1"
    assert found["50 equal cold comparisons at once: different answers"] == "1"
    assert re.fullmatch(r"[0-9.]+ ms", found["/healthz meanwhile: 95th percentile"])
    assert re.fullmatch(r"[0-9]+ ms", found["comparison page, cold: first answer of a server"])
    assert {figure.goal for figure in figures if figure.label.startswith("comparison page")} == {"< 100 ms"}
