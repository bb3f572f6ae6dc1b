"""Stress may only take ads away: more of it blanks a superset, whatever was won and for how much."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Won
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, PersonId, PlacementId, ProductId
from adtailor.domain.money import Micros
from adtailor.domain.wellbeing import Care, State
from adtailor.wellbeing import CareDesk
from adtailor.wellbeing.vetoes import HIGH_ENERGY, FewerVeto, NoVeto, drawn_positions, veto_of

POLICY = load_policy()
DAY = date(2026, 11, 20)
ANA = PersonId("ana")
SECRET = b"secret"


def won(
    ad: str = "a", *, products: tuple[str, ...] = (), urgent: bool = False, energy: float = 0.0, price: int = 1
) -> Won:
    return Won(
        ad_id=AdId(ad),
        campaign_id=CampaignId("c"),
        advertiser_id=AdvertiserId("v"),
        bid_kind="cpc",
        bid=Micros(price),
        price=Micros(price),
        click_rate=0.01,
        quality=0.0,
        value=price * 0.01,
        runner_up=None,
        runner_up_value=0.0,
        propensity=1.0,
        products=frozenset(map(ProductId, products)),
        is_urgent=urgent,
        energy=energy,
    )


def blanks(
    state: State, page: dict[PlacementId, Won], placements: list[PlacementId], plain: frozenset[AdId] | None = None
) -> frozenset[PlacementId]:
    veto = veto_of(Care(state=state), policy=POLICY, secret=SECRET, person_id=ANA, day=DAY)
    return veto.blanks(page, placements, plain)


ads = st.builds(
    won,
    st.sampled_from("abcdef"),
    products=st.lists(st.sampled_from(["1006", "1366", "1525", "1391"]), max_size=2).map(tuple),
    urgent=st.booleans(),
    energy=st.floats(0, 1),
    price=st.integers(0, 10**9),
)
pages = st.lists(st.integers(0, 99).map(lambda n: PlacementId(f"feed-{n}")), min_size=1, max_size=20, unique=True)
plains = st.one_of(st.none(), st.sets(st.sampled_from([AdId(a) for a in "abcdef"])).map(frozenset))


@given(data=st.data(), placements=pages, plain=plains)
def test_t01_more_stress_blanks_a_superset(
    data: st.DataObject, placements: list[PlacementId], plain: frozenset[AdId] | None
) -> None:
    page = data.draw(st.dictionaries(st.sampled_from(placements), ads))
    ladder = [blanks(state, page, placements, plain) for state in State]
    for weaker, stronger in pairwise(ladder):
        assert weaker <= stronger
    assert ladder[0] == frozenset()
    assert ladder[3] == ladder[4] == frozenset(placements)


@given(data=st.data(), placements=pages)
def test_t01_which_positions_stay_empty_depends_on_no_bid_and_no_ad(
    data: st.DataObject, placements: list[PlacementId]
) -> None:
    page = {placement: won(f"ad-{placement}", price=data.draw(st.integers(0, 10**9))) for placement in placements}
    for state in (State.ELEVATED, State.HIGH):
        everyone = frozenset(ad.ad_id for ad in page.values())
        assert blanks(state, page, placements, everyone) == blanks(state, {}, placements, everyone)


@given(data=st.data(), placements=pages)
def test_t02_only_asked_placements_are_blanked(data: st.DataObject, placements: list[PlacementId]) -> None:
    page = data.draw(st.dictionaries(st.sampled_from([*placements, PlacementId("elsewhere")]), ads))
    for state in State:
        assert blanks(state, page, placements) <= set(placements)


class TestDrawing:
    @given(placements=pages, every=st.integers(1, 8))
    def test_every_nth_stays_empty_up_to_rounding(self, placements: list[PlacementId], every: int) -> None:
        drawn = drawn_positions(placements, every, person_id=ANA, day=DAY, secret=SECRET)
        assert len(placements) // every <= len(drawn) <= -(-len(placements) // every)

    @given(placements=pages, data=st.data())
    def test_the_order_of_the_request_does_not_matter(self, placements: list[PlacementId], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(placements))
        first, second = (
            drawn_positions(some, 4, person_id=ANA, day=DAY, secret=SECRET) for some in (placements, shuffled)
        )
        assert first == second

    def test_over_many_pages_of_one_position_a_quarter_stays_empty(self) -> None:
        """2000 pages of one placement: 500 expected, with a standard deviation of sqrt(2000 x 1/4 x 3/4) = 19."""
        drawn = sum(
            len(drawn_positions([PlacementId(f"feed-{n}")], 4, person_id=ANA, day=DAY, secret=SECRET))
            for n in range(2000)
        )
        assert abs(drawn - 500) < 4 * 19

    def test_another_day_person_or_secret_draws_others(self) -> None:
        placements = [PlacementId(f"feed-{n}") for n in range(20)]
        draws = {
            drawn_positions(placements, 4, person_id=person, day=day, secret=secret)
            for person in (ANA, None)
            for day in (DAY, date(2026, 11, 21))
            for secret in (SECRET, b"other")
        }
        assert len(draws) == 8


class TestElevated:
    @pytest.mark.parametrize("ad", [won(products=("1006",)), won(urgent=True), won(energy=HIGH_ENERGY)])
    def test_sensitive_urgent_and_loud_ads_go(self, ad: Won) -> None:
        placements = [PlacementId(f"feed-{n}") for n in range(8)]
        page = dict.fromkeys(placements, ad)
        assert blanks(State.ELEVATED, page, placements) == frozenset(placements)
        assert blanks(State.NEUTRAL, page, placements) == frozenset()

    @pytest.mark.parametrize("product", sorted(POLICY.sensitive_products))
    def test_t03_no_sensitive_category_passes(self, product: str) -> None:
        placement = PlacementId("p")
        assert blanks(State.ELEVATED, {placement: won(products=(product, "1525"))}, [placement]) == {placement}

    def test_calm_ordinary_ads_stay_but_for_every_fourth_position(self) -> None:
        placements = [PlacementId(f"feed-{n}") for n in range(8)]
        page = dict.fromkeys(placements, won(products=("1525",), energy=HIGH_ENERGY - 0.01))
        assert len(blanks(State.ELEVATED, page, placements)) == 8 // 4


class TestHigh:
    def test_only_what_anyone_would_have_been_shown_stays(self) -> None:
        placements = [PlacementId(f"feed-{n}") for n in range(8)]
        page = {placement: won("plain" if n % 2 else "personal") for n, placement in enumerate(placements)}
        left = set(placements) - blanks(State.HIGH, page, placements, frozenset({AdId("plain")}))
        assert left
        assert {page[placement].ad_id for placement in left} == {"plain"}

    def test_without_that_knowledge_nothing_passes(self) -> None:
        placements = [PlacementId("p1"), PlacementId("p2")]
        assert blanks(State.HIGH, dict.fromkeys(placements, won()), placements, None) == frozenset(placements)

    def test_only_high_asks_for_it(self) -> None:
        desk = CareDesk(POLICY, (), SECRET)
        asks = [desk.veto(Care(state=state), person_id=ANA, day=DAY).needs_plain for state in State]
        assert asks == [False, False, True, False, False]


def test_neutral_takes_nothing_away() -> None:
    assert CareDesk(POLICY, (), SECRET).veto(Care(), person_id=None, day=DAY) == NoVeto()


@pytest.mark.parametrize(
    ("person_id", "every", "drawn"),
    [
        (ANA, 2, {"p0", "p11", "p2", "p5", "p7", "p8"}),
        (ANA, 4, {"p0", "p11", "p7"}),
        (None, 2, {"p0", "p10", "p4", "p6", "p7", "p8"}),
        (None, 4, {"p0", "p10", "p7"}),
    ],
)
def test_t02_positions_stay_empty_through_a_restart_and_an_upgrade(
    person_id: PersonId | None, every: int, drawn: set[str]
) -> None:
    """Drawn otherwise on the same day, a page asked twice would show what was kept away."""
    page = [PlacementId(f"p{n}") for n in range(12)]
    assert drawn_positions(page, every, person_id=person_id, day=date(2026, 11, 20), secret=b"secret") == drawn


@pytest.mark.parametrize("state", [State.ELEVATED, State.HIGH])
def test_the_desk_hands_over_policy_secret_person_and_day(state: State) -> None:
    veto = CareDesk(POLICY, (), SECRET).veto(Care(state=state), person_id=ANA, day=DAY)
    assert veto == FewerVeto(state=state, policy=POLICY, secret=SECRET, person_id=ANA, day=DAY)
    page = [PlacementId(f"p{n}") for n in range(12)]
    every = POLICY.high_blank_every if state is State.HIGH else POLICY.elevated_blank_every
    assert veto.blanks({}, page, frozenset()) == drawn_positions(page, every, person_id=ANA, day=DAY, secret=SECRET)
