"""Sentences, tone, and the account."""

import pytest

from adtailor.decide.explain import WORDS, sentence
from adtailor.decide.quality import AD_TONES, MOOD_FITS, PAGE_TONE_FITS, affect_weights, tone_weights
from adtailor.domain.person import Mood
from adtailor.domain.signals import SIGNALS
from adtailor.testing.toy_pages import random_page


def test_every_signal_has_words_for_the_person():
    assert set(WORDS) == set(SIGNALS)


def test_an_explored_ad_says_that_it_is_one():
    assert "nearly as well" in sentence(["interests"], explored=True)
    assert "nearly as well" not in sentence(["interests"])


def test_one_signal_is_not_taken_together():
    assert sentence(["place"], together=True) == "You see this ad because of the country you are in."


def test_an_account_ranks_the_best_sixteen_and_gives_each_loser_its_reasons():
    page = random_page(8, most_ads=60)
    account = page.decide().account
    values = [candidate.value for candidate in account.ranked]
    assert 0 < len(values) <= 16
    assert values == sorted(values, reverse=True)
    assert {away.ad_id for away in account.turned_away}.isdisjoint(c.ad_id for c in account.ranked)
    assert all(away.reasons for away in account.turned_away)
    assert all(count > 0 for count in account.turned_away_counts.values())


def test_t12_an_account_does_not_tell_a_vetoed_page_from_another():
    class All:
        needs_plain = True

        def blanks(self, won, placements, plain):
            return frozenset(placements)

    for seed in range(40):
        page = random_page(seed)
        quiet = page.decide(veto=All())
        assert quiet.account == page.decide().account
        assert {filled.no_fill for filled in quiet.placements} == {quiet.placements[0].no_fill}
        assert quiet.placements[0].no_fill.code == "quiet"


def test_t03_no_mood_counts_against_an_ad_and_no_low_mood_is_known():
    assert set(MOOD_FITS) <= set(Mood.__args__)
    assert all(fit >= 0 for fits in MOOD_FITS.values() for fit in fits.values())
    for low in ("sadness", "stress", "anger", "fear", "grief", "crisis"):
        assert not affect_weights({low: 1.0}).any()


def test_fits_name_only_tones_that_an_ad_may_have():
    for fits in (*PAGE_TONE_FITS.values(), *MOOD_FITS.values()):
        assert set(fits) <= set(AD_TONES)
        assert all(-1 <= fit <= 1 for fit in fits.values())


@pytest.mark.parametrize("tone", [None, {}, {"unheard-of": 1.0}, {"playful": 0.0}])
def test_a_tone_that_is_not_known_weighs_nothing(tone):
    assert not tone_weights(tone).any()
