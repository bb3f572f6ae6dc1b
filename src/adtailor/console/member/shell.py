"""Pages of the member's kind: their words, their frame, and errors said kindly."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from litestar import Response
from litestar.exceptions import HTTPException

from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.session import Asked, session_of, words_of
from adtailor.console.member.words import LANGUAGES, Words
from adtailor.console.render import page
from adtailor.errors import AdtailorError, NotAllowed, TokenRefused


def shown(template: str, member: MemberRooms, words: Words, status: int = 200, **values: Any) -> Response[str]:
    """A page in one language, which says so to whoever keeps copies."""
    answer = page(f"member/{template}", status, member=member, t=words, languages=LANGUAGES, **values)
    answer.headers["Content-Language"] = words.language
    return answer


Refuse = Callable[[Asked, Any], Response[Any]]


def refusals(member: MemberRooms) -> dict[int | type[Exception], Refuse]:
    """Handlers for the member's routes: what went wrong in their own language, and that nothing was changed."""

    def ours(request: Asked, error: AdtailorError) -> Response[str]:
        if isinstance(error, NotAllowed):
            return without_session(request, member)
        return _refused(request, error.status, "link" if isinstance(error, TokenRefused) else _kind(error.status))

    def routers(request: Asked, error: HTTPException) -> Response[str]:
        return _refused(request, error.status_code, _kind(error.status_code))

    def _refused(request: Asked, status: int, kind: str) -> Response[str]:
        words = words_of(request, member, None)
        try:
            words = words_of(request, member, session_of(request, member))
        except AdtailorError:
            kind = "broken"
        return shown(
            "said.html", member, words, status, title=words("refused.title"), said=words(f"refused.{kind}"), back=True
        )

    return {AdtailorError: ours, HTTPException: routers}


def without_session(request: Asked, member: MemberRooms) -> Response[str]:
    """How to get here; in a demo, by choosing somebody. No 401: no password that a browser could ask for opens it."""
    may_pick = member.is_demo and request.method == "GET" and request.url.path == "/me"
    status = HTTPStatus.OK if may_pick else HTTPStatus.FORBIDDEN
    return shown("needed.html", member, words_of(request, member, None), status, may_pick=may_pick)


def _kind(status: int) -> str:
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}:
        return "stale"
    if status == HTTPStatus.NOT_FOUND:
        return "unknown"
    return "broken" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid"
