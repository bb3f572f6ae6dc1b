"""What other ad servers export, as their tables have it, taken over: all of it or nothing, once, and in review."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.import_campaigns import checked
from adtailor.domain.buying import Inventory
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.journeys.import_ethical import read_ethical
from adtailor.journeys.import_fields import landing
from adtailor.journeys.import_plan import carry_out, plan
from adtailor.journeys.import_revive import read_revive
from adtailor.storage.memory import MemoryStore
from adtailor.testing.toy_ads import toy_inventory

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEN = Micros(10_000_000)


def row(model, pk, **fields):
    return {"model": f"adserver.{model}", "pk": pk, "fields": fields}


FLIGHT = {
    "name": "Spring", "campaign": 1, "live": True, "start_date": "2026-11-01", "end_date": "2026-11-29",
    "hard_stop_date": None, "cpc": "2.00", "cpm": "0.00", "sold_clicks": 1000, "total_clicks": 400,
    "sold_impressions": 0, "total_views": 90_000, "priority_multiplier": 1, "traffic_cap": None,
    "targeting_parameters": {},
}  # fmt: skip
AD = {
    "name": "boots-1", "headline": "Boots", "content": "Dry <b>feet</b> &amp; more", "cta": "See them", "text": "",
    "link": "https://shop.example/?utm=a&from=${publisher}", "image": "images/2026/05/boots.png",
    "live": True, "flight": 1,
}  # fmt: skip


def dump(*rows, flight=(), ad=()):
    """A dump with one of each, as `manage.py dumpdata adserver` writes it."""
    return json.dumps(
        [
            row("publisher", 1, name="Docs", slug="docs"),
            row("advertiser", 1, name="Boots Ltd", slug="boots"),
            row("campaign", 1, name="Boots", advertiser=1, campaign_type="paid"),
            row("flight", 1, **{**FLIGHT, **dict(flight)}),
            row("advertisement", 1, **{**AD, **dict(ad)}),
            row("topic", 5, name="DevOps", slug="devops"),
            row("keyword", 1, slug="docker", topics=[5]),
            row("keyword", 2, slug="kubernetes", topics=[5]),
            row("region", 7, name="DACH", slug="dach"),
            *(row("countryregion", n, country=code, region=7) for n, code in enumerate(("DE", "AT", "CH"))),
            row("offer", "ab-12", advertisement=1),
            *rows,
        ]
    ).encode()


def ethical(*rows, **changes):
    return read_ethical(dump(*rows, **changes), now=NOW)


def left_out(found):
    return {(one.where, one.what) for one in found.unmapped}


def test_a_flight_becomes_a_campaign_with_what_is_left_of_its_budget():
    found = ethical()
    (campaign,), (adset,), (creative,), (ad,) = found.campaigns, found.adsets, found.creatives, found.ads
    assert (campaign.name, campaign.status, campaign.objective) == ("Boots: Spring", "in_review", "clicks")
    assert campaign.lifetime_budget == (1000 - 400) * 2_000_000
    assert campaign.daily_budget == 600 * 2_000_000 // 10, "ten days, today among them"
    assert (campaign.starts_at.date().isoformat(), campaign.ends_at) == ("2026-11-01", None)
    assert (adset.bid.kind, adset.bid.amount) == ("cpc", 2_000_000)
    assert (creative.headline, creative.body, creative.call_to_action) == ("Boots", "Dry feet & more", "See them")
    assert creative.landing_url == "https://shop.example/?utm=a"
    assert creative.image == "images/2026/05/boots.png"
    assert (ad.status, creative.status, adset.status) == ("in_review",) * 3
    assert left_out(found) == {
        ("advertiser 1", "payer"), ("flight 1", "end_date"), ("advertisement 1", "link"), ("advertisement 1", "image"),
    }  # fmt: skip
    checked(plan(Inventory(), found, check=checked).merged)


def test_targeting_is_taken_over_where_it_means_the_same_and_told_where_it_does_not():
    asked = {
        "include_countries": ["DE", "FR"], "include_regions": ["dach"], "exclude_countries": ["CN"],
        "include_topics": ["devops"], "exclude_keywords": ["Java  EE"], "mobile_traffic": "exclude",
        "days": ["monday", "sunday"], "include_metro_codes": [501], "include_publishers": ["docs"],
        "niche_targeting": 0.3,
    }  # fmt: skip
    found = ethical(flight={"targeting_parameters": asked})
    targeting, exclusions = found.adsets[0].targeting, found.adsets[0].exclusions
    assert targeting.countries == {"DE"}, "both lists have to be met there"
    assert targeting.keywords == {"docker", "kubernetes"}
    assert (exclusions.countries, exclusions.keywords, exclusions.devices) == ({"CN"}, {"java ee"}, {"mobile"})
    assert found.adsets[0].hours == {*range(24), *range(144, 168)}
    assert {"include_metro_codes", "include_publishers", "niche_targeting"} <= {what for _, what in left_out(found)}


@pytest.mark.parametrize(
    ("asked", "countries", "regions", "told"),
    [
        ({"include_countries": ["US"], "include_state_provinces": ["CA", "NY"]}, set(), {"US-CA", "US-NY"}, None),
        ({"include_countries": ["US", "DE"], "include_state_provinces": ["CA"]}, {"US", "DE"}, set(),
         "include_state_provinces"),
        ({"include_regions": ["dach"]}, {"DE", "AT", "CH"}, set(), None),
        ({"include_regions": ["eu"]}, set(), set(), "include_regions"),
        ({"include_countries": ["FR"], "include_regions": ["dach"]}, set(), set(), "include_regions"),
    ],
)  # fmt: skip
def test_places_are_those_that_are_meant(asked, countries, regions, told):
    found = ethical(flight={"targeting_parameters": asked})
    assert (found.adsets[0].targeting.countries, found.adsets[0].targeting.regions) == (countries, regions)
    assert (told is None) == (("flight 1", told or "none") not in left_out(found))


@pytest.mark.parametrize(
    ("flight", "kind", "amount", "tier"),
    [
        ({"cpc": "0.00", "cpm": "3.50", "sold_impressions": 100_000}, "cpm", 3_500_000, "auction"),
        ({"cpc": "1.25", "cpm": "3.50"}, "cpc", 1_250_000, "auction"),
        ({"cpc": "0.00", "cpm": "0.00"}, "cpm", 0, "house"),
    ],
)
def test_prices_stay_what_they_were(flight, kind, amount, tier):
    found = ethical(flight=flight)
    assert (found.adsets[0].bid.kind, found.adsets[0].bid.amount, found.campaigns[0].tier) == (kind, amount, tier)
    if kind == "cpm" and amount:
        assert found.campaigns[0].lifetime_budget == (100_000 - 90_000) * 3_500_000 // 1000


def test_what_is_over_or_hangs_in_the_air_or_cannot_be_shown_is_left_and_told():
    found = ethical(flight={"live": False, "end_date": "2026-11-19"})
    assert (found.campaigns, found.ads) == ([], [])
    assert ("flight 1", "end_date") in left_out(found)
    assert ethical(flight={"campaign": 9}).campaigns == []
    for link in ("http://shop.example/", "https://shop.example/${publisher}", "", "https://"):
        found = ethical(ad={"link": link})
        assert (found.ads, len(found.campaigns)) == ([], 1)
        assert ("advertisement 1", "link") in left_out(found)
    assert ethical(ad={"live": False}).ads[0].status == "draft"
    assert ethical(ad={"image": "../../etc/passwd"}).creatives[0].image is None


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[1]", b'[{"model": "auth.user", "pk": 1, "fields": {}}]', b"\xff", b"[" * 9999]
)
def test_what_is_no_export_is_refused_with_the_command_that_makes_one(raw):
    with pytest.raises(InvalidInput) as refused:
        read_ethical(raw, now=NOW)
    assert "dumpdata" in refused.value.hint
    with pytest.raises(InvalidInput):
        read_revive(raw, now=NOW, daily_budget=TEN)


CLIENT = {"clientid": "3", "clientname": "Boots Ltd", "email": "ana@boots.example"}
CAMPAIGN = {
    "campaignid": "7", "campaignname": "Spring", "clientid": "3", "views": "50000", "clicks": "-1", "conversions": "-1",
    "priority": "0", "revenue": "4.2000", "revenue_type": "1", "capping": "0", "session_capping": "2", "block": "0",
    "activate_time": "2026-11-01 00:00:00", "expire_time": "2026-12-01 00:00:00", "status": "0",
}  # fmt: skip
BANNER = {
    "bannerid": "11", "campaignid": "7", "storagetype": "web", "filename": "ab12.png", "imageurl": "", "alt": "Boots",
    "bannertext": "", "statustext": "", "description": "spring boots", "url": "https://shop.example/boots",
    "width": "300", "height": "250", "status": "0",
}  # fmt: skip


def revive_tables(campaign=(), banners=(BANNER,), acls=()):
    return {
        "rv_clients": [CLIENT],
        "rv_campaigns": [{**CAMPAIGN, **dict(campaign)}],
        "rv_banners": list(banners),
        "rv_acls": list(acls),
        "rv_zones": [{"zoneid": "2", "zonename": "Top", "width": "728", "height": "90"}],
        "rv_users": [{"username": "admin", "password": "hash"}],
    }


def revive(**changes):
    return read_revive(json.dumps(revive_tables(**changes)).encode(), now=NOW, daily_budget=TEN)


def acl(kind, comparison, data, *, banner="11", logical="and"):
    return {
        "bannerid": banner,
        "logical": logical,
        "type": f"deliveryLimitations:{kind}",
        "comparison": comparison,
        "data": data,
    }


def test_a_campaign_of_revive_keeps_its_price_its_budget_and_its_caps():
    found = revive()
    (campaign,), (adset,), (creative,), (ad,) = found.campaigns, found.adsets, found.creatives, found.ads
    assert campaign.lifetime_budget == 50_000 * 4_200_000 // 1000
    assert campaign.daily_budget == -(-campaign.lifetime_budget // 11), "from today to the last of November"
    assert (adset.bid.kind, adset.bid.amount, adset.session_cap) == ("cpm", 4_200_000, 2)
    assert (creative.headline, creative.image, creative.format) == ("Boots", "ab12.png", "image")
    assert {campaign.status, adset.status, creative.status, ad.status} == {"in_review"}
    assert ("zone 2", "Top") in left_out(found)
    assert "ana@boots.example" not in str(found)
    assert "hash" not in str(found)


def test_the_three_forms_of_an_export_come_to_the_same():
    tables = revive_tables()
    admin = [{"type": "header"}, *({"type": "table", "name": name, "data": data} for name, data in tables.items())]
    bare = {name.removeprefix("rv_"): data for name, data in tables.items()}
    forms = [read_revive(json.dumps(one).encode(), now=NOW, daily_budget=TEN) for one in (tables, admin, bare)]
    assert forms[0] == forms[1] == forms[2]
    written = io.StringIO()
    joined = {**CLIENT, **CAMPAIGN, **{name: value for name, value in BANNER.items() if name != "status"}}
    joined |= {"banner_status": "0", "banner_capping": "0"}
    table = csv.DictWriter(written, fieldnames=list(joined))
    table.writeheader()
    table.writerow(joined)
    found = read_revive(written.getvalue().encode("utf-8-sig"), now=NOW, daily_budget=TEN)
    assert (found.campaigns, found.adsets, found.creatives, found.ads) == (
        forms[0].campaigns, forms[0].adsets, forms[0].creatives, forms[0].ads,
    )  # fmt: skip


def test_banners_with_other_limits_stand_in_another_ad_set():
    banners = [BANNER, {**BANNER, "bannerid": "12"}, {**BANNER, "bannerid": "13"}, {**BANNER, "bannerid": "14"}]
    acls = [
        acl("Geo:Country", "=~", "DE, at"), acl("Time:Day", "!~", "0,6"),
        acl("Client:Language", "=~", "de", banner="12"),
        acl("Site:Pageurl", "=~", "news", banner="13"), acl("Geo:Country", "=~", "FR", banner="14", logical="or"),
    ]  # fmt: skip
    found = revive(banners=banners, acls=acls)
    by_ad = {ad.id: next(one for one in found.adsets if one.id == ad.adset_id) for ad in found.ads}
    assert set(by_ad) == {"revive-banner-11", "revive-banner-12", "revive-banner-13"}
    weekdays = {day * 24 + hour for day in range(5) for hour in range(24)}
    assert by_ad["revive-banner-11"].targeting.countries == {"DE", "AT"}
    assert by_ad["revive-banner-11"].hours == weekdays, "0 is Sunday there"
    assert by_ad["revive-banner-12"].targeting.languages == {"de"}
    assert {("campaign 7", "Site:Pageurl"), ("banner 14", "acls")} <= left_out(found)
    plan(Inventory(), found, check=checked)


@pytest.mark.parametrize(
    ("campaign", "tier", "kind"),
    [
        ({"priority": "5"}, "guaranteed", "cpm"),
        ({"priority": "5", "views": "-1"}, "auction", "cpm"),
        ({"priority": "-2", "revenue_type": "2", "clicks": "100"}, "auction", "cpc"),
        ({"revenue_type": "4"}, "house", "cpm"),
    ],
)
def test_contracts_are_promises_where_they_say_what_was_promised(campaign, tier, kind):
    found = revive(campaign=campaign)
    assert (found.campaigns[0].tier, found.adsets[0].bid.kind) == (tier, kind)
    plan(Inventory(), found, check=checked)


def test_banners_that_cannot_be_shown_here_are_told():
    banners = [
        {**BANNER, "bannerid": "21", "storagetype": "html", "htmltemplate": "<script>x</script>"},
        {**BANNER, "bannerid": "22", "url": "http://shop.example"},
        {**BANNER, "bannerid": "23", "alt": "", "description": ""},
        {**BANNER, "bannerid": "24", "storagetype": "url", "imageurl": "https://cdn.example/a.png"},
    ]
    found = revive(banners=banners)
    assert [ad.id for ad in found.ads] == ["revive-banner-24"]
    assert {one.where for one in found.unmapped} >= {"banner 21", "banner 22", "banner 23", "banner 24"}


def test_the_same_export_twice_adds_nothing_twice_and_undoes_no_decision():
    store = MemoryStore()
    store.catalogue.replace(toy_inventory([{"id": "own"}]))
    first = plan(store.catalogue.inventory(), ethical(), check=lambda inventory: inventory)
    assert first.added == dict.fromkeys(first.added, 1)
    carry_out(store.catalogue, first)
    approved = store.catalogue.inventory()
    store.catalogue.replace(replace(approved, ads=tuple(replace(ad, status="active") for ad in approved.ads)))
    again = plan(
        store.catalogue.inventory(), ethical(ad={"headline": "Other words"}), check=lambda inventory: inventory
    )
    assert not again.changes_something
    assert again.kept == dict.fromkeys(again.kept, 1)
    assert again.merged == store.catalogue.inventory(), "what was decided stays"
    assert [ad.id for ad in again.merged.ads] == ["own", "eas-advertisement-1"]


def test_all_of_it_or_nothing():
    with pytest.raises(InvalidInput, match="campaigns"):
        plan(Inventory(), ethical(flight={"cpc": "99999999999.00"}), check=checked)
    store = MemoryStore()
    made = plan(store.catalogue.inventory(), ethical(), check=checked)
    store.catalogue.replace(toy_inventory([{"id": "meanwhile"}]))
    with pytest.raises(StaleVersion):
        carry_out(store.catalogue, made)
    assert [ad.id for ad in store.catalogue.inventory().ads] == ["meanwhile"]


@given(st.text(max_size=80), st.text(max_size=40))
def test_where_an_ad_leads_never_holds_a_macro(path, query):
    url, _ = landing(f"https://shop.example/{path}?{query}")
    if url is not None:
        assert url.startswith("https://")
        assert "{" not in url
        assert "[" not in url
        assert "%%" not in url
