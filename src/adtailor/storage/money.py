"""Events and money in SQLite: each event once, each charge one conditional debit, all durable before the answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.events import Event, EventOutcome
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, DecisionId, PlacementId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.storage import tables
from adtailor.storage.catalogue import LARGEST
from adtailor.storage.database import Database
from adtailor.storage.moments import budget_day, moment, ticks

_EVENTS, _BUDGETS, _DAYS = tables.events, tables.budgets, tables.spent_days
_PRICE, _CAMPAIGN, _DAY = bindparam("price_"), bindparam("campaign_"), bindparam("day_")
_IN_LIST = 500

_STORE = insert(_EVENTS).on_conflict_do_nothing()
_ZONE = select(_BUDGETS.c.zone).where(_BUDGETS.c.campaign_id == _CAMPAIGN)
_OPEN_DAY = insert(_DAYS).values(campaign_id=_CAMPAIGN, day=_DAY, spent=0).on_conflict_do_nothing()
# Written with the price on the right: budget - price cannot overflow where spent + price could.
_DEBIT_DAY = (
    update(_DAYS)
    .where(_DAYS.c.campaign_id == _CAMPAIGN, _DAYS.c.day == _DAY)
    .where(
        select(_BUDGETS.c.campaign_id)
        .where(_BUDGETS.c.campaign_id == _CAMPAIGN)
        .where(_DAYS.c.spent <= _BUDGETS.c.daily_budget - _PRICE)
        .where(or_(_BUDGETS.c.lifetime_budget.is_(None), _BUDGETS.c.spent <= _BUDGETS.c.lifetime_budget - _PRICE))
        .correlate(_DAYS)
        .exists()
    )
    .values(spent=_DAYS.c.spent + _PRICE)
)
_DEBIT_LIFE = update(_BUDGETS).where(_BUDGETS.c.campaign_id == _CAMPAIGN).values(spent=_BUDGETS.c.spent + _PRICE)
_SETTLE = (
    update(_EVENTS)
    .where(_EVENTS.c.seq == bindparam("seq_"))
    .values(charged=bindparam("charged_"), over_delivered=bindparam("over_"))
)


class Money:
    """The half of `ports.EventStore` that is a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, event: Event) -> EventOutcome:
        """Store an event and debit its campaign in one durable transaction."""
        return self.take_many([event])[0]

    def take_many(self, events: Sequence[Event]) -> list[EventOutcome]:
        """The same for several, in order, with one wait for the disk: all are stored, or none."""
        for event in events:
            _checked(event)
        with self._database.writing() as connection:
            return [_taken(connection, event) for event in events]

    def events(self, since: datetime | None = None) -> list[tuple[Event, Micros]]:
        """The events that happened since, oldest first, each with what was charged."""
        query = select(_EVENTS).order_by(_EVENTS.c.at, _EVENTS.c.seq)
        if since is not None:
            query = query.where(_EVENTS.c.at >= ticks(since))
        with self._database.reading() as connection:
            return [(_event(row), Micros(row.charged)) for row in connection.execute(query)]

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions."""
        found: list[tuple[Event, EventOutcome]] = []
        with self._database.reading() as connection:
            for start in range(0, len(decisions), _IN_LIST):
                some = decisions[start : start + _IN_LIST]
                query = select(_EVENTS).where(_EVENTS.c.decision_id.in_(some)).order_by(_EVENTS.c.at, _EVENTS.c.seq)
                for row in connection.execute(query):
                    outcome = EventOutcome(
                        status="taken", charged=Micros(row.charged), over_delivered=bool(row.over_delivered)
                    )
                    found.append((_event(row), outcome))
        return found

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """Valid impressions of these campaigns."""
        found: dict[CampaignId, int] = {}
        with self._database.reading() as connection:
            for start in range(0, len(campaigns), _IN_LIST):
                query = (
                    select(_EVENTS.c.campaign_id, func.count().label("impressions"))
                    .where(_EVENTS.c.campaign_id.in_(campaigns[start : start + _IN_LIST]))
                    .where(_EVENTS.c.kind == "impression", _EVENTS.c.validity == "valid")
                    .group_by(_EVENTS.c.campaign_id)
                )
                found |= {CampaignId(row.campaign_id): int(row.impressions) for row in connection.execute(query)}
        return found

    def spent(self, now: datetime) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign that was ever charged, its current day (in its zone) and its whole life."""
        with self._database.reading() as connection:
            charged = select(_BUDGETS.c.campaign_id, _BUDGETS.c.zone, _BUDGETS.c.spent).where(_BUDGETS.c.spent > 0)
            budgets = connection.execute(charged).all()
            days = {zone: budget_day(now, zone).isoformat() for zone in {row.zone for row in budgets}}
            today = {
                (row.campaign_id, row.day): row.spent
                for row in connection.execute(select(_DAYS).where(_DAYS.c.day.in_(set(days.values()))))
            }
        return {
            CampaignId(row.campaign_id): (
                Micros(today.get((row.campaign_id, days[row.zone]), 0)),
                Micros(row.spent),
            )
            for row in budgets
        }

    def counts(self) -> tuple[int, int]:
        """How many events there are, and how many of them were delivered over budget."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(func.count(), func.coalesce(func.sum(_EVENTS.c.over_delivered), 0)).select_from(_EVENTS)
            ).one()
        return int(row[0]), int(row[1])


def _taken(connection: Connection, event: Event) -> EventOutcome:
    stored = connection.execute(
        _STORE,
        {
            "decision_id": event.decision_id,
            "placement_id": event.placement_id,
            "kind": event.kind,
            "ad_id": event.ad_id,
            "advertiser_id": event.advertiser_id,
            "campaign_id": event.campaign_id,
            "at": ticks(event.at),
            "validity": event.validity,
            "price": event.price,
            "charged": 0,
            "over_delivered": 0,
        },
    )
    if stored.rowcount == 0:
        return EventOutcome(status="duplicate", charged=Micros(0))
    if event.validity != "valid" or event.price == 0:
        return EventOutcome(status="taken", charged=Micros(0))
    charged = event.price if _debited(connection, event) else Micros(0)
    over = charged == 0
    connection.execute(_SETTLE, {"seq_": stored.lastrowid, "charged_": charged, "over_": int(over)})
    return EventOutcome(status="taken", charged=charged, over_delivered=over)


def _debited(connection: Connection, event: Event) -> bool:
    """Whether the price fitted both budgets and was taken from them; a campaign that is unknown has none."""
    zone = connection.execute(_ZONE, {"campaign_": event.campaign_id}).scalar_one_or_none()
    if zone is None:
        return False
    day = {"campaign_": event.campaign_id, "day_": budget_day(event.at, zone).isoformat()}
    connection.execute(_OPEN_DAY, day)
    if connection.execute(_DEBIT_DAY, {**day, "price_": event.price}).rowcount == 0:
        return False
    connection.execute(_DEBIT_LIFE, {"campaign_": event.campaign_id, "price_": event.price})
    return True


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        kind=row.kind,
        decision_id=DecisionId(row.decision_id),
        placement_id=PlacementId(row.placement_id),
        ad_id=AdId(row.ad_id),
        advertiser_id=AdvertiserId(row.advertiser_id),
        campaign_id=CampaignId(row.campaign_id),
        at=moment(row.at),
        price=Micros(row.price),
        validity=row.validity,
    )


def _checked(event: Event) -> None:
    if not 0 <= event.price <= LARGEST:
        raise InvalidInput(f"a price of {event.price} micros", hint=f"from 0 to {LARGEST:,}", field="price_micros")
    if event.at.tzinfo is None:
        raise InvalidInput(f"{event.at.isoformat()} has no time zone", hint="hand over aware UTC", field="at")
