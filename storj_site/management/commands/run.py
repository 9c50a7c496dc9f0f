from typing import Any

from django.conf import settings

from storj_site.beside import start_collector
from storj_site.commands import SetUpCommand
from storj_site.first_run import make_account, set_up
from storj_site.greeting import greeting
from storj_site.serving import become_gunicorn, take_address


class Command(SetUpCommand):
    help = "Sets up what is missing, then serves the site with gunicorn until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        # First, so that a second run on the same address ends before it touches anything.
        address = take_address()
        set_up(self.say)
        self.tell_findings()
        for line in greeting(address.getsockname()[1], make_account()):
            self.say(line)
        if settings.COLLECT:
            start_collector()
        become_gunicorn(address)
