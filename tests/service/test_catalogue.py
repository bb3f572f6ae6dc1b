"""The buying side over HTTP."""

import pytest


def test_the_catalogue_is_read_changed_and_serves_at_the_next_decision(house) -> None:
    read = house.client.get("/v1/catalogue")
    assert read.status_code == 200
    document = read.json()
    assert [ad["id"] for ad in document["ads"]] == ["boots", "oven", "novel", "banner"]
    assert house.decide()["placements"][0]["ad"]["ad_id"] == "boots"
    document["ads"][0]["status"] = "paused"
    document["organizations"] = [{"id": "toys", "name": "Toys"}]
    put = house.client.put("/v1/catalogue", json=document, headers={"if-match": read.headers["etag"]})
    assert put.status_code == 200, put.text
    assert put.headers["etag"] != read.headers["etag"]
    assert house.decide()["placements"][0]["ad"]["ad_id"] != "boots"


def test_a_stale_catalogue_is_409_and_changes_nothing(house) -> None:
    read = house.client.get("/v1/catalogue")
    document = {**read.json(), "organizations": [{"id": "toys", "name": "Toys"}]}
    tag = {"if-match": read.headers["etag"]}
    assert house.client.put("/v1/catalogue", json=document, headers=tag).status_code == 200
    stale = house.client.put("/v1/catalogue", json={}, headers=tag)
    assert (stale.status_code, stale.json()["field"]) == (409, "If-Match")
    blind = house.client.put("/v1/catalogue", json={})
    assert (blind.status_code, blind.json()["field"]) == (428, "If-Match")
    assert len(house.client.get("/v1/ads").json()) == 4


@pytest.mark.parametrize("kind", ["organizations", "advertisers", "campaigns", "adsets", "creatives", "ads"])
def test_every_list_can_be_read_and_an_unknown_id_is_404(still_house, kind) -> None:
    listed = still_house.client.get(f"/v1/{kind}").json()
    assert listed == still_house.client.get("/v1/catalogue").json()[kind]
    for item in listed:
        assert still_house.client.get(f"/v1/{kind}/{item['id']}").json() == item
    unknown = still_house.client.get(f"/v1/{kind}/nobody")
    assert (unknown.status_code, unknown.json()["field"]) == (404, "id")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ads": [{"id": "x", "adset_id": "nobody", "creative_id": "boots"}]}, "ads[0].adset_id"),
        ({"campaigns": [{"id": "c", "advertiser_id": "boots-ltd", "name": "C", "daily_budget_micros": -1}]},
         "campaigns[0].daily_budget_micros"),
        ({"audiences": []}, "audiences"),
        ({"organizations": {}}, "organizations"),
    ],
)  # fmt: skip
def test_a_bad_catalogue_is_a_problem_with_its_field_and_changes_nothing(still_house, change, field) -> None:
    before = still_house.client.get("/v1/catalogue")
    document = {**before.json(), "organizations": [{"id": "toys", "name": "Toys"}], **change}
    answer = still_house.client.put("/v1/catalogue", json=document, headers={"if-match": before.headers["etag"]})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert still_house.client.get("/v1/catalogue").content == before.content


@pytest.mark.parametrize("alias", ["stress", "mood", "sadness", "crisis", "affect", "emotions", "wellbeing"])
def test_t04_targeting_by_distress_is_422_over_http(still_house, alias) -> None:
    read = still_house.client.get("/v1/catalogue")
    document = read.json()
    document["adsets"][0]["targeting"][alias] = ["high"]
    answer = still_house.client.put("/v1/catalogue", json=document, headers={"if-match": read.headers["etag"]})
    assert (answer.status_code, answer.json()["field"]) == (422, f"adsets[0].targeting.{alias}")
