"""T39 over HTTP: everybody may read the repository, and nothing in it is anybody's."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient

from adtailor.service.app import build_app
from adtailor.service.guard import Rules
from adtailor.storage import SqliteStore

from .conftest import House, MovableClock, doors_on, request

REPOSITORY = "/v1/ad-repository"


def show(house: House, **changes: object) -> str:
    """An ad is shown and seen; which."""
    [placement] = house.decide(**changes)["placements"]
    assert house.client.get(placement["impression_url"]).status_code in {200, 204}
    return placement["ad"]["ad_id"]


def test_t39_it_is_open_to_all_while_the_rest_is_not(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    app = build_app(doors_on(store, MovableClock(), []), rules=Rules(token="secret", hosts=None))
    with TestClient(app, base_url="http://ads.example") as client:
        assert client.get(REPOSITORY).json() == []
        assert client.get(f"{REPOSITORY}/figures").json() == []
        assert client.get(f"{REPOSITORY}/ads/boots").status_code == 404
        assert client.get(f"{REPOSITORY}/pictures/{'0' * 64}").status_code == 404
        assert client.get("/v1/ads").status_code == 401
        assert client.post(REPOSITORY, json={}).status_code in {401, 404, 405}
    store.close()


def test_t39_an_ad_that_was_shown_is_told_with_all_that_the_law_asks_for(house: House) -> None:
    ad = show(house)
    [told] = house.client.get(REPOSITORY).json()
    assert told == house.client.get(f"{REPOSITORY}/ads/{ad}").json()
    assert (told["ad_id"], told["first_shown"], told["last_shown"]) == ("boots", "2026-11-20", "2026-11-20")
    [version] = told["versions"]
    assert (version["advertiser"], version["payer"], version["landing_url"]) == (
        "boots-ltd", "boots-ltd", "https://shop.example/",
    )  # fmt: skip
    assert version["words"] == [{"headline": "boots", "body": "boots"}]
    assert version["about"] == [{"id": "483", "name": "Sports"}]
    assert (version["goes_by_profiles"], version["asks"], version["excludes"]) == (False, {}, {})
    assert told["recipients"] is None
    for secret in ("ana", "s1", "feed-1", "price", "impressions", "decision"):
        assert f'"{secret}"' not in house.client.get(REPOSITORY).text
    house.clock.pass_(timedelta(days=367))
    assert house.client.get(REPOSITORY).json() == []
    assert house.client.get(f"{REPOSITORY}/ads/{ad}").status_code == 404


def test_it_is_searched_and_comes_as_a_table_too(house: House) -> None:
    show(house)
    show(
        house, context={"topics": [{"id": "42", "name": "Books", "confidence": 0.9}], "language": "en"}, request_id="r2"
    )
    assert [ad["ad_id"] for ad in house.client.get(REPOSITORY).json()] == ["boots", "novel"]
    found = house.client.get(f"{REPOSITORY}?words=NOVEL&advertiser=novel-ltd&since=2026-11-20&until=2026-11-20")
    assert [ad["ad_id"] for ad in found.json()] == ["novel"]
    first = house.client.get(f"{REPOSITORY}?limit=1&format=csv")
    assert first.headers["content-type"].startswith("text/csv")
    [row] = csv.DictReader(io.StringIO(first.text))
    assert (row["ad_id"], row["payer"], row["first_shown"], row["about"]) == (
        "boots",
        "boots-ltd",
        "2026-11-20",
        "Sports",
    )
    rest = house.client.get(first.headers["link"].partition("<")[2].partition(">")[0])
    assert [row["ad_id"] for row in csv.DictReader(io.StringIO(rest.text))] == ["novel"]
    assert "link" not in rest.headers


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=x", "limit"), ("since=yesterday", "since"), ("format=pdf", "format"),
        ("since=2026-11-21&until=2026-11-20", "until"), (f"words={'x' * 201}", "words"), ("who=ana", "who"),
    ],
)  # fmt: skip
def test_a_bad_search_says_what_would_do(still_house: House, query: str, field: str) -> None:
    told = still_house.client.get(f"{REPOSITORY}?{query}")
    assert (told.status_code, told.json()["field"]) == (422, field)
    assert still_house.client.get(f"{REPOSITORY}/figures?by=person").json()["field"] == "by"


def test_t22_reach_is_told_in_words_to_advertisers(house: House) -> None:
    assert house.client.get("/v1/reach").json() == []
    changed = house.client.patch(
        "/v1/adsets/boots", json={"targeting": {"interests": ["42"]}}, headers={"if-match": "*"}
    )
    assert changed.status_code == 200, changed.text
    [told] = house.client.get("/v1/reach").json()
    assert (told["adset_id"], told["reach"], told["people"]) == ("boots", "not counted", None)
    assert told["next_count"] == "2026-11-21T00:00:00Z"
    house.doors.reaches.count(now=house.clock.now())
    [told] = house.client.get("/v1/reach").json()
    assert (told["reach"], told["people"], told["counted_on"]) == ("too few", 0, "2026-11-20")
    assert request()["viewer"]["person_id"] == "ana"
