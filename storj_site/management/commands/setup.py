from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from storj_site.commands import SetUpCommand
from storj_site.first_run import make_account, prepare_secrets, set_up
from storj_site.greeting import greeting


class Command(SetUpCommand):
    help = "Sets up what is missing: data folder, secret key, databases, account, API token, static files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-secrets", action="store_true", help="only the data folder and the secret key")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["only_secrets"]:
            prepare_secrets(self.say)
            return
        set_up(self.say)
        self.tell_findings()
        for line in greeting(settings.PORT, make_account()):
            self.say(line)
