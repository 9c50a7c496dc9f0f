"""What the commands share that print a comparison: one way out to the terminal, a script or a file."""

import codecs
import io
import json
import logging
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from comparison.change.engine import with_beside
from comparison.change.request import Beside
from comparison.engine import compare
from comparison.output_file import write_file
from comparison.progress import ProgressLine
from comparison.request import ComparisonRequest, InvalidRequest
from nodes.commands import OperatorCommand
from nodes.known import NO_NODES, known_names

SOME_NODE_FAILED = 2
# Those that JSON does not escape by itself, and terminals obey.
_CONTROLS = re.compile("[\x7f-\x9f]")


class ComparingCommand(OperatorCommand):
    """Subclasses say what is asked for, and write its result as table, JSON and CSV."""

    requires_system_checks = ()
    formats: tuple[str, ...] = ("table", "json", "csv")

    def request(self, known: list[str], options: Mapping[str, Any]) -> ComparisonRequest:
        """Raises InvalidRequest."""
        raise NotImplementedError

    def as_table(self, result: Mapping[str, Any], width: int, colour: bool, options: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def as_csv(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def as_markdown(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        raise NotImplementedError

    def as_json(self, result: Mapping[str, Any]) -> Mapping[str, Any]:
        return result

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nodes", nargs="*", metavar="NODE", help="names; put -- before one that begins with -")
        parser.add_argument(
            "--as-of", metavar="TIME", help="end of the window, such as 2026-11-20T12:00, in UTC; default now"
        )
        parser.add_argument("--format", default="table", choices=self.formats)
        parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if self.is_a_process and options["verbosity"] < 2:
            logging.getLogger("comparison").setLevel(logging.WARNING)  # the result itself says all of it
        result = self._result(options)
        text = self._text(result, options)
        if options["output"]:
            _write(options["output"], text)
        else:
            if options["format"] == "csv" and self.is_a_process and isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")  # which is what its first character says
            self.stdout.write(text, ending="")
        if any(node["error"] for node in result["nodes"]):
            raise SystemExit(SOME_NODE_FAILED)

    def beside(self, request: ComparisonRequest, options: Mapping[str, Any]) -> Beside:
        """What is asked for beside the comparison. Raises InvalidRequest."""
        return Beside()

    def _result(self, options: Mapping[str, Any]) -> dict[str, Any]:
        request, asked = self._valid_request(options)
        with ProgressLine(len(request.names), sys.stderr) as progress:
            return with_beside(compare(request, progress), request, asked)

    def _valid_request(self, options: Mapping[str, Any]) -> tuple[ComparisonRequest, Beside]:
        known = known_names()
        if not known:
            raise CommandError(NO_NODES)
        try:
            request = self.request(known, options)
            return request, self.beside(request, options)
        except InvalidRequest as error:
            raise CommandError(str(error)) from None

    @property
    def _prints_utf8(self) -> bool:
        encoding = getattr(self.stdout, "encoding", None)  # None: text in memory, without an encoding
        return encoding is None or codecs.lookup(encoding).name == "utf-8"

    def _text(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        if options["format"] == "json":
            plain = not (options["output"] or self._prints_utf8)
            text = json.dumps(self.as_json(result), ensure_ascii=plain, indent=2)
            return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
        if options["format"] == "csv":
            return self.as_csv(result, options)
        if options["format"] == "markdown":
            return self.as_markdown(result, options)
        terminal = not options["output"] and self.stdout.isatty() and not options["no_color"]
        return self.as_table(result, shutil.get_terminal_size((100, 24)).columns, terminal, options)


def _write(path: Path, text: str) -> None:
    try:
        write_file(path, text)
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror}.") from None
