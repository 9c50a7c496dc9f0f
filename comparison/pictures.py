"""All pictures of a result beside its charts, from the result and from what is read for them."""

from collections.abc import Mapping
from dataclasses import dataclass

from comparison.detailed import detailed
from comparison.hours_picture import HourMaps, hour_maps
from comparison.marks import Marked, marked
from comparison.metrics import EARNINGS, EFFICIENCY
from comparison.money.kinds_picture import KindsPicture, kinds_picture, months_picture
from comparison.multiples import ends
from comparison.pictured import pictured
from comparison.result import Result
from comparison.risk_picture import RiskPicture, risk_picture
from comparison.space_picture import SpacePicture, fullest, space_picture


@dataclass(frozen=True)
class Pictures:
    """Each None where there is nothing to draw; `trouble` is the sentence that says why some could not be read."""

    marked: Marked | None
    space: SpacePicture | None
    hours: HourMaps | None
    risk: RiskPicture | None
    kinds: KindsPicture | None
    months: KindsPicture | None
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
        risk=risk_picture(result, labels),
        kinds=kinds_picture(result, labels) if result["type"] == EARNINGS else None,
        months=months_picture(result),
        trouble=found.trouble,
    )
