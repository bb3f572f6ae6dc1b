"""An error as a page: what was wrong and the remedy, never a traceback, never an echo of a post."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException

from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.errors import AdtailorError

_SAID: Mapping[int, tuple[str, str]] = {
    400: ("That could not be understood.", "Use the buttons of the page."),
    404: ("There is nothing here.", "It may have been forgotten, or never been."),
    413: ("That was too much at once.", "Use the buttons of the page."),
}


Refuse = Callable[[Request[Any, Any, Any], Any], Response[Any]]


def refusals(rooms: Rooms) -> dict[int | type[Exception], Refuse]:
    """Handlers for the routes of the pages."""

    def ours(_: Request[Any, Any, Any], error: AdtailorError) -> Response[str]:
        return _refused(rooms, error.status, error.message, error.hint)

    def routers(_: Request[Any, Any, Any], error: HTTPException) -> Response[str]:
        said, hint = _SAID.get(error.status_code, ("That was refused.", "Use the buttons of the page."))
        return _refused(rooms, error.status_code, said, hint)

    return {AdtailorError: ours, HTTPException: routers}


def _refused(rooms: Rooms, status: int, said: str, hint: str) -> Response[str]:
    title = "Not found" if status == HTTPStatus.NOT_FOUND else "That did not work"
    return page("refused.html", status, rooms=rooms, title=title, said=_sentence(said), hint=_sentence(hint))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:].rstrip(".") + "."
