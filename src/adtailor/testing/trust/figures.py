"""The figures of a full run: what is asked for, and what was measured."""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from adtailor.decide import deciding
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, RequestId, SiteId, TopicId
from adtailor.domain.person import Consents, Person
from adtailor.domain.reading import Topic
from adtailor.journeys import fill_page
from adtailor.storage import SqliteStore
from adtailor.testing import samples
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.trust import writing
from adtailor.testing.trust.installed import Installed, installed


class Tried(Protocol):
    """What came of a promise, as far as figures need it."""

    @property
    def cases(self) -> int:
        """How many cases were tried."""
        ...

    @property
    def broken(self) -> str | None:
        """The case that breaks it."""
        ...

    @property
    def measured(self) -> tuple[str, ...]:
        """What was measured on the way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure."""

    name: str
    measured: str
    asked_for: str
    is_kept: bool


COUNTED = (
    (1, "violations of the stress ladder", "auctions", 1_000_000),
    (5, "differing bytes without consent", "pairs of histories", 100_000),
    (13, "explanations that are not what leaving out shows", "decisions", 100_000),
    (16, "what deletion leaves in store, index, cache, log and backup", "lives", 500),
    (29, "changes by posts that give orders", "posts and engines", 600),
)


def figures(rows: Mapping[int, Tried], *, seed: int) -> tuple[Figure, ...]:
    """The figures of what was tried, and those that are measured alone."""
    found: list[Figure] = []
    for number, name, of, wanted in COUNTED:
        if (row := rows.get(number)) is not None:
            found.append(
                Figure(
                    name=name,
                    measured=f"{0 if row.broken is None else 'at least 1'} in {row.cases:,} {of}",
                    asked_for=f"0 in {wanted:,}",
                    is_kept=row.broken is None and row.cases >= wanted,
                )
            )
    if (row := rows.get(27)) is not None:
        found.append(
            Figure(
                name="proxy AUC of stress from the ads that were shown",
                measured=", ".join(row.measured).removeprefix("proxy AUC of stress ") or "none",
                asked_for="at most .52",
                is_kept=row.broken is None,
            )
        )
    return (*found, deletion_among_a_million(seed), cost_of_trust(seed))


SLOWEST_DELETION = 60.0
READINGS, OWN = 1_000_000, 1_000
MOST_OF_A_DECISION = 0.10
ADS, ROUNDS, PAGES = 10_000, 15, 40


def deletion_among_a_million(seed: int, *, readings: int = READINGS, own: int = OWN) -> Figure:
    """How long it takes to forget somebody with a thousand posts among a million readings of others.

    The others' rows are copies of one sealed reading: what is sealed in them, a deletion never opens.
    """
    with tempfile.TemporaryDirectory(prefix="adtailor-trust-") as made:
        folder = Path(made)
        with SqliteStore(folder, random_bytes=Random(seed).randbytes) as store:  # noqa: S311  # thrown away
            for start in range(0, own, 100):
                names = [f"own-{number}" for number in range(start, start + 100)]
                store.posts.add([samples.post(name, author="canary") for name in names], samples.NOON)
                for name in names:
                    store.posts.finish(samples.reading(name), samples.NOON)
            store.posts.add([samples.post("other", author="bo")], samples.NOON)
            store.posts.finish(samples.reading("other"), samples.NOON)
        _multiplied(folder, readings - own)
        with SqliteStore(folder) as store:
            started = time.perf_counter()
            store.people.forget(PersonId("canary"))
            took = time.perf_counter() - started
            left = len(store.posts.readings_of(PersonId("canary"), samples.NOON))
            kept = int(store.describe()["readings"].replace(",", ""))
    return Figure(
        name=f"seconds to forget somebody among {kept + own:,} readings",
        measured=f"{took:.1f} s, {left} readings left of theirs",
        asked_for=f"at most {SLOWEST_DELETION:.0f} s, 0 left",
        is_kept=took <= SLOWEST_DELETION and left == 0,
    )


_COUNTED = "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ?)"


def _multiplied(folder: Path, copies: int) -> None:
    """The newest post and reading, so many times, each under a name of its own."""
    with closing(sqlite3.connect(folder / "adtailor.sqlite")) as db:
        last = db.execute("SELECT max(seq) FROM posts").fetchone()[0]
        values = {"seq": "seq + n.value", "post": "randomblob(16)"}
        for table in ("posts", "readings"):
            columns = [str(row[1]) for row in db.execute(f"PRAGMA table_info({table})")]
            chosen = ", ".join(values.get(column, column) for column in columns)
            into = f"{table} ({', '.join(columns)}) SELECT {chosen} FROM {table}"  # noqa: S608  # names of our own
            db.execute(f"{_COUNTED} INSERT INTO {into}, n WHERE seq = ?", (copies - 1, last))
        db.commit()


def cost_of_trust(seed: int, *, ads: int = ADS, rounds: int = ROUNDS) -> Figure:
    """The share of a decision that goes into consents, well-being, vetoes and explanations: the median of rounds.

    Timed inside real decisions over ten thousand ads, by wrapping what does these things and nothing else.
    """
    with installed(seed=seed, inventory=_many(ads)) as house:
        house.engine.store.people.put_person(
            Person(person_id=PersonId("ana"), consents=Consents(interests=True, look=True, affect=True, wellbeing=True),
                   age="adult", country="GB"), expected_version=None,
        )  # fmt: skip
        house.wrote("ana", (*writing.FOND[:4], *writing.HAPPY))
        shares: list[float] = []
        for number in range(rounds + 1):
            spent, whole = _timed(house, number)
            shares.append(spent / whole)
    share = statistics.median(shares[1:])
    return Figure(
        name=f"cost of trust in a decision over {ads:,} ads",
        measured=f"{100 * share:.1f} % of its time, the median of {rounds} rounds",
        asked_for=f"at most {100 * MOST_OF_A_DECISION:.0f} %",
        is_kept=share <= MOST_OF_A_DECISION,
    )


def _timed(house: Installed, number: int) -> tuple[float, float]:
    """Seconds within what trust costs, and of whole decisions."""
    spent, depth = 0.0, 0

    def timed(function: Any) -> Any:
        def call(*args: Any, **named: Any) -> Any:
            nonlocal spent, depth
            depth += 1
            started = time.perf_counter()
            try:
                return function(*args, **named)
            finally:
                depth -= 1
                if depth == 0:
                    spent += time.perf_counter() - started

        return call

    wrapped = [
        (deciding, "explain"), (deciding, "_blanked"), (fill_page, "effective_consents"),
        (fill_page, "without_consents"), (fill_page, "left_open"),
    ]  # fmt: skip
    desk = getattr(house.engine.fill_page, "_wellbeing")  # noqa: B009  # what it asks
    wrapped += [(type(desk), name) for name in ("care", "veto", "teaches")]
    before = [(holder, name, getattr(holder, name)) for holder, name in wrapped]
    for holder, name, function in before:
        setattr(holder, name, timed(function))
    try:
        started = time.perf_counter()
        for page in range(PAGES):
            request, chance = _page(f"{number}-{page}"), Random(page)  # noqa: S311  # chance, not secrecy
            house.engine.fill_page.fill(request, now=house.clock.now(), random=chance)
        return spent, time.perf_counter() - started
    finally:
        for holder, name, function in before:
            setattr(holder, name, function)


def _page(name: str) -> DecisionRequest:
    topics = (Topic(id=TopicId("483"), name="Sports", confidence=0.9),)
    return DecisionRequest(
        request_id=RequestId(name),
        site_id=SiteId("s1"),
        placements=tuple(Placement(id=PlacementId(f"{name}-{place}"), position=place) for place in range(3)),
        context=Context(topics=topics, language="en", country="GB"),
        viewer=Viewer(person_id=PersonId("ana"), age="adult"),
    )


def _many(ads: int) -> Inventory:
    """As many ads as that, over the topics that the community's ads are about."""
    random = Random(ads)  # noqa: S311
    topics = ("483", "42", "210", "653", "239", "1", "52", "150")
    return toy_inventory(
        [
            {
                "id": f"a{number}",
                "advertiser": f"v{number // 20}",
                "topics": {topic: random.random() for topic in random.sample(topics, 2)},
                "bid": f"0.{random.randrange(10, 99)}",
                "tone": [random.choice(("warm", "playful", "calm"))],
                "products": ["1070"],
            }
            for number in range(ads)
        ]
    )
