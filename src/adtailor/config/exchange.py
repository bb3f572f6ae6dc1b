"""What an operator can set of OpenRTB: who may call it from a browser, as whom it bids, and who is asked in turn."""

from urllib.parse import urlsplit

import msgspec

from adtailor.domain.money import micros
from adtailor.errors import InvalidInput

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class OpenRtb(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /openrtb2/auction."""

    origins: tuple[str, ...] = ()
    """Whose pages may call it from a browser, as https://news.example: there, and only there, without the token."""
    seat: str = "adtailor"
    person_source: str = "adtailor"
    """The source of the `eids` that hold your own ids of people."""
    floor: str = "0.01"
    """The least that is bid for a thousand impressions, in the account currency."""
    public_url: str | None = None
    """Where browsers reach this server, as https://ads.example; without it, by the name that was asked."""


class Backfill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another OpenRTB bidder, asked where nothing here fits; off until it has an address."""

    url: str | None = None
    timeout_ms: int = 150
    floor: str = "0"
    """For a thousand impressions, in the account currency."""


def check_exchange(openrtb: OpenRtb, backfill: Backfill) -> None:
    """Raises InvalidInput that names the first setting that cannot be meant."""
    for origin in openrtb.origins:
        if not _is_origin(origin):
            raise InvalidInput(
                f"{origin!r} is no origin",
                hint="scheme, host and port, as https://news.example",
                field="openrtb.origins",
            )
    if openrtb.public_url is not None and not _is_origin(openrtb.public_url):
        raise InvalidInput(
            f"{openrtb.public_url!r} is no address",
            hint="scheme, host and port, as https://ads.example",
            field="openrtb.public_url",
        )
    if not openrtb.seat:
        raise InvalidInput("an empty seat", hint="a short name", field="openrtb.seat")
    if backfill.url is not None and not _is_upstream(backfill.url):
        raise InvalidInput(
            f"{backfill.url!r} will not do",
            hint="an https address without a name or password, or one on this machine",
            field="backfill.url",
        )
    if not 10 <= backfill.timeout_ms <= 2000:
        raise InvalidInput(f"{backfill.timeout_ms} ms", hint="10 to 2000", field="backfill.timeout_ms")
    for field, amount in (("openrtb.floor", openrtb.floor), ("backfill.floor", backfill.floor)):
        try:
            micros(amount)
        except InvalidInput as error:
            error.field = field
            raise


def _is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and address == f"{parts.scheme}://{parts.netloc}"
        )
    except ValueError:
        return False


def _is_upstream(address: str) -> bool:
    try:
        parts = urlsplit(address)
        named = parts.username is not None or parts.password is not None
        return (
            not named
            and bool(parts.hostname)
            and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))
        )
    except ValueError:
        return False
