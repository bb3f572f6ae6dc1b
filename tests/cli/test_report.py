"""adtailor report and adtailor events: exact sums at the prompt, and money given back once."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.storage import SqliteStore
from adtailor.testing import samples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which one campaign was charged, overdrew its budget, and met a bot."""
    with SqliteStore(tmp_path) as store:
        store.catalogue.replace(samples.inventory(samples.campaign(daily=700)))
        for number in range(3):
            store.events.take(samples.event(number, at=samples.NOON + timedelta(hours=number)))
            store.events.take(samples.event(number, kind="impression", price=0))
        store.events.take(samples.event(9, validity="givt"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    out, err = capsys.readouterr()
    assert left.value.code == code, err
    return out or err


def test_a_report_is_exact_in_every_form(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ("--data", str(folder))
    told = json.loads(said(capsys, "report", *data, "--by", "campaign,day", "--json"))
    [row] = told["rows"]
    assert row["key"] == {"campaign": "autumn", "day": "2026-11-20"}
    tally = row["tally"]
    assert (tally["impressions"], tally["clicks"], tally["invalid"], tally["over_delivered"]) == (3, 3, 1, 1)
    assert (tally["gross_micros"], tally["net_micros"]) == (600, 600)
    [line] = csv.DictReader(io.StringIO(said(capsys, "report", *data, "--csv")))
    assert (line["campaign"], line["net_micros"], line["click_rate"]) == ("autumn", "600", "1.0")
    table = said(capsys, "report", *data, "--by", "hour")
    assert "2026-11-20T13:00+01:00" in table
    assert "0.0006" in table
    assert "2 entries" in said(capsys, "report", *data, "--check")
    assert json.loads(said(capsys, "report", *data, "--since", "2026-11-21", "--json"))["rows"] == []


def test_an_advertiser_is_told_nothing_of_few_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "report", "--data", str(folder), "--by", "ad", "--audience", "advertiser")
    assert "autumn-ad" not in told
    assert "fewer than 50 people" in told


def test_what_is_given_back_is_given_back_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reverse = ("events", "reverse", "--data", str(folder), "--campaign", "autumn", "--kind", "click", "--json")
    farm = ("--reason", "a farm", "--until", "2026-11-20T13:30:00Z")
    assert json.loads(said(capsys, *reverse, *farm)) == {"events": 2, "returned_micros": 600}
    assert json.loads(said(capsys, *reverse, *farm)) == {"events": 0, "returned_micros": 0}
    total = json.loads(said(capsys, "report", "--data", str(folder), "--json"))["total"]
    assert (total["gross_micros"], total["reversed_micros"], total["net_micros"]) == (600, 600, 0)
    assert "to the micro" in said(capsys, "report", "--data", str(folder), "--check")


def test_a_ledger_that_was_tampered_with_is_found_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SqliteStore(folder) as store, store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE ledger SET amount = amount + 1 WHERE event = 1")
    told = said(capsys, "report", "--data", str(folder), "--check", code=1)
    assert "campaigns whose budget was not debited by the sum of their entries" in told
    assert "campaign autumn reports" in told


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("report", "--by", "mood"), "by"),
        (("report", "--since", "yesterday"), "--since"),
        (("report", "--audience", "everyone"), "--audience"),
        (("report", "--audience", "advertiser", "--by", "ad,day"), "by"),
        (("events", "reverse", "--reason", "a farm"), "selection"),
        (("events", "reverse", "--reason", "a farm", "--ad", "a", "--kind", "look"), "--kind"),
        (("events", "reverse", "--reason", "a farm", "--ad", "a", "--since", "soon"), "--since"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], field: str
) -> None:
    assert field in said(capsys, *arguments, "--data", str(tmp_path), code=2)
