"""The words of the member's page in one language, by key; `words.toml` holds them all, side by side."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch", "es": "Español"}
"""By its tag, each in its own name. The first is spoken where none of them is asked for."""
DEFAULT = next(iter(LANGUAGES))


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in one language.

    >>> Words("de")("known.interests"), Words("es").count("known.posts", 3)
    ('Interessen', 'de 3 publicaciones')
    """

    language: str

    def __call__(self, key: str, **named: object) -> str:
        """The words of a key, with its braces filled in; KeyError for a key that is not there."""
        return all_words()[key][self.language].format(**named)

    def count(self, key: str, n: int) -> str:
        """The words for one, or for several."""
        return self(f"{key}_one" if n == 1 else f"{key}_many", n=n)

    def listed(self, things: Sequence[str]) -> str:
        """As a sentence lists them.

        >>> Words("en").listed(["a", "b", "c"])
        'a, b and c'
        """
        if len(things) < 2:
            return "".join(things)
        last = things[-1]
        # Spanish says "e" before another i, as in "madre e hija".
        joins = "e" if self.language == "es" and last.lower().startswith(("i", "hi")) else self("why.and")
        return f"{', '.join(things[:-1])} {joins} {last}"

    def ago(self, then: datetime, now: datetime) -> str:
        """How long ago.

        >>> from datetime import UTC, timedelta
        >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
        >>> Words("de").ago(noon - timedelta(hours=30), noon)
        'vor 1 Tag'
        """
        minutes = max(int((now - then).total_seconds() // 60), 0)
        if minutes < 1:
            return self("time.now")
        if minutes < 60:
            return self("time.minutes", n=minutes)
        if minutes < 24 * 60:
            return self("time.hours", n=minutes // 60)
        return self.count("time.days", minutes // (24 * 60))

    def date(self, at: datetime, zone: str) -> str:
        """A day, as it is called where they are.

        >>> from datetime import UTC
        >>> Words("es").date(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Madrid")
        '21 de noviembre de 2026'
        """
        there = at.astimezone(ZoneInfo(zone))
        return self("time.date", day=there.day, month=self(f"time.month_{there.month}"), year=there.year)

    def moment(self, at: datetime, now: datetime, zone: str) -> str:
        """A time, with its day unless that is today."""
        there = at.astimezone(ZoneInfo(zone))
        time = f"{there:%H:%M}"
        if there.date() == now.astimezone(ZoneInfo(zone)).date():
            return time
        return self("time.date_and_time", date=self.date(at, zone), time=time)


@cache
def all_words() -> Mapping[str, Mapping[str, str]]:
    """Key to language to words."""
    tables = tomllib.loads((files("adtailor.console.member") / "words.toml").read_text("utf-8"))
    return {f"{table}.{key}": words for table, keys in tables.items() for key, words in keys.items()}


def language_of(chosen: str | None, accepted: str, *, site: str | None = None) -> str:
    """The language to speak: the one they chose, else what their browser asks for, else what the site says.

    `accepted` is an Accept-Language header (RFC 9110, 12.5.4); the one with the highest q goes first.

    >>> language_of(None, "fr, de-AT;q=0.8, en;q=0.5"), language_of("es", "de"), language_of(None, "*", site="de")
    ('de', 'es', 'de')
    """
    wanted: list[tuple[float, str]] = []
    for item in accepted.split(",")[:20]:
        tag, _, rest = item.partition(";")
        try:
            weight = float(rest.partition("=")[2]) if rest.strip() else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0.0:
            wanted.append((weight, tag))
    asked = [tag for _, tag in sorted(wanted, key=lambda item: -item[0])]
    for tag in (chosen or "", *asked, site or ""):
        base = tag.strip().replace("_", "-").split("-")[0].lower()
        if base in LANGUAGES:
            return base
    return DEFAULT
