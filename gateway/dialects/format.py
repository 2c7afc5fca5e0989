"""What a dialect's folder offers: pure functions between its JSON and the neutral chat, and two stream machines."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from gateway.chat import Delta, Request, Response, Usage
from gateway.errors import GatewayError
from gateway.sse import Event

Body = dict[str, Any]


class Malformed(ValueError):
    """A request is not of its dialect's shape. `param` is the member at fault, like "messages[2].content"."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


class Impossible(ValueError):
    """A dialect has no way to say what the request asks for, and leaving it out would change the answer's meaning.

    `feature` is what was asked for in a few words: "audio input", "more than one answer".
    """

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature


class Built(NamedTuple):
    """A request's body, and the names (as in the neutral Request) of what had to be left out."""

    body: Body
    dropped: tuple[str, ...] = ()


class ProviderError(NamedTuple):
    """What a provider's error body says; empty where it does not."""

    message: str = ""
    kind: str = ""
    code: str = ""


class WriterSettings(NamedTuple):
    """What a stream's writer must know of the call.

    `model`: the name the client asked for; `call_id`: for ids the format needs; `wants_usage`: Chat Completions'
    `include_usage`; `prompt`: the estimated usage to show before the real one is known; `request`: what was asked.
    """

    model: str
    call_id: str
    wants_usage: bool
    prompt: Usage
    request: Request


class Reader(Protocol):
    """A provider's stream, event by event, as deltas."""

    def feed(self, event: Event) -> list[Delta]:
        """The deltas an event stands for, at once; nothing is held back that can be said."""

    def end(self) -> list[Delta]:
        """The provider closed its stream: what is still to be said. Failed if the answer is not whole."""


class Writer(Protocol):
    """Deltas as a client's stream. After `end` or `fail` nothing may follow."""

    content_type: str
    keepalive: bytes  # what may be sent while the provider is silent; empty: nothing

    def write(self, delta: Delta) -> bytes:
        """The bytes for one delta; may be empty. Never called with Failed."""

    def end(self) -> bytes:
        """What the format needs at the end of a whole answer."""

    def fail(self, message: str) -> bytes:
        """The answer broke off: an honest error in the format's words, never an invented ending."""


@dataclass(frozen=True)
class Format:
    """One dialect. Requests and answers are JSON objects that were decoded already.

    `parse_request` raises Malformed, `build_request` raises Impossible; `parse_response` raises Malformed.
    `build_response` gets the name the client asked for in `response.model`.
    """

    name: str
    parse_request: Callable[[Body], Request]
    build_request: Callable[[Request], Built]
    parse_response: Callable[[Body], Response]
    build_response: Callable[[Response, Request], Body]
    reader: Callable[[], Reader]
    writer: Callable[[WriterSettings], Writer]
    parse_error: Callable[[Any], ProviderError]
    build_error: Callable[[GatewayError], Body]


def only(body: Mapping[str, Any], dialect: str, known: frozenset[str]) -> dict[str, dict[str, Any]]:
    """The members of `body` that are not `known`, as extras of the dialect."""
    if known.issuperset(body):  # nearly always
        return {}
    return {dialect: {name: value for name, value in body.items() if name not in known}}
