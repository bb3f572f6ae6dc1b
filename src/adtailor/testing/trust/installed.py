"""The installed system on a folder of its own: the real application, store, models, policy and ads; time can pass."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, cast

import msgspec

from adtailor.assemble import Engine, build, claim_demo_folder, look_reader, open_engine, text_reader
from adtailor.config.settings import Deciding, RateLimits, Settings
from adtailor.domain.buying import Inventory
from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading
from adtailor.ports import LookReader
from adtailor.simulate.community.load import HERE as COMMUNITY
from adtailor.simulate.community.load import load_community
from adtailor.testing.thrown_away import thrown_away
from adtailor.testing.trust.proof import Broken, holds
from adtailor.testing.trust.web import Answer, Web

if TYPE_CHECKING:
    from adtailor.understand.text import TextUnderstanding

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOTHING = {"interests": False, "look": False, "affect": False, "wellbeing": False}
EVERYTHING = dict.fromkeys(NOTHING, True)
MEDIA = COMMUNITY / "media"
PAGE = {"language": "en", "country": "GB"}
SPORTS = {"id": "483", "name": "Sports", "confidence": 0.9}


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time that it was set to."""
        return self.at

    def pass_(self, time: timedelta) -> None:
        """Time goes by."""
        self.at += time


class Dice:
    """Chance that can be thrown again; only ever for folders that are thrown away."""

    def __init__(self, seed: int) -> None:
        self._draws, self._keys = Random(seed), Random(seed)  # noqa: S311  # repeatable on purpose

    def again(self, seed: int, *, nonces: bool = False) -> None:
        """Decisions draw from here on as after every other call with this seed.

        With `nonces`, keys and nonces do so too: give each such call a seed of its own, for keys must not repeat.
        """
        self._draws = Random(seed)  # noqa: S311
        if nonces:
            self._keys = Random(seed)  # noqa: S311

    def bytes(self, count: int) -> bytes:
        """So many bytes, for a key or a nonce."""
        return self._keys.randbytes(count)

    def new(self) -> Random:
        """A source of chance of its own, for a decision."""
        return Random(self._draws.getrandbits(64))  # noqa: S311


class Remembering:
    """A reader of words that reads each text once: what is alone in a post alone decides its reading."""

    def __init__(self, reader: "TextUnderstanding") -> None:
        self._reader = reader
        self._known: dict[tuple[str, str | None, frozenset[Part]], Reading] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post."""
        from dataclasses import replace

        readings: list[Reading] = []
        for post, allowed in zip(posts, parts, strict=True):
            key = post.text, post.language, allowed
            if key not in self._known:
                self._known[key] = self._reader.read([post], [allowed])[0]
            readings.append(replace(self._known[key], post_id=post.id))
        return readings


@cache
def models() -> tuple["TextUnderstanding", LookReader]:
    """The embedded models, loaded once in a process."""
    return cast("TextUnderstanding", Remembering(text_reader())), look_reader()


@cache
def community_ads() -> Inventory:
    """The ads of the demo community: seventeen shops, some of them in betting, credit, diets and beer."""
    return load_community(NOON).inventory


@dataclass(kw_only=True)
class Installed:
    """One installation, and someone who asks it things."""

    engine: Engine
    web: Web
    clock: MovableClock
    dice: Dice
    folder: Path
    number: int = 0

    def new(self, kind: str = "p") -> str:
        """An id that was never used here."""
        self.number += 1
        return f"{kind}{self.number}"

    def ask(self, method: str, address: str, body: object = None, **more: Any) -> Answer:
        """Whatever the answer."""
        return self.web.ask(method, address, body, **more)

    def call(self, method: str, address: str, body: object = None, **more: Any) -> Answer:
        """The answer, which has to be a good one."""
        answer = self.web.ask(method, address, body, **more)
        holds(answer.status < 400, lambda: f"{method} {address} was answered {answer.status}: {answer.text[:200]}")
        return answer

    def person(
        self,
        person: str | None = None,
        *,
        consents: Mapping[str, bool] = NOTHING,
        age: str | None = "adult",
        country: str | None = "GB",
    ) -> str:
        """Somebody who said this of themselves, and agreed to this."""
        person = person or self.new()
        if age is not None:
            self.call("PUT", f"/v1/people/{person}", {"age": age, "country": country})
        if any(consents.values()):
            self.call("PUT", f"/v1/people/{person}/consents", dict(consents), headers={"if-match": "*"})
        return person

    def wrote(self, person: str, texts: Sequence[str], *, gap: timedelta = timedelta(hours=1), **more: object) -> None:
        """They wrote these, the last of them just now, and all were read."""
        now = self.clock.now()
        posts = [
            {
                "id": f"{person}-{self.new('t')}",
                "author_id": person,
                "created_at": (now - gap * (len(texts) - 1 - place)).isoformat(),
                "text": text,
                **more,
            }
            for place, text in enumerate(texts)
        ]
        if posts:
            self.call("POST", "/v1/posts", posts)
            self.read()

    def read(self) -> None:
        """Read what waits to be read, as the thread beside the server does."""
        while self.engine.read_posts.work(now=self.clock.now()):
            pass

    def request(self, **changes: object) -> dict[str, Any]:
        """A request for three placements on a page about sports, by nobody in particular."""
        return {
            "request_id": "r1",
            "site_id": "s1",
            "placements": [{"id": f"feed-{place}", "position": place} for place in range(3)],
            "context": {**PAGE, "topics": [SPORTS]},
            "viewer": {"age": "adult"},
            **changes,
        }

    def decide(self, *, headers: Mapping[str, str] | None = None, **changes: object) -> dict[str, Any]:
        """A decision, as the API gives it."""
        return self.call("POST", "/v1/decisions", self.request(**changes), headers=headers).told

    def close(self) -> None:
        """End it."""
        self.web.close()
        self.engine.close()


def shown(decision: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """The ads of a decision by their placement, each with its price."""
    return {
        one["id"]: (one["ad"]["ad_id"], one["price_micros"]) for one in decision["placements"] if one["ad"] is not None
    }


def codes(decision: Mapping[str, Any]) -> list[str | None]:
    """Why each placement stays empty, None where it does not."""
    return [None if one["no_fill"] is None else one["no_fill"]["code"] for one in decision["placements"]]


@contextmanager
def installed(
    *,
    seed: int = 0,
    inventory: Inventory | Callable[[], Inventory] = community_ads,
    settings: Settings | None = None,
    folder: Path | None = None,
    clock: MovableClock | None = None,
    demo: bool = False,
) -> Generator[Installed]:
    """A new installation in a folder that is removed afterwards, or in `folder`, which stays.

    `demo` gives its pages the members' names.
    """
    with thrown_away() as made:
        clock, dice, where = clock or MovableClock(), Dice(seed), folder or made
        if demo:
            claim_demo_folder(where)
        engine = open_engine(
            where,
            _unhurried(settings or Settings(deciding=Deciding(exploration=0.0))),
            clock=clock,
            readers=models(),
            random_bytes=dice.bytes,
        )
        if engine.store.catalogue.version() == 0:
            engine.store.catalogue.replace(inventory() if callable(inventory) else inventory)
        house = Installed(
            engine=engine, web=Web(build(engine, new_random=dice.new)), clock=clock, dice=dice, folder=where
        )
        try:
            yield house
        finally:
            house.close()


def _unhurried(settings: Settings) -> Settings:
    """Without the limits on how often one address asks, which go by the machine's clock: a fast one would meet them.

    Those of invalid traffic go by the proof's own clock, and stay.
    """
    return msgspec.structs.replace(settings, limits=RateLimits(address_per_minute=0, token_per_minute=0))


def expected(condition: object, what: str) -> None:
    """What a proof needs to prove anything: without it, it would hold for want of a case."""
    if not condition:
        raise Broken(f"the proof tried nothing: {what}")
