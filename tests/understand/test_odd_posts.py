"""Posts that hold no ordinary words, or too many: a clear outcome each, soon, and the batch goes on."""

import time

import pytest

from adtailor.domain.post import LONGEST_TEXT, Post
from adtailor.domain.reading import PARTS
from adtailor.errors import InvalidInput
from adtailor.understand.cleaning import clean, made_of, own_words
from adtailor.understand.suitability import suitability_of
from adtailor.understand.text import TEXT_PARTS

ALL = frozenset(PARTS)
BEFORE, AFTER = "We took the early train to the lake.", "The match was lovely and the sun was out."
NOTHING = {
    "only links": "https://a.example/joy www.b.example/sad?x=1",
    "only names": "@ana @bo@social.example",
    "only numbers": "12345 67 8.9",
    "only punctuation": "?!?!... ---",
    "unassigned code points": "\u0378\u0379\U0001fbff\U000e01f0" * 50,
    "private code points": "\ue000\uf8ff\U000f0000" * 50,
    "only zero width": "\u200b\u200d\u2060\ufeff" * 100,
    "only marks of direction": "\u202e\u2066\u200f" * 100,
    "only flags": "🇩🇪🇪🇸🇫🇷",
    "NUL": "\x00" * 300,
    "lone surrogates": "\ud800\udfff\ud83d" * 100,
    "only spaces": " \t\u3000\u2003\n" * 200,
}
READ = {
    "only emoji": "😂😂😂",
    "100,000 emoji": "🎉" * 100_000,
    "100,000 emoji of all kinds": "".join(chr(0x1F300 + place % 0x400) for place in range(100_000)),
    "an emoji and a link": "😭 https://a.example",
    "only hashtags": "#blessed #family #sunday #SoHappyToday",
    "only hashtags and emoji": "#blessed #family #sunday 🌞",
    "NUL between words": "I am so \x00 happy today, it is a lovely day",
    "surrogates between words": "I am so \ud800 happy today, it is a lovely day",
    "marks of direction between words": "\u202eI am so happy today, it is a lovely day\u202c",
    "zero width between letters": "I am so hap\u200bpy to\u200dday, it is a lovely day",
}
OTHER = {
    "right to left": "صباح الخير يا أصدقائي، اليوم مشمس وجميل جدا",
    "a storm of combining marks": "h\u0301\u0302\u0303\u0304\u0305" * 3_000,
    "several scripts": "Привет hello שלום नमस्ते こんにちは γειά",
    "a word of 100,000 letters": "a" * 100_000,
    "100,000 characters of words": "what a lovely day " * 5_555,
    "one letter": "x",
    "fullwidth letters": "\uff28\uff45\uff4c\uff4c\uff4f \uff37\uff4f\uff52\uff4c\uff44",
}


def read(reader, post, text, language=None):
    middle = post(text, language=language, post_id="odd")
    before, odd, after = reader.read([post(BEFORE), middle, post(AFTER)], [ALL] * 3)
    assert [before] == reader.read([post(BEFORE)], [ALL])
    assert [after] == reader.read([post(AFTER)], [ALL])
    assert odd.errors == ()
    return odd


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_where_nothing_is_to_be_read_every_part_abstains(reader, post, text):
    odd = read(reader, post, text)
    assert set(odd.abstained) == set(TEXT_PARTS)
    assert odd.language is None


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_emoji_hashtags_and_words_between_rubbish_are_read(reader, post, text):
    odd = read(reader, post, text)
    assert odd.abstained == ()
    assert odd.sentiment is not None
    assert odd.emotions is not None


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_anything_else_is_read_or_abstains_and_breaks_nothing(reader, post, text):
    odd = read(reader, post, text)
    assert (odd.sentiment is None) == ("sentiment" in odd.abstained)


def test_emoji_alone_carry_feeling(reader, post):
    happy, sad = (read(reader, post, text) for text in ("😍🎉🥳", "😭💔😢"))
    assert happy.sentiment.valence > 0.1 > -0.1 > sad.sentiment.valence


def test_hashtags_alone_carry_feeling(reader, post):
    happy, sad = (
        read(reader, post, text, language="en")
        for text in ("#SoHappy #BestDayEver #love", "#heartbroken #WorstDayEver")
    )
    assert happy.sentiment.valence > 0.1 > -0.1 > sad.sentiment.valence


@pytest.mark.parametrize("text", ["“I have never been so happy”", "RT @ana: I have never been so happy today"])
def test_a_quotation_tells_what_stands_there_and_nothing_of_its_author(reader, post, text):
    quoted = read(reader, post, text, language="en")
    assert set(quoted.abstained) == {"emotions", "stress"}
    assert (quoted.emotions, quoted.stress) == (None, None)
    assert quoted.sentiment.label == "positive"


@pytest.mark.parametrize("text", [*NOTHING.values(), *READ.values(), *OTHER.values()], ids=[*NOTHING, *READ, *OTHER])
def test_cleaning_takes_no_longer_than_a_blink(text):
    started = time.process_time()
    clean(text), own_words(text), made_of(text)
    assert time.process_time() - started < 0.05


def test_a_post_of_a_megabyte_is_refused_by_name_of_its_field(post):
    with pytest.raises(InvalidInput, match="1,000,000 characters") as refused:
        post("a" * 1_000_000)
    assert refused.value.field == "text"
    assert f"{LONGEST_TEXT:,}" in refused.value.hint
    assert isinstance(post("a" * LONGEST_TEXT), Post)


def test_a_megabyte_would_be_cleaned_as_fast_as_a_page():
    started = time.process_time()
    clean("what a lovely day " * 60_000)
    assert time.process_time() - started < 0.05


@pytest.mark.parametrize("text", ["🎉" * 100_000, "what a lovely day " * 5_555, "h\u0301\u0302" * 30_000])
def test_the_words_of_the_longest_post_are_looked_up_in_150_ms_of_work(text):
    def seconds() -> float:
        started = time.process_time()
        suitability_of(text, None)
        return time.process_time() - started

    suitability_of(text, None)
    assert min(seconds() for _ in range(5)) < 0.15


def test_the_longest_post_takes_the_encoder_no_longer_than_a_page(encoder):
    page, longest = (clean("what a lovely day " * times) for times in (112, 5_555))
    assert abs(len(page) - len(longest)) < 20
    assert (encoder.encode([page]) == encoder.encode([longest])).all()
