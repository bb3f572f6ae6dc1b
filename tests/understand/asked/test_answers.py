import json
from dataclasses import fields
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.ids import PostId
from adtailor.domain.reading import EMOTIONS, PARTS, Reading, Sentiment, Stress, Suitability
from adtailor.errors import EngineFailed
from adtailor.understand.asked.answers import (
    ASKED_PARTS,
    MISFIT,
    NO_JSON,
    TONES,
    answer_type,
    decoded,
    merged,
    schema_of,
    stricter,
)

BASE = Reading(
    post_id=PostId("p1"),
    language="en",
    sentiment=Sentiment(label="neutral", valence=0.0),
    crisis=False,
    tone={"sarcastic": 0.5, "playful": 0.5, "formal": 0.25},
    suitability=Suitability(risk="medium", categories=("Debated Sensitive Social Issue",)),
    models={"text": "default@1"},
)
WHOLE = {
    "sentiment": {"label": "positive", "valence": 80},
    "emotions": [{"name": "joy", "probability": 90}],
    "stress": {"probability": 5, "severity": 0},
    "crisis": False,
    "tone": {"sarcastic": 1, "playful": 70},
    "suitability": {"risk": "low"},
}


def test_the_schema_follows_the_domain() -> None:
    schema = schema_of(answer_type(ASKED_PARTS))["properties"]
    assert list(schema) == [part for part in PARTS if part in ASKED_PARTS]
    assert set(schema["sentiment"]["properties"]) == {field.name for field in fields(Sentiment)} - {
        "arousal",
        "confidence",
    }
    assert set(schema["stress"]["properties"]) == {field.name for field in fields(Stress)}
    assert set(schema["emotions"]["items"]["properties"]["name"]["enum"]) == set(EMOTIONS)
    assert "$ref" not in json.dumps(schema)


@pytest.mark.parametrize("parts", [some for size in (1, 2, 6) for some in combinations(ASKED_PARTS, size)])
def test_what_is_not_asked_has_no_field_and_is_refused(parts: tuple[str, ...]) -> None:
    kind = answer_type(parts)  # pyright: ignore[reportArgumentType]
    assert set(schema_of(kind)["properties"]) == set(parts)
    asked = {part: WHOLE[part] for part in parts}
    assert set(decoded(json.dumps(asked).encode(), kind)) == set(parts)
    if len(parts) < len(WHOLE):
        with pytest.raises(EngineFailed, match=MISFIT):
            decoded(json.dumps(WHOLE).encode(), kind)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sentiment": {"label": "ecstatic", "valence": 80}},
        {"sentiment": {"label": "positive", "valence": 101}},
        {"sentiment": {"label": "positive", "valence": 0.5}},
        {"sentiment": {"label": "positive", "valence": "80"}},
        {"sentiment": "positive"},
        {"emotions": [{"name": "rage", "probability": 5}]},
        {"emotions": [{"name": "joy", "probability": 5}] * 6},
        {"stress": {"probability": -1, "severity": 0}},
        {"crisis": "no"},
        {"crisis": None},
        {"tone": {"sarcastic": 1, "playful": 70, "evil": 1}},
        {"suitability": {"risk": "none"}},
    ],
)
def test_an_answer_out_of_range_of_another_type_or_with_unknown_labels_is_refused(wrong: dict[str, object]) -> None:
    kind = answer_type(ASKED_PARTS)
    with pytest.raises(EngineFailed, match=MISFIT):
        decoded(json.dumps(WHOLE | wrong).encode(), kind)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_whatever_is_no_answer_fails_without_quoting_it(raw: bytes) -> None:
    with pytest.raises(EngineFailed) as caught:
        decoded(raw, answer_type(ASKED_PARTS))
    assert caught.value.message in {MISFIT, NO_JSON}


def test_percents_become_shares_and_unnamed_emotions_are_nothing() -> None:
    found = decoded(json.dumps(WHOLE).encode(), answer_type(ASKED_PARTS))
    reading = merged(BASE, found, model="big@1")
    assert reading.sentiment == Sentiment(label="positive", valence=0.8)
    assert reading.emotions is not None
    assert set(reading.emotions) == set(EMOTIONS)
    assert (reading.emotions["joy"], reading.emotions["grief"]) == (0.9, 0.0)
    assert reading.models == {"text": "default@1", **dict.fromkeys(ASKED_PARTS, "big@1")}


def test_a_tone_that_was_not_asked_for_keeps_its_default() -> None:
    reading = merged(BASE, {"tone": dict.fromkeys(TONES, 0.0)}, model="big@1")
    assert reading.tone == {"sarcastic": 0.0, "playful": 0.0, "formal": 0.25}


@pytest.mark.parametrize("before", [True, False, None])
@pytest.mark.parametrize("told", [True, False])
def test_a_model_may_add_a_crisis_and_never_take_one_away(before: bool | None, told: bool) -> None:
    reading = merged(Reading(post_id=PostId("p"), crisis=before), {"crisis": told}, model="big@1")
    assert reading.crisis is (told or before is True)


def test_the_stricter_suitability_holds_whoever_says_it() -> None:
    assert stricter(BASE.suitability, Suitability(risk="low")) == BASE.suitability
    assert stricter(BASE.suitability, Suitability(risk="floor")) == Suitability(
        risk="floor", categories=("Debated Sensitive Social Issue",)
    )
    assert stricter(None, Suitability(risk="high")) == Suitability(risk="high")
