"""Days of a world: the same luck for everybody, money that adds up, and people who leave slowly."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.simulate.worlds.asking import Asked, Shown
from adtailor.simulate.worlds.latents import Strengths
from adtailor.simulate.worlds.law import Law
from adtailor.simulate.worlds.living import Lived, everybody, live
from adtailor.simulate.worlds.purses import Purses
from adtailor.simulate.worlds.world import Size, World, make_world
from adtailor.testing.toy_reader import toy_reader

SIZE = Size(people=60, days=3, days_before=1, advertisers=5)


class Turns:
    """Shows ads in turn, whoever asks, at a price of their own; remembers what it met."""

    def __init__(self, ads: int, *, first: int = 0, price: int = 300_000) -> None:
        self.ads, self.next, self.price = ads, first, price
        self.met: list[Asked] = []
        self.clicks: list[tuple[int, int]] = []

    def budgets(self, shares: np.ndarray, is_open: np.ndarray) -> None:
        assert ((shares > 0.0) & (shares <= 1.0)).all()
        self.open = is_open

    def decide(self, asked: Asked) -> Shown:
        self.met.append(replace(asked, seen=asked.seen.copy()))
        shown = np.full((len(asked), 3), -1, dtype=np.int32)
        for row in range(len(asked)):
            for place in range(int(asked.places[row])):
                shown[row, place], self.next = self.next % self.ads, self.next + 1
        return Shown(ads=shown, prices=np.full(shown.shape, self.price))

    def clicked(self, people: np.ndarray, ads: np.ndarray) -> None:
        self.clicks += list(zip(people.tolist(), ads.tolist(), strict=True))


def world(seed: int = 5, **changes: float) -> World:
    made = make_world(seed, size=SIZE, reader=toy_reader())
    return made.with_strengths(replace(Strengths(), **changes)) if changes else made


def lived(one: World, engine: Turns, **changes: object) -> Lived:
    return live(one, engine, replace(everybody(one, treated=False), **changes))


def same(one: Lived, other: Lived) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name)) for f in fields(Lived))


def test_the_same_seed_is_the_same_world_and_another_seed_another() -> None:
    ads = len(world().public.inventory.ads)
    assert same(lived(world(), Turns(ads)), lived(world(), Turns(ads)))
    assert not same(lived(world(), Turns(ads)), lived(world(6), Turns(ads)))
    assert world().public.inventory == world().public.inventory


def test_two_engines_meet_the_same_people_pages_and_luck() -> None:
    one, other = Turns(10), Turns(10, first=3)
    lived(world(leaving=0.0), one)
    lived(world(leaving=0.0), other)
    assert len(one.met) == len(other.met) > 40
    for a, b in zip(one.met, other.met, strict=True):
        assert a.people.tolist() == b.people.tolist()
        assert a.topics.tolist() == b.topics.tolist()
        assert a.moods.tolist() == b.moods.tolist()


def test_luck_is_drawn_for_those_who_left_too() -> None:
    # Half of them leave on the first days in one world and nobody in the other: who stays meets the same.
    stay, leave = Turns(10), Turns(10)
    nobody, some = lived(world(leaving=0.0), stay), lived(world(leaving=0.3), leave)
    left = some.left_on >= 0
    assert (nobody.left_on == -1).all()
    assert 5 < left.sum() < 55
    assert nobody.pages[~left].tolist() == some.pages[~left].tolist()
    assert (some.pages[left] <= nobody.pages[left]).all()


def test_nobody_is_treated_before_it_begins() -> None:
    one, engine = world(), Turns(10)
    live(one, engine, replace(everybody(one, treated=True, places=3)))
    days = np.array([asked.at for asked in engine.met])
    first = days < days.min() + 86_400
    for asked, is_before in zip(engine.met, first, strict=True):
        assert asked.treated.all() == (not is_before)
        assert (asked.places == (2 if is_before else 3)).all()


def test_money_of_people_is_money_of_campaigns() -> None:
    one = world()
    found = lived(one, Turns(10), budgets=np.full((1, 5), 900_000.0))
    assert found.revenue.sum() == pytest.approx(found.spent.sum())
    assert found.revenue_by_day.sum() == pytest.approx(found.revenue.sum())
    assert (found.spent <= 3 * 900_000.0).all()
    assert found.clicks.sum() > 0


def test_an_expected_charge_is_the_mean_of_charges_by_chance() -> None:
    one = make_world(5, size=replace(SIZE, people=1500), reader=toy_reader())
    by_chance, expected = (lived(one, Turns(10), by_chance=flag) for flag in (True, False))
    # 300,000 micros a click: the deviation of a sum of clicks is at most the root of how many are expected.
    clicks = expected.revenue.sum() / 300_000
    assert abs(by_chance.revenue.sum() - expected.revenue.sum()) < 4 * 300_000 * clicks**0.5


def test_a_plan_that_does_not_fit_is_refused() -> None:
    plan = everybody(world(), treated=True)
    for changes, field in (
        ({"purses": np.ones(SIZE.people, dtype=np.int32)}, "purses"),
        ({"places": np.full(SIZE.people, 4, dtype=np.int32)}, "places"),
        ({"places": np.zeros(3, dtype=np.int32)}, "places"),
    ):
        with pytest.raises(InvalidInput) as error:
            replace(plan, **changes)
        assert error.value.field == field


@settings(max_examples=30)
@given(
    amounts=st.lists(st.floats(0.0, 5e5), min_size=1, max_size=60),
    budget=st.floats(0.0, 2e6),
    whole=st.booleans(),
)
def test_a_purse_is_never_overdrawn(amounts: list[float], budget: float, whole: bool) -> None:
    inventory = world().public.inventory
    purses = Purses(inventory, np.full((2, 5), budget), curve=np.full(24, 1 / 24), whole=whole)
    purses.new_day()
    random = np.random.default_rng(len(amounts))
    which, ads = random.integers(0, 2, len(amounts)).astype(np.int32), random.integers(0, 10, len(amounts))
    charged = purses.charge(np.array(amounts), which, ads)
    assert (purses.spent <= budget).all()
    assert charged.sum() == pytest.approx(purses.spent.sum())
    assert ((charged == 0.0) | (charged == amounts)).all() or not whole


def test_bids_are_cut_where_a_day_costs_too_much_and_not_elsewhere() -> None:
    purses = Purses(
        world().public.inventory, np.array([[1e6, np.inf, 1e6, 1e6, 1e6]]), curve=np.full(24, 1 / 24), whole=True
    )
    purses.new_day()
    first = int(np.flatnonzero(purses.campaigns == 0)[0])
    purses.charge(np.array([500_000.0]), np.zeros(1, dtype=np.int32), np.array([first]))
    purses.pace(0)
    cut = purses.shares[0] < 1.0
    assert cut[purses.campaigns == 0].all()
    assert not cut[purses.campaigns == 1].any()
    assert purses.ran_out[0].tolist() == [True, False, False, False, False]


def test_people_who_are_shown_more_leave_more_but_not_at_once() -> None:
    law = world().law
    used = np.full(SIZE.people, 2.0)
    usual = law.strengths.leaving
    luck = np.random.default_rng(0).random((4000, SIZE.people))

    def share(days: int) -> float:
        got = used.copy()
        for _ in range(days):
            got = law.used_to(np.full(SIZE.people, 3.0), got)
        return float(np.mean([law.leaves(got, one) for one in luck]))

    # After a week a fifth of the way to what a load of three does in the end.
    assert share(0) == pytest.approx(usual, rel=0.25)
    assert share(7) < 0.5 * share(120)
    assert share(120) > 2.5 * usual


def test_no_response_to_looks_is_no_response_to_looks() -> None:
    people, ads = np.arange(20, dtype=np.int32), np.arange(20, dtype=np.int32) % 10
    asked = {"topics": np.zeros(20, dtype=np.int32), "places": np.zeros(20, dtype=np.int64), "day": 0, "hour": 9}
    asked["seen"] = np.zeros((SIZE.people, 10), dtype=np.int32)
    flat = world(look=0.0, mood=0.0).law
    odd = Law(
        latents=replace(flat.latents, alike=-flat.latents.alike, suits=-flat.latents.suits), strengths=flat.strengths
    )
    assert flat.click_rates(people, ads, **asked).tolist() == odd.click_rates(people, ads, **asked).tolist()
    strong = world(look=2.0, mood=0.0).law
    assert strong.click_rates(people, ads, **asked).tolist() != flat.click_rates(people, ads, **asked).tolist()
