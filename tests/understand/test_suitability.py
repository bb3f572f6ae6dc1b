import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adtailor.understand.suitability as suitability_module
from adtailor.config.taxonomy import content_topics
from adtailor.understand.suitability import HATE, PROFANITY, RISKS, Offence, categories, suitability_of

CALM = Offence(hate=0.01, offensive=0.02, hate_threshold=0.3, offensive_threshold=0.6)
RUDE = Offence(hate=0.01, offensive=0.9, hate_threshold=0.3, offensive_threshold=0.6)
HATEFUL = Offence(hate=0.7, offensive=0.9, hate_threshold=0.3, offensive_threshold=0.6)


@pytest.mark.parametrize(
    ("text", "language"),
    [("a calm walk by the lake", "en"), ("Kaffee und Kuchen im Garten", "de"), ("un paseo por la playa", "es")],
)
def test_everyday_posts_are_low_risk(text, language):
    assert suitability_of(text, language, CALM) == suitability_of(text, None)
    assert suitability_of(text, language).risk == "low"


@pytest.mark.parametrize(
    ("text", "language", "risk"),
    [
        ("terrorists set off a car bomb", "en", "floor"),
        ("bei dem Luftangriff gab es viele Todesopfer", "de", "high"),
        ("el funeral de mi abuelo", "es", "medium"),
        ("what the fuck", "en", "medium"),
    ],
)
def test_sensitive_words_raise_the_risk(text, language, risk):
    found = suitability_of(text, language)
    assert found.risk == risk
    assert found.categories


def test_offence_that_no_list_knows_is_told_by_the_head():
    assert suitability_of("you people are all the same", "en", RUDE).risk == "high"
    assert suitability_of("you people are all the same", "en", RUDE).categories == (PROFANITY,)


def test_hate_is_never_suitable():
    found = suitability_of("you people are all the same", "en", HATEFUL)
    assert (found.risk, found.categories) == ("floor", (HATE, PROFANITY))


def test_the_worst_of_several_risks_counts_and_all_categories_are_named():
    found = suitability_of("stoned at the funeral, then a car bomb", "en")
    assert found.risk == "floor"
    assert len(found.categories) == 3


def test_categories_bear_the_names_of_the_content_topics():
    published = set(content_topics().names.values())
    assert {category.name for category in categories()} <= published


def test_every_category_has_words_in_every_language():
    file = Path(suitability_module.__file__).parent / "sensitive_words.toml"
    for about in tomllib.loads(file.read_text(encoding="utf-8"))["category"]:
        assert set(about) == {"name", "risk", "en", "de", "es"}
        assert about["risk"] in RISKS


@given(st.text(max_size=200))
def test_any_text_has_a_risk(text):
    assert suitability_of(text, None).risk in RISKS
