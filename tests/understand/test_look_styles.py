"""Style and occasion are a table that anyone can read; it knows every type, pattern and colour it speaks of."""

import itertools

import pytest

from adtailor.understand.colours import NAMES
from adtailor.understand.garments import HEIGHT
from adtailor.understand.patterns import PATTERNS
from adtailor.understand.styles import OCCASIONS, STYLES, load_table, suggested


def test_every_type_suggests_something() -> None:
    table = load_table()

    assert set(table.types) == set(HEIGHT)
    assert all(suggestion.style and suggestion.occasion for suggestion in table.types.values())


def test_the_table_uses_known_words_only() -> None:
    table = load_table()
    for rule in table.rules:
        assert rule.types <= set(HEIGHT), rule.says
        assert rule.colours <= set(NAMES), rule.says
        assert rule.patterns <= set(PATTERNS), rule.says
    for said in (*table.types.values(), *(s for rule in table.rules for s in (rule.more, rule.less))):
        assert set(said.style) <= set(STYLES)
        assert set(said.occasion) <= set(OCCASIONS)


def test_every_style_and_occasion_can_be_suggested() -> None:
    found = [suggested(*one) for one in itertools.product(HEIGHT, [(name,) for name in NAMES], PATTERNS)]

    assert {style for one in found for style in one.style} == set(STYLES)
    assert {occasion for one in found for occasion in one.occasion} == set(OCCASIONS)
    assert all(0 <= share <= 1 for one in found for share in (*one.style.values(), *one.occasion.values()))


@pytest.mark.parametrize(
    ("kind", "colours", "pattern", "first"),
    [
        ("hoodie", ("grey",), "graphic", "casual"),
        ("shirt", ("white",), "plain", "work"),
        ("blazer", ("black",), "plain", "formal"),
        ("outwear", ("olive",), "plain", "outdoor"),
        ("shoes", ("white",), "plain", "sporty"),
        ("dress", ("black",), "plain", "party"),
        ("dress", ("pink",), "floral", "casual"),
    ],
)
def test_the_foremost_style(kind: str, colours: tuple[str, ...], pattern: str, first: str) -> None:
    found = suggested(kind, colours, pattern).style

    assert found[first] == max(found.values())


def test_an_unknown_type_suggests_nothing_and_an_unknown_pattern_fits_no_rule_that_asks_for_one() -> None:
    assert suggested("spacesuit", ("white",), "plain").style == {}
    assert suggested("t-shirt", ("white",), None) == suggested("t-shirt", ("white",), "plain")
