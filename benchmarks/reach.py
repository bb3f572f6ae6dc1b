"""How long the daily count of whom ads reach takes: profiles on the disk, sealed, and ad sets that ask for them.

A million profiles take a minute or two to lay out and 1 GB of disk: `make bench ARGS=reach` runs a hundred thousand,
`make bench ARGS="reach 1000000"` as many as are named.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import insert

from adtailor.config.policy import load_policy
from adtailor.config.taxonomy import content_topics
from adtailor.domain.ids import PersonId, SegmentId, TopicId
from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import Fading, Profile
from adtailor.journeys.reach import Reaches
from adtailor.storage import SqliteStore, tables
from adtailor.storage.rows import _PERSON, _PROFILE
from adtailor.storage.sealing import place
from adtailor.testing.toy_ads import toy_inventory

SIZES = (100_000,)
ADSETS = 2_000
CHUNK = 20_000
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TRAITS = [f"{kind}:{n}" for kind in ("garment", "colour", "style") for n in range(12)]
GROUPS = [SegmentId(f"group-{n}") for n in range(50)]


def run(sizes: Sequence[int] = SIZES) -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    return [row for people in sizes or SIZES for row in _of(people)]


def _of(people: int) -> list[tuple[str, str, str]]:
    random, topics = Random(5), sorted(content_topics().names)
    with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder)) as store:
        store.catalogue.replace(toy_inventory([_asks(n, random, topics) for n in range(ADSETS)]))
        for start in range(0, people, CHUNK):
            _fill(store, range(start, min(start + CHUNK, people)), random, topics)
        reaches = Reaches(
            people=store.people, source=store.catalogue, store=store.reach, parents=content_topics().parents,
            policy=load_policy(),
        )  # fmt: skip
        clock, cpu = time.perf_counter(), time.process_time()
        counted = reaches.count(now=NOW)
        clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
    return [
        (
            f"{counted:,} of {people:,} profiles, {ADSETS:,} ad sets: counted",
            f"{clock:.0f} s, {cpu:.0f} s of processor time, {1e6 * cpu / people:.0f} us a profile",
            "5 min" if people == 1_000_000 else "-",
        )
    ]


def _asks(number: int, random: Random, topics: Sequence[TopicId]) -> dict[str, object]:
    return {
        "id": f"ad{number}",
        "asks_interests": random.sample(topics, random.randint(1, 6)),
        "asks_look": random.sample(TRAITS, 2) if number % 3 == 0 else [],
        "asks_segments": random.sample(GROUPS, 3) if number % 5 == 0 else [],
        "excludes_interests": random.sample(topics, 1) if number % 7 == 0 else [],
    }


def _fill(store: SqliteStore, numbers: range, random: Random, topics: Sequence[TopicId]) -> None:
    """Straight into the tables: a person at a time, with a wait for the disk each, would take hours."""
    keyring, names = store._keyring, [PersonId(f"p{n}") for n in numbers]  # noqa: SLF001
    keys = keyring.ensure(names)
    people, profiles = [], []
    for name in names:
        key = keys[name]
        person = Person(person_id=name, consents=Consents(interests=True, look=True), age="adult")
        profile = Profile(
            person_id=name,
            interests=Fading(weights={topic: random.random() * 4 for topic in random.sample(topics, 12)}, as_of=NOW),
            look=Fading(weights={trait: random.random() * 4 for trait in random.sample(TRAITS, 6)}, as_of=NOW),
            groups={random.choice(GROUPS): NOW.date()},
        )
        sealed = key.sealer.seal(_PERSON.encode(person), place("people", key.ref))
        people.append({"ref": key.ref, "version": 1, "changed": 1, "body": sealed})
        sealed = key.sealer.seal(_PROFILE.encode(profile), place("profiles", key.ref))
        profiles.append({"ref": key.ref, "version": 1, "body": sealed})
    with store._database.writing(durably=False) as connection:  # noqa: SLF001
        connection.execute(insert(tables.people), people)
        connection.execute(insert(tables.profiles), profiles)
