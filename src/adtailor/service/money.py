"""Conversions that servers tell of, reports, and what is given back: each to whom it belongs."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.domain.access import Caller
from adtailor.domain.ids import AdvertiserId, CampaignId
from adtailor.errors import Forbidden, InvalidInput, TokenRefused, UnknownId
from adtailor.journeys.reports import Audience, ReportRequest
from adtailor.journeys.reversals import reverse as reversing
from adtailor.journeys.take_postback import Postback
from adtailor.measure.anonymity import LEAST_PEOPLE
from adtailor.measure.delivery import Dimension
from adtailor.service.access import author_of, caller_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.operations import BUYERS, Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.money import (
    AttributedWire,
    ConversionWire,
    ReportWire,
    ReversalWire,
    ReversedWire,
    attributed_to_wire,
    postback_from_wire,
    report_to_wire,
    reversed_to_wire,
    selection_from_wire,
)
from adtailor.service.wire.rest import RestReportWire, rest_report_to_wire

OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/conversions",
        says="An advertiser's server tells of an order: put down to the last click within the campaign's window, else "
        "to the last viewable impression within its own. Each order of a campaign counts once.",
        body=ConversionWire,
        answers={200: AttributedWire},
        refusals=(400, 403, 404, 422),
        roles=frozenset({"owner", "advertiser", "site"}),
    ),
    Operation(
        method="POST",
        path="/v1/reversals",
        says="Mark events as invalid traffic, and return what they cost to the budgets. Again, it returns nothing.",
        body=ReversalWire,
        answers={200: ReversedWire},
        refusals=(400, 422),
    ),
    Operation(
        method="GET",
        path="/v1/reports",
        says="What was delivered and what it cost. For an advertiser no line stands for fewer than k people, and a "
        "campaign's total is exact.",
        answers={200: ReportWire},
        asks={
            "by": "advertiser, campaign, adset, ad, site, placement, day, hour; several with commas for the operator",
            "since": "the first day, in each campaign's zone",
            "until": "the last day, in each campaign's zone",
            "campaign_id": "only this campaign",
            "advertiser_id": "only this advertiser",
            "audience": "advertiser (unless told) or operator, for those who see all organizations",
            "least_people": f"k, {LEAST_PEOPLE} unless told; less only for those who see all organizations",
        },
        refusals=(422,),
        roles=BUYERS,
    ),
    Operation(
        method="GET",
        path="/v1/reports/rest",
        says="What became of suggestions to rest, week by week: shown, taken, dismissed, switched off, and regretted, "
        "which is a rest that was ended early. Weeks in which fewer than k people saw one have no numbers. Published "
        "where the operator wants it; nothing is optimised by it.",
        answers={200: RestReportWire},
    ),
)


def money_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes of conversions, reversals and reports."""

    @post("/v1/conversions", status_code=200)
    async def convert(request: Asked) -> Response[bytes]:
        postback = postback_from_wire(decode(await request.body(), ConversionWire))
        _may_tell(caller_of(request), postback)
        try:
            told = await sync_to_thread(doors.take_postback.take, postback, now=doors.clock.now())
        except TokenRefused as error:
            error.field = "tokens"
            raise
        return answer(attributed_to_wire(told))

    @post("/v1/reversals", status_code=200)
    async def reverse(request: Asked) -> Response[bytes]:
        wire = decode(await request.body(), ReversalWire)
        selection, author = selection_from_wire(wire), author_of(request, doors.clock)
        done = await sync_to_thread(
            lambda: reversing(
                doors.ledger, doors.audit, selection, validity=wire.validity, reason=wire.reason, author=author
            )
        )
        return answer(reversed_to_wire(done))

    @get("/v1/reports")
    async def report(request: Asked) -> Response[bytes]:
        asked = _asked(dict(request.query_params), caller_of(request))
        made = await sync_to_thread(doors.reports.report, asked)
        return answer(report_to_wire(made, since=asked.since, until=asked.until))

    def _may_tell(caller: Caller, postback: Postback) -> None:
        """An advertiser tells of its own campaigns, and not by asking about people."""
        if caller.role != "advertiser":
            return
        kept = doors.catalogue.item("campaigns", postback.campaign_id)
        if kept is None or not caller.sees(kept.organization_id):
            raise UnknownId(
                f"there is no campaign {postback.campaign_id!r}", hint="name one of yours", field="campaign_id"
            )
        if postback.person_id is not None:
            raise Forbidden("an advertiser may not ask about a person", hint="send tokens of the ad's addresses")

    @get("/v1/reports/rest")
    async def report_rest(request: Asked) -> Response[bytes]:
        del request
        return answer(rest_report_to_wire(await sync_to_thread(doors.people.rest_report)))

    return [convert, reverse, report, report_rest]


def _asked(query: dict[str, str], caller: Caller) -> ReportRequest:
    known = {"by", "since", "until", "campaign_id", "advertiser_id", "audience", "least_people"}
    for name in query.keys() - known:
        raise InvalidInput("no such parameter", hint=f"any of {', '.join(sorted(known))}", field=name[:40])
    audience = query.get("audience", "advertiser")
    if audience not in {"advertiser", "operator"}:
        raise InvalidInput("no such audience", hint="advertiser or operator", field="audience")
    least = query.get("least_people", str(LEAST_PEOPLE))
    if not least.isascii() or not least.isdigit():
        raise InvalidInput("no number", hint="a whole number of people", field="least_people")
    if not caller.sees_all and (audience == "operator" or int(least[:9]) < LEAST_PEOPLE):
        raise Forbidden(
            "a report of one organization is one for advertisers",
            hint=f"leave audience out, and ask for {LEAST_PEOPLE} people or more",
        )
    return ReportRequest(
        by=cast("tuple[Dimension, ...]", tuple(query.get("by", "campaign").split(","))),
        since=_day(query, "since"),
        until=_day(query, "until"),
        campaign_id=CampaignId(query["campaign_id"]) if "campaign_id" in query else None,
        organization_id=None if caller.sees_all else caller.organization_id,
        advertiser_id=AdvertiserId(query["advertiser_id"]) if "advertiser_id" in query else None,
        audience=cast("Audience", audience),
        least_people=int(least[:9]),
    )


def _day(query: dict[str, str], name: str) -> date | None:
    if name not in query:
        return None
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise InvalidInput("no day", hint="write it as 2026-11-20", field=name) from None
