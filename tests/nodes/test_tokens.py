import pytest
from django.contrib.auth.models import User

from nodes.models import ApiToken
from nodes.tokens import PREFIX, create_token, revoke, user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("operator")


def test_a_token_acts_as_its_user(user: User) -> None:
    assert user_of(create_token(user, "backup script")) == user


def test_a_secret_has_256_random_bits_and_a_prefix_to_recognise(user: User) -> None:
    secret, other = create_token(user, "one"), create_token(user, "two")
    assert secret != other
    assert secret.startswith(PREFIX)
    assert len(secret) == len(PREFIX) + 43


def test_the_secret_is_not_stored(user: User) -> None:
    secret = create_token(user, "backup script")
    row = ApiToken.objects.values().get()
    assert not any(secret.removeprefix(PREFIX) in str(value) for value in row.values())


def test_a_revoked_token_acts_as_nobody(user: User) -> None:
    secret = create_token(user, "backup script")
    assert revoke(ApiToken.objects.all()) == 1
    assert user_of(secret) is None


def test_revoking_again_keeps_the_time_of_the_first_revocation(user: User) -> None:
    create_token(user, "backup script")
    revoke(ApiToken.objects.all())
    first = ApiToken.objects.get().revoked_at
    assert revoke(ApiToken.objects.all()) == 0
    assert ApiToken.objects.get().revoked_at == first


def test_revoking_one_token_leaves_the_others(user: User) -> None:
    create_token(user, "lost laptop")
    kept = create_token(user, "backup script")
    revoke(ApiToken.objects.filter(label="lost laptop"))
    assert user_of(kept) == user


def test_a_token_of_an_inactive_user_acts_as_nobody(user: User) -> None:
    secret = create_token(user, "backup script")
    User.objects.update(is_active=False)
    assert user_of(secret) is None


@pytest.mark.parametrize("secret", ["", "storj_", "x", "\udcff", "\0", "ü" * 10_000, "' OR 1=1 --"])
def test_anything_else_acts_as_nobody(user: User, secret: str) -> None:
    create_token(user, "backup script")
    assert user_of(secret) is None
