"""The promises, and for each the proof that runs on an installation: see `PROOFS`."""

from collections.abc import Iterator
from importlib import import_module

from adtailor.testing.trust.proof import Proof

GROUPS = (
    "fewer", "categories", "consents", "heard", "looks", "forgotten", "explained", "reported", "reached", "published",
    "care", "learned", "words", "money", "fetched", "outside", "failing",
)  # fmt: skip
"""A file for each group of promises."""
PROMISES = range(1, 40)


def proofs() -> tuple[Proof, ...]:
    """One for each promise, in their order; loading them loads the whole system, and Hypothesis."""
    return tuple(sorted(_all(), key=lambda proof: proof.number))


def _all() -> Iterator[Proof]:
    for group in GROUPS:
        yield from import_module(f"{__name__}.{group}").PROOFS
