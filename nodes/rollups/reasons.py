"""What an attempt failed of, without what tells one attempt from the next: "write tcp …: write: broken pipe"."""

import re
from functools import lru_cache

from nodes.sql.groups import LONGEST_REASON

NONE_RECORDED = ""
LONGEST = 120
# So many texts are ever kept: one that nobody has thought of must not fill the disk.
MOST_REASONS = 500
OTHER_REASONS = "other reasons"  # for people, in place of codes.OTHER

_GAP = "…"
# Lone surrogates too, which no database takes. Line breaks and tabs are white space.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
_WORD = r"[^\W_]"
_IPV6 = r"(?=[0-9a-fA-F:.]*\d)(?<![\w:.])(?:[0-9a-fA-F]{0,4}:){2,7}(?:[0-9a-fA-F.]+|(?<=::))(?:%\w+)?"
_BRACKETED = r"\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%\w+)?\]"
_UUID = r"(?=[-a-fA-F]*\d)[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# Piece ids are base32, of satellites base58: no word of a language is as long, or has a digit in it.
_LONG = rf"{_WORD}{{30,}}|(?={_WORD}{{20}})[^\W\d_]*\d{_WORD}*"
# Below an id, folders and files have names that are parts of ids.
_ID = rf"(?:{_UUID}|{_LONG})(?:[/\\][^\s:\"',;)\]]*)?"
_UNIT = r"(?: ?(?:[KMGTP]i?)?B\b)"
_UNIQUE = re.compile(rf"(?:{_BRACKETED}|{_IPV6}|{_ID}|(?P<letters>[^\W\d_]*)(?P<rest>\d{_WORD}*)){_UNIT}?")
_GAPS = re.compile(rf"{_GAP}(?:(?:->|[-+.,:/_])*{_GAP})+")
# "http2" and "us1" stay words; what is longer, or goes on after its digits, is part of an id.
_LONGEST_NAME = 7


def reason_of(value: object) -> str:
    """The text under which a failed attempt with this `error_reason` is counted; NONE_RECORDED if it says nothing."""
    return _reason(value[:LONGEST_REASON]) if isinstance(value, str) else NONE_RECORDED


@lru_cache(maxsize=10_000)
def _reason(raw: str) -> str:
    """Without a digit in it and with gaps for what had some, so that going over it again changes nothing."""
    words = _CONTROLS.sub("", raw).split()
    if len(raw) == LONGEST_REASON and len(words) > 1:
        words.pop()  # cut off somewhere: half an id looks like anything
    alike = _GAPS.sub(_GAP, _UNIQUE.sub(_without_numbers, " ".join(words)))
    return alike[:LONGEST].rstrip()


def _without_numbers(found: re.Match[str]) -> str:
    letters, rest = found["letters"], found["rest"]
    is_name = letters and rest.isdecimal() and len(letters + rest) <= _LONGEST_NAME
    return f"{letters}{_GAP}" if is_name else _GAP
