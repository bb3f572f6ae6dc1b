"""`adtailor import` and `adtailor shadow`, as they are typed."""

import json
import re

import pytest

from adtailor.cli import main
from adtailor.storage import SqliteStore

DUMP = [
    {"model": "adserver.advertiser", "pk": 1, "fields": {"name": "Boots \x1b[31mLtd"}},
    {"model": "adserver.campaign", "pk": 1, "fields": {"name": "Boots", "advertiser": 1, "campaign_type": "paid"}},
    {
        "model": "adserver.flight",
        "pk": 1,
        "fields": {"name": "Spring", "campaign": 1, "live": True, "cpc": "2.00", "sold_clicks": 10, "cpm": "0"},
    },
    {
        "model": "adserver.advertisement",
        "pk": 1,
        "fields": {"headline": "Boots", "content": "Dry", "link": "https://shop.example/", "live": True, "flight": 1},
    },
]


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Runs a verb here, on a data folder of its own: its exit code, and what it printed."""
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(one) for one in arguments])
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return run


def test_an_import_is_told_first_then_done_once_and_what_it_brought_can_be_weighed(typed, tmp_path):
    file, log = tmp_path / "dump.json", tmp_path / "log.jsonl"
    file.write_text(json.dumps(DUMP), "utf-8")
    code, out, _ = typed("import", "ethical-ad-server", file)
    assert (code, "Nothing was changed" in out, "\x1b" in out) == (0, True, False)
    store = SqliteStore(tmp_path / "data")
    assert store.catalogue.inventory().ads == ()
    store.close()
    assert "in review" in typed("import", "ethical-ad-server", file, "--apply")[1]
    again = json.loads(typed("import", "ethical-ad-server", file, "--apply", "--json")[1])
    assert (again["applied"], again["added"]["ads"], again["kept"]["ads"]) == (False, 0, 1)

    asked = {"request_id": "r", "site_id": "s", "placements": [{"id": "p"}], "context": {"topics": []}}
    line = json.dumps(
        {"request": asked, "shown": [{"id": "p", "ad_id": "eas-advertisement-1", "price_micros": 500000}]}
    )
    log.write_text(f"{line}\n\n{line}\n{{}}\n", "utf-8")
    code, out, _ = typed("shadow", log, "--limit", 2)
    assert code == 0
    assert "2 requests, 2 places" in out
    assert re.search(r"would not fill +2 +100.0%", out), "what is in review is shown nowhere"
    assert "no lift" in out


@pytest.mark.parametrize("server", ["ethical-ad-server", "revive"])
def test_what_is_no_export_is_refused_in_a_sentence(typed, tmp_path, server):
    file = tmp_path / "nothing.json"
    file.write_bytes(b"{}")
    code, _, err = typed("import", server, file)
    assert (code, "hint:" in err) == (2, True)
