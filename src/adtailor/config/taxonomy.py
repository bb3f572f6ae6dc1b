"""The IAB taxonomies that the policies speak in: ids, names, and what lies below an id."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Ids with their names, and with their parents except for the roots."""

    names: Mapping[str, str]
    parents: Mapping[str, str]

    def with_descendants(self, ids: Iterable[str]) -> dict[str, str]:
        """The ids and everything below them, with names, in the order of the taxonomy.

        >>> list(ad_products().with_descendants(["1259"]).values())
        ['Dating', 'Casual Relationships', 'Serious Relationships']
        """
        wanted = set(ids)
        return {key: name for key, name in self.names.items() if not wanted.isdisjoint(self.line(key))}

    def line(self, key: str) -> tuple[str, ...]:
        """An id, its parent, and so on up to the root.

        >>> content_topics().line("301")
        ('301', '287', '286')
        """
        line = [key]
        while (above := self.parents.get(line[-1])) is not None:
            line.append(above)
        return tuple(line)


@cache
def ad_products() -> Taxonomy:
    """The IAB Ad Product Taxonomy 2.0 (IAB Tech Lab, CC-BY 3.0): what an ad advertises."""
    return _shipped("iab_ad_product_2_0.json")


@cache
def content_topics() -> Taxonomy:
    """The IAB Content Taxonomy 3.1 (IAB Tech Lab, CC-BY 3.0): what a post or page is about."""
    return _shipped("iab_content_3_1.json")


def _shipped(file: str) -> Taxonomy:
    rows: dict[str, tuple[str | None, str]] = json.loads(
        files("adtailor").joinpath("policies", file).read_text("utf-8")
    )["rows"]
    return Taxonomy(
        names={key: name for key, (_, name) in rows.items()},
        parents={key: parent for key, (parent, _) in rows.items() if parent is not None},
    )
