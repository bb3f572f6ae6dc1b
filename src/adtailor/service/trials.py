"""Trials over HTTP, for owners: registered, started, watched, read, stopped."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from adtailor.domain.ids import TrialId
from adtailor.service.access import author_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.operations import Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.trials import (
    FindingsWire,
    RegistrationWire,
    StopWire,
    TrialWire,
    findings_to_wire,
    look_to_wire,
    trial_to_wire,
)

_ONE = "/v1/trials/{trial_id}"
OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/trials",
        says="All trials, and what their last look said.",
        answers={200: list[TrialWire]},
    ),
    Operation(
        method="POST",
        path="/v1/trials",
        says="Register a trial by its TOML file; once it has begun, other words are refused with 409.",
        body=RegistrationWire,
        answers={201: TrialWire},
        refusals=(400, 409, 413, 422),
    ),
    Operation(method="GET", path=_ONE, says="One trial, word for word.", answers={200: TrialWire}, refusals=(404,)),
    Operation(
        method="POST",
        path=f"{_ONE}/start",
        says="Serve people by their arms from now on.",
        answers={200: TrialWire},
        refusals=(404, 409, 422),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/stop",
        says="Serve everybody alike again.",
        body=StopWire,
        answers={200: TrialWire},
        refusals=(400, 404, 409, 413, 422),
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/guardrails",
        says="People, sample ratio and guardrails, as often as you like; never the primary metric.",
        answers={200: FindingsWire},
        refusals=(404, 409, 422),
    ),
    Operation(
        method="GET",
        path=f"{_ONE}/looks",
        says="What each look found, in their order.",
        answers={200: list[FindingsWire]},
        refusals=(404,),
    ),
    Operation(
        method="POST",
        path=f"{_ONE}/looks",
        says="Take a look at everything. It counts: its bounds are those of one look more, whatever it shows.",
        answers={201: FindingsWire},
        refusals=(404, 409, 422),
    ),
)


def trial_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """Eight routes."""
    run = doors.trials

    @get("/v1/trials")
    async def tell_all() -> Response[bytes]:
        found = await sync_to_thread(run.listed)
        return answer([trial_to_wire(one.trial, one) for one in found])

    @post("/v1/trials", status_code=201)
    async def register(request: Asked) -> Response[bytes]:
        author, raw = author_of(request, doors.clock), await request.body()

        def work() -> Response[bytes]:
            trial = run.register(decode(raw, RegistrationWire).text, author)
            place = {"Location": f"/v1/trials/{trial.registration.id}"}
            return answer(trial_to_wire(trial), status=201, headers=place)

        return await sync_to_thread(work)

    @get("/v1/trials/{trial_id:str}")
    async def tell(trial_id: FromPath[str]) -> Response[bytes]:
        return answer(trial_to_wire(await sync_to_thread(run.trial, TrialId(trial_id))))

    @post("/v1/trials/{trial_id:str}/start", status_code=200)
    async def start(request: Asked, trial_id: FromPath[str]) -> Response[bytes]:
        author = author_of(request, doors.clock)
        return answer(trial_to_wire(await sync_to_thread(run.start, TrialId(trial_id), author)))

    @post("/v1/trials/{trial_id:str}/stop", status_code=200)
    async def stop(request: Asked, trial_id: FromPath[str]) -> Response[bytes]:
        author, raw = author_of(request, doors.clock), await request.body()

        def work() -> Response[bytes]:
            because = decode(raw, StopWire).because
            return answer(trial_to_wire(run.stop(TrialId(trial_id), because, author)))

        return await sync_to_thread(work)

    @get("/v1/trials/{trial_id:str}/guardrails")
    async def watch(trial_id: FromPath[str]) -> Response[bytes]:
        now = doors.clock.now()
        return answer(findings_to_wire(await sync_to_thread(lambda: run.watch(TrialId(trial_id), now=now))))

    @get("/v1/trials/{trial_id:str}/looks")
    async def looks(trial_id: FromPath[str]) -> Response[bytes]:
        found = await sync_to_thread(run.looks, TrialId(trial_id))
        return answer([look_to_wire(look) for look in found])

    @post("/v1/trials/{trial_id:str}/looks", status_code=201)
    async def look(trial_id: FromPath[str]) -> Response[bytes]:
        now = doors.clock.now()
        return answer(look_to_wire(await sync_to_thread(lambda: run.read(TrialId(trial_id), now=now))), status=201)

    return [tell_all, register, tell, start, stop, watch, looks, look]
