"""The page itself: everything that is known, and the export of it."""

import json
from collections.abc import Mapping

from litestar import MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from adtailor.console import words as console_words
from adtailor.console.forms import token_of
from adtailor.console.member.naming import Namer, every_topic
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.session import Asked, required, session_of, words_of
from adtailor.console.member.shell import shown, without_session
from adtailor.console.member.words import all_words
from adtailor.domain.person import LIMITS
from adtailor.domain.signals import SIGNALS
from adtailor.journeys.items import creative_of, muted_names
from adtailor.journeys.people import BREAKS
from adtailor.profiles.day_use import use_today
from adtailor.profiles.frequency import local_day

POSTS_SHOWN = 10
STRONGEST = 6
CONSENTS = ("interests", "look", "affect", "wellbeing")


@get("/me", sync_to_thread=True)
def own_page(
    request: Asked,
    member: NamedDependency[MemberRooms],
    done: FromQuery[str] = "",
    posts: FromQuery[str] = "",
) -> Response[str]:
    """What is known about whoever opened it."""
    session = session_of(request, member)
    if session is None:
        return without_session(request, member)
    now, words = member.clock.now(), words_of(request, member, session)
    about = member.own_page.about(session.person_id, now=now)
    use = use_today(about.profile.use, day=local_day(now, session.zone))
    texts = {read.post.id: read.post for read in about.read}
    return shown(
        "me.html",
        member,
        words,
        about=about,
        now=now,
        zone=session.zone,
        session=session,
        csrf=token_of(session.secret),
        done=words(f"done.{done}") if f"done.{done}" in all_words() else None,
        says_gpc=request.headers.get("sec-gpc", "").strip() == "1",
        post_of=texts,
        posts_shown=len(about.read) if posts == "all" else POSTS_SHOWN,
        strongest=STRONGEST,
        consents=CONSENTS,
        moods=console_words.MOOD_WORDS,
        signals=SIGNALS,
        limits=LIMITS,
        breaks=BREAKS,
        minutes_used=int(use.seconds // 60) if use is not None else 0,
        topics=every_topic(words.language),
        advertisers=muted_names(member.source, about.profile),
        headlines={
            id_: one.headline for id_ in about.profile.fewer if (one := creative_of(member.source, id_)) is not None
        },
        name=Namer(words),
        display_name=member.name_of(session.person_id),
    )


@get("/me/forget", sync_to_thread=True)
def ask_to_forget(request: Asked, member: NamedDependency[MemberRooms]) -> Response[str]:
    """What forgetting destroys, and two buttons."""
    session = required(request, member)
    words = words_of(request, member, session)
    about = member.own_page.about(session.person_id, now=member.clock.now())
    return shown("forget.html", member, words, about=about, csrf=token_of(session.secret))


@get("/me/export.json", sync_to_thread=True)
def export_json(request: Asked, member: NamedDependency[MemberRooms]) -> Response[bytes]:
    """All that is stored, key by key as stored."""
    stored = _stored(request, member)
    body = json.dumps(stored, ensure_ascii=False, indent=2).encode()
    return Response(body, media_type=MediaType.JSON, headers=_as_file("export.json"))


@get("/me/export.html", sync_to_thread=True)
def export_html(request: Asked, member: NamedDependency[MemberRooms]) -> Response[str]:
    """The same, to be read without a program."""
    session = required(request, member)
    words = words_of(request, member, session)
    answer = shown(
        "export.html",
        member,
        words,
        stored=_stored(request, member),
        date=words.date(member.clock.now(), session.zone),
        is_mapping=lambda value: isinstance(value, Mapping),  # pyright: ignore[reportUnknownLambdaType]
        is_list=lambda value: isinstance(value, list | tuple),  # pyright: ignore[reportUnknownLambdaType]
        written=_written,
    )
    answer.headers.update(_as_file("export.html"))
    return answer


def _stored(request: Asked, member: MemberRooms) -> Mapping[str, object]:
    return member.people.export(required(request, member).person_id, now=member.clock.now())


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _written(value: object) -> str:
    """A value as JSON writes it, but for text, which stands for itself."""
    return value if isinstance(value, str) else json.dumps(value)
