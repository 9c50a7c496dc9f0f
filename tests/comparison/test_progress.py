import io

from comparison.engine import compare
from comparison.progress import ERASE, ProgressLine
from tests.comparison.conftest import NAMES, request_for
from tests.comparison.samples import node


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_terminal_is_told_of_each_node_and_the_line_is_gone_at_the_end(three_nodes: list[str]) -> None:
    out = Terminal()
    with ProgressLine(3, out) as progress:
        compare(request_for(), progress)
    lines = [f"Processing node {number}/3: {name}" for number, name in enumerate(NAMES, 1)]
    assert out.getvalue().split(ERASE) == ["", *lines, ""]


def test_without_a_terminal_nothing_is_written() -> None:
    out = io.StringIO()
    with ProgressLine(1, out) as progress:
        progress(node("attic"))
    assert not out.getvalue()


def test_a_terminal_that_has_gone_stops_nothing() -> None:
    with ProgressLine(1, Gone()) as progress:
        progress(node("attic"))
