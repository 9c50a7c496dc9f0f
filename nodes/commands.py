"""What all commands of this project share: one sentence on standard error, and exit code 1, for every error."""

import codecs
import io
import os
import sys
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser

from nodes.display import ascii_likeness
from nodes.errors import EventsUnavailable

LIKENESS = "likeness"  # an error handler of Python's codecs: as "replace", but a dash becomes "-" and not "?"


class OperatorCommand(BaseCommand):
    """Errors are for operators and scripts: a sentence, not argparse's usage or a traceback."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def error(message: str) -> NoReturn:
            sentence = f"{message[:1].upper()}{message[1:].rstrip('.')}; see `{parser.prog} --help`."
            self._fail(CommandError(sentence))

        parser.error = error  # type: ignore[method-assign]
        return parser

    @property
    def is_a_process(self) -> bool:
        """Whether manage.py runs just this command, and not other code that called it."""
        return bool(getattr(self, "_called_from_command_line", False))

    def run_from_argv(self, argv: list[str]) -> None:
        print_whatever_the_encoding()
        super().run_from_argv(argv)

    def execute(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except EventsUnavailable as error:
            self._fail(CommandError(str(error)))
        except CommandError as error:
            self._fail(error)
        except BrokenPipeError:  # the reader, `head` for example, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None

    def _fail(self, error: CommandError) -> NoReturn:
        if not self.is_a_process:
            raise error
        self.stderr.write(str(error))
        raise SystemExit(error.returncode)


def print_whatever_the_encoding() -> None:
    """Lets this process print names and signs that its terminal's encoding lacks."""
    codecs.register_error(LIKENESS, _likeness)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=LIKENESS)


def _likeness(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return ascii_likeness(error.object[error.start : error.end]), error.end
