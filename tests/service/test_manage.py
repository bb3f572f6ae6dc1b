"""The catalogue item by item over HTTP: made, listed, changed, archived; every change in the audit log."""

import pytest

from adtailor.domain.events import Event
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, DecisionId, PlacementId
from adtailor.domain.money import Micros

ACME = [
    ("organizations", {"id": "acme", "name": "Acme"}),
    ("advertisers", {"id": "tea", "organization_id": "acme", "name": "Tea", "payer": "Acme",
                     "landing_domains": ["tea.example"]}),
    ("campaigns", {"id": "spring", "advertiser_id": "tea", "name": "Spring", "daily_budget_micros": 5_000_000}),
    ("adsets", {"id": "walkers", "campaign_id": "spring", "name": "Walkers",
                "bid": {"kind": "cpc", "amount_micros": 2_000_000}}),
    ("creatives", {"id": "green", "advertiser_id": "tea", "headline": "Green tea", "body": "From the hills.",
                   "landing_url": "https://tea.example/green", "topics": {"483": 1.0}}),
    ("ads", {"id": "tea-1", "adset_id": "walkers", "creative_id": "green"}),
    ("sites", {"id": "s1", "name": "The feed"}),
    ("placements", {"id": "top", "site_id": "s1", "name": "Top"}),
]  # fmt: skip


def make(house, kind, item):
    answer = house.client.post(f"/v1/{kind}", json=item)
    assert answer.status_code == 201, answer.text
    return answer


def patch(house, kind, item_id, change, tag="*"):
    return house.client.patch(f"/v1/{kind}/{item_id}", json=change, headers={"if-match": tag} if tag else {})


@pytest.fixture
def acme(house):
    for kind, item in ACME:
        make(house, kind, item)
    return house


@pytest.fixture(scope="module")
def still_acme(still_house):
    """The same, for what is refused."""
    for kind, item in ACME:
        make(still_house, kind, item)
    return still_house


def test_items_are_made_one_by_one_and_read_again(acme) -> None:
    for kind, item in ACME:
        read = acme.client.get(f"/v1/{kind}/{item['id']}")
        assert read.headers["etag"]
        assert {**read.json(), **{name: value for name, value in item.items() if name != "bid"}} == read.json()
        assert item["id"] in [one["id"] for one in acme.client.get(f"/v1/{kind}").json()]
    made = make(acme, "campaigns", {**ACME[2][1], "id": "summer"})
    assert made.headers["location"] == "/v1/campaigns/summer"
    assert made.headers["etag"] == acme.client.get("/v1/campaigns/summer").headers["etag"]


def test_nothing_unapproved_serves_and_what_is_approved_does(acme) -> None:
    assert acme.client.get("/v1/creatives/green").json()["status"] == "in_review"
    assert "tea-1" not in {(placement["ad"] or {}).get("ad_id") for placement in acme.decide()["placements"]}
    (waiting,) = acme.client.get("/v1/reviews").json()
    assert (waiting["creative"]["id"], waiting["findings"]) == ("green", [])
    seen = acme.client.get("/v1/reviews/green")
    blind = acme.client.post("/v1/reviews/green", json={"verdict": "approved"})
    assert blind.status_code == 428
    tag = {"if-match": seen.headers["etag"]}
    approved = acme.client.post("/v1/reviews/green", json={"verdict": "approved"}, headers=tag)
    assert (approved.status_code, approved.json()["creative"]["status"]) == (200, "active")
    assert approved.json()["last"]["by"] == "owner"
    assert acme.client.post("/v1/reviews/green", json={"verdict": "approved"}, headers=tag).status_code == 409
    assert acme.decide()["placements"][0]["ad"]["ad_id"] == "tea-1"


def test_other_content_waits_for_its_review_again_and_another_status_does_not(acme) -> None:
    acme.client.post("/v1/reviews/green", json={"verdict": "approved"}, headers={"if-match": "*"})
    assert patch(acme, "creatives", "green", {"status": "paused"}).json()["status"] == "paused"
    assert patch(acme, "creatives", "green", {"status": "active"}).json()["status"] == "active"
    assert patch(acme, "creatives", "green", {"headline": "Greener tea"}).json()["status"] == "in_review"
    assert patch(acme, "creatives", "green", {"status": "active"}).status_code == 422


def test_what_a_check_blocks_cannot_be_approved_and_what_is_rejected_goes_back(acme) -> None:
    patch(acme, "creatives", "green", {"headline": "Feeling low?"})
    refused = acme.client.post("/v1/reviews/green", json={"verdict": "approved"}, headers={"if-match": "*"})
    assert (refused.status_code, refused.json()["field"]) == (422, "headline")
    note = {"verdict": "rejected", "note": "Speak of the tea."}
    rejected = acme.client.post("/v1/reviews/green", json=note, headers={"if-match": "*"}).json()
    assert (rejected["creative"]["status"], rejected["last"]["note"]) == ("draft", "Speak of the tea.")


def test_a_list_goes_on_where_its_link_says_and_is_cut_by_parent_and_status(acme) -> None:
    many = [{**ACME[2][1], "id": f"c{n}", "status": "draft"} for n in range(5)]
    assert len(make(acme, "campaigns", many).json()) == 5
    seen, address = [], "/v1/campaigns?advertiser_id=tea&limit=2"
    while address:
        answer = acme.client.get(address)
        seen += [one["id"] for one in answer.json()]
        link = answer.headers.get("link")
        address = link.partition("<")[2].partition(">")[0] if link else None
    assert seen == ["spring", "c0", "c1", "c2", "c3", "c4"]
    assert len(acme.client.get("/v1/campaigns?advertiser_id=tea&status=draft").json()) == 5
    for query, field in (("limit=0", "limit"), ("status=gone", "status"), ("cursor=x", "cursor"), ("mood=1", "mood")):
        refused = acme.client.get(f"/v1/campaigns?{query}")
        assert (refused.status_code, refused.json()["field"]) == (422, field)


def test_a_list_is_made_whole_or_not_at_all(acme) -> None:
    before = acme.client.get("/v1/ads").content
    answer = acme.client.post("/v1/ads", json=[{**ACME[5][1], "id": "tea-2"}, {**ACME[5][1], "creative_id": "none"}])
    assert (answer.status_code, answer.json()["field"]) == (422, "[1].id")
    answer = acme.client.post(
        "/v1/ads", json=[{**ACME[5][1], "id": "tea-2"}, {**ACME[5][1], "id": "x", "adset_id": "?"}]
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "[1].adset_id")
    assert acme.client.get("/v1/ads").content == before


def test_a_change_says_what_it_builds_on(acme) -> None:
    tag = acme.client.get("/v1/campaigns/spring").headers["etag"]
    assert patch(acme, "campaigns", "spring", {"name": "April"}, tag=None).status_code == 428
    done = patch(acme, "campaigns", "spring", {"name": "April"}, tag=tag)
    assert (done.status_code, done.json()["name"]) == (200, "April")
    stale = patch(acme, "campaigns", "spring", {"name": "May"}, tag=tag)
    assert (stale.status_code, stale.json()["field"]) == (409, "If-Match")
    assert patch(acme, "campaigns", "spring", {"name": "May"}, tag=done.headers["etag"]).status_code == 200
    assert patch(acme, "campaigns", "nothing", {"name": "May"}, tag=None).status_code == 404


def test_a_merge_patch_changes_what_it_names_and_null_takes_back(acme) -> None:
    patch(acme, "adsets", "walkers", {"targeting": {"countries": ["DE"], "languages": ["de"]}})
    changed = patch(acme, "adsets", "walkers", {"targeting": {"countries": None}, "bid": {"amount_micros": 7}}).json()
    assert (changed["targeting"]["countries"], changed["targeting"]["languages"]) == ([], ["de"])
    assert changed["bid"] == {"kind": "cpc", "amount_micros": 7, "target_micros": None}
    missing = patch(acme, "adsets", "walkers", {"name": None})
    assert (missing.status_code, missing.json()["field"]) == (422, "name")


@pytest.mark.parametrize("alias", ["stress", "mood", "sadness", "crisis", "affect", "emotions", "wellbeing"])
def test_t04_no_merge_patch_targets_distress(still_acme, alias) -> None:
    answer = patch(still_acme, "adsets", "walkers", {"targeting": {alias: ["high"]}})
    assert (answer.status_code, answer.json()["field"]) == (422, f"targeting.{alias}")


@pytest.mark.parametrize(
    ("kind", "item_id", "change", "field"),
    [
        ("campaigns", "spring", {"status": "draft"}, "status"),
        ("campaigns", "spring", {"id": "other"}, "id"),
        ("campaigns", "spring", {"advertiser_id": "boots-ltd"}, "advertiser_id"),
        ("creatives", "green", {"landing_url": "https://evil.example/"}, "landing_url"),
        ("advertisers", "tea", {"landing_domains": ["coffee.example"]}, "landing_domains"),
        ("ads", "tea-1", {"creative_id": "boots"}, "creative_id"),
        ("creatives", "green", {"landing_url": "https://tea.example/{mood}"}, "landing_url"),
    ],
)
def test_what_may_not_change_is_named(still_acme, kind, item_id, change, field) -> None:
    before = still_acme.client.get(f"/v1/{kind}/{item_id}").content
    answer = patch(still_acme, kind, item_id, change)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert still_acme.client.get(f"/v1/{kind}/{item_id}").content == before


def test_drafts_are_deleted_and_what_ran_is_archived_for_good(acme) -> None:
    def delete(kind, item_id):
        return acme.client.delete(f"/v1/{kind}/{item_id}", headers={"if-match": "*"}).status_code

    assert acme.client.delete("/v1/campaigns/spring").status_code == 428
    assert delete("campaigns", "spring") == 409
    make(acme, "campaigns", {**ACME[2][1], "id": "sketch", "status": "draft"})
    assert delete("campaigns", "sketch") == 204
    assert acme.client.get("/v1/campaigns/sketch").status_code == 404
    assert delete("organizations", "acme") == 409
    assert patch(acme, "campaigns", "spring", {"status": "archived"}).status_code == 200
    assert patch(acme, "campaigns", "spring", {"status": "active"}).status_code == 422


def test_a_budget_changes_and_what_was_spent_stays(acme) -> None:
    charge = Event(
        kind="click", decision_id=DecisionId("d"), placement_id=PlacementId("p"), ad_id=AdId("tea-1"),
        advertiser_id=AdvertiserId("tea"), campaign_id=CampaignId("spring"), at=acme.clock.now(),
        price=Micros(3_000_000),
    )  # fmt: skip
    assert acme.store.events.take(charge).charged == 3_000_000
    patch(acme, "campaigns", "spring", {"daily_budget_micros": 4_000_000})
    again = acme.store.events.take(Event(**{f: getattr(charge, f) for f in charge.__slots__} | {"decision_id": "d2"}))
    assert again.over_delivered
    assert acme.store.events.spent(acme.clock.now())["spring"] == (3_000_000, 3_000_000)


def test_the_audit_log_names_who_changed_what(acme) -> None:
    patch(acme, "campaigns", "spring", {"daily_budget_micros": 7})
    newest = acme.client.get("/v1/audit?kind=campaigns&id=spring").json()
    assert [entry["action"] for entry in newest] == ["changed", "created"]
    assert (newest[0]["before"], newest[0]["after"]) == ({"daily_budget": 5_000_000}, {"daily_budget": 7})
    assert (newest[0]["by"], newest[0]["at"]) == ("owner", "2026-11-20T12:00:00Z")
    first = acme.client.get("/v1/audit?limit=3")
    rest = acme.client.get(first.headers["link"].partition("<")[2].partition(">")[0]).json()
    assert [entry["number"] for entry in first.json() + rest] == [9, 8, 7, 6, 5, 4]
    document = acme.client.get("/v1/catalogue")
    toys = {"id": "toys", "name": "Toys"}
    put = {**document.json(), "ads": [], "organizations": [toys, *document.json()["organizations"]]}
    done = acme.client.put("/v1/catalogue", json=put, headers={"if-match": document.headers["etag"]})
    assert done.status_code == 200, done.text
    assert {entry["action"] for entry in acme.client.get("/v1/audit?kind=ads&limit=5").json()} == {"removed"}
    assert acme.client.get("/v1/audit?since=yesterday").json()["field"] == "since"


def test_a_placement_or_site_that_is_not_active_on_file_stays_empty(acme) -> None:
    both = [{"id": "top"}, {"id": "side", "position": 3}]

    def codes() -> list[str | None]:
        told = acme.decide(placements=both)["placements"]
        return [None if one["no_fill"] is None else one["no_fill"]["code"] for one in told]

    assert codes() == [None, None]
    for status, expected in (("paused", ["closed", None]), ("active", [None, None]), ("archived", ["closed", None])):
        assert patch(acme, "placements", "top", {"status": status}).status_code == 200
        assert codes() == expected
    assert patch(acme, "sites", "s1", {"status": "paused"}).status_code == 200
    assert codes() == ["closed", "closed"]
    assert patch(acme, "sites", "s1", {"status": "active"}).status_code == 200
    assert codes() == ["closed", None]


def test_a_placement_asks_for_no_less_than_is_on_file(acme) -> None:
    assert acme.decide(placements=[{"id": "top"}])["placements"][0]["no_fill"] is None
    assert patch(acme, "placements", "top", {"floor_micros": 900_000_000}).status_code == 200
    assert acme.decide(placements=[{"id": "top"}])["placements"][0]["no_fill"]["code"] == "below_floor"
    assert acme.decide(placements=[{"id": "side"}])["placements"][0]["no_fill"] is None
