"""What a run sets up. Every step is skipped when it is done, and none changes what is there."""

from collections.abc import Callable

from django.conf import settings
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connections

from nodes.router import SITE
from storj_site import accounts
from storj_site.accounts import Password
from storj_site.data_folder import CannotSetUp, ensure_secret_key, is_open_to_others, make_data_folder
from storj_site.events_set_up import prepare_events, unapplied_migrations
from storj_site.middleware import SITE_TROUBLE
from storj_site.static_files import collect_static

Say = Callable[[str], None]


def set_up(say: Say) -> None:
    """Everything that the site needs before it can serve, except an account."""
    prepare_secrets(say)
    prepare_site_database(say)
    prepare_events(say)
    if collect_static():
        say("Static files: collected.")


def make_account() -> Password | None:
    """The operator's account with its token; the password if it was made now. Last, so that it surely gets printed."""
    password = accounts.ensure_operator()
    accounts.ensure_token()
    return password


def prepare_secrets(say: Say) -> None:
    make_data_folder()
    if is_open_to_others():
        say(f"Warning: other users of this machine can read {settings.DATA_DIR}: `chmod 700` on it mends that.")
    ensure_secret_key()


def prepare_site_database(say: Say) -> None:
    try:
        if unapplied_migrations(connections[SITE]):
            call_command("migrate", database=SITE, interactive=False, verbosity=0)
            say("The site's own database: ready.")
    except DatabaseError as error:
        raise CannotSetUp(f"{SITE_TROUBLE} ({error})") from error
