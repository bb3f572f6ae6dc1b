"""The addresses that bids hand out: an ad was seen, a bid won or lost, and why an ad was shown."""

import re
from collections.abc import Sequence
from html import escape

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery

from adtailor.domain.events import EventKind
from adtailor.errors import TokenRefused
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.openrtb.tally import Tally, TallyWire
from adtailor.service.operations import Operation

CROSS = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}
WINDOW = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

OPERATIONS = (
    Operation(
        method="GET",
        path="/openrtb2/seen/{token}",
        says="The ad of a bid was shown, or is billed: counted once, however often it is told.",
        answers={204: None},
        refusals=(403,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/openrtb2/won/{token}",
        says="A bid won an auction elsewhere. Counted, and nothing more.",
        answers={204: None},
        refusals=(403,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/openrtb2/lost/{token}",
        says="A bid lost an auction elsewhere. Counted, and nothing more.",
        answers={204: None},
        asks={"reason": "the number of the reason, after AdCOM"},
        refusals=(403,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/v1/openrtb",
        says="How bids fare since this process began: requests, bids, what won and what lost.",
        answers={200: TallyWire},
    ),
    Operation(
        method="GET",
        path="/openrtb2/why/{token}",
        says="Why an ad was shown, as a page for the person who saw it, with the ways to hide and to report it.",
        answers={200: None},
        asks={"hide": "the token that hides the ad", "report": "the token that reports it"},
        refusals=(403,),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/openrtb2/elsewhere",
        says="What an ad that was bought elsewhere knows of the person who sees it: nothing.",
        answers={200: None},
        is_open=True,
    ),
)


def notice_routes(doors: Doors, tally: Tally) -> Sequence[BaseRouteHandler]:
    """Called by browsers and by exchanges; the token alone is believed."""

    @get("/openrtb2/seen/{token:str}", status_code=204)
    async def seen(request: Asked, token: FromPath[str]) -> Response[None]:
        agent = request.headers.get("user-agent", "")

        def take() -> None:
            # A server that bills says nothing of who looked: only what calls itself a browser is judged as one.
            doors.take_event.take(
                token,
                kinds=frozenset[EventKind]({"impression"}),
                now=doors.clock.now(),
                user_agent=agent if agent.startswith("Mozilla/") else None,
            )

        await sync_to_thread(take)
        return nothing(headers=CROSS)

    def known(token: str) -> None:
        try:
            doors.take_event.explained(token, doors.clock.now())
        except TokenRefused as error:
            error.field = "token"
            raise

    @get("/openrtb2/won/{token:str}", status_code=204)
    async def won(token: FromPath[str]) -> Response[None]:
        await sync_to_thread(known, token)
        tally.won()
        return nothing(headers=CROSS)

    @get("/openrtb2/lost/{token:str}", status_code=204)
    async def lost(token: FromPath[str], reason: FromQuery[str] = "") -> Response[None]:
        await sync_to_thread(known, token)
        tally.lost(reason)
        return nothing(headers=CROSS)

    @get("/v1/openrtb")
    async def told_of_bids() -> Response[bytes]:
        return answer(tally.told())

    @get("/openrtb2/why/{token:str}")
    async def why(token: FromPath[str], hide: FromQuery[str] = "", report: FromQuery[str] = "") -> Response[bytes]:
        def told() -> str:
            try:
                shown = doors.explain.why(token, now=doors.clock.now())
            except TokenRefused as error:
                error.field = "token"
                raise
            return _why_page(shown.advertiser, shown.payer, shown.sentence, hide=hide, report=report)

        return _page(await sync_to_thread(told))

    @get("/openrtb2/elsewhere")
    async def elsewhere() -> Response[bytes]:
        return _page(
            "<p>This ad was bought elsewhere, for the page and not for you. Whoever sold it was told what the page is "
            "about, its language, and the country. Nothing was said of who you are.</p>"
        )

    return [seen, won, lost, told_of_bids, why, elsewhere]


_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}")


def _why_page(advertiser: str, payer: str, sentence: str, *, hide: str, report: str) -> str:
    buttons = "".join(
        f'<form method="post" action="/v1/e/{escape(token)}"><button>{word}</button></form>'
        for token, word in ((hide, "Never show me this ad again"), (report, "Report this ad"))
        if _TOKEN.fullmatch(token)
    )
    return (
        f"<p>{escape(sentence)}</p><p>Advertiser: <b>{escape(advertiser)}</b><br>Paid for by: "
        f"<b>{escape(payer)}</b></p>{buttons}"
    )


def _page(content: str) -> Response[bytes]:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Why this ad?</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>body{font:1rem/1.5 system-ui,'
        "sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem}form{display:inline-block;margin:0 1rem 0 0}"
        f"</style></head><body><h1>Why this ad?</h1>{content}</body></html>"
    )
    return Response(html.encode(), media_type="text/html", headers={"Content-Security-Policy": WINDOW})
