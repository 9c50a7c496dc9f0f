import logging
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from nodes.models import ApiToken
from nodes.tokens import PREFIX, create_token, user_of

pytestmark = pytest.mark.django_db
LIST = reverse("admin:nodes_apitoken_changelist")
ADD = reverse("admin:nodes_apitoken_add")


@pytest.fixture
def helper(client: Client) -> User:
    """Staff that may make, see, revoke and delete tokens, signed in as `client`; no superuser."""
    user = User.objects.create_user("helper", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__model="apitoken"))
    client.force_login(user)
    return user


def secret_in(page: str) -> str | None:
    found = re.search(rf"{PREFIX}[\w-]+", page)
    return found[0] if found else None


def test_adding_a_token_shows_its_secret(admin_client: Client, admin_user: User) -> None:
    page = admin_client.post(ADD, {"user": admin_user.pk, "label": "backup", "scope": "read"})
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    secret = secret_in(page.content.decode())
    assert secret is not None
    assert user_of(secret) == admin_user


def test_the_secret_is_in_no_cookie_session_log_or_later_page(
    admin_client: Client, admin_user: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = admin_client.post(ADD, {"user": admin_user.pk, "label": "backup", "scope": "read", "_continue": "1"})
    secret = secret_in(page.content.decode())
    assert secret is not None
    token = ApiToken.objects.get()
    kept = [
        *(cookie.value for cookie in admin_client.cookies.values()),
        *(str(session.get_decoded()) for session in Session.objects.all()),
        *(f"{entry.object_repr} {entry.change_message}" for entry in LogEntry.objects.all()),
        *(admin_client.get(address).content.decode() for address in (LIST, f"{LIST}{token.pk}/change/")),
        caplog.text,
    ]
    assert not any(secret in text for text in kept)


def test_a_superuser_makes_tokens_for_others(admin_client: Client) -> None:
    other = User.objects.create_user("other")
    secret = secret_in(admin_client.post(ADD, {"user": other.pk, "label": "x", "scope": "read"}).content.decode())
    assert secret is not None
    assert user_of(secret) == other


def test_who_is_no_superuser_makes_tokens_for_himself_only(client: Client, helper: User, admin_user: User) -> None:
    assert 'name="user"' not in client.get(ADD).content.decode()
    secret = secret_in(client.post(ADD, {"user": admin_user.pk, "label": "x", "scope": "read"}).content.decode())
    assert secret is not None
    assert user_of(secret) == helper


def test_who_is_no_superuser_sees_and_revokes_his_own_only(client: Client, helper: User, admin_user: User) -> None:
    create_token(admin_user, "of the boss")
    create_token(helper, "of the helper")
    page = client.get(LIST).content.decode()
    assert "of the helper" in page
    assert "of the boss" not in page
    everything = [str(pk) for pk in ApiToken.objects.values_list("pk", flat=True)]
    client.post(LIST, {"action": "revoke_selected", "_selected_action": everything})
    assert list(ApiToken.objects.exclude(revoked_at=None).values_list("label", flat=True)) == ["of the helper"]


def test_revoking_ends_a_token_and_tells_how_many(admin_client: Client, admin_user: User) -> None:
    secret = create_token(admin_user, "lost")
    token = ApiToken.objects.get()
    page = admin_client.post(LIST, {"action": "revoke_selected", "_selected_action": [token.pk]}, follow=True)
    assert user_of(secret) is None
    assert "1 API token revoked." in page.content.decode()


def test_a_token_cannot_be_changed(admin_client: Client, admin_user: User) -> None:
    other = User.objects.create_user("other")
    create_token(admin_user, "mine")
    token = ApiToken.objects.get()
    address = reverse("admin:nodes_apitoken_change", args=[token.pk])
    assert admin_client.get(address).status_code == 200
    assert admin_client.post(address, {"user": other.pk, "label": "theirs"}).status_code == 403
    token.refresh_from_db()
    assert (token.user, token.label) == (admin_user, "mine")


def test_a_label_is_required(admin_client: Client, admin_user: User) -> None:
    page = admin_client.post(ADD, {"user": admin_user.pk, "label": " ", "scope": "read"})
    assert "This field is required." in page.content.decode()
    assert not ApiToken.objects.exists()


def test_without_the_permission_to_change_nothing_can_be_revoked(client: Client, helper: User) -> None:
    helper.user_permissions.remove(Permission.objects.get(codename="change_apitoken"))
    create_token(helper, "kept")
    client.post(LIST, {"action": "revoke_selected", "_selected_action": [ApiToken.objects.get().pk]})
    assert ApiToken.objects.get().revoked_at is None
