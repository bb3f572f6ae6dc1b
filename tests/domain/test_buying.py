"""The buying side refuses what nobody could serve, and says so by name."""

from datetime import UTC, datetime, timedelta

import pytest

from adtailor.domain.buying import AdSet, Advertiser, Bid, Campaign
from adtailor.domain.creative import MOST_CARDS, Card, Creative
from adtailor.domain.decision import Account, Evidence, Ranked
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId, SegmentId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.targeting import MOST_CIRCLES, Circle, Targeting
from adtailor.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def campaign(**changed: object) -> Campaign:
    values = {"id": CampaignId("k"), "advertiser_id": AdvertiserId("a"), "name": "K", "daily_budget": Micros(1)}
    return Campaign(**(values | changed))


def adset(**changed: object) -> AdSet:
    values = {"id": AdSetId("s"), "campaign_id": CampaignId("k"), "name": "S", "bid": Bid(kind="cpc", amount=Micros(1))}
    return AdSet(**(values | changed))


def creative(**changed: object) -> Creative:
    values = {"headline": "H", "body": "B", "landing_url": "https://a.example/"}
    return Creative(id=CreativeId("c"), advertiser_id=AdvertiserId("a"), **(values | changed))


def refused(make: object, **changed: object) -> str | None:
    with pytest.raises(InvalidInput) as error:
        make(**changed)
    return error.value.field


def test_a_guaranteed_campaign_says_what_it_promised_and_no_other_does() -> None:
    promised = {"goal_impressions": 1000, "starts_at": NOON, "ends_at": NOON + DAY}
    assert campaign(tier="guaranteed", **promised).goal_impressions == 1000
    for missing in promised:
        left = {name: value for name, value in promised.items() if name != missing}
        assert refused(campaign, tier="guaranteed", **left) == "goal_impressions"
    assert refused(campaign, tier="guaranteed", **(promised | {"goal_impressions": 0})) == "goal_impressions"
    assert refused(campaign, goal_impressions=5) == "goal_impressions"


def test_what_runs_ends_after_it_begins() -> None:
    for make in (campaign, adset):
        assert make(starts_at=NOON, ends_at=NOON + DAY).ends_at == NOON + DAY
        assert make(ends_at=NOON).starts_at is None
        assert refused(make, starts_at=NOON, ends_at=NOON) == "ends_at"


def test_caps_are_counts() -> None:
    assert refused(campaign, daily_cap=-1) == "daily_cap"
    assert refused(adset, daily_set_cap=-1) == "daily_set_cap"
    people = {"id": AdvertiserId("a"), "organization_id": OrganizationId("o"), "name": "A", "payer": "A"}
    assert Advertiser(**people, daily_cap=0).daily_cap == 0
    assert refused(Advertiser, **people, daily_cap=-1) == "daily_cap"


def test_attribution_looks_back_at_most_thirty_days() -> None:
    assert campaign(click_window=timedelta(0), view_window=30 * DAY).view_window == 30 * DAY
    assert refused(campaign, click_window=31 * DAY) == "click_window"
    assert refused(campaign, view_window=-DAY) == "view_window"


def test_a_target_cost_lies_between_nothing_and_the_bid() -> None:
    assert Bid(kind="cpc", amount=Micros(10), target=Micros(10)).target == 10
    for target in (0, 11):
        assert refused(Bid, kind="cpc", amount=Micros(10), target=Micros(target)) == "bid.target_micros"


def test_hours_are_those_of_a_week() -> None:
    assert adset(hours=frozenset({0, 167})).hours == {0, 167}
    for hour in (-1, 168):
        assert refused(adset, hours=frozenset({hour})) == "hours"


def test_a_circle_is_somewhere_on_earth_and_holds_something() -> None:
    assert Circle(lat=-90, lon=180, km=20_040).km == 20_040
    for changed, field in (
        ({"lat": 91}, "circles.lat"),
        ({"lon": float("nan")}, "circles.lon"),
        ({"km": 20_041}, "circles.km"),
        ({"km": 0.0}, "circles.km"),
    ):
        assert refused(Circle, **({"lat": 52.5, "lon": 13.4, "km": 10} | changed)) == field
    assert refused(Targeting, circles=(Circle(lat=0, lon=0, km=1),) * (MOST_CIRCLES + 1)) == "circles"


def test_keywords_are_written_as_pages_are_read() -> None:
    assert Targeting(keywords=frozenset({"trail running", "straße".casefold()})).says_something
    for word in ("", " ", "Trail", "trail  running", " trail", "straße"):
        assert refused(Targeting, keywords=frozenset({word})) == "keywords"


def test_what_goes_by_a_profile_is_personal_and_a_page_is_not() -> None:
    page = Targeting(countries=frozenset({"DE"}), tones=frozenset({"playful"}), keywords=frozenset({"rain"}))
    assert page.says_something
    assert not page.is_personal
    assert not Targeting().says_something
    for asked in ({"interests": {TopicId("1")}}, {"look": {"style:casual"}}, {"segments": {SegmentId("members")}}):
        assert Targeting(**{name: frozenset(values) for name, values in asked.items()}).is_personal


def test_only_a_carousel_has_cards_and_each_leads_somewhere_fixed() -> None:
    card = Card(headline="One", image="a/one.webp", landing_url="https://a.example/1")
    assert creative(format="carousel", cards=(card,) * MOST_CARDS).cards[0] == card
    assert refused(creative, format="carousel", cards=(card,) * (MOST_CARDS + 1)) == "cards"
    assert refused(creative, cards=(card,)) == "cards"
    assert (
        refused(Card, headline="One", image="a/one.webp", landing_url="https://a.example/{id}") == "cards.landing_url"
    )


def test_a_signal_that_is_left_out_takes_what_belongs_to_it_along() -> None:
    evidence = Evidence(
        context_topics={TopicId("1"): 1.0},
        context_keywords=frozenset({"rain"}),
        interests={TopicId("2"): 1.0},
        segments=frozenset({SegmentId("members")}),
    )
    assert evidence.without("context topics") == Evidence(interests=evidence.interests, segments=evidence.segments)
    assert evidence.without("interests") == evidence.impersonal()


def test_an_account_names_its_candidates_best_first() -> None:
    best = Ranked(ad_ids=(AdId("a"), AdId("b")), click_rates=(0.02, 0.01), qualities=(0.0, 1.0), values=(9.0, 8.0))
    first, second = Account(best=best).ranked
    assert (first.ad_id, first.click_rate, first.quality, first.value) == ("a", 0.02, 0.0, 9.0)
    assert second.ad_id == "b"
    assert Account().ranked == ()
