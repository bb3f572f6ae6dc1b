"""What automatic checks find before a person looks: words about the reader, hurry, macros, pictures."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from adtailor.domain.creative import Card, Variant
from adtailor.testing import samples
from adtailor.testing.trust.corpora import corpus
from adtailor.understand.creative_checks import findings, picture_fault
from adtailor.understand.personal_words import personal

CORPUS = corpus("personal_copy.toml")
GOOD = samples.inventory().creatives[0]
HOME = ("boots.example",)


def blocking(creative, *, domains=HOME, media=None) -> set[str]:
    return {one.rule for one in findings(creative, landing_domains=domains, media=media) if one.blocks}


def noted(creative) -> set[str]:
    return {one.rule for one in findings(creative, landing_domains=HOME, media=None)}


@pytest.mark.parametrize("text", CORPUS["never"])
def test_t31_no_creative_asserts_a_personal_attribute(text: str) -> None:
    for changed in (
        replace(GOOD, headline=text),
        replace(GOOD, body=text),
        replace(GOOD, call_to_action=text),
        replace(GOOD, variants=(Variant(tone="warm", headline=text, body="Boots."),)),
    ):
        assert blocking(changed) == {"personal"}, text


@pytest.mark.parametrize("text", CORPUS["fine"])
def test_t31_what_describes_a_product_is_no_personal_attribute(text: str) -> None:
    assert personal(text) is None


def test_t31_a_sentence_may_not_begin_in_the_headline_and_end_in_the_body() -> None:
    assert blocking(replace(GOOD, headline="Feeling", body="low? Boots help.")) == {"personal"}


@given(st.text(max_size=300))
def test_whatever_is_written_the_checks_come_to_an_end(text: str) -> None:
    personal(text)
    findings(replace(GOOD, headline=text, body=text), landing_domains=HOME, media=None)


def test_a_plain_ad_has_no_findings() -> None:
    assert findings(GOOD, landing_domains=HOME, media=None) == ()


def test_hurry_is_said_or_left_out() -> None:
    hurried = replace(GOOD, body="Last chance for boots.")
    assert blocking(hurried) == {"hurry"}
    assert blocking(replace(hurried, is_urgent=True)) == set()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"headline": "BUY BOOTS TODAY"}, "shouting"),
        ({"body": "Boots!!"}, "shouting"),
        ({"body": "A miracle for feet."}, "policy"),
        ({"body": "See https://boots.example now."}, "marks"),
        ({"body": "Kind to your skin."}, "personal"),
    ],
)
def test_some_things_a_person_has_to_judge(change, rule) -> None:
    changed = replace(GOOD, **change)
    assert rule in noted(changed)
    assert blocking(changed) == set()


@pytest.mark.parametrize(
    "url",
    [
        "https://boots.example/?m=%7Bmood%7D", "https://boots.example/?m=%257Bmood%257D", "https://boots.example/$$x$$",
        "https://boots.example/?a=__VIEWER__", "https://boots.example/?mood=calm", "https://boots.example/?seg=stressed",
        "https://boots.example/#emotion=joy", "https://boots.example/?u=1&user_id=7",
    ],
)  # fmt: skip
def test_t04_nothing_about_the_viewer_reaches_the_landing_page(url: str) -> None:
    assert blocking(replace(GOOD, landing_url=url)) == {"macro"}


def test_it_lands_at_home_cards_included() -> None:
    card = Card(headline="Boots", image="a.png", landing_url="https://elsewhere.example/")
    assert blocking(replace(GOOD, format="carousel", cards=(card,))) == {"landing"}
    assert "landing" in {one.rule for one in findings(GOOD, landing_domains=(), media=None)}


def picture(path: Path, size: tuple[int, int] = (400, 300), kind: str = "PNG") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    held = BytesIO()
    Image.new("RGB", size, "navy").save(held, kind)
    path.write_bytes(held.getvalue())
    return path


def test_pictures_are_decoded_to_the_last_pixel(tmp_path: Path) -> None:
    media = tmp_path / "media"
    picture(media / "boots.png")
    assert picture_fault(media, "boots.png") is None
    assert blocking(replace(GOOD, image="boots.png"), media=media) == set()
    picture(media / "liar.png", kind="JPEG")
    picture(media / "tiny.png", size=(20, 20))
    picture(media / "long.png", size=(2000, 300))
    (media / "text.png").write_text("no picture")
    whole = picture(media / "cut.png").read_bytes()
    (media / "cut.png").write_bytes(whole[: len(whole) // 2])
    (media / "boots.svg").write_text("<svg/>")
    picture(tmp_path / "outside.png")
    for name, says in (
        ("liar.png", "it is a JPEG"), ("tiny.png", "20 x 20"), ("long.png", "at most 3 times"),
        ("text.png", "no picture"), ("cut.png", "cut off or damaged"), ("boots.svg", "use .jpg"),
        ("nothing.png", "there is no"), ("../outside.png", "there is no"),
    ):  # fmt: skip
        fault = picture_fault(media, name)
        assert fault is not None, name
        assert says in fault
        assert blocking(replace(GOOD, image=name), media=media) == {"image"}
