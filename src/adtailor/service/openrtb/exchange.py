"""What the exchange's door needs beside the journeys: currency, seat, addresses, and where else ads may come from."""

from dataclasses import dataclass

from adtailor.domain.money import Micros
from adtailor.journeys.backfill import Backfill


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Settings of OpenRTB, and the bidder that is asked where nothing of our own fits, if there is one."""

    currency: str = "EUR"
    seat: str = "adtailor"
    """As whom bids are made where the request names no bidder; what `wseat` and `bseat` are compared with."""
    person_source: str = "adtailor"
    """The source of the `eids` that hold our own ids of people."""
    public_url: str | None = None
    """Where browsers reach this server, as https://ads.example; None for the host that was asked."""
    floor: Micros = Micros(10_000)
    """The least that is bid for a thousand impressions, where the request asks for less: a winner that has nobody to
    beat would else be offered for nothing."""
    backfill: Backfill | None = None
