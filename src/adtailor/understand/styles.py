"""Which style and occasion a garment suggests, by type, colours and pattern: a written rule, not a measurement."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

STYLES = ("casual", "formal", "sporty", "street", "vintage", "outdoor", "party", "work")
OCCASIONS = ("everyday", "work", "evening", "sport", "outdoors", "summer", "winter")
TABLE = Path(__file__).with_name("styles.toml")
LEAST = 0.2
"""A smaller share is not told."""

Shares = Mapping[str, float]


class Suggestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares of styles and of occasions, each 0 to 1."""

    style: Shares = {}
    occasion: Shares = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What more is suggested where type, pattern and first colour are among those named; none named fits all."""

    says: str
    types: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    more: Suggestion = Suggestion()
    less: Suggestion = Suggestion()

    def fits(self, kind: str, colours: tuple[str, ...], pattern: str | None) -> bool:
        """Whether it speaks of this garment; of colours, the largest decides."""
        return (
            (not self.types or kind in self.types)
            and (not self.colours or (bool(colours) and colours[0] in self.colours))
            and (not self.patterns or pattern in self.patterns)
        )


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole rule."""

    types: Mapping[str, Suggestion]
    rules: tuple[Rule, ...] = ()


def suggested(kind: str, colours: tuple[str, ...], pattern: str | None) -> Suggestion:
    """Style and occasion of one garment, the largest shares first; empty for a type that the table does not know.

    >>> suggested("t-shirt", ("navy",), "plain").style
    {'casual': 0.8}
    >>> suggested("t-shirt", ("navy",), "graphic").style
    {'casual': 0.8, 'street': 0.5}
    """
    table = load_table()
    start = table.types.get(kind)
    if start is None:
        return Suggestion()
    style, occasion = dict(start.style), dict(start.occasion)
    for rule in table.rules:
        if rule.fits(kind, colours, pattern):
            for shares, more, less in (
                (style, rule.more.style, rule.less.style),
                (occasion, rule.more.occasion, rule.less.occasion),
            ):
                for name, part in more.items():
                    shares[name] = shares.get(name, 0.0) + part * (1.0 - shares.get(name, 0.0))
                for name, part in less.items():
                    shares[name] = shares.get(name, 0.0) * (1.0 - part)
    return Suggestion(style=_told(style), occasion=_told(occasion))


@cache
def load_table() -> Table:
    """`styles.toml`, checked against its schema."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), Table)


def _told(shares: Mapping[str, float]) -> dict[str, float]:
    kept = [(name, round(share, 3)) for name, share in shares.items() if share >= LEAST]
    return dict(sorted(kept, key=lambda item: (-item[1], item[0])))
