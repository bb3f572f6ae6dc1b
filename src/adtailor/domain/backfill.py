"""Places that nothing here fits, and what somebody else would put there; nothing of a person on either side."""

from collections.abc import Sequence
from dataclasses import dataclass

from adtailor.domain.ids import PlacementId, ProductId, TopicId
from adtailor.domain.money import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlace:
    """A banner's place of one size; `floor` for a thousand impressions."""

    id: PlacementId
    width: int
    height: int
    floor: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is told of the page: no address, no person, nothing that came from a profile."""

    domain: str | None = None
    topics: Sequence[TopicId] = ()
    language: str | None = None
    country: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """What no ad from elsewhere may be about, or come from."""

    products: frozenset[ProductId] = frozenset()
    domains: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignAd:
    """An ad from elsewhere; its markup is only ever shown in a frame that runs nothing."""

    place: OpenPlace
    markup: str
    price: Micros
    """For a thousand impressions."""
    domains: tuple[str, ...]
    products: tuple[ProductId, ...]
    behalf: str
    payer: str
    creative_id: str | None = None
    won_url: str | None = None
    billed_url: str | None = None

    @property
    def width(self) -> int:
        """Of its place."""
        return self.place.width

    @property
    def height(self) -> int:
        """Of its place."""
        return self.place.height
