"""/api/channels: the owner's channels."""

from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from channels_app import candidates
from channels_app.models import Channel, ClientKey, Preferences
from channels_app.table import ChannelRoute, ClientIdentity
from dashboard.api import previews
from dashboard.api.schemas.channels import ChannelIn, ChannelOut, ChannelPatch, ModelName, PreviewIn, PreviewOut

router = Router(tags=["channels"])

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})
RELATED = frozenset({"api_keys", "add_api_keys", "remove_key_ids", "disabled_key_ids", "models"})
DESCRIBED = {
    "vision", "tools", "context_tokens", "price_input", "price_output", "price_cached", "price_cache_written",
    "enabled",
}  # fmt: skip


@router.get("", response=list[ChannelOut])
def list_channels(request: HttpRequest) -> Any:
    return Channel.objects.prefetch_related("keys", "models")


@router.post("", response={201: ChannelOut})
def create_channel(request: HttpRequest, payload: ChannelIn) -> Status[Channel]:
    """Add a channel. In force when the answer arrives."""
    return Status(201, save(request, Channel(), payload))


@router.get("/{int:channel_id}", response=ChannelOut)
def get_channel(request: HttpRequest, channel_id: int) -> Channel:
    return get_object_or_404(Channel, pk=channel_id)


@router.patch("/{int:channel_id}", response=ChannelOut)
def change_channel(request: HttpRequest, channel_id: int, payload: ChannelPatch) -> Channel:
    return save(request, get_object_or_404(Channel, pk=channel_id), payload)


@router.delete("/{int:channel_id}", response={204: None})
def delete_channel(request: HttpRequest, channel_id: int) -> Status[None]:
    with transaction.atomic():
        get_object_or_404(Channel, pk=channel_id).delete()
    candidates.refresh()
    return Status(204, None)


@router.post("/{int:channel_id}/duplicate", response={201: ChannelOut})
def duplicate_channel(request: HttpRequest, channel_id: int) -> Status[Channel]:
    """A channel like it, with the same keys, under the next free name; switched off, so that nothing is sent twice."""
    twin = get_object_or_404(Channel, pk=channel_id).duplicate()
    candidates.refresh()
    return Status(201, twin)


@router.post("/{int:channel_id}/preview", response=PreviewOut)
async def preview(request: HttpRequest, channel_id: int, payload: PreviewIn) -> Any:
    """What the channel would get for a request, overrides and all. Nothing is sent, nothing is stored."""
    route, models, key = await sync_to_async(load_for_test)(channel_id, payload.channel)
    return previews.preview(route, models, candidates.current(), key, payload.dialect, payload.body)


def load_for_test(
    channel_id: int, changes: ChannelPatch | None = None
) -> tuple[ChannelRoute, dict[str, str], ClientIdentity]:
    """A channel as the gateway would see it, enabled or not, with `changes` that are not stored; its models; the
    master key to book the call on."""
    channel = get_object_or_404(Channel.objects.prefetch_related("keys", "models"), pk=channel_id)
    if changes:
        apply(channel, changes)
    enabled_first = sorted(channel.models.all(), key=lambda model: not model.enabled)
    models = {model.name: model.upstream for model in enabled_first}
    route = candidates.channel_route(channel, channel.keys.all(), Preferences.load())
    return route, models, candidates.client_identity(ClientKey.master())


def save(request: HttpRequest, channel: Channel, payload: ChannelPatch) -> Channel:
    """Validate and store a channel with its keys and models, all or nothing."""
    apply(channel, payload)
    refuse_circle(request, channel)
    with transaction.atomic():
        channel.save()
        save_keys(channel, payload)
        if payload.models is not None:
            channel.set_models(upstream_by_name(payload))
            channel.describe_models(abilities_by_name(payload))
    candidates.refresh()
    return channel


def apply(channel: Channel, payload: ChannelPatch) -> None:
    """Set the channel's own fields, and validate them all. Nothing is stored."""
    for name, value in payload.model_dump(exclude_unset=True).items():
        if name not in RELATED:
            setattr(channel, name, with_default(channel, name, value))
    channel.full_clean()


def save_keys(channel: Channel, payload: ChannelPatch) -> None:
    """All of them anew, or some of them one by one."""
    if payload.api_keys is not None:
        channel.set_api_keys(payload.api_keys)
    if payload.remove_key_ids:
        channel.remove_api_keys(payload.remove_key_ids)
    if payload.add_api_keys:
        channel.add_api_keys(payload.add_api_keys)
    if payload.disabled_key_ids is not None:
        channel.switch_off_api_keys(payload.disabled_key_ids)


def with_default(channel: Channel, name: str, value: Any) -> Any:
    """`null` means the field's default."""
    return channel._meta.get_field(name).get_default() if value is None else value  # type: ignore[union-attr]


def upstream_by_name(payload: ChannelPatch) -> dict[str, str]:
    """Public name → upstream name; a bare text is both."""
    pairs = [(m, m) if isinstance(m, str) else (m.name, m.upstream or m.name) for m in payload.models or []]
    if any(not name or len(name) > 200 for name, _ in pairs):
        raise ValidationError({"models": "A model's name has 1 to 200 characters."})
    if len(dict(pairs)) < len(pairs):
        raise ValidationError({"models": "A model's name stands there twice."})
    return dict(pairs)


def abilities_by_name(payload: ChannelPatch) -> dict[str, dict[str, Any]]:
    """Public name → what was said of the model's abilities."""
    described = [model for model in payload.models or [] if isinstance(model, ModelName)]
    given = {model.name: model.model_dump(include=DESCRIBED, exclude_unset=True) for model in described}
    return {name: abilities for name, abilities in given.items() if abilities}


def refuse_circle(request: HttpRequest, channel: Channel) -> None:
    """A channel that points back here would answer its own calls for ever."""
    address = urlsplit(channel.base_url)
    here = request.META.get("SERVER_PORT")
    if address.hostname in LOOPBACK and str(address.port or 80) == here:
        raise ValidationError({"base_url": "This address is Novapi itself; requests would run in a circle."})
