"""Something happened to an ad: check the token, find its decision, charge once, and learn from it by consent."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adtailor.decide.tokens import TokenBox
from adtailor.domain.decision import Won
from adtailor.domain.events import DecisionRecord, Event, EventClaim, EventKind, EventOutcome, Validity
from adtailor.domain.money import Micros
from adtailor.domain.profile import Profile
from adtailor.errors import StaleVersion, TokenRefused
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.ports import EventStore, PeopleStore
from adtailor.profiles.frequency import with_seen
from adtailor.profiles.history import with_click, with_hide

_BOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|headless|preview|curl/|wget/|python-|go-http|externalhit|scan", re.IGNORECASE
)
BILLED_BY = {"impression": "cpm", "click": "cpc", "conversion": "cpa"}
PER_MILLE = 1000
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an event, and where a click leads."""

    outcome: EventOutcome
    landing_url: str | None = None


class TakeEvent:
    """Takes events in, each once."""

    def __init__(self, *, events: EventStore, people: PeopleStore, catalogue: LiveCatalogue, tokens: TokenBox) -> None:
        self._events = events
        self._people = people
        self._catalogue = catalogue
        self._tokens = tokens

    def take(
        self, token: str, *, kinds: frozenset[EventKind], now: datetime, user_agent: str | None, zone: str = "UTC"
    ) -> Taken:
        """Durable before it returns. Raises TokenRefused for a forged, expired or misplaced token, or a lost record."""
        claim, record, won = self._opened(token, kinds, now)
        kind = claim.kind
        if kind == "why":
            raise TokenRefused("this address explains an ad", hint="open it under /v1/explain/")
        validity: Validity = "givt" if user_agent is not None and _BOT.search(user_agent) else "valid"
        event = Event(
            kind=kind,
            decision_id=claim.decision_id,
            placement_id=record.decision.placements[claim.placement_index].placement_id,
            ad_id=won.ad_id,
            advertiser_id=won.advertiser_id,
            campaign_id=won.campaign_id,
            at=now,
            price=price_of(kind, won) if validity == "valid" else Micros(0),
            validity=validity,
        )
        outcome = self._events.take(event)
        if outcome.status == "taken":
            if outcome.charged or outcome.over_delivered:
                self._catalogue.spent_changed()
            if validity == "valid":
                self._remember(kind, record, won, now, zone)
        creative = self._catalogue.creative(won.ad_id, now) if kind == "click" else None
        return Taken(outcome=outcome, landing_url=creative.landing_url if creative else None)

    def explained(self, token: str, now: datetime) -> tuple[DecisionRecord, int]:
        """The record and the placement that a `why` token stands for."""
        claim, record, _ = self._opened(token, frozenset({"why"}), now)
        return record, claim.placement_index

    def _opened(self, token: str, kinds: frozenset[str], now: datetime) -> tuple[EventClaim, DecisionRecord, Won]:
        claim = self._tokens.open(token, now)
        if claim.kind not in kinds:
            raise TokenRefused("this address is for something else", hint="use the addresses as the decision gave them")
        record = self._events.record(claim.record)
        if record is None or record.decision.decision_id != claim.decision_id:
            raise TokenRefused(
                "its decision is no longer on file", hint="decisions are kept 30 days, and forgotten with their person"
            )
        won = record.decision.placements[claim.placement_index].won
        if won is None:
            raise TokenRefused("no ad was shown there", hint="use the addresses as the decision gave them")
        return claim, record, won

    def _remember(self, kind: EventKind, record: DecisionRecord, won: Won, now: datetime, zone: str) -> None:
        """Let the profile know, if its person consents still."""
        learn = _LESSONS.get(kind)
        if learn is None or record.person_id is None:
            return
        for _ in range(TRIES):
            person = self._people.person(record.person_id)
            if not person.consents.interests or person.objected:
                return
            profile = self._people.profile(record.person_id) or Profile(person_id=record.person_id)
            try:
                self._people.put_profile(learn(profile, won, now, zone))
            except StaleVersion:
                continue
            return


def price_of(kind: EventKind, won: Won) -> Micros:
    """What one event costs: the click price for a click, a thousandth of the CPM, rounded up, for an impression."""
    if BILLED_BY.get(kind) != won.bid_kind:
        return Micros(0)
    return Micros(-(-won.price // PER_MILLE)) if won.bid_kind == "cpm" else won.price


_LESSONS: dict[EventKind, Callable[[Profile, Won, datetime, str], Profile]] = {
    "impression": lambda profile, won, now, zone: with_seen(profile, won.ad_id, now=now, zone=zone),
    "click": lambda profile, won, now, _: with_click(profile, won.advertiser_id, now=now),
    "hide": lambda profile, won, now, _: with_hide(profile, won.advertiser_id, won.ad_id, now=now),
}
