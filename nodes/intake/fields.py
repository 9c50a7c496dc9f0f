"""The JSON of a line, and single values of it in any of their spellings."""

import json
import re
from collections.abc import Mapping
from typing import Any

from nodes.soundness import MAX_SIZE

Fields = Mapping[str, Any]

# Characters of an error that are kept; stack traces are fields of their own and are not read.
LONGEST_ERROR = 1000
LONGEST_ID = 128
# A load of a table may be above one; what is far above is broken, and NaN is not below anything.
_MOST = 1000
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_PORT = re.compile(r":[0-9]{0,5}")
_HOST = re.compile(
    r"\[([0-9a-fA-F:.]{2,45})(?:%\w{1,15})?\](?::[0-9]{0,5})?|([0-9.]{7,15})(?::[0-9]{0,5})?|([0-9a-fA-F:.]{2,45})"
)


def read_json(text: str) -> dict[str, Any] | None:
    """The object that a text is; None for anything else, whatever it is."""
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def in_one_spelling(fields: Fields) -> Fields:
    """Keys as "pieceid": "Piece ID" to v1.145, `piece_id` since; some versions of 2019 wrote "SatelliteID"."""
    return {key.lower().replace(" ", "").replace("_", ""): value for key, value in fields.items()}


def storable(text: str) -> str:
    """A text that every database takes: no NUL, no lone surrogates."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def id_of(value: object) -> str | None:
    """A piece's or satellite's id; None for what cannot be one, bytes broken on the way included."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        return None
    return value if value.isprintable() and " " not in value and _REPLACEMENT not in value else None


def size_of(value: object) -> int | None:
    """Bytes of one transfer. Relays that read and write the JSON anew make 2e+06 of large numbers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE else None


def ip_of(address: object) -> str | None:
    """An address without its port, and without brackets or zone if it is IPv6."""
    found = _HOST.fullmatch(address) if isinstance(address, str) else None
    return (found[1] or found[2] or found[3]) if found else None


def error_of(value: object) -> str | None:
    return storable(value[:LONGEST_ERROR]) if isinstance(value, str) and value else None


def count_of(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def per_cent_of(fraction: object) -> float | None:
    """A fraction of one, in per cent."""
    if not isinstance(fraction, int | float) or isinstance(fraction, bool):
        return None
    return fraction * 100.0 if 0 <= fraction <= _MOST else None
