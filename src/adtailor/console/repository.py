"""The public repository of ads as a page: open to everybody, and about nobody who looks."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency

from adtailor.config.taxonomy import ad_products, content_topics
from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.errors import InvalidInput
from adtailor.journeys.main_parameters import in_one_line
from adtailor.journeys.repository import Search

SHOWN = 50
LONGEST = 200
FIELDS = ("advertiser", "words", "since", "until")


@get("/ad-repository", sync_to_thread=True)
def repository(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms]) -> Response[str]:
    """What was looked for, and the ads that were found."""
    asked = {name: str(request.query_params.get(name, ""))[:LONGEST].strip() for name in FIELDS}
    after = str(request.query_params.get("cursor", ""))[:LONGEST]
    found, wrong = None, None
    try:
        search = Search(
            advertiser=asked["advertiser"] or None,
            words=asked["words"] or None,
            since=_day(asked["since"], "since"),
            until=_day(asked["until"], "until"),
            after=after,
            limit=SHOWN,
        )
        found = rooms.repository.search(search, now=rooms.clock.now())
    except InvalidInput as error:
        wrong = error
    query = {name: value for name, value in asked.items() if value}
    return page(
        "repository.html",
        status=200 if wrong is None else wrong.status,
        rooms=rooms,
        asked=asked,
        found=found,
        wrong=wrong,
        more=urlencode({**query, "cursor": found.next}) if found is not None and found.next else None,
        table=urlencode({**query, "format": "csv"}),
        topics=content_topics().names,
        products=ad_products().names,
        parameters=in_one_line,
    )


def _day(text: str, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{text[:20]!r} is no day", hint="write it as 2026-11-20", field=name) from None
