import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.understand.language import declared_language, detected_language, language_of

SENTENCES = {
    "en": ["so tired today", "We are meeting at the station at noon", "thank you so much for the lovely dinner"],
    "de": ["Heute war ein schöner Tag", "Morgen habe ich eine Prüfung", "Wir gehen heute Abend ins Kino"],
    "es": ["Hoy hace mucho sol", "Mañana tengo un examen muy difícil", "Vamos a la playa con los amigos"],
    "fr": ["Quelle belle journée", "Demain j'ai un examen difficile", "On va au cinéma ce soir avec des amis"],
    "it": ["Che bella giornata", "Domani ho un esame molto difficile"],
    "ja": ["今日はとても良い天気です"],
    "ar": ["مرحبا بكم في مدينتنا الجميلة"],
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in SENTENCES.items() for text in texts])
def test_a_plain_sentence_is_recognised(language, text):
    assert detected_language(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "ok", "lol same", "😂😂", "https://example.org/schoen", "@ana #monday", "12:30", "hahaha", "\x00", "pizza"],
)
def test_too_little_to_tell_is_not_guessed(text):
    assert detected_language(text) is None


def test_a_text_half_in_one_language_and_half_in_another_is_not_guessed():
    english = "I had the most wonderful weekend with my family at home"
    german = "und danach sind wir alle zusammen nach Hause gefahren"
    assert detected_language(english) == "en"
    assert detected_language(german) == "de"
    assert detected_language(f"{english} {german}") is None


@pytest.mark.parametrize(
    ("tag", "primary"), [("en", "en"), ("de-AT", "de"), ("ZH-Hans", "zh"), ("pt_BR", "pt"), ("gsw", "gsw")]
)
def test_a_declared_language_wins(tag, primary):
    assert language_of("The words themselves say something else here", declared=tag) == primary


@pytest.mark.parametrize("tag", ["", "und", "english", "x", "e n", "en--", "../etc", "12", "zxx"])
def test_a_tag_that_is_none_is_ignored(tag):
    assert declared_language(tag) is None
    assert language_of("We are meeting at the station at noon", declared=tag) == "en"


@given(st.text(alphabet=st.characters(), max_size=200), st.none() | st.text(max_size=12))
def test_any_text_has_a_language_code_or_none(text, declared):
    told = language_of(text, declared=declared)
    assert told is None or (told.isascii() and told.islower() and 2 <= len(told) <= 3)
