"""A short version of `python -m tests.stress`: the minute at full load is run by hand."""

import sys
from pathlib import Path

import pytest

from tests.stress.scenario import Load, run


@pytest.mark.sqlite_files
def test_beside_a_writer_and_the_counting_of_events_every_comparison_is_right_at_some_moment(tmp_path: Path) -> None:
    outcome = run(tmp_path, Load(seconds=5, rate=1_000, pause=0.05))
    sys.stdout.write("\n".join(outcome.lines))
    assert (outcome.troubles, outcome.strange, outcome.wrong) == ([], [], "")
    assert len(outcome.comparisons) > 20
    assert outcome.events > 0
