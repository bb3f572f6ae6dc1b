"""The compiled pass against plain NumPy: the same bits, the same order, for every ablation."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths.scoring import (
    MOST_QUALITY_SHARE,
    AdColumns,
    Eligibility,
    Query,
    Weighed,
    ad_columns,
    candidates,
    click_rate,
    rank,
    rank_by_sorting,
    weigh,
    with_worth,
)
from adtailor.maths.screening import Contest

SIGNAL_BITS = (1, 4, 8)
TONE, AFFECT = 2, 16


def world(seed: int, ads: int, *, coarse: bool) -> tuple[AdColumns, Query, Eligibility]:
    """`coarse` numbers are few and round, so that many ads are worth exactly the same."""
    random = np.random.default_rng(seed)
    width = 9

    def numbers(*shape: int) -> np.ndarray:
        return random.integers(-2, 3, shape) / 2 if coarse else random.normal(size=shape)

    often = np.where(np.arange(width) < 5, 0.9, 0.1)
    per_click = random.integers(0, 4, ads) * 100_000.0
    columns = ad_columns(
        bias=(numbers(ads) - 4).astype(np.float32),
        vectors=(numbers(ads, width) * (random.random((ads, width)) < often)).astype(np.float32),
        per_impression=np.where(random.random(ads) < 0.3, random.integers(0, 3, ads) * 1000.0, 0.0),
        per_click=per_click,
        tones=random.choice([0.0, 0.5, 1.0], (ads, 3)).astype(np.float32),
        affect_may_move=random.random(ads) < 0.7,
        name_hashes=random.integers(0, 2**63, ads).astype(np.uint64),
    )
    query = Query(
        bias=0.25,
        parts=numbers(3, width).astype(np.float32),
        part_bits=np.array(SIGNAL_BITS, dtype=np.uint8),
        tone=random.choice([-0.1, 0.0, 0.1], 3).astype(np.float32),
        affect=random.choice([-0.2, 0.0, 0.05], 3).astype(np.float32),
        tone_bit=TONE,
        affect_bit=AFFECT,
        tie_hash=int(random.integers(0, 2**63)),
    )
    eligibility = Eligibility(
        may=random.random(ads) < 0.8,
        fails_with=(random.integers(0, 256, ads) & random.integers(0, 256, ads) & 5).astype(np.uint8),
        fails_without=(random.integers(0, 256, ads) & random.integers(0, 256, ads) & 13).astype(np.uint8),
    )
    return columns, query, eligibility


def weighed(columns: AdColumns, query: Query, eligibility: Eligibility) -> Weighed:
    """All candidates."""
    return weigh(columns, query, eligibility, candidates(eligibility))


def all_sets() -> np.ndarray:
    bits = (*SIGNAL_BITS, TONE, AFFECT)
    return np.array(
        [sum(some) for size in range(len(bits) + 1) for some in itertools.combinations(bits, size)], dtype=np.uint8
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), ads=st.integers(0, 40), best=st.sampled_from([1, 3, 64]), coarse=st.booleans())
def test_the_best_of_every_ablation_are_those_of_a_full_sort_bit_for_bit(seed, ads, best, coarse):
    columns, query, eligibility = world(seed, ads, coarse=coarse)
    sets = all_sets()
    ranking = rank(weighed(columns, query, eligibility), sets, best=best)
    for row, left_out in enumerate(sets):
        expected = rank_by_sorting(columns, query, eligibility, int(left_out))
        kept = min(best, int(expected.kept[0]))
        assert ranking.kept[row] == kept
        assert ranking.eligible[row] == expected.kept[0]
        for name in ("ads", "values", "click_rates", "qualities"):
            assert getattr(ranking, name)[row, :kept].tolist() == getattr(expected, name)[0, :kept].tolist()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    ads=st.integers(0, 60),
    best=st.sampled_from([1, 3, 16]),
    coarse=st.booleans(),
    silent=st.booleans(),
)
def test_a_quick_look_first_changes_no_bit_of_what_is_best(seed, ads, best, coarse, silent):
    columns, query, eligibility = world(seed, ads, coarse=coarse)
    if silent:
        little = query.parts * np.array([[1.0], [0.0], [1.0]], dtype=np.float32)
        little[:, 5 + seed % 2 :] = 0.0
        query = replace(query, parts=little, tone=np.zeros_like(query.tone), affect=np.zeros_like(query.affect))
    sets = all_sets()
    foreseen = sets[:: 1 + seed % 3]
    each = [best + row % 3 for row in range(len(foreseen))]
    contest = Contest(columns, query, eligibility, foreseen=foreseen, best=each, worth_screening=0)
    whole = weighed(columns, query, eligibility)
    assert len(contest) == len(whole.ads)
    for asked, size in ((foreseen, best), (foreseen[:2], each[-1]), (sets, best), (foreseen[:1], 99)):
        quick, plain = contest.rank(asked, best=size), rank(whole, asked, best=size)
        for name in ("kept", "eligible"):
            assert getattr(quick, name).tolist() == getattr(plain, name).tolist()
        for row, kept in enumerate(plain.kept):
            for name in ("ads", "values", "click_rates", "qualities"):
                assert getattr(quick, name)[row, :kept].tolist() == getattr(plain, name)[row, :kept].tolist()


def test_ads_whose_bids_are_turned_down_are_ranked_as_if_built_with_those_bids():
    columns, query, eligibility = world(8, 400, coarse=False)
    half = {"per_impression": columns.per_impression / 2, "per_click": columns.per_click / 2}
    turned = with_worth(columns, **half)
    none = np.zeros(1, dtype=np.uint8)
    quick = Contest(turned, query, eligibility, foreseen=none, best=8, worth_screening=0).rank(none, best=8)
    plain = rank_by_sorting(replace(columns, **half), query, eligibility, 0)
    assert quick.ads[0].tolist() == plain.ads[0, :8].tolist()
    assert quick.values[0].tolist() == plain.values[0, :8].tolist()
    assert columns.coarse.worth[1].any(), "what it was made of is as it was"


def test_more_ads_than_one_block_holds_are_looked_at_quickly_with_the_same_answer():
    columns, query, eligibility = world(9, 768, coarse=True)
    nobody = replace(eligibility, may=eligibility.may & (np.arange(768) // 256 != 1))
    none = np.zeros(1, dtype=np.uint8)
    contests = [Contest(columns, query, some, foreseen=none, best=20) for some in (eligibility, nobody, eligibility)]
    for contest, some in zip(contests, (eligibility, nobody, eligibility), strict=True):
        assert contest._screened is not None
        quick, plain = contest.rank(none, best=20), rank_by_sorting(columns, query, some, 0)
        assert quick.ads[0].tolist() == plain.ads[0, :20].tolist()
        assert quick.eligible.tolist() == plain.eligible.tolist()


@pytest.mark.parametrize(
    ("best", "ads", "last"), [(129, 6_000, 6_000), (200, 6_000, 300), (513, 6_000, 6_000), (700, 5_000, 5_000)]
)
def test_more_of_the_best_than_was_foreseen_are_found_quickly_too(best, ads, last):
    columns, query, eligibility = world(11, ads, coarse=True)
    some = np.arange(len(eligibility.may))
    eligibility = replace(eligibility, may=eligibility.may & (some < last) & (some % 8 > 0))
    contest = Contest(columns, query, eligibility, foreseen=np.zeros(1, dtype=np.uint8), best=8)
    sets = np.array([0, SIGNAL_BITS[1], TONE], dtype=np.uint8)
    quick = contest.rank(sets, best=best)
    for row, left_out in enumerate(sets.tolist()):
        plain = rank_by_sorting(columns, query, eligibility, left_out)
        size = min(best, int(plain.kept[0]))
        assert quick.kept[row] == size
        assert quick.eligible[row] == plain.kept[0]
        for name in ("ads", "values", "click_rates", "qualities"):
            assert getattr(quick, name)[row, :size].tolist() == getattr(plain, name)[0, :size].tolist()


def falling(ads):
    """A world whose likely best stand first, as in a catalogue, and ads that differ as much as topics do."""
    columns, query, eligibility = world(12, ads, coarse=False)
    random = np.random.default_rng(12)
    vectors = random.normal(size=(ads, columns.width)) * (random.random((ads, columns.width)) < [0.5, 0.1, *[0.8] * 7])
    vectors[: ads // 2] *= 0.1
    worth = np.sort(random.gamma(2.0, size=ads))[::-1] * 1e5
    columns = ad_columns(
        bias=columns.bias * np.float32(0.01),
        vectors=(vectors * 0.2).astype(np.float32),
        per_impression=np.zeros(ads),
        per_click=worth,
        tones=columns.tones,
        affect_may_move=columns.affect_may_move,
        name_hashes=columns.name_hashes,
    )
    return columns, query, eligibility


@pytest.mark.parametrize("best", [8, 128])
def test_blocks_that_cannot_win_are_never_read_and_the_best_are_the_best(best):
    columns, query, eligibility = falling(256 * 12)
    sets = np.array([0, *SIGNAL_BITS[:2], TONE], dtype=np.uint8)
    poisoned = columns.coarse.columns.copy()
    poisoned[-4:] = 127
    coarse = replace(columns.coarse, columns=poisoned)
    contest = Contest(replace(columns, coarse=coarse), query, eligibility, foreseen=sets, best=best)
    assert contest._screened is not None
    quick = contest.rank(sets, best=best)
    assert len(contest._screened.weighed.ads) < 256 * 8
    for row, left_out in enumerate(sets.tolist()):
        plain = rank_by_sorting(columns, query, eligibility, left_out)
        assert quick.ads[row].tolist() == plain.ads[0, :best].tolist()
        assert best < quick.eligible[row] <= plain.eligible[0]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), steep=st.sampled_from([0.0, 0.3, 3.0]), best=st.sampled_from([1, 8, 40]))
def test_whatever_is_passed_over_could_not_have_been_among_the_best(seed, steep, best):
    columns, query, eligibility = world(seed, 256 * 3, coarse=seed % 2 == 0)
    falls = np.exp(-steep * np.arange(256 * 3) / 100)
    columns = with_worth(columns, per_impression=columns.per_impression * falls, per_click=columns.per_click * falls)
    sets = all_sets()[:: 1 + seed % 5]
    contest = Contest(columns, query, eligibility, foreseen=sets, best=best, worth_screening=0)
    quick = contest.rank(sets, best=best)
    for row, left_out in enumerate(sets.tolist()):
        plain = rank_by_sorting(columns, query, eligibility, left_out)
        size = min(best, int(plain.kept[0]))
        assert quick.ads[row, :size].tolist() == plain.ads[0, :size].tolist()
        assert quick.kept[row] == size
        assert (quick.eligible[row] > size) >= (plain.eligible[0] > size)


def test_a_quick_look_lets_few_through():
    columns, query, eligibility = world(5, 1_500, coarse=False)
    contest = Contest(columns, query, eligibility, foreseen=np.zeros(1, dtype=np.uint8), best=8, worth_screening=0)
    assert contest._screened is not None
    assert 8 <= len(contest._screened.weighed.ads) < 150 < len(contest)


def test_weights_beyond_what_eight_bits_can_tell_apart_are_looked_at_exactly():
    columns, query, eligibility = world(6, 300, coarse=False)
    steep = replace(query, parts=query.parts * np.float32(1_000.0))
    contest = Contest(columns, steep, eligibility, foreseen=np.zeros(1, dtype=np.uint8), best=8, worth_screening=0)
    assert contest._screened is None
    assert contest.rank(np.zeros(1, dtype=np.uint8), best=8).ads[0].tolist() == (
        rank_by_sorting(columns, steep, eligibility, 0).ads[0, :8].tolist()
    )


def test_more_ads_than_one_block_holds_are_ranked_as_a_full_sort_would():
    columns, query, eligibility = world(1, 1_300, coarse=True)
    ranking = rank(weighed(columns, query, eligibility), np.zeros(1, dtype=np.uint8))
    expected = rank_by_sorting(columns, query, eligibility, 0)
    assert ranking.ads[0].tolist() == expected.ads[0, :64].tolist()


def test_what_a_request_says_nothing_of_adds_nothing():
    columns, query, eligibility = world(3, 200, coarse=False)
    silent = query.parts.copy()
    silent[:, 5:] = 0.0  # the rare features of the ads, which are kept apart from the common ones
    query = replace(query, parts=silent)
    ranking = rank(weighed(columns, query, eligibility), np.zeros(1, dtype=np.uint8))
    expected = rank_by_sorting(columns, query, eligibility, 0)
    assert ranking.values[0].tolist() == expected.values[0, :64].tolist()


def test_leaving_a_signal_out_gives_the_bits_of_never_having_had_it():
    columns, query, eligibility = world(2, 200, coarse=False)
    everywhere = Eligibility(
        may=eligibility.may,
        fails_with=np.zeros_like(eligibility.fails_with),
        fails_without=np.zeros_like(eligibility.fails_without),
    )
    never = Query(
        bias=query.bias,
        parts=query.parts[[0, 2]],
        part_bits=query.part_bits[[0, 2]],
        tone=query.tone,
        affect=query.affect,
        tone_bit=TONE,
        affect_bit=AFFECT,
        tie_hash=query.tie_hash,
    )
    left_out = rank(weighed(columns, query, everywhere), np.array([SIGNAL_BITS[1]], dtype=np.uint8))
    without = rank(weighed(columns, never, everywhere), np.zeros(1, dtype=np.uint8))
    assert left_out.ads.tolist() == without.ads.tolist()
    assert left_out.values.tolist() == without.values.tolist()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_t03_tone_and_affect_move_value_by_a_tenth_at_most_and_the_click_rate_not_at_all(seed):
    columns, query, eligibility = world(seed, 30, coarse=False)
    rows = {}
    for left_out in (0, TONE, AFFECT, TONE | AFFECT):
        ranking = rank(weighed(columns, query, eligibility), np.array([left_out], dtype=np.uint8))
        kept = ranking.kept[0]
        rows[left_out] = {
            ad: (value, rate)
            for ad, value, rate in zip(
                ranking.ads[0, :kept], ranking.values[0, :kept], ranking.click_rates[0, :kept], strict=True
            )
        }
    for signal in (TONE, AFFECT):
        for ad, (value, rate) in rows[signal].items():
            with_it, same_rate = rows[0][ad]
            assert same_rate == rate
            assert abs(with_it - value) <= MOST_QUALITY_SHARE * value * (1 + 1e-12)
            if signal == AFFECT and not columns.affect_may_move[ad]:
                assert with_it == value


def test_ties_fall_by_request_and_ad_and_not_by_the_order_of_the_ads():
    _, query, _ = world(3, 1, coarse=True)
    same = {
        "bias": np.zeros(50, dtype=np.float32),
        "vectors": np.zeros((50, 9), dtype=np.float32),
        "per_impression": np.ones(50),
        "per_click": np.zeros(50),
        "tones": np.zeros((50, 3), dtype=np.float32),
        "affect_may_move": np.ones(50, dtype=np.bool_),
    }
    names = np.random.default_rng(4).integers(0, 2**63, 50).astype(np.uint64)
    everyone = Eligibility(
        may=np.ones(50, dtype=np.bool_),
        fails_with=np.zeros(50, dtype=np.uint8),
        fails_without=np.zeros(50, dtype=np.uint8),
    )
    forward = rank(weighed(ad_columns(**same, name_hashes=names), query, everyone), np.zeros(1, dtype=np.uint8))
    backward = rank(weighed(ad_columns(**same, name_hashes=names[::-1]), query, everyone), np.zeros(1, dtype=np.uint8))
    assert names[forward.ads[0]].tolist() == names[::-1][backward.ads[0]].tolist()
    assert forward.ads[0].tolist() != sorted(forward.ads[0].tolist())


@pytest.mark.parametrize("logit", [-50.0, -40.0, -5.0, -1e-9, 0.0, 0.3, 7.0, 50.0])
def test_the_click_rate_is_the_logistic_function(logit):
    inside = min(max(logit, -40.0), 40.0)
    assert click_rate(np.array([logit]))[0] == pytest.approx(1 / (1 + np.exp(-inside)), rel=4e-16, abs=0)


def test_an_ad_worth_nothing_or_not_a_number_is_not_ranked():
    columns = ad_columns(
        bias=np.array([0.0, 0.0, np.nan, 0.0], dtype=np.float32),
        vectors=np.zeros((4, 1), dtype=np.float32),
        per_impression=np.zeros(4),
        per_click=np.array([0.0, 5.0, 5.0, 1.0]),
        tones=np.zeros((4, 1), dtype=np.float32),
        affect_may_move=np.ones(4, dtype=np.bool_),
        name_hashes=np.arange(4, dtype=np.uint64),
    )
    query = Query(
        bias=0.0,
        parts=np.zeros((0, 1), dtype=np.float32),
        part_bits=np.zeros(0, dtype=np.uint8),
        tone=np.zeros(1, dtype=np.float32),
        affect=np.zeros(1, dtype=np.float32),
        tone_bit=TONE,
        affect_bit=AFFECT,
        tie_hash=1,
    )
    none = np.zeros(4, dtype=np.uint8)
    ranking = rank(
        weighed(columns, query, Eligibility(may=np.ones(4, dtype=np.bool_), fails_with=none, fails_without=none)),
        np.zeros(1, dtype=np.uint8),
    )
    assert ranking.kept[0] == 2
    assert ranking.ads[0, :2].tolist() == [1, 3]
    assert ranking.values[0, :2].tolist() == [2.5, 0.5]  # 5 x 0.5 and 1 x 0.5


def test_ads_that_are_worth_something_else_are_ranked_by_that_in_both_passes():
    columns, query, eligibility = world(5, 400, coarse=False)
    halved = with_worth(columns, per_impression=columns.per_impression / 2.0, per_click=columns.per_click / 2.0)
    none = np.zeros(1, dtype=np.uint8)
    before, after = (
        Contest(ads, query, eligibility, foreseen=none, best=8, worth_screening=0).rank(none, best=8)
        for ads in (columns, halved)
    )
    kept = int(before.kept[0])
    assert before.ads[0, :kept].tolist() == after.ads[0, :kept].tolist()
    assert (before.values[0, :kept] / 2.0).tolist() == after.values[0, :kept].tolist()
    assert halved.coarse.worth.tolist() == (columns.coarse.worth / 2).tolist()
