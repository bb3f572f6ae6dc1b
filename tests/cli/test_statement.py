"""A month to sign: three files of the same words, whose digest is that of the JSON, and which say what is not known."""

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adtailor.cli import application
from adtailor.domain.worth import batch_cost
from adtailor.errors import InvalidInput
from adtailor.storage import SqliteStore
from adtailor.testing.samples import NOON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder in which ten posts were read."""
    data = tmp_path / "data"
    with SqliteStore(data) as store:
        store.reading_costs.took([batch_cost(model="reads@1", reader="text", posts=10, seconds=0.5)], NOON)
    return data


def said(*words: str) -> str:
    done = CliRunner().invoke(application(list(words)), list(words))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_three_files_say_the_same_and_the_digest_is_of_the_json(folder: Path, tmp_path: Path) -> None:
    out = said("statement", "2026-11", "--data", str(folder), "--into", str(tmp_path / "out"))
    page, pdf, body = ((tmp_path / "out" / f"statement-2026-11.{end}") for end in ("html", "pdf", "json"))
    digest = hashlib.sha256(body.read_bytes()).hexdigest()
    assert digest in out
    assert digest in page.read_text("utf-8")
    assert pdf.read_bytes().startswith(b"%PDF-")
    told = json.loads(body.read_bytes())
    assert (told["month"], told["since"], told["until"]) == ("2026-11", "2026-11-01", "2026-11-30")
    assert "reads@1" in told["insufficient_data"]
    assert "look" in told["insufficient_data"]
    assert told["trust"] is None
    html = page.read_text("utf-8")
    assert "Insufficient data: of no signal and no model can it be said yet whether it pays." in html
    assert "Nobody ran the proofs" in html
    assert "<script" not in html
    assert "http" not in html


def test_it_names_the_promises_that_were_broken(folder: Path, tmp_path: Path) -> None:
    board = {
        "made_at": "2026-11-20T12:00:00Z",
        "version": "0.1.0",
        "seed": 7,
        "rows": [
            {"number": 1, "says": "More stress never raises revenue.", "cases": 400, "is_kept": True},
            {"number": 2, "says": "Nothing is refilled.", "cases": 300, "is_kept": False},
        ],
    }
    (tmp_path / "trust.json").write_text(json.dumps(board))
    out = said("statement", "2026-11", "--data", str(folder), "--show", "--trust", str(tmp_path / "trust.json"))
    assert "1 of 2 promises held in 700 cases, run on 2026-11-20 with seed 7, adtailor 0.1.0." in out
    assert "2  Nothing is refilled.  300" in out
    assert not list(tmp_path.glob("statement-*"))


@pytest.mark.parametrize(("month", "says"), [("November", "is no month"), ("2999-01", "has not begun")])
def test_a_month_that_is_none_is_refused(folder: Path, month: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        said("statement", month, "--data", str(folder))


def test_a_file_that_is_no_scoreboard_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(InvalidInput, match="is no scoreboard"):
        said("statement", "2026-11", "--data", str(folder), "--trust", str(tmp_path / "x.json"))


def test_the_ledger_says_what_is_not_known(folder: Path, tmp_path: Path) -> None:
    out = said("ledger", "--data", str(folder), "--days", "365", "--plot", str(tmp_path / "ledger.png"))
    assert "reads@1" in out
    assert out.count("no evidence") == 8  # seven signals, one model
    assert "No trial was read" in out
    assert (tmp_path / "ledger.png").read_bytes().startswith(b"\x89PNG")
    told = json.loads(said("ledger", "--data", str(folder), "--days", "365", "--json"))
    model = told["rows"][-1]
    assert (model["name"], model["says"], model["grade"]) == ("reads@1", "no evidence", None)
    assert model["cost_per_1000_posts_micros"] == pytest.approx(1000 * 0.05 * 40_000 / 3600)
    with pytest.raises(InvalidInput, match="0 days"):
        said("ledger", "--data", str(folder), "--days", "0")
