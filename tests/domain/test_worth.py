"""What a thousand impressions are expected to bring: exactly what is paid for them, or never more than is expected."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.backfill import ForeignAd, OpenPlace
from adtailor.domain.decision import Won
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, PlacementId
from adtailor.domain.money import Micros


def won(kind, price, events):
    return Won(
        ad_id=AdId("a"), campaign_id=CampaignId("c"), advertiser_id=AdvertiserId("b"), bid_kind=kind, bid=Micros(price),
        price=Micros(price), click_rate=0.02, quality=0.0, value=0.0, runner_up=None, runner_up_value=0.0,
        propensity=1.0, events=events,
    )  # fmt: skip


def test_a_click_of_ten_cents_at_one_in_fifty_is_two_a_thousand() -> None:
    assert won("cpc", 100_000, 0.02).thousand_worth == 2_000_000
    assert won("cpm", 412_000, 0.001).thousand_worth == 412_000


@given(st.sampled_from(["cpc", "cpa"]), st.integers(0, 10**9), st.floats(0, 1))
def test_it_is_never_more_than_expected_and_less_by_under_a_micro(kind, price, events) -> None:
    expected = 1000 * Fraction(events) * price
    assert 0 <= expected - won(kind, price, events).thousand_worth < 1


def test_an_ad_from_elsewhere_is_as_large_as_its_place() -> None:
    place = OpenPlace(id=PlacementId("p"), width=300, height=250, floor=Micros(0))
    ad = ForeignAd(
        place=place, markup="x", price=Micros(1), domains=(), products=(), behalf="", payer="",
    )  # fmt: skip
    assert (ad.width, ad.height) == (300, 250)
