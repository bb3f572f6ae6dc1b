"""Which arm serves a page: of every trial that runs one, always the same for a person, and what others would do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adtailor.domain.decision import Decision, DecisionRequest
from adtailor.domain.ids import AdId, CampaignId
from adtailor.domain.signals import Signal
from adtailor.domain.trial import Assigned, Registration, Trial, account_of, arm_of, period_of
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.running_trials import RunningTrials

COMPARED = frozenset({"user split", "ghost ads", "hold-out"})
"""Designs in which it is noted whether another arm would have served a page otherwise. Where budgets or times are
split the arms' bids differ everywhere, so there are no pages on which they are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to serve a page."""

    catalogue: LiveCatalogue
    signals_off: frozenset[Signal] = frozenset()
    withheld: frozenset[CampaignId] = frozenset()
    """Campaigns whose ads are not shown."""
    assigned: tuple[Assigned, ...] = ()
    others: tuple[tuple[int, "Way"], ...] = ()
    """What another arm of the trial at this place of `assigned` would do."""


class Arms:
    """The catalogues that pages are served from; without trials, one for all. Threads may share it."""

    def __init__(self, catalogue: LiveCatalogue, running: RunningTrials | None = None) -> None:
        self._whole = catalogue
        self._running = running

    def way(self, request: DecisionRequest, now: datetime) -> Way:
        """How this page is served. Who has no id is drawn page by page, and counts as nobody."""
        trials = () if self._running is None else self._running(now)
        if not trials:
            return Way(catalogue=self._whole)
        arms = [(trial, arm) for trial in trials if (arm := _arm(trial.registration, request, now)) is not None]
        assigned = tuple(
            Assigned(
                trial_id=trial.registration.id,
                arm=arm,
                account=account_of(trial.registration.id, arm) if trial.splits_budgets else None,
                period=period_of(trial.registration, now) if trial.registration.design == "switchback" else None,
            )
            for trial, arm in arms
        )
        others = tuple(
            (place, self._served([*arms[:place], (trial, other), *arms[place + 1 :]]))
            for place, (trial, arm) in enumerate(arms)
            if trial.registration.design in COMPARED
            for other in range(len(trial.registration.arms))
            if other != arm
        )
        return replace(self._served(arms), assigned=assigned, others=others)

    def catalogue_of(self, decision: Decision) -> LiveCatalogue:
        """What a page was served from, as long as its trials run; then the whole."""
        arms: list[tuple[Trial, int]] = []
        for assigned in decision.trials:
            trial = None if self._running is None else self._running.trial(assigned.trial_id)
            if trial is not None:
                arms.append((trial, assigned.arm))
        return self._served(arms).catalogue

    def _served(self, arms: Sequence[tuple[Trial, int]]) -> Way:
        catalogue, signals_off, withheld = self._whole, frozenset[Signal](), frozenset[CampaignId]()
        account, parts, ranker = None, 0, None
        for trial, place in arms:
            registration = trial.registration
            arm = registration.arms[place]
            signals_off |= arm.signals_off
            ranker = arm.ranker or ranker
            if trial.splits_budgets:
                account, parts = account_of(registration.id, place), arm.parts
            if registration.campaign is not None and place == 0:
                withheld |= {registration.campaign}
        if account is not None or ranker is not None:
            catalogue = self._whole.apart(account=account, parts=parts, ranker=ranker)
        return Way(catalogue=catalogue, signals_off=signals_off, withheld=withheld)


def withheld_ads(way: Way, now: datetime) -> frozenset[AdId]:
    """The ads of campaigns that this arm does not see."""
    if not way.withheld:
        return frozenset()
    return way.catalogue.current(now).ads_of(way.withheld)


def _arm(registration: Registration, request: DecisionRequest, now: datetime) -> int | None:
    if registration.design == "switchback":
        return arm_of(registration, f"period {period_of(registration, now)}")
    person_id = request.viewer.person_id
    return arm_of(registration, f"request {request.request_id}" if person_id is None else f"person {person_id}")
