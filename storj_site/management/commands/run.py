from typing import Any

from nodes.commands import OperatorCommand
from storj_site.first_run import set_up
from storj_site.greeting import greeting
from storj_site.serving import become_gunicorn, take_address


class Command(OperatorCommand):
    help = "Sets up what is missing, then serves the site with gunicorn until it is stopped."
    requires_system_checks = []  # as for `setup`

    def handle(self, *args: Any, **options: Any) -> None:
        # First, so that a second run on the same address ends before it touches anything.
        address = take_address()
        password = set_up(self.stdout.write)
        self.check()
        for line in greeting(address.getsockname()[1], password):
            self.stdout.write(line)
        become_gunicorn(address)
