"""T21: what everybody may see has noise, and what it costs of a day's privacy is never more than the day has."""

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.exhibit import Band
from adtailor.domain.ids import AdId, CampaignId, PlacementId, SiteId
from adtailor.domain.ledger import Reach
from adtailor.measure.public import BUDGET, EPSILONS, MOST, PUBLISHED, band, laplace, people_by, with_noise

HOUR = 24 * 20_777


def reach(seen: Sequence[tuple[int, str, int]]) -> list[Reach]:
    """Who (a hash) saw which ad in which hour of the day."""
    cells: dict[tuple[str, int], set[int]] = {}
    for viewer, ad, hour in seen:
        cells.setdefault((ad, hour), set()).add(viewer)
    return [
        Reach(
            hour=HOUR + hour, campaign_id=CampaignId("c"), adset_id=None, ad_id=AdId(ad), site_id=SiteId("s"),
            placement_id=PlacementId("p"), people=frozenset(people),
        )
        for (ad, hour), people in cells.items()
    ]  # fmt: skip


def by_ad(seen: Sequence[tuple[int, str, int]]) -> dict[str, int]:
    return people_by(reach(seen), lambda one: one.ad_id, most=MOST["ad"])


VISITS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=40)


@settings(max_examples=200)
@given(others=VISITS, ones=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 2)), max_size=12),
       hash_=st.integers(0, 6))  # fmt: skip
def test_t21_one_persons_day_changes_all_figures_together_by_little(
    others: list[tuple[int, str, int]], ones: list[tuple[str, int]], hash_: int
) -> None:
    """Whoever else shares the hash: the difference is what the noise is made for."""
    with_them, without = by_ad([*others, *((hash_, ad, hour) for ad, hour in ones)]), by_ad(others)
    changed = sum(abs(with_them.get(ad, 0) - without.get(ad, 0)) for ad in "abcdefgh")
    assert changed <= 2 * MOST["ad"]


@given(seen=VISITS)
def test_somebody_counts_once_however_often_and_for_few_ads(seen: list[tuple[int, str, int]]) -> None:
    counts = by_ad(seen)
    viewers = {viewer for viewer, *_ in seen}
    assert sum(counts.values()) <= MOST["ad"] * len(viewers)
    assert all(1 <= count <= len({viewer for viewer, ad, _ in seen if ad == name}) for name, count in counts.items())
    if all(len({ad for who, ad, _ in seen if who == viewer}) <= MOST["ad"] for viewer in viewers):
        assert counts == {ad: len({v for v, a, _ in seen if a == ad}) for ad in {ad for _, ad, _ in seen}}


def test_t21_the_breakdowns_of_a_day_keep_its_budget() -> None:
    assert math.isclose(sum(EPSILONS[by] for by in PUBLISHED), BUDGET)


@given(days=st.lists(st.integers(-200, 20_000), max_size=8), least=st.integers(1, 100))
def test_a_band_holds_the_sum_and_begins_at_k(days: list[int], least: int) -> None:
    found = band(days, least=least)
    if max(days, default=0) < least:
        assert found is None
    else:
        assert found is not None
        assert least <= found.least <= sum(max(0, day) for day in days) < found.below <= 2.5 * found.least


def test_t21_names_without_anybody_get_a_figure_too() -> None:
    """Otherwise, whether there is one would tell of the only person."""
    asked: list[tuple[Sequence[int], float, int]] = []

    def noise(counts: Sequence[int], epsilon: float, sensitivity: int) -> list[int]:
        asked.append((counts, epsilon, sensitivity))
        return [7 for _ in counts]

    assert with_noise({"b": 3, "gone": 9}, ["a", "b"], "ad", noise) == {"a": 7, "b": 7}
    assert asked == [([0, 3], EPSILONS["ad"], 2 * MOST["ad"])]


class TestWithOpenDp:
    """What the library itself draws."""

    @pytest.fixture(autouse=True)
    def library(self) -> None:
        pytest.importorskip("opendp", reason="the extra public")

    def test_t21_the_noise_is_as_wide_as_the_budget_asks(self) -> None:
        """Discrete Laplace of scale 16 has a mean of 0 and a standard deviation of 16 * sqrt(2) = 22.6.

        Of 20,000 draws the mean lies within 5 standard errors (0.8), and the deviation within 5 of its own (1.3).
        """
        drawn = laplace([100] * 20_000, 0.5, 8)
        mean = sum(drawn) / len(drawn)
        assert abs(mean - 100) < 0.8
        assert abs(math.sqrt(sum((one - mean) ** 2 for one in drawn) / len(drawn)) - 22.6) < 1.3
        assert laplace([100] * 50, 0.5, 8) != laplace([100] * 50, 0.5, 8), "never the same twice, and by no seed"

    def test_t21_an_attack_by_difference_is_as_good_as_the_budget_says_and_no_better(self) -> None:
        """An attacker who knows everybody but one asks whether the one was there, by the best threshold there is.

        With epsilon e, right guesses exceed wrong ones by a factor of at most exp(e): at e = 0.5 the best guess is
        right at most 62.2 % of the time, where both worlds are equally likely. The one sees as much as counts. Of 8,000
        guesses, 5 standard errors are 2.8 points.
        """
        worlds = []
        for is_there in (False, True):
            ones = [(9999, ad, 0) for ad in "abcdefgh"] if is_there else []
            counts = by_ad([*((n, "abcdefgh"[n % 8], n % 3) for n in range(80)), *ones])
            worlds.append([counts.get(ad, 0) for ad in "abcdefgh"])
        touched = [n for n in range(8) if worlds[0][n] != worlds[1][n]]
        assert len(touched) == MOST["ad"]
        middle = sum(worlds[0][n] + worlds[1][n] for n in touched) / 2
        random, right = Random(3), 0
        told = [laplace(world * 4_000, EPSILONS["ad"], 2 * MOST["ad"]) for world in worlds]
        for guess in range(8_000):
            is_there, start = random.random() < 0.5, 8 * (guess // 2)
            seen = sum(told[is_there][start + n] for n in touched)
            right += (seen > middle) == is_there
        assert right / 8_000 < math.exp(0.5) / (1 + math.exp(0.5)) + 0.028

    def test_nobody_is_a_figure_of_its_own(self) -> None:
        assert band(laplace([0], 1.0, 2), least=50) is None
        assert band([60], least=50) == Band(least=50, below=100)
