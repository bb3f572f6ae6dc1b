"""Values of the domain refuse what they cannot be, and say so by name."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain import checks
from adtailor.domain.buying import Ad, AdSet, Bid, Campaign
from adtailor.domain.creative import MOST_VARIANTS, Creative, Variant
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Placement
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    PersonId,
    PlacementId,
    PostId,
    RequestId,
    SiteId,
    TopicId,
    uuid7,
)
from adtailor.domain.money import Micros, micros, written
from adtailor.domain.person import Consents
from adtailor.domain.post import LONGEST_TEXT, MOST_PHOTOS, Photo, Post
from adtailor.domain.signals import SIGNALS
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def post(**changed: object) -> Post:
    values = {"id": PostId("p1"), "author_id": PersonId("ana"), "created_at": NOON} | changed
    return Post(**values)


def creative(**changed: object) -> Creative:
    values = {
        "id": CreativeId("c1"),
        "advertiser_id": AdvertiserId("v1"),
        "headline": "Boots",
        "body": "For any weather.",
        "landing_url": "https://boots.example/",
    } | changed
    return Creative(**values)


def campaign(**changed: object) -> Campaign:
    values = {
        "id": CampaignId("k1"),
        "advertiser_id": AdvertiserId("v1"),
        "name": "Autumn",
        "daily_budget": 1,
    } | changed
    return Campaign(**values)


@pytest.mark.parametrize("value", ["", "a" * 65, "a b", "ä", "a/b", "a\n"])
def test_an_id_outside_its_alphabet_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        post(author_id=value)
    assert refused.value.field == "author_id"


@given(st.from_regex(r"[A-Za-z0-9._:\-]{1,64}", fullmatch=True))
def test_any_id_of_the_alphabet_is_taken(value: str) -> None:
    assert checks.checked_id(value, "id") == value


def test_a_naive_date_is_refused_and_another_zone_becomes_utc() -> None:
    with pytest.raises(InvalidInput, match="no time zone"):
        post(created_at=datetime(2026, 11, 20, 12))  # noqa: DTZ001 - that is the point
    berlin = datetime(2026, 11, 20, 13, tzinfo=timezone(timedelta(hours=1)))
    assert post(created_at=berlin).created_at == NOON
    assert post(created_at=berlin).created_at.tzinfo is UTC


def test_a_post_is_limited_in_text_and_photos() -> None:
    assert len(post(text="x" * LONGEST_TEXT).text) == LONGEST_TEXT
    with pytest.raises(InvalidInput, match="100,001 characters"):
        post(text="x" * (LONGEST_TEXT + 1))
    with pytest.raises(InvalidInput, match="21 photos"):
        post(photos=(Photo(data=b"x"),) * (MOST_PHOTOS + 1))


def test_a_repost_is_not_the_authors_own_words() -> None:
    assert post().is_own
    assert not post(is_repost=True).is_own


@pytest.mark.parametrize("given_as", [{}, {"data": b"x", "path": Path("a.jpg")}])
def test_a_photo_is_given_as_bytes_or_as_a_file_not_both(given_as: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="exactly one"):
        Photo(**given_as)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_share_is_a_number_from_0_to_1(bad: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        creative(tone={"calm": 0.5, "warm": bad})
    assert refused.value.field == "tone.warm"


@pytest.mark.parametrize("url", ["http://a.example/", "javascript:alert(1)", "//a.example/", ""])
def test_a_landing_address_is_https(url: str) -> None:
    with pytest.raises(InvalidInput, match="not https"):
        creative(landing_url=url)


def test_a_whole_creative_and_a_whole_request_are_taken() -> None:
    assert creative(tone={"calm": 0.5}).landing_url == "https://boots.example/"
    asked = request(Placement(id=PlacementId("f1")), Placement(id=PlacementId("f2")))
    assert [placement.id for placement in asked.placements] == ["f1", "f2"]


@pytest.mark.parametrize("macro", ["{mood}", "%%PERSON%%", "[LOOK]"])
def test_t04_a_landing_address_holds_no_macro(macro: str) -> None:
    with pytest.raises(InvalidInput, match="macro"):
        creative(landing_url=f"https://a.example/?x={macro}")


def test_money_below_zero_is_refused_wherever_it_stands() -> None:
    for make in (
        lambda: Bid(kind="cpc", amount=Micros(-1)),
        lambda: campaign(daily_budget=-1),
        lambda: campaign(lifetime_budget=-1),
        lambda: Placement(id=PlacementId("f1"), floor=Micros(-1)),
    ):
        with pytest.raises(InvalidInput, match="negative"):
            make()


def test_a_campaigns_days_have_a_real_zone_and_its_times_are_utc() -> None:
    assert campaign(starts_at=NOON, lifetime_budget=5).starts_at == NOON
    for zone in ("Mars/Olympus", "../etc/passwd", "", "Europe"):
        with pytest.raises(InvalidInput) as refused:
            campaign(zone=zone)
        assert refused.value.field == "zone"


def test_ad_sets_and_ads_check_their_ids_and_caps() -> None:
    bid = Bid(kind="cpm", amount=micros("2"))
    assert AdSet(id=AdSetId("s"), campaign_id=CampaignId("k"), name="n", bid=bid).daily_cap == 3
    with pytest.raises(InvalidInput):
        AdSet(id=AdSetId("s"), campaign_id=CampaignId("k"), name="n", bid=bid, session_cap=-1)
    with pytest.raises(InvalidInput):
        Ad(id=AdId("?"), adset_id=AdSetId("s"), creative_id=CreativeId("c"))


def test_targeting_knows_when_it_is_about_the_person() -> None:
    assert not Targeting(countries=frozenset({"DE"}), topics=frozenset({TopicId("653")})).is_personal
    assert Targeting(look=frozenset({"colour:navy"})).is_personal
    assert Targeting(interests=frozenset({TopicId("653")})).is_personal


def request(*placements: Placement) -> DecisionRequest:
    return DecisionRequest(request_id=RequestId("r"), site_id=SiteId("s"), placements=placements)


def test_a_request_asks_for_1_to_20_placements_each_with_its_own_id() -> None:
    with pytest.raises(InvalidInput, match="0 placements"):
        request()
    with pytest.raises(InvalidInput, match="21 placements"):
        request(*(Placement(id=PlacementId(f"f{n}")) for n in range(21)))
    with pytest.raises(InvalidInput, match="share an id"):
        request(Placement(id=PlacementId("f")), Placement(id=PlacementId("f")))
    with pytest.raises(InvalidInput, match="no time zone"):
        Context(zone="Berlin")
    with pytest.raises(InvalidInput, match="no time zone"):
        Context(zone="Europe")


@pytest.mark.parametrize("signal", SIGNALS)
def test_evidence_without_a_signal_lacks_it_and_nothing_else(signal: str) -> None:
    everything = Evidence(**{name.replace(" ", "_"): {"x": 1.0} for name in SIGNALS})
    less = everything.without(signal)
    for name in SIGNALS:
        assert (getattr(less, name.replace(" ", "_")) is None) == (name == signal)
    assert everything.impersonal().interests is None
    assert everything.impersonal().context_topics is everything.context_topics


@given(st.tuples(*(st.booleans(),) * 4), st.tuples(*(st.booleans(),) * 4))
def test_a_request_narrows_consents_and_never_widens_them(filed: tuple[bool, ...], asked: tuple[bool, ...]) -> None:
    on_file, wanted = _consents(filed), _consents(asked)
    both = on_file.narrowed(wanted)
    for name in ("interests", "look", "affect", "wellbeing"):
        assert getattr(both, name) == (getattr(on_file, name) and getattr(wanted, name))


def _consents(yes: tuple[bool, ...]) -> Consents:
    return Consents(interests=yes[0], look=yes[1], affect=yes[2], wellbeing=yes[3])


@given(st.integers(min_value=0, max_value=10**15))
def test_money_survives_being_written(amount: int) -> None:
    assert micros(written(Micros(amount))) == amount


@pytest.mark.parametrize("amount", ["", "x", "1,50", "-1", "0.0000001", "NaN", "Infinity"])
def test_an_amount_that_is_no_money_is_refused(amount: str) -> None:
    with pytest.raises(InvalidInput, match="no amount"):
        micros(amount)


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1)), st.integers())  # noqa: DTZ001
def test_ids_sort_by_time_and_follow_their_randomness(at: datetime, seed: int) -> None:
    now = at.replace(tzinfo=UTC)
    first = uuid7(now, Random(seed))
    assert first == uuid7(now, Random(seed))
    assert first < uuid7(now + timedelta(milliseconds=1), Random(seed + 1))
    assert first[14] == "7"
    assert first[19] in "89ab"


def test_a_variant_is_approved_by_somebody_at_some_time() -> None:
    words = {"tone": "warm", "headline": "Soup is on", "body": "Come in."}
    noon = datetime(2026, 11, 20, 13, tzinfo=timezone(timedelta(hours=1)))
    assert Variant(**words).state == "draft"
    approved = Variant(**words, state="approved", decided_at=noon, decided_by="Ottilie")
    assert approved.decided_at == datetime(2026, 11, 20, 12, tzinfo=UTC)
    for missing in ({"decided_at": noon}, {"decided_by": "Ottilie"}, {}):
        with pytest.raises(InvalidInput, match="approved by nobody"):
            Variant(**words, state="approved", **missing)


def test_a_creative_has_so_many_variants_and_a_price_that_is_none_or_not_negative() -> None:
    variant = Variant(tone="warm", headline="Soup is on", body="Come in.")
    assert len(creative(variants=(variant,) * MOST_VARIANTS).variants) == MOST_VARIANTS
    with pytest.raises(InvalidInput, match=f"{MOST_VARIANTS + 1} variants"):
        creative(variants=(variant,) * (MOST_VARIANTS + 1))
    assert creative(price=Micros(5)).price == 5
    with pytest.raises(InvalidInput, match="price_micros"):
        creative(price=Micros(-1))
