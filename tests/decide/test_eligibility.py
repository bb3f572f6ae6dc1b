"""Rules: reasons in words, and what ablation needs of them."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adtailor.decide.answers import FEW, KeptAnswers, answer
from adtailor.decide.bits import BIT
from adtailor.decide.eligibility import RULES, Asked, reasons, sift, why_not
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement
from adtailor.domain.ids import CampaignId, PlacementId, RequestId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.signals import SIGNALS
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_pages import NOW, random_page

REQUEST = DecisionRequest(
    request_id=RequestId("r"),
    site_id=SiteId("s"),
    placements=(Placement(id=PlacementId("p")),),
    context=Context(language="en", device="mobile"),
)
EVIDENCE = Evidence(
    context_topics={"hiking": 0.9},
    context_keywords=frozenset({"trail", "wet boots"}),
    context_tone={"playful": 0.5, "warm": 0.49},
    interests={"music": 0.5},
    segments=frozenset({"members"}),
    look={"colour:navy": 0.5},
    place=Place(country="DE", region="BE", lat=52.5, lon=13.4),
)
ADULT = Limits(age="adult", protected=False)
FRIDAY_NOON = 4 * 24 + 12
POTSDAM, MUNICH = (52.4, 13.06, 30), (48.1, 11.6, 100)


def turned_away(ad, *, evidence=EVIDENCE, limits=ADULT, at=NOW, spent=None):
    # Socks share the ad set of boots, laces only the advertiser.
    world = toy_world(
        [
            {"id": "boots", "advertiser": "peak", "bid": "0.50", **ad},
            {"id": "socks", "advertiser": "peak", "set": "boots"},
            {"id": "laces", "advertiser": "peak", "bid": "0.01"},
        ],
        parents={"hiking": "sports"},
        adult_products=["gin"],
        spent=spent,
    )
    boots = world.catalogue.index["boots"]
    asked = Asked(request=REQUEST, evidence=evidence, limits=limits, at=at.timestamp())
    sifted = sift(asked, world.catalogue)
    return why_not(asked, world.catalogue, boots, sifted.codes([boots])[0])


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
        ({"set_status": "paused"}, ("the ad set is paused",)),
        ({"creative": "in_review"}, ("the creative is in review",)),
        ({"format": "carousel", "cards": 0}, ("the carousel has no cards", "no placement takes carousel")),
        ({"set_starts": NOW + timedelta(hours=1)}, ("starts at 2026-11-20 13:00 UTC",)),
        ({"starts": NOW - timedelta(1), "set_ends": NOW}, ("ended at 2026-11-20 12:00 UTC",)),
        ({"set_ends": NOW + timedelta(hours=1), "ends": NOW + timedelta(hours=2)}, ()),
        ({"hours": [FRIDAY_NOON]}, ()),
        ({"hours": [FRIDAY_NOON + 1]}, ("does not run on Friday at 12:00 in UTC",)),
        ({"hours": [FRIDAY_NOON + 1], "zone": "Europe/Berlin"}, ()),
        ({"hours": [FRIDAY_NOON], "zone": "Asia/Kathmandu"}, ("does not run on Friday at 17:45 in Asia/Kathmandu",)),
        ({"asks_countries": ["FR", "IT"]}, ("asks for country FR, IT, this is DE",)),
        ({"asks_regions": ["DE-BE"]}, ()),
        ({"asks_regions": ["DE-BY"]}, ("asks for region DE-BY, this is DE-BE",)),
        ({"asks_countries": ["FR"], "asks_regions": ["DE-BE"]}, ()),
        ({"asks_countries": ["FR"], "asks_circles": [POTSDAM]}, ()),
        ({"asks_countries": ["DE"], "asks_circles": [MUNICH]}, ()),
        ({"asks_countries": ["FR"], "asks_circles": [MUNICH]}, ("asks for country FR or a circle, this is DE-BE",)),
        ({"asks_circles": [MUNICH, MUNICH]}, ("asks for a circle (2 in all), this is DE-BE",)),
        ({"excludes_countries": ["DE", "FR"]}, ("excludes country DE",)),
        ({"excludes_countries": ["FR"]}, ()),
        ({"asks_countries": ["DE"], "excludes_regions": ["DE-BE"]}, ("excludes region DE-BE",)),
        ({"excludes_regions": ["DE-BY", "FR-IDF"]}, ()),
        ({"excludes_circles": [POTSDAM]}, ("excludes a circle that this place lies in",)),
        ({"excludes_circles": [MUNICH]}, ()),
        ({"excludes_languages": ["en"]}, ("excludes language en",)),
        ({"excludes_languages": ["de"]}, ()),
        ({"excludes_devices": ["mobile"]}, ("excludes device mobile",)),
        ({"excludes_devices": ["desktop"]}, ()),
        ({"asks_keywords": ["wet boots", "rain"]}, ()),
        ({"asks_keywords": ["rain"]}, ("the page has none of the words rain",)),
        ({"excludes_keywords": ["wet boots", "rain"]}, ("excludes pages with wet boots",)),
        ({"excludes_keywords": ["rain"]}, ()),
        ({"asks_tones": ["playful"]}, ()),
        ({"asks_tones": ["warm"]}, ("asks for a page that sounds warm, this one sounds playful",)),
        ({"excludes_tones": ["playful", "warm"]}, ("excludes pages that sound playful",)),
        ({"excludes_tones": ["warm"]}, ()),
        ({"asks_segments": ["members", "press"]}, ()),
        ({"asks_segments": ["press"]}, ("viewer's groups do not match",)),
        ({"excludes_segments": ["members"]}, ("viewer's groups excluded",)),
        ({"excludes_interests": ["music"]}, ("viewer's interests excluded",)),
        ({"excludes_interests": ["food"]}, ()),
        ({"excludes_look": ["colour:navy"]}, ("viewer's look excluded",)),
        ({"excludes_look": ["colour:red"]}, ()),
        ({"set_cap": 0}, ("ads of its ad set seen 0 times today, cap 0",)),
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
        ({}, {"muted_advertisers": frozenset({"peak", "unheard-of"})}, ("viewer muted peak",)),
        ({}, {"hidden_ads": frozenset({"boots", "unheard-of"})}, ("viewer hid it",)),
        ({"daily_cap": 3}, {"seen_today": {"boots": 3, "gone": 9}}, ("seen 3 times today, cap 3",)),
        ({"daily_cap": 3}, {"seen_today": {"boots": 2}}, ()),
        ({"set_cap": 4}, {"seen_today": {"boots": 2, "socks": 2}}, ("ads of its ad set seen 4 times today, cap 4",)),
        ({"set_cap": 5}, {"seen_today": {"boots": 2, "socks": 2}}, ()),
        ({"campaign_cap": 4}, {"seen_today": {"boots": 2, "socks": 2}},
         ("ads of its campaign seen 4 times today, cap 4",)),
        ({"advertiser_cap": 6}, {"seen_today": {"boots": 2, "socks": 2, "laces": 2}},
         ("ads of peak seen 6 times today, cap 6",)),
        ({"advertiser_cap": 7}, {"seen_today": {"boots": 2, "socks": 2, "laces": 2, "gone": 9}}, ()),
        ({"session_cap": 1}, {"session_seen": {"boots": 1}}, ("seen 1 times this session, cap 1",)),
        ({"products": ["gin"]}, {"protected": True}, ("not for minors, or where the age is not known",)),
        ({"asks_interests": ["music"]}, {"protected": True}, ("reaches people by their profile, never minors",)),
        ({"asks_segments": ["members"]}, {"protected": True}, ("reaches people by their profile, never minors",)),
        ({"excludes_interests": ["food"]}, {"protected": True}, ()),
    ],
)  # fmt: skip
def test_what_a_viewer_asked_for_keeps_ads_away(ad, limits, why):
    assert turned_away(ad, limits=replace(ADULT, **limits)) == why


@pytest.mark.parametrize(
    ("ad", "why"),
    [
        ({"asks_countries": ["DE"]}, ("asks for country DE, this is not known",)),
        ({"asks_circles": [POTSDAM]}, ("asks for a circle, this is not known",)),
        ({"asks_keywords": ["trail"]}, ("the page has none of the words trail",)),
        ({"asks_tones": ["warm"]}, ("asks for a page that sounds warm, and how this one sounds is not known",)),
        ({"asks_segments": ["members"]}, ("viewer's groups do not match",)),
        ({"excludes_keywords": ["rain"]}, ("excludes words, and those of the page are not known",)),
        ({"excludes_tones": ["warm"]}, ("excludes tones, and that of the page is not known",)),
        ({"excludes_countries": ["FR"]}, ("excludes places, and whether not known is one cannot be told",)),
        ({"excludes_circles": [MUNICH]}, ("excludes places, and whether not known is one cannot be told",)),
        # Of someone who is not known, nothing is excluded.
        ({"excludes_interests": ["music"], "excludes_look": ["colour:navy"], "excludes_segments": ["members"]}, ()),
        ({"asks_topics": ["hiking"]}, ("the page is not about hiking",)),
        ({"excludes_topics": ["food"]}, ("excludes topics, and those of the page are not known",)),
        ({"asks_interests": ["music"]}, ("viewer's interests do not match",)),
        ({"asks_look": ["colour:navy"]}, ("viewer's look does not match",)),
        ({"topics": ["hiking"]}, ()),
    ],
)
def test_an_ad_that_asks_for_what_is_not_known_is_turned_away(ad, why):
    assert turned_away(ad, evidence=Evidence()) == why


@pytest.mark.parametrize(
    ("place", "region", "stands"),
    [
        (Place(country="DE"), "DE-BY", False),  # perhaps there
        (Place(country="DE"), "FR-IDF", True),  # certainly not there
        (Place(country="DE", region="DE-BE"), "DE-BY", True),
        (Place(region="DE-BY"), "DE-BY", False),
        (Place(lat=48.1, lon=11.6), "DE-BY", False),  # no region is known of a point
    ],
)
def test_an_excluded_region_turns_an_ad_away_unless_it_is_known_to_be_elsewhere(place, region, stands):
    why = turned_away({"excludes_regions": [region]}, evidence=replace(EVIDENCE, place=place))
    assert (why == ()) == stands


def test_a_region_tells_its_country():
    assert turned_away({"asks_countries": ["DE"]}, evidence=Evidence(place=Place(region="DE-BE"))) == ()


def test_a_language_or_device_that_is_not_known_may_be_the_excluded_one():
    world = toy_world([{"id": "boots", "excludes_languages": ["de"], "excludes_devices": ["mobile"]}])
    nothing_known = replace(REQUEST, context=Context())
    asked = Asked(request=nothing_known, evidence=EVIDENCE, limits=ADULT, at=NOW.timestamp())
    assert why_not(asked, world.catalogue, 0, sift(asked, world.catalogue).codes([0])[0]) == (
        "excludes languages, and that of the page is not known",
        "excludes devices, and that of the page is not known",
    )


@pytest.mark.parametrize(
    ("zone", "hour", "day", "minutes"),
    [
        ("Europe/Berlin", 2, datetime(2026, 3, 28, 23, tzinfo=UTC), 0),  # 2:00 to 3:00 is skipped on 29 March
        ("Europe/Berlin", 2, datetime(2026, 10, 24, 22, tzinfo=UTC), 120),  # and comes twice on 25 October
        ("Europe/Berlin", 2, datetime(2026, 11, 20, 23, tzinfo=UTC), 60),
        ("Asia/Kathmandu", 0, datetime(2026, 11, 20, 18, 15, tzinfo=UTC), 60),
    ],
)
def test_an_hour_of_the_week_is_the_zones_own_whether_it_is_skipped_or_comes_twice(zone, hour, day, minutes):
    weekday = day.astimezone(ZoneInfo(zone)).weekday()
    catalogue = toy_world([{"id": "boots", "zone": zone, "hours": [weekday * 24 + hour]}]).catalogue
    ran = 0
    for minute in range(0, 24 * 60, 5):
        at = (day + timedelta(minutes=minute)).timestamp()
        ran += 5 * sift(Asked(request=REQUEST, evidence=EVIDENCE, limits=ADULT, at=at), catalogue).any_stays
    assert ran == minutes


@settings(max_examples=60, deadline=None)
@given(
    circles=st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.sampled_from([1, 50, 900, 5000, 15000])), min_size=1
    ),
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
)
def test_the_ads_around_a_point_are_those_whose_circle_it_lies_in(circles, lat, lon):
    catalogue = toy_world([{"id": f"a{n}", "asks_circles": [circle]} for n, circle in enumerate(circles)]).catalogue
    around = {catalogue.ad_ids[ad] for ad in catalogue.targets.circles.around(lat, lon).tolist()}
    plain = set()
    for n, (there_lat, there_lon, km) in enumerate(circles):
        here, there = (math.radians(there_lat), math.radians(there_lon)), (math.radians(lat), math.radians(lon))
        x, y = ((math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)) for a, b in (here, there))
        apart = 6371.0088 * math.acos(max(-1.0, min(1.0, sum(p * q for p, q in zip(x, y, strict=True)))))
        assume(abs(apart - km) > 0.5)
        if apart <= km:
            plain.add(f"a{n}")
    assert around == plain


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
    for signal in SIGNALS:
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


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_rule_that_does_not_concern_a_catalogue_turns_none_of_its_ads_away(seed):
    page = random_page(seed)
    ads = page.world.catalogue
    asked = Asked(request=page.request, evidence=page.evidence, limits=page.limits, at=NOW.timestamp())
    sift(asked, ads)
    assert ads.kept.at_work is not None
    for r in set(range(len(RULES))) - set(ads.kept.at_work):
        assert answer(RULES[r].stays(asked, ads)) is None, RULES[r].says


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
    assert spent.kept is catalogue.kept, "what else was said of them is said of both"


def test_memory_for_answers_is_bounded():
    kept = KeptAnswers(ads=10)
    for n in range(1_000):
        assert kept.of(n, lambda: None) is None
        assert 1 <= len(kept) <= 256
    huge = KeptAnswers(ads=100_000_000)
    assert huge.of("key", lambda: None) is None
    assert len(huge) == 0


def test_each_bit_of_a_code_has_its_own_words():
    assert len({rule.says for rule in RULES}) == len(RULES) <= 64
    assert reasons(1 << 2) == ("budget spent",)
    assert reasons(0) == ()
