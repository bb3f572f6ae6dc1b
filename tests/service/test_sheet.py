"""Campaigns to a spreadsheet and back: nothing changes on the way, what spreadsheets do is undone or refused."""

import csv
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.service.wire.sheet import COLUMNS, SEVERAL, as_meant, harmless, read_sheet

from .test_manage import ACME, acme, make, still_acme  # noqa: F401 - fixtures

SHEET = "/v1/campaign-sheet"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def written(rows: list[dict[str, str]], separator: str = ",") -> str:
    out = StringIO()
    sheet = csv.DictWriter(out, list(rows[0]), delimiter=separator)
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue()


def send(house, text: str | bytes, query: str = ""):
    return house.client.post(SHEET + query, content=text)


def changed(house, **cells: str):
    """The exported row of tea-1 with other cells, alone."""
    (row,) = [row for row in table(house.client.get(SHEET).text) if row["ad_id"] == "tea-1"]
    return {**row, **cells}


def test_what_is_exported_changes_nothing_when_it_comes_back(acme) -> None:  # noqa: F811
    exported = acme.client.get(SHEET)
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert [column.name for column in COLUMNS] == exported.text.splitlines()[0].split(",")
    before = acme.client.get("/v1/catalogue").content
    back = send(acme, exported.content)
    assert (back.status_code, back.json()["differences"]) == (200, []), back.text
    assert acme.client.get("/v1/catalogue").content == before


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_table_is_read_however_a_spreadsheet_saves_it(acme, separator, encoding) -> None:  # noqa: F811
    row = changed(acme, daily_budget="7.25", headline="Grüner Tee", countries="DE|AT", is_urgent="yes")
    answer = send(acme, written([row], separator).encode(encoding), "?dry=1")
    assert answer.status_code == 200, answer.text
    told = {one["kind"]: one["after"] for one in answer.json()["differences"]}
    assert told["campaigns"] == {"daily_budget": 7_250_000}
    assert told["adsets"]["targeting"]["countries"] == ["AT", "DE"]
    assert told["creatives"] == {"headline": "Grüner Tee", "is_urgent": True}
    assert acme.client.get("/v1/campaigns/spring").json()["daily_budget_micros"] == 5_000_000, "a dry run"
    assert send(acme, written([row], separator).encode(encoding)).json()["dry"] is False
    assert acme.client.get("/v1/campaigns/spring").json()["daily_budget_micros"] == 7_250_000


def test_new_rows_make_new_items_and_a_new_creative_waits(acme) -> None:  # noqa: F811
    row = changed(acme, campaign_id="summer", adset_id="summer-set", ad_id="summer-ad", creative_id="iced",
                  creative_status="active")  # fmt: skip
    answer = send(acme, written([row]))
    assert [one["id"] for one in answer.json()["differences"]] == ["summer", "summer-set", "iced", "summer-ad"]
    assert acme.client.get("/v1/creatives/iced").json()["status"] == "in_review"


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"daily_budget": "12,50"}, "row 2.daily_budget"),
        ({"bid": "-1"}, "row 2.bid"),
        ({"starts_at": "20.11.2026"}, "row 2.starts_at"),
        ({"bid_kind": "cpx"}, "row 2.bid_kind"),
        ({"landing_url": "https://evil.example/"}, "row 2.landing_url"),
        ({"campaign_status": "draft"}, "row 2.campaign_status"),
        ({"is_urgent": "perhaps"}, "row 2.is_urgent"),
        ({"session_cap": "2.5"}, "row 2.session_cap"),
        ({"campaign_id": ""}, "row 2.campaign_id"),
        ({"ad_id": ""}, "row 2.ad_id"),
        ({"advertiser_id": "boots-ltd"}, "row 2.advertiser_id"),
        ({"campaign_name": ""}, "row 2.campaign_name"),
        ({"look": "a|b"}, "row 2.targeting.look[0]"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_changes(still_acme, cells, field) -> None:  # noqa: F811
    before = still_acme.client.get("/v1/catalogue").content
    first = changed(still_acme, campaign_id="fine", adset_id="fine-set", ad_id="fine-ad", creative_id="fine-creative")
    answer = send(still_acme, written([changed(still_acme, **cells), first]))
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field, answer.text
    assert still_acme.client.get("/v1/catalogue").content == before


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b"", None),
        (b"campaign_id,mood\nspring,sad\n", "row 1"),
        (b"adset_id\nx\n", "row 1"),
        (b"campaign_id,campaign_id\nx,y\n", "row 1"),
        (b"campaign_id\nspring,5,5\n", "row 2"),
        (b"campaign_id\n\xff\n", None),
        (b'campaign_id\n"spring\n', "row 2"),
        (b"campaign_id,campaign_name\nspring,A\nspring,B\n", "row 3.campaign_name"),
    ],
)
def test_what_is_no_such_table_is_refused(still_acme, raw, field) -> None:  # noqa: F811
    answer = send(still_acme, raw)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert answer.json()["hint"]


def test_no_cell_is_taken_for_a_formula(acme) -> None:  # noqa: F811
    make(acme, "campaigns", {**ACME[2][1], "id": "evil", "name": '=HYPERLINK("https://evil.example")'})
    text = acme.client.get(SHEET).text
    (row,) = [row for row in table(text) if row["campaign_id"] == "evil"]
    assert row["campaign_name"].startswith("'=")
    assert send(acme, text).json()["differences"] == []


@given(st.text(max_size=30))
def test_a_cell_comes_back_as_it_was_and_begins_with_no_formula(text: str) -> None:
    told = harmless(text)
    assert as_meant(told) == text
    assert told[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), max_size=4))
def test_several_values_share_a_cell(values: list[str]) -> None:
    assert SEVERAL[0](SEVERAL[1](values)) == values


@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(raw: bytes) -> None:

    with suppress(InvalidInput):
        read_sheet(b"campaign_id,daily_budget\n" + raw)
