"""The OpenAI endpoints: read the body, hand a Call to relay."""

from typing import Any

import msgspec
from django.http import HttpRequest

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import body as request_body
from gateway import multipart
from gateway.call import Answer, Call
from gateway.errors import BadRequest, GatewayError, UnknownModel
from gateway.relay import refuse, relay
from gateway.routing import unknown_model_text
from gateway.usage import app_name

# The client's headers that travel on. Everything else stays: cookies, our key, addresses, hop-by-hop headers.
TRAVELLING = frozenset(
    b"accept anthropic-beta anthropic-version content-type http-referer idempotency-key openai-beta originator "
    b"session-id thread-id user-agent x-client-request-id x-title".split()
)
# What is asked for where the client names no model, as OpenAI itself does.
DEFAULT_MODELS = {
    "images/generations": "gpt-image-1",
    "images/edits": "gpt-image-1",
    "images/variations": "dall-e-2",
    "moderations": "omni-moderation-latest",
}


async def answer(request: HttpRequest, endpoint: str, dialect: str = "openai-chat") -> Answer:
    """Relay one call to `endpoint` (the path below /v1/)."""
    table = candidates.current()
    try:
        call = await read_call(request, endpoint, dialect, table)
    except GatewayError as error:
        refuse(Call(**arrival(request, endpoint, dialect)), error)
        raise
    return await relay(call, table)


def arrival(request: Any, endpoint: str, dialect: str) -> dict[str, Any]:
    """What is known of a call before its body is read, as members of Call."""
    headers: dict[bytes, bytes] = request.head
    return {
        "id": request.call_id,
        "dialect": dialect,
        "endpoint": endpoint,
        "key": request.auth,
        "app": app_of(headers),
        "started": request.started,
        "content_type": headers.get(b"content-type", b"").decode("latin-1"),
        "headers": tuple((name.decode(), text_of(value)) for name, value in headers.items() if name in TRAVELLING),
    }


async def read_call(request: Any, endpoint: str, dialect: str, table: RoutingTable) -> Call:
    """The whole request as a Call. Raises BadRequest and its kin."""
    known = arrival(request, endpoint, dialect)
    kind = request_body.kind_of(known["content_type"])
    body = await request_body.read(request.receive, request.head, table.max_body_bytes)
    envelope = request_body.parse(body) if kind == "json" else read_form(body, known["content_type"])
    options = envelope.stream_options
    return Call(
        **known,
        model=model_of(envelope, endpoint),
        body=body,
        kind=kind,
        stream=envelope.stream is True,
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def read_form(body: bytes, content_type: str) -> request_body.Envelope:
    """The same members out of a form."""
    try:
        fields = multipart.read_fields(body, content_type)
    except multipart.NotMultipart as problem:
        raise BadRequest(f"Novapi: the request's form can't be read. {problem}", code="invalid_form") from problem
    return request_body.Envelope(model=fields.get("model"), stream=fields.get("stream", "").lower() == "true")


def model_of(envelope: request_body.Envelope, endpoint: str) -> str:
    model = envelope.model if envelope.model is not None else DEFAULT_MODELS.get(endpoint)
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
    title = headers.get(b"x-title", b"")[:100]  # OpenRouter's convention, which many apps follow
    return text_of(title) or app_name(text_of(headers.get(b"user-agent", b"")))


def text_of(value: bytes) -> str:
    """A header's value; beyond ASCII it is UTF-8 by today's habit, Latin-1 by yesterday's."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def model_list(table: RoutingTable) -> Answer:
    """GET /v1/models."""
    data = [model_object(name, created) for name, created in table.model_created.items()]
    return json_answer({"object": "list", "data": data})


def model_details(name: str, table: RoutingTable) -> Answer:
    """GET /v1/models/{id}; ids contain slashes and colons."""
    if name not in table.model_created:
        raise UnknownModel(unknown_model_text(name, table), param="model")
    return json_answer(model_object(name, table.model_created[name]))


def model_object(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": "novapi"}


def json_answer(body: Any, status: int = 200) -> Answer:
    text = msgspec.json.encode(body)
    return Answer(status, [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))], text)
