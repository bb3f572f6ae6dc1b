"""Worlds with a hidden effect are put to a trial, and what the trial finds is laid beside the truth.

The truth is everybody treated against nobody, on the same people, pages and luck. The trial sees what a site sees: who
was in which arm, and what was charged. Where a signal is looked for, a placebo is tried as well: everybody treated, but
by somebody else's readings, of which 0 is expected. Everything here is simulated: grade E, and never added to anything
measured.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.ids import TrialId
from adtailor.domain.money import Micros
from adtailor.domain.person_table import PersonTable
from adtailor.domain.signals import Signal
from adtailor.domain.trial import WHOLE, Arm, Design, Measured, Registration, arm_of
from adtailor.errors import InvalidInput
from adtailor.measure.experiments.read import read
from adtailor.simulate.worlds.asking import Engines
from adtailor.simulate.worlds.confusion import Reader
from adtailor.simulate.worlds.latents import Strengths
from adtailor.simulate.worlds.living import USUAL_PLACES, Lived, Plan, everybody, live
from adtailor.simulate.worlds.placebo import with_placebo
from adtailor.simulate.worlds.world import Size, World, make_world

Floats = NDArray[np.float64]
Treatment = Literal["look", "mood", "load", "nothing"]
TREATMENTS: tuple[Treatment, ...] = get_args(Treatment)
DESIGNS: tuple[Design, ...] = ("budget split", "user split")
GRADE = "E"
SIMULATED = "simulated"
TOO_SHORT = "too short to see harm"
_SIGNAL: dict[Treatment, Signal] = {"look": "look", "mood": "affect"}
BUDGETS_VARY = 0.4
"""Deviation of the log of budgets around the demand."""
LONGEST = 29
"""Days of a trial, those before it included."""
FEWEST_EVENTS = 6.0
"""The least that a day's budget pays for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What is simulated: worlds of consecutive seeds, whose hidden effects are taken in turn."""

    treatment: Treatment = "look"
    design: Design = "budget split"
    worlds: int = 20
    seed: int = 1
    effects: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0)
    """How strongly people respond, as multiples of the usual; below 0 they respond the other way."""
    size: Size = Size()
    budget: float = math.inf
    """What a campaign may spend of what it could spend: infinite, 1, .6 ..."""
    by_chance: bool = True
    """False charges what is expected of each ad shown: what is left is the luck of who is in which arm."""
    cpu_hour: Micros = Micros(40_000)
    """What an hour of one processor costs: reading is part of every account."""

    def __post_init__(self) -> None:
        if self.treatment not in TREATMENTS:
            raise InvalidInput(f"{self.treatment!r}", hint=f"one of {', '.join(TREATMENTS)}", field="treatment")
        if self.design not in DESIGNS:
            raise InvalidInput(f"{self.design!r}", hint=f"one of {', '.join(DESIGNS)}", field="design")
        if self.worlds < 1:
            raise InvalidInput(f"{self.worlds} worlds", hint="at least 1", field="worlds")
        if not all(map(math.isfinite, self.effects)) or len(set(self.effects)) < len(self.effects):
            raise InvalidInput(f"effects {_listed(self.effects)}", hint="finite numbers, each once", field="effects")
        if 0.0 not in self.effects:
            raise InvalidInput(
                f"effects {_listed(self.effects)}, and no 0",
                hint="add 0: whoever only simulates effects that are there finds them everywhere",
                field="effects",
            )
        if not self.budget > 0.0:
            raise InvalidInput(f"a budget of {self.budget}", hint="above 0, or infinite", field="budget")
        if self.cpu_hour < 0:
            raise InvalidInput(f"{self.cpu_hour} micros", hint="0 or more", field="cpu_hour")

    def cells(self) -> Iterator[tuple[int, float]]:
        """Seed and effect of every world: all of them, in order, none chosen."""
        for number in range(self.worlds):
            yield self.seed + number, self.effects[number % len(self.effects)]

    @property
    def is_too_short(self) -> bool:
        """Whether people who are going to leave have not had the time to."""
        return self.size.days < Strengths().patience_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One world: what is true of it, and what the trial found."""

    seed: int
    effect: float
    truth: float
    """The relative change of revenue, everybody treated against nobody."""
    value: float
    low: float
    high: float
    """The same as the trial has it, and its interval."""
    verdict: str
    click_truth: float
    """The same of the click rate: no money, and never added to any."""
    left_truth: float
    """By how many people more have left, as a share of all."""
    people: int
    clicks: int
    bound: float
    """The share of the control's revenue that came of campaigns whose budgets ran out."""
    gain: float
    """Micros that treating everybody earned, before what it cost."""
    cost: float
    """Micros that reading for it costs, everybody treated."""
    impressions: int
    posts: int
    placebo: float | None = None
    """The relative change of revenue where everybody is served by somebody else's readings; None of no signal."""
    placebo_gain: float | None = None
    """The same in micros, before the cost, which is that of the signal itself."""

    @property
    def covers(self) -> bool:
        """Whether the truth lies within the interval."""
        return self.low <= self.truth <= self.high

    @property
    def claims(self) -> bool:
        """Whether the interval says that there is an effect."""
        return self.low > 0.0 or self.high < 0.0

    @property
    def claims_wrongly(self) -> bool:
        """Whether it says so where there is none, or the other way."""
        return (self.low > 0.0 and self.truth <= 0.0) or (self.high < 0.0 and self.truth >= 0.0)


def swept(sweep: Sweep, *, engines: Engines, reader: Reader, done: Sequence[Cell] = ()) -> Iterator[Cell]:
    """Every world that is not among those done, as it is finished."""
    have = {cell.seed for cell in done}
    for seed, effect in sweep.cells():
        if seed not in have:
            yield tried(sweep, seed, effect, engines=engines, reader=reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of one world: everybody treated, and nobody, on the same luck."""

    world: World
    effect: float
    budgets: Floats
    launch_plan: Plan
    control: Lived
    launch: Lived
    placebo: Lived | None
    """Everybody treated by somebody else's readings; None of what is no signal."""


def tried(sweep: Sweep, seed: int, effect: float, *, engines: Engines, reader: Reader) -> Cell:
    """One world: its demand, its truth, and a trial in it."""
    return trial_in(truth_of(sweep, seed, effect, engines=engines, reader=reader), sweep, engines=engines)


def truth_of(sweep: Sweep, seed: int, effect: float, *, engines: Engines, reader: Reader) -> Truth:
    """Runs of a world; whatever the design of a trial, its truth is the same."""
    world = make_world(seed, size=sweep.size, reader=reader).with_strengths(strengths(sweep.treatment, effect))
    signal = _SIGNAL.get(sweep.treatment)
    budgets = budgets_of(world, engines, sweep)
    nobody = replace(everybody(world, treated=False, budgets=budgets), by_chance=sweep.by_chance)
    places = USUAL_PLACES + (sweep.treatment == "load")
    launch_plan = replace(
        nobody,
        treated=np.full(sweep.size.people, signal is not None),
        places=np.full(sweep.size.people, places, dtype=np.int32),
    )
    # First, for it is another public: engines keep the tables of the last one for its other runs.
    placebo = None if signal is None else _placebo(world, signal, launch_plan, engines)
    control = live(world, engines.engine(world.public, signal=signal), nobody)
    launch = control
    if sweep.treatment != "nothing":
        launch = live(world, engines.engine(world.public, signal=signal), launch_plan)
    return Truth(
        world=world,
        effect=effect,
        budgets=budgets,
        launch_plan=launch_plan,
        control=control,
        launch=launch,
        placebo=placebo,
    )


def _placebo(world: World, signal: Signal, plan: Plan, engines: Engines) -> Lived:
    """The launch, in which everybody's readings are somebody else's; people respond as they are."""
    public = with_placebo(world.public, signal, np.random.default_rng([world.seed, 3]))
    return live(replace(world, public=public), engines.engine(public, signal=signal), plan)


def trial_in(truth: Truth, sweep: Sweep, *, engines: Engines, is_mirrored: bool = False) -> Cell:
    """A trial in that world, read as a site reads it, beside the truth; mirrored, everybody is in the other arm."""
    world, control, launch = truth.world, truth.control, truth.launch
    registration = registered(sweep, world.seed)
    arms = np.array([arm_of(registration, person) for person in world.public.people])
    if is_mirrored:
        arms = 1 - arms
    engine = engines.engine(world.public, signal=_SIGNAL.get(sweep.treatment))
    trial = live(world, engine, split(truth.launch_plan, arms, registration, truth.budgets))
    findings = read(table_of(trial, arms), registration, is_last=True)
    finding = next(one for one in findings.findings if one.role == "primary")
    posts, photos = int(world.public.signals.posts.sum()), int(world.public.signals.photos.sum())
    return Cell(
        seed=world.seed,
        effect=truth.effect,
        truth=_more(launch.revenue.sum(), control.revenue.sum()),
        value=finding.relative.value,
        low=finding.relative.low,
        high=finding.relative.high,
        verdict=finding.verdict,
        click_truth=_more(_rate(launch), _rate(control)),
        left_truth=float((launch.left_on >= 0).mean() - (control.left_on >= 0).mean()),
        people=sum(findings.people),
        clicks=int(trial.clicks.sum()),
        bound=float(control.ran_out.sum() / max(control.spent.sum(), 1.0)),
        gain=float(launch.revenue.sum() - control.revenue.sum()),
        cost=reading_cost(sweep.treatment, world.reader, posts=posts, photos=photos, cpu_hour=sweep.cpu_hour),
        impressions=int(control.impressions.sum()),
        posts=posts,
        placebo=None if truth.placebo is None else _more(truth.placebo.revenue.sum(), control.revenue.sum()),
        placebo_gain=None if truth.placebo is None else float(truth.placebo.revenue.sum() - control.revenue.sum()),
    )


def strengths(treatment: Treatment, effect: float) -> Strengths:
    """The law of a world in which what is looked for is so many times as strong as usual."""
    usual = Strengths()
    if treatment == "look":
        return replace(usual, look=usual.look * effect)
    if treatment == "mood":
        return replace(usual, mood=usual.mood * effect)
    if treatment == "load":
        return replace(usual, annoyance=usual.annoyance * effect)
    return usual


def budgets_of(world: World, engines: Engines, sweep: Sweep) -> Floats:
    """Log-normal budgets around what each campaign would spend in a day without one; shape (1, campaigns)."""
    campaigns = len(world.public.inventory.campaigns)
    if not math.isfinite(sweep.budget):
        return np.full((1, campaigns), np.inf)
    probe = make_world(world.seed, size=replace(world.size, days=2, days_before=0), reader=world.reader)
    probe = probe.with_strengths(world.law.strengths)
    plan = replace(everybody(probe, treated=False), by_chance=False)
    demand = live(probe, engines.engine(probe.public, signal=None), plan).spent / 2
    random = np.random.default_rng([world.seed, 2])
    vary = random.lognormal(-(BUDGETS_VARY**2) / 2, BUDGETS_VARY, campaigns)
    # A purse that holds less than a few clicks says more about rounding than about trials.
    dearest = [a.bid.amount / (1000 if a.bid.kind == "cpm" else 1) for a in world.public.inventory.adsets]
    return np.maximum(demand * sweep.budget * vary, FEWEST_EVENTS * np.array(dearest))


def registered(sweep: Sweep, seed: int) -> Registration:
    """The trial as it would be registered on a site: two halves, revenue, read once at the end."""
    half, before = WHOLE // 2, min(sweep.size.days_before, LONGEST // 2)
    return Registration(
        id=TrialId(f"world-{seed}"),
        question=f"what does {sweep.treatment} earn here?",
        design=sweep.design,
        arms=(Arm(name="control", parts=half), Arm(name="treated", parts=WHOLE - half)),
        metrics=(Measured(metric="revenue", role="primary"), Measured(metric="click rate")),
        people=sweep.size.people,
        effect=0.01,
        looks=1,
        # A site keeps its decisions for 30 days; a world may be watched for longer.
        days=min(sweep.size.days, LONGEST - before),
        before_days=before,
    )


def split(launch: Plan, arms: NDArray[np.int64], registration: Registration, budgets: Floats) -> Plan:
    """The plan of a trial: the second arm as if it were launched, the first as if nothing were."""
    treated = arms == 1
    places = np.where(treated, launch.places, USUAL_PLACES).astype(np.int32)
    if registration.design == "user split":
        return replace(launch, treated=launch.treated & treated, places=places, budgets=budgets)
    shares = np.array([[arm.parts / WHOLE] for arm in registration.arms])
    return replace(
        launch,
        treated=launch.treated & treated,
        places=places,
        purses=arms.astype(np.int32),
        budgets=budgets * shares,
    )


def table_of(lived: Lived, arms: NDArray[np.int64]) -> PersonTable:
    """What a site knows at the end, as a trial reads it."""
    return PersonTable(
        person=np.arange(len(arms), dtype=np.uint64),
        arm=arms.astype(np.int64),
        before=lived.before,
        sums={
            "revenue": lived.revenue,
            "impressions": lived.impressions.astype(np.float64),
            "clicks": lived.clicks.astype(np.float64),
            "left": (lived.left_on >= 0).astype(np.float64),
        },
    )


def reading_cost(treatment: Treatment, reader: Reader, *, posts: int, photos: int, cpu_hour: Micros) -> float:
    """Micros that reading costs for a treatment: photos for the look, every post for the mood."""
    seconds = {"look": photos * reader.photo_seconds, "mood": posts * reader.post_seconds}.get(treatment, 0.0)
    return seconds / 3600.0 * cpu_hour


def _more(one: float, other: float) -> float:
    return float(one / other - 1.0) if other else 0.0


def _rate(lived: Lived) -> float:
    return float(lived.clicks.sum() / max(int(lived.impressions.sum()), 1))


def _listed(effects: Sequence[float]) -> str:
    return ", ".join(f"{effect:g}" for effect in effects) or "none"
