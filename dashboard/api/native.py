"""/api/channels/{id}/loaded, load, unload, pull: what engines have in memory, and on disk.

Async: engines that Novapi starts belong to the serving loop.
"""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Status

from channels_app.local.adding import offer_more
from channels_app.local.engine import EngineDown
from channels_app.models import ChannelModel
from channels_app.table import ChannelRoute
from dashboard.api.channels import load_for_test
from dashboard.api.schemas.engines import LoadedOut, LoadIn, PullIn, UnloadIn
from gateway.model_lists import is_listed
from gateway.native.ask import Unable, is_refusal, told
from gateway.native.loaded import READERS, loaded
from gateway.native.loading import load, unload
from gateway.native.pulls import Abilities, check, fetched, models_there, pull, running
from gateway.small_calls import within
from gateway.upstream import ChannelFailure

router = Router(tags=["channels"])
LIST_SECONDS = 10.0
ANSWERS: Any = {200: LoadedOut, 409: dict[str, str], 502: dict[str, str]}


@router.get("/{int:channel_id}/loaded", response=ANSWERS)
async def list_loaded(request: HttpRequest, channel_id: int) -> Status[Any]:
    """Which models the engine has in memory now. Nothing is loaded by asking. 409: the channel's engine does not tell;
    502: it does not answer."""
    route, _, _ = await sync_to_async(load_for_test)(channel_id)
    return await in_memory(route)


@router.post("/{int:channel_id}/load", response=ANSWERS)
async def load_model(request: HttpRequest, channel_id: int, payload: LoadIn) -> Status[Any]:
    """Load a model, which then stays; answers when it is in memory, with all that is. An engine that Novapi starts is
    started. 409: why it can't be; 502: the engine does not answer."""
    route, models, _ = await sync_to_async(load_for_test)(channel_id)
    try:
        await load(route, models.get(payload.model, payload.model), payload.context_tokens)
    except (Unable, ChannelFailure, EngineDown) as problem:
        return refused(route, problem)
    return await in_memory_if_told(route)


@router.post("/{int:channel_id}/unload", response=ANSWERS)
async def unload_model(request: HttpRequest, channel_id: int, payload: UnloadIn) -> Status[Any]:
    """Have a model dropped from memory, now; answers when it is out, with what is left. An engine that Novapi starts
    is stopped, and a 409 while calls use it, unless `force`."""
    route, models, _ = await sync_to_async(load_for_test)(channel_id)
    try:
        await unload(route, models.get(payload.model, payload.model), payload.force)
    except (Unable, ChannelFailure) as problem:
        return refused(route, problem)
    return await in_memory_if_told(route)


@router.post("/{int:channel_id}/pull", response=ANSWERS)
async def pull_model(request: HttpRequest, channel_id: int, payload: PullIn) -> StreamingHttpResponse | Status[Any]:
    """Have Ollama or LM Studio fetch a model, and offer it. Server-sent events tell of it: `progress` (`status` in the
    engine's words, bytes `completed` of `total`, null: not known yet, how many `parts`), then `done` (`offered`: the
    names that the channel offers by now, `added`: those it did not before) or `failed` (`detail`). Hanging up stops
    Ollama, which goes on there the next time; LM Studio fetches on by itself. 409, 502: it could not begin."""
    route, _, _ = await sync_to_async(load_for_test)(channel_id)
    events = pulled(route, payload.model)
    try:
        check(route)
        first = await anext(events)
    except (Unable, ChannelFailure, EngineDown) as problem:
        return refused(route, problem)
    response = StreamingHttpResponse(event_stream(route, first, events), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # a proxy in between must not collect the events
    return response


async def event_stream(
    route: ChannelRoute, first: dict[str, Any], events: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[bytes]:
    async with aclosing(events):  # type: ignore[type-var]  # always an async generator
        try:
            yield told_live("progress", first)
            async for body in events:
                yield told_live("done" if "offered" in body else "progress", body)
        except (ChannelFailure, EngineDown) as problem:
            yield told_live("failed", {"detail": words(route, problem)})


def told_live(kind: str, body: dict[str, Any]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(body)}\n\n".encode()


async def pulled(route: ChannelRoute, model: str) -> AsyncIterator[dict[str, Any]]:
    """How far it is, and in the end what is offered of it. Raises ChannelFailure, EngineDown."""
    async with running(route) as there:
        before = await within(LIST_SECONDS, models_there(there))
        async with aclosing(pull(there, model)) as steps:  # type: ignore[type-var]  # always an async generator
            async for step in steps:
                yield step
        found = fetched(model, before, await within(LIST_SECONDS, models_there(there)))
    yield await sync_to_async(offered)(route.id, found)


def offered(channel_id: int, found: Abilities) -> dict[str, list[str]]:
    """Offer what is not offered yet, be it by another name, or one that the engine completes ("qwen3")."""
    rows = ChannelModel.objects.filter(channel_id=channel_id)
    known = set(rows.values_list("upstream", flat=True))
    new = {name: can for name, can in found.items() if not any(is_listed(upstream, {name}) for upstream in known)}
    offer_more([(channel_id, new)])
    return {"offered": list(found), "added": list(new)}


async def in_memory_if_told(route: ChannelRoute) -> Status[Any]:
    """Nothing, where an engine that Novapi starts does not tell."""
    return await in_memory(route) if route.provider.id in READERS else Status(200, {"models": []})


async def in_memory(route: ChannelRoute) -> Status[Any]:
    try:
        return Status(200, {"models": await within(LIST_SECONDS, loaded(route))})
    except (Unable, ChannelFailure) as problem:
        return refused(route, problem)


def refused(route: ChannelRoute, problem: Unable | ChannelFailure | EngineDown) -> Status[Any]:
    """409 where it can't be, or the engine does not want to; 502 where the engine is in trouble."""
    is_in_trouble = isinstance(problem, ChannelFailure) and not is_refusal(problem)
    return Status(502 if is_in_trouble else 409, {"detail": words(route, problem)})


def words(route: ChannelRoute, problem: Unable | ChannelFailure | EngineDown) -> str:
    if isinstance(problem, ChannelFailure):
        return told(route, problem)
    lines = problem.lines[-3:] if isinstance(problem, EngineDown) else []
    return " / ".join([str(problem), *lines])
