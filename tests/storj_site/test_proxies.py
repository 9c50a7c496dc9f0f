import pytest

from storj_site.proxies import is_trusted, without_claims


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("192.0.2.7", ["192.0.2.7"]),
        ("192.0.2.7", ["::1", "192.0.2.0/24"]),
        ("::ffff:192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["2001:db8::/32"]),
        ("198.51.100.1", ["*"]),
        ("", []),
    ],
)
def test_who_is_named_is_trusted_and_so_is_a_socket_in_a_folder(address: str, allowed: list[str]) -> None:
    assert is_trusted(address, allowed)


@pytest.mark.parametrize(("address", "allowed"), [("192.0.2.7", []), ("192.0.2.7", ["192.0.2.70", "::/0"])])
def test_nobody_else_is(address: str, allowed: list[str]) -> None:
    assert not is_trusted(address, allowed)


def test_every_header_that_a_proxy_sets_is_taken_out_and_no_other() -> None:
    claims = ("HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED")
    kept = {"HTTP_HOST": "localhost", "wsgi.url_scheme": "http"}
    assert without_claims(kept | dict.fromkeys(claims, "https")) == kept
