"""What would have been shown where another server decided: told with its grade, and nothing is changed by it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from adtailor.domain.person import Consents, Person

PAGE = {"topics": [{"id": "483", "name": "Sports", "confidence": 0.9}], "language": "en", "country": "DE"}


def entry(*shown: dict[str, Any], places: int = 1, **changes: Any) -> dict[str, Any]:
    request = {
        "request_id": "r1",
        "site_id": "s1",
        "placements": [{"id": f"p{n}", "position": n} for n in range(places)],
        "context": PAGE,
        "viewer": {"person_id": "ana", "age": "adult"},
        **changes,
    }
    return {"request": request, "shown": list(shown)}


def weigh(house, *entries: dict[str, Any]) -> dict[str, Any]:
    answer = house.client.post("/v1/shadow", json={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_place_is_told_what_would_have_stood_there(house) -> None:
    nothing = [{"id": "p0", "floor_micros": 900_000_000}]
    told = weigh(
        house,
        entry({"id": "p0", "ad_id": "boots", "price_micros": 1_000_000}),
        entry({"id": "p0", "ad_id": "theirs-7", "price_micros": 9_000_000}),
        entry({"id": "p0", "ad_id": None, "price_micros": 0}),
        entry({"id": "p0", "ad_id": "theirs-7", "price_micros": 500_000}, placements=nothing),
        entry(placements=nothing),
    )
    places = [one[0] for one in told["entries"]]
    assert [one["verdict"] for one in places] == ["same ad", "another ad", "would fill", "would not fill", "both empty"]
    assert [one["would_ad_id"] for one in places] == ["boots", "boots", "boots", None, None]
    assert places[0]["difference_micros"] == places[0]["would_bring_micros"] - 1_000_000
    assert (places[3]["difference_micros"], places[3]["no_fill"]) == (-500_000, "below_floor")
    assert places[4]["difference_micros"] is None, "what nothing brought is not known"
    told = told["summary"]
    assert (told["requests"], told["places"], told["priced_places"]) == (5, 5, 4)
    assert told["verdicts"] == dict.fromkeys(told["verdicts"], 1)
    assert told["difference_micros"] is None, "five requests say nothing"


def test_the_grade_says_what_an_estimate_rests_on_and_no_answer_speaks_of_lift(house) -> None:
    by_bid = entry({"id": "p0", "ad_id": "x", "price_micros": 1}, context={"topics": [], "language": "en"})
    told = weigh(house, *[by_bid] * 30, entry({"id": "p0", "ad_id": "x", "price_micros": 1}))
    assert {place["grade"] for one in told["entries"] for place in one} <= {"D", "E"}
    assert told["summary"]["grade"] == "E", "the weakest of them"
    assert "nobody observed" in told["summary"]["grade_says"]
    low, value, high = (told["summary"][f"difference_{name}micros"] for name in ("low_", "", "high_"))
    assert low <= value <= high
    assert "lift" not in str(told)


def state_of(folder: Path) -> dict[str, Any]:
    """Every row of the store, and every byte of the log."""
    with sqlite3.connect(f"file:{folder / 'adtailor.sqlite'}?mode=ro", uri=True) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {name: database.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    database.close()
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name}
    return {"rows": rows, "files": files}


def test_nothing_is_changed_by_it_whoever_looks_and_whatever_would_have_come_of_it(house, tmp_path) -> None:
    ana = Person(person_id="ana", consents=Consents(interests=True, wellbeing=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    posts = [
        {"id": f"w{n}", "author_id": "ana", "created_at": f"2026-11-20T{7 + n:02}:00:00Z", "text": "so stressed"}
        for n in range(4)
    ]
    assert house.client.post("/v1/posts", json=posts).status_code == 202
    house.read_all()
    house.decide()
    before, pages = state_of(tmp_path), house.doors.fill_page.recent()
    told = weigh(house, *[entry({"id": "p0", "ad_id": "boots", "price_micros": 10}, places=3)] * 40)
    assert told["summary"]["places"] == 120
    assert state_of(tmp_path) == before, "no record, budget, cap, profile, card or row to learn from"
    assert house.doors.fill_page.recent() == pages


def test_it_would_do_what_it_does(house) -> None:
    """The same request, weighed and then decided, comes to the same ads at the same prices."""
    asked = entry(places=3)
    would = weigh(house, asked)["entries"][0]
    did = house.client.post("/v1/decisions", json=asked["request"]).json()["placements"]
    assert [one["would_ad_id"] for one in would] == [one["ad"]["ad_id"] for one in did]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"entries": []}, "entries"),
        ({"entries": [{"request": {}, "shown": []}]}, "entries[0].request.request_id"),
        ({"entries": [entry({"id": "p9", "ad_id": "x"})]}, "entries[0].shown[0].id"),
        ({"entries": [entry({"id": "p0"}, {"id": "p0"})]}, "entries[0].shown[1].id"),
        ({"entries": [entry({"id": "p0", "ad_id": "no id!"})]}, "entries[0].shown[0].ad_id"),
        ({"entries": [entry({"id": "p0", "stress": 1})]}, "entries[0].shown[0].stress"),
    ],
)
def test_a_bad_entry_is_a_problem_with_its_field(still_house, body, field) -> None:
    answer = still_house.client.post("/v1/shadow", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
