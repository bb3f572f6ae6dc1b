"""T37: every route by every role. A route that is not told of here fails, and so does one that tells too much."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor.domain.access import ROLES, AccessToken, Role
from adtailor.domain.audit import Author
from adtailor.domain.ids import AdvertiserId, CampaignId
from adtailor.domain.managed import BUYING, KINDS, SELLING
from adtailor.service.app import OPERATIONS, build_app
from adtailor.service.guard import Rules
from adtailor.storage import SqliteStore
from adtailor.testing import samples

from .conftest import MovableClock, doors_on, request

OWNER, BUYS, READS, SITES = {"owner"}, {"owner", "advertiser"}, {"owner", "advertiser", "analyst"}, {"owner", "site"}
SELLS = {"owner", "analyst", "site"}
PEOPLE = "/v1/people/{person_id}"
MAY: dict[tuple[str, str], set[str]] = {
    ("POST", "/v1/posts"): SITES,
    ("GET", "/v1/posts/{post_id}/reading"): SITES,
    ("POST", "/v1/decisions"): SITES,
    ("POST", "/v1/conversions"): {"owner", "advertiser", "site"},
    ("POST", "/v1/reversals"): OWNER,
    ("GET", "/v1/reports"): READS,
    ("POST", "/v1/shadow"): OWNER,
    ("GET", "/v1/trials"): OWNER,
    ("POST", "/v1/trials"): OWNER,
    ("GET", "/v1/trials/{trial_id}"): OWNER,
    **{("POST", f"/v1/trials/{{trial_id}}/{what}"): OWNER for what in ("start", "stop", "looks")},
    **{("GET", f"/v1/trials/{{trial_id}}/{what}"): OWNER for what in ("guardrails", "looks")},
    ("POST", "/openrtb2/auction"): SITES,
    ("GET", "/v1/openrtb"): OWNER,
    ("GET", PEOPLE): SITES,
    ("PUT", PEOPLE): SITES,
    ("DELETE", PEOPLE): SITES,
    **{("GET", f"{PEOPLE}/{what}"): SITES for what in ("consents", "rest", "export")},
    **{("PUT", f"{PEOPLE}/{what}"): SITES for what in ("consents", "objection", "mood", "signals", "mutes")},
    ("POST", f"{PEOPLE}/rest"): SITES,
    ("GET", "/v1/catalogue"): READS,
    ("PUT", "/v1/catalogue"): OWNER,
    ("GET", "/v1/campaign-sheet"): READS,
    ("POST", "/v1/campaign-sheet"): BUYS,
    ("GET", "/v1/reviews"): READS,
    ("GET", "/v1/reviews/{creative_id}"): READS,
    ("POST", "/v1/reviews/{creative_id}"): OWNER,
    ("GET", "/v1/audit"): OWNER,
    **{
        (method, f"/v1/{kind}{tail}"): READS for kind in BUYING for method, tail in (("GET", ""), ("GET", "/{item_id}"))
    },
    **{
        (method, f"/v1/{kind}{tail}"): SELLS
        for kind in SELLING
        for method, tail in (("GET", ""), ("GET", "/{item_id}"))
    },
    **{
        (method, f"/v1/{kind}{tail}"): OWNER if kind in {"organizations", *SELLING} else BUYS
        for kind in KINDS
        for method, tail in (("POST", ""), ("PATCH", "/{item_id}"), ("DELETE", "/{item_id}"))
    },
}
"""Who may ask what. Each route of the service is here, except those that are open to all."""


def items(name: str) -> dict[str, dict[str, Any]]:
    """One of each, all of them one organization's, with its name in each."""
    return {
        "organizations": {"id": name, "name": f"{name} org"},
        "advertisers": {"id": f"{name}-a", "organization_id": name, "name": f"{name} a", "payer": name},
        "campaigns": {"id": f"{name}-c", "advertiser_id": f"{name}-a", "name": f"{name} c", "daily_budget_micros": 9,
                      "status": "draft"},
        "adsets": {"id": f"{name}-s", "campaign_id": f"{name}-c", "name": f"{name} s",
                   "bid": {"kind": "cpc", "amount_micros": 9}, "status": "draft"},
        "creatives": {"id": f"{name}-k", "advertiser_id": f"{name}-a", "headline": f"{name} k", "body": "B.",
                      "landing_url": "https://tea.example/"},
        "ads": {"id": f"{name}-d", "adset_id": f"{name}-s", "creative_id": f"{name}-k", "status": "draft"},
        "sites": {"id": f"{name}-site", "name": f"{name} site"},
        "placements": {"id": f"{name}-p", "site_id": f"{name}-site", "name": f"{name} p", "status": "draft"},
    }  # fmt: skip


class Doors:
    """A locked house with two organizations and two sites, and a token for each role."""

    def __init__(self, folder: Path) -> None:
        self.store, self.clock = SqliteStore(folder), MovableClock()
        doors = doors_on(self.store, self.clock, [])

        def find(secret: str) -> Any:
            token = self.store.tokens.find(secret)
            return token.caller if token and token.opens(self.clock.now()) else None

        app = build_app(doors, rules=Rules(token="the-owner", hosts=None, find=find))
        self.client = TestClient(app, base_url="http://ads.example")
        self.tokens = {"owner": "the-owner"}
        author = Author(by="ana", at=self.clock.now())
        for role, whose in (
            ("advertiser", {"organization_id": "mine"}), ("analyst", {"organization_id": "mine"}),
            ("site", {"site_id": "mine-site"}),
        ):  # fmt: skip
            token = AccessToken(id=f"t-{role}", label=role, role=role, created_at=self.clock.now(), **whose)
            self.tokens[role] = self.store.tokens.create(token, author)
        everyone = AccessToken(id="t-all", label="all", role="analyst", created_at=self.clock.now())
        self.tokens["analyst of all"] = self.store.tokens.create(everyone, author)
        for name in ("mine", "others"):
            for kind, item in items(name).items():
                assert self.ask("owner", "POST", f"/v1/{kind}", item).status_code == 201

    def ask(self, who: str, method: str, path: str, body: object = None, **headers: str) -> Any:
        given = {"authorization": f"Bearer {self.tokens[who]}", "if-match": "*", **headers}
        return self.client.request(method, path, json=body, headers=given)


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """For all that is refused or read."""
    made = Doors(tmp_path_factory.mktemp("roles"))
    with made.client:
        yield made
    made.store.close()


def test_t37_every_route_says_whose_it_is() -> None:
    asked = {(operation.method, operation.path): operation for operation in OPERATIONS if not operation.is_open}
    assert set(asked) == set(MAY), "a new route needs a line in MAY"
    assert {key: set(operation.roles) for key, operation in asked.items()} == MAY


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
def test_t37_a_role_is_told_403_by_each_route_that_is_not_its_own(doors: Doors, role: Role) -> None:
    for (method, path), roles in MAY.items():
        answer = doors.ask(role, method, re.sub(r"{\w+}", "mine", path), {} if method != "GET" else None)
        assert (answer.status_code == 403) == (role not in roles), (method, path, answer.status_code)


@pytest.mark.parametrize("role", ["advertiser", "analyst"])
@pytest.mark.parametrize("kind", BUYING)
def test_t37_anothers_items_are_not_there(doors: Doors, role: Role, kind: str) -> None:
    other, own = items("others")[kind], items("mine")[kind]
    nowhere = doors.ask(role, "GET", f"/v1/{kind}/never-was").json()
    hidden = doors.ask(role, "GET", f"/v1/{kind}/{other['id']}")
    assert hidden.status_code == 404
    assert hidden.json() == {**nowhere, "detail": nowhere["detail"].replace("never-was", other["id"])}
    assert doors.ask(role, "GET", f"/v1/{kind}/{own['id']}").status_code == 200
    assert [one["id"] for one in doors.ask(role, "GET", f"/v1/{kind}").json()] == [own["id"]]
    if role == "advertiser" and kind != "organizations":
        for method in ("PATCH", "DELETE"):
            assert doors.ask(role, method, f"/v1/{kind}/{other['id']}", {}).status_code == 404
        parent = next(field for field in other if field.endswith("_id"))
        planted = doors.ask(role, "POST", f"/v1/{kind}", {**own, "id": "planted", parent: other[parent]})
        assert (planted.status_code, planted.json()["field"]) == (422, parent)
        if kind != "advertisers":
            assert doors.ask(role, "GET", f"/v1/{kind}?{parent}={other[parent]}").json() == []


@pytest.mark.parametrize("role", ["advertiser", "analyst"])
def test_t37_no_document_holds_a_word_of_another_organization(doors: Doors, role: Role) -> None:
    for path in ("/v1/catalogue", "/v1/reviews", "/v1/campaign-sheet", *(f"/v1/{kind}" for kind in BUYING)):
        told = doors.ask(role, "GET", path)
        assert told.status_code == 200
        assert "mine" in told.text
        assert "others" not in told.text, path
        assert "boots" not in told.text, path
    assert doors.ask(role, "GET", "/v1/reviews/others-k").status_code == 404


def test_t37_a_site_speaks_for_itself_alone(doors: Doors) -> None:
    assert doors.ask("site", "POST", "/v1/decisions", request(site_id="mine-site")).status_code == 200
    assert doors.ask("site", "POST", "/v1/decisions", request(site_id="others-site")).status_code == 404
    for kind in SELLING:
        assert doors.ask("site", "GET", f"/v1/{kind}/{items('others')[kind]['id']}").status_code == 404
        assert [one["id"] for one in doors.ask("site", "GET", f"/v1/{kind}").json()] == [items("mine")[kind]["id"]]


def test_an_analyst_of_all_reads_everything_and_changes_nothing(doors: Doors) -> None:
    assert "others" in doors.ask("analyst of all", "GET", "/v1/catalogue").text
    assert len(doors.ask("analyst of all", "GET", "/v1/sites").json()) == 2
    assert doors.ask("analyst of all", "PATCH", "/v1/campaigns/mine-c", {}).status_code == 403


def test_t37_orders_and_reports_are_of_ones_own_organization(doors: Doors) -> None:
    order = {"order_id": "o1", "tokens": ["forged"]}
    for role, campaign, status in (
        ("advertiser", "others-c", 404),
        ("advertiser", "never-was", 404),
        ("advertiser", "mine-c", 403),  # of the token alone: the campaign is its own
        ("site", "others-c", 403),
    ):
        assert doors.ask(role, "POST", "/v1/conversions", {**order, "campaign_id": campaign}).status_code == status
    about_people = {"order_id": "o1", "campaign_id": "mine-c", "person_id": "ana"}
    asked = doors.ask("advertiser", "POST", "/v1/conversions", about_people)
    assert (asked.status_code, asked.json()["detail"]) == (403, "an advertiser may not ask about a person")
    for role in ("advertiser", "analyst"):
        assert doors.ask(role, "GET", "/v1/reports?by=ad").status_code == 200
        for more in ("audience=operator", "least_people=49"):
            assert doors.ask(role, "GET", f"/v1/reports?{more}").status_code == 403
    assert doors.ask("analyst of all", "GET", "/v1/reports?audience=operator&least_people=1").status_code == 200


def test_t37_a_report_counts_what_happened_to_ones_own_ads_alone(tmp_path: Path) -> None:
    doors = Doors(tmp_path)
    with doors.client:
        for number, name in enumerate(("mine", "others", "others")):
            event = samples.event(number, price=0, at=doors.clock.now())
            event = replace(event, advertiser_id=AdvertiserId(f"{name}-a"), campaign_id=CampaignId(f"{name}-c"))
            assert doors.store.events.take(event).status == "taken"
        for role, clicks in (("advertiser", 1), ("analyst", 1), ("analyst of all", 3), ("owner", 3)):
            told = doors.ask(role, "GET", "/v1/reports")
            assert told.json()["total"]["clicks"] == clicks, role
            assert ("others" in told.text) == (clicks == 3), role
    doors.store.close()


def test_a_token_ends_when_it_expires_or_is_revoked(tmp_path: Path) -> None:
    doors = Doors(tmp_path)
    with doors.client:
        author = Author(by="ana", at=doors.clock.now())
        ends = doors.clock.now() + timedelta(days=1)
        token = AccessToken(id="short", label="short", role="owner", created_at=author.at, expires_at=ends)
        doors.tokens["short"] = doors.store.tokens.create(token, author)
        assert doors.ask("short", "GET", "/v1/ads").status_code == 200
        doors.store.tokens.revoke("t-analyst", author)
        assert doors.ask("analyst", "GET", "/v1/ads").status_code == 401
        doors.clock.pass_(timedelta(days=1))
        assert doors.ask("short", "GET", "/v1/ads").status_code == 401
        doors.tokens["wrong"] = "adt_nothing"
        assert doors.ask("wrong", "GET", "/v1/ads").status_code == 401
        pages = doors.ask("advertiser", "GET", "/operator")
        assert pages.status_code in {403, 404}
    doors.store.close()


def test_a_token_is_never_kept(tmp_path: Path) -> None:
    doors = Doors(tmp_path)
    told = str(doors.store.audit.entries(limit=1000)) + str(doors.store.tokens.tokens())
    doors.store.close()
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for role, secret in doors.tokens.items():
        if role != "owner":
            assert secret.encode() not in files
            assert secret not in told
