"""How often one address, or the holder of one token, may ask; whoever asks more is told when to come back."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from litestar.types import Scope

from adtailor.domain.access import Caller
from adtailor.journeys.allowance import Allowance
from adtailor.measure.traffic import Networks, past_proxies

UNCOUNTED = ("/healthz", "/readyz", "/static/", "/media/", "/adtailor.js")
"""Probes, and files that cost nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limiter:
    """Buckets of this process; None where there is no limit. The owner has none."""

    per_address: Allowance | None = None
    """At addresses that are open to all, as those of events and the login."""
    per_token: Allowance | None = None
    proxies: Networks = field(default_factory=lambda: Networks(()))
    clock: Callable[[], float] = time.monotonic

    def wait(self, scope: Scope, caller: Caller | None) -> float:
        """Seconds until this may be asked; 0 where it may now."""
        if scope["path"].startswith(UNCOUNTED):
            return 0.0
        if caller is None:
            return 0.0 if self.per_address is None else self.per_address.take(self._address(scope), self.clock())
        if caller.role == "owner" or self.per_token is None:
            return 0.0
        return self.per_token.take(caller.name, self.clock())

    def _address(self, scope: Scope) -> tuple[int, int] | None:
        """An address of IPv4, or the network of 64 bits that one household of IPv6 has."""
        client = scope.get("client")
        forwarded = ",".join(
            value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"
        )
        address = past_proxies(client[0] if client else None, forwarded, self.proxies)
        if address is None:
            return None
        return (address.version, address.number if address.version == 4 else address.number >> 64)
