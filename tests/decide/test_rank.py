"""The prior: what resembles is worth more, within bounds, and nothing else is looked at."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.rank import (
    BASE_RATES,
    HISTORY_WEIGHT,
    INTEREST_WEIGHT,
    LOOK_WEIGHT,
    PLACE_WEIGHT,
    TOPIC_WEIGHT,
    PriorRanker,
)
from adtailor.domain.decision import Evidence, Place
from adtailor.domain.ids import AdvertiserId, TopicId
from adtailor.errors import InvalidInput
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.toy_pages import random_page

AXES = {
    TopicId(name): axis for name, axis in zip(("hiking", "food", "music"), np.eye(3, dtype=np.float32), strict=True)
}


def adds(ads, evidence, ranker=None):
    """For each signal that says something, what it adds to the logit of each ad."""
    ranker = ranker or PriorRanker(AXES)
    ad_side = ranker.ad_side(toy_inventory(ads))
    side = ranker.request_side(evidence)
    return {
        signal: [pytest.approx(float(part @ vector), abs=1e-6) for vector in ad_side.vectors]
        for signal, part in zip(side.signals, side.parts, strict=True)
    }


def test_the_base_rate_is_that_of_the_format():
    bias = PriorRanker(AXES).ad_side(toy_inventory([{"id": "a"}, {"id": "b", "format": "image"}])).bias
    assert (1 / (1 + np.exp(-bias))).tolist() == pytest.approx([BASE_RATES["native"], BASE_RATES["image"]])


def test_an_ad_about_the_page_gains_the_full_weight_and_one_about_something_else_nothing():
    ads = [{"id": "boots", "topics": ["hiking"]}, {"id": "pans", "topics": ["food"]}, {"id": "blank"}]
    assert adds(ads, Evidence(context_topics={"hiking": 1.0})) == {"context topics": [TOPIC_WEIGHT, 0.0, 0.0]}


def test_a_page_that_is_only_perhaps_about_something_says_less():
    ads = [{"id": "boots", "topics": ["hiking"]}]
    assert adds(ads, Evidence(context_topics={"hiking": 0.25})) == {"context topics": [TOPIC_WEIGHT * 0.25]}


def test_each_of_many_ads_is_described_as_it_would_be_alone():
    ads = [
        {"id": "boots", "topics": ["hiking", "food"], "look": ["style:sporty", "never:seen"], "asks_countries": ["DE"]},
        {"id": "blank"},
        {"id": "tent", "topics": ["hiking"], "advertiser": "boots-ltd"},
        {"id": "pans", "topics": ["unknown"], "look": ["colour:navy"], "format": "image"},
    ]
    ranker = PriorRanker(AXES)
    together = ranker.ad_side(toy_inventory(ads))
    for n, ad in enumerate(ads):
        alone = ranker.ad_side(toy_inventory([ad]))
        assert together.bias[n] == alone.bias[0]
        assert together.vectors[n].tolist() == alone.vectors[0].tolist()
    assert together.vectors.any(axis=1).tolist() == [True, True, True, True]
    assert np.linalg.norm(together.vectors[0, :3]) == pytest.approx(1.0)


def test_interests_and_clothes_count_by_their_direction():
    # Half hiking, half food: the cosine with hiking alone is 1 / sqrt(2).
    ads = [{"id": "boots", "topics": ["hiking"], "look": ["style:sporty"]}]
    evidence = Evidence(
        interests={"hiking": 0.5, "food": 0.5}, look={"style:sporty": 0.3, "colour:navy": 0.3, "never:seen": 0.0}
    )
    assert adds(ads, evidence) == {"interests": [INTEREST_WEIGHT / 2**0.5], "look": [LOOK_WEIGHT / 2**0.5]}


def test_an_ad_made_for_few_countries_gains_a_little_at_home():
    ads = [
        {"id": "one", "asks_countries": ["DE"]},
        {"id": "four", "asks_countries": ["DE", "FR", "IT", "ES"]},
        {"id": "all"},
    ]
    assert adds(ads, Evidence(place=Place(country="DE"))) == {"place": [PLACE_WEIGHT, PLACE_WEIGHT / 2, 0.0]}


def test_clicks_raise_an_advertiser_hides_lower_it_and_neither_touches_another():
    ads = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    evidence = Evidence(history={"a-ltd": 0.5, "b-ltd": -7.0})
    assert adds(ads, evidence) == {"history": [HISTORY_WEIGHT * 0.5, -HISTORY_WEIGHT, 0.0]}


def test_among_hundreds_of_advertisers_history_with_one_stays_mostly_with_it():
    ads = [{"id": f"a{n}"} for n in range(300)]
    ranker = PriorRanker(AXES)
    vectors = ranker.ad_side(toy_inventory(ads)).vectors
    for n in (10, 100, 299):
        part = ranker.request_side(Evidence(history={AdvertiserId(f"a{n}-ltd"): -1.0})).parts[0]
        moved = vectors @ part
        assert moved[n] == pytest.approx(-HISTORY_WEIGHT)
        assert np.abs(np.delete(moved, n)).mean() < 0.1 * HISTORY_WEIGHT


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence(),
        Evidence(context_topics={}, interests={}, look={}, history={}),
        Evidence(context_topics={"unheard-of": 1.0}, interests={"hiking": 0.0}, look={"colour:red": 0.0}),
        Evidence(context_tone={"playful": 1.0}, affect={"joy": 1.0}),
    ],
)
def test_a_signal_that_says_nothing_gives_no_row(evidence):
    side = PriorRanker(AXES).request_side(evidence)
    assert side.signals == ()
    assert side.parts.shape[0] == 0


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_every_signal_is_bounded_by_its_weight_and_does_not_depend_on_the_others(seed):
    page = random_page(seed)
    ranker, evidence = page.world.ranker, page.evidence
    lines = [line for line in page.world.catalogue.lines if line]
    side = ranker.request_side(evidence)
    vectors = np.zeros((len(page.world.catalogue), page.world.catalogue.scoring.width), dtype=np.float32)
    vectors[:, page.world.catalogue.scoring.dense_dims] = page.world.catalogue.scoring.dense
    starts = page.world.catalogue.scoring.sparse_starts
    for ad in range(len(lines)):
        some = slice(starts[ad], starts[ad + 1])
        vectors[ad, page.world.catalogue.scoring.sparse_dims[some]] = page.world.catalogue.scoring.sparse_values[some]
    most = {
        "context topics": TOPIC_WEIGHT,
        "interests": INTEREST_WEIGHT,
        "look": LOOK_WEIGHT,
        "place": PLACE_WEIGHT,
        "history": HISTORY_WEIGHT,
    }
    for signal, part in zip(side.signals, side.parts, strict=True):
        assert np.abs(vectors @ part).max(initial=0.0) <= most[signal] * (1 + 1e-5)
        less = ranker.request_side(evidence.without(signal))
        assert less.signals == tuple(s for s in side.signals if s != signal)
        kept = [n for n, s in enumerate(side.signals) if s != signal]
        assert less.parts.tolist() == side.parts[kept].tolist()


@pytest.mark.parametrize("latent", [{"a": np.ones(2), "b": np.ones(3)}, {"a": np.array([np.nan, 1.0])}])
def test_topic_vectors_of_several_widths_or_not_finite_are_refused(latent):
    with pytest.raises(InvalidInput, match="topic vectors"):
        PriorRanker(latent)
