"""Tokens that prove a form was our own page's: made of a session's secret, so there is nothing to store."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256

from adtailor.errors import Forbidden

FIELD = "csrf"


def csrf_of(secret: bytes) -> str:
    """The token of a session, HMAC-SHA256 of its secret: known to nobody who cannot read its pages.

    `secret` must be as unguessable as the session, and never be shown itself.

    >>> csrf_of(b"one session") == csrf_of(b"another")
    False
    """
    return urlsafe_b64encode(hmac.digest(secret, b"adtailor form", sha256)).rstrip(b"=").decode("ascii")


def checked_csrf(secret: bytes, form: Mapping[str, str]) -> None:
    """Raises Forbidden unless the form holds its session's token."""
    if not hmac.compare_digest(csrf_of(secret).encode(), form.get(FIELD, "").encode()):
        raise Forbidden("this form is not from your open page", hint="load the page again, then press the button")
