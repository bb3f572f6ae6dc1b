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


def put(house, document, query="", **headers):
    return house.client.put(f"/v1/catalogue{query}", json=document, headers={"if-match": "*", **headers})


def test_t31_a_catalogue_that_is_put_skips_no_review(house) -> None:
    document = house.client.get("/v1/catalogue").json() | {"organizations": [{"id": "toys", "name": "Toys"}]}
    assert put(house, document).json()["creatives"] == document["creatives"]  # what stands as approved stays so
    boots = next(one for one in document["creatives"] if one["id"] == "boots")
    boots["headline"] = "Feeling low?"
    document["creatives"].append({**boots, "id": "new", "headline": "New"})
    told = {one["id"]: one["status"] for one in put(house, document).json()["creatives"]}
    assert told == {"boots": "in_review", "oven": "active", "novel": "active", "banner": "active", "new": "in_review"}
    assert house.decide()["placements"][0]["ad"]["ad_id"] != "boots"
    # Nor does what waits become approved by being put again, or by being put back and changed again.
    assert {one["id"] for one in put(house, document).json()["creatives"] if one["status"] == "in_review"} == {
        "boots",
        "new",
    }
    refused = house.client.post("/v1/reviews/boots", json={"verdict": "approved"}, headers={"if-match": "*"})
    assert refused.status_code == 422, "a check speaks against it"


def test_an_owner_may_say_that_a_catalogue_was_reviewed(house) -> None:
    document = house.client.get("/v1/catalogue").json() | {"organizations": [{"id": "toys", "name": "Toys"}]}
    document["creatives"][0]["headline"] = "Other boots"
    for wrong in ("?reviewed=0", "?reviewed=yes", "?review=1"):
        assert put(house, document, wrong).status_code == 422
    told = put(house, document, "?reviewed=1").json()
    assert [one["status"] for one in told["creatives"]] == ["active"] * 4
    assert house.client.get("/v1/audit?kind=creatives&id=boots").json()[0]["after"] == {"headline": "Other boots"}


def test_the_floor_of_a_placement_on_file_holds_where_the_request_asks_for_less(house) -> None:
    def floor(micros: int, site: str = "s1") -> None:
        place = {"id": "feed-1", "site_id": site, "name": "Top", "floor_micros": micros}
        if house.client.get("/v1/placements/feed-1").status_code == 200:
            changed = house.client.patch(
                "/v1/placements/feed-1", json={"floor_micros": micros}, headers={"if-match": "*"}
            )
            assert changed.status_code == 200, changed.text
        else:
            assert house.client.post("/v1/sites", json={"id": site, "name": site}).status_code == 201
            assert house.client.post("/v1/placements", json=place).status_code == 201

    assert house.decide()["placements"][0]["ad"] is not None
    floor(9_000_000)
    [placement] = house.decide()["placements"]
    assert placement["no_fill"]["code"] == "below_floor"
    assert house.decide(site_id="s2")["placements"][0]["ad"] is not None, "the placement of another site"
    floor(100_000)
    assert house.decide()["placements"][0]["price_micros"] >= 100_000
    more = house.decide(placements=[{"id": "feed-1", "position": 3, "floor_micros": 9_000_000}])
    assert more["placements"][0]["no_fill"]["code"] == "below_floor"
