"""`manage.py compare`: the comparison in a terminal, or as JSON or CSV for scripts."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from comparison.engine import compare
from comparison.metrics import TYPES
from comparison.request import DEFAULT_RANGE, DEFAULT_TYPE, InvalidRequest, validated
from nodes.commands import OperatorCommand
from nodes.known import known_names

SOME_NODE_FAILED = 2


class Command(OperatorCommand):
    help = "Compares nodes side by side; all known nodes when none is named. Exit code 2 when some node failed."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("nodes", nargs="*", metavar="NODE", help="names; put -- before one that begins with -")
        parser.add_argument("--type", default=DEFAULT_TYPE, metavar="T", help=f"one of {', '.join(TYPES)}")
        parser.add_argument("--range", default=DEFAULT_RANGE, metavar="R", help="24h, 7d, 30d or others up to 365d")
        parser.add_argument("--as-of", metavar="TIME", help="end of the window, with a time zone; default now")
        parser.add_argument("--format", default="table", choices=("table", "json", "csv"))
        parser.add_argument("--output", type=Path, metavar="FILE", help="write there instead of to standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        result = compare(self._request(options))
        text = self._text(result, options["format"], options["output"])
        if options["output"]:
            _write_whole(options["output"], text)
        else:
            self.stdout.write(text, ending="")
        if any(node["error"] for node in result["nodes"]):
            raise SystemExit(SOME_NODE_FAILED)
