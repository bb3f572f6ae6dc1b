"""Budgets last, promises are kept in time, and what vetoes save is not spent on others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from adtailor.decide.catalogue import CONVERSION_RATE
from adtailor.domain.decision import Won
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, PlacementId
from adtailor.domain.money import Micros
from adtailor.journeys.pacing import Pacer, day_of, expected_cost
from adtailor.journeys.traffic_curve import TrafficCurve
from adtailor.maths.pacing import SLOTS
from adtailor.testing.toy_ads import toy_world

DAWN = datetime(2026, 11, 20, tzinfo=UTC)
BOOTS = {"id": "boots", "bid": "0.40", "budget": "10", "pacing": "even"}
FIRST = PlacementId("p")


def won(name="boots", *, price=400_000, rate=0.01, kind="cpc"):
    return Won(
        ad_id=AdId(name), campaign_id=CampaignId(name), advertiser_id=AdvertiserId(f"{name}-ltd"), bid_kind=kind,
        bid=Micros(400_000), price=Micros(price), click_rate=rate, quality=0.0, value=1.0, runner_up=None,
        runner_up_value=0.0, propensity=1.0,
    )  # fmt: skip


def bid_of(catalogue, name="boots"):
    return int(catalogue.bids[catalogue.index[name]])


class Day:
    """A campaign's day, a page every few minutes; what is charged comes at once."""

    def __init__(self, ad, *, costs, vetoed=False, charged=None):
        self.world = toy_world([ad])
        self.pacer = Pacer()
        self.spent = 0
        self.bids = []
        self.costs, self.vetoed, self.charged = costs, vetoed, costs if charged is None else charged

    def run(self, *, begins=DAWN, hours=24):
        catalogue = self.world.catalogue
        for minute in range(0, hours * 60, 5):
            now = begins + timedelta(minutes=minute)
            charged = {CampaignId("boots"): (Micros(self.spent), Micros(self.spent))} if self.spent else {}
            catalogue = self.pacer.paced(catalogue, spent=charged, delivered=lambda _: {}, now=now)
            left = catalogue.budgets.daily - self.spent - self.pacer.set_aside(catalogue.budgets.index)
            catalogue = catalogue.with_room(left, left.astype(np.float64))
            self.bids.append(bid_of(catalogue))
            self.open = bool(catalogue.budget_open.all())
            if not self.open:
                continue
            share = self.bids[-1] / 400_000
            shown = frozenset() if self.vetoed else frozenset({FIRST})
            cost = int(self.costs * share)
            self.pacer.filled({FIRST: won(price=cost, rate=1.0)}, shown, catalogue=catalogue, now=now)
            if not self.vetoed:
                self.spent += int(self.charged * share)
        return self


def test_a_budget_that_the_day_cannot_use_up_is_bid_in_full():
    # 288 pages of 0.02 are 5.76 of 10.
    assert set(Day(BOOTS, costs=20_000).run().bids) == {400_000}


def test_a_budget_that_would_be_gone_by_noon_lasts_until_the_evening():
    day = Day(BOOTS, costs=70_000).run()  # 20.16 in full, of 10
    assert min(day.bids) < 400_000
    assert 9_000_000 <= day.spent <= 10_000_000
    assert day.bids[-12:] != [0] * 12


def test_as_soon_as_possible_is_not_paced():
    day = Day({**BOOTS, "pacing": "asap"}, costs=70_000).run()
    assert set(day.bids) == {400_000}
    assert not day.open


def test_t01_what_a_veto_takes_away_is_as_good_as_spent():
    shown, vetoed = (Day(BOOTS, costs=70_000, vetoed=veto).run() for veto in (False, True))
    assert vetoed.spent == 0
    assert min(vetoed.bids) < 400_000
    # The same pages, of which all were taken away: bids are no higher than where all were shown, give or take what
    # is outstanding there for some minutes more.
    assert np.mean(vetoed.bids) <= np.mean(shown.bids) * 1.05


def test_t01_a_budget_closes_once_vetoes_have_used_it_up_and_opens_the_next_day():
    day = Day({**BOOTS, "pacing": "asap"}, costs=70_000, vetoed=True).run(hours=24)
    assert not day.open
    assert day.run(begins=DAWN + timedelta(days=1), hours=1).open


def test_hours_that_a_campaign_does_not_run_are_no_part_of_its_day():
    evening = [day * 24 + hour for day in range(7) for hour in (20, 21)]
    world = toy_world([{**BOOTS, "hours": evening}])
    pacer, catalogue = Pacer(), world.catalogue
    over = []
    for hour in (19, 20, 21, 22, 23):
        catalogue = pacer.paced(catalogue, spent={}, delivered=lambda _: {}, now=DAWN + timedelta(hours=hour))
        over.append(float(pacer._state.over[0]))
    assert over == pytest.approx([0.0, 0.0, 0.5, 1.0, 1.0])


def test_a_changed_catalogue_forgets_no_pace():
    day = Day(BOOTS, costs=70_000).run(hours=12)
    again = toy_world([BOOTS, {"id": "socks", "bid": "0.10"}]).catalogue
    now = DAWN + timedelta(hours=12)
    spent = {CampaignId("boots"): (Micros(day.spent), Micros(day.spent))}
    paced = day.pacer.paced(again, spent=spent, delivered=lambda _: {}, now=now)
    assert bid_of(paced) == pytest.approx(day.bids[-1], rel=0.1)
    assert bid_of(paced, "socks") == 100_000


def test_a_promise_takes_its_turns_as_the_time_goes_by():
    goal = {"id": "festival", "tier": "guaranteed", "goal": 2400, "starts": DAWN, "ends": DAWN + timedelta(days=1)}
    pacer, catalogue = Pacer(), toy_world([goal, BOOTS]).catalogue
    counts = iter([0, 99, 101, 240])
    behind = []
    for hour in (0, 1, 2, 2.4):
        catalogue = pacer.paced(
            catalogue, spent={}, now=DAWN + timedelta(hours=hour),
            delivered=lambda asked: {CampaignId("festival"): next(counts)} if asked == ["festival"] else {},
        )  # fmt: skip
        behind.append(bool(catalogue.behind[catalogue.index["festival"]]))
        assert catalogue.behind[catalogue.index["boots"]]
    # Due: 0, 100, 200, 240.
    assert behind == [False, True, True, False]


def test_what_was_just_shown_counts_before_it_is_reported():
    goal = {"id": "festival", "tier": "guaranteed", "goal": 24, "starts": DAWN, "ends": DAWN + timedelta(days=1)}
    pacer, catalogue = Pacer(), toy_world([goal]).catalogue
    for second, still_behind in ((0, True), (1, False)):
        now = DAWN + timedelta(hours=1, seconds=second)
        catalogue = pacer.paced(catalogue, spent={}, delivered=lambda _: {}, now=now)
        assert bool(catalogue.behind[0]) is still_behind
        for _ in range(2):
            pacer.filled({FIRST: won("festival", kind="cpm")}, frozenset({FIRST}), catalogue=catalogue, now=now)


def test_a_bid_follows_its_target_cost_and_never_exceeds_the_most_it_pays():
    ad = {"id": "boots", "bid": "0.40", "target": "0.15", "budget": "100000"}
    pacer, catalogue, random = Pacer(), toy_world([ad]).catalogue, Random(4)
    prices = []
    for second in range(1_200):
        now = DAWN + timedelta(seconds=second)
        catalogue = pacer.paced(catalogue, spent={}, delivered=lambda _: {}, now=now)
        bid = bid_of(catalogue)
        assert 0 < bid <= 400_000
        if (rival := random.randrange(500_000)) < bid:
            prices.append(rival)
            pacer.filled({FIRST: won(price=rival, rate=1.0)}, frozenset({FIRST}), catalogue=catalogue, now=now)
    # Rivals below 0.30 average 0.15: there the bid ends, and what is paid is the target, to a twentieth.
    assert np.mean(prices[len(prices) // 4 :]) == pytest.approx(150_000, rel=0.05)
    assert np.mean(prices) <= 150_000


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 11, 20), 24)])
def test_a_day_has_the_hours_it_has(day, hours):
    zone = ZoneInfo("Europe/Berlin")
    begins, ends = day_of(datetime(*day, 12, tzinfo=zone).timestamp(), zone)
    assert (ends - begins) / 3600 == hours


def test_what_an_ad_is_expected_to_cost_goes_by_what_it_is_paid_for():
    assert expected_cost(won(price=1000, rate=0.01), CONVERSION_RATE) == (10.0, 0.01)
    assert expected_cost(won(price=1000, rate=0.01, kind="cpm"), CONVERSION_RATE) == (1.0, 0.001)
    assert expected_cost(won(price=1000, rate=0.01, kind="cpa"), 0.5) == (5.0, 0.005)
    assert expected_cost(replace(won(price=1000, rate=0.01), attention=0.5), 0.5) == (5.0, 0.005)


def test_a_curve_is_flat_until_a_day_was_seen_and_then_follows_it():
    curve = TrafficCurve()
    begins = int(DAWN.timestamp())
    for day in range(2):
        for slot in range(SLOTS):
            for _ in range(1 + 3 * (slot >= 48)):
                curve.saw(begins + day * 86_400 + slot * 900.0)
        if day == 0:
            assert set(curve.weights) == {1.0}
    weights = curve.weights
    assert weights[60] / weights[10] == pytest.approx(4.0)
