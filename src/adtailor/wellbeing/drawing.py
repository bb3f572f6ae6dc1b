"""The states and what leads from one to the other, drawn by asking the code and not by telling of it.

Every arrow is what `next_state` and `state_at` answered on a grid that has a point in each part of the plane of the
two levels, so that the picture in the docs cannot say what the code does not do.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from adtailor.domain.ids import PersonId, PlacementId, PostId
from adtailor.domain.wellbeing import Care, State, StressSign, WellbeingMemory, WellbeingPolicy
from adtailor.wellbeing.quiet import after_crisis, is_quiet
from adtailor.wellbeing.states import next_state, state_at
from adtailor.wellbeing.vetoes import veto_of

_BY_LEVEL = (State.NEUTRAL, State.ELEVATED, State.HIGH)
_NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
_SOMEBODY = PersonId("somebody")
_PAGE = tuple(PlacementId(f"p{n}") for n in range(120))


def states_diagram(policy: WellbeingPolicy) -> str:
    """A state diagram in Mermaid's words: S0 to S4, each with its share of empty positions, and every arrow."""
    lines = ["stateDiagram-v2", "    [*] --> NEUTRAL"]
    lines += [f"    {state.name}: S{state.value} {state.name.lower()}, {_empty(state, policy)}" for state in State]
    for before in _BY_LEVEL:
        for after, said in _arrows(before, policy):
            lines.append(f"    {before.name} --> {after.name}: {said}")
    days = _days_until_sustained(policy)
    lines.append(f"    HIGH --> SUSTAINED: high on {days} days")
    lines += [
        f"    {state.name} --> CRISIS: one own post with crisis language" for state in State if state < State.CRISIS
    ]
    low, high = _quiet_hours(policy)
    lines.append(f"    CRISIS --> [*]: {low} to {high} hours later")
    return "\n".join(lines) + "\n"


def least_posts(policy: WellbeingPolicy) -> int:
    """How many of the gravest posts it takes until anything is inferred; asked of `state_at`."""
    return next(n for n in range(1, 1000) if state_at(_grave(n), policy, _NOW) is not State.NEUTRAL)


def _arrows(before: State, policy: WellbeingPolicy) -> list[tuple[State, str]]:
    """Where the levels lead from a state, and under which of them."""
    cuts_elevated = sorted({policy.enter_elevated, policy.leave_elevated})
    cuts_high = sorted({policy.enter_high, policy.leave_high})
    elevated, high = _points(cuts_elevated), _points(cuts_high)
    led: dict[State, set[tuple[int, int]]] = {}
    for (i, one), (j, other) in product(enumerate(elevated), enumerate(high)):
        led.setdefault(next_state(before, one, other, policy), set()).add((i, j))
    arrows: list[tuple[State, str]] = []
    for after in sorted(led):
        if after is before:
            continue
        rows, columns = {i for i, _ in led[after]}, {j for _, j in led[after]}
        if led[after] != set(product(rows, columns)):  # pragma: no cover - the words below could not say it
            raise AssertionError(f"{before.name} to {after.name} is no rectangle of levels")
        said = [*_range("elevated", rows, cuts_elevated), *_range("high", columns, cuts_high)]
        arrows.append((after, " and ".join(said)))
    return arrows


def _points(cuts: Sequence[float]) -> list[float]:
    """One level of each part: below all cuts, and at each of them."""
    return [cuts[0] / 2, *cuts]


def _range(name: str, parts: set[int], cuts: Sequence[float]) -> list[str]:
    """Which levels the parts come to: part n begins at cut n - 1."""
    first, last = min(parts), max(parts)
    said: list[str] = []
    if first > 0:
        said.append(f"{name} from {cuts[first - 1]:g}")
    if last < len(cuts):
        said.append(f"{name} below {cuts[last]:g}")
    return said


def _empty(state: State, policy: WellbeingPolicy) -> str:
    """What share of a page stays empty whatever won."""
    care = Care(state=state, quiet=state is State.CRISIS)
    veto = veto_of(care, policy=policy, secret=b"drawing", person_id=_SOMEBODY, day=_NOW.date())
    plain = frozenset[object]()
    blank = len(veto.blanks({}, _PAGE, plain))  # pyright: ignore[reportArgumentType] - nothing was won
    if not blank:
        return "ads as won"
    return "no ads" if blank == len(_PAGE) else f"1 of {len(_PAGE) // blank} positions empty"


def _grave(posts: int, *, high_days: int = 0) -> WellbeingMemory:
    signs = tuple(StressSign(post_id=PostId(f"s{n}"), at=_NOW, probability=1.0, severity=1.0) for n in range(posts))
    days = tuple((_NOW - timedelta(days=n)).date() for n in range(high_days))
    return WellbeingMemory(person_id=_SOMEBODY, signs=signs, state=State.HIGH, high_days=days)


def _days_until_sustained(policy: WellbeingPolicy) -> int:
    return next(n for n in range(1, 100) if state_at(_grave(100, high_days=n), policy, _NOW) is State.SUSTAINED)


def _quiet_hours(policy: WellbeingPolicy) -> tuple[int, int]:
    """How long crisis language keeps ads away, over many people: the least and the most."""
    least, most = 10**6, 0
    for n in range(64):
        memory = after_crisis(WellbeingMemory(person_id=PersonId(f"p{n}")), policy, _NOW, b"drawing")
        hours = next(hour for hour in range(10**4) if not is_quiet(memory, _NOW + timedelta(hours=hour)))
        least, most = min(least, hours), max(most, hours)
    return least, most
