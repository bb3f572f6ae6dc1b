"""Pages that are worth the most, against trying every page."""

from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.allocate import Draw, slots_of
from adtailor.decide.auction import _WITH_ALL, hold
from adtailor.decide.eligibility import Asked
from adtailor.decide.position import attention
from adtailor.domain.decision import Evidence, Limits, Placement
from adtailor.domain.ids import PlacementId
from adtailor.domain.money import Micros
from adtailor.maths.auction import conversion_floor
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_pages import NOW, random_page


def surplus(placement, line, value, bid):
    """What an ad is worth in a place beyond the floor; None where it may not stand."""
    floor = conversion_floor(placement.floor, 0.02) if line.adset.bid.kind == "cpa" else placement.floor
    if line.creative.format not in placement.formats or bid < floor:
        return None
    return attention(placement.position) * value * (1 - floor / bid)


def apart(lines):
    names = [line.advertiser.id for line in lines]
    labels = [label for line in lines for label in line.campaign.separation]
    return len(set(names)) == len(names) and len(set(labels)) == len(labels)


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_no_page_of_those_who_bid_is_worth_more(seed):
    page = random_page(seed, most_ads=12)
    catalogue = page.world.catalogue
    placements = sorted(page.request.placements, key=lambda p: p.position)[:3]
    page = replace(page, request=replace(page.request, placements=tuple(placements)))
    asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=NOW.timestamp())
    slots = slots_of(page.request.placements, conversion_rate=catalogue.conversion_rate)
    drawn = Draw(slot=-1, pick=0.0, slot_chance=0.0)
    auction = hold(asked, slots, drawn, catalogue=catalogue, ranker=page.world.ranker, pricing="vcg")
    ranking = auction.contest.rank(_WITH_ALL, best=len(auction.contest))
    values = dict(zip(ranking.ads[0, : ranking.kept[0]].tolist(), ranking.values[0].tolist(), strict=False))
    shown = {s: ad for s, ad in enumerate(auction.winners.tolist()) if ad >= 0}
    promised = {s: ad for s, ad in shown.items() if catalogue.tiers.is_guaranteed[ad]}
    bidding = [ad for ad in values if catalogue.tiers.takes_floors[ad]]

    def worth(ads):
        parts = [surplus(placements[s], catalogue.line(ad), values[ad], catalogue.bids[ad]) for s, ad in ads.items()]
        return None if None in parts else sum(parts)

    best = 0.0
    for some in product([None, *bidding], repeat=len(placements)):
        ads = {s: ad for s, ad in enumerate(some) if ad is not None and s not in promised}
        if apart([catalogue.line(ad) for ad in (*ads.values(), *promised.values())]):
            best = max(best, worth(ads) or 0.0)
    mine = {s: ad for s, ad in shown.items() if catalogue.tiers.takes_floors[ad]}
    assert apart([catalogue.line(ad) for ad in shown.values()])
    assert worth(mine) == pytest.approx(best)


def page_of(ads, *, floors=(0, 0)):
    page = random_page(1)
    return replace(
        page,
        world=toy_world(ads),
        request=replace(
            page.request,
            placements=tuple(
                Placement(id=PlacementId(f"p{n}"), position=n, floor=Micros(floor)) for n, floor in enumerate(floors)
            ),
        ),
        evidence=Evidence(),
        limits=Limits(age="adult", protected=False),
    )


def test_each_pays_what_it_takes_from_the_others():
    ads = [{"id": "boots", "bid": "0.40"}, {"id": "socks", "bid": "0.30"}, {"id": "laces", "bid": "0.20"}]
    first, second = page_of(ads).decide(exploration=0.0, pricing="vcg").placements
    assert (first.won.ad_id, first.won.priced_by, second.won.ad_id) == ("boots", "vcg", "socks")
    # The lower place is looked at 2^-.3 = .812 times as often. Without boots, socks and laces move up:
    # 0.30 x (1 - .812) + 0.20 x .812, which a click in the first place bears; socks only keep laces out.
    assert first.won.price == pytest.approx(300_000 * (1 - 2**-0.3) + 200_000 * 2**-0.3, abs=1)
    assert second.won.price == pytest.approx(200_000, abs=1)


def test_floors_that_differ_leave_the_truth_the_best_bid():
    # The top costs 0.25 at least; at a value of 0.30 the lower place, which is free, leaves more.
    ads = [{"id": "boots", "bid": "0.30"}]
    first, second = page_of(ads, floors=(250_000, 0)).decide(exploration=0.0, pricing="vcg").placements
    assert first.won is None
    assert (second.won.ad_id, second.won.price) == ("boots", 0)


def test_a_bid_of_just_the_floor_still_fills_a_place():
    (only,) = page_of([{"id": "boots", "bid": "0.25"}], floors=(250_000,)).decide(pricing="vcg").placements
    assert (only.won.ad_id, only.won.price) == ("boots", 250_000)


def test_how_often_an_ad_is_drawn_is_its_propensity():
    ads = [{"id": "boots", "bid": "0.40"}, {"id": "socks", "bid": "0.38"}, {"id": "laces", "bid": "0.10"}]
    page = page_of(ads, floors=(0,))
    seen = {}
    for seed in range(1_000):
        won = replace(page, seed=seed).decide(exploration=0.3, pricing="vcg").placements[0].won
        seen.setdefault(won.ad_id, []).append((won.propensity, won.price))
    # Explored with chance 0.3, then boots or socks alike; standard error sqrt(.15 x .85 / 1000) = .0113.
    assert {ad: one[0][0] for ad, one in seen.items()} == {"boots": pytest.approx(0.85), "socks": pytest.approx(0.15)}
    assert len(seen["socks"]) / 1_000 == pytest.approx(0.15, abs=4 * 0.0113)
    assert {price for _, price in seen["socks"]} == {0}


def test_one_advertiser_who_holds_the_best_64_leaves_the_second_place_to_the_next():
    ads = [{"id": f"big-{n}", "advertiser": "big", "bid": "0.90"} for n in range(80)]
    ads += [{"id": "small", "bid": "0.10"}, {"id": "smaller", "bid": "0.05"}]
    for exploration in (0.0, 0.02):
        first, second = page_of(ads).decide(exploration=exploration, pricing="vcg").placements
        assert (first.won.advertiser_id, second.won.ad_id) == ("big", "small")


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), pricing=st.sampled_from(["gsp", "vcg", "first"]))
def test_the_order_in_which_ads_are_kept_changes_nothing(seed, pricing):
    random = Random(seed)
    ads = [{"id": f"a{n}", "bid": random.choice(("0.20", "0.30")), "advertiser": f"v{n % 7}"} for n in range(12)]
    answers = []
    for _ in range(2):
        random.shuffle(ads)
        decision = page_of(ads, floors=(0, 0, 0)).decide(exploration=0.0, pricing=pricing)
        answers.append([(f.won.ad_id, f.won.price) for f in decision.placements if f.won])
    assert answers[0] == answers[1]
    assert len(answers[0]) == 3


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), pricing=st.sampled_from(["gsp", "vcg", "first"]), times=st.integers(2, 9))
def test_bids_in_another_currency_choose_the_same_ads_at_the_same_prices(seed, pricing, times):
    random = Random(seed)
    cents = [random.randrange(5, 60) for _ in range(8)]
    pages = []
    for factor in (1, times):
        ads = [{"id": f"a{n}", "bid": f"{cent * factor / 100:.2f}"} for n, cent in enumerate(cents)]
        pages.append(page_of(ads, floors=(20_000 * factor, 0)).decide(exploration=0.0, pricing=pricing).placements)
    for one, many in zip(*pages, strict=True):
        assert one.won.ad_id == many.won.ad_id
        # Each price is rounded up to a whole micro.
        assert abs(many.won.price - one.won.price * times) <= times
