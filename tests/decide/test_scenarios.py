"""Decisions as TOML, to be read and written by people: `tests/scenarios/*.toml`.

`ads` are in the shorthand of `adtailor.testing.toy_ads`; `page`, `viewer` and `placements` say who looks at what. What
`expect` names must hold, and it may name only what is checked here.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from adtailor.decide.deciding import decide
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement
from adtailor.domain.ids import PlacementId, RequestId, SiteId
from adtailor.domain.money import micros
from adtailor.testing.toy_ads import toy_world, weights

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.toml"))
TOP = {
    *("says", "above", "adult_products", "sensitive_products", "spent", "page", "viewer", "placements", "ads"),
    *("expect", "now", "pricing", "spacing", "on_schedule"),
}
PAGE = {
    *("topics", "tone", "keywords", "country", "region", "lat", "lon", "language", "device", "unsuitable", "hardship"),
}
VIEWER = {
    "segments",
    *("age", "interests", "look", "affect", "history", "muted", "muted_advertisers", "hidden", "seen_today"),
    *("session_seen", "daily_cap"),
}
EXPECT = {"shown", "no_fill", "price", "priced_by", "tiers", "ranked", "because", "sentence", "without", "turned_away"}


def only(table, allowed, what):
    assert set(table) <= allowed, f"{what} has {sorted(set(table) - allowed)}, which nothing reads"
    return table


def known(table, name):
    return weights(table[name]) if name in table else None


def decided(scenario):
    page, viewer = only(scenario.get("page", {}), PAGE, "page"), only(scenario.get("viewer", {}), VIEWER, "viewer")
    cap = {"daily_cap": viewer["daily_cap"]} if "daily_cap" in viewer else {}
    world = toy_world(
        [{**cap, **ad} for ad in scenario["ads"]],
        parents=scenario.get("above"),
        topics=[*weights(page.get("topics", ())), *weights(viewer.get("interests", ())), *viewer.get("muted", ())],
        adult_products=scenario.get("adult_products", ()),
        sensitive_products=scenario.get("sensitive_products", ()),
        spent=scenario.get("spent"),
    )
    catalogue = world.catalogue
    if "on_schedule" in scenario:
        behind = {line.campaign.id for line in catalogue.lines} - set(scenario["on_schedule"])
        catalogue = catalogue.with_behind(behind)
    age = viewer.get("age", "adult")
    return decide(
        DecisionRequest(
            request_id=RequestId("scenario"),
            site_id=SiteId("site"),
            placements=tuple(
                Placement(
                    id=PlacementId(placement["id"]),
                    position=placement.get("position", n),
                    formats=frozenset(placement.get("formats", ["native"])),
                    floor=micros(placement.get("floor", "0")),
                )
                for n, placement in enumerate(scenario.get("placements", [{"id": "feed"}]))
            ),
            context=Context(language=page.get("language"), device=page.get("device")),
        ),
        Evidence(
            context_topics=known(page, "topics"),
            context_tone=known(page, "tone"),
            interests=known(viewer, "interests"),
            look=known(viewer, "look"),
            affect=known(viewer, "affect"),
            context_keywords=frozenset(page["keywords"]) if "keywords" in page else None,
            segments=frozenset(viewer["segments"]) if "segments" in viewer else None,
            place=Place(**place)
            if (place := {k: page[k] for k in ("country", "region", "lat", "lon") if k in page})
            else None,
            history={f"{name}": weight for name, weight in viewer["history"].items()} if "history" in viewer else None,
        ),
        Limits(
            age=age,
            protected=age != "adult",
            seen_today=viewer.get("seen_today", {}),
            session_seen=viewer.get("session_seen", {}),
            muted_topics=frozenset(viewer.get("muted", ())),
            muted_advertisers=frozenset(viewer.get("muted_advertisers", ())),
            hidden_ads=frozenset(viewer.get("hidden", ())),
            page_is_unsuitable=page.get("unsuitable", False),
            page_tells_of_hardship=page.get("hardship", False),
        ),
        catalogue=catalogue,
        ranker=world.ranker,
        policy_name="scenario@1",
        now=datetime.fromisoformat(scenario.get("now", "2026-11-20T12:00:00Z")),
        random=Random(1),
        exploration=0.0,
        pricing=scenario.get("pricing", "gsp"),
        spacing=scenario.get("spacing", 0),
    )


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenario(path):
    scenario = only(tomllib.loads(path.read_text()), TOP, path.name)
    expect = only(scenario["expect"], EXPECT, "expect")
    decision = decided(scenario)
    placements = {filled.placement_id: filled for filled in decision.placements}
    first = decision.placements[0].placement_id

    def each(name):
        """What is expected of each placement; a plain value is meant for the first."""
        said = expect.get(name, {})
        return said if isinstance(said, dict) else {first: said}

    assert expect
    assert {name: f.won.ad_id for name, f in placements.items() if f.won} == each("shown")
    for name, code in each("no_fill").items():
        assert placements[name].no_fill.code == code
    for name, price in each("price").items():
        # Rounded up to a micro.
        assert placements[name].won.price - micros(price) in {0, 1}
    for name, rule in each("priced_by").items():
        assert placements[name].won.priced_by == rule
    if "tiers" in expect:
        assert decision.account.tiers == expect["tiers"]
    if "ranked" in expect:
        assert [candidate.ad_id for candidate in decision.account.ranked] == expect["ranked"]
    if "because" in expect:
        assert list(placements[first].why.signals) == expect["because"]
    if "sentence" in expect:
        assert placements[first].why.sentence == expect["sentence"]
    for signal, ad in expect.get("without", {}).items():
        assert (decision.account.without[signal][first] or "none") == ad
    turned_away = {away.ad_id: list(away.reasons) for away in decision.account.turned_away}
    expected = {ad: [why] if isinstance(why, str) else why for ad, why in expect.get("turned_away", {}).items()}
    assert turned_away == expected


def test_there_are_scenarios():
    assert len(SCENARIOS) >= 12
