"""All that a node's API told at one time, understood: from a poll or from a push alike."""

from dataclasses import dataclass, field

from nodes.sno import routes
from nodes.sno.fields import Faults
from nodes.sno.shapes import Dashboard, Estimate, Held, OnSatellite, Paystub, Scores


@dataclass
class Documents:
    """JSON as the API gave it; None, or no entry, for what was not asked for or not answered.

    `satellite` and `estimates` have an entry per satellite id; `estimate` is that of all satellites together.
    """

    dashboard: object = None
    satellites: object = None
    satellite: dict[str, object] = field(default_factory=dict)
    estimate: object = None
    estimates: dict[str, object] = field(default_factory=dict)
    paystubs: object = None
    held: object = None


@dataclass(frozen=True)
class Answer:
    """`scores` by satellite; `unreadable` is a sentence about what was left out, empty where nothing was."""

    dashboard: Dashboard | None
    satellites: dict[str, OnSatellite]
    scores: dict[str, Scores]
    expected_cents: int | None
    estimates: dict[str, Estimate]
    paystubs: tuple[Paystub, ...]
    held: tuple[Held, ...]
    unreadable: str

    @property
    def satellite_ids(self) -> list[str]:
        """All of which anything is told: a node also tells what it earned with those that it has left."""
        listed = [each.satellite for each in self.dashboard.satellites] if self.dashboard else []
        held = [each.satellite for each in self.held]
        return list(dict.fromkeys([*listed, *self.satellites, *self.scores, *self.estimates, *held]))


def understood(documents: Documents) -> Answer:
    faults = Faults()
    dashboard = None if documents.dashboard is None else routes.dashboard(documents.dashboard, faults)
    satellites = {of: routes.satellite(told, faults) for of, told in documents.satellite.items() if told is not None}
    estimates = {of: routes.estimate(told, faults) for of, told in documents.estimates.items() if told is not None}
    by_url = routes.scores_by_url(documents.satellites, faults)
    return Answer(
        dashboard=dashboard,
        satellites=satellites,
        scores=_scores_by_url(dashboard, by_url) | {of: on.scores for of, on in satellites.items() if on.scores},
        expected_cents=routes.estimate(documents.estimate, faults).expected_cents,
        estimates=estimates,
        paystubs=routes.paystubs(documents.paystubs, faults),
        held=routes.held_history(documents.held, faults),
        unreadable=str(faults),
    )


def _scores_by_url(dashboard: Dashboard | None, by_url: dict[str, Scores]) -> dict[str, Scores]:
    """Of satellites whose own route did not answer: the common one names them as the dashboard does."""
    listed = dashboard.satellites if dashboard else ()
    return {each.satellite: by_url[each.url] for each in listed if each.url in by_url}
