import re
from dataclasses import asdict

import pytest

from adtailor.wellbeing.words import WORDS

DIAGNOSES = re.compile(
    r"you are|you feel|you seem|stress|depress|suicid|crisis|du bist|du fühlst|du wirkst|krise|"
    r"estás|te sientes|pareces|ansiedad",
    re.IGNORECASE,
)
DEMANDS = re.compile(r"you must|you should|\byou need\b|du musst|du solltest|debes|deberías|tienes que", re.IGNORECASE)


@pytest.mark.parametrize("language", WORDS)
def test_no_card_says_what_somebody_feels_or_must_do(language):
    for name, text in asdict(WORDS[language]).items():
        assert not DIAGNOSES.search(text), name
        assert not DEMANDS.search(text), name
        assert "!" not in text


@pytest.mark.parametrize(
    ("language", "may_not_fit", "private"),
    [
        ("en", "does not fit", "nobody else sees it"),
        ("de", "Passt es nicht", "niemand sonst sieht es"),
        ("es", "no encaja", "nadie más lo ve"),
    ],
)
def test_the_support_card_is_kind_when_wrong(language, may_not_fit, private):
    body = WORDS[language].support_body
    assert may_not_fit in body
    assert private in body


@pytest.mark.parametrize(
    ("language", "shrug"), [("en", "If not, never mind"), ("de", "Wenn nicht, umso besser"), ("es", "Si no, mejor así")]
)
def test_the_rest_card_takes_no_for_an_answer(language, shrug):
    assert WORDS[language].rest_body.startswith(shrug)


def test_every_language_says_everything():
    assert all(text.strip() for words in WORDS.values() for text in asdict(words).values())
