"""make bench ARGS=levels: levels from which well-being states keep what is promised, chosen on half of the posts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from random import Random

from adtailor.assemble import text_reader
from adtailor.config.policy import load_policy
from adtailor.config.settings import Settings
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.journeys.evaluate_states import StateScore, evaluate_states
from adtailor.ports import TextReader
from adtailor.understand.timelines import Cast, compose, load_cast
from adtailor.understand.training.parting import split
from adtailor.wellbeing.desk import CareDesk

PROMISED, MARGIN = 0.80, 0.05
"""On the half that chooses a margin is asked for: a choice does worse where it was not made."""
STEPS = (0.45, 0.55, 0.65, 0.7, 0.75)
BAND = 0.12
"""Between entering a state and leaving it, so that it does not flicker."""
CHOOSING, MEASURING = 2, 4
"""Draws of people."""
SEED = 7


def run() -> list[tuple[str, str, str]]:
    """The levels in force and those chosen, each measured on the half of the posts that did not choose."""
    cast, reader, policy = load_cast(), text_reader(Settings().models), load_policy()
    ours, others = halves(cast)
    rows: list[tuple[str, str, str]] = []
    for name, chosen in (("in force", policy), ("chosen", choose(ours, reader, policy))):
        where = f"levels {name}, {chosen.enter_elevated:.2f} / {chosen.enter_high:.2f}"
        for score in measured(others, reader, chosen, draws=MEASURING):
            rows.append((f"{where}: S{int(score.state)} precision", str(score.precision), f">= {PROMISED:.2f}"))
            rows.append((f"{where}: S{int(score.state)} recall", str(score.recall), "printed"))
    return rows


def choose(cast: Cast, reader: TextReader, policy: WellbeingPolicy) -> WellbeingPolicy:
    """The levels that find most of those for whom S1 and S2 are due, among those precise enough with the margin."""
    best, found = policy, -1.0
    for elevated, high in product(STEPS, STEPS):
        tried = at_levels(policy, elevated, high)
        scores = measured(cast, reader, tried, draws=CHOOSING)
        precise = all((score.precision.value or 0.0) >= PROMISED + MARGIN for score in scores[:2])
        recall = sum(score.recall.value or 0.0 for score in scores[:2])
        if precise and recall > found:
            best, found = tried, recall
    return best


def at_levels(policy: WellbeingPolicy, elevated: float, high: float) -> WellbeingPolicy:
    """The policy with other levels to enter states from, and the same band to leave them."""
    return replace(
        policy,
        enter_elevated=elevated,
        leave_elevated=round(elevated - BAND, 2),
        enter_high=high,
        leave_high=round(high - BAND, 2),
    )


def measured(cast: Cast, reader: TextReader, policy: WellbeingPolicy, *, draws: int) -> Sequence[StateScore]:
    """Of S1, S2 and S3."""
    random, ends_at = Random(SEED), datetime(2026, 1, 2, 12, tzinfo=UTC)
    people = [compose(cast, stressed=120, calm=500, random=random, ends_at=ends_at) for _ in range(draws)]
    desk = CareDesk(policy, (), b"measuring")
    return evaluate_states(cast.texts, people, reader, desk, prevalence=cast.prevalence).scores


def halves(cast: Cast) -> tuple[Cast, Cast]:
    """The posts in two, by a hash of each."""
    stressed, everyday = (split(posts, SEED, tune=0.5, held=0.0).tune for posts in (cast.stressed, cast.everyday))

    def half(mine: bool) -> Cast:
        return replace(
            cast,
            stressed=tuple(post for post, one in zip(cast.stressed, stressed, strict=True) if one == mine),
            everyday=tuple(post for post, one in zip(cast.everyday, everyday, strict=True) if one == mine),
        )

    return half(True), half(False)
