"""How much real servers give way to other programs."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.processes import site_in
from tests.storj_site.running import ROOT, environment, running, wait_until


def niceness(pid: int) -> list[int]:
    """Of each thread of a process."""
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            found.append(int(path.read_text().rpartition(")")[2].split()[16]))
    return found


@pytest.mark.sqlite_files
def test_all_threads_that_answer_and_compute_give_way(tmp_path: Path) -> None:
    with running(tmp_path / "site", NICENESS=17) as site:
        wait_until(lambda: len(niceness(site.workers[0])) > 3)
        assert set(niceness(site.workers[0])) == {17}
        assert site.get("/healthz").status == 200


@pytest.mark.sqlite_files
@pytest.mark.parametrize(("nicer", "asked"), [(0, 9), (6, 5), (3, 0)])
def test_who_is_nicer_already_stays_so(tmp_path: Path, nicer: int, asked: int) -> None:
    code = "import os, django; django.setup(); from storj_site import priority; priority.give_way(); print(os.nice(0))"
    said = subprocess.run(
        ["nice", "-n", str(nicer), sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(DJANGO_SETTINGS_MODULE="storj_site.settings", NICENESS=asked, **site_in(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert int(said) == max(os.nice(0) + nicer, asked)
