"""One root error: the value, what was expected, and the remedy."""

from collections.abc import Generator
from contextlib import contextmanager


class AdtailorError(Exception):
    """Something the caller can mend; `hint` says how, `field` names the part of the input, if any.

    The CLI prints it without a traceback and exits with 2; HTTP answers with problem details and `status`.
    """

    status = 400

    def __init__(self, message: str, *, hint: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        where = f"{self.field}: " if self.field else ""
        return f"{where}{self.message} ({self.hint})"


class InvalidInput(AdtailorError):
    """A value is of the wrong type, range or form."""

    status = 422


class UnknownId(AdtailorError):
    """An id that names nothing here."""

    status = 404


class StaleVersion(AdtailorError):
    """Somebody changed it since it was read: read it again, then write."""

    status = 409


class TokenRefused(AdtailorError):
    """An event URL that is forged, damaged or expired."""

    status = 403


class Forbidden(AdtailorError):
    """A credential that is good, and not for this."""

    status = 403


class NotAllowed(AdtailorError):
    """A missing or insufficient credential."""

    status = 401


class TooManyRequests(AdtailorError):
    """Asked too often; `seconds` is when it may be asked again."""

    status = 429

    def __init__(self, message: str, *, hint: str, seconds: float, field: str | None = None) -> None:
        super().__init__(message, hint=hint, field=field)
        self.seconds = seconds


class ModelUnavailable(AdtailorError):
    """A model's file is missing, damaged or of another kind."""

    status = 503


class EngineFailed(AdtailorError):
    """A configured engine gave no usable answer; `message` names the kind of failure and never what it was asked."""

    status = 502


class StorageFailed(AdtailorError):
    """The data directory or its database cannot be used."""

    status = 503


@contextmanager
def under(place: str) -> Generator[None]:
    """Put `place` before the field of an error raised inside.

    >>> with under("ads[3]"):
    ...     raise InvalidInput("no", hint="yes", field="id")
    Traceback (most recent call last):
    adtailor.errors.InvalidInput: ads[3].id: no (yes)
    """
    try:
        yield
    except AdtailorError as error:
        error.field = f"{place}.{error.field}" if error.field else place
        raise
