"""Keys at a prompt: listed without a key, replaced, retired, and all of it in the audit log."""

import json
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.storage import SqliteStore


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a line; what is printed on both, and on failure what is complained about."""
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "140")

    def type_(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == code, told.err
        return told.out + told.err

    return type_


def test_a_key_is_replaced_kept_for_reading_and_retired(say, tmp_path: Path) -> None:
    assert "in use" in say("keys", "list")
    assert "Key 2 seals events from now on" in say("keys", "rotate", "--by", "ana")
    listed = [json.loads(line) for line in say("keys", "list", "--json").splitlines()]
    events = {key["id"]: key for key in listed if key["kind"] == "events"}
    assert events[2]["replaced_at"] is None
    assert events[1]["kept_until"] > events[1]["replaced_at"]
    assert "None has had its time yet" in say("keys", "retire")
    assert "Key 1 is deleted" in say("keys", "retire", "1", "--by", "ana")
    assert "Master key 2 is in force" in say("keys", "rotate", "master", "--by", "ana")
    told = say("audit", "keys")
    for word in ("created keys events-2", "revoked keys events-1", "created keys master-2", "ana"):
        assert word in told
    with SqliteStore(tmp_path) as store:
        assert sorted(store.token_keys) == [2]
        for key in store.token_keys.values():
            assert key.hex() not in told


def test_what_cannot_be_done_says_what_can(say) -> None:
    assert "events or master" in say("keys", "rotate", "hash", code=2)
    assert "the current one has to be rotated first" in say("keys", "retire", "1", code=2)
    assert "keys list shows them" in say("keys", "retire", "9", code=2)
