"""Why was this shown? The answer for the person, from the record alone."""

from dataclasses import dataclass
from datetime import datetime

from adtailor.domain.events import DecisionRecord
from adtailor.domain.ids import AdId, AdvertiserId, PlacementId
from adtailor.domain.signals import Signal
from adtailor.journeys.items import advertiser_of
from adtailor.journeys.take_event import TakeEvent
from adtailor.ports import ItemSource


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyShown:
    """What the person is told: whose ad, who paid, which signals changed it, and what each switch would do."""

    ad_id: AdId
    advertiser_id: AdvertiserId
    advertiser: str
    payer: str
    placement_id: PlacementId
    decided_at: datetime
    sentence: str
    signals: tuple[Signal, ...]
    policy: str
    ranker: str


class Explain:
    """Answers from the decision record that a `why` token points to."""

    def __init__(self, *, take_event: TakeEvent, source: ItemSource) -> None:
        self._take_event = take_event
        self._source = source

    def why(self, token: str, *, now: datetime) -> WhyShown:
        """Raises TokenRefused for a forged or expired token, or a record that is gone."""
        record, index = self._take_event.explained(token, now)
        return self._told(record, index)

    def _told(self, record: DecisionRecord, index: int) -> WhyShown:
        decision = record.decision
        filled = decision.placements[index]
        won, why = filled.won, filled.why
        assert won is not None  # noqa: S101 - TakeEvent.explained refuses tokens of empty placements
        advertiser = advertiser_of(self._source, won.advertiser_id)
        return WhyShown(
            ad_id=won.ad_id,
            advertiser_id=won.advertiser_id,
            advertiser=advertiser.name if advertiser else won.advertiser_id,
            payer=advertiser.payer if advertiser else won.advertiser_id,
            placement_id=filled.placement_id,
            decided_at=decision.decided_at,
            sentence=why.sentence if why else "",
            signals=why.signals if why else (),
            policy=decision.policy,
            ranker=decision.ranker,
        )
