"""Between the client's format and the channel's. The same dialect passes through: bytes stay as they are, only the
model's name is patched, and usage is asked for where the client did not."""

import msgspec

from gateway.call import Call
from gateway.dialects.openai_chat import whole as openai_chat_whole
from gateway.dialects.openai_chat.passing import ChatStream
from gateway.dialects.openai_responses import whole as openai_responses_whole
from gateway.dialects.openai_responses.passing import ResponsesStream
from gateway.dialects.passthrough import Passthrough, StreamSettings, Verbatim
from gateway.multipart import replace_field
from gateway.routing import Attempt
from gateway.splice import insert_member, replace_member, value_spans

# Endpoints whose streams carry usage only when it is asked for.
ASKS_FOR_USAGE = frozenset({"chat/completions", "completions"})
BINARY = ("audio/", "video/", "image/", "application/octet-stream")
STREAMS: dict[str, type[Passthrough]] = {
    "chat/completions": ChatStream,
    "completions": ChatStream,
    "responses": ResponsesStream,
}


def request_body(call: Call, attempt: Attempt) -> bytes:
    """The call's body for this candidate."""
    upstream = attempt.candidate.upstream
    if call.kind == "multipart":
        return call.body if upstream == call.model else replace_field(call.body, call.content_type, "model", upstream)
    body = call.body
    if upstream != call.model:
        body = replace_member(body, "model", msgspec.json.encode(upstream))
    return with_usage(body) if injects_usage(call, attempt) else body


def injects_usage(call: Call, attempt: Attempt) -> bool:
    """Whether the gateway asks for a stream's usage on its own account."""
    return (
        call.stream
        and not call.wants_usage
        and call.endpoint in ASKS_FOR_USAGE
        and attempt.candidate.channel.provider.stream_usage
    )


def with_usage(body: bytes) -> bytes:
    """The body with `stream_options.include_usage` on, and its other stream options kept."""
    spans = value_spans(body, "stream_options")
    if not spans:
        return insert_member(body, "stream_options", b'{"include_usage":true}')
    start, stop = spans[-1]
    if not body.startswith(b"{", start):  # null
        return replace_member(body, "stream_options", b'{"include_usage":true}')
    options = replace_member(body[start:stop], "include_usage", b"true")
    return replace_member(body, "stream_options", options)


def mirror(call: Call, attempt: Attempt) -> bytes | None:
    """The model's name for the answer, as JSON: what the client asked for, where the channel calls it otherwise."""
    return None if attempt.candidate.upstream == call.model else msgspec.json.encode(call.model)


def answer_body(body: bytes, call: Call, attempt: Attempt) -> bytes:
    """A whole answer for the client."""
    name = mirror(call, attempt)
    return body if name is None else replace_member(body, "model", name, insert=False)


def as_stream(body: bytes, call: Call) -> bytes | None:
    """A whole answer as the stream the client asked for; None where the endpoint has no such stream."""
    if call.endpoint not in STREAMS:
        return None
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):  # a lone surrogate somewhere: better whole than not at all
        return None
    if call.endpoint == "responses":
        return openai_responses_whole.as_events(answer)
    return openai_chat_whole.as_events(answer, call.wants_usage)


def stream_for(call: Call, attempt: Attempt, content_type: str) -> Passthrough | None:
    """The state machine that carries this answer to the client; None for an answer that comes in one piece."""
    if content_type.startswith("text/event-stream"):
        kind = STREAMS.get(call.endpoint, Passthrough)
    elif content_type.startswith(BINARY):
        kind = Verbatim
    else:
        return None
    name, secret = attempt.candidate.channel.name, attempt.credential.api_key.encode()
    return kind(StreamSettings(mirror(call, attempt), injects_usage(call, attempt), name, secret))
