"""Words and phrases of a page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.decide.words import vocabulary


@pytest.mark.parametrize(
    ("keyword", "text", "stands"),
    [
        ("boots", "New BOOTS!", True),
        ("boot", "New boots", False),  # whole words
        ("trail running", "Trail-running, #wet", True),
        ("trail running", "running on a trail", False),
        ("trail running", "trail trail running", True),
        ("wet", "#wet", True),
        ("straße", "STRASSE", True),
        ("café", "cafe\u0301", True),  # composed and decomposed are one
        ("c++", "I write C++.", True),
        ("c", "I write C++.", False),
        ("运动鞋", "新的运动鞋到了", True),  # no spaces between words
        ("!!", "!!", False),
        ("boots", "", False),
    ],
)
def test_a_keyword_is_found_as_whole_words_next_to_each_other(keyword, text, stands):
    assert vocabulary([keyword]).found_in(text) == ({keyword} if stands else frozenset())


@given(
    words=st.lists(st.sampled_from("abc"), max_size=12), asked=st.sets(st.sampled_from(["a", "a b", "b c a", "c c"]))
)
def test_all_that_is_asked_for_is_found_and_nothing_else(words, asked):
    text = " ".join(words)
    assert vocabulary(asked).found_in(text) == {phrase for phrase in asked if f" {phrase} " in f" {text} "}
