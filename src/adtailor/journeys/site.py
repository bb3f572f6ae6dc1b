"""A site in this process: it asks for decisions and reports what happened, as a real one does over HTTP."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from random import Random

from adtailor.domain.decision import Decision, DecisionRequest
from adtailor.domain.events import ClaimKind, EventKind
from adtailor.domain.ids import DecisionId, PlacementId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.take_event import TakeEvent

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGES_KEPT = 1000


class Site:
    """Keeps the tokens of its last pages, to tell what became of their ads."""

    def __init__(self, *, fill_page: FillPage, take_event: TakeEvent) -> None:
        self._fill_page = fill_page
        self._take_event = take_event
        self._tokens: OrderedDict[DecisionId, Mapping[PlacementId, Mapping[ClaimKind, str]]] = OrderedDict()

    def decide(self, request: DecisionRequest, *, now: datetime, random: Random) -> Decision:
        """The answer to one page."""
        page = self._fill_page.fill(request, now=now, random=random)
        self._tokens[page.decision.decision_id] = page.tokens
        if len(self._tokens) > PAGES_KEPT:
            self._tokens.popitem(last=False)
        return page.decision

    def happened(self, decision: Decision, placement: int, kind: EventKind, *, now: datetime) -> Micros:
        """Report an event of the ad in a placement, by its place; what it was charged."""
        tokens = self._tokens.get(decision.decision_id, {}).get(decision.placements[placement].placement_id)
        if tokens is None:
            raise InvalidInput(
                f"nothing is known of placement {placement} of {decision.decision_id}",
                hint=f"report events of ads that were shown, within {PAGES_KEPT} pages",
                field="placement",
            )
        taken = self._take_event.take(tokens[kind], kinds=frozenset({kind}), now=now, user_agent=BROWSER)
        return taken.outcome.charged
