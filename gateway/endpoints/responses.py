"""The Responses API: relayed to channels that have it, kept here for those that have not.

A response of a channel with the API is known there, by its id; whoever names it is sent to that channel. One that was
translated is known to nobody else, so Novapi keeps the conversation itself, unless the client says `store: false`.
"""

import logging
import re
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from django.db import DatabaseError, transaction
from django.http import HttpRequest
from msgspec.structs import replace

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway.call import Answer, Call
from gateway.decoding import decode
from gateway.endpoints import calls, stored
from gateway.endpoints.answers import json_answer
from gateway.endpoints.calls import Target
from gateway.errors import BadRequest, UnknownId
from gateway.issued import Issuer, attempts_at, in_thread, issuer_of, note, prune
from gateway.models import StoredResponse
from gateway.offers import Attempt
from gateway.relay import refuse, relay
from gateway.sse import Decoder

logger = logging.getLogger(__name__)

RESPONSES = Target("openai-responses", "responses", "chat")
_NOT_STORED = re.compile(rb'"store"\s*:\s*false')
_ID = re.compile(rb'"id"\s*:\s*"(resp_[^"]{1,190})"')


async def create(request: HttpRequest) -> Answer:
    """POST /v1/responses, plain or streamed."""
    table = candidates.current()
    call = await calls.read_or_refuse(request, RESPONSES, table)
    plan = None
    if b'"previous_response_id"' in call.body:
        call, plan = await continued(call, table)
    answer = await relay(call, table, plan)
    if answer.status >= 300 or _NOT_STORED.search(call.body):
        return answer
    return await kept(call, answer)


async def continued(call: Call, table: RoutingTable) -> tuple[Call, list[Attempt] | None]:
    """A call that goes on from an earlier response: with the conversation that is kept here, or at the channel that
    keeps it. Raises BadRequest where nobody is known to."""
    body = decode(call.body)
    previous = body.get("previous_response_id")
    if not isinstance(previous, str):
        return call, None
    if found := await in_thread(load)(previous):
        earlier = msgspec.json.decode(found.items)
        body["input"] = [*earlier, *items_of(body.get("input"))]
        del body["previous_response_id"]
        return replace(call, body=msgspec.json.encode(body), came=call.body), None
    issuer = await issuer_of(previous)
    if issuer and (attempts := attempts_at(issuer, table, "openai-responses", call.model)):
        return call, attempts
    text = f"Novapi: the response '{previous[:100]}' is not known here. Send the whole conversation as input."
    error = BadRequest(text, code="previous_response_not_found", param="previous_response_id")
    refuse(call, error)
    raise error


def items_of(given: Any) -> list[Any]:
    """The `input` as a list of items."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": given}]}]
    return given if isinstance(given, list) else []


async def kept(call: Call, answer: Answer) -> Answer:
    """The answer, remembered: who issued it, or what was said."""
    if isinstance(answer.body, bytes):
        await remember(call, answer, answer.body)
        return answer
    return replace(answer, body=remembered_stream(call, answer, answer.body))


async def remembered_stream(call: Call, answer: Answer, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The stream as it is. Its first event has the id; the last one of a translated stream has the whole response."""
    first, last = b"", b""
    try:
        async for chunk in chunks:
            first, last = first or chunk, chunk or last
            yield chunk
    finally:
        await chunks.aclose()  # type: ignore[attr-defined]  # always an async generator
    if answer.origin:
        await remember(call, answer, first)
    elif b"response.completed" in last:
        event = Decoder().feed(last)[-1]
        await remember(call, answer, msgspec.json.encode(msgspec.json.decode(event.data)["response"]))


async def remember(call: Call, answer: Answer, body: bytes) -> None:
    """A database that is not to be had must not cost the client its answer."""
    found = _ID.search(body)
    try:
        if found and answer.origin:
            await note(found[1].decode(), Issuer(*answer.origin))
        elif found:
            await in_thread(save)(found[1].decode(), call, body)
    except DatabaseError as problem:
        logger.error("The response of call %s could not be kept: %s", call.id, problem)


def save(response_id: str, call: Call, body: bytes) -> None:
    """Keep a translated response with the conversation before it."""
    items = [*items_of(decode(call.body).get("input")), *msgspec.json.decode(body)["output"]]
    with transaction.atomic():
        StoredResponse.objects.update_or_create(
            response_id=response_id, defaults={"items": msgspec.json.encode(items).decode(), "body": body.decode()}
        )
    prune()


def load(response_id: str) -> StoredResponse | None:
    return StoredResponse.objects.filter(response_id=response_id).first()


def forget(response_id: str) -> int:
    with transaction.atomic():
        return StoredResponse.objects.filter(response_id=response_id).delete()[0]


async def by_id(request: Any, response_id: str, rest: str = "") -> Answer:
    """GET or DELETE a response, its input items, or cancel it: here, or where it is kept."""
    if not (found := await in_thread(load)(response_id)):
        return await stored.by_id(request, "responses", response_id, rest)
    if request.method == "DELETE" and not rest:
        await in_thread(forget)(response_id)
        return json_answer({"id": response_id, "object": "response", "deleted": True})
    if request.method == "GET" and not rest:
        return json_answer(msgspec.json.decode(found.body))
    if request.method == "GET" and rest == "/input_items":
        output = len(msgspec.json.decode(found.body)["output"])
        items = msgspec.json.decode(found.items)
        return json_answer({"object": "list", "data": items[: len(items) - output][::-1], "has_more": False})
    raise UnknownId("Novapi: a response that was answered at once can't be cancelled.", status=400)
