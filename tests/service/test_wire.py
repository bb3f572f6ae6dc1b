"""What goes over the wire comes back the same, in the documented shape, and what does not fit is refused by name."""

import base64
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.quality import AD_TONES
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
from adtailor.domain.creative import Creative
from adtailor.domain.decision import (
    Context,
    Decision,
    DecisionRequest,
    Filled,
    NoFill,
    Placement,
    Regulations,
    Viewer,
    Why,
    Won,
)
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Photo, Post
from adtailor.domain.reading import (
    EMOTIONS,
    PARTS,
    Garment,
    PartFailed,
    PhotoLook,
    Reading,
    Sentiment,
    Stress,
    Suitability,
    Topic,
)
from adtailor.domain.signals import SIGNALS
from adtailor.domain.targeting import Circle, Targeting
from adtailor.domain.wellbeing import Helpline, RestOption, RestSuggestion
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire import (
    AdFace,
    consents_from_wire,
    consents_to_wire,
    decision_to_wire,
    decode,
    decode_inventory,
    decode_post,
    decode_request,
    encode,
    faces,
    inventory_to_wire,
    person_to_wire,
    post_to_wire,
    problem_of,
    reading_from_wire,
    reading_to_wire,
    request_to_wire,
    rest_to_wire,
)
from adtailor.service.wire.buying import TONES
from adtailor.service.wire.people import ConsentsWire
from adtailor.service.wire.readings import ReadingWire
from adtailor.simulate.community.load import load_community

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FEW = settings(max_examples=60, deadline=None)

ids = st.from_regex(r"[A-Za-z0-9._:\-]{1,64}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
shares = st.integers(0, 10_000).map(lambda n: n / 10_000)
money = st.integers(0, 2**53 - 1)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
times = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001 - zones are drawn
words = st.sampled_from(["warm", "playful", "calm"])
languages = st.none() | st.sampled_from(["en", "de", "pt-BR"])

posts = st.builds(
    Post,
    id=ids,
    author_id=ids,
    created_at=times,
    text=texts,
    language=languages,
    photos=st.lists(st.builds(Photo, data=st.binary(min_size=1, max_size=9), alt=st.none() | texts), max_size=3).map(
        tuple
    ),
    place=st.none() | texts,
    reply_to=st.none() | ids,
    is_repost=st.booleans(),
)
topics = st.builds(Topic, id=ids, name=texts, confidence=shares)
readings = st.builds(
    Reading,
    post_id=ids,
    language=languages,
    sentiment=st.none()
    | st.builds(
        Sentiment,
        label=st.sampled_from(["negative", "neutral", "positive"]),
        valence=shares.map(lambda s: round(2 * s - 1, 4)),
        arousal=st.none() | shares,
    ),
    emotions=st.none() | st.dictionaries(st.sampled_from(EMOTIONS), shares),
    stress=st.none() | st.builds(Stress, probability=shares, severity=shares),
    crisis=st.none() | st.booleans(),
    tone=st.none() | st.dictionaries(words, shares),
    topics=st.lists(topics, max_size=3).map(tuple),
    suitability=st.none()
    | st.builds(
        Suitability,
        risk=st.sampled_from(["floor", "high", "medium", "low"]),
        categories=st.lists(texts, max_size=2).map(tuple),
    ),
    look=st.none()
    | st.lists(
        st.builds(
            PhotoLook,
            photo=st.integers(0, 19),
            garments=st.lists(
                st.builds(
                    Garment,
                    type=texts,
                    confidence=shares,
                    colours=st.lists(words, max_size=2).map(tuple),
                    pattern=st.none() | words,
                    style=st.dictionaries(words, shares),
                    price_tier=st.none() | st.sampled_from(["budget", "mid", "premium", "luxury"]),
                ),
                max_size=2,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
    withheld=st.lists(st.sampled_from(PARTS), max_size=3).map(tuple),
    abstained=st.lists(st.sampled_from(PARTS), max_size=3).map(tuple),
    models=st.dictionaries(words, texts),
    errors=st.lists(
        st.builds(PartFailed, part=st.sampled_from(PARTS), reason=texts, photo=st.none() | st.integers(0, 19)),
        max_size=2,
    ).map(tuple),
)
requests = st.builds(
    DecisionRequest,
    request_id=ids,
    site_id=ids,
    placements=st.lists(
        st.builds(
            Placement,
            id=ids,
            position=st.integers(0, 1000),
            formats=st.frozensets(st.sampled_from(["native", "image", "carousel"]), min_size=1),
            floor=money,
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda placement: placement.id,
    ).map(tuple),
    context=st.builds(
        Context,
        post_id=st.none() | ids,
        text=st.none() | texts,
        topics=st.none() | st.lists(topics, max_size=3).map(tuple),
        language=languages,
        country=st.none() | st.sampled_from(["DE", "FR"]),
        region=st.none() | st.just("BY"),
        lat=st.none() | st.floats(-90, 90),
        lon=st.none() | st.floats(-180, 180),
        device=st.none() | st.sampled_from(["mobile", "tablet", "desktop"]),
        zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
        keywords=st.none() | st.frozensets(texts, max_size=3),
    ),
    viewer=st.builds(
        Viewer,
        person_id=st.none() | ids,
        age=st.sampled_from(["adult", "minor", "unknown"]),
        session_ads_seen=st.dictionaries(ids, st.integers(0, 9), max_size=3),
        consents=st.none() | st.builds(Consents),
        segments=st.frozensets(ids, max_size=3),
    ),
    regs=st.builds(
        Regulations,
        gpc=st.booleans(),
        tcf=st.none() | texts,
        gpp=st.none() | texts,
        gpp_sections=st.none() | st.lists(st.integers(-1, 30), max_size=3).map(tuple),
    ),
)


@FEW
@given(posts)
def test_a_post_comes_back_as_it_was_sent(post: Post) -> None:
    assert decode_post(encode(post_to_wire(post))) == post


@FEW
@given(readings)
def test_a_reading_comes_back_to_four_decimals(reading: Reading) -> None:
    assert reading_from_wire(decode(encode(reading_to_wire(reading)), ReadingWire)) == reading


@FEW
@given(requests)
def test_a_request_comes_back_as_it_was_sent(request: DecisionRequest) -> None:
    raw = encode(request_to_wire(request))
    assert decode_request(raw) == request
    assert encode(request_to_wire(decode_request(raw))) == raw


@given(st.builds(Consents, interests=st.booleans(), look=st.booleans(), affect=st.booleans(), wellbeing=st.booleans()))
def test_each_of_the_sixteen_consents_comes_back(consents: Consents) -> None:
    assert consents_from_wire(decode(encode(consents_to_wire(consents)), ConsentsWire)) == consents


def test_the_whole_demo_catalogue_comes_back_as_it_was_sent() -> None:
    inventory = load_community(NOW).inventory
    assert len(inventory.ads) > 50
    raw = encode(inventory_to_wire(inventory))
    assert decode_inventory(raw) == inventory
    assert encode(inventory_to_wire(decode_inventory(raw))) == raw


def test_a_reading_has_the_documented_keys_in_their_order() -> None:
    told = json.loads(encode(reading_to_wire(Reading(post_id="p1", stress=Stress(probability=1 / 3, severity=0.1)))))
    assert list(told) == [
        "post_id", "language", "sentiment", "emotions", "stress", "crisis", "tone", "topics", "suitability", "look",
        "withheld", "models", "errors", "abstained",
    ]  # fmt: skip
    assert told["stress"] == {"probability": 0.3333, "severity": 0.1}


def _won(ad_id: str) -> Won:
    return Won(
        ad_id=ad_id, campaign_id="c1", advertiser_id="adv", bid_kind="cpc", bid=500_000, price=412_000,
        click_rate=0.01, quality=0.0, value=5000.0, runner_up=None, runner_up_value=0.0, propensity=1.0,
    )  # fmt: skip


FACE = AdFace(
    advertiser=Advertiser(id="adv", organization_id="o", name="Nine Stitches", payer="Nine Stitches Ltd"),
    creative=Creative(
        id="cr", advertiser_id="adv", headline="H", body="B", image="shirt.webp", landing_url="https://nine.example/"
    ),
)


def _decision(*placements: Filled, card: RestSuggestion | None = None) -> Decision:
    return Decision(
        decision_id="d1", request_id="r1", site_id="s1", decided_at=NOW, policy="standard@1", ranker="fm@1",
        catalogue_version=3, placements=placements, rest_suggestion=card,
    )  # fmt: skip


def test_a_decision_has_the_documented_keys_in_their_order() -> None:
    decision = _decision(
        Filled(placement_id="feed-1", won=_won("a1"), why=Why(signals=("context topics",), sentence="Because.")),
        Filled(placement_id="feed-2", no_fill=NoFill(code="quiet", hint="No ad here now.")),
    )
    tokens = {"impression": "T1", "viewable": "T2", "click": "T3", "why": "T4", "hide": "T5", "report": "T6"}
    told = json.loads(encode(decision_to_wire(decision, ads={"a1": FACE}, claims={"feed-1": tokens})))
    assert list(told) == ["decision_id", "policy", "placements", "rest_suggestion"]
    first, second = told["placements"]
    assert list(first)[:8] == [
        "id", "ad", "price_micros", "no_fill", "impression_url", "viewable_url", "click_url", "why",
    ]  # fmt: skip
    assert first["ad"] == {
        "ad_id": "a1",
        "advertiser": "Nine Stitches",
        "payer": "Nine Stitches Ltd",
        "creative": {"headline": "H", "body": "B", "image_url": "/media/shirt.webp", "call_to_action": "Learn more"},
        "label": "Ad",
    }
    assert first["price_micros"] == 412_000
    assert (first["impression_url"], first["viewable_url"], first["click_url"]) == ("/v1/e/T1", "/v1/e/T2", "/v1/c/T3")
    assert first["why"] == {"signals": ["context topics"], "sentence": "Because.", "url": "/v1/explain/T4"}
    assert second["ad"] is None
    assert second["no_fill"] == {"code": "quiet", "hint": "No ad here now."}
    assert second["impression_url"] is None


def test_at_a_prompt_there_are_no_event_addresses() -> None:
    told = decision_to_wire(_decision(Filled(placement_id="x", won=_won("a1"))), ads={"a1": FACE})
    assert told.placements[0].ad is not None
    assert told.placements[0].click_url is None


def test_an_ad_that_was_withdrawn_meanwhile_is_not_shown() -> None:
    told = decision_to_wire(_decision(Filled(placement_id="x", won=_won("gone"))), ads={"a1": FACE})
    assert told.placements[0].ad is None
    assert told.placements[0].no_fill is not None


def test_the_full_address_stands_before_every_path() -> None:
    told = decision_to_wire(
        _decision(Filled(placement_id="x", won=_won("a1"))),
        ads={"a1": FACE},
        claims={"x": {"impression": "T"}},
        base_url="https://ads.example",
    )
    assert told.placements[0].impression_url == "https://ads.example/v1/e/T"


def test_the_card_says_no_more_than_it_has_to() -> None:
    card = RestSuggestion(
        kind="support",
        title="You matter",
        body="Talk to someone.",
        options=(RestOption(id="hide", label="Hide"),),
        helplines=(
            Helpline(country="*", name="Find a helpline", phone=None, url="https://x.example", hours=None, source="s"),
        ),
        emergency_number="112",
    )
    told = json.loads(encode(rest_to_wire(card)))
    assert list(told) == ["kind", "title", "body", "options", "helplines", "emergency_number", "pause_seconds"]
    assert told["helplines"][0]["verified_at"] is None


def test_a_person_on_the_wire_names_every_choice() -> None:
    told = json.loads(encode(person_to_wire(Person(person_id="ana"))))
    assert told["consents"] == {"interests": False, "look": False, "affect": False, "wellbeing": False}


def test_the_tones_of_the_wire_are_those_that_a_decision_knows() -> None:
    assert TONES == AD_TONES


def test_the_wire_is_importable_without_a_server() -> None:
    code = (
        "import sys, adtailor.service.wire; sys.exit(any(m in sys.modules for m in ('litestar', 'granian', 'numpy')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


POST = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z"}
ASK = {"request_id": "r1", "site_id": "s1", "placements": [{"id": "feed-1"}]}

BAD_POSTS = {
    "a number for text": ({**POST, "text": 3}, "text"),
    "an unknown field": ({**POST, "txet": "hi"}, "txet"),
    "an unknown field of a photo": ({**POST, "photos": [{"path": "a", "filter": "sepia"}]}, "photos[0].filter"),
    "a missing id": ({k: v for k, v in POST.items() if k != "id"}, "id"),
    "a naive date": ({**POST, "created_at": "2026-11-20T12:00:00"}, "created_at"),
    "no date at all": ({**POST, "created_at": "yesterday"}, "created_at"),
    "a date that has no UTC": ({**POST, "created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
    "a space in an id": ({**POST, "id": "p 1"}, "id"),
    "an empty author": ({**POST, "author_id": ""}, "author_id"),
    "an id of 65": ({**POST, "reply_to": "x" * 65}, "reply_to"),
    "a line feed after an id": ({**POST, "id": "p1\n"}, "id"),
    "a text of 1 MB": ({**POST, "text": "a" * 2**20}, "text"),
    "twenty-one photos": ({**POST, "photos": [{"data": "AAAA"}] * 21}, "photos"),
    "base64 that is none": ({**POST, "photos": [{"data": "%%%"}]}, "photos[0].data"),
    "a picture of 0 bytes": ({**POST, "photos": [{"data": "AAAA"}, {"data": ""}]}, "photos[1].data"),
    "a picture to fetch": ({**POST, "photos": [{"url": "http://127.0.0.1/x.jpg"}]}, "photos[0].url"),
    "a path over HTTP": ({**POST, "photos": [{"path": "/etc/passwd"}]}, "photos[0].path"),
    "two sources for a picture": ({**POST, "photos": [{"path": "a", "data": "AAAA"}]}, "photos[0]"),
    "a language that is none": ({**POST, "language": "English!"}, "language"),
    "a number for a switch": ({**POST, "is_repost": 1}, "is_repost"),
}
BAD_REQUESTS = {
    "no placements": ({**ASK, "placements": []}, "placements"),
    "too many placements": ({**ASK, "placements": [{"id": f"p{i}"} for i in range(21)]}, "placements"),
    "two placements of one id": ({**ASK, "placements": [{"id": "a"}, {"id": "a"}]}, "placements.id"),
    "negative money": ({**ASK, "placements": [{"id": "a", "floor_micros": -1}]}, "placements[0].floor_micros"),
    "money as a float": ({**ASK, "placements": [{"id": "a", "floor_micros": 0.5}]}, "placements[0].floor_micros"),
    "money beyond reason": ({**ASK, "placements": [{"id": "a", "floor_micros": 2**60}]}, "placements[0].floor_micros"),
    "a word for a position": (
        {**ASK, "placements": [{"id": "a"}, {"id": "b", "position": "top"}]},
        "placements[1].position",
    ),
    "an unknown format": ({**ASK, "placements": [{"id": "a", "formats": ["popup"]}]}, "placements[0].formats[0]"),
    "no formats": ({**ASK, "placements": [{"id": "a", "formats": []}]}, "placements[0].formats"),
    "a placement id with a slash": ({**ASK, "placements": [{"id": "a"}, {"id": "b/c"}]}, "placements[1].id"),
    "an unknown age": ({**ASK, "viewer": {"age": "old"}}, "viewer.age"),
    "a mood of the viewer": ({**ASK, "viewer": {"stress": 0.9}}, "viewer.stress"),
    "a mood of the page": ({**ASK, "context": {"sadness": True}}, "context.sadness"),
    "a count below zero": ({**ASK, "viewer": {"session_ads_seen": {"a1": -1}}}, "viewer.session_ads_seen.*"),
    "a zone that is none": ({**ASK, "context": {"zone": "Europe/Atlantis"}}, "context.zone"),
    "a latitude beyond the pole": ({**ASK, "context": {"lat": 91}}, "context.lat"),
    "a country in small letters": ({**ASK, "context": {"country": "de"}}, "context.country"),
    "a share above one": (
        {**ASK, "context": {"topics": [{"id": "653", "confidence": 1.5}]}},
        "context.topics[0].confidence",
    ),
    "a text of 1 MB beside the ad": ({**ASK, "context": {"text": "a" * 2**20}}, "context.text"),
    "a list for an object": ({**ASK, "viewer": []}, "viewer"),
}


@pytest.mark.parametrize(("body", "field"), BAD_POSTS.values(), ids=BAD_POSTS.keys())
def test_a_bad_post_is_refused_by_the_name_of_its_field(body: object, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_post(encode(body))
    assert refused.value.field == field
    assert refused.value.status == 422
    assert refused.value.hint
    assert len(str(refused.value)) < 400, "an error is not an echo"


@pytest.mark.parametrize(("body", "field"), BAD_REQUESTS.values(), ids=BAD_REQUESTS.keys())
def test_a_bad_request_is_refused_by_the_name_of_its_field(body: object, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_request(encode(body))
    assert refused.value.field == field
    assert refused.value.hint
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"nope", b'{"id": NaN}', b'{"text": "\xff"}', b'{"text": "\\ud800"}', b"\xef\xbb\xbf{}",
        b'{"ext":' + b"[" * 100_000,
    ],
    ids=["nothing", "half", "a word", "NaN", "not UTF-8", "half a surrogate", "a byte order mark", "too deep"],
)  # fmt: skip
def test_what_is_no_json_is_called_so(raw: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_post(raw)
    assert refused.value.status == 400
    assert refused.value.field is None


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | texts, lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
    ).map(encode)
)
def test_whatever_comes_is_a_post_or_a_refusal(raw: bytes) -> None:
    for read in (decode_post, decode_request, decode_inventory):
        refused = None
        try:
            read(raw)
        except AdtailorError as error:
            refused = problem_of(error)
        assert refused is None or (400 <= refused.status < 500 and refused.hint)


def test_ext_may_hold_anything_and_changes_nothing() -> None:
    assert decode_post(encode({**POST, "ext": {"mine": [1, {"deep": None}]}})) == decode_post(encode(POST))
    assert decode_request(encode({**ASK, "ext": 7, "viewer": {"ext": []}})) == decode_request(encode(ASK))


def test_paths_of_photos_start_at_the_folder_of_their_file() -> None:
    post = decode_post(encode({**POST, "photos": [{"path": "media/a.jpg"}]}), Path("archive"))
    assert post.photos[0].path == Path("archive/media/a.jpg")


def test_a_path_with_a_zero_byte_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        decode_post(encode({**POST, "photos": [{"path": "a\0b"}]}), Path("archive"))
    assert refused.value.field == "photos[0].path"


def test_the_header_can_switch_profiling_off_but_never_on() -> None:
    assert decode_request(encode(ASK), gpc=True).regs.gpc
    assert decode_request(encode({**ASK, "regs": {"gpc": True}}), gpc=False).regs.gpc
    assert not decode_request(encode(ASK), gpc=False).regs.gpc


def _buying_side() -> dict[str, list[dict[str, object]]]:
    inventory = Inventory(
        organizations=(Organization(id="o", name="O"),),
        advertisers=(
            Advertiser(id="a", organization_id="o", name="A", payer="A", landing_domains=("a.example",)),
            Advertiser(id="b", organization_id="o", name="B", payer="B"),
        ),
        campaigns=(Campaign(id="c", advertiser_id="a", name="C", daily_budget=1_000_000, starts_at=NOW),),
        adsets=(
            AdSet(
                id="s",
                campaign_id="c",
                name="S",
                bid=Bid(kind="cpc", amount=1),
                targeting=Targeting(topics=frozenset({"1"})),
                exclusions=Targeting(regions=frozenset({"DE-BE"}), circles=(Circle(lat=52.5, lon=13.4, km=30),)),
                hours=frozenset({8, 9}),
            ),
        ),
        creatives=(
            Creative(id="x", advertiser_id="a", headline="H", body="B", landing_url="https://shop.a.example/x"),
            Creative(id="y", advertiser_id="b", headline="H", body="B", landing_url="https://b.example/"),
        ),
        ads=(Ad(id="ad", adset_id="s", creative_id="x"),),
    )
    return json.loads(encode(inventory_to_wire(inventory)))


STRESS_ALIASES = [
    "stress", "stressed", "stress_level", "sadness", "sad", "crisis", "grief", "anxiety", "depressed", "lonely", "mood",
    "emotion", "emotions", "affect", "wellbeing", "vulnerable", "burnout", "distress", "state", "sentiment",
]  # fmt: skip


@pytest.mark.parametrize("alias", STRESS_ALIASES)
@pytest.mark.parametrize(
    "kind", ["campaigns", "adsets", "creatives", "ads", "targeting", "exclusions", "bid", "tone", "look"]
)
def test_t04_no_schema_of_the_buying_side_takes_stress_by_any_name(kind: str, alias: str) -> None:
    document = _buying_side()
    match kind:
        case "targeting" | "exclusions" | "bid":
            document["adsets"][0][kind][alias] = 1.0
        case "tone" | "look":
            document["creatives"][0][kind] = {alias: 1.0}
        case _:
            document[kind][0][alias] = 1.0
    with pytest.raises(InvalidInput) as refused:
        decode_inventory(encode(document))
    assert refused.value.status == 422
    assert refused.value.field is not None


@pytest.mark.parametrize("trait", ["mood:sad", "emotion:grief", "sad", "garment:", "body:thin", "face:round"])
def test_t04_look_targeting_takes_traits_of_clothes_alone(trait: str) -> None:
    document = _buying_side()
    document["adsets"][0]["targeting"]["look"] = [trait]
    with pytest.raises(InvalidInput) as refused:
        decode_inventory(encode(document))
    assert refused.value.field == "adsets[0].targeting.look[0]"
    assert "garment:" in refused.value.hint


BAD_CATALOGUES = {
    "an unknown campaign": ("adsets", "campaign_id", "nobody", "adsets[0].campaign_id"),
    "an unknown creative": ("ads", "creative_id", "nothing", "ads[0].creative_id"),
    "an unknown advertiser": ("creatives", "advertiser_id", "nobody", "creatives[0].advertiser_id"),
    "another advertiser's creative": ("ads", "creative_id", "y", "ads[0].creative_id"),
    "negative budget": ("campaigns", "daily_budget_micros", -5, "campaigns[0].daily_budget_micros"),
    "a naive start": ("campaigns", "starts_at", "2026-11-20T12:00:00", "campaigns[0].starts_at"),
    "a zone that is none": ("campaigns", "zone", "Mars", "campaigns[0].zone"),
    "an id twice": ("creatives", "id", "y", "creatives[1].id"),
    "http": ("creatives", "landing_url", "http://a.example/", "creatives[0].landing_url"),
    "a macro": ("creatives", "landing_url", "https://a.example/{mood}", "creatives[0].landing_url"),
    "a foreign landing": ("creatives", "landing_url", "https://evil-a.example/", "creatives[0].landing_url"),
    "a broken address": ("creatives", "landing_url", "https://[a.example/", "creatives[0].landing_url"),
    "an image elsewhere": ("creatives", "image", "https://cdn.example/x.png", "creatives[0].image"),
    "an image above": ("creatives", "image", "../secret.png", "creatives[0].image"),
    "a share above one": ("creatives", "topics", {"1": 2}, "creatives[0].topics.*"),
    "an unknown status": ("ads", "status", "live", "ads[0].status"),
}


@pytest.mark.parametrize(("kind", "key", "value", "field"), BAD_CATALOGUES.values(), ids=BAD_CATALOGUES.keys())
def test_a_bad_catalogue_is_refused_by_the_name_of_its_field(kind: str, key: str, value: object, field: str) -> None:
    document = _buying_side()
    decode_inventory(encode(document))
    document[kind][0][key] = value
    with pytest.raises(InvalidInput) as refused:
        decode_inventory(encode(document))
    assert refused.value.field == field


def test_every_ad_has_a_face() -> None:
    inventory = load_community(NOW).inventory
    shown = faces(inventory)
    assert set(shown) == {ad.id for ad in inventory.ads}
    assert all(face.advertiser.payer and face.creative.headline for face in shown.values())


def test_a_photo_sent_as_base64_arrives_as_its_bytes() -> None:
    post = decode_post(encode({**POST, "photos": [{"data": base64.b64encode(b"\x89PNG").decode()}]}))
    assert post.photos[0].data == b"\x89PNG"


def test_every_signal_of_an_explanation_fits_the_wire() -> None:
    decision = _decision(Filled(placement_id="x", won=_won("a1"), why=Why(signals=SIGNALS, sentence="s")))
    assert decision_to_wire(decision, ads={"a1": FACE}).placements[0].why.signals == SIGNALS
