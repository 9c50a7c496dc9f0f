"""The table of numbers behind a picture."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureTable:
    """`head` begins with the heading of the rows' names."""

    title: str
    head: list[str]
    rows: list[tuple[str, list[str]]]
    hint: str = ""
