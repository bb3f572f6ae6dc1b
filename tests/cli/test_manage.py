"""The catalogue at a prompt: made, changed, reviewed, exported, explained; errors that say what to do."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from adtailor.cli import main
from adtailor.domain.ids import DecisionId, uuid7
from adtailor.storage import SqliteStore
from adtailor.testing import samples


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a line; what is printed, and on failure what is complained about."""
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.chdir(tmp_path)

    def type_(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*words])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == code, told.err
        return told.err if code else told.out

    return type_


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an organization and all that an ad needs, typed once."""
    data = tmp_path_factory.mktemp("shop") / "data"
    for kind, *given in (
        ("organization", "id=acme", "name=Acme"),
        ("advertiser", "id=tea", "organization_id=acme", "name=Tea", "payer=Acme", "landing_domains=tea.example"),
        ("campaign", "id=spring", "advertiser_id=tea", "name=Spring", "daily_budget=25.00"),
        ("ad-set", "id=walkers", "campaign_id=spring", "name=Walkers", "bid.kind=cpc", "bid.amount=0.40"),
        ("creative", "id=green", "advertiser_id=tea", "headline=Green tea", "body=Hills.",
         "landing_url=https://tea.example/"),
        ("ad", "id=tea-1", "adset_id=walkers", "creative_id=green"),
    ):  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("ADTAILOR_DATA", str(data))
            with pytest.raises(SystemExit, match=r"^(0|None)?$"):
                main(["manage", "add", kind, *given])
    return data


@pytest.fixture
def shop(say, stocked: Path, tmp_path: Path):
    """A copy of it, to change."""
    shutil.copytree(stocked, tmp_path / "data")
    return say


def test_an_empty_house_says_how_to_begin(say) -> None:
    assert "adtailor manage add campaigns" in say("manage", "list", "campaigns")
    assert "adtailor token create" in say("token", "list")
    assert "Nothing waits" in say("review")
    assert "Nothing was changed" in say("audit")


def test_items_are_made_changed_paused_and_archived(shop) -> None:
    changed = shop("manage", "set", "adset", "walkers", "targeting.countries=DE,AT", "bid.amount=0.55", "--json")
    told = json.loads(changed)
    assert (told["bid"]["amount_micros"], told["targeting"]["countries"]) == (550_000, ["AT", "DE"])
    assert "paused" in shop("manage", "pause", "campaigns", "spring")
    assert "active" in shop("manage", "resume", "campaigns", "spring")
    assert "archived" in shop("manage", "archive", "campaigns", "spring")
    assert "archived is the end" in shop("manage", "resume", "campaigns", "spring", code=2)
    assert "spring" in shop("manage", "list", "campaigns", "--status", "archived")
    assert "0.55" in shop("manage", "show", "adset", "walkers")
    assert shop("manage", "add", "campaign", "id=x", "advertiser_id=tea", "name=X", "daily_budget=1", "status=draft")
    assert "deleted" in shop("manage", "delete", "campaign", "x")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("manage", "list", "cows"), "one of organizations"),
        (("manage", "set", "campaign", "spring", "daily_budget=12,50"), "write it as 2.50"),
        (("manage", "set", "campaign", "spring", "budget=3"), "the names here are"),
        (("manage", "set", "campaign", "nobody", "name=X"), "GET /v1/campaigns"),
        (("manage", "set", "campaign", "spring", "paused"), "NAME=VALUE"),
        (("manage", "set", "adset", "walkers", "targeting.mood=sad"), "the names here are"),
        (("manage", "list", "ads", "--status", "gone"), "one of draft"),
        (("manage", "add", "campaigns", "nowhere.json"), "cannot be read"),
        (("manage", "delete", "campaign", "spring"), "archive it"),
        (("review", "--approve"), "adtailor review ID --approve"),
        (("review", "nobody"), "GET /v1/creatives"),
        (("token", "create", "--role", "king"), "one of owner"),
        (("token", "create", "--role", "advertiser"), "--organization"),
        (("token", "create", "--role", "advertiser", "--organization", "nobody"), "adtailor manage list"),
        (("token", "revoke", "nobody"), "adtailor token list"),
        (("campaigns", "import", "nowhere.csv"), "name a CSV file"),
        (("explain", "d1"), "decision_id of an answer"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_remedy(shop, words, says) -> None:
    told = shop(*words, code=2)
    assert told.startswith("error: ")
    assert says in told


def test_a_creative_waits_is_blocked_mended_and_approved(shop) -> None:
    shop("manage", "set", "creative", "green", "headline=Feeling low?")
    assert "blocks headline" in shop("review")
    assert "speaks of its reader" in shop("review", "green", "--approve", code=2)
    assert "rejected by mila" in shop("review", "green", "--reject", "--note", "Speak of tea.", "--by", "mila")
    shop("manage", "set", "creative", "green", "headline=Green tea")
    assert "in review" in shop("manage", "submit", "green")
    (told,) = [json.loads(line) for line in shop("review", "green", "--approve", "--json").splitlines()]
    assert told["creative"]["status"] == "active"
    assert "approved creatives green" in shop("audit", "creatives", "green")


def test_campaigns_go_to_a_file_and_come_back(shop, tmp_path: Path) -> None:
    shop("campaigns", "export", "c.csv")
    sheet = (tmp_path / "c.csv").read_text("utf-8-sig")
    (tmp_path / "c.csv").write_text(sheet.replace("25.00", "30.00"), "utf-8")
    assert "a dry run" in shop("campaigns", "import", "c.csv", "--dry")
    assert "25.00" in shop("manage", "show", "campaign", "spring")
    (told,) = [json.loads(line) for line in shop("campaigns", "import", "c.csv", "--json").splitlines()]
    assert told["after"] == {"daily_budget": 30_000_000}
    assert "nothing differs" in shop("campaigns", "import", "c.csv")


def test_a_token_is_shown_once_listed_and_revoked(shop) -> None:
    secret = shop("token", "create", "--role", "advertiser", "--organization", "acme", "--days", "30").strip()
    assert secret.startswith("adt_")
    listed = shop("token", "list", "--json")
    assert secret not in listed
    token_id = json.loads(listed)["id"]
    assert "revoked" in shop("token", "revoke", token_id)
    assert "revoked" in shop("token", "list")
    assert secret not in shop("audit", "--json")


def test_a_decision_is_explained_from_its_record(shop, tmp_path: Path) -> None:
    made = uuid7(samples.NOON, Random(1))
    with SqliteStore(tmp_path / "data") as store:
        record = samples.record(viewer=None)
        store.events.append(replace(record, decision=replace(record.decision, decision_id=DecisionId(made))))
    told = shop("explain", made)
    for heading in ("Turned away", "Ranked", "Placed and priced", "Without a signal"):
        assert heading in told
    assert made in told
    assert json.loads(shop("explain", made, "--json"))["decision_id"] == made
