"""Between the client's dialect and the channel's. The same dialect passes through: bytes stay as they are, only the
model's name is patched, and usage is asked for where the client did not. Otherwise: parse → mend → build, and back.
Either way the channel's overrides come last."""

from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote

import msgspec
from msgspec.structs import replace

from gateway import chat_translation, embeddings
from gateway.call import Call
from gateway.chat import Usage
from gateway.chat_translation import FORMATS
from gateway.decoding import decode
from gateway.dialects.anthropic.passing import AnthropicStream
from gateway.dialects.anthropic.responses import usage_of as anthropic_usage
from gateway.dialects.format import ProviderError
from gateway.dialects.gemini.array_passing import GeminiArrayStream
from gateway.dialects.gemini.passing import GeminiStream
from gateway.dialects.gemini.responses import usage_of as gemini_usage
from gateway.dialects.ollama import OllamaStream, tokens_in
from gateway.dialects.openai import AnswerHead, tokens_of
from gateway.dialects.openai_chat import whole as openai_chat_whole
from gateway.dialects.openai_chat.passing import ChatStream
from gateway.dialects.openai_responses import whole as openai_responses_whole
from gateway.dialects.openai_responses.passing import ResponsesStream
from gateway.dialects.passthrough import Passthrough, StreamSettings, Verbatim
from gateway.dialects.translated import Translated
from gateway.multipart import replace_field
from gateway.offers import Attempt
from gateway.overrides import applied, suitable
from gateway.splice import insert_member, replace_member, value_spans

# Endpoints whose streams carry usage only when it is asked for.
ASKS_FOR_USAGE = frozenset({"chat/completions", "completions"})
BINARY = ("audio/", "video/", "image/", "application/octet-stream")
EVENT_STREAMS = ("text/event-stream", "application/x-ndjson")

# How a stream of the client's own dialect is carried: by its form or, for OpenAI's, its endpoint; else by dialect.
STREAMS: dict[str, type[Passthrough]] = {
    "anthropic": AnthropicStream,
    "gemini": GeminiStream,
    "array": GeminiArrayStream,
    "ollama": OllamaStream,
    "chat/completions": ChatStream,
    "completions": ChatStream,
    "responses": ResponsesStream,
}


class Translation(Protocol):
    """The way back from another dialect."""

    @property
    def content_type(self) -> str:
        """Of the answer as the client gets it."""

    def whole(self, body: bytes) -> tuple[bytes, Usage | None, str]:
        """A whole answer for the client, what it cost, which model gave it. Raises Malformed."""

    def stream(self, channel: str, secret: bytes) -> Translated:
        """The machine for a streamed answer of `channel`, whose key `secret` nobody may see."""


class Outgoing(msgspec.Struct, frozen=True):
    """A call as one channel gets it, at `endpoint` below its base; `dropped`: what had to be left out."""

    endpoint: str
    body: bytes
    dropped: tuple[str, ...] = ()
    translation: Translation | None = None


def outgoing(call: Call, attempt: Attempt) -> Outgoing:
    """The call for this attempt. Raises BadRequest, and Impossible where the channel's dialect has no words for it."""
    if attempt.dialect == call.dialect:
        sent = Outgoing(own_endpoint(call, attempt), request_body(call, attempt))
    else:
        translated = embeddings.translated if call.task == "embeddings" else chat_translation.translated
        sent = Outgoing(*translated(call, attempt))
    return overridden(sent, call, attempt) if attempt.candidate.channel.overrides else sent


def overridden(sent: Outgoing, call: Call, attempt: Attempt) -> Outgoing:
    """With the owner's changes; what asks nothing of a model (a batch, a file) stays as it is."""
    if not call.model:
        return sent
    changes = suitable(attempt.candidate.channel.overrides, call.task, attempt.dialect)
    return replace(sent, body=applied(sent.body, call.kind, attempt.dialect, changes))


def own_endpoint(call: Call, attempt: Attempt) -> str:
    """The client's own endpoint at the channel."""
    return call.path.replace("{model}", quote(attempt.candidate.upstream, safe="")) if call.path else call.endpoint


# The same dialect


def request_body(call: Call, attempt: Attempt) -> bytes:
    """The call's body for this candidate."""
    upstream = attempt.candidate.upstream
    if call.kind == "multipart":
        return call.body if upstream == call.model else replace_field(call.body, call.content_type, "model", upstream)
    body = call.body
    if upstream != call.model and "{model}" not in call.path:
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


NAME_MEMBERS = {"gemini": "modelVersion"}  # where an answer has the model's name, if not in "model"


def answer_body(body: bytes, call: Call, attempt: Attempt) -> bytes:
    """A whole answer for the client."""
    name = mirror(call, attempt)
    return body if name is None else replace_member(body, NAME_MEMBERS.get(call.dialect, "model"), name, insert=False)


def as_stream(body: bytes, call: Call) -> bytes | None:
    """A whole answer as the stream the client asked for; None where the endpoint has no such stream."""
    if call.endpoint not in STREAMS and call.task != "chat":
        return None
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):  # a lone surrogate somewhere: better whole than not at all
        return None
    if call.endpoint == "responses":
        return openai_responses_whole.as_events(answer)
    if call.dialect == "openai-chat":
        return openai_chat_whole.as_events(answer, call.wants_usage)
    return chat_translation.as_stream(call, body) if call.dialect in FORMATS else None


def stream_type(call: Call) -> str:
    """The type of what `as_stream` makes."""
    return "application/json" if call.form == "array" else "text/event-stream"


def usage_of(head: AnswerHead, body: bytes, dialect: str) -> Usage | None:
    """What a whole answer of this dialect says it cost."""
    if dialect in USAGES:
        return USAGES[dialect](body)
    return tokens_of(head)


# Those whose counts are not where OpenAI has them.
USAGES: dict[str, Callable[[bytes], Usage | None]] = {
    "anthropic": lambda body: anthropic_usage(decode(body)),
    "gemini": lambda body: gemini_usage(decode(body)),
    "ollama": tokens_in,
}


def error_said(body: bytes, dialect: str) -> ProviderError:
    """A provider's error body in plain words."""
    try:
        return FORMATS[dialect].parse_error(msgspec.json.decode(body)) if dialect in FORMATS else ProviderError()
    except (msgspec.MsgspecError, RecursionError):
        return ProviderError()


def client_stream(call: Call) -> Passthrough | None:
    """What tells the client of a stream that something goes wrong, before anybody has answered; None: nothing can."""
    kind = STREAMS.get(call.form or call.endpoint) or STREAMS.get(call.dialect)
    return kind(StreamSettings(None, False, "")) if kind else None


def stream_for(call: Call, attempt: Attempt, sent: Outgoing, content_type: str) -> Passthrough | Translated | None:
    """The state machine that carries this answer to the client; None for an answer that comes in one piece."""
    channel, secret = attempt.candidate.channel.name, attempt.credential.api_key.encode()
    if sent.translation:
        is_streamed = call.stream and content_type.startswith(EVENT_STREAMS)
        return sent.translation.stream(channel, secret) if is_streamed else None
    if content_type.startswith(EVENT_STREAMS):
        kind = STREAMS.get(call.form or call.endpoint) or STREAMS.get(call.dialect, Passthrough)
    elif content_type.startswith(BINARY):
        kind = Verbatim
    else:
        return None
    return kind(StreamSettings(mirror(call, attempt), injects_usage(call, attempt), channel, secret))
