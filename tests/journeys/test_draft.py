"""Drafts are proposed, decided by a person, and shown only then, at the price that was won."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from adtailor.decide.variants import matched
from adtailor.domain.buying import Organization
from adtailor.domain.creative import Creative, Variant
from adtailor.domain.decision import Context, DecisionRequest, Placement
from adtailor.domain.ids import AdId, AdvertiserId, CreativeId, PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.post import Post
from adtailor.domain.reading import PARTS, Part, Reading
from adtailor.errors import EngineFailed, InvalidInput, UnknownId
from adtailor.journeys.draft import TRIES, Drafts
from adtailor.ports import Prompt
from adtailor.service.wire import DecisionWire, decision_to_wire, faces, inventory_from_wire, inventory_to_wire
from adtailor.storage import MemoryStore
from adtailor.testing.stand_in_model import StandInModel
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.toy_house import ADS, ToyHouse, ToyReader, toy_house
from adtailor.understand.asked import AskedReader
from adtailor.understand.copy_checks import objections

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BRIEF = "Boots that take a hill\nWaxed leather boots, resoled for life."
GOOD = {"headline": "Boots for a hill", "body": "Waxed leather boots, happily muddy."}


def says(*answers: Mapping[str, str] | str) -> StandInModel:
    left = list(answers)

    def one(prompt: Prompt, schema: Mapping[str, object]) -> bytes:
        said = left.pop(0) if len(left) > 1 else left[0]
        return (said if isinstance(said, str) else json.dumps(said)).encode()

    return StandInModel(one)


def store() -> tuple[MemoryStore, AdId]:
    kept = MemoryStore()
    toys = toy_inventory(ADS)
    first = replace(toys.creatives[0], headline=BRIEF.split("\n", maxsplit=1)[0], body=BRIEF.split("\n")[1])
    kept.catalogue.replace(replace(toys, creatives=(first, *toys.creatives[1:])))
    ad = next(ad for ad in toys.ads if ad.creative_id == first.id)
    return kept, ad.id


def test_a_proposal_is_kept_as_a_draft_with_its_maker_and_time() -> None:
    kept, ad = store()
    drafts, model = Drafts(kept.catalogue), says(GOOD)
    (proposal,) = drafts.propose(ad, ["playful"], model, now=NOW, seed=7)
    assert proposal.variant == Variant(tone="playful", **GOOD, model="stand-in@1", drafted_at=NOW)
    assert drafts.creative_of(ad).variants == (proposal.variant,)


def test_a_prompt_holds_the_ad_and_nothing_of_anyone() -> None:
    kept, ad = store()
    model = says(GOOD)
    Drafts(kept.catalogue).propose(ad, ["playful", "warm"], model, now=NOW, seed=7)
    assert len(model.prompts) == 2
    for prompt in model.prompts:
        assert json.loads(prompt.material) == dict(zip(("headline", "body"), BRIEF.split("\n"), strict=True))
        assert "post" not in prompt.instructions


@pytest.mark.parametrize(
    "refused",
    [
        {"headline": "Feeling low?", "body": "Waxed leather boots for a hill."},
        {"headline": "Boots for a hill", "body": "Hurry, waxed leather boots."},
        {"headline": "Boots for a hill", "body": "The best waxed leather boots."},
        {"headline": "Boots for a hill", "body": "Waxed leather boots at 20 euros."},
        {"headline": "Boots for a hill", "body": "Waxed leather boots: https://x.example."},
        {"headline": "Boots for a hill", "body": "Waxed leather boots with every"},
        {"headline": "A new era", "body": "A whole new life."},
        {"headline": "B" * 61, "body": "Waxed leather boots."},
        "Sure! Here is an ad.",
        {"headline": "Boots", "body": "Waxed leather boots.", "tone": "bold"},
    ],
)
def test_what_may_not_be_said_is_tried_again_and_then_given_up(refused: Mapping[str, str] | str) -> None:
    kept, ad = store()
    model = says(refused)
    (proposal,) = Drafts(kept.catalogue).propose(ad, ["playful"], model, now=NOW, seed=7)
    assert proposal.variant is None
    assert len(proposal.refused) >= TRIES
    assert len(model.prompts) == TRIES
    (again,) = Drafts(kept.catalogue).propose(ad, ["playful"], says(refused, GOOD), now=NOW, seed=7)
    assert again.variant is not None


@pytest.mark.parametrize(
    "words",
    [
        "Feeling lonely tonight?", "You're stressed.", "Are you overweight?", "For people like you",
        "Your depression ends here", "As a single mother", "Do you suffer from debt?", "You look tired",
        "Because your body matters", "Anxious again?",
    ],
)  # fmt: skip
def test_no_ad_asserts_a_personal_attribute(words: str) -> None:
    """T31: a list of words, and a person after it."""
    assert any("speaks of its reader" in one for one in objections(words, "Waxed leather boots.", brief=BRIEF))


def test_a_failing_engine_leaves_the_catalogue_as_it_was() -> None:
    kept, ad = store()

    def fail(prompt: Prompt, schema: Mapping[str, object]) -> bytes:
        raise EngineFailed("it took too long", hint="")

    version = kept.catalogue.version()
    (proposal,) = Drafts(kept.catalogue).propose(ad, ["warm"], StandInModel(fail), now=NOW, seed=7)
    assert proposal.refused == ("it took too long",) * TRIES
    assert kept.catalogue.version() == version


def test_a_person_approves_or_rejects_and_who_and_when_are_kept() -> None:
    kept, ad = store()
    drafts = Drafts(kept.catalogue)
    drafts.propose(ad, ["playful", "warm"], says(GOOD), now=NOW, seed=7)
    drafts.decide(ad, 1, "approved", by="mila", now=NOW)
    drafts.decide(ad, 2, "rejected", by="mila", now=NOW)
    one, two = drafts.creative_of(ad).variants
    assert (one.state, one.decided_by, one.decided_at) == ("approved", "mila", NOW)
    assert two.state == "rejected"
    with pytest.raises(UnknownId, match="no variant 3"):
        drafts.decide(ad, 3, "approved", by="mila", now=NOW)
    with pytest.raises(InvalidInput, match="by nobody"):
        Variant(tone="warm", headline="a", body="b", state="approved")


def test_an_unknown_ad_or_tone_is_named() -> None:
    kept, ad = store()
    with pytest.raises(UnknownId, match="there is no ad 'nope'"):
        Drafts(kept.catalogue).creative_of(AdId("nope"))
    with pytest.raises(InvalidInput, match="'sad' is no tone"):
        Drafts(kept.catalogue).propose(ad, ["sad"], says(GOOD), now=NOW, seed=7)


def test_variants_survive_the_wire_and_the_store() -> None:
    kept, ad = store()
    drafts = Drafts(kept.catalogue)
    drafts.propose(ad, ["playful"], says(GOOD), now=NOW, seed=7)
    drafts.decide(ad, 1, "approved", by="mila", now=NOW)
    toys = kept.catalogue.inventory()
    named = {one.organization_id for one in toys.advertisers}
    owners = tuple(Organization(id=name, name="Toys") for name in sorted(named))
    there = replace(toys, organizations=owners)
    assert inventory_from_wire(inventory_to_wire(there)).creatives[0].variants == there.creatives[0].variants


def creative(*variants: Variant, tone: Mapping[str, float] | None = None) -> Creative:
    return Creative(
        id=CreativeId("c"), advertiser_id=AdvertiserId("a"), headline="own", body="own words",
        landing_url="https://a.example/", tone=tone or {"serious": 1.0}, variants=variants,
    )  # fmt: skip


def variant(tone: str, state: str) -> Variant:
    decided = {} if state == "draft" else {"decided_at": NOW, "decided_by": "mila"}
    return Variant(tone=tone, headline=f"{tone} {state}", body="x", state=state, **decided)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("page", [None, {}, {"playful": 1.0}, {"calm": 1.0, "warm": 0.5}, {"serious": 1.0}])
def test_nothing_unapproved_is_ever_matched(page: Mapping[str, float] | None) -> None:
    tones: Sequence[str] = ("playful", "warm", "calm", "energetic", "bold")
    shown = matched(creative(*(variant(t, s) for t in tones for s in ("draft", "rejected"))), page)
    assert (shown.headline, shown.body) == ("own", "own words")


def test_the_approved_variant_that_fits_the_page_is_shown_and_no_louder_one() -> None:
    both = creative(*(variant(t, "approved") for t in ("playful", "calm", "energetic")))
    assert matched(both, {"playful": 1.0}).headline == "playful approved"
    assert matched(both, {"calm": 1.0}).headline == "calm approved"
    assert matched(both, {"energetic": 1.0}).headline == "playful approved"  # .3 fits, and the creative is not loud
    assert matched(both, {"serious": 1.0}).headline == "own"
    assert matched(both, None).headline == "own"


class PlayfulPages(ToyReader):
    """Every page sounds playful."""

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        return [replace(reading, tone={"playful": 1.0}) for reading in super().read(posts, parts)]


def asked(house: ToyHouse) -> tuple[DecisionWire, list[tuple[object, object]]]:
    """One page: what is sent, and who won at which price."""
    request = DecisionRequest(
        request_id=RequestId("r"),
        site_id=SiteId("s"),
        placements=tuple(Placement(id=PlacementId(f"f{n}"), position=n) for n in range(3)),
        context=Context(text="A hike in the hills", language="en", country="DE"),
    )
    page = house.fill_page.fill(request, now=NOW, random=Random(1))
    won = [(one.won.ad_id, one.won.price) if one.won else (None, None) for one in page.decision.placements]
    ads = faces(house.store.catalogue.inventory())
    return decision_to_wire(page.decision, ads=ads, claims=page.tokens, creatives=page.creatives), won


def house_with(state: str | None) -> ToyHouse:
    house = toy_house(MemoryStore())
    house.fill_page._text_reader = PlayfulPages()
    if state is not None:
        there = house.store.catalogue.inventory()
        creatives = tuple(replace(one, variants=(variant("playful", state),)) for one in there.creatives)
        house.store.catalogue.replace(replace(there, creatives=creatives))
    return house


def words(wire: DecisionWire) -> list[str]:
    return [one.ad.creative.headline for one in wire.placements if one.ad is not None]


@pytest.mark.parametrize("state", ["draft", "rejected"])
def test_what_nobody_approved_is_in_no_answer(state: str) -> None:
    plain, won = asked(house_with(None))
    drafted, drafted_won = asked(house_with(state))
    assert words(plain)
    assert words(drafted) == words(plain)
    assert drafted_won == won
    assert state not in repr(drafted)


def test_an_approved_variant_is_shown_by_the_same_winner_at_the_same_price() -> None:
    plain, won = asked(house_with(None))
    approved, approved_won = asked(house_with("approved"))
    assert words(approved) == ["playful approved"] * len(words(plain))
    assert approved_won == won


def test_no_post_enters_a_prompt_about_an_ad_and_no_ad_a_prompt_about_a_post() -> None:
    """T30: a canary on either side, one model for both."""
    kept, ad = store()
    there = kept.catalogue.inventory()
    branded = tuple(replace(one, headline="Boots canary-of-the-ad") for one in there.creatives)
    kept.catalogue.replace(replace(there, creatives=branded))
    house = toy_house(kept)
    post = Post(
        id=PostId("p1"), author_id=PersonId("ana"), created_at=NOW, text="I hike, canary-of-the-post", language="en"
    )
    about_posts, about_ads = StandInModel(), says(GOOD)
    house.read_posts._text_reader = AskedReader(ToyReader(), about_posts, parts=PARTS)
    house.read_posts.accept([post], now=NOW)
    assert house.read_posts.work(now=NOW) == 1
    Drafts(kept.catalogue).propose(ad, ["playful"], about_ads, now=NOW, seed=7)
    assert "canary-of-the-post" in about_posts.shown
    assert "canary-of-the-ad" in about_ads.shown
    assert "canary-of-the-ad" not in about_posts.shown
    assert "canary-of-the-post" not in about_ads.shown
