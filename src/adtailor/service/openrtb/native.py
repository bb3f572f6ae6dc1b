"""An ad as the parts that a page asked for: OpenRTB Native 1.2, by the ids that it gave them."""

from typing import Any

from adtailor.service.openrtb.markup import Face
from adtailor.service.openrtb.places import BODY, CALL_TO_ACTION, DISPLAY_URL, SPONSORED
from adtailor.service.wire.decisions import LABEL
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.openrtb import NativeAsset, NativeRequest

VERSION = "1.2"
IMPRESSION, VIEWABLE = 1, 2
"""Events: the ad was shown; half of it was in view for a second."""
BY_PICTURE = 1


def native(face: Face, asked: NativeRequest, *, shop: str, viewable: str | None) -> str | None:
    """The answer as JSON; None where a required part is one that this ad lacks.

    Who pays stands beside in whose name it is, whatever length was asked for: both have to be shown.
    """
    assets: list[dict[str, Any]] = []
    for asset in asked.assets:
        part = _part(asset, face, shop)
        if part is not None:
            assets.append({"id": asset.id, **part})
        elif asset.required:
            return None
    told: dict[str, Any] = {"ver": VERSION, "assets": assets, "link": {"url": face.click}}
    if trackers := _trackers(face.seen, viewable, asked):
        told["eventtrackers"] = trackers
    if face.why is not None:
        told["privacy"] = face.why
    return encode(told).decode()


def _part(asset: NativeAsset, face: Face, shop: str) -> dict[str, Any] | None:
    if asset.title is not None:
        return {"title": {"text": cut(face.headline, asset.title.len)}}
    if asset.img is not None:
        return None if face.picture is None else {"img": {"type": asset.img.type or 3, "url": face.picture}}
    if asset.data is None:
        return None
    if asset.data.type == SPONSORED:
        return {"data": {"type": SPONSORED, "value": f"{LABEL}: {face.advertiser}, paid for by {face.payer}"}}
    words = {BODY: face.body, DISPLAY_URL: shop, CALL_TO_ACTION: face.call_to_action}.get(asset.data.type)
    return {"data": {"type": asset.data.type, "value": cut(words, asset.data.len)}} if words else None


def _trackers(seen: str | None, viewable: str | None, asked: NativeRequest) -> list[dict[str, Any]]:
    """The addresses for the events of which the page can tell; the impression also where it did not say so."""
    events = {one.event for one in asked.eventtrackers or () if BY_PICTURE in (one.methods or ())} or {IMPRESSION}
    return [
        {"event": event, "method": BY_PICTURE, "url": address}
        for event, address in ((IMPRESSION, seen), (VIEWABLE, viewable))
        if event in events and address is not None
    ]


def cut(words: str, most: int | None) -> str:
    """The words, shortened to what fits.

    >>> cut("Boots for every weather", 10)
    'Boots for…'
    """
    if not most or len(words) <= most:
        return words
    return words[: most - 1].rstrip() + "…"
