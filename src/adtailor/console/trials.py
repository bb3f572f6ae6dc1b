"""The operator's page of trials: which run, what their last look said, and how far they are from an answer."""

from litestar import Response, get
from litestar.di import NamedDependency

from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.findings import Finding
from adtailor.measure.experiments.words import amount, headline


@get("/operator/trials", sync_to_thread=True)
def trials(rooms: NamedDependency[Rooms]) -> Response[str]:
    """All trials. Nothing is read anew: opening a page is no look."""
    return page(
        "trials.html",
        rooms=rooms,
        listed=list(reversed(rooms.trials.listed())),
        headline=headline,
        amount=amount,
        change=change,
        now=rooms.clock.now(),
    )


def change(one: Finding) -> str:
    """The relative change with its interval, as words."""
    return f"{one.relative.value:+.2%} ({one.relative.low:+.2%} to {one.relative.high:+.2%})"
