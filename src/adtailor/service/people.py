"""What people decide about themselves: consents, objection, mood, switches, the card, the export, the forgetting."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from litestar import Response, delete, get, post, put
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import UnsetType

from adtailor.domain.checks import checked_id
from adtailor.domain.ids import AdId, AdvertiserId, PersonId, PostId, TopicId
from adtailor.domain.person import Person
from adtailor.errors import InvalidInput, StaleVersion, UnknownId
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.headers import etag, if_match, version_needed
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.decoding import checked_zone, decode
from adtailor.service.wire.people import (
    ConsentsWire,
    CorrectionWire,
    DescriptionWire,
    FewerWire,
    MoodWire,
    MuteWire,
    ObjectionWire,
    PageLinkAskedWire,
    PageLinkWire,
    PersonWire,
    RestAnswerWire,
    RestSettingsWire,
    RestWire,
    SignalsWire,
    consents_from_wire,
    consents_to_wire,
    person_to_wire,
    rest_to_wire,
)

T = TypeVar("T")
HERE = "/v1/people/{person_id:str}"
_AT = "/v1/people/{person_id}"
_IF_MATCH = {"If-Match": "the ETag that this change builds on; a stale one is 409"}

OPERATIONS = (
    Operation(
        method="GET", path=_AT, says="What someone chose, and is known as.", answers={200: PersonWire}, roles=SITES
    ),
    Operation(
        method="PUT",
        path=_AT,
        says="Someone's age group, as the site knows it, and the country they declared.",
        body=DescriptionWire,
        answers={200: PersonWire},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="GET",
        path=f"{_AT}/consents",
        says="What someone agreed to: nothing until they say so.",
        answers={200: ConsentsWire},
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/consents",
        says="Replace the consents, from the next request on. What a withdrawn consent had allowed is deleted. "
        "Giving a consent to someone on file needs If-Match; withdrawing never does.",
        body=ConsentsWire,
        answers={200: ConsentsWire},
        asks=_IF_MATCH,
        refusals=(409, 422, 428),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/objection",
        says="Object to profiling, or lift the objection: it outweighs every consent and stays until lifted.",
        body=ObjectionWire,
        answers={200: PersonWire},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/mood",
        says="Declare a mood, or take it back with null; it needs the affect consent.",
        body=MoodWire,
        answers={200: MoodWire},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/signals",
        says="Switch signals off or on, as an explanation names them.",
        body=SignalsWire,
        answers={204: None},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/mutes",
        says="No more ads (or again) from one advertiser, or on one topic.",
        body=MuteWire,
        answers={204: None},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/corrections",
        says="Something read in one of someone's posts is wrong: their profile becomes as if it had not been read.",
        body=CorrectionWire,
        answers={204: None},
        refusals=(404, 409, 422),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/fewer",
        says="Fewer ads like one, or as many as before; it needs the interests consent.",
        body=FewerWire,
        answers={204: None},
        refusals=(404, 422),
        roles=SITES,
    ),
    Operation(
        method="PUT",
        path=f"{_AT}/rest",
        says="A limit for the day, suggestions, a break now: by someone's own choice, whatever they consent to.",
        body=RestSettingsWire,
        answers={204: None},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="POST",
        path=f"{_AT}/page",
        says="A link to someone's own page, for a member that the site has recognised. It works once, for 5 minutes.",
        body=PageLinkAskedWire,
        answers={201: PageLinkWire},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="GET",
        path=f"{_AT}/rest",
        says="The card that is due, if any. To ask is to show it: it will not be due again at once.",
        asks={"zone": "an IANA time zone, UTC unless given", "language": "en unless given"},
        answers={200: RestWire},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="POST",
        path=f"{_AT}/rest",
        says="One tap on the card.",
        body=RestAnswerWire,
        answers={204: None},
        refusals=(422,),
        roles=SITES,
    ),
    Operation(
        method="GET",
        path=f"{_AT}/export",
        says="All that is stored about someone.",
        answers={200: dict[str, Any]},
        roles=SITES,
    ),
    Operation(
        method="DELETE",
        path=_AT,
        says="Forget someone: their key is destroyed, and with it every copy.",
        answers={204: None},
        refusals=(404,),
        roles=SITES,
    ),
)


def people_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes under /v1/people."""
    return [
        *_choice_routes(doors),
        *_profile_routes(doors),
        *_own_page_routes(doors),
        *_whole_person_routes(doors),
    ]


async def _in_thread(work: Callable[[], T]) -> T:
    """Storage waits for the disk, so it does not wait on the event loop."""
    return await sync_to_thread(work)


def _choice_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    people = doors.people

    @get(HERE)
    async def tell_person(person_id: FromPath[str]) -> Response[bytes]:
        who = _id(person_id)
        return _about(await _in_thread(lambda: people.person(who)))

    @put(HERE)
    async def describe(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who, told = _id(person_id), decode(await request.body(), DescriptionWire)
        return _about(await _in_thread(lambda: people.describe(who, age=told.age, country=told.country)))

    @get(f"{HERE}/consents")
    async def tell_consents(person_id: FromPath[str]) -> Response[bytes]:
        who = _id(person_id)
        return _agreed(await _in_thread(lambda: people.person(who)))

    @put(f"{HERE}/consents")
    async def set_consents(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who = _id(person_id)
        wanted = consents_from_wire(decode(await request.body(), ConsentsWire))

        def change() -> Person:
            before = people.person(who)
            builds_on = if_match(request.headers, current=before.version)
            if builds_on is None:
                if before.version > 0 and wanted != wanted.narrowed(before.consents):
                    raise version_needed("what this person agreed to")
                builds_on = before.version
            try:
                return people.set_consents(who, wanted, expected_version=builds_on)
            except StaleVersion as error:
                error.field = "If-Match"
                raise

        return _agreed(await _in_thread(change))

    @put(f"{HERE}/objection")
    async def set_objection(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who, told = _id(person_id), decode(await request.body(), ObjectionWire)
        return _about(await _in_thread(lambda: people.set_objection(who, told.objected)))

    return [tell_person, describe, tell_consents, set_consents, set_objection]


def _profile_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    people = doors.people

    @put(f"{HERE}/mood")
    async def declare_mood(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who, told = _id(person_id), decode(await request.body(), MoodWire)
        await _in_thread(lambda: people.declare_mood(who, told.mood, now=doors.clock.now()))
        return answer(told)

    @put(f"{HERE}/signals", status_code=204)
    async def switch_signals(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), SignalsWire)
        for signal, on in told.signals.items():
            await sync_to_thread(people.switch_signal, who, signal, on=on)
        return nothing()

    @put(f"{HERE}/mutes", status_code=204)
    async def mute(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), MuteWire)
        if told.advertiser_id is not None and told.topic_id is None:
            advertiser = AdvertiserId(checked_id(told.advertiser_id, "advertiser_id"))
            await _in_thread(lambda: people.mute_advertiser(who, advertiser, on=told.on))
        elif told.topic_id is not None and told.advertiser_id is None:
            topic = TopicId(checked_id(told.topic_id, "topic_id"))
            await _in_thread(lambda: people.mute_topic(who, topic, on=told.on))
        else:
            raise InvalidInput(
                "one of advertiser_id and topic_id is needed", hint="send exactly one", field="advertiser_id"
            )
        return nothing()

    @get(f"{HERE}/rest")
    async def tell_rest(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who, zone = _id(person_id), checked_zone(request.query_params.get("zone", "UTC"), "zone")
        language = request.query_params.get("language", "en")
        card = await _in_thread(lambda: people.rest(who, now=doors.clock.now(), zone=zone, language=language))
        return answer(RestWire(rest_suggestion=None if card is None else rest_to_wire(card)))

    @post(f"{HERE}/rest", status_code=204)
    async def answer_rest(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), RestAnswerWire)
        zone = checked_zone(told.zone, "zone")
        await _in_thread(lambda: people.answer_rest(who, told.answer, now=doors.clock.now(), zone=zone))
        return nothing()

    return [declare_mood, switch_signals, mute, tell_rest, answer_rest]


def _own_page_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """What someone's own page does, for sites that build it into their own; and the link to ours."""
    people, corrections = doors.people, doors.corrections

    @put(f"{HERE}/corrections", status_code=204)
    async def correct(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), CorrectionWire)
        post_id = PostId(checked_id(told.post_id, "post_id"))
        await _in_thread(
            lambda: corrections.correct(who, post_id, told.mark, is_wrong=told.wrong, now=doors.clock.now())
        )
        return nothing()

    @put(f"{HERE}/fewer", status_code=204)
    async def fewer(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), FewerWire)
        ad_id = AdId(checked_id(told.ad_id, "ad_id"))
        await _in_thread(lambda: corrections.fewer(who, ad_id, on=told.on, now=doors.clock.now()))
        return nothing()

    @put(f"{HERE}/rest", status_code=204)
    async def set_rest(request: Asked, person_id: FromPath[str]) -> Response[None]:
        who, told = _id(person_id), decode(await request.body(), RestSettingsWire)
        zone = checked_zone(told.zone, "zone")

        def change() -> None:
            if not isinstance(told.suggestions, UnsetType):
                people.set_suggestions(who, on=told.suggestions)  # first: it alone may be refused
            if not isinstance(told.daily_minutes, UnsetType):
                people.set_limit(who, told.daily_minutes or None)
            if not isinstance(told.take_break, UnsetType):
                people.take_break(who, told.take_break, now=doors.clock.now(), zone=zone)

        await _in_thread(change)
        return nothing()

    @post(f"{HERE}/page", status_code=201)
    async def link(request: Asked, person_id: FromPath[str]) -> Response[bytes]:
        who, told = _id(person_id), decode(await request.body(), PageLinkAskedWire)
        zone = checked_zone(told.zone, "zone")
        made = doors.member_sessions.link(who, now=doors.clock.now(), zone=zone, language=told.language)
        url = f"/me/enter?ticket={made.ticket}"
        return answer(PageLinkWire(url=url, expires_at=made.expires_at), status=201)

    return [correct, fewer, set_rest, link]


def _whole_person_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    people = doors.people

    @get(f"{HERE}/export")
    async def export(person_id: FromPath[str]) -> Response[bytes]:
        who = _id(person_id)
        stored = await _in_thread(lambda: people.export(who, now=doors.clock.now()))
        return answer(stored, headers={"Content-Disposition": 'attachment; filename="export.json"'})

    @delete(HERE, status_code=204)
    async def forget(person_id: FromPath[str]) -> Response[None]:
        who = _id(person_id)
        if not await _in_thread(lambda: people.forget(who)):
            raise UnknownId("nothing is on file", hint="there is nothing to forget", field="person_id")
        return nothing()

    return [export, forget]


def _id(person_id: str) -> PersonId:
    return PersonId(checked_id(person_id, "person_id"))


def _about(person: Person) -> Response[bytes]:
    return answer(person_to_wire(person), headers={"ETag": etag(person.version)})


def _agreed(person: Person) -> Response[bytes]:
    return answer(consents_to_wire(person.consents), headers={"ETag": etag(person.version)})
