"""Answers as bytes, and errors as problem details: never a traceback, never an echo of what was posted."""

import logging
import math
import traceback
from collections.abc import Mapping

from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from adtailor.errors import AdtailorError, TooManyRequests
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.problems import PROBLEM_JSON, Problem, problem, problem_of

JSON = "application/json"
logger = logging.getLogger(__name__)

Asked = Request[None, None, State]
"""A request as the handlers see it: who asks is settled before them."""


def answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """`value` as JSON."""
    return Response(encode(value), status_code=status, media_type=JSON, headers=dict(headers or {}))


def whole(content: bytes) -> Response[bytes]:
    """200 with JSON that is written already."""
    return Response(content, media_type=JSON)


def nothing(*, headers: Mapping[str, str] | None = None) -> Response[None]:
    """204."""
    return Response(None, status_code=204, headers=dict(headers or {}))


def refusal(told: Problem, *, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An error as RFC 9457 wants it."""
    return Response(encode(told), status_code=told.status, media_type=PROBLEM_JSON, headers=dict(headers or {}))


_SAID: Mapping[int, tuple[str, str]] = {
    400: ("the request could not be understood", "see /docs for what can be asked"),
    404: ("nothing is here", "see /docs for what can be asked"),
    405: ("this address does not take that method", "see the Allow header, or /docs"),
    413: ("the body is too large", "send fewer posts, or smaller pictures, at a time"),
    415: ("this kind of body is not taken", "send application/json"),
}


def refuse_known(_: Asked, error: AdtailorError) -> Response[bytes]:
    """An error of ours: it carries its own status, field and hint."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    if isinstance(error, TooManyRequests):
        headers = {"Retry-After": str(math.ceil(error.seconds))}
    return refusal(problem_of(error), headers=headers)


def refuse_http(_: Asked, error: HTTPException) -> Response[bytes]:
    """An error of the router: not found, wrong method, too large."""
    if error.status_code >= 500:
        return refuse_unexpected(_, error)
    detail, hint = _SAID.get(error.status_code, ("the request was refused", "see /docs for what can be asked"))
    return refusal(problem(error.status_code, detail, hint=hint), headers=error.headers)


def refuse_unexpected(_: Asked, error: Exception) -> Response[bytes]:
    """A mistake of ours. The log gets its kind and place, never its message: that may quote a post."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    logger.error("unexpected %s at %s", type(error).__name__, place)
    return refusal(problem(500, "something went wrong here", hint="try again; the log names the place"))


def refused(asked: Asked, error: Exception) -> Response[bytes]:
    """Whatever went wrong, as each kind is told of."""
    if isinstance(error, AdtailorError):
        return refuse_known(asked, error)
    return refuse_http(asked, error) if isinstance(error, HTTPException) else refuse_unexpected(asked, error)


REFUSALS: ExceptionHandlersMap = {
    AdtailorError: refuse_known,
    HTTPException: refuse_http,
    Exception: refuse_unexpected,
}
