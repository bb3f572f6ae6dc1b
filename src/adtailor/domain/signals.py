"""A signal is a kind of evidence that a decision may use."""

from typing import Literal, get_args

Signal = Literal["context topics", "context tone", "interests", "look", "affect", "place", "history"]
SIGNALS: tuple[Signal, ...] = get_args(Signal)
PERSONAL_SIGNALS: frozenset[Signal] = frozenset({"interests", "look", "affect", "history"})
"""The signals that come from a profile, and so need a consent."""
