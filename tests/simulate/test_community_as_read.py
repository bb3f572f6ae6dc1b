"""What the models on this machine make of Larkwater: the demo must show what it says it shows."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adtailor import assemble
from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.domain.person import Person
from adtailor.domain.post import Photo
from adtailor.domain.reading import PARTS, PhotoLook, Reading
from adtailor.domain.wellbeing import Care, State, WellbeingMemory
from adtailor.simulate.community import load_community
from adtailor.wellbeing.desk import CareDesk

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LARKWATER = load_community(NOW)
PEOPLE: dict[str, Person] = {member.person.person_id: member.person for member in LARKWATER.people}
WORDS = frozenset(part for part in PARTS if part != "look")


@pytest.fixture(scope="module")
def readings() -> dict[str, Reading]:
    read = assemble.text_reader().read(LARKWATER.posts, [WORDS] * len(LARKWATER.posts))
    return {reading.post_id: reading for reading in read}


def _care(person_id: str, readings: dict[str, Reading]) -> Care:
    policy = load_policy("standard")
    desk = CareDesk(policy, load_helplines(), secret=b"larkwater" * 4)
    person = PEOPLE[person_id]
    memory = WellbeingMemory(person_id=person.person_id)
    for post in LARKWATER.posts:
        if post.author_id == person_id:
            memory = desk.note(memory, post, readings[post.id], NOW)
    return desk.care(memory, person, now=NOW, day=NOW.date(), language="en")


def test_a_bad_week_with_the_consent_is_state_high_with_a_rest_suggestion(readings: dict[str, Reading]) -> None:
    care = _care("tomasz", readings)
    assert care.state is State.HIGH
    assert care.suggestion is not None
    assert care.suggestion.kind == "rest"


def test_the_same_week_without_the_consent_changes_nothing(readings: dict[str, Reading]) -> None:
    told = [readings[f"marta-{n}"].stress for n in (3, 4, 5)]
    assert all(stress is not None and stress.probability >= 0.8 for stress in told)
    assert _care("marta", readings) == Care()


def test_the_one_crisis_post_brings_quiet_and_the_support_card(readings: dict[str, Reading]) -> None:
    assert [post_id for post_id, reading in readings.items() if reading.crisis] == ["noor-4"]
    care = _care("noor", readings)
    assert care.state is State.CRISIS
    assert care.quiet
    assert care.suggestion is not None
    assert care.suggestion.kind == "support"


def test_hard_words_said_in_fun_and_a_quoted_sad_text_bring_nothing(readings: dict[str, Reading]) -> None:
    assert _care("ana", readings).state is State.NEUTRAL


@pytest.mark.parametrize("post_id", ["ines-3", "ana-6"])
def test_a_debt_and_an_illness_are_read_as_sensitive_topics(post_id: str, readings: dict[str, Reading]) -> None:
    sensitive = load_policy("standard").sensitive_topics
    assert any(topic.id in sensitive for topic in readings[post_id].topics)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shirt", ("shirt", "light blue")),
        ("t-shirt", ("t-shirt", "yellow")),
        ("hoodie", ("hoodie", "grey")),
        ("trousers", ("pants", "brown")),
        ("dress", ("dress", "green")),
        ("skirt", ("skirt", "red")),
        ("shorts", ("shorts", "navy")),
        ("shoes", ("shoes", "red")),
        ("hat", ("hat", "red")),
        ("sunset", None),
        ("dog", None),
    ],
)
def test_the_drawn_clothes_are_recognised_by_a_model_that_only_knows_photos(
    name: str, expected: tuple[str, str] | None
) -> None:
    path: Path = LARKWATER.media / "posts" / f"{name}.webp"
    (look,) = assemble.look_reader().read([Photo(path=path)])
    assert isinstance(look, PhotoLook)
    assert [(garment.type, garment.colours[0]) for garment in look.garments] == ([] if expected is None else [expected])
