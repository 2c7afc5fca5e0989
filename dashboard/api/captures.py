"""/api/usage/records/{id}/bodies: what the app sent and saw, and what its provider got and gave."""

import codecs
from typing import Any

import msgspec
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from channels_app.models import ClientKey, Preferences
from dashboard.api.schemas.calls import BodiesOut, BodyOut, NoBodiesOut
from gateway import capture_store
from gateway.capture_store import Body
from gateway.captures import captures
from gateway.models import Capture, UsageRecord

router = Router(tags=["usage"])


WHY_NOT = {
    "waiting": "Its bodies may not be on disk yet; look again in a moment.",
    "realtime": "Realtime sessions are not captured.",
    "private": "The key it came with is private: its calls are not captured.",
    "off": "Capturing is off (Preferences: capture).",
    "errors": "Only calls that failed are captured (Preferences: capture).",
    "gone": "Its bodies were let go of, to make room or for their age (Preferences: capture_mb, capture_days).",
    "missed": "It was not captured when it ran: capturing was off, or more came at once than could be kept.",
}


@router.get("/records/{request_id}/bodies", response={200: BodiesOut, 404: NoBodiesOut}, by_alias=True)
def get_bodies(request: HttpRequest, request_id: str) -> Any:
    """The bodies of one call, keys masked; 404 says why there are none, in words and in a word (`reason`)."""
    found = capture_store.bodies(request_id)
    if found is None:
        reason = reason_of(get_object_or_404(UsageRecord, request_id=request_id))
        return Status(404, {"detail": WHY_NOT[reason], "reason": reason})
    return {name: told(body) for name, body in found.items()}


def told(body: Body) -> BodyOut:
    text = None if body.body is None else body.body.decode(errors="replace")
    return BodyOut(
        text=text,
        json_=None if body.body is None or body.truncated else json_in(body.body),
        size=body.size,
        truncated=body.truncated,
        binary=body.body is None,
        type=body.type,
        events=list(events(body.body, body.cuts)) if body.body is not None else [],
    )


def json_in(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None


def events(body: bytes, cuts: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """What came when; a character that came in two pieces belongs to the second."""
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    pieces, begin = [], 0
    for ms, end in cuts:
        pieces.append((ms, decode(body[begin:end])))
        begin = end
    return pieces


def why_not(record: UsageRecord) -> str:
    """Why nothing is kept of this call, as far as it can be told now."""
    return WHY_NOT[reason_of(record)]


def reason_of(record: UsageRecord) -> str:
    preferences = Preferences.load()
    if captures.waiting:
        return "waiting"
    if record.endpoint == "realtime":
        return "realtime"
    if record.key_id and ClientKey.objects.filter(pk=record.key_id, private=True).exists():
        return "private"
    if preferences.capture == "off":
        return "off"
    if preferences.capture == "errors" and record.status < 400 and not record.error:
        return "errors"
    return "gone" if is_gone(record) else "missed"


def is_gone(record: UsageRecord) -> bool:
    """Whether everything that is kept came after it."""
    oldest = Capture.objects.order_by("pk").values_list("started_at", flat=True).first()
    return oldest is None or record.started_at < oldest
