"""/api/channels/…/test: try a channel, and say before what it will cost."""

from typing import Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Router

from dashboard.api.channels import load_for_test
from dashboard.api.schemas import TestCost, TestIn, TestOut
from gateway import trial_costs, trials
from gateway.trials import NotOffered, Trial

router = Router(tags=["channels"])


@router.get("/{int:channel_id}/test", response=TestCost)
async def cost_of_trial(request: HttpRequest, channel_id: int, model: str = "") -> Any:
    """What a test will use at most. Nothing is sent."""
    return trial_costs.estimate(await sync_to_async(trial)(channel_id, model))


@router.post("/{int:channel_id}/test", response=TestOut)
async def try_channel(request: HttpRequest, channel_id: int, payload: TestIn | None = None) -> Any:
    """Reach the provider, have each key accepted, have a model answer: whole, streamed, with a tool, in JSON."""
    model = payload.model if payload else None
    return await trials.run(await sync_to_async(trial)(channel_id, model or ""))


def trial(channel_id: int, model: str = "") -> Trial:
    """The test of a channel, enabled or not. A model it does not offer is an error of the field."""
    try:
        return trials.trial_of(*load_for_test(channel_id), model)
    except NotOffered as problem:
        raise ValidationError({"model": str(problem)}) from problem
