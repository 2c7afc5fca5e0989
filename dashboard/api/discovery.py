"""/api/discovery: the engines found on this machine, and a channel for one in one click."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Router, Status

from channels_app import candidates
from channels_app.discovery import Found, Scan, engine_at
from channels_app.local.adding import AlreadyThere, add, channels_by_port, local_port
from channels_app.models import Channel
from dashboard.api.schemas.channels import ChannelOut
from dashboard.api.schemas.engines import DiscoveryOut, FoundIn, FoundOut
from gateway.lookout import lookout

router = Router(tags=["discovery"])


@router.get("", response=DiscoveryOut)
async def last_scan(request: HttpRequest) -> Any:
    """What the last look at this machine found. Nothing is asked anew."""
    return await sync_to_async(told)(lookout.last)


@router.post("/scan", response=DiscoveryOut)
async def scan(request: HttpRequest) -> Any:
    """Look now: whoever listens on this machine is asked who it is. Takes about half a second."""
    return await sync_to_async(told)(await lookout.scan())


@router.post("/add", response={201: ChannelOut, 404: dict[str, str], 409: dict[str, Any]})
async def add_channel(request: HttpRequest, payload: FoundIn) -> Any:
    """A channel for the engine at `address`, with the models that it has now. In force when the answer arrives."""
    port = local_port(payload.address)
    if port is None:
        raise ValidationError({"address": "This is no address of this machine. It looks like http://127.0.0.1:11434."})
    found = await engine_at(port, payload.api_key)
    if found is None:
        return Status(404, {"detail": f"No engine answers on port {port} of this machine. Is it running?"})
    if found.is_locked:
        wants = "refused this key" if payload.api_key else "wants a key"
        raise ValidationError({"api_key": f"{found.name} {wants}."})
    return await sync_to_async(added)(found, payload)


def added(found: Found, payload: FoundIn) -> Status[Any]:
    try:
        channel = add(found, payload.api_key, payload.name)
    except AlreadyThere as there:
        return Status(409, {"detail": str(there), "id": there.channel.pk})
    candidates.refresh()
    return Status(201, Channel.objects.prefetch_related("keys", "models").get(pk=channel.pk))


def told(scan: Scan) -> dict[str, Any]:
    """A scan, each engine with the channel that calls it now."""
    channels = channels_by_port()
    found = [with_channel(each, channels.get(each.port)) for each in scan.found]
    return {"at": scan.at or None, "seconds": round(scan.seconds, 3), "engines": found}


def with_channel(found: Found, channel: Channel | None) -> dict[str, Any]:
    """What FoundOut is made of."""
    return {name: getattr(found, name) for name in FoundOut.model_fields if name != "channel"} | {"channel": channel}
