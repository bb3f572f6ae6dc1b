"""Who calls, past the proxies that the operator named."""

from adtailor.journeys.traffic import Sender
from adtailor.measure.traffic import Networks, past_proxies
from adtailor.service.answers import Asked

LOOPBACK = Networks(("127.0.0.0/8", "::1/128"))


def sender_of(request: Asked, proxies: Networks = LOOPBACK) -> Sender:
    """The user agent, and the last address that no proxy of ours stands at."""
    host = request.client.host if request.client else None
    address = past_proxies(host, request.headers.get("x-forwarded-for", ""), proxies)
    return Sender(user_agent=request.headers.get("user-agent"), address=address)
