import re
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adtailor.understand.crisis as crisis_module
from adtailor.understand.crisis import LANGUAGES, Words, tells_of_crisis, verdict, words_of

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


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("listening to 'I want to die' all day, what a song", "en"),
        ("Früher wollte ich sterben, heute backe ich Brot", "de"),
        ("Hace seis años quería morir, hoy tengo dos hijas", "es"),
    ],
)
def test_a_title_in_single_quotation_marks_and_what_is_years_behind_hold_no_phrase(text, language):
    assert not words_of(text, language).phrase


def test_what_was_learned_in_one_language_leans_the_others():
    for text, language in (
        ("my family would be so much better off once I am gone", "en"),
        ("meine Familie hätte es viel leichter wenn ich nicht mehr da bin", "de"),
        ("mi familia estaría mucho mejor si yo no estuviera", "es"),
    ):
        assert words_of(text, language).lean > 1.0


def test_no_head_is_needed_and_a_sure_head_needs_no_words():
    assert verdict(Words(phrase=True, lean=None), None, "en") is True
    assert verdict(Words(phrase=False, lean=None), 0.99, "en") is True
    assert verdict(Words(phrase=False, lean=-3.0), 0.01, "en") is False


def test_a_language_without_a_lexicon_abstains_unless_a_phrase_is_found():
    assert verdict(words_of("Je suis allé au marché ce matin", "fr"), None, "fr") is None
    assert verdict(words_of("fr: I want to kill myself", "fr"), None, "fr") is True


@given(st.booleans(), st.floats(-9, 9), st.floats(0, 1), st.floats(0, 1))
def test_a_head_that_is_surer_never_takes_a_card_away(phrase, lean, one, other):
    words = Words(phrase=phrase, lean=lean)
    less, more = sorted((one, other))
    assert verdict(words, less, "en") <= verdict(words, more, "en")


@given(st.floats(-9, 9), st.floats(-9, 9), st.none() | st.floats(0, 1))
def test_words_that_lean_further_never_take_a_card_away(one, other, head):
    less, more = sorted((one, other))
    assert verdict(Words(phrase=False, lean=less), head, "en") <= verdict(Words(phrase=False, lean=more), head, "en")


def test_a_long_post_leans_as_its_most_telling_passage_does():
    cry = "I have decided that everyone is better off without me and tonight I say goodbye for ever"
    soup = "We had a very good soup with my friends at the market today and then we walked home by the lake. " * 6
    assert words_of(soup + cry, "en").lean >= words_of(cry, "en").lean - 1.0
    assert words_of(soup, "en").lean < 0
