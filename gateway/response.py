"""An Answer on its way through ninja, and errors as answers."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
from django.http.response import HttpResponseBase

from channels_app.candidates import watcher
from gateway.call import Answer, HeaderPairs
from gateway.dialects import anthropic, gemini, ollama, openai_chat
from gateway.errors import GatewayError

ERRORS: dict[str, Callable[[GatewayError], dict[str, Any]]] = {
    "openai-chat": openai_chat.FORMAT.build_error,
    "anthropic": anthropic.FORMAT.build_error,
    "gemini": gemini.FORMAT.build_error,
    "ollama": ollama.build_error,
}


class Relayed(HttpResponseBase):
    """Ninja lets an HttpResponse pass as it is; the lean handler takes the Answer out again.

    Django's own constructor is left out on purpose: the header and cookie objects it makes would never be used.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


def error_answer(error: GatewayError, dialect: str = "openai-chat") -> Answer:
    """A GatewayError in the caller's dialect."""
    body = msgspec.json.encode(ERRORS[dialect](error))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    headers += [(name.encode(), value.encode("latin-1", "replace")) for name, value in error.headers.items()]
    overloaded = dialect == "anthropic" and error.code == "upstream_overloaded"
    return Answer(529 if overloaded else error.status, headers, body)  # Anthropic's clients know it by 529


def own_headers(call_id: str, channel: str, attempts: int, overhead_s: float) -> HeaderPairs:
    """What Novapi tells about its part, on every gateway answer."""
    own = [
        (b"x-novapi-request-id", call_id.encode()),
        (b"x-novapi-channel", header_text(channel)),
        (b"x-novapi-attempts", b"%d" % attempts),
        (b"x-novapi-overhead-ms", b"%.3f" % (overhead_s * 1000)),
    ]
    if watcher.is_offline:
        own.append((b"x-novapi-offline", b"true"))
    return own


def header_text(text: str) -> bytes:
    """A channel's name may be in any script; header values are printable ASCII."""
    return text.encode() if text.isascii() and text.isprintable() else quote(text).encode()


def signed(answer: Answer, call_id: str, started: float) -> Answer:
    """An answer that no channel had a part in, with the same headers."""
    if all(name != b"x-novapi-request-id" for name, _ in answer.headers):
        answer.headers += own_headers(call_id, "", 0, time.perf_counter() - started)
    return answer
