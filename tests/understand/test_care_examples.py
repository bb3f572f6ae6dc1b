import hashlib
import json
import tomllib
from collections import Counter
from importlib.resources import files

import pytest

EXAMPLES = files("adtailor.understand") / "examples"
CRISIS = tomllib.loads((EXAMPLES / "crisis.toml").read_text(encoding="utf-8"))
STRESS = tomllib.loads((EXAMPLES / "stress.toml").read_text(encoding="utf-8"))


def _sealed(rows) -> str:
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.lower().replace(",", " ").replace(".", " ").split())


def test_what_measures_crisis_language_is_what_was_written_before_anything_was_tuned():
    assert _sealed(CRISIS["check"]) == "4e7300377caecbcb89a81453d395c3e88b461470bde33a32cfdd36e0f7c056de"


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
    for language, kinds in CRISIS["check"].items():
        learned = [_words(text) for kind in CRISIS["learn"][language].values() for text in kind]
        for text in (text for kind in kinds.values() for text in kind):
            words = _words(text)
            assert max(len(words & other) / len(words | other) for other in learned) < 0.6, text
    assert not set(_texts(STRESS["check"])) & set(_texts(STRESS["learn"]))


def test_every_row_is_there_once():
    for rows in (*CRISIS["learn"].values(), *CRISIS["check"].values(), STRESS["learn"], STRESS["check"]):
        assert [text for text, times in Counter(_texts(rows)).items() if times > 1] == []


def test_no_row_holds_an_address_a_link_or_a_handle():
    for rows in (*CRISIS["learn"].values(), *CRISIS["check"].values(), STRESS["learn"], STRESS["check"]):
        for text in _texts(rows):
            assert "http" not in text
            assert not any(word.startswith("@") and len(word) > 1 for word in text.split())


def _texts(rows) -> list[str]:
    return [text for kind in rows.values() for text in kind]
