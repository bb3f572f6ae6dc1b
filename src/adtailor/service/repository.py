"""The public repository of ads: open to everybody, without a token."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from adtailor.domain.exhibit import PublicAd
from adtailor.errors import InvalidInput, UnknownId
from adtailor.journeys.repository import MOST_LISTED, Search
from adtailor.measure.public import PUBLISHED
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.manage import known_parameters, whole
from adtailor.service.operations import Operation
from adtailor.service.wire.repository import (
    COLUMNS,
    REPOSITORY,
    FigureWire,
    PublicAdWire,
    figures_to_wire,
    public_to_wire,
    row_of,
)
from adtailor.service.wire.sheet import harmless

CSV = "text/csv"
FORMATS = ("json", "csv")
LONGEST = 200
_ASKS = {
    "advertiser": "only those of this advertiser: an id, or a part of a name or of who paid",
    "words": "only those on which all of these words stand",
    "since": "only those that ran on this day or later",
    "until": "only those that ran on this day or before",
    "limit": f"how many at most, 1 to {MOST_LISTED}; {MOST_LISTED} unless given",
    "cursor": "from the Link of the answer",
    "format": "json, unless csv is asked for",
}
_FIGURES = {
    "by": f"what to count people by: {', '.join(PUBLISHED)}",
    "since": "the first day (UTC)",
    "until": "the last day",
}
OPERATIONS = (
    Operation(
        method="GET",
        path=REPOSITORY,
        says="Every ad that ran within a year, as it was shown: by whom, who paid, when, for whom, how many saw it.",
        answers={200: list[PublicAdWire]},
        asks=_ASKS,
        refusals=(422,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path=f"{REPOSITORY}/ads/{{ad_id}}",
        says="One of them.",
        answers={200: PublicAdWire},
        refusals=(404,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path=f"{REPOSITORY}/pictures/{{picture}}",
        says="A picture that was shown, by the hash of its content.",
        answers={200: None},
        refusals=(404,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path=f"{REPOSITORY}/figures",
        says="About how many people saw ads, by ad, advertiser or site, on days that are over; noise is drawn once.",
        answers={200: list[FigureWire]},
        asks=_FIGURES,
        refusals=(422,),
        is_open=True,
    ),
)


def repository_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes under /v1/ad-repository."""
    repository = doors.repository

    @get(REPOSITORY)
    async def tell(request: Asked) -> Response[bytes]:
        asked = known_parameters(request.query_params, _ASKS)
        style = asked.get("format", "json")
        if style not in FORMATS:
            raise InvalidInput("no such format", hint="json or csv", field="format")
        search = search_of(asked)
        found = await sync_to_thread(lambda: repository.search(search, now=doors.clock.now()))
        headers: dict[str, str] = {}
        if found.next is not None:
            query = urlencode({**{k: v for k, v in asked.items() if k != "cursor"}, "cursor": found.next})
            headers["Link"] = f'<{REPOSITORY}?{query}>; rel="next"'
        if style == "csv":
            return Response(as_csv(found.ads).encode(), media_type=CSV, headers=headers)
        return answer([public_to_wire(ad) for ad in found.ads], headers=headers)

    @get(f"{REPOSITORY}/ads/{{ad_id:str}}")
    async def tell_one(ad_id: FromPath[str]) -> Response[bytes]:
        ad = await sync_to_thread(lambda: repository.one(ad_id, now=doors.clock.now()))
        if ad is None:
            raise UnknownId(
                "no such ad ran within a year", hint=f"GET {REPOSITORY} lists those that did", field="ad_id"
            )
        return answer(public_to_wire(ad))

    @get(f"{REPOSITORY}/pictures/{{picture:str}}")
    async def tell_picture(picture: FromPath[str]) -> Response[bytes]:
        found = await sync_to_thread(repository.picture, picture)
        if found is None:
            raise UnknownId("no such picture", hint=f"GET {REPOSITORY} names those that are kept", field="picture")
        kind, body = found
        return Response(body, media_type=kind, headers={"Cache-Control": "public, max-age=86400, immutable"})

    @get(f"{REPOSITORY}/figures")
    async def tell_figures(request: Asked) -> Response[bytes]:
        asked = known_parameters(request.query_params, _FIGURES)
        by = asked.get("by", "ad")
        if by not in PUBLISHED:
            raise InvalidInput("nothing to count by", hint=f"one of {', '.join(PUBLISHED)}", field="by")
        since, until = day_of(asked, "since"), day_of(asked, "until")
        told = await sync_to_thread(lambda: repository.figures(by, since=since, until=until))
        return answer(figures_to_wire(told))

    return [tell, tell_one, tell_picture, tell_figures]


def search_of(asked: Mapping[str, str]) -> Search:
    """What was asked for in an address; InvalidInput names the parameter."""
    for name in ("advertiser", "words", "cursor"):
        if len(asked.get(name, "")) > LONGEST:
            raise InvalidInput("too long", hint=f"at most {LONGEST} characters", field=name)
    return Search(
        advertiser=asked.get("advertiser") or None,
        words=asked.get("words") or None,
        since=day_of(asked, "since"),
        until=day_of(asked, "until"),
        after=asked.get("cursor", ""),
        limit=whole(asked.get("limit", str(MOST_LISTED)), "limit"),
    )


def as_csv(ads: Iterable[PublicAd]) -> str:
    """A header, then a line an ad; no cell is taken for a formula."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    for ad in ads:
        table.writerow({name: harmless(value) for name, value in row_of(ad).items()})
    return text.getvalue()


def day_of(asked: Mapping[str, str], name: str) -> date | None:
    """A day, if one is given."""
    if not (told := asked.get(name)):
        return None
    try:
        return date.fromisoformat(told)
    except ValueError:
        raise InvalidInput("no day", hint="write it as 2026-11-20", field=name) from None
