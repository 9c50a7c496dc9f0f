"""The pictures of a result for which something is read when a page is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from comparison.detailed import detailed
from comparison.hours_picture import HourMaps, hour_maps
from comparison.marks import Marked, marked
from comparison.metrics import EFFICIENCY
from comparison.multiples import ends
from comparison.pictured import pictured
from comparison.result import Result
from comparison.space_picture import SpacePicture, fullest, space_picture


@dataclass(frozen=True)
class Pictures:
    """Each None where there is nothing to draw; `trouble` is the sentence that says why some could not be read."""

    marked: Marked | None
    space: SpacePicture | None
    hours: HourMaps | None
    trouble: str


def pictures(result: Result, labels: Mapping[str, str]) -> Pictures:
    """Reads for the nodes that are drawn, and no others."""
    names = (
        fullest(result) if result["type"] == EFFICIENCY else [n.name for n in ends(detailed(result, labels), result)]
    )
    found = pictured(result, names)
    return Pictures(
        marked=marked(found.compactions, found.starts, result, labels),
        space=space_picture(found.space, result, labels),
        hours=hour_maps(found.hours, result, labels),
        trouble=found.trouble,
    )
