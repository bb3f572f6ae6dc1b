"""A catalogue laid out from stored bytes decides as one that is built from objects, to the bit."""

from dataclasses import fields, is_dataclass, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.catalogue import build_catalogue
from adtailor.decide.deciding import decide
from adtailor.decide.layout import Rules, laid_out
from adtailor.decide.opened import opened
from adtailor.decide.stock import stock_of
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence
from adtailor.domain.ids import AdvertiserId, CampaignId, ProductId
from adtailor.domain.money import Micros
from adtailor.storage import SqliteStore
from adtailor.testing.mixed_ads import (
    ADULT,
    NOW,
    PARENTS,
    SENSITIVE,
    mixed_inventory,
    mixed_ranker,
    mixed_request,
)

UNDER = {ProductId("gin"): ProductId("spirits")}
RULES = Rules(
    parents=PARENTS,
    adult_products=ADULT | {ProductId("spirits")},
    sensitive_products=SENSITIVE,
    product_parents=UNDER,
)


class OnlyObjects:
    """A click model that is asked with objects alone."""

    def __init__(self, ranker):
        self.name, self.ad_side, self.request_side = ranker.name, ranker.ad_side, ranker.request_side


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with SqliteStore(tmp_path_factory.mktemp("layout")) as made:
        yield made


def both(store, inventory, ranker):
    version = store.catalogue.replace(inventory)
    with store.catalogue.rows() as rows:
        stock = stock_of(rows)
    about, arrays = laid_out(stock, ranker, RULES, decoded=store.catalogue.decoded)
    built = build_catalogue(
        replace(inventory, version=version), ranker=ranker, parents=PARENTS, adult_products=RULES.adult_products,
        sensitive_products=SENSITIVE, product_parents=UNDER,
    )  # fmt: skip
    return built, opened(about, arrays, decoded=store.catalogue.decoded, parents=PARENTS)


def decided(catalogue, ranker, seed, pages, **more):
    random = Random(seed)
    asked = [mixed_request(random, n, len(catalogue)) for n in range(pages)]
    return [
        decide(*one, catalogue=catalogue, ranker=ranker, policy_name="p", now=NOW, random=Random(n), **more)
        for n, one in enumerate(asked)
    ]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 120), st.sampled_from(("gsp", "vcg")))
def test_decisions_and_accounts_are_those_of_a_catalogue_built_from_objects(store, seed, ads, pricing):
    ranker = mixed_ranker()
    built, laid = both(store, mixed_inventory(Random(seed), ads), ranker)
    spent = {CampaignId("c1"): (Micros(3_000_000), Micros(4_000_000))}
    for one, other in ((built, laid), (built.with_spent(spent), laid.with_spent(spent))):
        expected = decided(one, ranker, seed, 8, pricing=pricing, exploration=0.3)
        assert decided(other, ranker, seed, 8, pricing=pricing, exploration=0.3) == expected
    assert list(laid.lines) == list(built.lines)
    assert dict(laid.index) == dict(built.index)


def test_every_column_is_the_same(store):
    built, laid = both(store, whole(mixed_inventory(Random(4), 400)), mixed_ranker())
    for path, one, other in leaves(built, laid, ""):
        assert one.dtype == other.dtype, path
        if path == ".labels.labels":  # whatever their numbers, the same are the same
            assert (
                len({*zip(one.tolist(), other.tolist(), strict=True)}) == len({*one.tolist()}) == len({*other.tolist()})
            )
            continue
        if path.startswith(".targets.hours"):
            continue
        in_order = np.sort if "circles" in path else np.asarray  # of one ad, in any order
        np.testing.assert_array_equal(in_order(one), in_order(other), err_msg=path)

    one, other = built.targets.hours, laid.targets.hours
    assert one.zones == other.zones
    np.testing.assert_array_equal(one.runs[one.schedule], other.runs[other.schedule])
    np.testing.assert_array_equal(one.zone[one.schedule], other.zone[other.schedule])


def whole(inventory):
    """Only the ads that lack no part: of the others a click model may say anything, for they never stand."""
    campaigns = {one.id for one in inventory.campaigns}
    adsets = {one.id for one in inventory.adsets if one.campaign_id in campaigns}
    creatives = {one.id for one in inventory.creatives}
    return replace(
        inventory, ads=tuple(ad for ad in inventory.ads if ad.adset_id in adsets and ad.creative_id in creatives)
    )


def leaves(one, other, path):
    if isinstance(one, np.ndarray):
        yield path, one, other
    elif is_dataclass(one) and path not in {".lines", ".kept", ".index"}:
        for field in fields(one):
            yield from leaves(getattr(one, field.name), getattr(other, field.name), f"{path}.{field.name}")


def test_a_click_model_that_wants_objects_gets_them(store):
    ranker = mixed_ranker()
    inventory = mixed_inventory(Random(9), 60)
    _, by_facts = both(store, inventory, ranker)
    _, by_objects = both(store, inventory, OnlyObjects(ranker.acquainted([one.id for one in inventory.advertisers])))
    asked = OnlyObjects(ranker)
    assert decided(replace(by_objects, version=by_facts.version), asked, 9, 6) == decided(by_facts, asked, 9, 6)


def test_another_process_asks_with_the_places_that_advertisers_had_when_it_was_laid_out(store):
    """Each process meets advertisers in an order of its own: what one laid out, another must not read by its own."""
    ranker, elsewhere = mixed_ranker(), mixed_ranker()
    inventory = mixed_inventory(Random(5), 80)
    elsewhere.ad_side(Inventory(advertisers=tuple(reversed(inventory.advertisers))))
    _, laid = both(store, inventory, ranker)
    here = elsewhere.acquainted(list(laid.advertiser_index))
    clicked = Evidence(history={AdvertiserId("v1"): 1.0})
    expected = ranker.request_side(clicked).parts.tolist()
    assert elsewhere.request_side(clicked).parts.tolist() != expected
    assert here.request_side(clicked).parts.tolist() == expected
    assert decided(laid, here, 5, 20) == decided(laid, ranker, 5, 20)


def test_an_empty_catalogue_turns_every_page_away(store):
    built, laid = both(store, Inventory(), mixed_ranker())
    assert decided(laid, mixed_ranker(), 1, 2) == decided(built, mixed_ranker(), 1, 2)
    assert len(laid) == 0
