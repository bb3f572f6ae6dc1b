"""The engine over arrays decides as `decide` does, and neither is handed a latent or a number of the click law."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from adtailor.decide.allocate import slots_of
from adtailor.decide.many import Pages, decide_many, purses_of
from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput
from adtailor.journeys.simulated_engines import (
    BASELINE,
    ExactEngines,
    FastEngines,
    checked_baseline,
    known_of,
    placements,
    tables_of,
)
from adtailor.simulate.worlds.asking import Asked, Engines, Shown
from adtailor.simulate.worlds.latents import Latents, Strengths
from adtailor.simulate.worlds.law import Law
from adtailor.simulate.worlds.living import everybody, live
from adtailor.simulate.worlds.world import Size, World, make_world
from adtailor.testing.toy_ads import toy_world
from adtailor.testing.toy_reader import toy_reader

SIZE = Size(people=24, days=2, days_before=0, advertisers=7, ads_each=3)


def met(world: World, engines: Engines, signal: Signal | None, **plan: object) -> list[tuple[Asked, Shown]]:
    log: list[tuple[Asked, Shown]] = []
    random = np.random.default_rng(world.seed)
    some = random.random(world.size.people) < 0.5
    plan = {"budgets": np.full((2, world.size.advertisers), np.inf)} | plan
    live(
        world,
        engines.engine(world.public, signal=signal),
        replace(everybody(world, treated=False), treated=some, purses=some.astype(np.int32), **plan),
        saw=lambda asked, shown: log.append((asked, shown)),
    )
    return log


@pytest.mark.parametrize(("seed", "signal", "places"), [(1, "look", 3), (2, "affect", 2), (3, None, 1)])
def test_both_engines_agree_winner_by_winner_and_price_by_price(seed: int, signal: Signal | None, places: int) -> None:
    # Many clicks, so that histories grow; budgets that run out, so that bids are cut and ads closed, each arm its own.
    world = make_world(seed, size=SIZE, reader=toy_reader())
    world = world.with_strengths(replace(Strengths(), base=-1.5))
    world = replace(
        world, law=Law(latents=replace(world.latents, liking=world.latents.liking + 3.0), strengths=Strengths())
    )
    budgets = np.random.default_rng(seed).lognormal(14.5, 0.7, (2, SIZE.advertisers))
    plan = {"budgets": budgets, "places": np.full(SIZE.people, places, dtype=np.int32)}
    exact, fast = (met(world, engines, signal, **plan) for engines in (ExactEngines(), FastEngines()))
    assert len(exact) == len(fast)
    shown = 0
    for (asked, one), (_, other) in zip(exact, fast, strict=True):
        assert one.ads.tolist() == other.ads.tolist(), f"winners of pages {asked.numbers.tolist()}"
        assert one.prices.tolist() == other.prices.tolist(), f"prices of pages {asked.numbers.tolist()}"
        shown += int((one.ads >= 0).sum())
    assert shown > 100


def test_nothing_of_the_latents_or_of_the_click_law_reaches_the_engine() -> None:
    """Metamorphic: other tastes, receptivity and weights, the same posts, nobody clicks; every page stays as it was."""
    world = make_world(4, size=SIZE, reader=toy_reader())
    truth = world.latents
    # Nobody clicks and nobody leaves in either, for a click and a visit are things that a site may see.
    silent = replace(Strengths(), leaving=0.0, look=0.0, mood=0.0)
    one = replace(world, law=Law(latents=replace(truth, liking=np.full_like(truth.liking, -80.0)), strengths=silent))
    turned = Latents(**{f.name: _scrambled(getattr(truth, f.name), f.name) for f in fields(Latents)})
    other = replace(
        world,
        law=Law(
            latents=replace(
                turned, liking=np.full_like(truth.liking, -90.0), active=truth.active, interests=truth.interests
            ),
            strengths=replace(silent, look=9.0, mood=-4.0, page=-2.0, position=3.0, fatigue=0.0),
        ),
    )
    for signal in ("look", "affect"):
        for (asked, first), (again, second) in zip(
            met(one, FastEngines(), signal), met(other, FastEngines(), signal), strict=True
        ):
            assert asked.people.tolist() == again.people.tolist()
            assert first.ads.tolist() == second.ads.tolist()
            assert first.prices.tolist() == second.prices.tolist()


def test_an_engine_is_made_of_what_leaves_the_world_and_shares_no_memory_with_the_truth() -> None:
    world = make_world(4, size=SIZE, reader=toy_reader())
    tables = tables_of(known_of(world.public, signal="look"))
    latents = [getattr(world.latents, f.name) for f in fields(Latents)]
    weights = {round(getattr(Strengths(), f.name), 9) for f in fields(Strengths)} - {0.0, 1.0, 0.2, 0.5, 0.8, 0.4}
    seen = 0
    for array in (*_arrays(world.public), *_arrays(tables)):
        seen += 1
        assert not any(np.shares_memory(array, latent) for latent in latents)
        numbers = set(np.round(np.unique(array.astype(np.float64)), 9).tolist())
        if array.dtype.kind == "f":
            assert not numbers & weights
            for latent in latents:
                if latent.dtype.kind == "f":
                    assert not numbers & (set(np.round(latent.ravel(), 9).tolist()) - {0.0, 1.0, -1.0})
    assert seen > 10


def test_a_poisoned_truth_leaves_decisions_clean() -> None:
    # Canary: every latent is NaN by the time the engine is made. What it decides is as finite as ever.
    world = make_world(4, size=SIZE, reader=toy_reader())
    clean = met(world, FastEngines(), "look", by_chance=True)[0]
    for name in ("liking", "alike", "kinship", "suits", "receptive", "impatient", "wardrobe"):
        getattr(world.latents, name)[:] = np.nan
    first = met(world, FastEngines(), "look")[0]
    assert first[1].ads.tolist() == clean[1].ads.tolist()
    assert (first[1].prices >= 0).all()


def test_the_signal_is_used_for_treated_people_alone() -> None:
    world = make_world(7, size=SIZE, reader=toy_reader(0.95))
    quiet = replace(
        world, law=Law(latents=replace(world.latents, liking=world.latents.liking - 80.0), strengths=Strengths())
    )
    with_look, without = met(quiet, FastEngines(), "look"), met(quiet, FastEngines(), None)
    differs = 0
    for (asked, one), (_, other) in zip(with_look, without, strict=True):
        assert one.ads[~asked.treated].tolist() == other.ads[~asked.treated].tolist()
        differs += int((one.ads[asked.treated] != other.ads[asked.treated]).any())
    assert differs > 0


def test_a_baseline_without_ids_and_history_is_refused() -> None:
    public = make_world(4, size=SIZE, reader=toy_reader()).public
    assert checked_baseline(BASELINE) == BASELINE
    for missing in ("interests", "history"):
        with pytest.raises(InvalidInput, match="already knows who asks and what they clicked"):
            known_of(public, signal="look", baseline=[name for name in BASELINE if name != missing])


def test_the_baseline_really_uses_what_people_clicked() -> None:
    public = make_world(4, size=SIZE, reader=toy_reader()).public
    for engines in (ExactEngines(), FastEngines()):
        engine = engines.engine(public, signal=None)
        page = Asked(
            numbers=np.zeros(1, dtype=np.int64), people=np.zeros(1, dtype=np.int32), topics=np.zeros(1, dtype=np.int32),
            moods=np.full(1, -1, dtype=np.int32), treated=np.zeros(1, dtype=np.bool_),
            purses=np.zeros(1, dtype=np.int32), places=np.full(1, 3, dtype=np.int32),
            seen=np.zeros((SIZE.people, 21), dtype=np.int32), at=1.8e9,
        )  # fmt: skip
        before = engine.decide(page)
        # The ad in the second place is paid for by the click: known to be liked, it is worth more.
        ad = int(before.ads[0, 1])
        engine.clicked(np.zeros(5, dtype=np.int32), np.full(5, ad, dtype=np.int32))
        after = engine.decide(page)
        assert ad in after.ads[0, :2]
        assert (before.ads.tolist(), before.prices.tolist()) != (after.ads.tolist(), after.prices.tolist())


def test_what_is_no_tested_signal_is_refused() -> None:
    public = make_world(4, size=SIZE, reader=toy_reader()).public
    with pytest.raises(InvalidInput, match="one of look, affect"):
        known_of(public, signal="history")


def test_the_engine_over_arrays_refuses_what_it_does_not_take() -> None:
    toys = toy_world([{"id": "a"}, {"id": "own", "tier": "house"}])
    whole = np.ones((1, 2))
    nobody = np.zeros((0, 1), dtype=np.int32)
    pages = Pages(
        tables=(np.zeros((1, 2), dtype=np.float32),), values=nobody, mood_shares=np.zeros((1, 2)),
        moods=nobody[:, 0], may=np.ones((1, 2), dtype=np.bool_), classes=nobody[:, 0],
        seen=np.zeros((1, 2), dtype=np.int32), people=nobody[:, 0], purses=nobody[:, 0], places=nobody[:, 0],
        ties=np.zeros(0, dtype=np.uint64),
    )  # fmt: skip
    for catalogue, spacing in ((toys.catalogue, 0), (toy_world([{"id": "a"}, {"id": "b"}]).catalogue, 2)):
        with pytest.raises(InvalidInput, match="tiers or spacing"):
            decide_many(
                pages,
                purses_of(catalogue, whole, whole > 0.0),
                catalogue=catalogue,
                slots=slots_of(placements(2), conversion_rate=0.02, spacing=spacing),
            )


def _scrambled(values: np.ndarray, name: str) -> np.ndarray:
    """Other truths of the same shape; states stay, for posts were written from them."""
    if name == "states":
        return values
    random = np.random.default_rng(len(name))
    return random.permutation(values.ravel()).reshape(values.shape)


def _arrays(value: object) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif is_dataclass(value) and type(value).__name__ in {"Public", "Signals", "Tables", "Known"}:
        for field in fields(value):
            yield from _arrays(getattr(value, field.name))
