r"""How often the well-being states are right about a person, over several posts: precision and recall, with intervals.

A person counts as found in a state if they reached it, or a higher one, at any time. With the share $R$ of people under
stress who are found and the share $F$ of all others, at a prevalence $\pi$ of stress,

$$\mathrm{precision} = \frac{\pi R}{\pi R + (1 - \pi) F}$$

whereas recall asks only of those for whom that state was due. An interval is the middle 95 % over several draws of
people *and* of the posts that they are composed from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading
from adtailor.domain.timeline import Timeline
from adtailor.domain.wellbeing import State, WellbeingMemory
from adtailor.ports import TextReader, Wellbeing

PARTS: frozenset[Part] = frozenset({"stress", "crisis"})
"""What the well-being consent allows to be read."""
STATES = (State.ELEVATED, State.HIGH, State.SUSTAINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with the middle 95 % of the draws; None where no draw could tell."""

    value: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateScore:
    """One state."""

    state: State
    precision: Estimate
    """Of people found in it or higher, those in an episode of stress."""
    recall: Estimate
    """Of people for whom it was due, those found."""
    false_rate: Estimate
    """Of people in no episode, those found all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesReport:
    """What is printed."""

    scores: tuple[StateScore, ...]
    prevalence: float
    draws: int
    people: int
    """In each draw."""
    found_by_kind: Mapping[str, float]
    """Share of each kind of people found in any state."""

    def __repr__(self) -> str:
        lines = [
            f"well-being states at {self.prevalence:.0%} prevalence; {self.draws} draws of {self.people} people",
            f"{'state':<12}{'precision':<24}{'recall':<24}{'false alarms'}",
        ]
        for score in self.scores:
            name = f"S{int(score.state)} {score.state.name.lower()}"
            false = "-" if score.false_rate.value is None else f"{score.false_rate.value:.4f}"
            lines.append(f"{name:<13}{score.precision!s:<24}{score.recall!s:<24}{false}")
        lines += [f"  found in any state: {share:.3f} of {kind!r}" for kind, share in self.found_by_kind.items()]
        return "\n".join(lines)


def evaluate_states(
    texts: Sequence[str],
    draws: Sequence[Sequence[Timeline]],
    reader: TextReader,
    wellbeing: Wellbeing,
    *,
    prevalence: float,
    progress: Callable[[int], None] = lambda _: None,
) -> StatesReport:
    """`draws` are several sets of people composed of `texts`, each of which is read once."""
    readings = read_once(texts, draws, reader)
    tables: list[dict[State, tuple[float, float, float]]] = []
    found: dict[str, list[bool]] = {}
    for people in draws:
        reached = [reached_by(person, readings, wellbeing) for person in people]
        tables.append({state: _rates(people, reached, state) for state in STATES})
        for person, state in zip(people, reached, strict=True):
            found.setdefault(person.kind, []).append(state >= State.ELEVATED)
        progress(1)
    return StatesReport(
        scores=tuple(_score(state, [table[state] for table in tables], prevalence) for state in STATES),
        prevalence=prevalence,
        draws=len(draws),
        people=len(draws[0]) if draws else 0,
        found_by_kind={kind: sum(of) / len(of) for kind, of in found.items()},
    )


def read_once(texts: Sequence[str], draws: Sequence[Sequence[Timeline]], reader: TextReader) -> Mapping[str, Reading]:
    """The reading of each text."""
    samples: dict[str, Post] = {}
    for people in draws:
        for person in people:
            samples.update((post.text, post) for post in person.posts)
    posts = [samples[text] for text in texts if text in samples]
    readings = reader.read(posts, [PARTS] * len(posts))
    return {post.text: reading for post, reading in zip(posts, readings, strict=True)}


def reached_by(person: Timeline, readings: Mapping[str, Reading], wellbeing: Wellbeing) -> State:
    """The highest state of a few days; crisis language is left out, for it has a measure of its own."""
    memory = WellbeingMemory(person_id=person.person_id)
    highest = State.NEUTRAL
    for post in person.posts:
        reading = replace(readings[post.text], post_id=post.id, crisis=None)
        memory = wellbeing.note(memory, post, reading, post.created_at + timedelta(seconds=1))
        highest = max(highest, memory.state)
    return highest


def _rates(people: Sequence[Timeline], reached: Sequence[State], state: State) -> tuple[float, float, float]:
    """Of people in an episode found, of those for whom the state was due found, and of all others found."""

    def share(of: Callable[[Timeline], bool]) -> float:
        asked = [top >= state for person, top in zip(people, reached, strict=True) if of(person)]
        return sum(asked) / len(asked) if asked else 0.0

    return (
        share(lambda person: person.is_stressed),
        share(lambda person: person.due >= state),
        share(lambda person: not person.is_stressed),
    )


def _score(state: State, rates: Sequence[tuple[float, float, float]], prevalence: float) -> StateScore:
    precisions = [
        prevalence * hit / (prevalence * hit + (1 - prevalence) * false) for hit, _, false in rates if hit + false > 0
    ]
    return StateScore(
        state=state,
        precision=_estimate(precisions),
        recall=_estimate([recall for _, recall, _ in rates]),
        false_rate=_estimate([false for _, _, false in rates]),
    )


def _estimate(values: Sequence[float]) -> Estimate:
    if not values:
        return Estimate(value=None, low=None, high=None)
    ordered = sorted(values)
    last = len(ordered) - 1
    return Estimate(
        value=sum(values) / len(values), low=ordered[round(0.025 * last)], high=ordered[round(0.975 * last)]
    )
