"""Caps that several ads share: an ad set's, a campaign's, an advertiser's, summed from what was counted per ad."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.ids import AdId

_NONE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCaps:
    """For each ad whose cap it shares, and each of those caps."""

    of: NDArray[np.int32]
    most: NDArray[np.int64]
    never: tuple[int, ...]
    """Those whose cap is 0."""
    any_: bool
    """Whether there is any cap at all."""

    def counts(self, seen: Mapping[AdId, int], index: Mapping[AdId, int]) -> dict[int, int]:
        """How often the ads of each were seen together."""
        counts: dict[int, int] = {}
        for ad_id, times in seen.items():
            if (ad := index.get(ad_id)) is not None:
                whose = int(self.of[ad])
                counts[whose] = counts.get(whose, 0) + times
        return counts

    def under(self, seen: Mapping[AdId, int], index: Mapping[AdId, int]) -> NDArray[np.bool_] | None:
        """True for ads whose shared cap is not reached; None where none is."""
        if not self.any_:
            return None
        reached = set(self.never)
        reached.update(whose for whose, times in self.counts(seen, index).items() if times >= self.most[whose])
        if not reached:
            return None
        return np.isin(self.of, list(reached), invert=True)


def shared_caps(of: NDArray[np.int32], caps: Iterable[int | None]) -> SharedCaps:
    """Caps by their places; `of` names one for each ad, -1 for none of them."""
    most = [_NONE if cap is None else cap for cap in caps]
    # One more, so that -1 has no cap.
    return SharedCaps(
        of=of,
        most=np.array([*most, _NONE], dtype=np.int64),
        never=tuple(whose for whose, cap in enumerate(most) if cap == 0),
        any_=any(cap != _NONE for cap in most),
    )
