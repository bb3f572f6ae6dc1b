"""Events and money in SQLite: each event once, each charge one conditional debit, all durable before the answer."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, delete, func, select

from adtailor.domain.events import Arrival, Event, EventOutcome
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.traffic import RateLimit
from adtailor.errors import InvalidInput
from adtailor.storage import tables
from adtailor.storage.catalogue import LARGEST
from adtailor.storage.charging import DAY, SECOND, Charging
from adtailor.storage.database import Database, driver_cursor
from adtailor.storage.group_commit import GroupCommit
from adtailor.storage.moments import budget_day, moment, ticks

_EVENTS = tables.events
_IN_LIST = 500
_SPENT = """
    SELECT budgets.campaign_id, zone, budgets.spent, days.day, days.spent FROM budgets
    LEFT JOIN spent_days AS days ON days.campaign_id = budgets.campaign_id AND days.day BETWEEN ? AND ?
    WHERE budgets.spent > 0
"""
"""With the days around now in UTC: today is one of them in every zone. Asked every second, between requests."""


class Money:
    """The half of `ports.EventStore` that takes events and charges for them."""

    def __init__(self, database: Database, rates: Sequence[RateLimit]) -> None:
        self._database = database
        self._rates = rates
        self._taken = GroupCommit(self._take, database.sync_log)

    def take_many(self, arrivals: Sequence[Arrival]) -> list[EventOutcome]:
        """Store events and debit their campaigns, in order: all are stored, or none; durable when it returns."""
        for arrival in arrivals:
            checked(arrival.event)
        return self._taken(arrivals) if arrivals else []

    def events(self, since: datetime | None = None) -> list[tuple[Event, Micros]]:
        """The events that happened since, oldest first, each with what was charged."""
        query = select(_EVENTS).order_by(_EVENTS.c.at, _EVENTS.c.seq)
        if since is not None:
            query = query.where(_EVENTS.c.at >= ticks(since))
        with self._database.reading() as connection:
            return [(_event(row), Micros(row.charged)) for row in connection.execute(query)]

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions, oldest first within each few hundred."""
        found: list[tuple[Event, EventOutcome]] = []
        with self._database.reading() as connection:
            for start in range(0, len(decisions), _IN_LIST):
                some = decisions[start : start + _IN_LIST]
                query = select(_EVENTS).where(_EVENTS.c.decision_id.in_(some)).order_by(_EVENTS.c.at, _EVENTS.c.seq)
                for row in connection.execute(query):
                    outcome = EventOutcome(
                        status="taken",
                        charged=Micros(row.charged),
                        over_delivered=bool(row.over_delivered),
                        validity=row.validity,
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
        here = now.astimezone(UTC).date()
        first, last = (here - timedelta(days=1)).isoformat(), (here + timedelta(days=1)).isoformat()
        days: dict[str, str] = {}
        found: dict[CampaignId, tuple[Micros, Micros]] = {}
        for campaign, zone, life, day, of_day in self._database.ask(_SPENT, first, last):
            if (today := days.get(zone)) is None:
                today = days[zone] = budget_day(now, zone).isoformat()
            if day == today:
                found[campaign] = of_day, life
            else:
                found.setdefault(campaign, (Micros(0), life))
        return found

    def counts(self) -> tuple[int, int]:
        """How many events there are, and how many of them were delivered over budget."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(func.count(), func.coalesce(func.sum(_EVENTS.c.over_delivered), 0)).select_from(_EVENTS)
            ).one()
        return int(row[0]), int(row[1])

    def purge(self, now: datetime) -> int:
        """Delete how often viewers came on days before; how many rows."""
        with self._database.writing() as connection:
            gone = connection.execute(delete(tables.rates).where(tables.rates.c.day < ticks(now) // SECOND // DAY))
        return gone.rowcount

    def _take(self, arrivals: Sequence[Arrival]) -> list[EventOutcome]:
        with self._database.writing(durably=False) as connection:
            charging = Charging(driver_cursor(connection), self._rates)
            outcomes = [charging.take(arrival) for arrival in arrivals]
            charging.finish()
        return outcomes


def checked(event: Event) -> None:
    """Raises InvalidInput for what no column holds."""
    for name, amount in (("price_micros", event.price), ("value_micros", event.value or 0)):
        if not 0 <= amount <= LARGEST:
            raise InvalidInput(f"an amount of {amount} micros", hint=f"from 0 to {LARGEST:,}", field=name)
    if event.at.tzinfo is None:
        raise InvalidInput(f"{event.at.isoformat()} has no time zone", hint="hand over aware UTC", field="at")
    if event.is_postback and event.order is None:
        raise InvalidInput("a postback without an order", hint="it counts once per order", field="order_id")


def _event(row: Row[tuple[object, ...]]) -> Event:
    return Event(
        kind=row.kind,
        decision_id=DecisionId(row.decision_id),
        placement_id=PlacementId(row.placement_id),
        ad_id=AdId(row.ad_id),
        adset_id=None if row.adset_id is None else AdSetId(row.adset_id),
        advertiser_id=AdvertiserId(row.advertiser_id),
        campaign_id=CampaignId(row.campaign_id),
        site_id=None if row.site_id is None else SiteId(row.site_id),
        at=moment(row.at),
        price=Micros(row.price),
        validity=row.validity,
        is_late=bool(row.late),
        is_postback=row.once != "",
        order=row.order_hash,
        value=None if row.value is None else Micros(row.value),
    )
