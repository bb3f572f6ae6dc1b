import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from adtailor.cli.readings_summary import Tally, outcome, print_summary
from adtailor.cli.readings_table import print_rows, row_of
from adtailor.cli.shown import shown
from adtailor.domain.ids import PersonId, PostId, TopicId
from adtailor.domain.post import Photo, Post
from adtailor.domain.reading import Garment, PartFailed, PhotoLook, Reading, Sentiment, Stress, Topic

AT = datetime(2026, 11, 20, tzinfo=UTC)
FULL = Reading(
    post_id=PostId("p1"),
    language="en",
    sentiment=Sentiment(label="positive", valence=0.82),
    emotions={"joy": 0.91, "love": 0.4, "neutral": 0.3, "anger": 0.01},
    stress=Stress(probability=0.03, severity=0.1),
    crisis=False,
    tone={"playful": 0.7, "sarcastic": 0.02},
    topics=(Topic(id=TopicId("653"), name="Travel", confidence=0.8),),
    look=(PhotoLook(photo=0, garments=(Garment(type="shirt", confidence=0.9, colours=("navy",)),)),),
    models={"text": "heads@1"},
)

SAID = set("hills en positive +0.8 joy 91% love 40% 3% playful 70% Travel 80% shirt navy".split())  # noqa: SIM905  # words


def post(text: str = "Off to the hills", *, photos: int = 0, is_repost: bool = False) -> Post:
    pictures = tuple(Photo(path=Path("a.jpg")) for _ in range(photos))
    return Post(
        id=PostId("p1"), author_id=PersonId("ana"), created_at=AT, text=text, photos=pictures, is_repost=is_repost
    )


def drawn(reading: Reading, shown_post: Post, width: int, **how: Any) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, **how)
    print_rows(console, [row_of(shown_post, reading)])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [30, 64, 80, 129, 130, 200])
def test_every_value_is_there_and_no_line_is_too_wide(width: int) -> None:
    text = drawn(FULL, post(photos=1), width)
    assert set(text.replace(",", " ").split()) >= SAID
    assert "neutral" not in text
    assert "anger" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= width


def test_columns_without_values_are_left_out() -> None:
    bare = Reading(post_id=PostId("p1"), language="en")
    header = drawn(bare, post(), 160).splitlines()[0].split()
    assert header == ["Post", "Lang"]


def test_a_boost_and_a_photo_without_words_are_named() -> None:
    bare = Reading(post_id=PostId("p1"))
    assert "boost p1" in drawn(bare, post("", is_repost=True), 80)
    assert "photo p1" in drawn(bare, post("", photos=1), 80)


def test_what_could_not_be_read_is_said() -> None:
    failed = Reading(post_id=PostId("p1"), errors=(PartFailed(part="look", reason="no picture", photo=0),))
    assert "look not read: no picture" in drawn(failed, post(), 80)


def test_there_is_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = {"force_terminal": True, "color_system": "truecolor"}
    green = "\x1b[32m"
    assert "\x1b" not in drawn(FULL, post(), 80)
    assert green in drawn(FULL, post(), 80, **terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    assert green not in drawn(FULL, post(), 80, **terminal)


@given(st.text())
def test_no_post_can_steer_the_terminal(words: str) -> None:
    text = drawn(FULL, post(f"\x1b]0;title\x07\x1b[2J{words}"), 80)
    assert not set(text) & set("\x1b\x07\x08\r\x9b\u202e\u2066")


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_words_are_cut_where_asked(words: str, most: int) -> None:
    assert len(shown(words, most)) <= most


def test_a_post_of_a_hundred_thousand_characters_is_cut() -> None:
    assert len(drawn(FULL, post("word " * 20_000), 80)) < 3_000


def test_the_summary_counts_what_was_read() -> None:
    tally = Tally()
    tally.add(FULL)
    tally.add(Reading(post_id=PostId("p2"), language="de", errors=(PartFailed(part="look", reason="gone", photo=0),)))
    tally.broken, tally.already = 3, 1200
    assert outcome(tally, seconds=0.5) == "2 posts read in 0.5 s, 3 broken, 1 read in part, 1,200 read before"
    # 30 posts in 1.5 s, of which 1 s went into loading: 30 / 0.5 = 60 a second.
    assert outcome(Tally(read=30, loading=1.0), seconds=1.5) == "30 posts read in 1.5 s (60/s)"
    console = Console(file=io.StringIO(), width=100)
    print_summary(console, tally)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for line in ("en 1, de 1", "positive 1, neutral 0, negative 0", "joy 1, love 1", "Travel 1", "shirt 1", "heads@1"):
        assert line in text
