"""The buying side as columns."""

from dataclasses import replace

import numpy as np
import pytest

from adtailor.decide.catalogue import _choices, build_catalogue, stable_hash
from adtailor.decide.rank import PriorRanker
from adtailor.domain.ids import CampaignId, ProductId
from adtailor.domain.money import Micros
from adtailor.errors import ModelUnavailable
from adtailor.ports import AdSide
from adtailor.testing.toy_ads import toy_inventory, toy_world


class Saying:
    """A ranker that says what it is told to."""

    name = "saying@1"

    def __init__(self, bias, vectors):
        self.side = AdSide(bias=bias, vectors=vectors)

    def ad_side(self, inventory):
        return self.side


def built(inventory, **more):
    return build_catalogue(inventory, ranker=PriorRanker({}), parents={}, adult_products=frozenset(), **more)


def test_the_likely_best_stand_first_whatever_the_order_given():
    ads = [{"id": "low", "bid": "0.10"}, {"id": "high", "bid": "0.90"}, {"id": "mid", "bid": "0.50"}]
    assert toy_world(ads).catalogue.ad_ids == toy_world(ads[::-1]).catalogue.ad_ids == ("high", "mid", "low")


def test_an_ad_whose_parts_are_missing_or_whose_id_is_taken_stays_out_and_loses_no_other():
    inventory = toy_inventory([{"id": "a"}, {"id": "b"}, {"id": "c"}])
    broken = replace(
        inventory, creatives=inventory.creatives[1:], ads=(*inventory.ads, replace(inventory.ads[1], status="paused"))
    )
    catalogue = built(broken)
    standing = [ad for ad, line in zip(catalogue.ad_ids, catalogue.lines, strict=True) if line]
    assert sorted(standing) == ["b", "c"]
    assert catalogue.active.sum() == 2
    assert catalogue.line(catalogue.index["b"]).ad.status == "active"
    with pytest.raises(KeyError):
        catalogue.line(catalogue.lines.index(None))


def test_spending_makes_another_catalogue_and_leaves_the_old_one_as_it_was():
    catalogue = toy_world([{"id": "a", "bid": "0.40", "budget": "1"}, {"id": "b"}]).catalogue
    spent = catalogue.with_spent(
        {CampaignId("a"): (Micros(700_000), Micros(700_000)), CampaignId("gone"): (Micros(1), Micros(1))}
    )
    assert catalogue.budget_open.all()
    assert dict(zip(spent.ad_ids, spent.budget_open.tolist(), strict=True)) == {"a": False, "b": True}
    assert spent.with_spent({}).budget_open.all()
    assert spent.scoring is catalogue.scoring


def test_a_whole_budget_closes_a_campaign_as_a_daily_one_does():
    inventory = toy_inventory([{"id": "a", "bid": "0.40", "budget": "1"}])
    limited = replace(inventory, campaigns=(replace(inventory.campaigns[0], lifetime_budget=Micros(5_000_000)),))
    catalogue = built(limited)
    for ever, is_open in ((4_600_000, True), (4_600_001, False)):
        spent = {CampaignId("a"): (Micros(0), Micros(ever))}
        assert catalogue.with_spent(spent).budget_open.tolist() == [is_open]
        assert built(limited, spent=spent).budget_open.tolist() == [is_open]


@pytest.mark.parametrize(
    ("bias", "vectors", "message"),
    [
        ([0.0], [[0.0], [0.0]], "shapes"),
        ([0.0, 0.0], [0.0, 0.0], "shapes"),
        ([0.0, float("nan")], [[0.0], [0.0]], "not finite"),
        ([0.0, 0.0], [[0.0], [float("inf")]], "not finite"),
    ],
)
def test_a_ranker_that_answers_badly_is_refused_by_name(bias, vectors, message):
    inventory = toy_inventory([{"id": "a"}, {"id": "b"}])
    with pytest.raises(ModelUnavailable, match=f"saying@1.*{message}"):
        build_catalogue(
            inventory, ranker=Saying(np.array(bias), np.array(vectors)), parents={}, adult_products=frozenset()
        )


def test_what_lies_below_a_product_for_adults_is_for_adults():
    inventory = toy_inventory([{"id": "gin", "products": ["spirits"]}, {"id": "tea", "products": ["drinks"]}])
    catalogue = build_catalogue(
        inventory,
        ranker=PriorRanker({}),
        parents={},
        adult_products=frozenset({ProductId("alcohol")}),
        product_parents={ProductId("spirits"): ProductId("alcohol")},
    )
    assert dict(zip(catalogue.ad_ids, catalogue.for_adults.tolist(), strict=True)) == {"gin": True, "tea": False}
    assert dict(zip(catalogue.ad_ids, catalogue.scoring.affect_may_move.tolist(), strict=True)) == {
        "gin": False,
        "tea": True,
    }


def test_choices_hold_more_values_than_a_word_has_bits():
    values = [f"v{n}" for n in range(150)]
    asked = [frozenset({value}) for value in values] + [frozenset(), frozenset(values[:2])]
    choices = _choices(asked)
    for n, value in enumerate(values):
        assert np.flatnonzero(choices.allow(value)).tolist() == [n, 150, *([151] if n < 2 else [])]
    assert np.flatnonzero(choices.allow("unheard-of")).tolist() == [150]
    assert np.flatnonzero(choices.allow(None)).tolist() == [150]


def test_a_hash_is_the_same_in_every_run():
    assert stable_hash("a1") == 0x1BED30039166659F
