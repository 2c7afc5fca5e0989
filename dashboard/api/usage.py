"""/api/usage: what happened to a call."""

import msgspec
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router

from dashboard.api.schemas import AttemptOut, ConsideredOut, RecordOut, RouteOut
from gateway.models import Attempt, UsageRecord

router = Router(tags=["usage"])


@router.get("/records/{request_id}", response=RecordOut)
def get_record(request: HttpRequest, request_id: str) -> RecordOut:
    """One call by its `x-novapi-request-id`: where it went, and why."""
    record = get_object_or_404(UsageRecord, request_id=request_id)
    return RecordOut(**{name: getattr(record, name) for name in RECORDED}, route=route_of(record))


TRIED = [name for name in AttemptOut.model_fields if name != "channel"]
RECORDED = [name for name in RecordOut.model_fields if name != "route"]


def route_of(record: UsageRecord) -> RouteOut:
    """What is stored; of a call that had no choice, or went well at once, its record says it all."""
    rows = Attempt.objects.filter(request_id=record.request_id)
    tried = [AttemptOut(channel=row.channel_name, **{name: getattr(row, name) for name in TRIED}) for row in rows]
    considered = [ConsideredOut(**each) for each in msgspec.json.decode(record.route)] if record.route else []
    if not record.channel_name:
        return RouteOut(candidates=considered, attempts=tried)
    only = {"channel": record.channel_name, "key": "", "model": record.model_sent}
    spent = record.first_token_ms or record.duration_ms
    return RouteOut(
        candidates=considered or [ConsideredOut(**only, reason="the only one")],
        attempts=tried or [AttemptOut(**only, dialect="", ms=spent, status=record.status, error=record.error)],
    )
