"""/api/channels/{id}/fetch-models: what the provider lists beside what the channel offers."""

from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from channels_app import candidates
from channels_app.models import Channel, ChannelModel
from channels_app.providers import PROVIDERS
from dashboard.api.channels import load_for_test
from dashboard.api.schemas.channels import FetchedModels
from gateway import waking
from gateway.model_lists import Listed, gone, list_models
from gateway.small_calls import MOST_SECONDS, within
from gateway.upstream import ChannelFailure

router = Router(tags=["channels"])
LONGEST_NAME = 200


@router.post("/{int:channel_id}/fetch-models", response={200: FetchedModels, 502: dict[str, str]})
async def fetch_models(request: HttpRequest, channel_id: int, add: bool = False, remove: bool = False) -> Any:
    """Ask the provider for its models. With `add`, offer those that are new, with what the provider tells of them;
    with `remove`, offer those no more that it lists no more."""
    route, _, _ = await sync_to_async(load_for_test)(channel_id)
    try:
        listed = await within(MOST_SECONDS, list_models(await waking.started(route)))
    except ChannelFailure as failure:
        return Status(502, {"detail": f"{route.name} {failure.reason}."})
    return await sync_to_async(compared)(channel_id, listed, add, remove)


def compared(channel_id: int, listed: list[Listed], add: bool, remove: bool) -> dict[str, Any]:
    """What is new and what is gone, judged by what the channel offers now; changed as far as was asked for."""
    with transaction.atomic():
        channel = get_object_or_404(Channel, pk=channel_id)
        rows = list(channel.models.all())
        offered = {row.upstream for row in rows}
        new = [model for model in listed if model.name not in offered and len(model.name) <= LONGEST_NAME]
        missing = missing_rows(channel, rows, listed)
        removed = missing if remove and listed else []  # an empty list says that something is wrong, not that all is
        if add:
            channel.add_models({model.name: model.abilities for model in new})
        channel.models.filter(pk__in=[row.pk for row in removed]).delete()
    candidates.refresh()
    names = [model.name for model in listed]
    return {"models": names, "new": [m.name for m in new], "gone": missing, "added": add, "removed": removed}


def missing_rows(channel: Channel, rows: list[ChannelModel], listed: list[Listed]) -> list[ChannelModel]:
    """The channel's models that are gone. Azure lists what can be deployed, never the deployments that are called."""
    if PROVIDERS[channel.provider].azure:
        return []
    names = set(gone({row.name: row.upstream for row in rows}, listed))
    return [row for row in rows if row.name in names]
