"""/api/channels/{id}/loaded, load, unload: what engines have in memory.

Async: engines that Novapi starts belong to the serving loop.
"""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from ninja import Router, Status

from channels_app.local.engine import EngineDown
from channels_app.table import ChannelRoute
from dashboard.api.channels import load_for_test
from dashboard.api.schemas import LoadedOut, LoadIn, UnloadIn
from gateway.native.ask import Unable, is_refusal, told
from gateway.native.loaded import READERS, loaded
from gateway.native.loading import load, unload
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
    except (Unable, ChannelFailure) as problem:
        return refused(route, problem)
    except EngineDown as down:
        return Status(409, {"detail": " / ".join([down.reason, *down.lines[-3:]])})
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


async def in_memory_if_told(route: ChannelRoute) -> Status[Any]:
    """Nothing, where an engine that Novapi starts does not tell."""
    return await in_memory(route) if route.provider.id in READERS else Status(200, {"models": []})


async def in_memory(route: ChannelRoute) -> Status[Any]:
    try:
        return Status(200, {"models": await within(LIST_SECONDS, loaded(route))})
    except (Unable, ChannelFailure) as problem:
        return refused(route, problem)


def refused(route: ChannelRoute, problem: Unable | ChannelFailure) -> Status[Any]:
    """409 where it can't be, or the engine does not want to; 502 where the engine is in trouble."""
    if isinstance(problem, Unable):
        return Status(409, {"detail": str(problem)})
    return Status(409 if is_refusal(problem) else 502, {"detail": told(route, problem)})
