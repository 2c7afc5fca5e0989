"""What every endpoint does: read the request, make a Call of it, hand it to the relay."""

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import body as request_body
from gateway import multipart
from gateway.call import Answer, Call, Task
from gateway.endpoints.answers import json_answer
from gateway.errors import BadRequest, GatewayError
from gateway.offers import candidates_for, may_be_asked, spoken_to
from gateway.relay import refuse, relay
from gateway.usage import app_name, estimate_tokens, own_name

# The client's headers that travel on. Everything else stays: cookies, our key, addresses, hop-by-hop headers.
TRAVELLING = frozenset(
    b"accept anthropic-beta anthropic-version content-type http-referer idempotency-key openai-beta originator "
    b"session-id thread-id user-agent x-client-request-id x-title".split()
)

REPLAY_OF = "novapi.replay_of"  # in a scope that `gateway.repeats` made; no client can put anything there

NOT_COUNTED = frozenset({404, 405, 501})  # a server that speaks the dialect without this endpoint


class Target(msgspec.Struct, frozen=True):
    """What an endpoint is for; the members are those of Call.

    `model` and `stream`: where the path tells them; `model` is empty where there is none. `default_model`: where the
    client may leave it out; `default_stream`: where it may leave that out.
    """

    dialect: str
    endpoint: str
    task: Task = "other"
    path: str = ""
    form: str = ""
    method: str = "POST"
    model: str | None = None
    stream: bool | None = None
    default_model: str | None = None
    default_stream: bool = False


async def answer(request: HttpRequest, target: Target) -> Answer:
    """Relay one call."""
    table = candidates.current()
    return await relay(await read_or_refuse(request, target, table), table)


async def counted(request: HttpRequest, target: Target, shape: Callable[[int], dict[str, Any]]) -> Answer:
    """How many tokens a prompt is: counted by a channel that can, else estimated from its texts."""
    table = candidates.current()
    call = await read_or_refuse(request, target, table)
    offered = candidates_for(call.model, table)
    if not offered or any(may_be_asked(each, table) and spoken_to(each, call.dialects) for each in offered):
        answer = await relay(call, table)
        if answer.status not in NOT_COUNTED:
            return answer
    return json_answer(shape(estimate_tokens(call.body)))


async def read_or_refuse(request: HttpRequest, target: Target, table: RoutingTable) -> Call:
    """The request as a Call; one that can't be read is recorded, and its error raised."""
    try:
        return await read_call(request, target, table)
    except GatewayError as error:
        refuse(Call(**arrival(request, target)), error)
        raise


def arrival(request: Any, target: Target) -> dict[str, Any]:
    """What is known of a call before its body is read, as members of Call."""
    headers: dict[bytes, bytes] = request.head
    return {
        "id": request.call_id,
        "dialect": target.dialect,
        "endpoint": target.endpoint,
        "task": target.task,
        "path": target.path,
        "form": target.form,
        "method": target.method,
        "key": request.auth,
        "app": app_of(headers),
        "started": request.started,
        "replay_of": request.scope.get(REPLAY_OF, ""),
        "content_type": headers.get(b"content-type", b"").decode("latin-1"),
        "headers": tuple((name.decode(), text_of(value)) for name, value in headers.items() if name in TRAVELLING),
    }


async def read_call(request: Any, target: Target, table: RoutingTable) -> Call:
    """The whole request as a Call. Raises BadRequest and its kin."""
    known = arrival(request, target)
    if target.method != "POST":
        return Call(**known)  # without a body
    kind = request_body.kind_of(known["content_type"])
    body = await request_body.read(request.receive, request.head, table.max_body_bytes)
    envelope = request_body.parse(body) if kind == "json" else read_form(body, known["content_type"])
    options = envelope.stream_options
    return Call(
        **known,
        model=model_of(envelope, target.default_model) if target.model is None else target.model,
        body=body,
        kind=kind,
        stream=streams(envelope, target),
        session=envelope.session or text_of(request.head.get(b"session-id", b"")),
        tools=envelope.has_tools,
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def read_form(body: bytes, content_type: str) -> request_body.Envelope:
    """The same members out of a form."""
    try:
        fields = multipart.read_fields(body, content_type)
    except multipart.NotMultipart as problem:
        raise BadRequest(f"Novapi: the request's form can't be read. {problem}", code="invalid_form") from problem
    return request_body.Envelope(model=fields.get("model"), stream=fields.get("stream", "").lower() == "true")


def streams(envelope: request_body.Envelope, target: Target) -> bool:
    if target.stream is not None:
        return target.stream
    return envelope.stream is True or (target.default_stream and envelope.stream is None)


def model_of(envelope: request_body.Envelope, default: str | None) -> str:
    model = envelope.model if envelope.model is not None else default
    if model is None:
        raise BadRequest('Novapi: the request names no model. Add "model".', code="missing_model", param="model")
    if not isinstance(model, str) or not model.strip():
        raise BadRequest('Novapi: "model" must be a text, the name of a model.', code="invalid_model", param="model")
    if not is_text(model):
        raise BadRequest('Novapi: "model" has half a surrogate in it.', code="invalid_model", param="model")
    return model


def is_text(value: str) -> bool:
    """Whether a text can be encoded: JSON can spell surrogates that stand alone."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def app_of(headers: dict[bytes, bytes]) -> str:
    """What an app calls itself, for Novapi, for others, or at all."""
    if (given := headers.get(b"x-novapi-app")) and (name := own_name(text_of(given))):
        return name
    title = headers.get(b"x-title", b"")[:100]  # OpenRouter's convention, which many apps follow
    return text_of(title) or app_name(text_of(headers.get(b"user-agent", b"")))


def text_of(value: bytes) -> str:
    """A header's value; beyond ASCII it is UTF-8 by today's habit, Latin-1 by yesterday's."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
