"""What every command of the project does, whichever it is."""

from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from nodes.commands import OperatorCommand
from tests.processes import manage

OUR_APPS = ("nodes", "comparison", "storj_site")


def ours() -> list[str]:
    return [name for name, app in sorted(get_commands().items()) if app in OUR_APPS]


@pytest.mark.parametrize("name", ours())
def test_every_command_says_its_errors_in_one_sentence(name: str) -> None:
    assert isinstance(load_command_class(get_commands()[name], name), OperatorCommand)


@pytest.mark.parametrize("name", ["demo", "benchmark"])
def test_an_argument_that_does_not_exist_is_one_sentence(tmp_path: Path, name: str) -> None:
    done = manage(tmp_path, name, "--bogus")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Unrecognized arguments: --bogus; see `manage.py {name} --help`.\n"
