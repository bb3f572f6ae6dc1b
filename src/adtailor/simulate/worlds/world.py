"""A world of one seed: its people and advertisers, its truth, and the luck of its days, drawn before anything is shown.

The luck of a day is drawn for everybody, whoever has left and whatever is decided: two runs of a world meet the same
people, pages, hours and luck, so that their difference is what was done differently (common random numbers).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.ids import PersonId, TopicId
from adtailor.domain.person import Mood
from adtailor.errors import InvalidInput
from adtailor.simulate.worlds.confusion import Reader
from adtailor.simulate.worlds.latents import Latents, Strengths, draw_latents
from adtailor.simulate.worlds.law import Law
from adtailor.simulate.worlds.market import COUNTRIES, inventory_of
from adtailor.simulate.worlds.posting import misread, posted
from adtailor.simulate.worlds.public import MOST_PLACES, TICKS, Public

Floats = NDArray[np.float64]
MOST_PAGES = 12
"""Pages a person opens on a day, at most."""
TOPICS = 12
MOODS: tuple[Mood, ...] = ("joy", "excitement", "amusement", "curiosity", "calm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a world is."""

    people: int = 2000
    days: int = 14
    """On which people may be treated."""
    days_before: int = 3
    """On which nobody is: people are met, and bids find their pace."""
    advertisers: int = 16
    ads_each: int = 2

    def __post_init__(self) -> None:
        for name, least in (("people", 20), ("days", 1), ("days_before", 0), ("advertisers", 3), ("ads_each", 1)):
            if (value := getattr(self, name)) < least:
                raise InvalidInput(f"{value} {name}", hint=f"at least {least}", field=name)

    @property
    def all_days(self) -> int:
        """Those before and those of the run."""
        return self.days_before + self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The pages that everybody would open on a day, in order of time, and the luck of each; first axis: pages."""

    people: NDArray[np.int32]
    ticks: NDArray[np.int32]
    topics: NDArray[np.int32]
    """What the post beside the ads is about."""
    read: NDArray[np.int32]
    """What the reader takes it to be about."""
    fates: Floats
    """(pages, places): an ad is clicked where its chance is above this."""
    leaving: Floats
    """(people,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One seed's world."""

    seed: int
    size: Size
    public: Public
    law: Law
    reader: Reader
    popularity: Floats
    """Of topics, as shares."""
    curve: Floats
    """Of traffic, as shares of a day."""

    @property
    def latents(self) -> Latents:
        """The truth."""
        return self.law.latents

    def with_strengths(self, strengths: Strengths) -> "World":
        """The same people, posts and advertisers, who respond otherwise."""
        return replace(self, law=Law(latents=self.latents, strengths=strengths))

    def day(self, number: int) -> Day:
        """The luck of a day."""
        random = np.random.default_rng([self.seed, 1, number])
        people, latents = self.size.people, self.latents
        counts = np.minimum(random.poisson(latents.active), MOST_PAGES)
        own = _chosen(random, latents.interests, MOST_PAGES)
        common = random.choice(TOPICS, (people, MOST_PAGES), p=self.popularity)
        topics = np.where(random.random((people, MOST_PAGES)) < 0.5, own, common)
        ticks = random.choice(TICKS, (people, MOST_PAGES), p=self.curve)
        read = misread(topics, self.reader.topic_right, TOPICS, random)
        fates = random.random((people, MOST_PAGES, MOST_PLACES))
        leaving = random.random(people)
        opens = np.arange(MOST_PAGES) < counts[:, None]
        who = np.broadcast_to(np.arange(people)[:, None], opens.shape)[opens]
        order = np.argsort(ticks[opens], kind="stable")
        return Day(
            people=who[order].astype(np.int32),
            ticks=ticks[opens][order].astype(np.int32),
            topics=topics[opens][order].astype(np.int32),
            read=read[opens][order].astype(np.int32),
            fates=fates[opens][order],
            leaving=leaving,
        )


def make_world(seed: int, *, size: Size, reader: Reader, strengths: Strengths | None = None) -> World:
    """The world of a seed; the same seed is the same world on every machine with this version of NumPy."""
    random = np.random.default_rng([seed, 0])
    of_market, of_latents, of_posts, rest = random.spawn(4)
    topics = tuple(TopicId(f"topic-{n}") for n in range(TOPICS))
    garments = reader.garments.told
    inventory = inventory_of(
        of_market, advertisers=size.advertisers, ads_each=size.ads_each, topics=topics, garments=garments
    )
    strengths = strengths or Strengths()
    latents = draw_latents(
        of_latents, inventory, people=size.people, days=size.all_days, topics=topics, garments=garments,
        strengths=strengths,
    )  # fmt: skip
    curve = 1.0 + 0.8 * np.sin((np.arange(TICKS) - 14) / TICKS * 2 * np.pi)
    return World(
        seed=seed,
        size=size,
        public=Public(
            inventory=inventory,
            topics=topics,
            garments=garments,
            moods=MOODS,
            countries=COUNTRIES,
            people=tuple(PersonId(f"person-{n}") for n in range(size.people)),
            lives_in=rest.integers(0, len(COUNTRIES), size.people).astype(np.int8),
            signals=posted(of_posts, latents, reader, moods=MOODS, garments=garments),
        ),
        law=Law(latents=latents, strengths=strengths),
        reader=reader,
        popularity=rest.dirichlet(np.full(TOPICS, 2.0)),
        curve=curve / curve.sum(),
    )


def _chosen(random: np.random.Generator, shares: Floats, count: int) -> NDArray[np.int64]:
    edges = np.cumsum(shares, axis=1)
    drawn = random.random((len(shares), count))
    return np.minimum((drawn[..., None] >= edges[:, None, :]).sum(axis=-1), shares.shape[1] - 1)
