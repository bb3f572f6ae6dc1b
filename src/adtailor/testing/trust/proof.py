"""A proof tries a promise on many cases, and names the case that breaks it, made as small as it gets."""

import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar, cast

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")
FIRST, CHUNK = 100, 5_000
"""Cases of one search: Hypothesis remembers all that it tried in one, and a million would fill the memory."""
LONGEST = 700
"""Characters of a case that are told."""


class Broken(Exception):
    """What was seen that a promise rules out."""


def holds(condition: object, otherwise: str | Callable[[], str]) -> None:
    """Nothing if the condition is true; else Broken."""
    if not condition:
        raise Broken(otherwise if isinstance(otherwise, str) else otherwise())


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a proof."""

    cases: int
    seconds: float
    broken: str | None = None
    """The case that breaks the promise, and what was seen; None where none was found."""
    left_out: tuple[str, ...] = ()
    """Parts that this machine could not try, each with what it lacks."""
    measured: tuple[str, ...] = ()
    """Figures that were measured on the way, in words."""

    @property
    def is_kept(self) -> bool:
        """Whether the promise held in every case."""
        return self.broken is None


class Trial:
    """One run of a proof: how many cases are wanted, by which seed, and how many were tried so far."""

    def __init__(self, *, cases: int, seed: int, tick: Callable[[int], None] = lambda _: None) -> None:
        self.cases = cases
        self.seed = seed
        self.tried = 0
        self.left_out: list[str] = []
        self.measured: list[str] = []
        self._tick = tick

    def over(
        self, drawn: SearchStrategy[T], check: Callable[[T], int | None], *, cases: int | None = None, each: float = 1.0
    ) -> None:
        """Try `check` on drawn ones, as many as are wanted or `cases`; raises Broken with the smallest that fails.

        A check that stands for several cases says for how many; `each` is for about how many, before any was tried.
        """
        wanted, began, number = cases or self.cases, self.tried, 0
        while (left := wanted - (self.tried - began)) > 0:
            chunk = min(CHUNK if number else FIRST, max(1, round(left / each)))
            examples = self._search(drawn, check, chunk, number)
            if examples < chunk:
                return  # there are no more
            each = max(1.0, (self.tried - began) / max(1, examples)) if number == 0 else each
            number += 1

    def each(self, cases: Iterable[T], check: Callable[[T], object]) -> None:
        """Try `check` on every one of these; raises Broken with the first that fails."""
        for case in cases:
            with _told(lambda case=case: case):
                check(case)
            self.count()

    def count(self, cases: int = 1) -> None:
        """So many more were tried."""
        self.tried += cases
        self._tick(cases)

    def _search(self, cases: SearchStrategy[T], check: Callable[[T], int | None], wanted: int, number: int) -> int:
        failed: list[T] = []
        drawn = 0

        def body(case: T) -> None:
            nonlocal drawn
            try:
                stands_for = check(case)
            except Exception:
                failed[:] = [case]
                raise
            if not failed:
                drawn += 1
                self.count(1 if stands_for is None else stands_for)

        search = settings(
            max_examples=wanted,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=cast("Collection[HealthCheck]", tuple(HealthCheck)),
            report_multiple_bugs=False,
            print_blob=False,
            verbosity=Verbosity.quiet,
            derandomize=False,
        )(given(cases)(body))
        with _told(lambda: failed[0] if failed else "none"):
            seed(self.seed * 1_000_003 + number)(search)()
        return drawn


@contextmanager
def _told(case: Callable[[], object]) -> Generator[None]:
    """A failure becomes Broken, with the case."""
    try:
        yield
    except Exception as error:
        seen = str(error) if isinstance(error, Broken) else f"{type(error).__name__}: {error}"
        raise Broken(_short(f"{seen.splitlines()[0] if seen else 'no words'} | case: {case()!r}")) from error


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One promise, and how it is tried."""

    number: int
    says: str
    """The promise, in one sentence."""
    tries: str
    """What is tried, in one sentence."""
    cases: int
    """How many cases a run tries unless told otherwise."""
    try_it: Callable[[Trial], None]
    full: int | None = None
    """How many a full run tries, where that is more."""

    def run(self, cases: int, seed: int, *, tick: Callable[[int], None] = lambda _: None) -> Outcome:
        """Try the promise on about this many cases; where there are fewer, on all there are."""
        trial = Trial(cases=cases, seed=seed, tick=tick)
        started, broken = time.perf_counter(), None
        try:
            with _told(lambda: "the whole of it"):
                self.try_it(trial)
        except Broken as error:
            broken = str(error.__cause__ if isinstance(error.__cause__, Broken) else error)
        return Outcome(
            cases=trial.tried,
            seconds=time.perf_counter() - started,
            broken=broken,
            left_out=tuple(trial.left_out),
            measured=tuple(trial.measured),
        )
