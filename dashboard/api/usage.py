"""/api/usage: what happened to a call."""

from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.http import HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema, Status

from channels_app import candidates
from dashboard import exports, records, summaries, waste
from dashboard.api.schemas.calls import (
    AttemptOut,
    ConsideredOut,
    ExportFilter,
    PriceOut,
    RecordFilter,
    RecordIds,
    RecordOut,
    RecordPage,
    RecordRow,
    RouteOut,
)
from dashboard.api.schemas.sums import SummaryFilter, SummaryOut, WasteFilter, WasteOut
from gateway.models import Attempt, Price, UsageRecord
from gateway.retention import let_go

JSON_LINES = "application/x-ndjson"
router = Router(tags=["usage"])


def refuse_unknown(request: HttpRequest, known: type[Schema]) -> None:
    """A misspelt filter would show everything, and look as if it had been heeded."""
    unknown = [name for name in request.GET if name not in known.model_fields]
    if unknown:
        raise ValidationError(
            {unknown[0][:60]: f"There is no such filter. There are: {', '.join(known.model_fields)}."}
        )


@router.get("/records", response=RecordPage)
def list_records(request: HttpRequest, asked: Query[RecordFilter]) -> Any:
    """The newest calls first, a page at a time."""
    refuse_unknown(request, RecordFilter)
    rows, following = records.page(asked)
    return {"records": rows, "next": following}


@router.get("/summary", response=SummaryOut)
def get_summary(request: HttpRequest, asked: Query[SummaryFilter]) -> Any:
    """Sums by one or two of time, key, app, channel and model, however many records there are or were."""
    refuse_unknown(request, SummaryFilter)
    return summaries.summary(asked) | money()


@router.get("/waste", response=WasteOut)
def get_waste(request: HttpRequest, asked: Query[WasteFilter]) -> Any:
    """Money and time that brought nothing, by channel and reason: calls cut off, answers that broke, retries."""
    refuse_unknown(request, WasteFilter)
    return waste.waste(asked) | money()


def money() -> dict[str, Any]:
    currency = candidates.current().currency
    return {"currency": currency.code, "yuan_per_dollar": currency.yuan_per_dollar}


@router.get("/export")
async def export(request: HttpRequest, asked: Query[ExportFilter]) -> StreamingHttpResponse:
    """The records that a filter is for as a file, streamed; `x-novapi-records` says how many there are."""
    refuse_unknown(request, ExportFilter)
    wanted = RecordFilter(**asked.model_dump(exclude={"format"}, exclude_unset=True))
    number = await sync_to_async(exports.count)(wanted)
    write, content_type = (
        (exports.as_csv(), "text/csv; charset=utf-8") if asked.format == "csv" else (exports.as_jsonl, JSON_LINES)
    )
    response = StreamingHttpResponse(exports.lines(wanted, write), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="novapi-usage.{asked.format}"'
    response["x-novapi-records"] = str(number)
    return response


@router.delete("/records", response={204: None})
def delete_records(request: HttpRequest, asked: Query[RecordIds]) -> Status[None]:
    """Let go of several calls: `?id=…&id=…`. One that is gone already is no error."""
    let_go(list(UsageRecord.objects.filter(request_id__in=asked.id).values_list("pk", flat=True)))
    return Status(204, None)


@router.get("/records/{request_id}", response=RecordOut)
def get_record(request: HttpRequest, request_id: str) -> RecordOut:
    """One call by its `x-novapi-request-id`: where it went, and why."""
    record = get_object_or_404(UsageRecord, request_id=request_id)
    told = {name: getattr(record, name) for name in RecordRow.model_fields}
    return RecordOut(**told, price=price_of(record), route=route_of(record))


@router.delete("/records/{request_id}", response={204: None})
def delete_record(request: HttpRequest, request_id: str) -> Status[None]:
    """Let go of a call. The sums of its day stay as they are."""
    let_go([get_object_or_404(UsageRecord, request_id=request_id).pk])
    return Status(204, None)


def price_of(record: UsageRecord) -> PriceOut | None:
    price = Price.objects.filter(pk=record.price_id).first() if record.price_id else None
    return PriceOut(source=price.source, rates=msgspec.json.decode(price.rates)) if price else None


TRIED = [name for name in AttemptOut.model_fields if name != "channel"]


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
