"""/api/channels/{id}/start, stop, restart, log: engines that Novapi starts. Async: they belong to the serving loop."""

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status
from ninja.errors import HttpError

from channels_app.local.engine import EngineDown
from channels_app.local.manager import engines
from channels_app.local.recipe import Recipe
from channels_app.models import Channel
from dashboard.api.schemas.engines import EngineOut

router = Router(tags=["channels"])


@router.post("/{int:channel_id}/start", response={200: EngineOut, 409: dict[str, Any]})
async def start(request: HttpRequest, channel_id: int) -> Status[Any]:
    """Start the engine, whatever went wrong before; answers when it is ready. Waits its turn in its group. 409: why it
    did not get ready, and the last lines it printed."""
    channel, recipe = await started_channel(channel_id)
    try:
        await engines.start(channel.pk, channel.name, recipe)
    except EngineDown as down:
        return Status(409, {"detail": down.reason, "lines": down.lines})
    return Status(200, await sync_to_async(EngineOut.of)(channel))


@router.post("/{int:channel_id}/stop", response=EngineOut)
async def stop(request: HttpRequest, channel_id: int) -> Any:
    """Stop the engine; calls that use it are cut off. Answers when nothing of it is left."""
    channel, _ = await started_channel(channel_id)
    await engines.stop(channel.pk)
    return await sync_to_async(EngineOut.of)(channel)


@router.post("/{int:channel_id}/restart", response={200: EngineOut, 409: dict[str, Any]})
async def restart(request: HttpRequest, channel_id: int) -> Status[Any]:
    """Stop, then start."""
    await stop(request, channel_id)
    return await start(request, channel_id)


@router.get("/{int:channel_id}/log")
async def log(request: HttpRequest, channel_id: int) -> HttpResponse:
    """What the engine has printed of late, as text: at most 256 KB, since Novapi began."""
    channel, _ = await started_channel(channel_id)
    engine = engines.find(channel.pk)
    return HttpResponse(engine.log.text() if engine else "", content_type="text/plain; charset=utf-8")


async def started_channel(channel_id: int) -> tuple[Channel, Recipe]:
    channel = await sync_to_async(get_object_or_404)(Channel, pk=channel_id)
    if channel.recipe is None:
        raise HttpError(409, "This channel has no command: Novapi does not start its engine.")
    return channel, channel.recipe
