"""Another bidder over OpenRTB 2.6: one POST about the page, bounded in time, with a rest after failures.

It is sent what stands beside the ad and nothing of who looks: no id, no address, no browser, no consent string.
"""

import base64
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import msgspec

from adtailor.config.countries import in_three
from adtailor.config.taxonomy import AD_PRODUCT_2_0, CONTENT_1_0, products_of
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.money import Micros, written
from adtailor.engines.breaker import Breaker
from adtailor.engines.http_post import PostFailed, Target, post_json, target_of

FAILURES, REST_SECONDS = 3, 30.0
MOST_BYTES = 512 * 1024
MOST_MARKUP = 100_000
CONTENT_3_1 = 9
_DEVICES: Mapping[str, int] = {"mobile": 4, "desktop": 2, "tablet": 5}
_MACRO = re.compile(r"\$\{(AUCTION_[A-Z_]+)(:B64)?\}")
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")


class _Dsa(msgspec.Struct, frozen=True):
    behalf: str | None = None
    paid: str | None = None


class _Ext(msgspec.Struct, frozen=True):
    dsa: _Dsa | None = None


class _Bid(msgspec.Struct, frozen=True):
    impid: str
    price: float
    adm: str | None = None
    adomain: tuple[str, ...] | None = None
    cat: tuple[str, ...] | None = None
    cattax: int | None = None
    crid: str | None = None
    nurl: str | None = None
    burl: str | None = None
    mtype: int | None = None
    ext: _Ext | None = None


class _Seat(msgspec.Struct, frozen=True):
    bid: tuple[_Bid, ...] = ()


class _Answer(msgspec.Struct, frozen=True):
    id: str | None = None
    cur: str | None = None
    seatbid: tuple[_Seat, ...] | None = None


_DECODER = msgspec.json.Decoder(_Answer, strict=False)


class OpenRtbUpstream:
    """A bidder at one configured address. Safe to share between threads."""

    def __init__(self, url: str, *, currency: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._target: Target = target_of(url)
        self._currency = currency
        self._breaker = Breaker(failures=FAILURES, rest_seconds=REST_SECONDS, clock=clock)

    def offers(
        self,
        request_id: str,
        places: Sequence[OpenPlace],
        surroundings: Surroundings,
        *,
        blocked: Blocked,
        seconds: float,
    ) -> list[ForeignAd]:
        """What it offers; nothing where it fails, takes too long, or failed too often a moment ago."""
        if not self._breaker.may_try():
            return []
        body = bid_request(request_id, places, surroundings, blocked=blocked, seconds=seconds, currency=self._currency)
        try:
            raw = post_json(
                self._target,
                "",
                body,
                headers={"X-OpenRTB-Version": "2.6"},
                connect_seconds=seconds,
                total_seconds=seconds,
                most_bytes=MOST_BYTES,
            )
            answer = _DECODER.decode(raw) if raw else _Answer()
        except (PostFailed, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            self._breaker.failed()
            return []
        self._breaker.succeeded()
        return self._read(answer, request_id, {place.id: place for place in places})

    def _read(self, answer: _Answer, request_id: str, places: Mapping[str, OpenPlace]) -> list[ForeignAd]:
        if (answer.id or request_id) != request_id or (answer.seatbid and (answer.cur or "USD") != self._currency):
            return []
        bids = [bid for seat in answer.seatbid or () for bid in seat.bid]
        found = [_ad(bid, places[bid.impid], request_id, self._currency) for bid in bids if bid.impid in places]
        return [ad for ad in found if ad is not None]


def bid_request(
    request_id: str,
    places: Sequence[OpenPlace],
    surroundings: Surroundings,
    *,
    blocked: Blocked,
    seconds: float,
    currency: str,
) -> dict[str, Any]:
    """What is asked: first price, banners of one size, in our currency, with what is blocked."""
    device: dict[str, Any] = {}
    if surroundings.language is not None:
        device["language"] = surroundings.language
    if (country := in_three(surroundings.country)) is not None:
        device["geo"] = {"country": country}
    if (kind := _DEVICES.get(surroundings.device or "")) is not None:
        device["devicetype"] = kind
    site: dict[str, Any] = {}
    if surroundings.domain is not None:
        site["domain"] = surroundings.domain
    if surroundings.topics:
        site |= {"pagecat": list(surroundings.topics), "cattax": CONTENT_3_1}
    return {
        "id": request_id,
        "imp": [
            {
                "id": place.id,
                "banner": {
                    "w": place.width,
                    "h": place.height,
                    "format": [{"w": place.width, "h": place.height}],
                    "mimes": ["text/html"],
                    "btype": [3, 4],
                    "battr": [1, 3, 5, 6, 8, 13, 14],
                },
                "bidfloor": place.floor / 1_000_000,
                "bidfloorcur": currency,
                "secure": 1,
            }
            for place in places
        ],
        "site": site,
        "device": device,
        "at": 1,
        "tmax": int(seconds * 1000),
        "cur": [currency],
        "bcat": sorted(blocked.products),
        "cattax": AD_PRODUCT_2_0,
        "badv": sorted(blocked.domains),
    }


def _ad(bid: _Bid, place: OpenPlace, request_id: str, currency: str) -> ForeignAd | None:
    """The offer, if it is one: a finite price, markup of a bearable length, a banner."""
    if not (math.isfinite(bid.price) and 0 < bid.price < 1e6) or not bid.adm or len(bid.adm) > MOST_MARKUP:
        return None
    if bid.mtype not in {None, 1}:
        return None
    price = Micros(int((Decimal(str(bid.price)) * 1_000_000).to_integral_value(ROUND_FLOOR)))
    domains = tuple(one.lower() for one in bid.adomain or () if _DOMAIN.fullmatch(one.lower()))
    products, are_known = products_of(bid.cat or (), bid.cattax or CONTENT_1_0)
    dsa = (bid.ext.dsa if bid.ext else None) or _Dsa()
    told = {"AUCTION_ID": request_id, "AUCTION_IMP_ID": place.id, "AUCTION_PRICE": written(price),
            "AUCTION_CURRENCY": currency}  # fmt: skip
    return ForeignAd(
        place=place,
        markup=filled(bid.adm, told),
        price=price,
        domains=domains,
        products=tuple(sorted(products)) if are_known else (),
        behalf=dsa.behalf or (domains[0] if domains else ""),
        payer=dsa.paid or (domains[0] if domains else ""),
        creative_id=bid.crid,
        won_url=_address(bid.nurl, told),
        billed_url=_address(bid.burl, told),
    )


def filled(text: str, told: Mapping[str, str]) -> str:
    """The text with its auction macros filled in, and those that nothing is known for left empty.

    >>> filled("p=${AUCTION_PRICE}&q=${AUCTION_PRICE:B64}&r=${AUCTION_MBR}", {"AUCTION_PRICE": "0.50"})
    'p=0.50&q=MC41MA==&r='
    """

    def value(found: re.Match[str]) -> str:
        plain = told.get(found.group(1), "")
        return base64.b64encode(plain.encode()).decode() if found.group(2) else plain

    return _MACRO.sub(value, text)


def _address(url: str | None, told: Mapping[str, str]) -> str | None:
    return filled(url, told) if url and url.startswith("https://") and len(url) <= 4000 else None
