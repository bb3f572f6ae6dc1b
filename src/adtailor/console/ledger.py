"""The operator's page of the ledger, and its picture."""

from io import BytesIO

from litestar import Response, get
from litestar.di import NamedDependency

from adtailor.console.ledger_picture import draw_ledger
from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.worth import CONTRASTS, GRADE_WORDS, PLACEBO_WORDS


@get("/operator/ledger", sync_to_thread=True)
def ledger_page(rooms: NamedDependency[Rooms]) -> Response[str]:
    """What each signal and each model earned, less what it cost."""
    made = rooms.ledgers.ledger(rooms.clock.now())
    return page(
        "ledger.html",
        rooms=rooms,
        made=made,
        grades=GRADE_WORDS,
        contrasts=CONTRASTS,
        placebo_words=PLACEBO_WORDS,
    )


@get("/operator/ledger.png", sync_to_thread=True)
def ledger_png(rooms: NamedDependency[Rooms]) -> Response[bytes]:
    """The same, drawn."""
    out = BytesIO()
    draw_ledger(rooms.ledgers.ledger(rooms.clock.now()), rooms.currency).save(out, "PNG")
    return Response(out.getvalue(), media_type="image/png", headers={"Cache-Control": "no-store"})
