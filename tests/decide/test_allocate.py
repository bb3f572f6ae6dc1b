"""Slots against a plain allocation written for reading, and propensities against all that could have been drawn."""

from collections import defaultdict
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.allocate import MOST_NEAR, NEAR, Draw, draw, slots_of
from adtailor.decide.auction import _WITH_ALL, hold
from adtailor.decide.eligibility import Asked
from adtailor.domain.decision import Evidence, Limits, Placement
from adtailor.domain.ids import PlacementId
from adtailor.maths.auction import conversion_floor
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_pages import NOW, random_page

seeds = st.integers(0, 2**32)


def held(page, drawn, spacing=0):

    asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=NOW.timestamp())
    slots = slots_of(page.request.placements, conversion_rate=page.world.catalogue.conversion_rate, spacing=spacing)
    return hold(asked, slots, drawn, catalogue=page.world.catalogue, ranker=page.world.ranker)


def plainly(page, ranked, slot, option, spacing=0):
    """Winners and runners-up over the whole ranking, and how many near-winners the explored slot has."""
    catalogue = page.world.catalogue
    shown, runners, options = [], [], 1
    placements = sorted(page.request.placements, key=lambda p: p.position)
    for s, placement in enumerate(placements):
        fitting = []
        near_by = [p.position for p, above in zip(placements, shown, strict=False) if above is not None]
        if any(placement.position - above < spacing for above in near_by):
            shown.append(None)
            runners.append(None)
            continue
        for ad, value in ranked:
            line = catalogue.line(ad)
            bid = line.adset.bid
            floor = conversion_floor(placement.floor, 0.02) if bid.kind == "cpa" else placement.floor
            if line.campaign.tier != "auction":
                floor = 0
            others = [catalogue.line(above) for above in shown if above is not None]
            apart = all(
                line.advertiser.id != other.advertiser.id and not line.campaign.separation & other.campaign.separation
                for other in others
            )
            if line.creative.format in placement.formats and bid.amount >= floor and apart:
                fitting.append((ad, value))
        if not fitting:
            shown.append(None)
            runners.append(None)
            continue
        near = [ad for ad, value in fitting if value >= NEAR * fitting[0][1]][:MOST_NEAR]
        if s == slot:
            options = len(near)
        winner = near[option] if s == slot else fitting[0][0]
        payer = catalogue.line(winner).advertiser.id
        rivals = [ad for ad, _ in fitting if catalogue.line(ad).advertiser.id != payer]
        shown.append(winner)
        runners.append(rivals[0] if rivals else None)
    return shown, runners, options


def whole_ranking(auction):

    ranking = auction.contest.rank(_WITH_ALL, best=len(auction.contest))
    kept = ranking.kept[0]
    return list(zip(ranking.ads[0, :kept].tolist(), ranking.values[0, :kept].tolist(), strict=True))


def plain_page(ads, *, placements):
    """Native placements without a floor, and nothing known of page or viewer."""
    page = random_page(1)
    asked = tuple(Placement(id=PlacementId(f"p{n}"), position=n) for n in range(placements))
    return replace(
        page,
        world=toy_world(ads),
        request=replace(page.request, placements=asked),
        evidence=Evidence(),
        limits=Limits(age="adult", protected=False),
    )


def places(auction, chosen):
    return [int(auction.ranking.ads[0, k]) if k >= 0 else None for k in chosen]


@settings(max_examples=150, deadline=None)
@given(seed=seeds, slot=st.integers(-1, 3), pick=st.floats(0, 1, exclude_max=True), spacing=st.integers(0, 3))
def test_slots_are_filled_as_by_going_through_the_whole_ranking(seed, slot, pick, spacing):
    page = random_page(seed, most_ads=24)
    slot = min(slot, len(page.request.placements) - 1)
    auction = held(page, Draw(slot=slot, pick=pick, slot_chance=0.1), spacing)
    ranked = whole_ranking(auction)
    _, _, options = plainly(page, ranked, slot, 0, spacing)
    shown, runners, _ = plainly(page, ranked, slot, int(pick * options), spacing)
    assert places(auction, auction.allocation.chosen[0]) == shown
    assert places(auction, auction.allocation.runner_up[0]) == runners


@settings(max_examples=100, deadline=None)
@given(seed=seeds, chance=st.sampled_from([0.02, 0.1, 0.25]), slot=st.integers(-1, 3), pick=st.sampled_from([0.0, 0.6]))
def test_a_propensity_is_the_sum_over_every_page_that_chance_could_have_made(seed, chance, slot, pick):
    page = random_page(seed)
    slots = len(page.request.placements)
    chance = min(chance, 1 / slots)
    auction = held(page, Draw(slot=min(slot, slots - 1), pick=pick, slot_chance=chance))
    ranked = whole_ranking(auction)
    expected = [defaultdict(float) for _ in range(slots)]
    for explored in range(-1, slots):
        _, _, options = plainly(page, ranked, explored, 0)
        weight = 1 - slots * chance if explored < 0 else chance / options
        for option in range(options):
            for s, ad in enumerate(plainly(page, ranked, explored, option)[0]):
                expected[s][ad] += weight
    for s, ad in enumerate(places(auction, auction.allocation.chosen[0])):
        if ad is not None:
            assert auction.propensities[s] == pytest.approx(expected[s][ad], abs=1e-12)


def test_how_often_an_ad_is_drawn_is_its_propensity():
    ads = [{"id": "boots", "bid": "0.40"}, {"id": "socks", "bid": "0.38"}, {"id": "laces", "bid": "0.10"}]
    page = plain_page(ads, placements=1)
    drawn = defaultdict(int)
    propensity = {}
    for seed in range(1_500):
        won = replace(page, seed=seed).decide(exploration=0.3).placements[0].won
        drawn[won.ad_id] += 1
        propensity[won.ad_id] = won.propensity
        if won.ad_id == "socks":
            assert won.price == 0  # explored: the floor
    # Explored with chance 0.3, then boots or socks alike; laces are worth a quarter of boots, and never near.
    assert propensity == {"boots": pytest.approx(0.85), "socks": pytest.approx(0.15)}
    # The standard error of a share of .15 in 1500 draws is sqrt(.15 x .85 / 1500) = .0092; four of them are allowed.
    assert drawn["socks"] / 1_500 == pytest.approx(0.15, abs=4 * 0.0092)


def test_when_one_advertiser_holds_the_best_64_the_second_slot_still_finds_the_next():
    ads = [{"id": f"big-{n}", "advertiser": "big", "bid": "0.90"} for n in range(80)]
    ads += [{"id": "small", "bid": "0.10"}, {"id": "smaller", "bid": "0.05"}]
    page = plain_page(ads, placements=2)
    for exploration in (0.0, 0.02):
        first, second = page.decide(exploration=exploration).placements
        assert (first.won.advertiser_id, first.won.runner_up) == ("big", "small")
        assert (second.won.ad_id, second.won.runner_up) == ("small", "smaller")


@given(slots=st.integers(1, 20), exploration=st.floats(0, 1), seed=seeds)
def test_chance_takes_two_numbers_and_explores_one_slot_at_most(slots, exploration, seed):
    random, counted = Random(seed), Random(seed)
    drawn = draw(random, slots, exploration)
    counted.random()
    counted.random()
    assert random.getstate() == counted.getstate()
    assert -1 <= drawn.slot < slots
    assert drawn.slot_chance == pytest.approx(min(exploration, 1 / slots))


def test_each_slot_is_explored_as_often_as_any_other():
    random = Random(5)
    found = defaultdict(int)
    for _ in range(20_000):
        found[draw(random, 3, 0.1).slot] += 1
    # Standard error sqrt(.1 x .9 / 20 000) = .0021
    assert [found[slot] / 20_000 for slot in range(3)] == [pytest.approx(0.1, abs=0.0085)] * 3
