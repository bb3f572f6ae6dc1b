"""Composes people from labelled posts: whoever is in an episode of stress tells of it in most posts, others seldom.

The posts are those that measure (`[check]` of `examples/stress.toml`), the kinds of people stand with their assumptions
in `examples/timelines.toml`. Every time the posts are drawn anew, with replacement, so that the spread over several
draws tells how much hangs on these few posts.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.timeline import Timeline
from adtailor.domain.wellbeing import State

FOLDER = Path(__file__).parent / "examples"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Of people."""

    name: str
    is_stressed: bool
    due: State
    share: float
    """Among all of its class, which add up to 1."""
    posts: tuple[int, int]
    hours: int
    told: float
    """The chance that one of their posts tells of stress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Kinds of people, and the posts to compose them from."""

    kinds: tuple[Kind, ...]
    stressed: tuple[str, ...]
    everyday: tuple[str, ...]
    noise: float
    prevalence: float

    @property
    def texts(self) -> tuple[str, ...]:
        """Every post once, as there are few: read them once."""
        return (*self.stressed, *self.everyday)


def load_cast() -> Cast:
    """The one that ships with the project."""
    told = _toml("timelines.toml")
    posts = _toml("stress.toml")["check"]
    return Cast(
        kinds=tuple(_kind(kind) for kind in told["kind"]),
        stressed=tuple(posts["stressed"]),
        everyday=tuple(posts["everyday"]),
        noise=float(told["noise"]),
        prevalence=float(told["prevalence"]),
    )


def compose(cast: Cast, *, stressed: int, calm: int, random: Random, ends_at: datetime) -> list[Timeline]:
    """So many people of each class, from one draw of the posts."""
    draw = {
        True: random.choices(cast.stressed, k=len(cast.stressed)),
        False: random.choices(cast.everyday, k=len(cast.everyday)),
    }
    people: list[Timeline] = []
    for is_stressed, count in ((True, stressed), (False, calm)):
        kinds = [kind for kind in cast.kinds if kind.is_stressed is is_stressed]
        for kind in random.choices(kinds, weights=[kind.share for kind in kinds], k=count):
            person_id = PersonId(f"made-up-{len(people)}")
            people.append(_timeline(person_id, kind, draw, noise=cast.noise, random=random, ends_at=ends_at))
    return people


def _timeline(
    person_id: PersonId,
    kind: Kind,
    draw: Mapping[bool, Sequence[str]],
    *,
    noise: float,
    random: Random,
    ends_at: datetime,
) -> Timeline:
    count = random.randint(*kind.posts)
    times = sorted(ends_at - timedelta(hours=random.uniform(0, kind.hours)) for _ in range(count))
    posts: list[Post] = []
    for place, at in enumerate(times):
        tells = random.random() < kind.told
        if random.random() < noise:
            tells = not tells
        text = random.choice(draw[tells])
        posts.append(
            Post(id=PostId(f"{person_id}.{place}"), author_id=person_id, created_at=at, text=text, language="en")
        )
    return Timeline(person_id=person_id, kind=kind.name, is_stressed=kind.is_stressed, due=kind.due, posts=tuple(posts))


def _kind(told: Mapping[str, Any]) -> Kind:
    least, most = told["posts"]
    return Kind(
        name=str(told["name"]),
        is_stressed=bool(told["is_stressed"]),
        due=State(int(told["due"])),
        share=float(told["share"]),
        posts=(int(least), int(most)),
        hours=int(told["hours"]),
        told=float(told["told"]),
    )


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))
