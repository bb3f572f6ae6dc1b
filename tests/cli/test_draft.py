import json
from pathlib import Path

import pytest

from adtailor.cli import draft
from adtailor.errors import InvalidInput, UnknownId
from adtailor.storage import SqliteStore
from adtailor.testing.stand_in_server import StandInServer, says
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.toy_house import ADS

GOOD = json.dumps({"headline": "Boots for a hill", "body": "Waxed leather boots, happily muddy."})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    from dataclasses import replace

    toys = toy_inventory(ADS)
    worded = replace(toys.creatives[0], headline="Boots that take a hill", body="Waxed leather boots, resoled.")
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(replace(toys, creatives=(worded, *toys.creatives[1:])))
    return tmp_path


def first_ad() -> str:
    return toy_inventory(ADS).ads[0].id


def test_it_writes_lists_approves_and_rejects(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with StandInServer(says(GOOD)) as there:
        monkeypatch.setenv("ADTAILOR_ENGINE_BASE_URL", there.base_url)
        draft.run(first_ad(), tones="playful, warm", engine="openai_compatible", data=folder)
    out = capsys.readouterr().out
    assert "Boots for a hill" in out
    assert "Nothing of a draft is shown to anybody" in out
    draft.run(first_ad(), approve=1, by="mila", data=folder)
    draft.run(first_ad(), reject=2, by="mila", data=folder)
    capsys.readouterr()
    draft.run(first_ad(), only_list=True, json=True, data=folder)
    found = json.loads(capsys.readouterr().out)
    assert [(one["tone"], one["state"], one["decided_by"]) for one in found] == [
        ("playful", "approved", "mila"),
        ("warm", "rejected", "mila"),
    ]
    assert all(one["decided_at"] and one["drafted_at"] for one in found)


def test_what_cannot_be_done_is_said(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="one thing at a time"):
        draft.run(first_ad(), approve=1, reject=1, data=folder)
    with pytest.raises(UnknownId, match="no variant 9"):
        draft.run(first_ad(), approve=9, data=folder)
    with pytest.raises(UnknownId, match="there is no ad"):
        draft.run("nope", only_list=True, data=folder)


@pytest.mark.llm
def test_smollm2_writes_or_says_why_it_did_not(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft.run(first_ad(), tones="warm", data=folder)
    out = capsys.readouterr().out
    assert "SmolLM2" in out or "nothing that may be shown was written" in out
