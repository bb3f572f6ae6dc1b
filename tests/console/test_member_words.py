"""The words of the member's page: every key in every language, none missing, none left over, none unkind."""

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from adtailor.config.taxonomy import content_topics
from adtailor.console import member
from adtailor.console.member.choices import CHOICES
from adtailor.console.member.topics import topic_name, translations
from adtailor.console.member.words import LANGUAGES, Words, all_words, language_of
from adtailor.domain.person import Mood
from adtailor.domain.signals import SIGNALS
from adtailor.understand.colours import NAMES as COLOURS
from adtailor.understand.patterns import PATTERNS
from adtailor.understand.styles import load_table

HERE = Path(member.__file__).parent
TEMPLATES = HERE.parent / "templates" / "member"
SOURCES = "".join(path.read_text("utf-8") for folder in (HERE, TEMPLATES) for path in folder.glob("*.[ph][yt]*"))


CHOICES_SOURCE = (HERE / "choices.py").read_text("utf-8")


def test_every_key_is_said_in_every_language_with_the_same_braces():
    for key, words in all_words().items():
        assert set(words) == set(LANGUAGES), key
        braces = {frozenset(name for _, name, _, _ in Formatter().parse(text) if name) for text in words.values()}
        assert len(braces) == 1, f"{key} fills in other things in one language than in another"
        assert all(text.strip() == text and text for text in words.values()), key


def test_no_two_languages_were_confused_or_left_untranslated():
    same = {
        key
        for key, words in all_words().items()
        if not key.startswith(("garment.", "colour.", "time.")) and len(set(words.values())) < len(words)
    }
    assert same == set(), "these say the same in two languages"


def test_every_key_that_a_page_asks_for_is_there():
    asked = set(re.findall(r"""\b(?:t|words)\("([a-z_]+\.[a-z_0-9]+)\"""", SOURCES))
    assert len(asked) > 100
    assert asked <= set(all_words())


def test_no_key_is_left_over():
    kinds = ("interests", "look", "affect")
    made = {f"known.{kind}{end}" for kind in kinds for end in ("", "_fade")}
    made |= {f"consents.{name}{end}" for name in (*kinds, "wellbeing") for end in ("", "_does")}
    made |= {f"mood.{mood}" for mood in get_args(Mood)} | {f"signal.{s.replace(' ', '_')}" for s in SIGNALS}
    made |= {f"{key}{end}" for key in ("forget.done", "enter.closed") for end in ("", "_title")}
    tables = ("time.month_", "garment.", "colour.", "pattern.", "style.", "occasion.", "done.", "refused.")
    bare = {re.sub(r"_(one|many)$", "", key) for key in all_words()}
    unused = {key for key in bare - made if not re.search(f"['\"]{key}['\"]", SOURCES) and not key.startswith(tables)}
    assert unused == set()


def test_every_choice_says_something_when_it_is_done():
    said = set(re.findall(r'return "([a-z_]+)"', CHOICES_SOURCE))
    said |= {word for pair in re.findall(r'return "([a-z_]+)" if .* else "([a-z_]+)"', CHOICES_SOURCE) for word in pair}
    assert len(said) >= len(CHOICES)
    assert {f"done.{key}" for key in said} <= set(all_words())


UNKIND = re.compile(
    r"stress|anxi|depress|\bsad|grief|lonel|angry|worr|burnout|crisis|gestress|ängst|traurig|einsam|wütend|krise|sorge"
    r"|estr[eé]s|ansied|triste|deprim|miedo|solo y|enfad|preocup|crisis",
    re.IGNORECASE,
)


def test_no_words_say_how_bad_somebody_feels():
    for key, words in all_words().items():
        for language, text in words.items():
            assert not UNKIND.search(text), f"{key} in {language}: {text}"


def test_everything_that_is_read_in_clothes_has_a_name():
    styles = load_table()
    named = set(all_words())
    assert {f"colour.{name.replace(' ', '_')}" for name in COLOURS} <= named
    assert {f"pattern.{name}" for name in PATTERNS} <= named
    assert {f"garment.{name}" for name in styles.types} <= named
    for type_ in styles.types.values():
        assert {f"style.{name}" for name in type_.style} | {f"occasion.{name}" for name in type_.occasion} <= named
    for rule in styles.rules:
        assert {f"style.{name}" for name in rule.more.style} | {f"occasion.{n}" for n in rule.more.occasion} <= named
    assert {f"signal.{signal.replace(' ', '_')}" for signal in SIGNALS} <= named


def test_every_topic_has_a_name_in_every_language():
    assert set(translations()) == set(content_topics().names)
    for topic in content_topics().ids:
        assert all(topic_name(topic, language).strip() for language in LANGUAGES)
    assert (topic_name("677", "en"), topic_name("653", "de"), topic_name("653", "es")) == (
        "Camping",
        "Reisen",
        "Viajes",
    )


@pytest.mark.parametrize(
    ("chosen", "accepted", "site", "spoken"),
    [
        (None, "", None, "en"),
        (None, "de", None, "de"),
        (None, "de-AT,en;q=0.9", "es", "de"),
        (None, "en;q=0.2, es;q=0.9", None, "es"),
        (None, "fr, it;q=0.8", "de", "de"),
        (None, "de;q=0", None, "en"),
        (None, "de;q=x, es", None, "es"),
        ("es", "de", "en", "es"),
        ("xx", "de", None, "de"),
        (None, "," * 10_000 + "de", None, "en"),
        (None, "DE_de", None, "de"),
    ],
)
def test_the_language_is_chosen_then_accepted_then_the_sites(chosen, accepted, site, spoken):
    assert language_of(chosen, accepted, site=site) == spoken


def test_spanish_joins_before_an_i_as_spanish_does():
    assert Words("es").listed(["tu ropa", "intereses"]) == "tu ropa e intereses"
    assert Words("de").listed([]) == ""
