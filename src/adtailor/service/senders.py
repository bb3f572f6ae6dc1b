"""Who calls, past the proxies that the operator named."""

from adtailor.journeys.traffic import Sender
from adtailor.measure.traffic import Networks, address_of
from adtailor.service.answers import Asked

LOOPBACK = Networks(("127.0.0.0/8", "::1/128"))
MOST_HOPS = 20


def sender_of(request: Asked, proxies: Networks = LOOPBACK) -> Sender:
    """The user agent, and the last address that no proxy of ours stands at.

    Whoever calls may write anything into X-Forwarded-For; what a proxy of ours appended to it is true.
    """
    address = address_of(request.client.host if request.client else None)
    hops = request.headers.get("x-forwarded-for", "").split(",")[-MOST_HOPS:]
    while address is not None and address in proxies and hops:
        hop = hops.pop().strip()
        address = address_of(hop) if hop else address
    return Sender(user_agent=request.headers.get("user-agent"), address=address)
