"""`manage.py compare`: the comparison in a terminal, or as JSON or CSV for scripts."""

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

from comparison.engine import compare
from comparison.export import csv_text
from comparison.metrics import TYPES
from comparison.output_file import write_file
from comparison.request import AUTO, DEFAULT_RANGE, DEFAULT_TYPE, ComparisonRequest, InvalidRequest, validated
from comparison.terminal import table_text
from nodes.commands import OperatorCommand
from nodes.known import recorded_names

SOME_NODE_FAILED = 2
# Those that JSON does not escape by itself, and terminals obey.
_CONTROLS = re.compile("[\x7f-\x9f]")


class Command(OperatorCommand):
    help = "Compares nodes side by side; all known nodes when none is named. Exit code 2 when some node failed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nodes", nargs="*", metavar="NODE", help="names; put -- before one that begins with -")
        parser.add_argument("--type", default=DEFAULT_TYPE, metavar="T", help=f"one of {', '.join(TYPES)}")
        parser.add_argument("--range", default=DEFAULT_RANGE, metavar="R", help="24h, 7d, 30d or others up to 365d")
        parser.add_argument("--as-of", metavar="TIME", help="end of the window, with a time zone; default now")
        parser.add_argument(
            "--basis", default=AUTO, metavar="B", help="sample: read the newest events alone, without the roll-ups"
        )
        parser.add_argument("--format", default="table", choices=("table", "json", "csv"))
        parser.add_argument(
            "--details", action="store_true", help="below the table: actions, satellites, errors, coverage"
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if self.is_a_process and options["verbosity"] < 2:
            logging.getLogger("comparison").setLevel(logging.WARNING)  # the result itself says all of it
        result = compare(_request(options))
        text = self._text(result, options)
        if options["output"]:
            _write(options["output"], text)
        else:
            if options["format"] == "csv" and self.is_a_process and isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")  # which is what its first character says
            self.stdout.write(text, ending="")
        if any(node["error"] for node in result["nodes"]):
            raise SystemExit(SOME_NODE_FAILED)

    @property
    def _prints_utf8(self) -> bool:
        encoding = getattr(self.stdout, "encoding", None)  # None: text in memory, without an encoding
        return encoding is None or codecs.lookup(encoding).name == "utf-8"

    def _text(self, result: Mapping[str, Any], options: Mapping[str, Any]) -> str:
        if options["format"] == "json":
            text = json.dumps(result, ensure_ascii=not (options["output"] or self._prints_utf8), indent=2)
            return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"
        if options["format"] == "csv":
            return csv_text(result)
        terminal = not options["output"] and self.stdout.isatty() and not options["no_color"]
        width = shutil.get_terminal_size((100, 24)).columns
        return table_text(result, width, colour=terminal, details=options["details"])


def _request(options: Mapping[str, Any]) -> ComparisonRequest:
    known = recorded_names()  # without the site's own database, which a command may not have
    if not known:
        raise CommandError("The events database has no nodes yet: point EVENTS_DATABASE_URL at one that has.")
    try:
        return validated(
            known,
            nodes=options["nodes"] or known,
            type=options["type"],
            range=options["range"],
            as_of=options["as_of"],
            basis=options["basis"],
        )
    except InvalidRequest as error:
        raise CommandError(str(error)) from None


def _write(path: Path, text: str) -> None:
    try:
        write_file(path, text)
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror}.") from None
