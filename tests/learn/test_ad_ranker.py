"""A learned model as the engine's ranker: to the last bits what the model says, a part for each signal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor import learn
from adtailor.decide.facts import facts_of
from adtailor.domain.decision import Evidence, Moment, Place
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PlacementId, TopicId
from adtailor.domain.signals import SIGNALS
from adtailor.domain.training import Served, TrainingRow
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.learn.ad_log import FEATURES, GROUP, LABEL, TIME, ad_columns, ad_model, training_columns
from adtailor.learn.ad_ranker import AdRanker
from adtailor.testing.toy_ads import toy_inventory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOPICS = tuple(TopicId(str(n)) for n in range(8))
TRAITS = ("colour:navy", "garment:hat", "style:casual")
ADS = toy_inventory(
    [
        {"id": f"ad-{n}", "topics": {str(n % 8): 1.0, str((n + 3) % 8): 0.4}, "look": {TRAITS[n % 3]: 1.0}}
        for n in range(12)
    ]
)
LINES = {ad.id: (ad, creative) for ad, creative in zip(ADS.ads, ADS.creatives, strict=True)}


def mix(random: Random, names: tuple[str, ...], most: int) -> dict[str, float] | None:
    kept = {name: random.random() for name in random.sample(names, random.randrange(most + 1))}
    return kept or None


def some_evidence(random: Random) -> Evidence:
    advertisers = tuple(AdvertiserId(f"ad-{n}-ltd") for n in range(12))
    history = {name: random.uniform(-1, 1) for name in random.sample(advertisers, random.randrange(3))}
    return Evidence(
        context_topics=mix(random, TOPICS, 3),
        interests=mix(random, TOPICS, 5),
        look=mix(random, TRAITS, 2),
        history=history or None,
        place=random.choice((None, Place(country="DE"), Place(country="FR"))),
        moment=Moment(device=random.choice((None, "mobile")), language="en", hour=random.randrange(24), position=2),
    )


def a_row(random: Random, n: int) -> TrainingRow:
    ad = random.choice(ADS.ads)
    creative = LINES[ad.id][1]
    evidence = some_evidence(random)
    topics = evidence.context_topics or {}
    fits = bool(set(topics) & set(creative.topics))
    return TrainingRow(
        decision_id=DecisionId(f"d{n}"), placement_id=PlacementId("p"), decided_at=NOON + timedelta(seconds=n),
        group=f"g{n % 50}", ad_id=ad.id, adset_id=AdSetId("s"), campaign_id=CampaignId("c"),
        advertiser_id=AdvertiserId(f"{ad.id}-ltd"), format=creative.format, position=random.randrange(4),
        served=Served(
            context_topics=evidence.context_topics, interests=evidence.interests, look=evidence.look,
            history=evidence.history, country=evidence.place.country if evidence.place else None,
            moment=evidence.moment,
        ),
        ad_topics=creative.topics, ad_look=creative.look, click_rate=0.1, propensity=1.0,
        clicked=random.random() < (0.45 if fits else 0.1),
    )  # fmt: skip


@pytest.fixture(scope="module")
def columns():
    random = Random(1)
    return training_columns(a_row(random, n) for n in range(12_000))


@pytest.fixture(scope="module")
def model(columns):
    return learn.fit(
        FEATURES, label=LABEL, log=columns, time=TIME, group=GROUP, model=ad_model(), calibration="platt",
        baseline=False, rounds=20,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ranker(model):
    return AdRanker(model, name="clicks@1")


def scored(ranker: AdRanker, evidence: Evidence) -> np.ndarray:
    ads, side = ranker.ad_side(ADS), ranker.request_side(evidence)
    return side.bias + ads.bias.astype(float) + ads.vectors.astype(float) @ side.parts.astype(float).sum(axis=0)


def as_the_model_says(model: learn.Model, evidence: Evidence) -> np.ndarray:
    """Every ad as a row of its own, through the encoder that training uses; calibrated, as a logit."""
    line = TrainingRow(
        decision_id=DecisionId("d"), placement_id=PlacementId("p"), decided_at=NOON, group=None, ad_id=AdId("x"),
        adset_id=AdSetId("s"), campaign_id=CampaignId("c"), advertiser_id=AdvertiserId("v"), format="native",
        position=evidence.moment.position, click_rate=0.1, propensity=1.0, clicked=False,
        served=Served(
            context_topics=evidence.context_topics, interests=evidence.interests, look=evidence.look,
            history=evidence.history, country=evidence.place.country if evidence.place else None,
            moment=evidence.moment,
        ),
    )  # fmt: skip
    rows = []
    for ad in ADS.ads:
        creative = LINES[ad.id][1]
        rows.append(
            replace(
                line, ad_id=ad.id, advertiser_id=AdvertiserId(f"{ad.id}-ltd"), format=creative.format,
                ad_topics=creative.topics, ad_look=creative.look,
            )
        )  # fmt: skip
    # Rows of one time and decision stand in the order of their placements.
    rows = [replace(row, placement_id=PlacementId(f"{n:02}")) for n, row in enumerate(rows)]
    chances = model.score({name: values for name, values in training_columns(rows).items() if name in FEATURES.columns})
    return np.log(chances / (1 - chances))


@given(seed=st.integers(0, 10_000))
def test_the_sum_of_all_parts_is_what_the_model_says_of_every_ad(seed, model, ranker):
    evidence = some_evidence(Random(seed))
    np.testing.assert_allclose(scored(ranker, evidence), as_the_model_says(model, evidence), atol=1e-5)


@given(seed=st.integers(0, 10_000))
def test_t13_leaving_a_part_out_is_a_request_without_the_signal(seed, model, ranker):
    evidence = some_evidence(Random(seed))
    ads, side = ranker.ad_side(ADS), ranker.request_side(evidence)
    for signal in SIGNALS:
        kept = [n for n, name in enumerate(side.signals) if name != signal]
        without = side.bias + ads.bias.astype(float) + ads.vectors.astype(float) @ side.parts[kept].sum(axis=0)
        np.testing.assert_allclose(without, as_the_model_says(model, evidence.without(signal)), atol=1e-5)


def test_the_facts_of_ads_say_all_that_their_objects_do(ranker):
    whole, facts = ranker.ad_side(ADS), ranker.side_of(facts_of(ADS))
    np.testing.assert_array_equal(facts.bias, whole.bias)
    np.testing.assert_array_equal(facts.vectors, whole.vectors)
    assert ranker.acquainted(["anybody"]) is ranker


def test_a_model_learns_what_fits_a_page(ranker):
    fit, other = Evidence(context_topics={TOPICS[2]: 1.0}), Evidence(context_topics={TOPICS[6]: 1.0})
    about_2 = [n for n, creative in enumerate(ADS.creatives) if TOPICS[2] in creative.topics]
    gain = scored(ranker, fit) - scored(ranker, other)
    assert gain[about_2].mean() > np.delete(gain, about_2).mean() + 0.2


def test_t27_neither_mood_nor_tone_is_looked_at(ranker):
    plain = Evidence(context_topics={TOPICS[2]: 1.0})
    moved = replace(plain, affect={"joy": 1.0}, context_tone={"playful": 1.0})
    one, other = ranker.request_side(plain), ranker.request_side(moved)
    assert one.signals == other.signals
    assert (one.parts == other.parts).all()
    assert one.bias == other.bias


def test_an_empty_catalogue_and_an_empty_request_are_answers(ranker):
    assert ranker.ad_side(toy_inventory([])).vectors.shape == (0, 9)
    side = ranker.request_side(Evidence())
    assert side.parts.shape == (0, 9)
    assert np.isfinite(scored(ranker, Evidence())).all()


def test_an_ad_that_was_never_shown_has_a_chance_from_what_it_is_about(ranker):
    newcomer = toy_inventory([{"id": "newcomer", "topics": {"2": 1.0}}])
    side = ranker.request_side(Evidence(context_topics={TOPICS[2]: 1.0}))
    ads = ranker.ad_side(newcomer)
    logit = side.bias + float(ads.bias[0]) + float(ads.vectors[0] @ side.parts.sum(axis=0))
    assert 0.05 < 1 / (1 + np.exp(-logit)) < 0.7


def test_another_kind_of_model_is_refused(columns):
    other = learn.fit(
        FEATURES, label=LABEL, log=columns, time=TIME, model=learn.Factorization(k=4, table=learn.Hashed(bits=12)),
        baseline=False, rounds=20,
    )  # fmt: skip
    with pytest.raises(ModelUnavailable, match="no model of this engine's log"):
        AdRanker(other, name="other@1")


def test_a_curve_cannot_be_served_as_a_line(columns):
    bent = learn.fit(
        FEATURES,
        label=LABEL,
        log=columns,
        time=TIME,
        model=ad_model(k=2),
        calibration="isotonic",
        baseline=False,
        rounds=20,
    )
    with pytest.raises(ModelUnavailable, match="calibrated by isotonic"):
        AdRanker(bent, name="bent@1")


def test_sides_are_named_once_and_known(columns):
    with pytest.raises(InvalidInput, match="no field 'nothing'"):
        learn.two_sides(FEATURES, request=["nothing"], ad=["ad_id"])
    with pytest.raises(InvalidInput, match="'ad_id' is on both sides"):
        learn.two_sides(FEATURES, request=["ad_id"], ad=["ad_id"])
    with pytest.raises(InvalidInput, match="the sides"):
        learn.two_sides(FEATURES, request=[], ad=["ad_id"])
    with pytest.raises(InvalidInput, match="2 sides for 16 fields"):
        learn.fit(
            FEATURES, label=LABEL, log={name: values[:200] for name, values in columns.items()},
            model=learn.Matching(sides=("request", "ad")),
        )  # fmt: skip


def test_a_model_saved_and_loaded_ranks_the_same(model, tmp_path):
    model.save(tmp_path / "clicks.model")
    again = AdRanker(learn.load(tmp_path / "clicks.model"), name="clicks@1")
    evidence = some_evidence(Random(4))
    first = AdRanker(model, name="clicks@1")
    np.testing.assert_array_equal(scored(again, evidence), scored(first, evidence))


def test_the_columns_of_ads_stand_in_their_order():
    assert ad_columns(ADS)["ad_id"] == [ad.id for ad in ADS.ads]
