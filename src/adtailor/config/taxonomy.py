"""The IAB taxonomies that the policies speak in: ids, names, and what lies below an id."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

from adtailor.domain.ids import ProductId, TopicId

Key = TypeVar("Key", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy(Generic[Key]):
    """Ids with their names in the order published, and with their parents except for those of the first tier."""

    names: Mapping[Key, str]
    parents: Mapping[Key, Key]

    @property
    def ids(self) -> tuple[Key, ...]:
        """In the order published."""
        return tuple(self.names)

    def with_descendants(self, ids: Iterable[Key]) -> dict[Key, str]:
        """The ids and everything below them, with names, in the order of the taxonomy.

        >>> list(ad_products().with_descendants([ProductId("1259")]).values())
        ['Dating', 'Casual Relationships', 'Serious Relationships']
        """
        wanted = set(ids)
        return {key: name for key, name in self.names.items() if not wanted.isdisjoint(self.line(key))}

    def line(self, key: Key) -> tuple[Key, ...]:
        """An id, its parent, and so on up to the first tier.

        >>> content_topics().line(TopicId("301"))
        ('301', '287', '286')
        """
        line = [key]
        while (above := self.parents.get(line[-1])) is not None:
            line.append(above)
        return tuple(line)

    def first_tier(self, key: Key) -> Key:
        """The id of the first tier that it belongs to, itself perhaps."""
        return self.line(key)[-1]

    def path(self, key: Key) -> str:
        """Names from the first tier down.

        >>> content_topics().path(TopicId("677"))
        'Travel: Travel Type: Camping'
        """
        return ": ".join(self.names[step] for step in reversed(self.line(key)))


@cache
def ad_products() -> Taxonomy[ProductId]:
    """The IAB Ad Product Taxonomy 2.0 (IAB Tech Lab, CC-BY 3.0): what an ad advertises."""
    return _shipped("iab_ad_product_2_0.json", ProductId)


@cache
def content_topics() -> Taxonomy[TopicId]:
    """The IAB Content Taxonomy 3.1 (IAB Tech Lab, CC-BY 3.0): what a post or page is about."""
    return _shipped("iab_content_3_1.json", TopicId)


CONTENT_1_0 = 1
AD_PRODUCT_2_0 = 8
"""Numbers of taxonomies in the list of AdCOM; they stand in OpenRTB as `cattax`."""


def products_of(ids: Iterable[str], taxonomy: int) -> tuple[frozenset[ProductId], bool]:
    """Categories as products of the Ad Product Taxonomy 2.0, and whether all of them are known.

    Those of the Content Taxonomy 1.0, in which most still write, by IAB's own mapping; of any other taxonomy, none.

    >>> products_of(["IAB8-5", "IAB8-18"], CONTENT_1_0) == ({"1006", "1007"}, True)
    True
    """
    names = ad_products().names
    if taxonomy not in {CONTENT_1_0, AD_PRODUCT_2_0}:
        return frozenset(), not list(ids)
    given = [_content_1_0().get(one, "") if taxonomy == CONTENT_1_0 else one for one in ids]
    known = frozenset(ProductId(one) for one in given if one in names)
    return known, all(one in names for one in given)


@cache
def _content_1_0() -> Mapping[str, str]:
    """Ids of the Content Taxonomy 1.0 with those of the Ad Product Taxonomy 2.0 (IAB Tech Lab, CC-BY 3.0)."""
    text = files("adtailor").joinpath("policies", "iab_content_1_0_to_ad_product_2_0.json").read_text("utf-8")
    return json.loads(text)["rows"]


def _shipped(file: str, kind: Callable[[str], Key]) -> Taxonomy[Key]:
    rows: dict[str, tuple[str | None, str]] = json.loads(
        files("adtailor").joinpath("policies", file).read_text("utf-8")
    )["rows"]
    return Taxonomy(
        names={kind(key): name for key, (_, name) in rows.items()},
        parents={kind(key): kind(parent) for key, (parent, _) in rows.items() if parent is not None},
    )
