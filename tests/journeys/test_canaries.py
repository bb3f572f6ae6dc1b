"""T30: what advertisers write enters no prompt about a person, and what people write none about an ad.

Every text that either side can write holds a canary of its own; a server that speaks the OpenAI protocol notes all that
it is asked, while every journey that asks a language model runs, in any order, again and again.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adtailor.config.policy import load_policy
from adtailor.domain.audit import Author
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
from adtailor.domain.creative import Card, Creative, Variant
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, PostId, RequestId, SegmentId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.person import Person
from adtailor.domain.post import Photo, Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import PARTS, PhotoLook, Reading
from adtailor.domain.targeting import Targeting
from adtailor.engines.openai_compatible import Limits, OpenAiCompatible
from adtailor.journeys.distil import label, sample_of
from adtailor.journeys.draft import Drafts
from adtailor.journeys.price_tags import PriceTags
from adtailor.journeys.read_posts import ReadPosts
from adtailor.storage import MemoryStore
from adtailor.testing import samples
from adtailor.testing.stand_in_server import Call, StandInServer, says
from adtailor.testing.toy_house import ToyHouse, ToyReader, toy_house
from adtailor.understand.asked import AskedReader
from adtailor.understand.asked.look import AskedLook

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
AD_CANARIES = {name: f"zq{number:02}adwords" for number, name in enumerate((
    "organization", "advertiser", "payer", "campaign", "adset", "keyword", "segment", "headline", "body", "action",
    "landing", "image", "variant", "card", "label",
))}  # fmt: skip
PERSON_CANARIES = {name: f"zq{number:02}personwords" for number, name in enumerate((
    "author", "text", "alt", "place", "post", "reply", "page", "viewer", "exif", "trait", "older",
))}  # fmt: skip
A, P = AD_CANARIES, PERSON_CANARIES
WORDS = {P["text"], P["page"], P["older"]}
"""What stands in the posts themselves, and so may be asked about, each in its own prompt."""


class PlainLooks:
    """The default reader of photos, which sees nothing here."""

    @property
    def models(self) -> Mapping[str, str]:
        return {"look": "toy@1"}

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        return [PhotoLook(photo=number, garments=()) for number, _ in enumerate(photos)]

    def compare_prices(self, products: Sequence[object]) -> int:
        return len(products)


def inventory() -> Inventory:
    """One ad, which has a canary in every text."""
    creative = Creative(
        id="creative", advertiser_id="a", format="carousel", headline=f"Boots {A['headline']}", body=f"Dry {A['body']}",
        image=f"{A['image']}.png", call_to_action=A["action"], landing_url=f"https://shop.example/{A['landing']}",
        topics={"483": 1.0}, price=Micros(10_000_000),
        variants=(
            Variant(tone="playful", headline=f"Muddy {A['variant']}", body="Boots.", state="approved",
                    decided_at=NOW, decided_by="mila"),
        ),
        cards=(Card(headline=A["card"], image=f"{A['image']}.png", landing_url="https://shop.example/"),),
    )  # fmt: skip
    asks = Targeting(keywords=frozenset({A["keyword"]}))
    return Inventory(
        organizations=(Organization(id="o", name=A["organization"]),),
        advertisers=(Advertiser(id="a", organization_id="o", name=A["advertiser"], payer=A["payer"]),),
        campaigns=(
            Campaign(id="c", advertiser_id="a", name=A["campaign"], daily_budget=Micros(10**9),
                     separation=frozenset({A["label"]})),
        ),
        adsets=(
            AdSet(id="s", campaign_id="c", name=A["adset"], bid=Bid(kind="cpc", amount=Micros(10**6))),
            AdSet(id="s2", campaign_id="c", name=A["adset"], bid=Bid(kind="cpc", amount=Micros(10**6)), targeting=asks),
            AdSet(id="s3", campaign_id="c", name=A["adset"], bid=Bid(kind="cpc", amount=Micros(10**6)),
                  targeting=Targeting(segments=frozenset({SegmentId(A["segment"])}))),
        ),
        creatives=(creative, replace(creative, id="plain", format="native", cards=())),
        ads=(Ad(id="ad", adset_id="s", creative_id="plain"), Ad(id="ad2", adset_id="s2", creative_id="creative"),
             Ad(id="ad3", adset_id="s3", creative_id="plain")),
    )  # fmt: skip


def picture() -> bytes:
    """A photo whose file says things that the picture does not show."""
    image = Image.fromarray(np.full((64, 64, 3), 90, dtype=np.uint8))
    exif = image.getexif()
    exif[0x010E] = P["exif"]
    written = BytesIO()
    image.save(written, "JPEG", exif=exif)
    return written.getvalue()


class Scene:
    """Everything that asks a model, over one store, and one member who is in the middle of it all."""

    def __init__(self, server: StandInServer, media: Path) -> None:
        self.server = server
        self.store = MemoryStore()
        self.store.catalogue.replace(inventory())
        self.model = OpenAiCompatible(
            server.base_url, "stand-in", limits=Limits(seconds=20.0, retries=0, at_once=1), random=Random(1)
        )
        policy = load_policy()
        self.house: ToyHouse = toy_house(self.store)
        self.readers = [
            AskedReader(ToyReader(), self.model, parts=PARTS, languages=("en",), method=method)
            for method in ("json", "words")
        ]
        Image.new("RGB", (400, 400)).save(media / f"{A['image']}.png")
        self.looks = AskedLook(PlainLooks(), self.model)
        self.read_posts = [
            ReadPosts(
                posts=self.store.posts, people=self.store.people, text_reader=reader, look_reader=self.looks,
                wellbeing=self.house.read_posts._wellbeing, policy=policy,
                price_tags=PriceTags(self.store.catalogue, self.looks, media=media),
            )
            for reader in self.readers
        ]  # fmt: skip
        self.policy, self.now, self.posts = policy, NOW, 0
        ana = Person(person_id=PersonId(P["author"]), consents=samples.ALL, age="adult")
        self.store.people.put_person(ana, expected_version=None)
        likes = Fading(weights={"483": 3.0, P["trait"]: 1.0}, as_of=NOW)
        history = Fading(weights={"a": 2.0}, as_of=NOW)
        self.store.people.put_profile(
            Profile(
                person_id=ana.person_id,
                interests=likes,
                history=history,
                look=Fading(weights={P["trait"]: 1.0}, as_of=NOW),
            )
        )

    def post(self, words: str) -> Post:
        self.posts += 1
        return Post(
            id=PostId(f"{P['post']}-{self.posts}"), author_id=PersonId(P["author"]), created_at=self.now,
            text=f"We hike all day {words}", language="en", photos=(Photo(data=picture(), alt=P["alt"]),),
            place=P["place"], reply_to=PostId(P["reply"]),
        )  # fmt: skip

    def run(self, move: int) -> None:
        self.now += timedelta(minutes=1)
        if move in {0, 1}:
            self.store.posts.add([self.post(P["text"] if move else P["older"])], self.now)
            self.read_posts[move].work(now=self.now)
        elif move == 2:
            with self.asked_house(0) as house:
                self.decide(house)
        elif move == 3:
            self.decide(self.house)
        elif move == 4:
            Drafts(self.store.catalogue).propose("ad", ["playful", "calm"], self.model, now=self.now, seed=self.posts)
        elif move == 5:
            self.approve()
        else:
            some = sample_of([self.post(P["text"])], self.store.people, self.policy, limit=9, seed=1)
            label(
                some,
                self.readers[0],
                teacher_name="stand-in",
                known={},
                keep=self.keep,
                at_once=1,
                progress=lambda _: None,
            )

    def keep(self, readings: Sequence[Reading]) -> None:
        """What was labelled is kept elsewhere."""

    @contextmanager
    def asked_house(self, which: int):
        """The same house, whose pages are read by the model too."""
        yield self.house
        self.readers[which].read([self.post(P["page"])], [frozenset(PARTS)])

    def decide(self, house: ToyHouse) -> None:
        request = DecisionRequest(
            request_id=RequestId("r"), site_id=SiteId("s"), placements=(Placement(id=PlacementId("p")),),
            context=Context(text=f"A hike {P['page']}", language="en"),
            viewer=Viewer(person_id=PersonId(P["author"]), age="adult", segments=frozenset({SegmentId(P["viewer"])})),
        )  # fmt: skip
        page = house.fill_page.fill(request, now=self.now, random=Random(self.posts))
        for tokens in page.tokens.values():
            house.take_event.take(tokens["click"], kinds=frozenset({"click"}), user_agent="Firefox", now=self.now)

    def approve(self) -> None:
        creative = Drafts(self.store.catalogue).creative_of("ad")
        for number, variant in enumerate(creative.variants, start=1):
            if variant.state == "draft":
                Drafts(self.store.catalogue).decide("ad", number, "approved", by="mila", now=self.now)
                with self.store.catalogue.changing(Author(by="mila", at=self.now)) as change:
                    change.put("creatives", replace(change.item("creatives", "plain").item, call_to_action=A["action"]))
                return


def behaves(call: Call) -> None:
    """Answers so that drafts are kept and come again, and readings fail or not as their schema has it."""
    asked = json.dumps(call.body)
    copy = json.dumps({"headline": "Boots for a hill", "body": "Waxed boots, resoled."})
    says(copy if "You write short ads" in asked else '{"garments": []}')(call)


def told_to(call: Call) -> str:
    """The whole request, pictures opened: what a camera wrote would be seen."""
    text = json.dumps(call.body, ensure_ascii=False)
    for part in text.split("base64,")[1:]:
        text += base64.b64decode(part.split('"', maxsplit=1)[0]).decode("latin-1")
    return text


def judge(calls: Sequence[Call]) -> tuple[int, int]:
    """How many prompts were about ads and about people; fails at the first that mixes them."""
    ads = people = 0
    for call in calls:
        told = told_to(call)
        if "You write short ads" in told:
            ads += 1
            assert [name for name, canary in P.items() if canary in told] == []
        else:
            people += 1
            assert [name for name, canary in A.items() if canary in told] == []
            mine = [canary for canary in P.values() if canary in told]
            assert len(mine) <= 1, "one post, and nothing else of anyone's"
            assert set(mine) <= WORDS
    return ads, people


@settings(max_examples=6)
@given(moves=st.lists(st.integers(0, 6), min_size=3, max_size=9))
def test_t30_no_prompt_mixes_ads_and_people(moves: Sequence[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    with StandInServer(behaves) as server:
        scene = Scene(server, tmp_path_factory.mktemp("media"))
        for move in moves:
            scene.run(move)
        judge(server.calls)


def test_t30_the_canaries_would_sing(tmp_path: Path) -> None:
    """Every journey asks, every prompt about an ad holds its words, and a prompt that mixed both would be caught."""
    with StandInServer(behaves) as server:
        scene = Scene(server, tmp_path)
        for move in range(7):
            scene.run(move)
        ads, people = judge(server.calls)
        assert ads >= 2
        assert people >= 8
        told = [told_to(call) for call in server.calls]
        assert any(A["headline"] in one and A["body"] in one for one in told)
        for canary in WORDS:
            assert any(canary in one for one in told)
        assert any("data:image" in one for one in told)
        mixed = scene.post(f"{P['text']} {A['headline']}")
        scene.readers[0].read([mixed], [frozenset(PARTS)])
        with pytest.raises(AssertionError):
            judge(server.calls)
