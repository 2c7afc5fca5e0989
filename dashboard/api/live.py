"""/api/events, /api/calls and /api/pause: what happens now, and how the owner stops it."""

import time
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Status

from channels_app import candidates
from channels_app.local.manager import engines
from dashboard.api.schemas.calls import CallOut
from dashboard.api.schemas.system import PauseIn, PauseOut
from gateway.events import hub
from gateway.flights import flights
from gateway.health import health, state
from gateway.lookout import lookout
from gateway.pause import pause
from gateway.runaway import guard
from gateway.used_up import overspenders, told

router = Router(tags=["live"])


@router.get("/events")
async def events(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: first `snapshot`, then `call.started`, `call.first_token`, `call.finished`, `records` (rows
    as of `/api/usage/records`, once they are there: at most 200, and how many were `left_out`), `channel.state`,
    `key.stopped`, `key.resumed`, `budget`, `changed` (the owner's settings, from wherever), `engine` and `engine.log`
    (of those that Novapi starts), `engine.found`, `engine.offline`, `engine.online` and `paused` (`until`: null when
    it ends) as they happen. A reader that falls behind by 1000 is hung up on."""
    response = StreamingHttpResponse(hub.subscribe(snapshot), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy in between must not collect the events
    return response


@router.get("/calls", response=list[CallOut])
async def list_calls(request: HttpRequest) -> Any:
    """The calls in flight, the oldest first. Async, like the next one: flights belong to the serving loop."""
    return list(flights.told())


@router.post("/calls/{call_id}/stop", response={204: None, 404: dict[str, str]})
async def stop_call(request: HttpRequest, call_id: str) -> Status[Any]:
    """Cancel a call. Its app gets an error that says so, its provider is hung up on."""
    if flights.stop(call_id):
        return Status(204, None)
    return Status(404, {"detail": "This call is not in flight: it has ended, or there never was one."})


@router.post("/pause", response=PauseOut)
def begin_pause(request: HttpRequest, payload: PauseIn) -> Any:
    """Turn apps away for so long, with 503 and when to come back; calls in flight go on."""
    pause.begin(payload.minutes)
    return {"paused_until": pause.told()}


@router.delete("/pause", response={204: None})
def end_pause(request: HttpRequest) -> Status[None]:
    """Take calls again."""
    pause.end()
    return Status(204, None)


def snapshot() -> dict[str, Any]:
    """What a dashboard needs to know before the first event."""
    paused = health.paused(time.monotonic())
    return {
        "calls": list(flights.told()),
        "channels": [state(key, report) for key, report in paused.items()],
        "stopped": [{"id": key, "app": app, "reason": why} for (key, app), why in list(guard.stopped.items())],
        "offline": [local.told() for local in lookout.offline.values()],
        "engines": [{"channel": number} | engine.told() for number, engine in engines.all()],
        "paused_until": pause.told(),
        "budgets": [told(*each) for each in overspenders(candidates.current())],
    }
