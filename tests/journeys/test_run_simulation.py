"""Worlds with a hidden effect are put to a trial: what is reported, and how a simulation could flatter."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from adtailor.cli.simulate_table import placebo_said
from adtailor.domain.money import Micros
from adtailor.domain.trial import arm_of
from adtailor.errors import InvalidInput
from adtailor.journeys.run_simulation import (
    TOO_SHORT,
    Cell,
    Sweep,
    budgets_of,
    reading_cost,
    registered,
    split,
    strengths,
    swept,
    table_of,
    trial_in,
    tried,
    truth_of,
)
from adtailor.journeys.simulated_engines import FastEngines
from adtailor.journeys.simulation_file import add, begin, key_of
from adtailor.journeys.simulation_report import reported
from adtailor.measure.experiments.read import read
from adtailor.simulate.worlds.latents import Strengths
from adtailor.simulate.worlds.living import everybody, live
from adtailor.simulate.worlds.placebo import with_placebo
from adtailor.simulate.worlds.world import Size, make_world
from adtailor.testing.toy_reader import toy_reader

SIZE = Size(people=80, days=2, days_before=1, advertisers=5)
READER = toy_reader()
SMALL = Sweep(worlds=3, effects=(0.0, 2.0), size=SIZE)


def cell(**changes: object) -> Cell:
    usual = Cell(
        seed=1, effect=0.0, truth=0.0, value=0.01, low=-0.02, high=0.04, verdict="not known yet", click_truth=0.0,
        left_truth=0.0, people=80, clicks=40, bound=0.0, gain=0.0, cost=10.0, impressions=1000, posts=100,
    )  # fmt: skip
    return replace(usual, **changes)


def cells_of(sweep: Sweep, **changes: object) -> list[Cell]:
    return [cell(seed=seed, effect=effect, **changes) for seed, effect in sweep.cells()]


class TestWhatASweepAsksFor:
    def test_effects_without_a_zero_are_refused(self) -> None:
        for effects in ((1.0, 2.0), (0.5,), ()):
            with pytest.raises(InvalidInput, match="add 0"):
                Sweep(effects=effects)
        assert Sweep(effects=(-1.0, 0.0)).effects == (-1.0, 0.0)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"worlds": 0}, "worlds"),
            ({"effects": (0.0, math.nan)}, "effects"),
            ({"effects": (0.0, 0.0)}, "effects"),
            ({"budget": 0.0}, "budget"),
            ({"treatment": "magic"}, "treatment"),
            ({"design": "ghost ads"}, "design"),
            ({"cpu_hour": Micros(-1)}, "cpu_hour"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, changes: dict[str, object], field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            replace(SMALL, **changes)
        assert error.value.field == field

    def test_every_seed_comes_once_and_effects_take_turns(self) -> None:
        assert list(SMALL.cells()) == [(1, 0.0), (2, 2.0), (3, 0.0)]


class TestOneWorld:
    def test_the_same_seed_is_the_same_cell(self) -> None:
        one, again = (tried(SMALL, 2, 2.0, engines=FastEngines(), reader=READER) for _ in range(2))
        assert one == again
        assert one.low < one.value < one.high
        assert one.truth != 0.0

    def test_without_limits_a_trial_and_its_mirror_together_are_the_launch(self) -> None:
        # People do not touch each other where nothing is limited: each is served as in the launch, or as without it.
        truth = truth_of(SMALL, 2, 2.0, engines=FastEngines(), reader=READER)
        one, other = (trial_in(truth, SMALL, engines=FastEngines(), is_mirrored=flag) for flag in (False, True))
        assert one.value != other.value
        assert one.clicks + other.clicks == int(truth.launch.clicks.sum() + truth.control.clicks.sum())
        assert one.truth == other.truth

    def test_nothing_has_no_effect(self) -> None:
        found = tried(replace(SMALL, treatment="nothing"), 3, 0.0, engines=FastEngines(), reader=READER)
        assert found.truth == found.click_truth == found.left_truth == found.gain == found.cost == 0.0
        assert found.value != 0.0

    def test_the_trial_knows_no_more_than_a_site(self) -> None:
        world = make_world(2, size=SIZE, reader=READER)
        plan = everybody(world, treated=True)
        lived = live(world, FastEngines().engine(world.public, signal="look"), plan)
        registration = registered(SMALL, 2)
        arms = np.array([arm_of(registration, person) for person in world.public.people])
        table = table_of(lived, arms)
        assert set(table.sums) <= {"revenue", "impressions", "clicks", "left"}
        assert table.sums["revenue"].sum() == pytest.approx(lived.revenue.sum())
        assert [one.metric for one in registration.metrics if one.role == "primary"] == ["revenue"]

    def test_each_half_has_its_own_half_of_every_budget(self) -> None:
        world = make_world(2, size=SIZE, reader=READER)
        registration = registered(SMALL, 2)
        arms = np.array([arm_of(registration, person) for person in world.public.people])
        budgets = np.full((1, 5), 3e6)
        launch = everybody(world, treated=True, budgets=budgets)
        plan = split(launch, arms, registration, budgets)
        assert plan.budgets.tolist() == [[1.5e6] * 5] * 2
        assert plan.purses.tolist() == arms.tolist()
        assert plan.treated.tolist() == (arms == 1).tolist()
        shared = split(launch, arms, registered(replace(SMALL, design="user split"), 2), budgets)
        assert shared.budgets.tolist() == budgets.tolist()
        assert not shared.purses.any()

    def test_a_world_may_be_watched_for_longer_than_a_site_keeps_its_decisions(self) -> None:
        for days in (1, 26, 120):
            assert registered(replace(SMALL, size=replace(SIZE, days=days)), 1).days <= days

    def test_budgets_follow_demand(self) -> None:
        world = make_world(2, size=SIZE, reader=READER)
        assert np.isinf(budgets_of(world, FastEngines(), SMALL)).all()
        low, high = (budgets_of(world, FastEngines(), replace(SMALL, budget=budget)) for budget in (100.0, 1000.0))
        assert high.sum() == pytest.approx(10 * low.sum(), rel=0.2)

    def test_only_what_is_looked_for_is_made_stronger(self) -> None:
        usual = Strengths()
        assert strengths("look", 2.0) == replace(usual, look=2 * usual.look)
        assert strengths("mood", 0.0) == replace(usual, mood=0.0)
        assert strengths("load", 3.0) == replace(usual, annoyance=3 * usual.annoyance)
        assert strengths("nothing", 5.0) == usual


class TestPlacebo:
    @pytest.mark.parametrize("treatment", ["look", "mood"])
    def test_people_are_served_by_what_is_somebody_elses_and_respond_as_they_are(self, treatment: str) -> None:
        sweep = replace(SMALL, treatment=treatment)
        truth = truth_of(sweep, 2, 2.0, engines=FastEngines(), reader=READER)
        signal = {"look": "look", "mood": "affect"}[treatment]
        public = with_placebo(truth.world.public, signal, np.random.default_rng([2, 3]))
        met: list[np.ndarray] = []
        again = live(
            replace(truth.world, public=public),
            FastEngines().engine(public, signal=signal),
            truth.launch_plan,
            saw=lambda asked, _: met.append(asked.moods),
        )
        assert truth.placebo is not None
        assert again.revenue.tolist() == truth.placebo.revenue.tolist()
        assert truth.placebo.revenue.tolist() != truth.launch.revenue.tolist()
        # The same people come, as often: luck is drawn before anything is decided.
        assert truth.placebo.pages.tolist() == truth.launch.pages.tolist() or (truth.placebo.left_on >= 0).any()
        told = trial_in(truth, sweep, engines=FastEngines())
        assert told.placebo_gain == truth.placebo.revenue.sum() - truth.control.revenue.sum()
        assert told.placebo == pytest.approx(told.placebo_gain / truth.control.revenue.sum())

    @pytest.mark.parametrize("treatment", ["load", "nothing"])
    def test_what_is_no_signal_has_none(self, treatment: str) -> None:
        found = tried(replace(SMALL, treatment=treatment), 3, 0.0, engines=FastEngines(), reader=READER)
        assert (found.placebo, found.placebo_gain) == (None, None)
        assert reported(SMALL, cells_of(SMALL)).placebo is None

    @pytest.mark.parametrize(
        ("treatment", "effect", "is_there"), [("look", 0.0, False), ("look", 3.0, True), ("mood", 3.0, None)]
    )
    def test_it_holds_zero_where_there_is_an_effect_and_where_there_is_none(
        self, treatment: str, effect: float, is_there: bool | None
    ) -> None:
        """Ten worlds; the signal itself is found in the same worlds where it is strong, so that they could show it."""
        size = Size(people=150, days=3, days_before=1, advertisers=8)
        sweep = Sweep(treatment=treatment, worlds=10, size=size, by_chance=False, effects=(0.0, effect or 1.0))
        engines = FastEngines()
        cells = [tried(sweep, seed, effect, engines=engines, reader=READER) for seed in range(1, 11)]
        cells = [replace(one, seed=seed, effect=of) for one, (seed, of) in zip(cells, sweep.cells(), strict=True)]
        placebo = reported(sweep, cells).placebo
        assert placebo is not None
        assert placebo.says == "nothing"
        assert placebo.low < placebo.value < placebo.high
        truths = np.array([one.truth for one in cells])
        reach = 2.262 * truths.std(ddof=1) / math.sqrt(10)  # Student's t with nine degrees of freedom
        if is_there is not None:
            assert (truths.mean() - reach > 0.0) == is_there

    def test_the_report_says_whether_it_is_nothing(self) -> None:
        # 0, 2 and 4 %: a mean of 2 and a deviation of 2, over the root of 3, times 4.303.
        cells = [replace(one, placebo=0.02 * n) for n, one in enumerate(cells_of(SMALL))]
        placebo = reported(SMALL, cells).placebo
        assert placebo is not None
        assert (placebo.value, placebo.high - placebo.value) == pytest.approx((0.02, 0.04968), abs=1e-5)
        assert placebo.says == "nothing"
        assert placebo_said(placebo) == "placebo, by others' signal: +2.00 % (-2.97 to +6.97), which holds 0"
        much = reported(SMALL, [replace(one, placebo=0.5 + 0.001 * n) for n, one in enumerate(cells)]).placebo
        assert much is not None
        assert much.says == "earns"
        assert "not the signal's alone" in placebo_said(much)
        # A world that was finished before there were any: nothing is said of the others alone.
        assert reported(SMALL, [replace(cells[0], placebo=None), *cells[1:]]).placebo is None


class TestWhatIsReported:
    def test_the_best_of_many_seeds_is_no_report(self) -> None:
        cells = cells_of(SMALL)
        for picked in (cells[:2], cells[1:], [*cells, cell(seed=9)], cells[::-1], [cells[0], cells[0], cells[2]]):
            with pytest.raises(InvalidInput, match="the best of many seeds is no result"):
                reported(SMALL, picked)
        assert reported(SMALL, cells).seeds == (1, 2, 3)

    def test_a_run_shorter_than_people_take_to_tire_is_too_short_to_see_harm(self) -> None:
        tires = int(Strengths().patience_days)
        for days, marked in ((tires - 1, True), (tires, False)):
            sweep = replace(SMALL, treatment="load", size=replace(SIZE, days=days))
            assert (TOO_SHORT in reported(sweep, cells_of(sweep)).marks) == marked

    def test_everything_is_marked_simulated(self) -> None:
        report = reported(SMALL, cells_of(SMALL))
        assert report.grade == "E"
        assert "simulated" in report.marks

    def test_reading_is_paid_for(self) -> None:
        # 3600 s of an hour that costs 40,000 micros: 100 photos of 9 s each are a quarter of it.
        slow = toy_reader(post_seconds=1.0, photo_seconds=9.0)
        assert reading_cost("look", slow, posts=500, photos=100, cpu_hour=Micros(40_000)) == pytest.approx(10_000)
        assert reading_cost("mood", slow, posts=900, photos=100, cpu_hour=Micros(40_000)) == pytest.approx(10_000)
        assert reading_cost("load", slow, posts=900, photos=100, cpu_hour=Micros(40_000)) == 0.0
        row = reported(SMALL, cells_of(SMALL, gain=5000.0, cost=2000.0)).total
        assert row.net_per_thousand == pytest.approx(3000.0)
        found = tried(SMALL, 2, 2.0, engines=FastEngines(), reader=READER)
        assert found.cost > 0.0

    def test_clicks_are_no_revenue(self) -> None:
        # Twice the clicks and not a cent more: nothing is found, and nothing is claimed.
        cells = cells_of(SMALL, click_truth=1.0, truth=0.0, value=0.0, low=-0.01, high=0.01)
        report = reported(SMALL, cells)
        assert report.total.truth == report.total.found == 0.0
        assert report.total.claimed == 0
        assert report.total.click_truth == 1.0

    def test_twice_the_clicks_of_treated_people_move_the_click_rate_and_no_revenue(self) -> None:
        world = make_world(2, size=SIZE, reader=READER)
        lived = live(world, FastEngines().engine(world.public, signal="look"), everybody(world, treated=False))
        registration = registered(SMALL, 2)
        arms = np.array([arm_of(registration, person) for person in world.public.people])
        more = replace(lived, clicks=lived.clicks * np.where(arms == 1, 2, 1))
        plain, doubled = (
            {one.metric: one for one in read(table_of(one, arms), registration, is_last=True).findings}
            for one in (lived, more)
        )
        assert doubled["revenue"] == plain["revenue"]
        assert doubled["revenue"].role == "primary"
        assert doubled["click rate"].treated == pytest.approx(2 * plain["click rate"].treated, rel=0.05)
        assert not doubled["click rate"].is_word_lift

    def test_what_is_claimed_is_counted_against_the_truth(self) -> None:
        right = cell(truth=0.1, value=0.12, low=0.05, high=0.2)
        assert (right.covers, right.claims, right.claims_wrongly) == (True, True, False)
        for wrong in (replace(right, truth=0.0), replace(right, truth=-0.1)):
            assert (wrong.covers, wrong.claims, wrong.claims_wrongly) == (False, True, True)
        down = replace(right, truth=0.0, low=-0.2, high=-0.05)
        assert down.claims_wrongly
        assert not replace(right, low=-0.01, truth=0.0).claims_wrongly


class TestGoingOn:
    def test_a_run_that_was_ended_goes_on_where_it_was(self, tmp_path: Path) -> None:
        file = tmp_path / "worlds.jsonl"
        assert begin(file, SMALL, READER, "fast") == ()
        engines = FastEngines()
        whole = list(swept(SMALL, engines=engines, reader=READER))
        add(file, whole[0])
        with file.open("a") as torn:
            torn.write('{"seed": 2, "effe')  # killed while it wrote
        done = begin(file, SMALL, READER, "fast")
        assert done == (whole[0],)
        rest = list(swept(SMALL, engines=engines, reader=READER, done=done))
        assert [*done, *rest] == whole
        for one in rest:
            add(file, one)
        assert begin(file, SMALL, READER, "fast") == tuple(whole)
        # More worlds of the same sweep go on in the same file, fewer take the first.
        assert begin(file, replace(SMALL, worlds=9), READER, "fast") == tuple(whole)
        assert begin(file, replace(SMALL, worlds=1), READER, "fast") == (whole[0],)
        assert len(file.read_text().splitlines()) == 4

    def test_a_file_of_another_sweep_is_refused_and_left(self, tmp_path: Path) -> None:
        file = tmp_path / "worlds.jsonl"
        begin(file, SMALL, READER, "fast")
        before = file.read_text()
        with pytest.raises(InvalidInput, match="seed differ"):
            begin(file, replace(SMALL, seed=7), READER, "fast")
        assert file.read_text() == before
        file.write_text("notes\n")
        with pytest.raises(InvalidInput, match="another sweep"):
            begin(file, SMALL, READER, "fast")
        assert file.read_text() == "notes\n"

    def test_the_name_of_a_sweep_hangs_on_all_but_how_many_worlds(self) -> None:
        name = key_of(SMALL, READER, "fast")
        assert key_of(replace(SMALL, worlds=99), READER, "fast") == name
        for other in (replace(SMALL, seed=2), replace(SMALL, budget=1.0), replace(SMALL, size=replace(SIZE, days=3))):
            assert key_of(other, READER, "fast") != name
        assert key_of(SMALL, READER, "exact") != name

    def test_a_line_of_the_file_says_what_it_is(self, tmp_path: Path) -> None:
        file = tmp_path / "worlds.jsonl"
        begin(file, SMALL, READER, "fast")
        header = json.loads(file.read_text())
        assert header["evidence"] == "simulated"
        assert header["grade"] == "E"
        assert asdict(cell())["seed"] == 1
