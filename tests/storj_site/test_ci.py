"""The script of the build machine, as far as it can be run without one."""

import re
import subprocess
from pathlib import Path

from tests.storj_site.running import ROOT

SCRIPT = (ROOT / ".ci" / "run").read_text()


def function(name: str) -> str:
    found = re.search(rf"^{name}\(\) {{.*?(?: }}|^}})$", SCRIPT, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


def test_a_sample_database_that_is_missing_is_a_failure_with_a_sentence(tmp_path: Path) -> None:
    script = "\n".join(
        ["set -euo pipefail", f"SAMPLE={tmp_path}/missing.db", function("fail"), function("sample"), "(sample)"]
    )
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert re.fullmatch(r"The sample database \S+ is missing: .+\.\n", ran.stderr)
