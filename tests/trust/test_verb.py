"""`adtailor trust`: the scoreboard, its JSON, its page and its exit code."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.cli.trust_page import Row, page_of
from adtailor.testing.trust import proofs
from adtailor.testing.trust.proof import Outcome

from .faults import FAULTS


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["trust", *arguments])
    told = capsys.readouterr()
    return left.value.code, told.out, told.err


def test_a_promise_that_holds_is_one_line_and_exit_0(capsys) -> None:
    code, out, err = ran(capsys, "--only", "25", "--seed", "7")
    assert code in {0, None}
    assert "seed 7" in err
    assert re.search(r"25\s+A helpline is shown only with a source.*\d+\s+[\d.]+\s+kept", out, re.DOTALL)
    assert "All 1 promises held" in out
    assert "adtailor trust --seed 7" in out


def test_a_promise_that_fails_names_its_case_and_exit_1(capsys, monkeypatch) -> None:
    FAULTS[25](monkeypatch)
    code, out, _ = ran(capsys, "--only", "25,25", "--json")
    told = json.loads(out)
    assert code == 1
    assert (told["kept"], [row["result"] for row in told["promises"]]) == (0, ["BROKEN"])
    assert "case:" in told["promises"][0]["broken"]


def test_json_holds_all_that_the_table_does(capsys) -> None:
    _, out, _ = ran(capsys, "--only", "25", "--json", "--seed", "3")
    told = json.loads(out)
    assert (told["seed"], told["policy"].startswith("standard@"), told["figures"]) == (3, True, [])
    [row] = told["promises"]
    assert row["cases"] > 0
    assert row["says"].startswith("A helpline")


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--only", "0"], "--only"),
        (["--only", "40"], "--only"),
        (["--only", "one"], "--only"),
        (["--only", "1,,2"], "--only"),
        (["--cases", "0"], "--cases"),
        (["--page", "/nowhere/at/all.html"], "--page"),
    ],
)
def test_what_cannot_be_tried_is_named_before_anything_is(capsys, arguments, field) -> None:
    code, out, err = ran(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {field}: ")
    assert "hint: " in err


def test_the_page_tells_everything_and_loads_nothing(capsys, tmp_path: Path) -> None:
    file = tmp_path / "trust.html"
    ran(capsys, "--only", "25", "--seed", "5", "--page", str(file))
    page = file.read_text("utf-8")
    for words in ("1 of 1 promises kept", "Seed</dt><dd>5", "standard@", "adtailor 0.", "✓ kept", "Tried: "):
        assert words in page
    assert not re.search(r"<script|<link|<img|<iframe|url\(|https?:|@import", page)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "link"}:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def a_page(*outcomes: Outcome) -> str:
    rows = [Row.of(proof, outcome) for proof, outcome in zip(proofs(), outcomes, strict=False)]
    return page_of(
        rows, (), version="1", policy="p@1", seed=1, started=datetime(2026, 11, 26, tzinfo=UTC), command="c", python="3"
    )


def test_the_page_is_well_formed_and_can_be_listened_to() -> None:
    hostile = Outcome(cases=3, seconds=1.0, broken="<script>alert(1)</script> & more", left_out=("<b>",))
    page = a_page(hostile, Outcome(cases=3, seconds=1.0))
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    named = [tag for tag, _ in tags.seen]
    assert (named.count("h1"), named.count("main"), named.count("caption")) == (1, 1, 1)
    assert dict(tags.seen)["html"]["lang"] == "en"
    assert all("scope" in attrs for tag, attrs in tags.seen if tag == "th")
    assert "script" not in named
    assert "b" not in named
    for words in ("✗ broken", "✓ kept"):
        assert words in page, "what came of it is told in words, not by a colour"


def test_no_other_verb_pays_for_hypothesis() -> None:
    code = """
import sys
from adtailor.cli import main
for verb in ("doctor", "report", "decide"):
    try:
        main([verb, "--help"])
    except SystemExit:
        pass
import adtailor.assemble
print([name for name in sys.modules if name.partition(".")[0] == "hypothesis" or name.startswith("adtailor.testing")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
