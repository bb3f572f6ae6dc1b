from pathlib import Path

import pytest

from adtailor.config.engine import Engine
from adtailor.config.settings import load_settings
from adtailor.errors import InvalidInput


def test_lists_come_with_commas_and_the_key_is_no_setting(tmp_path: Path) -> None:
    environ = {
        "ADTAILOR_ENGINE_PARTS": "sentiment,tone",
        "ADTAILOR_ENGINE_LANGUAGES": "en,de",
        "ADTAILOR_ENGINE_KEY": "sk-canary",
    }
    settings = load_settings(tmp_path, environ=environ, here=tmp_path)
    assert (settings.engine.parts, settings.engine.languages) == (("sentiment", "tone"), ("en", "de"))
    assert "canary" not in repr(settings)


def test_a_key_in_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "adtailor.toml").write_text('[engine]\nkey = "sk"\n', "utf-8")
    with pytest.raises(InvalidInput, match="key"):
        load_settings(tmp_path, environ={}, here=tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("threads = 0", "engine.threads"),
        ("context = 100000", "engine.context"),
        ("timeout_seconds = 0", "engine.timeout_seconds"),
        ("retries = 100", "engine.retries"),
        ("concurrency = 0", "engine.concurrency"),
        ('parts = ["look"]', "engine.parts"),
        ('method = "guess"', "engine.method"),
        ('sha256 = "AB"', "engine.sha256"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "adtailor.toml").write_text(f"[engine]\n{text}\n", "utf-8")
    with pytest.raises(InvalidInput) as refused:
        load_settings(tmp_path, environ={}, here=tmp_path)
    assert said in str(refused.value)


def test_the_parts_that_may_be_asked_for_are_those_that_can_be() -> None:
    from adtailor.understand.asked import ASKED_PARTS

    assert set(Engine().parts) == set(ASKED_PARTS)
