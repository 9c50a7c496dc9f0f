"""What people call the satellites."""

import re

US1 = "12EayRS2V1kEsWESU9QMRseFhdxYxKicsiFmxrsLZHeLUtdps3S"
EU1 = "12L9ZFwhzVpuEKMUNUqkaTLGzwY9G24tbiigLiXpmZWKwmcNDDs"
AP1 = "121RTSDpyNZVcEU84Ticf2L1ntiuUimbWgfATz21tuvgk3vzoA6"
SALTLAKE = "1wFTAgs9DP5RSnCqKV1eLf6N9wtk4EAtmN5DpSxcs8EjT69tGE"

_SHORT_NAMES = {US1: "us1", EU1: "eu1", AP1: "ap1", SALTLAKE: "saltlake"}

_ADDRESS = re.compile(r"\.storj\.io(:[0-9]+)?$")
# Base 58 of 37 bytes.
_ID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{48,52}")

# An id has 50 characters or so; a longer text is none, and PostgreSQL could not index it.
LONGEST = 500


def satellite_of(value: object) -> str:
    """The id that an event has, or nothing: it is then counted as of no satellite."""
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        return ""
    return value


def short_name(satellite: str) -> str:
    """Empty for one that nobody has named."""
    return _SHORT_NAMES.get(satellite, "")


def named_satellites() -> list[str]:
    return list(_SHORT_NAMES.values())


def satellite_named(text: str) -> str | None:
    """The id of a satellite that somebody wrote as its id, name (us1) or address (us1.storj.io:7777)."""
    name = _ADDRESS.sub("", text.lower())
    return next((id for id, short in _SHORT_NAMES.items() if short == name), text if _ID.fullmatch(text) else None)
