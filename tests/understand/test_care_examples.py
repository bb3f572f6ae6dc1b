import hashlib
import json
import re
import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from adtailor.understand.training.corpora import corpora
from adtailor.understand.training.lessons import own_examples
from adtailor.understand.training.topic_training import labelled_posts

EXAMPLES = files("adtailor.understand") / "examples"
CRISIS = tomllib.loads((EXAMPLES / "crisis.toml").read_text(encoding="utf-8"))
STRESS = tomllib.loads((EXAMPLES / "stress.toml").read_text(encoding="utf-8"))


def _sealed(rows) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().replace(",", " ").replace(".", " ").split())


def test_what_measures_crisis_language_is_what_was_written_before_anything_was_tuned():
    assert _sealed(CRISIS["check"]) == "4e7300377caecbcb89a81453d395c3e88b461470bde33a32cfdd36e0f7c056de"
    assert _sealed(CRISIS["second"]) == "f9cef2416e114bbddb1af543486eecf0a4236bb562125a868d6ce0768ebf6e4b"


def test_what_measures_stress_is_what_was_written_before_anything_was_tuned():
    assert _sealed(STRESS["check"]) == "b29affbb92a2e5686111815bd6b5d7e4e07685f7d777d9adaa9d7c522c4faa90"


@pytest.mark.parametrize("part", ["learn", "check"])
def test_the_crisis_corpus_is_large_enough_to_mean_something(part):
    rows = CRISIS[part]
    for kind in ("crisis", "hard_negative"):
        assert len(rows["en"][kind]) >= 120
        assert len(rows["de"][kind]) >= 40
        assert len(rows["es"][kind]) >= 40
        assert sum(len(rows[language][kind]) for language in rows) >= 200


def test_the_stress_corpus_is_half_long_posts_as_people_write_them():
    for part, least, long in (("learn", 150, 100), ("check", 80, 40)):
        for kind in ("stressed", "everyday"):
            texts = STRESS[part][kind]
            assert len(texts) >= least
            assert sum(60 <= len(text.split()) <= 120 for text in texts) >= long


def test_no_row_that_measures_is_close_to_one_that_is_learned_from():
    for language, kinds in (*CRISIS["check"].items(), *CRISIS["second"].items()):
        learned = [_words(text) for kind in CRISIS["learn"][language].values() for text in kind]
        for text in (text for kind in kinds.values() for text in kind):
            words = _words(text)
            assert max(len(words & other) / len(words | other) for other in learned) < 0.6, text
    assert not set(_texts(STRESS["check"])) & set(_texts(STRESS["learn"]))


def test_no_row_that_measures_is_learned_from_in_any_corpus():
    training = files("adtailor.understand") / "training"
    learned = {_plain(text) for corpus in corpora().values() for text, _ in corpus.labelled("learn")}
    learned |= {_plain(text) for kinds in CRISIS["learn"].values() for text in _texts(kinds)}
    learned |= {_plain(text) for text in own_examples()[0]}
    learned |= {_plain(text) for text, _ in labelled_posts(Path(str(training / "topic_posts.toml")))}
    measured = {_plain(text) for corpus in corpora().values() for text, _ in corpus.labelled("check")}
    for part in ("check", "second"):
        measured |= {_plain(text) for kinds in CRISIS[part].values() for text in _texts(kinds)}
    topics = (Path(__file__).parent / "topic_posts.toml", Path(str(training / "topic_examples.toml")))
    measured |= {_plain(text) for path in topics for text, _ in labelled_posts(path)}
    assert len(learned) > 5_000
    assert len(measured) > 1_500
    assert learned & measured == set()


def _plain(text: str) -> str:
    """A post without what makes no difference to its words."""
    return re.sub(r"\W+", " ", text.casefold()).strip()


def test_every_row_is_there_once():
    for rows in (
        *CRISIS["learn"].values(),
        *CRISIS["check"].values(),
        *CRISIS["second"].values(),
        STRESS["learn"],
        STRESS["check"],
    ):
        assert [text for text, times in Counter(_texts(rows)).items() if times > 1] == []


def test_no_row_holds_an_address_a_link_or_a_handle():
    for rows in (*(kinds for part in CRISIS.values() for kinds in part.values()), *STRESS.values()):
        for text in _texts(rows):
            assert "http" not in text
            assert not any(word.startswith("@") and len(word) > 1 for word in text.split())


def _texts(rows) -> list[str]:
    return [text for kind in rows.values() for text in kind]
