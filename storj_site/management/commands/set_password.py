from typing import Any

from storj_site import accounts
from storj_site.commands import SetUpCommand
from storj_site.first_run import prepare_secrets, prepare_site_database


class Command(SetUpCommand):
    help = "Gives the operator's account a new password, printed once, or the one in ADMIN_PASSWORD."

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_secrets(self.stderr.write)
        prepare_site_database(self.stderr.write)
        password = accounts.renew_password()
        shown = "the one in ADMIN_PASSWORD" if password.text is None else password.text
        self.say(f"The password of {password.user} is now {shown}.")
