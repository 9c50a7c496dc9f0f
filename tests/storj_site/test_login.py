import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("databases")

BACK_TO_ITSELF = ["/login/", "/login/?next=/login/", "/login/?x#y", "http://testserver/login/"]


@pytest.mark.parametrize("following", BACK_TO_ITSELF)
def test_who_is_signed_in_is_not_sent_back_to_the_login(admin_client: Client, following: str) -> None:
    response = admin_client.get(reverse("login"), {"next": following})
    assert (response.status_code, response["Location"]) == (302, reverse("compare"))


def test_nor_is_who_signs_in(client: Client) -> None:
    User.objects.create_user("operator", password="right")
    form = {"username": "operator", "password": "right", "next": reverse("login")}
    assert client.post(reverse("login"), form)["Location"] == reverse("compare")


def test_any_other_address_follows_the_login(admin_client: Client) -> None:
    assert admin_client.get(reverse("login"), {"next": "/status/"})["Location"] == "/status/"
