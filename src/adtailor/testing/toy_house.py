"""A whole house on any store: the real journeys, rooms and policy over a few toy ads; only the reading is a toy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.decide.tokens import TokenBox
from adtailor.domain.decision import Pricing
from adtailor.domain.ids import TopicId
from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading, Sentiment, Stress, Suitability, Topic
from adtailor.journeys.arms import Arms
from adtailor.journeys.explain import Explain
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.people import People
from adtailor.journeys.read_posts import ReadPosts
from adtailor.journeys.reports import Reports
from adtailor.journeys.run_trial import RunTrial
from adtailor.journeys.running_trials import RunningTrials
from adtailor.journeys.take_event import TakeEvent
from adtailor.journeys.take_postback import TakePostback
from adtailor.ports import Ranker
from adtailor.testing.stores import Store
from adtailor.testing.toy_ads import toy_inventory, toy_world
from adtailor.wellbeing.desk import CareDesk

ADS: tuple[Mapping[str, Any], ...] = (
    {"id": "boots", "topics": ["483"], "bid": "0.40"},
    {"id": "oven", "topics": ["210"], "bid": "0.50"},
    {"id": "novel", "topics": ["42"], "bid": "0.45"},
    {"id": "banner", "topics": ["483"], "bid": "2.00", "pays": "cpm"},
)


class ToyReader:
    """Reads "hike", "bake" and "read" as topics, "stressed" as stress, "goodbye" as a crisis; only as it may."""

    @property
    def models(self) -> Mapping[str, str]:
        """One name."""
        return {"text": "toy@1"}

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post."""
        return [self._read(post, allowed) for post, allowed in zip(posts, parts, strict=True)]

    def _read(self, post: Post, allowed: frozenset[Part]) -> Reading:
        words = post.text.lower()
        withheld: tuple[Part, ...] = tuple(p for p in ("emotions", "stress", "crisis") if p not in allowed)
        stress = Stress(probability=0.95 if "stressed" in words else 0.02, severity=0.8)
        found = {"hike": ("483", "Sports"), "bake": ("210", "Food & Drink"), "read": ("42", "Books and Literature")}
        return Reading(
            post_id=post.id,
            language="en",
            sentiment=Sentiment(label="negative", valence=-0.6)
            if "stressed" in words
            else Sentiment(label="positive", valence=0.5),
            emotions={"joy": 0.9} if "emotions" in allowed else None,
            stress=stress if "stress" in allowed else None,
            crisis="goodbye" in words if "crisis" in allowed else None,
            topics=tuple(
                Topic(id=TopicId(topic), name=name, confidence=0.9)
                for word, (topic, name) in found.items()
                if word in words
            ),
            suitability=Suitability(risk="floor" if "goodbye" in words else "low"),
            withheld=withheld,
            models=self.models,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyHouse:
    """The journeys, on one store."""

    store: Store
    catalogue: LiveCatalogue
    fill_page: FillPage
    take_event: TakeEvent
    take_postback: TakePostback
    reports: Reports
    read_posts: ReadPosts
    people: People
    explain: Explain
    run_trial: RunTrial


def toy_house(
    store: Store,
    *,
    ads: Sequence[Mapping[str, Any]] = ADS,
    seed: int = 5,
    exploration: float = 0.0,
    ranker: Callable[[], Ranker] | None = None,
    pricing: Pricing = "gsp",
    spacing: int = 0,
    holder: str = "here",
) -> ToyHouse:
    """A house on this store; an empty catalogue is filled with `ads`. The same seed mints the same tokens."""
    policy = load_policy()
    priors = toy_world(ads).ranker
    if not store.catalogue.inventory().ads:
        store.catalogue.replace(toy_inventory(ads))
    care = CareDesk(policy, load_helplines(), b"s" * 32)
    reader = ToyReader()
    tokens = TokenBox({1: b"k" * 32}, 1, random_bytes=Random(seed).randbytes)  # noqa: S311 - a toy, and repeatable
    catalogue = LiveCatalogue(
        store.catalogue,
        store.events,
        ranker=ranker or (lambda: priors),
        parents={},
        policy=policy,
        holder=holder,
        rankers=lambda _: lambda: priors,
    )
    arms = Arms(catalogue, RunningTrials(store.trials))
    take_event = TakeEvent(events=store.events, people=store.people, catalogue=catalogue, tokens=tokens, arms=arms)
    return ToyHouse(
        store=store,
        catalogue=catalogue,
        fill_page=FillPage(
            people=store.people,
            posts=store.posts,
            events=store.events,
            catalogue=catalogue,
            text_reader=reader,
            wellbeing=care,
            policy=policy,
            tokens=tokens,
            exploration=exploration,
            pricing=pricing,
            spacing=spacing,
            arms=arms,
        ),
        take_event=take_event,
        take_postback=TakePostback(
            events=store.events,
            people=store.people,
            source=store.catalogue,
            catalogue=catalogue,
            tokens=tokens,
            arms=arms,
        ),
        reports=Reports(ledger=store.ledger, source=store.catalogue),
        read_posts=ReadPosts(
            posts=store.posts, people=store.people, text_reader=reader, look_reader=None, wellbeing=care, policy=policy
        ),
        people=People(people=store.people, posts=store.posts, wellbeing=care, policy=policy),
        explain=Explain(take_event=take_event, source=store.catalogue),
        run_trial=RunTrial(trials=store.trials, events=store.events, audit=store.audit, catalogue=catalogue),
    )
