import json

from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs.mended import as_it_is, mend_for, mended
from adtailor.testing.downloads import damaged

texts = st.text(alphabet=st.characters(exclude_categories=("Cs",)))


def is_image(text: str) -> bool:
    """Whether the damage makes this of some text: told by trying its definition backwards, character by character."""
    if any(ord(one) > 0xFF for one in text):
        return False
    try:
        return damaged(bytes(map(ord, text)).decode("utf-8")) == text
    except UnicodeDecodeError:
        return False


@given(texts)
def test_whatever_was_damaged_comes_back_exactly(text: str) -> None:
    assert mended(damaged(text)) == text


@given(texts | st.text(alphabet=st.characters(max_codepoint=0xFF)))
def test_what_is_no_image_of_the_damage_stays_as_it_is(text: str) -> None:
    if not is_image(text):
        assert mended(text) == text


@given(texts)
def test_damage_done_twice_is_mended_once(text: str) -> None:
    assert mended(damaged(damaged(text))) == damaged(text)


def test_right_texts_of_many_tongues_stay() -> None:
    for text in ("Grüße", "«CAFÉ»", "¿Qué?", "naïve façade", "日本 ☕", "Ünïcödé 😀", "50 °C ± 2"):
        assert mended(text) == text


def entries(*said: str) -> list[bytes]:
    return [json.dumps({"title": one}).encode() for one in said]


def test_an_archive_whose_texts_are_right_is_left_alone_even_where_one_looks_damaged() -> None:
    lookalike = "CAFÉ»"
    assert mended(lookalike) != lookalike
    assert mend_for(entries(lookalike, "Grüße", "日本")) is as_it_is


def test_an_archive_whose_texts_are_damaged_is_mended() -> None:
    assert mend_for(entries(damaged("Grüße"), damaged("日本"), "plain")) is mended
    assert mend_for([*entries(damaged("Grüße")), b"{broken"]) is mended


@given(st.lists(texts.filter(lambda text: not text.isascii()), min_size=1))
def test_any_damaged_archive_is_known_as_one(said: list[str]) -> None:
    assert mend_for(entries(*map(damaged, said))) is mended
