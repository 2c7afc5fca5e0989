"""/api/channels/…/test: try a channel, or all of them, and say before what it will cost."""

import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from channels_app.models import Channel
from dashboard.api.channels import load_for_test
from dashboard.api.schemas.trials import RoundIn, TestCost, TestIn, TestOut
from gateway import trial_costs, trials
from gateway.rounds import round_of
from gateway.trials import NotOffered, Trial

router = Router(tags=["channels"])


@router.get("/{int:channel_id}/test", response=TestCost)
def cost_of_trial(request: HttpRequest, channel_id: int, model: str = "") -> Any:
    """What a test will use at most. Nothing is sent."""
    return trial_costs.estimate(trial(channel_id, model))


@router.post("/{int:channel_id}/test", response=TestOut)
async def try_channel(request: HttpRequest, channel_id: int, payload: TestIn | None = None) -> Any:
    """Reach the provider, have each key accepted, have a model answer: whole, streamed, with a tool, in JSON."""
    model = payload.model if payload else None
    return await trials.run(await sync_to_async(trial)(channel_id, model or ""))


@router.post("/test")
async def try_channels(request: HttpRequest, payload: RoundIn | None = None) -> StreamingHttpResponse:
    """Test the channels of these `ids`, else all that are enabled, four at a time. Server-sent events tell of it:
    `started`, a `stage` as each is done, `finished` for each channel, `done` at the end. Hanging up stops it."""
    ids, model = (payload.ids, payload.model) if payload else (None, None)
    asked = await sync_to_async(trials_of)(ids, model or "")
    response = StreamingHttpResponse(event_stream(asked), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy in between must not collect the events
    return response


async def event_stream(asked: list[Trial]) -> AsyncIterator[bytes]:
    events = round_of(asked)
    try:
        async for kind, body in events:
            yield f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()
    finally:
        await events.aclose()  # type: ignore[attr-defined]  # at once, not when the collector comes by


def trial(channel_id: int, model: str = "") -> Trial:
    """The test of a channel, enabled or not. A model it does not offer is an error of the field."""
    try:
        return trials.trial_of(*load_for_test(channel_id), model)
    except NotOffered as problem:
        raise ValidationError({"model": str(problem)}) from problem


def trials_of(ids: list[int] | None, model: str = "") -> list[Trial]:
    """A disabled channel is tested only where it is named."""
    found = Channel.objects.filter(enabled=True) if ids is None else Channel.objects.filter(pk__in=ids)
    known = list(found.values_list("pk", flat=True))
    if unknown := [str(pk) for pk in ids or () if pk not in known]:
        raise ValidationError({"ids": f"There is no channel {', '.join(unknown)}."})
    return [trial(pk, model) for pk in known]
