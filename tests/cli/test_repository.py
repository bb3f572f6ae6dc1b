"""adtailor repository and adtailor reach: what everybody may read, and whom ads reach, at a prompt."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.domain.audit import Author
from adtailor.domain.exhibit import ShownPicture, exhibit_of
from adtailor.domain.targeting import Targeting
from adtailor.storage import SqliteStore
from adtailor.testing import samples

NOW = datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which one ad was shown an hour ago, as it was frozen, and one before anything was."""
    with SqliteStore(tmp_path) as store:
        inventory = samples.inventory(samples.campaign(), samples.campaign("winter"))
        store.catalogue.replace(inventory)
        exhibit = exhibit_of(
            inventory.ads[0].id, inventory.advertisers[0], inventory.adsets[0], inventory.creatives[0],
            picture_of=lambda name: ShownPicture(hash=None, name=name),
        )  # fmt: skip
        store.exhibits.keep({b"version": exhibit}, NOW)
        for number, name in enumerate(("autumn", "winter")):
            store.events.take(samples.event(number, campaign_name=name, kind="impression", price=0, at=NOW))
    return tmp_path


@pytest.fixture
def said(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Types a line; what is printed, and on failure what is complained about."""
    monkeypatch.setenv("COLUMNS", "160")

    def type_(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words, "--data", str(folder)])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == code, told.err
        return told.err if code == 2 else told.out

    return type_


def test_the_repository_is_told_in_every_form(said) -> None:
    table = said("repository")
    for word in (
        "autumn-ad",
        "Boots & Co",
        "Acme",
        "Dry feet",
        "countries: DE",
        "winter-ad",
        "not kept",
        "too few to tell",
    ):
        assert word in table
    told = [json.loads(line) for line in said("repository", "--json", "--words", "dry PATH").splitlines()]
    assert [one["ad_id"] for one in told] == ["autumn-ad"]
    rows = list(csv.DictReader(io.StringIO(said("repository", "--csv", "--advertiser", "acme"))))
    assert [(row["ad_id"], row["payer"]) for row in rows] == [("autumn-ad", "Acme")]
    assert "No ad that ran" in said("repository", "--until", "2020-01-01")
    assert "2020-1-1" in said("repository", "--since", "2020-1-1", code=2)
    assert "one of ad, advertiser, site" in said("repository", "--figures", "person", code=2)


def test_t39_a_check_finds_what_is_missing_and_nothing_else(said) -> None:
    assert said("repository", "--check", code=1).splitlines() == ["nothing is kept of what ad winter-ad showed"]


def test_figures_are_those_that_were_published(said, folder: Path) -> None:
    with SqliteStore(folder) as store:
        day = (NOW - timedelta(days=3)).date()
        store.exhibits.publish("site", day, {"larkwater": 130, "brook": 20}, epsilon=0.25, budget=1.0)
    told = said("repository", "--figures", "site")
    assert "100 to 200" in told
    assert "too few to tell" in told
    first, second = (json.loads(line) for line in said("repository", "--figures", "site", "--json").splitlines())
    assert first == {"id": "brook", "recipients": None}
    assert second == {"id": "larkwater", "recipients": {"least": 100, "below": 200}}


def test_t22_reach_is_counted_when_asked_and_told(said, folder: Path) -> None:
    assert "No ad set goes by people's profile" in said("reach")
    with SqliteStore(folder) as store:
        for number in range(3):
            store.people.put_person(replace(samples.person(), person_id=f"p{number}"), expected_version=None)
            store.people.put_profile(replace(samples.profile(), person_id=f"p{number}", version=0))
        adset = store.catalogue.inventory().adsets[0]
        asks = Targeting(interests=frozenset(samples.profile().interests.weights))
        with store.catalogue.changing(Author(by="ana", at=NOW)) as change:
            change.put("adsets", replace(adset, targeting=asks))
    assert "once a day: next at" in said("reach")
    told = said("reach", "--count")
    assert "too few people" in told
    assert "begins to serve at 60 people and ends below 50" in told
    assert "today's count stands" in said("reach", "--count")
    [line] = said("reach", "--json").splitlines()
    assert (json.loads(line)["reach"], json.loads(line)["people"]) == ("too few", 0)
