"""The table of helplines: what ships is unverified and therefore off; an operator verifies, with a date."""

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import msgspec

from adtailor.domain.wellbeing import Helpline
from adtailor.errors import InvalidInput

DIRECTORY = "*"
"""The country of the international directory, which stands in wherever no verified number does."""


class _Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    country: str
    name: str
    source: str
    phone: str | None = None
    url: str | None = None
    hours: str | None = None
    verified_at: date | None = None


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    helpline: tuple[_Line, ...]


def load_helplines(path: Path | None = None) -> tuple[Helpline, ...]:
    """The helplines that ship, or an operator's own file of the same form.

    Raises InvalidInput for an entry without a source, and for a table without the international directory.

    >>> [line.name for line in load_helplines() if line.country == "DE"]
    ['TelefonSeelsorge']
    """
    shipped = files("adtailor").joinpath("policies", "helplines.toml")
    source = "helplines.toml" if path is None else str(path)
    try:
        text = shipped.read_text("utf-8") if path is None else path.read_text("utf-8")
        table = msgspec.convert(tomllib.loads(text), _Table)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"cannot read {source}: {type(error).__name__}", hint="name a TOML file of helplines", field="helplines"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{source} is not TOML: {error}", hint="mend the line that it names") from None
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        raise InvalidInput(
            f"{message} (in {source})",
            hint="each [[helpline]] has country, name, source, and may have phone, url, hours, verified_at",
            field=where.strip("`").removeprefix("$.") or "helpline",
        ) from None
    lines = tuple(_checked(line, source) for line in table.helpline)
    if not any(line.country == DIRECTORY and line.url for line in lines):
        raise InvalidInput(
            f"{source} has no international directory",
            hint=f'add a [[helpline]] with country = "{DIRECTORY}" and a url: it stands in where no number is verified',
            field="helpline.country",
        )
    return lines


def _checked(line: _Line, source: str) -> Helpline:
    said = f"{line.name!r} (in {source})"
    if line.country != DIRECTORY and not (len(line.country) == 2 and line.country.isalpha() and line.country.isupper()):
        raise InvalidInput(
            f"{line.country!r} is no country of {said}", hint="two capital letters, as DE", field="helpline.country"
        )
    if line.phone is None and line.url is None:
        raise InvalidInput(f"{said} has neither phone nor url", hint="give one of them", field="helpline.phone")
    for field, address in (("source", line.source), ("url", line.url)):
        if address is not None and not address.startswith("https://"):
            raise InvalidInput(
                f"{address!r} of {said} is not https", hint="the address of who runs it", field=f"helpline.{field}"
            )
    return Helpline(
        country=line.country,
        name=line.name,
        phone=line.phone,
        url=line.url,
        hours=line.hours,
        source=line.source,
        verified_at=line.verified_at,
    )
