"""What a satellite is called where there is little room."""

from nodes.known import printable
from nodes.satellites import short_name

SHORT_ID = 12  # characters that tell the satellites apart


def satellite_name(satellite: str, url: str = "") -> str:
    """The name that people use, else the host of its address, else the first characters of its id; empty for none."""
    return short_name(satellite) or printable(url.partition(":")[0]) or printable(satellite, SHORT_ID)
