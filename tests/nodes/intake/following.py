"""Follows one log without a process, step by step."""

from collections.abc import Callable

from nodes.intake.follower import Follower
from nodes.models import Event

NODE = "attic"
Following = Callable[[object], Follower]


def look(follower: Follower, quiet: int = 10_000_000) -> None:
    """As often as something is found, and once more; then writes it."""
    looks = 2
    while looks:
        follower._next_look = 0
        looks = 2 if follower.step(quiet=quiet) else looks - 1
    follower.write()


def numbers() -> list[int]:
    """The attempts of writing.attempt that are in the events, in their order."""
    return [int(size or 0) - 1000 for size in Event.objects.order_by("id").values_list("size", flat=True)]
