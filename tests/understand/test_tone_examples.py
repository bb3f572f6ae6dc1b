"""The posts of our own writing: enough of each kind, nothing to learn from in what is checked on, nobody real."""

import re
import tomllib
from difflib import SequenceMatcher
from itertools import chain, combinations
from pathlib import Path

import pytest

import adtailor.understand

FOLDER = Path(adtailor.understand.__file__).parent / "examples"
SIZES = {
    "sarcasm": {"sarcastic": (200, 80), "plain": (300, 120)},
    "sentiment": {
        **dict.fromkeys(("negative", "neutral", "positive"), (200, 80)),
        **dict.fromkeys(("calm", "excited"), (80, 40)),
    },
    "tone": {
        **dict.fromkeys(("playful", "serious", "formal", "casual", "warm", "hostile"), (90, 40)),
        "neutral": (80, 40),
    },
}


def read(name: str):
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SIZES)
def test_there_are_enough_posts_of_each_kind(name):
    written = read(name)
    for label, (learn, check) in SIZES[name].items():
        assert len(written["learn"][label]) >= learn
        assert len(written["check"][label]) >= check


@pytest.mark.parametrize("name", SIZES)
def test_no_post_is_there_twice(name):
    written = read(name)
    posts = [post.casefold() for part in written.values() for label in part.values() for post in label]
    assert len(posts) == len(set(posts))


@pytest.mark.parametrize("name", SIZES)
def test_no_checked_post_is_a_learned_one_in_other_words(name):
    written = read(name)
    learned = [(post, set(post.casefold().split())) for post in chain(*written["learn"].values())]
    for post in chain(*written["check"].values()):
        words = set(post.casefold().split())
        near = [other for other, others in learned if len(words & others) > 0.7 * len(words | others)]
        assert all(SequenceMatcher(None, post, other).ratio() < 0.9 for other in near), post


def test_no_checked_post_is_learned_from_in_another_file():
    for one, other in combinations(SIZES, 2):
        checked = {post.casefold() for post in chain(*read(one)["check"].values())}
        learned = {post.casefold() for post in chain(*read(other)["learn"].values())}
        assert not checked & learned


@pytest.mark.parametrize("name", SIZES)
def test_no_post_names_an_account_or_an_address(name):
    for part in read(name).values():
        for post in chain(*part.values()):
            assert not re.findall(r"@(?!user\b)\w{2,}", post), post
            assert "http" not in post
