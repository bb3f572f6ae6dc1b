"""Something happened to an ad: check the token, find its decision, charge once, and learn from it by consent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from adtailor.decide.tokens import TokenBox
from adtailor.domain.checks import checked_id
from adtailor.domain.decision import Won
from adtailor.domain.events import Arrival, DecisionRecord, Event, EventClaim, EventKind, EventOutcome, RecordRef
from adtailor.domain.money import Micros
from adtailor.domain.profile import Profile
from adtailor.errors import StaleVersion, TokenRefused
from adtailor.journeys.arms import Arms
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.traffic import NOBODY, Sender, Traffic
from adtailor.measure.traffic import Address
from adtailor.ports import EventStore, PeopleStore
from adtailor.profiles.frequency import with_seen
from adtailor.profiles.history import with_click, with_hide

BILLED_BY = {"impression": "cpm", "click": "cpc", "conversion": "cpa"}
MAY_BE_LATE: frozenset[str] = frozenset({"impression", "viewable", "click", "conversion"})
"""What is stored after its address expired, free; the rest is refused then."""
PER_MILLE = 1000
TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """An event address that was called."""

    token: str
    kinds: frozenset[EventKind]
    """What the address may stand for, by the way in which it was called."""
    sender: Sender = NOBODY
    zone: str = "UTC"
    order_id: str | None = None
    """Of a conversion, so that the advertiser's server telling of it too counts once."""
    value: Micros | None = None

    def __post_init__(self) -> None:
        if self.order_id is not None:
            checked_id(self.order_id, "order_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of an event, and where a click leads."""

    outcome: EventOutcome
    landing_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A claim with what it is about."""

    claim: EventClaim
    record: DecisionRecord
    won: Won


class TakeEvent:
    """Takes events in, each once."""

    def __init__(
        self,
        *,
        events: EventStore,
        people: PeopleStore,
        catalogue: LiveCatalogue,
        tokens: TokenBox,
        traffic: Traffic | None = None,
        arms: Arms | None = None,
    ) -> None:
        self._events = events
        self._people = people
        self._catalogue = catalogue
        self._arms = arms or Arms(catalogue)
        self._tokens = tokens
        self._traffic = traffic or Traffic(events)

    def take(
        self,
        token: str,
        *,
        kinds: frozenset[EventKind],
        now: datetime,
        user_agent: str | None,
        zone: str = "UTC",
        address: Address | None = None,
    ) -> Taken:
        """Durable before it returns. Raises TokenRefused for a forged, expired or misplaced token, or a lost record.

        An impression, view, click or conversion that comes after its token expired is stored, and never charged.
        """
        sender = Sender(user_agent=user_agent, address=address)
        [taken] = self.take_all([Called(token=token, kinds=kinds, sender=sender, zone=zone)], now=now)
        if isinstance(taken, TokenRefused):
            raise taken
        return taken

    def take_all(self, calls: Sequence[Called], *, now: datetime) -> list[Taken | TokenRefused]:
        """The same for several, in order, with one wait for the disk; what is refused is handed back in its place."""
        opened: list[_Opened | TokenRefused] = []
        arrivals: list[Arrival] = []
        records: dict[RecordRef, DecisionRecord | None] = {}
        for call in calls:
            try:
                one = self._opened(call.token, call.kinds, now, MAY_BE_LATE, records)
                arrivals.append(self._arrival(one, call, now))
                opened.append(one)
            except TokenRefused as refused:
                opened.append(refused)
        outcomes = iter(self._events.take_many(arrivals)) if arrivals else iter(())
        taken: list[Taken | TokenRefused] = []
        for one, call in zip(opened, calls, strict=True):
            taken.append(one if isinstance(one, TokenRefused) else self._taken(one, next(outcomes), call, now))
        return taken

    def explained(self, token: str, now: datetime) -> tuple[DecisionRecord, int]:
        """The record and the placement that a `why` token stands for."""
        opened = self._opened(token, frozenset({"why"}), now)
        return opened.record, opened.claim.placement_index

    def _opened(
        self,
        token: str,
        kinds: frozenset[str],
        now: datetime,
        may_be_late: frozenset[str] = frozenset(),
        records: dict[RecordRef, DecisionRecord | None] | None = None,
    ) -> _Opened:
        claim = self._tokens.open(token, now, even_expired=bool(may_be_late))
        if claim.kind not in kinds:
            raise TokenRefused("this address is for something else", hint="use the addresses as the decision gave them")
        if now >= claim.expires_at and claim.kind not in may_be_late:
            raise TokenRefused("this address has expired", hint="ask for a new decision")
        known = {} if records is None else records
        if claim.record not in known:
            known[claim.record] = self._events.record(claim.record)
        record = known[claim.record]
        if record is None or record.decision.decision_id != claim.decision_id:
            raise TokenRefused(
                "its decision is no longer on file", hint="decisions are kept 30 days, and forgotten with their person"
            )
        won = record.decision.placements[claim.placement_index].won
        if won is None:
            raise TokenRefused("no ad was shown there", hint="use the addresses as the decision gave them")
        return _Opened(claim=claim, record=record, won=won)

    def _arrival(self, opened: _Opened, call: Called, now: datetime) -> Arrival:
        claim, decision, won = opened.claim, opened.record.decision, opened.won
        kind = claim.kind
        if kind == "why":
            raise TokenRefused("this address explains an ad", hint="open it under /v1/explain/")
        validity = self._traffic.judge(call.sender, kind, won.campaign_id, now)
        converted = kind == "conversion"
        order = call.order_id if converted else None
        event = Event(
            kind=kind,
            decision_id=claim.decision_id,
            placement_id=decision.placements[claim.placement_index].placement_id,
            ad_id=won.ad_id,
            adset_id=won.adset_id,
            advertiser_id=won.advertiser_id,
            campaign_id=won.campaign_id,
            site_id=decision.site_id,
            at=now,
            price=price_of(kind, won),
            validity=validity,
            is_late=now >= claim.expires_at,
            order=self._events.order_hash(won.campaign_id, order) if order else None,
            value=call.value if converted else None,
            account=decision.budget_account,
        )
        return Arrival(event=event, viewer=self._traffic.viewer(opened.record.person_id, call.sender, now))

    def _taken(self, opened: _Opened, outcome: EventOutcome, call: Called, now: datetime) -> Taken:
        kind, won, record = opened.claim.kind, opened.won, opened.record
        if outcome.status == "taken":
            if BILLED_BY.get(kind) == won.bid_kind:
                catalogue = self._arms.catalogue_of(record.decision)
                catalogue.settled(won, outcome.charged, decided_at=record.decision.decided_at, now=now)
            if outcome.validity == "valid" and now < opened.claim.expires_at:
                self._remember(kind, record, won, now, call.zone)
        creative = self._catalogue.creative(won.ad_id, now) if kind == "click" else None
        return Taken(outcome=outcome, landing_url=creative.landing_url if creative else None)

    def _remember(self, kind: str, record: DecisionRecord, won: Won, now: datetime, zone: str) -> None:
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


_LESSONS: dict[str, Callable[[Profile, Won, datetime, str], Profile]] = {
    "impression": lambda profile, won, now, zone: with_seen(profile, won.ad_id, now=now, zone=zone),
    "click": lambda profile, won, now, _: with_click(profile, won.advertiser_id, now=now),
    "hide": lambda profile, won, now, _: with_hide(profile, won.advertiser_id, won.ad_id, now=now),
}
