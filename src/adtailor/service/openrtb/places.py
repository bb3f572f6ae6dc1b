"""Which places of a request can be bid on, and as what: banner sizes, parts of native ads, floors, deals."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from adtailor.domain.checks import is_id
from adtailor.domain.creative import Format
from adtailor.domain.decision import MOST_PLACEMENTS, Placement
from adtailor.domain.ids import PlacementId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.service.wire.decoding import MOST_MICROS
from adtailor.service.wire.openrtb import Banner, Imp, NativeAsset, NativeRequest, native_request

FORMATS: frozenset[Format] = frozenset({"native", "image"})
LEAST_WIDTH, LEAST_HEIGHT = 120, 50
"""Anything smaller has no room for the names that stand on every ad."""
MOST_SIDE = 4000
HTML = "text/html"
DEFAULT_CURRENCY = "USD"
"""Of a floor that names none."""
TEXT_ONLY = 12
"""The creative attribute of an ad without a picture (AdCOM)."""
TEXT_BANNER, IMAGE_BANNER = 1, 2
"""Types of banners that can be blocked: of words, and with a picture."""
SPONSORED, BODY, DISPLAY_URL, CALL_TO_ACTION = 1, 2, 11, 12
SERVED_DATA = frozenset({SPONSORED, BODY, DISPLAY_URL, CALL_TO_ACTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that can be bid on: as a banner of a size, of native parts, or as either."""

    imp: Imp
    placement: Placement
    size: tuple[int, int] | None
    native: NativeRequest | None
    needs_picture: bool

    @property
    def seats(self) -> tuple[str, ...]:
        """The codes of bidders that the request names, as Prebid does."""
        prebid = self.imp.ext.prebid if self.imp.ext else None
        return tuple(prebid.bidder or ()) if prebid else ()


def places_of(imps: tuple[Imp, ...], *, currency: str, floor: Micros) -> dict[PlacementId, Place]:
    """The places that can be bid on, in the order asked, as many as one page may have."""
    found: dict[PlacementId, Place] = {}
    for index, imp in enumerate(imps[:MOST_PLACEMENTS]):
        if (place := _place(imp, index, currency, floor)) is not None:
            found[place.placement.id] = place
    return found


def _place(imp: Imp, index: int, currency: str, floor: Micros) -> Place | None:
    if (imp.pmp and imp.pmp.private_auction) or (imp.qty and imp.qty.multiplier != 1.0):
        return None
    if not _is_floor(imp.bidfloor):
        raise InvalidInput("no floor", hint="0 or more, for a thousand impressions", field=f"imp[{index}].bidfloor")
    if imp.bidfloor and (imp.bidfloorcur or DEFAULT_CURRENCY) != currency:
        return None
    size = size_of(imp.banner) if imp.banner else None
    native = _native(imp)
    if size is None and native is None:
        return None
    return Place(
        imp=imp,
        placement=Placement(
            id=PlacementId(f"imp-{index}"),
            on_file=PlacementId(imp.tagid) if imp.tagid and is_id(imp.tagid) else None,
            position=index,
            formats=FORMATS,
            thousand_floor=max(floor, Micros(math.ceil(Decimal(str(imp.bidfloor or 0)) * 1_000_000))),
        ),
        size=size,
        native=native,
        needs_picture=_needs_picture(imp, native),
    )


def _is_floor(floor: float | None) -> bool:
    return floor is None or (math.isfinite(floor) and 0 <= floor <= MOST_MICROS / 1_000_000)


def size_of(banner: Banner) -> tuple[int, int] | None:
    """The largest size that the banner may have and that has room for an ad; None if HTML does not fit there.

    >>> from adtailor.service.wire.openrtb import Size
    >>> size_of(Banner(format=(Size(w=320, h=50), Size(w=300, h=250), Size(w=1, h=1)), mimes=("text/html",)))
    (300, 250)
    """
    if (banner.mimes and HTML not in banner.mimes) or {TEXT_BANNER, IMAGE_BANNER} <= set(banner.btype or ()):
        return None
    sizes = [(size.w, size.h) for size in banner.format or ()] or [(banner.w, banner.h)]
    fitting = [(w, h) for w, h in sizes if w and h and LEAST_WIDTH <= w <= MOST_SIDE and LEAST_HEIGHT <= h <= MOST_SIDE]
    return max(fitting, key=lambda size: size[0] * size[1], default=None)


def _native(imp: Imp) -> NativeRequest | None:
    """The parts, if they include in whose name the ad is, and nothing is required that no ad here has."""
    asked = native_request(imp.native.request) if imp.native else None
    if asked is None or not any(asset.data and asset.data.type == SPONSORED for asset in asked.assets):
        return None
    return None if any(asset.required and not _is_served(asset) for asset in asked.assets) else asked


def _is_served(asset: NativeAsset) -> bool:
    if asset.video is not None:
        return False
    return asset.data is None or asset.data.type in SERVED_DATA


def _needs_picture(imp: Imp, native: NativeRequest | None) -> bool:
    blocked = {
        *((imp.banner.battr if imp.banner else None) or ()),
        *((imp.native.battr if imp.native else None) or ()),
    }
    if TEXT_ONLY in blocked or TEXT_BANNER in ((imp.banner.btype if imp.banner else None) or ()):
        return True
    return native is not None and any(asset.required and asset.img is not None for asset in native.assets)


def asked_together(places: Mapping[PlacementId, Place]) -> bool:
    """Whether some place takes no ad without a picture: then none of the page's does."""
    return any(place.needs_picture for place in places.values())
