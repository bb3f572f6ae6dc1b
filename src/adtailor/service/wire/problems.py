"""An error as RFC 9457 problem details: what was wrong, with which field, and the remedy."""

from http import HTTPStatus

import msgspec

from adtailor.errors import AdtailorError

PROBLEM_JSON = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Problem details; `field` is None where no single part of the input is to blame."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    field: str | None = None
    hint: str


def problem_of(error: AdtailorError) -> Problem:
    """The same account that the CLI prints.

    >>> from adtailor.errors import UnknownId
    >>> problem_of(UnknownId("no post p9", hint="read it first", field="post_id")).status
    404
    """
    return problem(error.status, error.message, hint=error.hint, field=error.field)


def problem(status: int, detail: str, *, hint: str, field: str | None = None) -> Problem:
    """Problem details with the standard's title for `status`."""
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, field=field, hint=hint)
