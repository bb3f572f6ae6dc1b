import sys
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.understand.cleaning import MOST_CHARACTERS, Makeup, clean, has_words, made_of, own_words


def test_links_and_names_are_blanked_and_hashtags_and_slang_are_kept():
    assert (
        clean("omg @ana.b see https://a.example/x?y=1 and www.b.example #nofilter")
        == "omg @user see http and http #nofilter"
    )


def test_a_fediverse_name_is_one_name():
    assert clean("hi @ana@social.example!") == "hi @user!"


def test_an_email_address_is_no_mention():
    assert clean("write to ana@b.example") == "write to ana@b.example"


def test_emoji_are_spelled_out():
    assert clean("nice🔥") == "nice fire"


def test_t28_skin_tone_and_gender_signs_make_no_difference():
    plain = clean("great 👍 🏃")
    assert clean("great 👍🏽 🏃🏿\u200d♀\ufe0f") == clean("great 👍🏻 🏃\u200d♂\ufe0f") == plain


def test_entities_of_html_are_read():
    assert clean("salt &amp; pepper") == "salt & pepper"


@pytest.mark.parametrize("text", ["", "  \n", "https://a.example", "@ana @bo", "123 456", "!?", "\ufeff"])
def test_a_post_without_words_has_none(text):
    assert not has_words(clean(text))


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_cleaned_to_printable_text(text):
    cleaned = clean(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert "\x00" not in cleaned
    assert cleaned == cleaned.strip()


def test_a_giant_post_is_cut_before_anything_else():
    assert len(clean("ab " * 1_000_000)) <= MOST_CHARACTERS


def test_only_words_tell_the_language():
    assert own_words("Moin 🎉 #hamburg @jan https://a.example 42") == "Moin"


def test_every_code_point_there_is_is_cleaned_to_printable_text():
    every = [chr(point) for point in range(sys.maxunicode + 1)]
    for start in range(0, len(every), 1_000):
        cleaned = clean(" ".join(every[start : start + 1_000]))
        assert cleaned.encode("utf-8").decode("utf-8") == cleaned
        assert cleaned == cleaned.strip()
        assert "\x00" not in cleaned


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#SoHappyToday", "#So Happy Today"),
        ("#BBCNews at six", "#BBC News at six"),
        ("#good_night #tbt", "#good night #tbt"),
        ("#1 fan", "#1 fan"),
    ],
)
def test_the_words_in_a_hashtag_are_parted(text, said):
    assert clean(text) == said


def test_hashtags_tell_the_language_only_where_nothing_else_does():
    assert own_words("#GutenMorgen #berlin") == "Guten Morgen berlin"
    assert own_words("bonjour #monday") == "bonjour"


@pytest.mark.parametrize(
    ("text", "makeup"),
    [
        ("so tired today", "words"),
        ("so tired 😴 #monday https://a.example", "words"),
        ("https://a.example www.b.example @ana", "links"),
        ("@ana @bo", "links"),
        ("😂😂😂", "emoji"),
        ("❤️ https://a.example", "emoji"),
        ("#blessed #SundayVibes", "hashtags"),
        ("#blessed 😂", "hashtags"),
        ("RT @ana: I am so happy", "quote"),
        ("“We are all stars”", "quote"),
        ("„Alles wird gut“ — Oma", "quote"),
        ('"To the sea" - Ana B.', "quote"),
        ("> I never said that\n> nor this", "quote"),
        ("> I never said that\nyes you did", "words"),
        ("“We are all stars” made me cry", "words"),
        ("> very unlikely Literally impossible", "words"),
        ('"I love it when it rains"', "words"),
        ('"There is no such thing as ""objectively wrong"", so, no"', "words"),
        ("", "nothing"),
        ("12345 !?", "nothing"),
        ("→ → ─────", "nothing"),
        ("\U0001faff" * 9, "nothing"),
        ("🇩🇪🇪🇸", "nothing"),
        ("\u202e\u200b\u200d", "nothing"),
    ],
)
def test_what_a_post_is_made_of(text, makeup):
    assert made_of(text) == makeup


@given(st.text(alphabet=st.characters(), max_size=300))
def test_any_text_is_made_of_something(text):
    assert made_of(text) in get_args(Makeup)
