import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adtailor.understand.crisis as crisis_module
from adtailor.understand.crisis import LANGUAGES, tells_of_crisis

CORPUS = tomllib.loads((Path(__file__).parent / "crisis_corpus.toml").read_text(encoding="utf-8"))
PARTS = [CORPUS, CORPUS["second"], CORPUS["third"]]


def _posts(kind: str) -> list[tuple[str, str]]:
    return [(language, text) for part in PARTS for language in LANGUAGES for text in part[language][kind]]


@pytest.mark.parametrize(("language", "text"), _posts("tells"))
def test_crisis_language_is_told(language, text):
    assert tells_of_crisis(text, language)


@pytest.mark.parametrize(("language", "text"), _posts("everyday"))
def test_everyday_speech_is_not(language, text):
    assert not tells_of_crisis(text, language)


def test_the_corpus_is_large_enough_to_mean_something():
    assert len(_posts("tells")) >= 60
    assert len(_posts("everyday")) >= 60


def test_the_card_gives_the_numbers_of_the_corpus():
    card = (Path(crisis_module.__file__).parent / "crisis_card.md").read_text(encoding="utf-8")
    found = sum(tells_of_crisis(text, language) for language, text in _posts("tells"))
    false = sum(tells_of_crisis(text, language) for language, text in _posts("everyday"))
    row = f"{found} of {len(_posts('tells'))} | {false} of {len(_posts('everyday'))} |"
    assert re.search(r"all three \| now.*" + re.escape(row), card)
    assert "not reviewed by clinicians" in card


@pytest.mark.parametrize(("language", "text"), _posts("tells")[::5])
def test_an_unknown_language_is_tried_with_every_lexicon(language, text):
    assert tells_of_crisis(text, None)
    assert tells_of_crisis(text, "fr")


@pytest.mark.parametrize(
    "text",
    [
        "I W4NT T0 D1E",
        "i want to kiiiiill myself",
        "I want to k*ll myself",
        "I don\u2019t want to be alive anymore",
        "I want to die!!!",
        "😭 i want to die 😭",
    ],
)
def test_disguises_are_seen_through(text):
    assert tells_of_crisis(text, "en")


def test_a_denial_covers_its_own_clause_only():
    assert not tells_of_crisis("I don't want to die", "en")
    assert tells_of_crisis("I don't know what to do, I want to die", "en")
    assert tells_of_crisis("I'm not okay. I want to kill myself", "en")


def test_the_same_words_are_a_title_in_quotation_marks_and_a_cry_without():
    assert not tells_of_crisis('Listening to the song "I want to die"', "en")
    assert tells_of_crisis("Listening to sad songs because I want to die", "en")


def test_crisis_words_deep_inside_a_long_post_are_found():
    assert tells_of_crisis("We had soup. " * 5_000 + "I want to kill myself.", "en")


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_answered(text):
    assert tells_of_crisis(text, None) in (True, False)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "kill myself? no " * 6_000, "want to just " * 8_000, "!" * 100_000, '"' * 100_000]
)
def test_no_text_takes_long(text):
    started = time.perf_counter()
    tells_of_crisis(text, None)
    # A search that goes over the text once per phrase needs well under 2 s; one that backtracks needs minutes.
    assert time.perf_counter() - started < 10
