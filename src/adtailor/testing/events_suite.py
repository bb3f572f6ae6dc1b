"""What every `EventStore` does."""
# ruff: noqa: S101 - a suite asserts

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from adtailor.domain.events import DecisionRecord, EventOutcome, RecordRef
from adtailor.domain.ids import AdId, CampaignId, DecisionId, PersonId, TopicId, uuid7
from adtailor.domain.money import Micros
from adtailor.domain.training import Served
from adtailor.domain.wellbeing import RestSuggestion
from adtailor.errors import InvalidInput
from adtailor.testing import samples
from adtailor.testing.samples import NOON
from adtailor.testing.stores import Store, StoreSuite

AUTUMN = CampaignId("autumn")
FREE = EventOutcome(status="taken", charged=Micros(0), over_delivered=True)
AGAIN = EventOutcome(status="duplicate", charged=Micros(0))


def _charged(price: int) -> EventOutcome:
    return EventOutcome(status="taken", charged=Micros(price))


class EventStoreSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_records_are_found_by_where_they_lie(self, store: Store) -> None:
        given = [samples.record(n, viewer=viewer) for n, viewer in enumerate(["ana", None, "ben", "ana"])]
        refs = [store.events.append(record) for record in given]
        assert len(set(refs)) == len(refs)
        assert [store.events.record(ref) for ref in reversed(refs)] == given[::-1]

    def test_a_record_is_found_by_the_id_of_its_decision(self, store: Store) -> None:
        given: list[DecisionRecord] = []
        for second in range(40):
            at = NOON + timedelta(seconds=second)
            record = samples.record(second, viewer="ana" if second % 2 else "ben", at=at)
            made = DecisionId(uuid7(at, Random(second)))  # noqa: S311 - an id that can be repeated
            given.append(replace(record, decision=replace(record.decision, decision_id=made)))
            store.events.append(given[-1])
        found = [store.events.find(record.decision.decision_id) for record in given]
        assert found == given
        for nothing in ("d1", uuid7(NOON, Random(99)), uuid7(NOON - timedelta(days=3), Random(0))):  # noqa: S311
            assert store.events.find(DecisionId(nothing)) is None
        store.people.forget(PersonId("ana"))
        assert store.events.find(given[1].decision.decision_id) is None
        assert store.events.find(given[2].decision.decision_id) == given[2]

    def test_where_nothing_lies_nothing_is_found(self, store: Store) -> None:
        ref = store.events.append(samples.record())
        for wrong in (
            replace(ref, offset=ref.offset + 1),
            replace(ref, offset=ref.offset + 10_000_000),
            RecordRef(segment=999, offset=ref.offset),
        ):
            assert store.events.record(wrong) is None

    def test_t19_a_record_never_holds_a_card(self, store: Store) -> None:
        card = RestSuggestion(kind="support", title="A breather", body="is an option", options=())
        given = samples.record()
        ref = store.events.append(replace(given, decision=replace(given.decision, rest_suggestion=card)))
        assert store.events.record(ref) == given

    def test_t19_a_record_is_gone_after_30_days(self, store: Store) -> None:
        ref = store.events.append(samples.record())
        store.purge(NOON + timedelta(days=29))
        assert store.events.record(ref) == samples.record()
        store.purge(NOON + timedelta(days=30))
        assert store.events.record(ref) is None

    def test_records_are_walked_in_time_from_a_moment_on_without_the_forgotten(self, store: Store) -> None:
        given = [
            samples.record(n, viewer=viewer, at=NOON + timedelta(hours=9 * n))
            for n, viewer in enumerate(["ana", None, "ben", "ana"])
        ]
        for record in given:
            store.events.append(record)
        assert list(store.events.records()) == given
        assert list(store.events.records(NOON + timedelta(hours=9))) == given[1:]
        store.people.forget(PersonId("ana"))
        assert list(store.events.records()) == given[1:3]

    def test_what_was_served_is_kept_with_its_record(self, store: Store) -> None:
        served = Served(context_topics={TopicId("483"): 0.5}, look={"colour:navy": 1.0}, positions=(4,))
        ref = store.events.append(replace(samples.record(), served=served))
        found = store.events.record(ref)
        assert found is not None
        assert found.served == served

    def test_t35_an_event_is_charged_once(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        assert store.events.take(samples.event(1, price=300)) == _charged(300)
        assert store.events.take(samples.event(1, price=300)) == AGAIN
        assert store.events.take(replace(samples.event(1, price=7), ad_id=AdId("other"))) == AGAIN
        assert store.events.take(samples.event(1, kind="impression", price=10)) == _charged(10)
        assert store.events.spent(NOON) == {AUTUMN: (310, 310)}
        assert [(event.kind, charged) for event, charged in store.events.events()] == [
            ("click", 300),
            ("impression", 10),
        ]

    def test_t35_a_daily_budget_is_never_overdrawn_by_a_micro(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        # 3 x 300 = 900; a fourth 300 would make 1200; 100 fits exactly; 1 more does not.
        outcomes = [store.events.take(samples.event(n, price=p)) for n, p in enumerate([300, 300, 300, 300, 100, 1])]
        assert outcomes == [_charged(300)] * 3 + [FREE, _charged(100), FREE]
        assert store.events.spent(NOON) == {AUTUMN: (1_000, 1_000)}
        assert len(store.events.events()) == 6, "what came too late is stored, free"

    def test_t35_a_lifetime_budget_is_never_overdrawn_by_a_micro(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=400, lifetime=1_000)))
        outcomes = [
            store.events.take(samples.event(n, price=400, at=NOON + timedelta(days=day)))
            for n, day in enumerate([0, 0, 1, 2])
        ]
        # Day 0: 400 of 400, then nothing. Day 1: 400, 800 of 1000 in all. Day 2: 200 are left, 400 do not fit.
        assert outcomes == [_charged(400), FREE, _charged(400), FREE]
        assert store.events.spent(NOON + timedelta(days=2)) == {AUTUMN: (0, 800)}
        assert store.events.take(samples.event(9, price=200, at=NOON + timedelta(days=2))) == _charged(200)

    def test_a_budget_that_is_cut_charges_nothing_more_and_one_that_is_raised_goes_on(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=1_000)))
        store.events.take(samples.event(1, price=600))
        store.catalogue.replace(samples.inventory(samples.campaign(daily=500)))
        assert store.events.take(samples.event(2, price=1)) == FREE
        store.catalogue.replace(samples.inventory(samples.campaign(daily=601)))
        assert store.events.take(samples.event(3, price=1)) == _charged(1)
        assert store.events.spent(NOON) == {AUTUMN: (601, 601)}

    def test_a_campaign_that_left_or_never_was_has_no_budget_but_keeps_its_bill(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign("autumn")))
        store.events.take(samples.event(1, price=300))
        store.catalogue.replace(samples.inventory(samples.campaign("winter")))
        assert store.events.take(samples.event(2, price=300)) == FREE
        assert store.events.take(samples.event(3, campaign_name="unheard-of", price=300)) == FREE
        assert store.events.spent(NOON) == {AUTUMN: (300, 300)}

    def test_days_begin_at_midnight_in_the_campaigns_zone(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=300, zone="Europe/Berlin")))
        before = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)  # 23:59:59 in Berlin
        after = before + timedelta(seconds=1)  # 0:00 of the 21st
        assert store.events.take(samples.event(1, at=before)) == _charged(300)
        assert store.events.take(samples.event(2, at=before)) == FREE
        assert store.events.take(samples.event(3, at=after)) == _charged(300)
        assert store.events.spent(before) == {AUTUMN: (300, 600)}
        assert store.events.spent(after) == {AUTUMN: (300, 600)}

    def test_t35_the_hour_that_a_clock_change_repeats_has_one_budget(self, store: Store) -> None:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=300, zone="Europe/Berlin")))
        first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 2:30 summer time
        again = first + timedelta(hours=1)  # 2:30 once more, winter time
        assert store.events.take(samples.event(1, at=first)) == _charged(300)
        assert store.events.take(samples.event(2, at=again)) == FREE

    @pytest.mark.parametrize("validity", ["givt", "sivt"])
    def test_t36_invalid_traffic_is_stored_and_never_billed(self, store: Store, validity: str) -> None:
        store.catalogue.replace(samples.inventory())
        event = replace(samples.event(), validity=validity)  # pyright: ignore[reportArgumentType]  # parametrized
        outcome = EventOutcome(status="taken", charged=Micros(0), validity=event.validity)
        assert store.events.take(event) == outcome
        assert store.events.events() == [(event, 0)]
        assert store.events.spent(NOON) == {}

    def test_what_costs_nothing_is_not_over_delivered(self, store: Store) -> None:
        assert store.events.take(samples.event(kind="viewable", price=0)) == _charged(0)

    def test_events_come_back_as_they_were_oldest_first(self, store: Store) -> None:
        given = [samples.event(n, at=NOON + timedelta(hours=h, microseconds=7)) for n, h in enumerate([2, 0, 1])]
        for event in given:
            store.events.take(event)
        assert [event for event, _ in store.events.events()] == [given[1], given[2], given[0]]
        assert [event for event, _ in store.events.events(given[2].at)] == [given[2], given[0]]

    def test_a_negative_price_is_refused(self, store: Store) -> None:
        with pytest.raises(InvalidInput, match="price_micros"):
            store.events.take(samples.event(price=-1))
        assert store.events.events() == []
