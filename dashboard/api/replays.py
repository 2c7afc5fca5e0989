"""/api/usage/records/{id}/replay: a call that was, once more."""

import json
from typing import NamedTuple

import msgspec
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router
from ninja.errors import HttpError

from channels_app import secrets
from channels_app.models import ClientKey
from dashboard.api.schemas.calls import ReplayIn
from dashboard.originals import Captured, Original, original
from gateway.call import HeaderPairs
from gateway.endpoints.calls import Target
from gateway.endpoints.entrances import path_of, target_of
from gateway.masking import MASK
from gateway.repeats import Repeat
from gateway.splice import NotJSON, replace_member

JSON = b"application/json"
MOST_APP_BYTES = 100  # what the gateway takes of an app's name
router = Router(tags=["usage"])


class Again(NamedTuple):
    """What goes in at the gateway's door. `masked`: with "[key]" in it where the app had sent one."""

    target: Target
    query: str
    headers: HeaderPairs
    body: bytes
    masked: bool


@router.post("/records/{request_id}/replay")
async def replay(request: HttpRequest, request_id: str, payload: ReplayIn | None = None) -> StreamingHttpResponse:
    """Send the request of a call once more, as its app did: another `model`, if one is given, or another `body`. The
    answer is the gateway's own, plain or streamed; its record has `replay_of`. Hanging up cancels it.
    `x-novapi-replay-masked: true`: a key that was in the request is "[key]" now."""
    again = await sync_to_async(prepared)(request_id, payload or ReplayIn(model=None))
    repeat = Repeat(path_of(again.target), again.query.encode(), again.headers, again.body, request_id)
    status, headers = await repeat.begin()
    chunks = repeat.chunks()
    await anext(chunks)
    response = StreamingHttpResponse(chunks, status=status)
    del response["content-type"]  # Django's guess; a provider may have named none
    for name, value in headers:
        response[name.decode("latin-1")] = value.decode("latin-1")
    if again.masked:
        response["x-novapi-replay-masked"] = "true"
    return response


def prepared(request_id: str, asked: ReplayIn) -> Again:
    """Raises Http404 and HttpError where it can't be sent again."""
    found = original(request_id)
    target = found.target
    if asked.model and target.model is not None:  # in the path
        target = target_of(target.dialect, target.endpoint, asked.model) or target
    captured = given(found, asked)
    body = captured.body
    if asked.model and target.model is None:
        body = renamed(body, asked.model)
    return Again(target, found.query, headers_for(found), body, captured.masked)


def given(found: Original, asked: ReplayIn) -> Captured:
    """The request as its owner wants it, else as it was."""
    if asked.body is None:
        return found.side("request")
    kept = (found.sides or {}).get("request")
    body = json.dumps(asked.body).encode()
    has_mask = kept is not None and kept.body is not None and len(kept.body) < kept.size and not kept.truncated
    return Captured(body, masked=has_mask and MASK in body)


def renamed(body: bytes, model: str) -> bytes:
    """For another model; every other byte stays. What can't be read as JSON goes as it is, to be refused as before."""
    try:
        return replace_member(body, "model", msgspec.json.encode(model))
    except NotJSON:
        return body


def headers_for(found: Original) -> HeaderPairs:
    """Those of a new request; what else its app had sent is not kept."""
    app = found.record.app.encode()
    if len(app) > MOST_APP_BYTES:  # it came in Latin-1
        app = found.record.app.encode("latin-1", "replace")
    return [
        (b"content-type", JSON),
        (b"authorization", f"Bearer {token_for(found)}".encode()),
        (b"user-agent", f"Novapi/{settings.NOVAPI_VERSION}".encode()),
        (b"x-title", app),
    ]


def token_for(found: Original) -> str:
    """The key the call came with, if it still opens anything; else the master key. Raises HttpError."""
    own = ClientKey.objects.filter(pk=found.record.key_id or 0, enabled=True).first()
    for key in (own, ClientKey.master()):
        if key and not key.is_expired:
            try:
                return key.token
            except secrets.SecretsError:
                continue
    raise HttpError(409, "Novapi can't read its own keys any more. Rotate the master key (novapi key --rotate).")
