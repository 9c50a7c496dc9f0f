import pytest
from django.contrib.auth.models import User
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client

pytestmark = pytest.mark.usefixtures("databases")


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/login/", "/admin/", "/admin/login/", "/api/nodes/", "/nowhere", "/status/"]
)
def test_every_answer_allows_no_inline_script_or_style_and_no_other_host(path: str) -> None:
    rules = Client().get(path).headers["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in rules
    assert "script-src 'self'" in rules
    assert "style-src 'self'" in rules
    assert not any("unsafe" in rule for rule in rules)


def test_the_page_of_who_is_signed_in_says_so_too() -> None:
    client = Client()
    client.force_login(User.objects.create_user("viewer"))
    headers = client.get("/").headers
    assert "'self'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_static_file_says_so_too() -> None:
    assert "Content-Security-Policy" in Client().get(staticfiles_storage.url("site.css")).headers
