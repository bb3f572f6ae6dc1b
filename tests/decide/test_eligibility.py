"""Rules: reasons in words, and what ablation needs of them."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.answers import FEW, KeptAnswers
from adtailor.decide.auction import in_play
from adtailor.decide.bits import BIT
from adtailor.decide.eligibility import RULES, Asked, reasons, sift, why_not
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement
from adtailor.domain.ids import CampaignId, PlacementId, RequestId, SiteId
from adtailor.domain.money import Micros
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_pages import NOW, random_page

REQUEST = DecisionRequest(
    request_id=RequestId("r"),
    site_id=SiteId("s"),
    placements=(Placement(id=PlacementId("p")),),
    context=Context(language="en", device="mobile"),
)
EVIDENCE = Evidence(
    context_topics={"hiking": 0.9}, interests={"music": 0.5}, look={"colour:navy": 0.5}, place=Place(country="DE")
)
ADULT = Limits(age="adult", protected=False)


def turned_away(ad, *, evidence=EVIDENCE, limits=ADULT, at=NOW, spent=None):
    world = toy_world([{"id": "boots", **ad}], parents={"hiking": "sports"}, adult_products=["gin"], spent=spent)
    asked = Asked(request=REQUEST, evidence=evidence, limits=limits, at=at.timestamp())
    sifted = sift(asked, world.catalogue)
    return why_not(asked, world.catalogue, 0, sifted.codes([0])[0])


@pytest.mark.parametrize(
    ("ad", "why"),
    [
        ({}, ()),
        ({"status": "paused"}, ("the ad is paused",)),
        ({"campaign": "draft"}, ("the campaign is draft",)),
        ({"starts": NOW + timedelta(hours=1)}, ("starts at 2026-11-20 13:00 UTC",)),
        ({"ends": NOW}, ("ended at 2026-11-20 12:00 UTC",)),
        ({"starts": NOW, "ends": NOW + timedelta(seconds=1)}, ()),
        ({"format": "carousel"}, ("no placement takes carousel",)),
        ({"asks_countries": ["FR", "IT"]}, ("asks for country FR, IT, this is DE",)),
        ({"asks_countries": ["DE", "IT"]}, ()),
        ({"asks_languages": ["de"]}, ("asks for language de, this is en",)),
        ({"asks_devices": ["desktop"]}, ("asks for device desktop, this is mobile",)),
        ({"asks_topics": ["food"]}, ("the page is not about food",)),
        ({"asks_topics": ["sports"]}, ()),  # hiking counts as sports
        ({"excludes_topics": ["sports", "food"]}, ("excludes pages about sports",)),
        ({"asks_interests": ["food"]}, ("viewer's interests do not match",)),
        ({"asks_interests": ["music"]}, ()),
        ({"asks_look": ["colour:red"]}, ("viewer's look does not match",)),
        ({"asks_look": ["colour:navy"]}, ()),
        ({"products": ["gin"]}, ()),
        ({"daily_cap": 0}, ("seen 0 times today, cap 0",)),
        ({"status": "paused", "format": "image"}, ("the ad is paused", "no placement takes image")),
    ],
)  # fmt: skip
def test_an_ad_is_turned_away_in_words(ad, why):
    assert turned_away(ad) == why


@pytest.mark.parametrize(
    ("ad", "limits", "why"),
    [
        ({"topics": ["hiking"]}, {"muted_topics": frozenset({"sports"})}, ("viewer muted sports",)),
        ({"topics": ["sports"]}, {"muted_topics": frozenset({"hiking"})}, ()),
        ({}, {"muted_advertisers": frozenset({"boots-ltd", "unheard-of"})}, ("viewer muted boots-ltd",)),
        ({}, {"hidden_ads": frozenset({"boots", "unheard-of"})}, ("viewer hid it",)),
        ({"daily_cap": 3}, {"seen_today": {"boots": 3, "gone": 9}}, ("seen 3 times today, cap 3",)),
        ({"daily_cap": 3}, {"seen_today": {"boots": 2}}, ()),
        ({"session_cap": 1}, {"session_seen": {"boots": 1}}, ("seen 1 times this session, cap 1",)),
        ({"products": ["gin"]}, {"protected": True}, ("not for minors, or where the age is not known",)),
        ({"asks_interests": ["music"]}, {"protected": True}, ("reaches people by their profile, never minors",)),
    ],
)
def test_what_a_viewer_asked_for_keeps_ads_away(ad, limits, why):
    assert turned_away(ad, limits=replace(ADULT, **limits)) == why


@pytest.mark.parametrize(
    ("ad", "why"),
    [
        ({"asks_countries": ["DE"]}, ("asks for country DE, this is not known",)),
        ({"asks_topics": ["hiking"]}, ("the page is not about hiking",)),
        ({"excludes_topics": ["food"]}, ("excludes topics, and those of the page are not known",)),
        ({"asks_interests": ["music"]}, ("viewer's interests do not match",)),
        ({"asks_look": ["colour:navy"]}, ("viewer's look does not match",)),
        ({"topics": ["hiking"]}, ()),
    ],
)
def test_an_ad_that_asks_for_what_is_not_known_is_turned_away(ad, why):
    assert turned_away(ad, evidence=Evidence()) == why


def test_a_page_that_was_read_and_is_about_nothing_excludes_nothing():
    assert turned_away({"excludes_topics": ["food"]}, evidence=Evidence(context_topics={})) == ()


def test_an_interest_that_has_faded_answers_no_targeting():
    assert turned_away({"asks_interests": ["music"]}, evidence=replace(EVIDENCE, interests={"music": 0.04})) != ()


@pytest.mark.parametrize(("spent", "why"), [("0.60", ()), ("0.600001", ("budget spent",))])
def test_a_campaign_without_room_for_one_more_click_at_full_bid_is_closed(spent, why):
    # 1.00 a day, 0.40 a click: 0.60 spent leaves room for exactly one.
    assert turned_away({"bid": "0.40", "budget": "1"}, spent={"boots": spent}) == why


def test_one_impression_of_a_cpm_ad_needs_a_thousandth_of_its_bid():
    ad = {"bid": "4", "pays": "cpm", "budget": "1"}
    assert turned_away(ad, spent={"boots": "0.996"}) == ()
    assert turned_away(ad, spent={"boots": "0.997"}) == ("budget spent",)


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_without_a_signal_the_bits_say_what_sifting_again_without_it_would(seed):
    page = random_page(seed)
    catalogue = page.world.catalogue
    asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=NOW.timestamp())
    judged = sift(asked, catalogue).eligibility
    for signal in in_play(page.evidence):
        again = sift(replace(asked, evidence=page.evidence.without(signal)), catalogue)
        bit = BIT[signal]
        by_bits = judged.may & (judged.fails_with & ~np.uint8(bit) == 0) & (judged.fails_without & np.uint8(bit) == 0)
        assert by_bits.tolist() == [code == 0 for code in again.codes(range(len(catalogue)))]


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_counts_and_first_few_agree_with_the_codes(seed):
    page = random_page(seed)
    catalogue = page.world.catalogue
    asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=NOW.timestamp())
    sifted = sift(asked, catalogue)
    codes = sifted.codes(range(len(catalogue)))
    for r in range(len(RULES)):
        ads = [ad for ad, code in enumerate(codes) if code >> r & 1]
        said = sifted.answers[r]
        assert (said.turned_away if said else 0) == len(ads)
        assert list(said.first if said else ()) == ads[:FEW]
    assert sifted.any_stays == (0 in codes)


@settings(max_examples=60, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 30), min_size=2, max_size=6),
    days=st.lists(st.integers(-3, 3), min_size=6, max_size=6),
)
def test_what_was_kept_for_one_request_is_what_another_would_have_been_told(seeds, days):
    world = random_page(seeds[0]).world
    for seed, day in zip(seeds, days, strict=False):
        page = random_page(seed)
        at = (NOW + timedelta(days=day)).timestamp()
        asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=at)
        fresh = replace(world.catalogue, kept=KeptAnswers(ads=len(world.catalogue)))
        everyone = range(len(world.catalogue))
        assert sift(asked, world.catalogue).codes(everyone) == sift(asked, fresh).codes(everyone)


def test_a_campaign_begins_and_ends_at_its_second_whatever_was_kept_before():
    world = toy_world([{"id": "boots", "starts": NOW, "ends": NOW + timedelta(hours=1)}])
    stands = {}
    for seconds in (-1, 0, 1, 3599, 3600, -1, 0):
        asked = Asked(request=REQUEST, evidence=EVIDENCE, limits=ADULT, at=NOW.timestamp() + seconds)
        stands[seconds] = sift(asked, world.catalogue).any_stays
    assert stands == {-1: False, 0: True, 1: True, 3599: True, 3600: False}


def test_a_budget_that_was_spent_meanwhile_is_not_answered_from_memory():
    catalogue = toy_world([{"id": "boots", "bid": "0.40", "budget": "1"}]).catalogue
    asked = Asked(request=REQUEST, evidence=EVIDENCE, limits=ADULT, at=NOW.timestamp())
    spent = catalogue.with_spent({CampaignId("boots"): (Micros(700_000), Micros(700_000))})
    assert [sift(asked, ads).any_stays for ads in (catalogue, spent, catalogue)] == [True, False, True]


def test_memory_for_answers_is_bounded():
    kept = KeptAnswers(ads=10)
    for n in range(1_000):
        assert kept.of(n, lambda: None) is None
        assert 1 <= len(kept) <= 256
    huge = KeptAnswers(ads=100_000_000)
    assert huge.of("key", lambda: None) is None
    assert len(huge) == 0


def test_each_bit_of_a_code_has_its_own_words():
    assert len({rule.says for rule in RULES}) == len(RULES) <= 32
    assert reasons(1 << 2) == ("budget spent",)
    assert reasons(0) == ()
