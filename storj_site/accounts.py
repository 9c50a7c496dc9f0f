"""The operator's account and the token beside it: made on the first run, never changed by a later one."""

import os
import secrets
import string
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User

from nodes.tokens import create_token, user_of
from storj_site.data_folder import CannotSetUp, read_secret, write_secret

FIRST_NAME = "admin"
# No characters that look alike: the password is read from a terminal and typed into a browser.
_LETTERS = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lI")))
PASSWORD_LENGTH = 16  # over 90 bits
TOKEN_LABEL = "Sample request of the first run"  # noqa: S105 - the label of a token


@dataclass(frozen=True)
class Password:
    """`text` is None where ADMIN_PASSWORD gave it: then there is nothing to print."""

    user: str
    text: str | None


def operator() -> User | None:
    """The account that signs in as the operator: `admin`, else the oldest active superuser."""
    active = User.objects.filter(is_superuser=True, is_active=True)
    return active.filter(username=FIRST_NAME).first() or active.order_by("pk").first()


def ensure_operator() -> Password | None:
    """Makes the account `admin` unless there is an account already, active or not."""
    if User.objects.filter(is_superuser=True).exists() or User.objects.filter(username=FIRST_NAME).exists():
        return None
    return _with_new_password(User(username=FIRST_NAME, is_staff=True, is_superuser=True))


def renew_password() -> Password:
    """A new password for the operator's account, which is made if there is none."""
    made = ensure_operator()
    if made is not None:
        return made
    user = operator()
    if user is None:
        raise CannotSetUp(
            "No administrator's account is active: `.venv/bin/python manage.py createsuperuser` makes one."
        )
    return _with_new_password(user)


def token_path() -> Path:
    return Path(settings.DATA_DIR) / "api-token"


def ensure_token() -> None:
    """Writes a token of the operator to the data folder unless a file is there, whatever it holds."""
    user = operator()
    if user is not None and not token_path().exists():
        write_secret(token_path(), create_token(user, TOKEN_LABEL))


def token_works() -> bool:
    secret = read_secret(token_path())
    return bool(secret) and user_of(secret) is not None


def _with_new_password(user: User) -> Password:
    given = os.environ.get("ADMIN_PASSWORD", "")
    password = given or "".join(secrets.choice(_LETTERS) for _ in range(PASSWORD_LENGTH))
    user.set_password(password)
    user.save()
    return Password(user.username, None if given else password)
