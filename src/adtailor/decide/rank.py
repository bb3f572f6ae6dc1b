r"""A click model of sensible guesses, for the time before anything was clicked.

$$z = \mathrm{logit}(r_{format}) + 1.2 \cos(page, ad) + 0.9 \cos(interests, ad) + 0.8 \cos(look, ad)
  + 0.2\, \frac{[asked\ for\ this\ country]}{\sqrt{countries}} + 0.8\, h_{advertiser}$$

Every term is bounded by its weight, so no signal can carry an ad away. The weights are judgements, not measurements:
the topic of the page counts most, because it is known now and needs no profile. The first trained model replaces all.
"""

import math
from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.facts import facts_of
from adtailor.domain.buying import Inventory
from adtailor.domain.creative import Format
from adtailor.domain.decision import Evidence
from adtailor.domain.ids import AdvertiserId, TopicId
from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput
from adtailor.maths.columns import Shares
from adtailor.ports import AdFacts, AdSide, RequestSide

BASE_RATES: Mapping[Format, float] = {"native": 0.008, "image": 0.004, "carousel": 0.009}
"""Clicks per impression before any evidence: in-feed formats draw more than plain images."""
_BASE_LOGITS: Mapping[str, float] = {name: math.log(rate / (1.0 - rate)) for name, rate in BASE_RATES.items()}
TOPIC_WEIGHT = 1.2
INTEREST_WEIGHT = 0.9
LOOK_WEIGHT = 0.8
PLACE_WEIGHT = 0.2
HISTORY_WEIGHT = 0.8

LOOK_TRAITS: tuple[str, ...] = (
    *(f"colour:{name}" for name in (
        "beige", "black", "blue", "brown", "gold", "green", "grey", "navy", "orange", "pink", "purple", "red",
        "silver", "teal", "white", "yellow",
    )),
    *(f"garment:{name}" for name in (
        "blazer", "blouse", "body", "coat", "dress", "hat", "hoodie", "jacket", "jeans", "longsleeve", "outwear",
        "pants", "polo", "shirt", "shoes", "shorts", "skirt", "sweater", "t-shirt", "top", "undershirt",
    )),
    *(f"pattern:{name}" for name in ("checked", "dotted", "floral", "plain", "striped")),
    *(f"style:{name}" for name in (
        "casual", "classic", "elegant", "formal", "outdoor", "sporty", "street", "vintage", "work",
    )),
    *(f"price:{name}" for name in ("budget", "mid", "premium", "luxury")),
)  # fmt: skip
"""Traits of clothes with a place of their own; any other shares one of `_SPARE` places, chosen by its hash."""
_SPARE = 9
_AT_A_TIME = 50_000
_FAINT = 1e-6
_MOST_PAGES = 4096
_UNSEEN: Final = np.empty(0, dtype=np.float32)
_ADVERTISERS = 64
_TRAIT_PLACE = {trait: n for n, trait in enumerate(LOOK_TRAITS)}
_LOOK_WIDTH = len(LOOK_TRAITS) + _SPARE


class PriorRanker:
    """Ranks by resemblance of topics and clothes, by place, and by what someone clicked or hid before.

    `latent` holds a vector for each topic, all of one width, such that kindred topics point one way and others do
    not; topics without one say nothing. The first 64 advertisers it meets get a place of their own in the vectors;
    later ones share places, four each, so that history with one barely touches another.
    """

    def __init__(self, latent: Mapping[TopicId, NDArray[np.float32]], *, name: str = "prior@1") -> None:
        widths = {vector.shape for vector in latent.values()}
        if len(widths) > 1 or any(not np.isfinite(vector).all() for vector in latent.values()):
            raise InvalidInput(
                f"topic vectors of shapes {sorted(widths)}", hint="give finite vectors of one width", field="latent"
            )
        self._name = name
        self._topics = next(iter(widths))[0] if widths else 0
        self._rows = {topic: row for row, topic in enumerate(latent)}
        units = [_unit(np.asarray(vector, dtype=np.float32)) for vector in latent.values()]
        self._latent = np.array(units, dtype=np.float32).reshape(len(units), self._topics)
        self._look = self._topics
        self._place = self._look + _LOOK_WIDTH
        self._history = self._place + 1
        self._width = self._history + _ADVERTISERS
        self._advertisers: dict[AdvertiserId, int] = {}
        self._pages: dict[tuple[tuple[TopicId, float], ...], NDArray[np.float32] | None] = {}
        self._meeting = Lock()

    @property
    def name(self) -> str:
        """Name and version."""
        return self._name

    def ad_side(self, inventory: Inventory) -> AdSide:
        """One row for each of `inventory.ads`: base rate of its format, then what it is about, shows, and who pays."""
        return self.side_of(facts_of(inventory))

    def side_of(self, facts: AdFacts) -> AdSide:
        """The same of their facts alone."""
        with self._meeting:
            self._meet(facts.advertiser_ids)
        rates = np.array([*(_BASE_LOGITS[name] for name in facts.formats.words), 0.0], dtype=np.float32)
        vectors = np.zeros((len(facts.ad_ids), self._width), dtype=np.float32)
        for start in range(0, len(facts.ad_ids), _AT_A_TIME):
            rows = np.arange(start, min(start + _AT_A_TIME, len(facts.ad_ids)))
            self._describe(facts.topics.take(rows), facts.look.take(rows), vectors[start : start + _AT_A_TIME])
        countries = facts.countries
        vectors[:, self._place] = np.where(countries > 0, 1.0 / np.sqrt(np.maximum(countries, 1)), 0.0)
        met, of = np.unique(facts.advertisers, return_inverse=True)
        histories = np.zeros((len(met), self._width), dtype=np.float32)
        for row, number in enumerate(met.tolist()):
            if number >= 0:
                self._add_history(AdvertiserId(str(facts.advertiser_ids[number])), 1.0, histories[row])
        vectors[:, self._history :] = histories[:, self._history :][of]
        return AdSide(bias=rates[facts.formats.codes], vectors=vectors)

    def acquainted(self, advertiser_ids: Sequence[str]) -> "PriorRanker":
        """The same, having met these advertisers first, in this order, as whoever made a catalogue's vectors."""
        other = copy(self)
        other._meeting, other._advertisers = Lock(), {}  # noqa: SLF001 - our own
        other._meet(advertiser_ids)  # noqa: SLF001
        return other

    def _meet(self, advertiser_ids: Sequence[str]) -> None:
        for name in advertiser_ids:
            if len(self._advertisers) >= _ADVERTISERS:
                return
            self._advertisers.setdefault(AdvertiserId(name), len(self._advertisers))

    def request_side(self, evidence: Evidence) -> RequestSide:
        """A row for each signal that says something; affect and tone are not looked at."""
        found: list[tuple[Signal, NDArray[np.float32]]] = []
        topical: tuple[tuple[Signal, Mapping[TopicId, float] | None, float], ...] = (
            ("context topics", evidence.context_topics, TOPIC_WEIGHT),
            ("interests", evidence.interests, INTEREST_WEIGHT),
        )
        for signal, topics, weight in topical:
            of = self._about if signal == "interests" else self._of_page
            if topics and (about := of(topics)) is not None:
                row = np.zeros(self._width, dtype=np.float32)
                np.multiply(about, np.float32(weight), out=row[: self._topics])
                found.append((signal, row))
        if evidence.look and any(share > 0.0 for share in evidence.look.values()):
            row = np.zeros(self._width, dtype=np.float32)
            self._add_look(evidence.look, LOOK_WEIGHT, row)
            found.append(("look", row))
        if evidence.place is not None and evidence.place.country is not None:
            row = np.zeros(self._width, dtype=np.float32)
            row[self._place] = PLACE_WEIGHT
            found.append(("place", row))
        if evidence.history and any(evidence.history.values()):
            row = np.zeros(self._width, dtype=np.float32)
            for advertiser_id, weight in evidence.history.items():
                self._add_history(advertiser_id, HISTORY_WEIGHT * min(max(weight, -1.0), 1.0), row)
            row.clip(-HISTORY_WEIGHT, HISTORY_WEIGHT, out=row)  # many who share a place do not add up
            found.append(("history", row))
        parts = np.empty((len(found), self._width), dtype=np.float32)
        for at, (_, row) in enumerate(found):
            parts[at] = row
        return RequestSide(bias=0.0, signals=tuple([signal for signal, _ in found]), parts=parts)

    def _describe(self, topics: Shares, look: Shares, rows: NDArray[np.float32]) -> None:
        """What many creatives are about and show, as `_about` and `_add_look` say it of one."""
        known = np.array([*(self._rows.get(topic, -1) for topic in topics.words), -1], dtype=np.int64)
        places = known[topics.codes]
        counts = (topics.shares > 0.0) & (places >= 0)
        owners, places = topics.owners[counts], places[counts]
        weights = topics.shares[counts].astype(np.float32)
        mix = np.zeros((len(rows), self._topics), dtype=np.float32)
        np.add.at(mix, owners, self._latent[places] * weights[:, None])
        length = np.sqrt((mix * mix).sum(axis=1))
        together = np.minimum(np.bincount(owners, weights, minlength=len(rows)), 1.0)
        says = length > _FAINT
        rows[says, : self._topics] = mix[says] * (together[says] / length[says])[:, None]
        owners = look.owners
        lengths = np.sqrt(np.bincount(owners, look.shares * look.shares, minlength=len(rows)))
        shows = lengths[owners] > 0.0
        owners = owners[shows]
        where = np.array([*map(_trait_place, look.words), 0], dtype=np.int64)[look.codes[shows]]
        parts = look.shares[shows] / lengths[owners]
        np.add.at(rows, (owners, self._look + where), parts.astype(np.float32))

    def _of_page(self, topics: Mapping[TopicId, float]) -> NDArray[np.float32] | None:
        # Many look at the same page; what somebody is interested in is kept for nobody.
        asked = tuple(topics.items())
        if (found := self._pages.get(asked, _UNSEEN)) is _UNSEEN:
            if len(self._pages) >= _MOST_PAGES:
                self._pages.clear()
            found = self._pages[asked] = self._about(topics)
        return found

    def _about(self, topics: Mapping[TopicId, float]) -> NDArray[np.float32] | None:
        # The direction of a mix of topics; a mix of little weight in all is a hint, not a statement, and says less.
        known = [
            (place, share)
            for topic, share in topics.items()
            if share > 0.0 and (place := self._rows.get(topic)) is not None
        ]
        if not known:
            return None
        shares = np.array([share for _, share in known], dtype=np.float32)
        mix = (self._latent[[place for place, _ in known]] * shares[:, None]).sum(axis=0)
        length = math.sqrt(float((mix * mix).sum()))
        return mix * np.float32(min(1.0, float(shares.sum())) / length) if length > _FAINT else None

    def _add_look(self, look: Mapping[str, float], weight: float, row: NDArray[np.float32]) -> None:
        length = math.sqrt(sum(share * share for share in look.values()))
        if length > 0.0:
            for trait, share in look.items():
                row[self._look + _trait_place(trait)] += weight * share / length

    def _add_history(self, advertiser_id: AdvertiserId, weight: float, row: NDArray[np.float32]) -> None:
        # One place, or four signed quarters: an advertiser meets itself in full, another one in 16 meets in part.
        place = self._advertisers.get(advertiser_id)
        if place is not None:
            row[self._history + place] += weight
            return
        bits = _hash(advertiser_id)
        for quarter in range(4):
            bits, place = divmod(bits, 16)
            bits, sign = divmod(bits, 2)
            row[self._history + 16 * quarter + place] += weight * (0.5 if sign else -0.5)


@lru_cache(maxsize=4096)
def _trait_place(trait: str) -> int:
    place = _TRAIT_PLACE.get(trait)
    return len(LOOK_TRAITS) + _hash(trait) % _SPARE if place is None else place


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length > 0.0 else vector
