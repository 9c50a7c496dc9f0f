"""What the README claims, held against the code."""

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from nodes.demo.stories import FOUR
from storj_site import env
from tests.storj_site.running import ROOT, environment

README = (ROOT / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", README, re.MULTILINE))
READ_ELSEWHERE = {"ADMIN_PASSWORD", "SECRET_KEY"}  # accounts.py; env.secret_key() has no name to find


def read_by_settings() -> set[str]:
    source = (ROOT / "storj_site" / "settings.py").read_text()
    return set(re.findall(r'(?:read|env|environ)\.\w+\(\s*"([A-Z_]+)"', source))


def test_the_table_of_settings_names_all_that_are_read_and_no_other() -> None:
    assert set(ROWS) == read_by_settings() | READ_ELSEWHERE


def test_the_defaults_in_the_table_are_those_of_the_code() -> None:
    told = {name: row.strip("`") for name, row in ROWS.items() if re.fullmatch(r"`(\d+|True|False)`", row)}
    names = " ".join(told)
    code = f"from storj_site import settings; print(*(getattr(settings, n) for n in '{names}'.split()))"
    printed = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert dict(zip(told, printed.split(), strict=True)) == told


def test_the_encoded_address_in_the_text_is_that_of_the_path_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = re.search(r"`(/srv/.+\.db)` is `(sqlite:.+)`", README)
    assert found
    monkeypatch.setenv("EVENTS_DATABASE_URL", found[2])
    assert env.database("EVENTS_DATABASE_URL", "")["NAME"] == found[1]


def test_the_command_that_prints_the_address_of_a_path_prints_one_that_leads_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = re.search(r"^python3 -c '(import sys, pathlib.+?)' '", README, re.MULTILINE)
    assert found
    path = "/srv/ä b/c#d?e+f%20g.db"
    printed = subprocess.run([sys.executable, "-c", found[1], path], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv("EVENTS_DATABASE_URL", printed.strip())
    assert env.database("EVENTS_DATABASE_URL", "")["NAME"] == path


def test_the_journal_recipes_count_and_measure_lines_as_they_are_logged(tmp_path: Path) -> None:
    log = tmp_path / "log"
    told = "nodes=2 type=overall range=24h"
    completed = [f"Node comparison completed: {told} ms={ms}.5 rows=9 failed=0" for ms in (30, 10, 20)]
    counting = [f"New events are {what}" for what in ("not counted for now: a sentence. (why)", "counted again")]
    lines = [*completed, f"Cache hit for comparison: {told}", *counting]
    log.write_text("".join(f"INFO comparison.engine: {line}\n" for line in lines))
    recipes = re.findall(r"^journalctl .+? -o cat \| (.+(?:\n  .+)?)$", README, re.MULTILINE)
    printed = [
        subprocess.run(["sh", "-c", f"cat {log} | {recipe}"], capture_output=True, text=True, check=False).stdout
        for recipe in recipes
    ]
    trouble = "".join(f"INFO comparison.engine: {line}\n" for line in counting)
    assert printed == ["3\n", "1\n", "3 20.5 30.5 30.5\n", "", trouble, ""]


def test_the_ids_of_the_system_checks_are_those_of_the_code() -> None:
    code = (ROOT / "storj_site" / "checks.py").read_text()
    warnings = sorted(set(re.findall(r"storj\.(W\d+)", code)))
    assert f"`storj.{warnings[0]}` to `{warnings[-1]}`" in README
    for id in set(re.findall(r'"(storj\.[EI]\d+)"', code)):
        assert f"`{id}`" in README


def test_every_command_of_the_project_is_named() -> None:
    commands = [path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py")]
    assert len(commands) >= 8
    assert [name for name in commands if not re.search(rf"(make|manage\.py) {name}\b(?!_)", README)] == []


def test_the_check_names_every_database() -> None:
    named = " ".join(f"--database {alias}" for alias in ("default", "events", "events_readonly"))
    assert f"manage.py check {named}\n" in README


def test_the_version_limit_of_nodes_in_the_api_table_is_the_default() -> None:
    assert f"2 to {settings.MAX_NODES} names" in README


def test_the_examples_of_the_commands_work_with_the_demonstration_data(
    databases: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("demo", "--events-per-node", "300", "--days", "2", stdout=StringIO())
    monkeypatch.chdir(tmp_path)
    block = README.partition("## The command\n")[2].split("```\n")[1]
    examples = [line.partition("manage.py ")[2] for line in block.splitlines()]
    assert len(examples) > 10
    for example in examples:
        words = subprocess.run(["sh", "-c", f"printf '%s\\n' {example}"], capture_output=True, text=True, check=True)
        out = StringIO()
        call_command(*words.stdout.splitlines(), stdout=out)
        assert out.getvalue() or (tmp_path / "nodes.csv").exists(), example


def test_the_example_of_the_api_names_nodes_of_the_demonstration_data() -> None:
    found = re.search(r"""-d '(\{"nodes".+?\})'""", README)
    assert found
    assert set(json.loads(found[1])["nodes"]) <= {story.name for story in FOUR}
