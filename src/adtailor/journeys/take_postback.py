"""An advertiser's server tells of a conversion: find what led to it, and count the order once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from adtailor.decide.tokens import TokenBox
from adtailor.domain.buying import Campaign
from adtailor.domain.checks import aware_utc, checked_id
from adtailor.domain.decision import Won
from adtailor.domain.events import DecisionRecord, Event, EventOutcome
from adtailor.domain.ids import CampaignId, DecisionId, PersonId, PlacementId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput, UnknownId
from adtailor.journeys.arms import Arms
from adtailor.journeys.items import campaign_of
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.take_event import price_of
from adtailor.measure.attribution import Touch, last_touch
from adtailor.ports import EventStore, ItemSource, PeopleStore

MOST_TOKENS = 50
CLICKED_WITHIN = timedelta(days=1)
"""How long after a decision its ad can be clicked."""
AHEAD = timedelta(minutes=5)
"""How far another server's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postback:
    """What an advertiser's server says. Who converted is told by addresses that the site kept, or by the site's id."""

    campaign_id: CampaignId
    order_id: str
    value: Micros | None = None
    at: datetime | None = None
    """When it happened; now unless told."""
    tokens: tuple[str, ...] = ()
    """Conversion addresses that decisions gave for this browser, expired or not."""
    person_id: PersonId | None = None
    """Found in the decision log only while they consent to interests."""

    def __post_init__(self) -> None:
        checked_id(self.order_id, "order_id")
        if self.at is not None:
            object.__setattr__(self, "at", aware_utc(self.at, "at"))
        if len(self.tokens) > MOST_TOKENS:
            raise InvalidInput(f"{len(self.tokens)} tokens", hint=f"send the last {MOST_TOKENS}", field="tokens")
        if not self.tokens and self.person_id is None:
            raise InvalidInput("nothing says who converted", hint="send tokens, or a person_id", field="tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """What a conversion was put down to; nothing is stored of one that no ad led to."""

    touch: Literal["click", "viewable"] | None
    won: Won | None = None
    outcome: EventOutcome | None = None


_Shown = dict[tuple[DecisionId, PlacementId], tuple[DecisionRecord, Won]]


class TakePostback:
    """Takes conversions in, each order once."""

    def __init__(
        self,
        *,
        events: EventStore,
        people: PeopleStore,
        source: ItemSource,
        catalogue: LiveCatalogue,
        tokens: TokenBox,
        arms: Arms | None = None,
    ) -> None:
        self._events = events
        self._people = people
        self._source = source
        self._arms = arms or Arms(catalogue)
        self._tokens = tokens

    def take(self, postback: Postback, *, now: datetime) -> Attributed:
        """Durable before it returns. Raises UnknownId for a campaign that is not here, TokenRefused for a forgery."""
        campaign = campaign_of(self._source, postback.campaign_id)
        if campaign is None:
            raise UnknownId("no campaign has this id", hint="see /v1/campaigns", field="campaign_id")
        at = postback.at or now
        if at > now + AHEAD:
            raise InvalidInput(f"{at.isoformat()} is still to come", hint="send it when it happened", field="at")
        shown = self._shown(postback, campaign, at, now)
        touch = last_touch(
            self._touches(shown), at, click_window=campaign.click_window, view_window=campaign.view_window
        )
        if touch is None:
            return Attributed(touch=None)
        record, won = shown[touch.decision_id, touch.placement_id]
        outcome = self._events.take(
            Event(
                kind="conversion",
                decision_id=touch.decision_id,
                placement_id=touch.placement_id,
                ad_id=won.ad_id,
                adset_id=won.adset_id,
                advertiser_id=won.advertiser_id,
                campaign_id=won.campaign_id,
                site_id=record.decision.site_id,
                at=now,
                price=price_of("conversion", won),
                is_postback=True,
                order=self._events.order_hash(campaign.id, postback.order_id),
                value=postback.value,
                account=record.decision.budget_account,
            )
        )
        if outcome.status == "taken" and won.bid_kind == "cpa":
            catalogue = self._arms.catalogue_of(record.decision)
            catalogue.settled(won, outcome.charged, decided_at=record.decision.decided_at, now=now)
        return Attributed(touch=touch.kind, won=won, outcome=outcome)

    def _shown(self, postback: Postback, campaign: Campaign, at: datetime, now: datetime) -> _Shown:
        """The ads of the campaign that whoever converted was shown, as far as they may be looked for."""
        records: list[DecisionRecord] = []
        for token in postback.tokens:
            claim = self._tokens.open(token, now, even_expired=True)
            record = self._events.record(claim.record)
            if record is not None and record.decision.decision_id == claim.decision_id:
                records.append(record)
        if postback.person_id is not None:
            person = self._people.person(postback.person_id)
            if person.consents.interests and not person.objected:
                window = max(campaign.click_window, campaign.view_window) + CLICKED_WITHIN
                records += self._events.records_of(postback.person_id, at - window)
        return {
            (record.decision.decision_id, filled.placement_id): (record, filled.won)
            for record in records
            for filled in record.decision.placements
            if filled.won is not None and filled.won.campaign_id == campaign.id
        }

    def _touches(self, shown: _Shown) -> Sequence[Touch]:
        """What they made of these ads; nothing that is invalid, or was reversed."""
        touches: list[Touch] = []
        for event, _ in self._events.of_decisions(list({decision for decision, _ in shown})):
            if event.kind not in {"click", "viewable"} or event.validity != "valid":
                continue
            if (event.decision_id, event.placement_id) in shown:
                touches.append(
                    Touch(
                        kind="click" if event.kind == "click" else "viewable",
                        decision_id=event.decision_id,
                        placement_id=event.placement_id,
                        at=event.at,
                    )
                )
        return touches
