"""Enters where a node's API and log are."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from nodes.commands import OperatorCommand
from nodes.display import quoted
from nodes.known import ensure_nodes, is_usable_name
from nodes.models import Node
from nodes.sno.asking import probe
from nodes.sno.client import ApiTrouble
from nodes.sources import looked_at, why_no_log, why_not_address, why_not_id, why_not_log


class Command(OperatorCommand):
    help = (
        "Enters the address of a node's API, after a look at whether it answers, and where its log is. "
        "The site, or `manage.py collect`, then asks it every few minutes. A node that exists gets the new address."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="the node's name, as in the events if it has any there")
        parser.add_argument("url", metavar="URL", help="of its API, such as http://192.168.1.20:14002")
        parser.add_argument("--log", metavar="PATH", help="a file, a pattern in quotes, or docker:NAME of a container")
        parser.add_argument("--force", action="store_true", help="enter it even if it does not answer")

    def handle(self, *args: Any, name: str, url: str, log: str | None, force: bool, **options: Any) -> None:
        if not is_usable_name(name):
            raise CommandError(f"A node's name must have one to {Node.MAX_NAME} characters, and not only spaces.")
        _refuse_invalid(Node(name=name, api_url=url, log_path=log or ""))
        for trouble in self._troubles(name, url, log):
            if not force:
                raise CommandError(f"{trouble} Nothing was entered; --force does it all the same.")
            self.stdout.write(trouble)
        _enter(name, url, log)
        self.stdout.write(f"Entered for {quoted([name])}: it is asked while the site or `manage.py collect` runs.")
        if log:
            self.stdout.write("Its log is read while `manage.py collect` or `make run COLLECT=1` runs.")

    def _troubles(self, name: str, url: str, log: str | None) -> Iterator[str]:
        """What speaks against it; what speaks for it is printed."""
        yield from filter(None, (why_not_address(name, url), self._probed(name, url)))
        if log:
            yield from filter(None, (why_not_log(name, log),))
            self.stdout.write(looked_at(log)[1])

    def _probed(self, name: str, url: str) -> str:
        try:
            found = probe(url)
        except ApiTrouble as trouble:
            return str(trouble)
        self.stdout.write(found.sentence)
        return why_not_id(name, found.node_id)


def _refuse_invalid(node: Node) -> None:
    try:
        node.full_clean(validate_unique=False)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    if node.log_path and (wrong := why_no_log(node.log_path)):
        raise CommandError(wrong)


def _enter(name: str, url: str, log: str | None) -> None:
    (node,) = ensure_nodes([name])
    node.api_url = url
    node.log_path = node.log_path if log is None else log
    node.save(update_fields=["api_url", "log_path"])
