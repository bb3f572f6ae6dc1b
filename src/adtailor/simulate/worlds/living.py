"""Days go by: people open pages, the engine fills them, some ads are clicked and charged, and some people leave."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.simulate.worlds.asking import Asked, Engine, Shown
from adtailor.simulate.worlds.public import MOST_PLACES, TICKS
from adtailor.simulate.worlds.purses import Purses
from adtailor.simulate.worlds.world import Day, World

Floats = NDArray[np.float64]
BEGINS = 1_767_225_600.0
"""1 January 2026, in seconds since 1970."""
DAY = 86_400.0
USUAL_PLACES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who is treated how in one run; first axis: people."""

    treated: NDArray[np.bool_]
    """Whose pages use the signal in question, once the days before are over."""
    places: NDArray[np.int32]
    """Ads a page, from then on; before that two."""
    purses: NDArray[np.int32]
    """Which purse of each campaign pays for their pages."""
    budgets: Floats
    """(purses, campaigns): micros a day, infinite for no limit."""
    by_chance: bool = True
    """Clicks are charged as they come; False charges what is expected, which leaves only the luck of who is in."""

    def __post_init__(self) -> None:
        people, purses = len(self.treated), len(self.budgets)
        if len(self.places) != people or len(self.purses) != people:
            raise InvalidInput(f"{people} people treated", hint="name everybody's places and purse", field="places")
        if people and not 0 <= int(self.purses.min()) <= int(self.purses.max()) < purses:
            raise InvalidInput(f"purse {int(self.purses.max())} of {purses}", hint="give it a budget", field="purses")
        if people and not 0 <= int(self.places.min()) <= int(self.places.max()) <= MOST_PLACES:
            raise InvalidInput(f"{int(self.places.max())} places", hint=f"0 to {MOST_PLACES}", field="places")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What came of a run, person by person, once the days before were over. All of it is simulated."""

    before: Floats
    """Micros charged on the days before."""
    pages: NDArray[np.int64]
    impressions: NDArray[np.int64]
    clicks: NDArray[np.int64]
    revenue: Floats
    """Micros charged."""
    left_on: NDArray[np.int32]
    """The day on which they left; -1 for those who stay."""
    revenue_by_day: Floats
    """(days,)"""
    spent: Floats
    """(purses, campaigns): micros in all."""
    ran_out: Floats
    """(campaigns,): revenue on days on which a budget of theirs ran out."""


def live(
    world: World,
    engine: Engine,
    plan: Plan,
    *,
    saw: Callable[[Asked, Shown], None] | None = None,
) -> Lived:
    """One run of a world; `saw` is told of every page, as the engine met it."""
    return _Run(world, engine, plan, saw).all_days()


class _Run:
    def __init__(self, world: World, engine: Engine, plan: Plan, saw: Callable[[Asked, Shown], None] | None) -> None:
        people, ads = world.size.people, len(world.public.inventory.ads)
        self.world, self.engine, self.plan, self.saw = world, engine, plan, saw
        self.purses = Purses(world.public.inventory, plan.budgets, curve=world.curve, whole=plan.by_chance)
        self.stays = np.ones(people, dtype=np.bool_)
        self.used = np.full(people, float(USUAL_PLACES))
        self.ever = np.zeros((people, ads), dtype=np.int32)
        self.today = np.zeros((people, ads), dtype=np.int32)
        self.pages, self.impressions, self.clicks = (np.zeros(people, dtype=np.int64) for _ in range(3))
        self.revenue = np.zeros(people)
        self.left_on = np.full(people, -1, dtype=np.int32)
        self.spent = np.zeros_like(plan.budgets)
        self.ran_out = np.zeros(plan.budgets.shape[1])
        self.is_on = world.size.days_before == 0
        self.numbered = 0

    def all_days(self) -> Lived:
        size = self.world.size
        by_day = np.zeros(size.days)
        before = np.zeros(size.people)
        for number in range(size.all_days):
            if number == size.days_before:
                before = self.revenue.copy()
                self._begin()
            had = self.revenue.sum()
            self._day(number, self.world.day(number))
            if number >= size.days_before:
                by_day[number - size.days_before] = self.revenue.sum() - had
        return Lived(
            before=before,
            pages=self.pages,
            impressions=self.impressions,
            clicks=self.clicks,
            revenue=self.revenue,
            left_on=self.left_on,
            revenue_by_day=by_day,
            spent=self.spent,
            ran_out=self.ran_out,
        )

    def _begin(self) -> None:
        """From now on it counts, and people are treated."""
        self.is_on = True
        for counted in (self.pages, self.impressions, self.clicks, self.revenue, self.spent, self.ran_out):
            counted[:] = 0

    def _day(self, number: int, day: Day) -> None:
        self.purses.new_day()
        self.today[:] = 0
        opened, shown = (np.zeros(self.world.size.people) for _ in range(2))
        there = np.flatnonzero(self.stays[day.people])
        bounds = np.searchsorted(day.ticks[there], np.arange(TICKS + 1))
        for tick in range(TICKS):
            rows = there[bounds[tick] : bounds[tick + 1]]
            if len(rows):
                self.engine.budgets(self.purses.shares, self.purses.is_open)
                self._tick(number, tick, day, rows, opened, shown)
            self.purses.pace(tick)
        self.spent += self.purses.spent
        self.ran_out += np.where(self.purses.ran_out, self.purses.spent, 0.0).sum(axis=0)
        self.pages += opened.astype(np.int64)
        law = self.world.law
        # Who opens nothing tires of nothing.
        loads = np.divide(shown, opened, out=self.used.copy(), where=opened > 0)
        self.used = law.used_to(loads, self.used)
        leaves = self.stays & law.leaves(self.used, day.leaving)
        self.left_on[leaves] = number
        self.stays &= ~leaves

    def _tick(  # noqa: PLR0917  # the day, the hour, and what they add to
        self, number: int, tick: int, day: Day, rows: NDArray[np.int64], opened: Floats, shown: Floats
    ) -> None:
        plan, people = self.plan, day.people[rows]
        asked = Asked(
            numbers=self.numbered + np.arange(len(rows)),
            people=people,
            topics=day.read[rows],
            moods=self.world.public.signals.moods[number, people].astype(np.int32),
            treated=plan.treated[people] & self.is_on,
            purses=plan.purses[people],
            places=plan.places[people] if self.is_on else np.full(len(rows), USUAL_PLACES, dtype=np.int32),
            seen=self.today,
            at=BEGINS + number * DAY + tick * DAY / TICKS,
        )
        self.numbered += len(rows)
        answer = self.engine.decide(asked)
        if self.saw is not None:
            self.saw(asked, answer)
        at, place = np.nonzero(answer.ads >= 0)
        ads, who = answer.ads[at, place], people[at]
        rates = self.world.law.click_rates(
            who, ads, topics=day.topics[rows[at]], places=place, day=number, hour=tick, seen=self.ever
        )
        hits = day.fates[rows[at], place] < rates
        happens = hits.astype(np.float64) if plan.by_chance else rates
        amounts = answer.prices[at, place].astype(np.float64) * np.where(self.purses.is_cpm[ads], 0.001, happens)
        paid = self.purses.charge(amounts, asked.purses[at], ads)
        np.add.at(self.revenue, who, paid)
        np.add.at(self.today, (who, ads), 1)
        np.add.at(self.ever, (who, ads), 1)
        np.add.at(self.impressions, who, 1)
        np.add.at(shown, who, 1.0)
        np.add.at(opened, people, 1.0)
        np.add.at(self.clicks, who[hits], 1)
        if hits.any():
            self.engine.clicked(who[hits], ads[hits])


def everybody(world: World, *, treated: bool, places: int = USUAL_PLACES, budgets: Floats | None = None) -> Plan:
    """All people treated, or none; each campaign with one purse."""
    people, campaigns = world.size.people, len(world.public.inventory.campaigns)
    return Plan(
        treated=np.full(people, treated),
        places=np.full(people, places, dtype=np.int32),
        purses=np.zeros(people, dtype=np.int32),
        budgets=np.full((1, campaigns), np.inf) if budgets is None else budgets,
    )
