"""Every promise has a proof that holds, and a proof that would not hold for a system that breaks it."""

import re
from pathlib import Path

import pytest
from hypothesis import strategies as st

from adtailor.testing.trust import PROMISES, proofs
from adtailor.testing.trust.proof import Broken, Proof, Trial, holds

from .faults import FAULTS, FURTHER, Fault

PROOFS = {proof.number: proof for proof in proofs()}
FEW = {1: 300, 3: 200, 4: 150, 5: 12, 10: 120, 27: 30, 28: 20, 29: 40, 31: 12, 37: 1}
"""How many cases are enough here; the verb tries more."""
LEAST = 12
QUICK = (3, 11, 23, 25)
"""Proofs that take next to nothing; the others, with their faults, are `slow`."""
TESTS = Path(__file__).parents[1]
SEED = 20261126


def few(proof: Proof) -> int:
    return FEW.get(proof.number, min(proof.cases, LEAST))


def slow_unless_quick(numbers: object) -> list[object]:
    marks = {number: () if number in QUICK else (pytest.mark.slow,) for number in PROMISES}
    return [pytest.param(number, marks=marks[number]) for number in sorted(numbers)]  # type: ignore[call-overload]


def test_every_promise_has_one_proof() -> None:
    assert [proof.number for proof in proofs()] == list(PROMISES)


def test_every_promise_has_a_test_of_its_number() -> None:
    named = set()
    for file in TESTS.rglob("test_*.py"):
        for numbers in re.findall(r"def test_((?:t\d\d_)+)", file.read_text("utf-8")):
            named |= {int(number[1:]) for number in numbers.split("_") if number}
    without = set(PROMISES) - named
    assert without == set()


def test_every_proof_has_a_fault_that_it_is_to_find() -> None:
    assert set(FAULTS) == set(PROMISES)


@pytest.mark.parametrize("number", slow_unless_quick(PROMISES))
def test_the_promise_holds(number: int) -> None:
    outcome = PROOFS[number].run(few(PROOFS[number]), SEED)
    assert outcome.broken is None
    assert outcome.is_kept
    assert outcome.cases > 0


@pytest.mark.parametrize("number", slow_unless_quick(FAULTS))
def test_the_proof_finds_a_system_that_breaks_it(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    is_found(number, FAULTS[number], monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "fault"), FURTHER)
def test_the_proof_finds_each_further_fault(number: int, fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    if number == 21:
        pytest.importorskip("opendp", reason="the extra public")
    is_found(number, fault, monkeypatch)


def is_found(number: int, fault: Fault, patch: pytest.MonkeyPatch) -> None:
    fault(patch)
    outcome = PROOFS[number].run(max(30, few(PROOFS[number])), SEED)
    assert outcome.broken is not None, "the fault was not found"
    assert "the proof tried nothing" not in outcome.broken
    assert not outcome.is_kept


class TestAProof:
    """Of the numbers, so that what it finds is known."""

    def proof(self, check, *, most: int = 10_000) -> Proof:  # type: ignore[no-untyped-def]
        return Proof(
            number=1, says="No number is large.", tries="numbers", cases=200,
            try_it=lambda trial: trial.over(st.integers(0, most), check),
        )  # fmt: skip

    def test_it_names_the_smallest_case_that_breaks_it(self) -> None:
        outcome = self.proof(lambda number: holds(number < 37, f"{number} is large")).run(200, 1)
        assert outcome.broken == "37 is large | case: 37"

    def test_the_same_seed_tries_the_same_cases(self) -> None:
        tried: list[list[int]] = []
        for _ in range(2):
            tried.append([])
            self.proof(tried[-1].append).run(50, 9)
        assert tried[0] == tried[1]
        assert len(tried[0]) == 50

    def test_another_seed_tries_others(self) -> None:
        tried: list[list[int]] = [[], []]
        for seed, cases in enumerate(tried):
            self.proof(cases.append).run(50, seed)
        assert tried[0] != tried[1]

    def test_a_case_that_stands_for_several_counts_as_several(self) -> None:
        outcome = self.proof(lambda _: 25).run(10_000, 1)
        assert 10_000 <= outcome.cases < 10_000 + 100 * 25

    def test_told_for_how_many_a_check_stands_it_tries_hardly_more_than_are_wanted(self) -> None:
        trial = Trial(cases=60, seed=1)
        trial.over(st.integers(0, 10_000), lambda _: 6, each=6)
        assert trial.tried == 60

    def test_where_there_are_fewer_cases_than_wanted_it_counts_those_that_there_are(self) -> None:
        assert self.proof(lambda _: None, most=6).run(500, 1).cases == 7

    def test_an_error_of_the_system_breaks_the_promise(self) -> None:
        outcome = self.proof(lambda number: 1 // (number - 3) and None, most=9).run(100, 1)
        assert outcome.broken is not None
        assert outcome.broken.startswith("ZeroDivisionError")

    def test_progress_is_told(self) -> None:
        told: list[int] = []
        self.proof(lambda _: None).run(40, 1, tick=told.append)
        assert sum(told) == 40

    def test_each_stops_at_the_first_that_fails(self) -> None:
        trial = Trial(cases=5, seed=1)
        with pytest.raises(Broken, match="3 is three"):
            trial.each(range(9), lambda number: holds(number != 3, f"{number} is three"))
        assert trial.tried == 3
