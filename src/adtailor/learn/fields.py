"""What a click model may look at: one typed declaration per feature.

A field names the columns it reads. Numbers are cut into buckets, everything else is hashed; a missing value is a value
of its own. The declaration is part of the model's file: training and serving compile the same one.
"""

from typing import ClassVar, TypeAlias

import msgspec

from adtailor.errors import InvalidInput
from adtailor.learn.lineage import Source

MOST_BUCKETS = 4096


class _Named(msgspec.Struct, frozen=True, kw_only=False):
    column: str

    @property
    def name(self) -> str:
        """The field's name: its salt comes from it."""
        return self.column

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.column,)

    @property
    def origin(self) -> Source | None:
        """Where its columns come from, if declared."""
        return None


class Id(_Named, frozen=True, tag="id"):
    """An identifier: a whole number of up to 64 bits, or text. Each value learns by itself."""

    kinds: ClassVar[tuple[str, ...]] = ("int", "text")


class Category(_Named, frozen=True, tag="category"):
    """One of a few values: a whole number, a truth value or text. Hashed as an `Id` is; the word is for readers."""

    kinds: ClassVar[tuple[str, ...]] = ("int", "text")


class Number(_Named, frozen=True, tag="number"):
    """A number, cut into buckets of equal mass found in the log's first rows; few distinct values keep one each.

    NaN is a missing value. Infinities are refused.
    """

    buckets: int = 32
    kinds: ClassVar[tuple[str, ...]] = ("int", "float")

    def __post_init__(self) -> None:
        if not 2 <= self.buckets <= MOST_BUCKETS:
            raise InvalidInput(f"{self.buckets} buckets", hint=f"2 to {MOST_BUCKETS}", field=self.column)


class MultiValue(_Named, frozen=True, tag="multi"):
    """A set of values, as a list: their order and repetitions say nothing; together they weigh as one value."""

    kinds: ClassVar[tuple[str, ...]] = ("int", "text")


class Sequence(_Named, frozen=True, tag="sequence"):
    """The last few values of another field, newest last, as a list: each counts `fade` times the one after it.

    Shares the vectors of the field `of`, so that an ad seen lately and the ad at hand meet as what they are.
    """

    of: str
    longest: int = 20
    fade: float = 0.8
    kinds: ClassVar[tuple[str, ...]] = ("int", "text")

    def __post_init__(self) -> None:
        if not 1 <= self.longest <= 1000:
            raise InvalidInput(f"a longest sequence of {self.longest}", hint="1 to 1000", field=self.column)
        if not 0.0 < self.fade <= 1.0:
            raise InvalidInput(f"fade {self.fade}", hint="above 0, up to 1", field=self.column)


class Vector(_Named, frozen=True, tag="vector"):
    """Numbers from a reading of the context, as a list of `dim`; never from a person's own posts."""

    dim: int
    source: Source = "context"
    kinds: ClassVar[tuple[str, ...]] = ("int", "float")

    @property
    def origin(self) -> Source | None:
        """Where it comes from."""
        return self.source

    def __post_init__(self) -> None:
        if not 1 <= self.dim <= 4096:
            raise InvalidInput(f"a vector of {self.dim}", hint="1 to 4096 numbers", field=self.column)


class Cross(msgspec.Struct, frozen=True, tag="cross"):
    """Two columns together: every pair of values learns by itself. A declared `Number` counts by its bucket."""

    left: str
    right: str
    kinds: ClassVar[tuple[str, ...]] = ("int", "text")

    @property
    def name(self) -> str:
        """The field's name: its salt comes from it."""
        return f"{self.left} x {self.right}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return (self.left, self.right)

    @property
    def origin(self) -> Source | None:
        """Where its columns come from, if declared."""
        return None


Field: TypeAlias = Id | Category | Number | MultiValue | Sequence | Vector | Cross
