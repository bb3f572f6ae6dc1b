"""What a decision promises, on thousands of random small worlds."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise, product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.catalogue import build_catalogue
from adtailor.decide.deciding import NoVeto, decide, warm_up
from adtailor.domain.decision import DecisionRequest, Evidence, Limits, Placement
from adtailor.domain.ids import PlacementId, RequestId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.signals import PERSONAL_SIGNALS
from adtailor.errors import ModelUnavailable
from adtailor.ports import AdSide, RequestSide
from adtailor.testing.toy_ads import ToyWorld, toy_inventory, toy_world
from adtailor.testing.toy_pages import ADULT, NOW, SENSITIVE, random_page
from adtailor.testing.trust.explained import explained_by_ablation

seeds = st.integers(0, 2**32)


class Blanking:
    """A veto that blanks what it was told to, and keeps what it was shown."""

    def __init__(self, blank, *, needs_plain=False):
        self.blank = frozenset(blank)
        self.needs_plain = needs_plain

    def blanks(self, won, placements, plain):
        self.won, self.placements, self.plain = won, placements, plain
        return self.blank


def winners(decision):
    return {filled.placement_id: filled.won.ad_id if filled.won else None for filled in decision.placements}


PRICINGS = ("gsp", "vcg", "first")


@pytest.mark.parametrize(
    "worlds", [range(60), pytest.param(range(60, 6_000), marks=pytest.mark.slow)], ids=["some", "thousands"]
)
def test_t13_an_explanation_names_exactly_the_signals_whose_removal_changes_the_ad(worlds):
    sizes = Counter()
    for seed in worlds:
        # Every other page keeps its ads apart, and every third is priced by VCG.
        rule = {"pricing": PRICINGS[seed % 3 == 0], "spacing": seed % 2}
        sizes += explained_by_ablation(random_page(seed, most_ads=24), rule)
    # The worlds are such that every kind of answer came up: none, one, several, and sets of two and more.
    assert {0, 1, 2, 3, -2} <= set(sizes)
    assert min(sizes) <= -3


@settings(max_examples=200, deadline=None)
@given(
    seed=seeds,
    blank=st.sets(st.sampled_from(["p0", "p1", "p2", "p3", "elsewhere"])),
    pricing=st.sampled_from(PRICINGS),
    spacing=st.integers(0, 2),
)
def test_t01_a_veto_leaves_a_subset_of_the_ads_at_the_same_prices(seed, blank, pricing, spacing):
    page = random_page(seed)
    rule = {"pricing": pricing, "spacing": spacing}
    free, quiet = page.decide(**rule), page.decide(veto=Blanking(blank), **rule)
    assert replace(quiet, placements=()) == replace(free, placements=())
    for before, after in zip(free.placements, quiet.placements, strict=True):
        if after.won is not None:
            assert after == before
    charged = [sum(filled.won.price for filled in d.placements if filled.won) for d in (free, quiet)]
    assert charged[1] <= charged[0]


@settings(max_examples=100, deadline=None)
@given(seed=seeds, blank=st.sets(st.sampled_from(["p0", "p1", "p2", "p3"])))
def test_t02_a_vetoed_placement_is_blank_and_never_filled_by_another_ad(seed, blank):
    page = random_page(seed)
    free, quiet = page.decide(), page.decide(veto=Blanking(blank))
    assert [filled.placement_id for filled in quiet.placements] == [p.id for p in page.request.placements]
    for before, after in zip(free.placements, quiet.placements, strict=True):
        if after.placement_id in blank:
            assert (after.won, after.why) == (None, None)
            assert after.no_fill.code == "quiet"
        else:
            assert after == before


def test_a_veto_sees_all_placements_and_what_somebody_without_consent_would_have_been_shown():
    for seed in range(60):
        page = random_page(seed)
        veto = Blanking((), needs_plain=True)
        decision = page.decide(veto=veto)
        assert list(veto.placements) == [placement.id for placement in page.request.placements]
        assert {name: won.ad_id for name, won in veto.won.items()} == {k: v for k, v in winners(decision).items() if v}
        assert veto.plain == frozenset(filter(None, winners(page.decide(page.evidence.impersonal())).values()))
    veto = Blanking(())
    page.decide(veto=veto)
    assert veto.plain is None


def test_t03_no_sensitive_product_is_selected_or_moved_by_any_mood():
    moods = ("joy", "excitement", "amusement", "curiosity", "calm")
    tones = ("playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold")
    for mood, name in product(moods, (SENSITIVE, ADULT)):
        world = toy_world(
            [{"id": f"{name}-{tone}", "products": [name], "tone": [tone]} for tone in tones]
            + [{"id": f"shoes-{tone}", "products": ["shoes"], "tone": [tone]} for tone in tones],
            adult_products=[ADULT],
            sensitive_products=[SENSITIVE],
        )
        request = DecisionRequest(
            request_id=RequestId("r"), site_id=SiteId("s"), placements=(Placement(id=PlacementId("p")),)
        )
        ranked = {}
        for affect in (None, {mood: 1.0}):
            decision = decide(
                request,
                Evidence(context_tone={"calm": 0.5}, affect=affect),
                Limits(age="adult", protected=False),
                catalogue=world.catalogue,
                ranker=world.ranker,
                policy_name="toy@1",
                now=NOW,
                random=Random(1),
            )
            ranked[affect is None] = {c.ad_id: c for c in decision.account.ranked}
            if affect:
                assert decision.placements[0].won.ad_id.startswith("shoes")
        plain, moved = ranked[True], ranked[False]
        assert {ad for ad in plain if moved[ad] != plain[ad]} <= {f"shoes-{tone}" for tone in tones}
        assert any(moved[ad] != plain[ad] for ad in plain)
        assert all(moved[ad].click_rate == plain[ad].click_rate for ad in plain)


@settings(max_examples=150, deadline=None)
@given(seed=seeds)
def test_t03_affect_and_tone_never_touch_a_click_rate(seed):
    page = random_page(seed)
    rates = {}
    for evidence in (page.evidence, page.evidence.without("affect"), page.evidence.without("context tone")):
        for candidate in page.decide(evidence).account.ranked:
            rates.setdefault(candidate.ad_id, set()).add(candidate.click_rate)
    assert all(len(rate) == 1 for rate in rates.values())


@settings(max_examples=60, deadline=None)
@given(seed=seeds)
def test_t05_chance_is_the_same_whatever_is_known_of_the_viewer_and_whatever_a_veto_blanks(seed):
    page = random_page(seed)
    states = []
    for evidence, veto in ((page.evidence, None), (Evidence(), Blanking({"p0"})), (page.evidence, Blanking({"p1"}))):
        random = Random(seed)
        decision = decide(
            page.request, evidence, page.limits, catalogue=page.world.catalogue, ranker=page.world.ranker,
            veto=veto, policy_name="toy@1", now=NOW, random=random,
        )  # fmt: skip
        states.append((decision.decision_id, random.getstate()))
    assert len(set(states)) == 1


@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_t08_a_protected_viewer_is_answered_as_an_anonymous_one_and_sees_nothing_for_adults(seed):
    page = random_page(seed, protected=True)
    decision = page.decide()
    assert decision == page.decide(page.evidence.impersonal())
    assert not PERSONAL_SIGNALS & set(decision.account.without)
    catalogue = page.world.catalogue
    for filled in decision.placements:
        if filled.won:
            line = catalogue.line(catalogue.index[filled.won.ad_id])
            assert ADULT not in line.creative.products
            assert not line.adset.targeting.is_personal


@settings(max_examples=150, deadline=None)
@given(seed=seeds, pricing=st.sampled_from(PRICINGS), spacing=st.integers(0, 2), share=st.sampled_from([1.0, 0.9]))
def test_nobody_pays_more_than_the_bid_or_less_than_the_floor_and_no_advertiser_stands_twice(
    seed, pricing, spacing, share
):
    page = random_page(seed, most_ads=24)
    paced = page.world.catalogue.with_bids(np.full(len(page.world.catalogue), share))
    page = replace(page, world=replace(page.world, catalogue=paced))
    floors = {placement.id: placement for placement in page.request.placements}
    decision = page.decide(pricing=pricing, spacing=spacing)
    won = [(filled.placement_id, filled.won) for filled in decision.placements if filled.won]
    assert len({w.advertiser_id for _, w in won}) == len(won)
    labels = [page.world.catalogue.line(page.world.catalogue.index[w.ad_id]).campaign.separation for _, w in won]
    assert sum(map(len, labels)) == len(frozenset().union(*labels))
    at = sorted(floors[name].position for name, _ in won)
    assert all(below - above >= spacing for above, below in pairwise(at))
    for name, w in won:
        assert isinstance(w.price, int)
        bid = w.bid if w.bid_here is None else w.bid_here
        assert 0 <= w.price <= bid <= w.bid
        if w.tier == "house":
            assert (w.price, w.priced_by) == (0, "free")
            continue
        if w.tier == "guaranteed":
            assert (w.price, w.priced_by) == (w.bid, "promised")
            continue
        assert bid == int(w.bid * share)
        assert w.priced_by in {pricing, "floor"}
        assert w.price == bid or pricing != "first"
        if w.bid_kind != "cpa":
            assert w.price >= floors[name].floor
        assert 0 < w.propensity <= 1
        assert w.value > 0
        assert w.runner_up != w.ad_id
    for filled in decision.placements:
        assert (filled.won is None) == (filled.no_fill is not None)


def test_the_same_seed_gives_the_same_decision_to_the_last_bit():
    page = random_page(17)
    assert page.decide() == page.decide()


def one_page(ads, *, floor=0, formats=("native",), placements=1):
    world = toy_world(ads)
    return decide(
        DecisionRequest(
            request_id=RequestId("r"),
            site_id=SiteId("s"),
            placements=tuple(
                Placement(id=PlacementId(f"p{n}"), position=n, formats=frozenset(formats), floor=Micros(floor))
                for n in range(placements)
            ),
        ),
        Evidence(),
        Limits(age="adult", protected=False),
        catalogue=world.catalogue,
        ranker=world.ranker,
        veto=NoVeto(),
        policy_name="toy@1",
        now=NOW,
        random=Random(1),
    ).placements


def test_an_empty_catalogue_has_no_eligible_ad():
    assert one_page([])[0].no_fill.code == "no_eligible_ad"


def test_bids_of_nothing_are_below_every_floor():
    assert one_page([{"id": "free", "bid": "0"}])[0].no_fill.code == "below_floor"


def test_a_floor_above_all_bids_says_so():
    no_fill = one_page([{"id": "boots", "bid": "0.40"}], floor=400_001)[0].no_fill
    assert no_fill.code == "below_floor"
    assert "0.400001" in no_fill.hint


def test_an_only_ad_pays_the_floor_and_is_there_once():
    first, second = one_page([{"id": "boots", "bid": "0.40"}], floor=30_000, placements=2)
    assert (first.won.price, first.won.runner_up, first.won.propensity) == (30_000, None, 1.0)
    assert second.no_fill.code == "no_eligible_ad"


@pytest.mark.parametrize("pricing", ["gsp", "vcg"])
def test_one_advertiser_may_hold_thousands_of_the_best_and_the_next_places_go_to_the_next_advertisers(pricing):
    flood = [{"id": f"f{n:04}", "advertiser": "flood", "bid": "9.00", "pays": "cpc"} for n in range(3_000)]
    others = [{"id": f"o{n}", "advertiser": f"o{n}", "bid": f"0.{90 - n}", "pays": "cpc"} for n in range(3)]
    world = toy_world([*flood, *others])
    request = DecisionRequest(
        request_id=RequestId("r1"),
        site_id=SiteId("s1"),
        placements=tuple(Placement(id=PlacementId(f"p{n}"), position=n) for n in range(3)),
    )
    decision = decide(
        request,
        Evidence(context_topics={}),
        Limits(age="adult", protected=False),
        catalogue=world.catalogue,
        ranker=world.ranker,
        policy_name="standard@1",
        now=NOW,
        random=Random(1),
        pricing=pricing,
    )
    won = [filled.won for filled in decision.placements]
    assert [one.advertiser_id for one in won] == ["flood", "o0", "o1"]
    if pricing == "gsp":
        assert [one.runner_up for one in won] == ["o0", "o1", "o2"]


@pytest.mark.parametrize("pricing", ["gsp", "vcg"])
def test_a_closed_place_is_empty_and_keeps_none_beside_it_empty(pricing):
    world = toy_world([{"id": f"o{n}", "advertiser": f"o{n}", "bid": "0.40"} for n in range(3)])
    decision = decide(
        DecisionRequest(
            request_id=RequestId("r1"),
            site_id=SiteId("s1"),
            placements=(
                Placement(id=PlacementId("shut"), position=0, formats=frozenset()),
                Placement(id=PlacementId("open"), position=1),
                Placement(id=PlacementId("near"), position=2),
            ),
        ),
        Evidence(context_topics={}),
        Limits(age="adult", protected=False),
        catalogue=world.catalogue,
        ranker=world.ranker,
        policy_name="standard@1",
        now=NOW,
        random=Random(1),
        pricing=pricing,
        spacing=2,
    )
    codes = [filled.no_fill.code if filled.no_fill else None for filled in decision.placements]
    assert codes == ["closed", None, "too_near"]


def test_an_only_ad_that_pays_by_conversion_pays_what_the_floor_asks_of_a_conversion():
    # 10 000 a click, at 2 conversions in 100 clicks, is 500 000 a conversion.
    (placement,) = one_page([{"id": "boots", "pays": "cpa", "bid": "4"}], floor=10_000)
    assert placement.won.price == 500_000


def test_a_click_costs_what_beats_the_next_advertiser():
    # All have the click rate of a native ad, so values compare as bids do, and 0.40 beats 0.30 at 0.30.
    ads = [{"id": "boots", "bid": "0.40"}, {"id": "socks", "bid": "0.30"}, {"id": "laces", "bid": "0.20"}]
    first, second = one_page(ads, placements=2)
    assert (first.won.ad_id, first.won.runner_up) == ("boots", "socks")
    assert first.won.price == pytest.approx(300_000, abs=1)
    assert second.won.price == pytest.approx(200_000, abs=1)


def test_an_advertiser_does_not_bid_against_itself():
    ads = [
        {"id": "boots", "bid": "0.40", "advertiser": "peak"},
        {"id": "ropes", "bid": "0.39", "advertiser": "peak"},
        {"id": "socks", "bid": "0.10"},
    ]
    (placement,) = one_page(ads)
    assert placement.won.runner_up == "socks"
    assert placement.won.price == pytest.approx(100_000, abs=1)


def test_a_catalogue_built_for_another_ranker_is_refused():
    page = random_page(3)
    other = replace(page.world.catalogue, ranker="another@2")
    with pytest.raises(ModelUnavailable, match="another@2"):
        replace(page, world=replace(page.world, catalogue=other)).decide()


@pytest.mark.parametrize(
    ("side", "message"),
    [
        (RequestSide(bias=0.0, signals=("place",), parts=np.zeros((1, 2), dtype=np.float32)), "shape"),
        (RequestSide(bias=0.0, signals=(), parts=np.zeros((1, 1), dtype=np.float32)), "shape"),
        (RequestSide(bias=float("nan"), signals=(), parts=np.zeros((0, 1), dtype=np.float32)), "not finite"),
        (RequestSide(bias=0.0, signals=("place",), parts=np.full((1, 1), np.inf, dtype=np.float32)), "not finite"),
        (RequestSide(bias=0.0, signals=("affect",), parts=np.zeros((1, 1), dtype=np.float32)), "affect"),
    ],
)
def test_t03_a_ranker_that_answers_badly_or_with_affect_decides_nothing(side, message):
    class Saying:
        name = "saying@1"

        def ad_side(self, inventory):
            ads = len(inventory.ads)
            return AdSide(bias=np.zeros(ads, dtype=np.float32), vectors=np.ones((ads, 1), dtype=np.float32))

        def request_side(self, evidence):
            return side

    page = random_page(3)
    catalogue = build_catalogue(toy_inventory([{"id": "a"}]), ranker=Saying(), parents={}, adult_products=frozenset())
    with pytest.raises(ModelUnavailable, match=message):
        replace(page, world=ToyWorld(catalogue=catalogue, ranker=Saying())).decide()


def test_warming_up_needs_no_ads():
    warm_up(random_page(1).world.ranker)


@settings(max_examples=100)
@given(seeds, st.integers(0, 20_000_000))
def test_what_a_place_asks_for_a_thousand_impressions_is_met_or_it_stays_empty(seed, floor):
    page = random_page(seed)
    placements = tuple(replace(one, thousand_floor=Micros(floor)) for one in page.request.placements)
    plain = page.decide()
    asked = replace(page, request=replace(page.request, placements=placements)).decide()
    for before, after in zip(plain.placements, asked.placements, strict=True):
        if after.won is not None:
            assert after.won.ad_id == before.won.ad_id, "a floor changes prices, never winners"
            assert before.won.price <= after.won.price <= after.won.bid
            assert after.won.thousand_worth >= floor
            assert after.won.price == before.won.price or after.won.thousand_worth - floor <= 1000
        elif before.won is not None:
            assert after.no_fill.code == "below_floor"
            most = 0 if before.won.tier == "house" else before.won.bid
            assert replace(before.won, price=most).thousand_worth < floor, "its whole bid would not do"


@given(seeds)
def test_a_page_gets_none_of_the_ads_that_it_bars(seed):
    page = random_page(seed)
    shown = {filled.won.ad_id for filled in page.decide().placements if filled.won}
    barring = replace(page, request=replace(page.request, barred=frozenset({*shown, "unheard-of"}))).decide()
    assert shown.isdisjoint(filled.won.ad_id for filled in barring.placements if filled.won)
    assert barring.account.turned_away_counts.get("blocked by the page", 0) == len(shown)
