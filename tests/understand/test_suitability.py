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
CROSS = Offence(hate=0.01, offensive=0.7, hate_threshold=0.3, offensive_threshold=0.6)
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


def test_offence_that_is_not_sure_is_a_medium_risk():
    assert suitability_of("you people are all the same", "en", CROSS).risk == "medium"
    assert suitability_of("you people are all the same", "en", CROSS).categories == (PROFANITY,)


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


RISKY = {
    "en": [
        ("Two men were shot dead outside the bank", "high"), ("rest in peace grandpa", "medium"),
        ("police arrested him for arson", "medium"), ("selling handguns and ammo here", "medium"),
        ("we did cocaine all night", "high"), ("so hungover, too many vodka shots", "medium"),
        ("free nudes on my onlyfans", "floor"), ("this is bullshit", "medium"),
        ("a protest for and against abortion", "medium"), ("full album torrents, no virus", "medium"),
        ("double your bitcoin today", "medium"), ("a documentary on human trafficking", "floor"),
    ],
    "de": [
        ("Der Mann wurde erstochen", "high"), ("Ruhe in Frieden, Oma", "medium"), ("Einbruch in der Nacht", "medium"),
        ("Pistole und Munition günstig", "medium"), ("Er ist an einer Überdosis gestorben", "high"),
        ("gestern total besoffen gewesen", "medium"), ("Nacktbilder auf Anfrage", "floor"),
        ("so eine Scheiße", "medium"), ("Demo gegen Rassismus", "medium"), ("Menschenhandel im Hafen", "floor"),
        ("Terroranschlag in der Stadt", "floor"), ("Folge mir zurück, gratis Follower", "medium"),
    ],
    "es": [
        ("Un tiroteo en el centro", "high"), ("Descanse en paz, abuela", "medium"), ("Detenido por estafa", "medium"),
        ("armas de fuego y municiones", "medium"), ("murió de una sobredosis", "high"), ("estoy con resaca", "medium"),
        ("vendo nudes", "floor"), ("qué mierda de día", "medium"), ("debate sobre el aborto", "medium"),
        ("trata de personas en la frontera", "floor"), ("un coche bomba explotó", "floor"),
        ("gana dinero rápido desde casa", "medium"),
    ],
}  # fmt: skip
HARMLESS = {
    "en": [
        "The kids drew a dragon with chalk", "We killed it on stage, what a night", "My tomatoes are finally ripe",
        "He shot a lovely photo of the bridge", "That cake was the bomb", "We grilled fish by the lake",
        "Her shot went into the top corner", "I am dying to see the sea", "The bus smells of oranges",
    ],
    "de": [
        "Die Kinder haben einen Drachen gemalt", "Der Kuchen war bombe", "Heute grillen wir Fisch am See",
        "Ihr Schuss ging in den Winkel", "Wir haben uns totgelacht", "Das Gras im Park ist so grün",
    ],
    "es": [
        "Los niños dibujaron un dragón", "El pastel estaba de muerte", "Hoy asamos pescado en el lago",
        "Su tiro entró por la escuadra", "Me parto de risa con mi primo", "La película fue la bomba",
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "language", "risk"), [(text, code, risk) for code, those in RISKY.items() for text, risk in those]
)
def test_every_language_has_words_for_every_kind_of_risk(text, language, risk):
    assert suitability_of(text, language).risk == risk


@pytest.mark.parametrize(("text", "language"), [(text, code) for code, those in HARMLESS.items() for text in those])
def test_everyday_words_that_only_sound_risky_are_not(text, language):
    assert suitability_of(text, language).risk == "low"
