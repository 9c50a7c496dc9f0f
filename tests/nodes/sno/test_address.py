import pytest
from django.core.exceptions import ValidationError

from nodes.models import Node
from nodes.sno.address import Address, BadAddress, parsed, validate_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("http://192.168.1.20:14002", Address("http", "192.168.1.20", 14002)),
        ("http://192.168.1.20:14002/", Address("http", "192.168.1.20", 14002)),
        ("https://nodes.example.org", Address("https", "nodes.example.org", 443)),
        ("http://raspberry_pi", Address("http", "raspberry_pi", 80)),
        ("http://nodes.example.org/attic/", Address("http", "nodes.example.org", 80, "/attic")),
        ("http://[2a01:4f8::1]:14002", Address("http", "2a01:4f8::1", 14002)),
        ("http://pi:14002/api/sno/", Address("http", "pi", 14002)),
        ("http://pi:14002/attic/api/sno/satellites", Address("http", "pi", 14002, "/attic")),
    ],
)
def test_an_address_is_read(text: str, address: Address) -> None:
    assert parsed(text) == address
    assert parsed(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "192.168.1.20:14002",
        "ftp://pi:14002",
        "file:///etc/passwd",
        "gopher://pi",
        "http://",
        "http://:14002",
        "http://pi:0",
        "http://pi:70000",
        "http://pi:port",
        "http://user:secret@pi:14002",
        "http://@pi:14002",
        "http://pi:14002?x=1",
        "http://pi:14002/#x",
        "http://pi:14002#",
        "http://pi :14002",
        "http://pi:14002/a b",
        "http://pi\r\nHost: x:14002",
        "http://pi:14002/\x00",
        "http://pi/../../x/%2e%2e",
        "http://pi..lan:14002",
        f"http://{'a' * 64}.lan",
        "http://bücher.example",
        "http://[::1",
        "http://[fe80::1%eth0]:14002",
        "http://[pi]:14002",
    ],
)
def test_what_is_no_address_of_an_api_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadAddress, match=r"^[A-Z].*\.$"):
        parsed(text)
    with pytest.raises(ValidationError):
        validate_address(text)


def test_a_node_is_not_valid_with_a_bad_address() -> None:
    with pytest.raises(ValidationError, match="begin it with http://"):
        Node(name="a", api_url="javascript:alert(1)").full_clean(validate_unique=False)
