"""The models one can ask for: what each is, in numbers; how they learn stands in `learners`."""

from typing import Literal, TypeAlias

import msgspec

from adtailor.errors import InvalidInput


def _check_vectors(model: "Factorization | Matching | FieldAware | TwoHeads", most: int = 256) -> None:
    _check_positive(model, "vector_rate", "weight_rate", "first", "scale")
    if not 1 <= model.k <= most:
        raise InvalidInput(f"vectors of {model.k}", hint=f"1 to {most} numbers", field="k")


def _check_positive(model: msgspec.Struct, *names: str) -> None:
    for name in names:
        if not getattr(model, name) > 0:
            raise InvalidInput(f"{name} {getattr(model, name)}", hint="give a number above zero", field=name)


class Hashed(msgspec.Struct, frozen=True, kw_only=True, tag="hashed"):
    """A table of 2^bits rows; ids find theirs by hash, and now and then two share one."""

    bits: int = 20

    def __post_init__(self) -> None:
        if not 4 <= self.bits <= 28:
            raise InvalidInput(f"a table of 2^{self.bits} rows", hint="4 to 28 bits", field="bits")


class Exact(msgspec.Struct, frozen=True, kw_only=True, tag="exact"):
    """A table in which no two ids share a row: an id gets one after `admit_after` rows of the log, and the least used
    of its neighbourhood gives its own up where the table is full. Others share a row per field."""

    bits: int = 20
    admit_after: int = 3

    def __post_init__(self) -> None:
        if not 4 <= self.bits <= 28 or not 1 <= self.admit_after <= 255:
            raise InvalidInput(
                f"2^{self.bits} rows after {self.admit_after}",
                hint="4 to 28 bits, admitted after 1 to 255",
                field="bits",
            )


Table: TypeAlias = Hashed | Exact


class Factorization(msgspec.Struct, frozen=True, kw_only=True, tag="factorization"):
    """A factorisation machine with a step size per coordinate (AdaGrad), learned online: the default."""

    k: int = 16
    table: Table = Hashed()
    vector_rate: float = 0.02
    weight_rate: float = 0.05
    first: float = 0.1
    """Where the sums of squared slopes start: larger is more careful."""
    scale: float = 0.01
    """Size of the first numbers of a vector."""
    vector_l2: float = 0.0
    weight_l2: float = 0.0

    def __post_init__(self) -> None:
        _check_vectors(self)


Side: TypeAlias = Literal["request", "ad", "alone"]


class Matching(msgspec.Struct, frozen=True, kw_only=True, tag="matching"):
    """A factorisation machine of two sides: what is known of a request meets what is known of an ad, nothing else.

    It factorises exactly, one vector for an ad and one for each part of a request, so a million ads are scored in one
    pass, and leaving a part of the request out is leaving its vector out.
    """

    sides: tuple[Side, ...]
    """One for each field, in declared order; `alone` has a weight and meets nothing. See `learn.two_sides`."""
    k: int = 16
    table: Table = Hashed(bits=16)
    vector_rate: float = 0.05
    weight_rate: float = 0.1
    first: float = 1.0
    scale: float = 0.1
    vector_l2: float = 0.0
    weight_l2: float = 0.0

    def __post_init__(self) -> None:
        _check_vectors(self)
        if not {"request", "ad"} <= set(self.sides):
            raise InvalidInput(
                f"the sides {sorted(set(self.sides))} alone",
                hint="declare at least one field of the request, and one of the ad",
                field="sides",
            )


class Logistic(msgspec.Struct, frozen=True, kw_only=True, tag="logistic"):
    """Logistic regression by FTRL-Proximal: a weight per value, no pairs; L1 keeps rare values at zero."""

    table: Table = Hashed()
    alpha: float = 0.1
    beta: float = 1.0
    l1: float = 0.0
    l2: float = 1.0

    def __post_init__(self) -> None:
        _check_positive(self, "alpha", "beta")


class FieldAware(msgspec.Struct, frozen=True, kw_only=True, tag="field_aware"):
    """A factorisation machine with one vector for each other field (Juan and others, 2016): slower, sharper pairs."""

    k: int = 4
    table: Table = Hashed(bits=16)
    vector_rate: float = 0.05
    weight_rate: float = 0.1
    first: float = 1.0
    scale: float = 0.05
    vector_l2: float = 0.0
    weight_l2: float = 0.0

    def __post_init__(self) -> None:
        _check_vectors(self, most=64)


class DeepCross(msgspec.Struct, frozen=True, kw_only=True, tag="deep_cross"):
    """A low-rank cross network (DCN V2; Wang and others, 2021) that learns what a factorisation machine leaves."""

    base: Factorization = Factorization()
    width: int = 8
    """Length of a field's vector in the network."""
    rank: int = 32
    layers: int = 2
    batch: int = 512
    table: Table = Hashed(bits=18)
    vector_rate: float = 0.03
    dense_rate: float = 0.002

    def __post_init__(self) -> None:
        _check_positive(self, "vector_rate", "dense_rate", "width", "rank", "layers", "batch")


class Trees(msgspec.Struct, frozen=True, kw_only=True, tag="trees"):
    """Gradient-boosted trees: numbers as they are, ids as their click rates so far.

    They re-rank: each row walks through every tree, and nothing of an ad can be summed once for all requests.
    """

    leaves: int = 15
    rate: float = 0.05
    most_rounds: int = 600
    share: float = 0.7
    """Of the columns, how many are drawn for a tree."""
    l2: float = 1.0
    least: float = 5.0
    """The least summed curvature of a leaf: about clicks, where clicks are rare."""
    most_rows: int = 200_000
    """The newest so many rows are kept to grow from."""
    table: Table = Hashed()

    def __post_init__(self) -> None:
        _check_positive(self, "rate", "most_rounds", "share", "l2", "least", "most_rows")
        if not 2 <= self.leaves <= 256:
            raise InvalidInput(f"trees of {self.leaves} leaves", hint="2 to 256", field="leaves")


class Blend(msgspec.Struct, frozen=True, kw_only=True, tag="blend"):
    """Several models side by side, their logits added; how much each counts is learned from rows it had not seen."""

    parts: tuple[Factorization | Logistic | FieldAware | DeepCross | Trees, ...] = (
        Logistic(),
        Factorization(),
        Trees(),
    )

    def __post_init__(self) -> None:
        if len(self.parts) < 2:
            raise InvalidInput(f"a blend of {len(self.parts)}", hint="give two models or more", field="parts")


class TwoHeads(msgspec.Struct, frozen=True, kw_only=True, tag="two_heads"):
    """Clicks, and conversions among all impressions, over shared vectors (ESMM; Ma and others, 2018).

    `label` is then a pair, as ("clicked", "converted").
    """

    k: int = 16
    table: Table = Hashed()
    vector_rate: float = 0.02
    weight_rate: float = 0.05
    first: float = 0.1
    scale: float = 0.01

    def __post_init__(self) -> None:
        _check_vectors(self)


ModelKind: TypeAlias = Factorization | Matching | Logistic | FieldAware | DeepCross | Trees | Blend | TwoHeads


def reads_numbers(model: ModelKind) -> bool:
    """Whether it wants numbers as they are, besides their buckets."""
    return isinstance(model, Trees) or (isinstance(model, Blend) and any(isinstance(p, Trees) for p in model.parts))
