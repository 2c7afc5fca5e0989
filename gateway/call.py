"""One client request in flight, and the answer it gets. Plain values that every gateway module may hold."""

import itertools
import secrets
from collections.abc import AsyncIterator
from typing import Any, Literal

import msgspec

from channels_app.table import ClientIdentity
from gateway.chat import Usage

# Call ids: random once per launch, then counted. Asking the system for random bytes per call would cost 2 %.
_launch = secrets.token_hex(6)
_numbers = itertools.count(1)


def new_call_id() -> str:
    """What the owner finds a call by."""
    return f"nv_{_launch}{next(_numbers):06x}"


BodyKind = Literal["json", "multipart"]
# "chat" and "embeddings" can be translated; "count" costs nothing; "other" only its own dialect can do.
Task = Literal["chat", "embeddings", "count", "other"]
HeaderPairs = list[tuple[bytes, bytes]]


_CHAT = ("openai-chat", "openai-responses", "anthropic", "gemini")
_EMBEDDINGS = ("openai-chat", "gemini", "ollama")
# Task → the client's dialect → the dialects of channels that will do, the best first.
TRANSLATABLE: dict[Task, dict[str, tuple[str, ...]]] = {
    "chat": {own: tuple(dict.fromkeys((own, *_CHAT))) for own in (*_CHAT, "ollama")},
    "embeddings": {own: tuple(dict.fromkeys((own, *_EMBEDDINGS))) for own in _EMBEDDINGS},
    "count": {},
    "other": {},
}


class Call(msgspec.Struct, frozen=True):
    """A parsed request: enough to route it, and the bytes that will be sent.

    `endpoint` is what the client called, as the record names it; `path` is where it is below a provider's base, with
    "{model}" for the model's name, if that differs; `form` tells apart the answers of one dialect ("generate" of
    Ollama's chat). `dialects` are those a channel may speak, the best first. `started` is `time.perf_counter()` at
    arrival; `headers` are those of the client's that travel on to a provider, Content-Type among them; `wants_usage`
    tells that the client itself asked for a usage chunk.
    """

    id: str
    dialect: str
    endpoint: str
    key: ClientIdentity
    app: str
    started: float
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    model: str = ""
    body: bytes = b""
    kind: BodyKind = "json"
    stream: bool = False
    wants_usage: bool = False
    task: Task = "other"
    path: str = ""
    form: str = ""
    method: str = "POST"
    session: str = ""  # what its app calls the conversation, if it does
    tools: bool = False  # whether it brings any
    came: bytes = b""  # its body as it came, where it was changed since
    replay_of: str = ""  # the id of the call that it repeats

    @property
    def dialects(self) -> tuple[str, ...]:
        """What a channel may speak to serve the call: its own dialect, and those it can be translated into."""
        return TRANSLATABLE[self.task].get(self.dialect, (self.dialect,))


class Answer(msgspec.Struct):
    """What goes back to the client: a whole body, or an iterator of chunks that have passed the commit point.

    `keepalive` is what may be sent between the chunks of a stream that falls silent; empty: nothing may. `origin` is
    the channel and the key (None: it needs none) that answered in the client's own dialect: ids in it are theirs.
    """

    status: int
    headers: HeaderPairs
    body: bytes | AsyncIterator[bytes]
    keepalive: bytes = b""
    origin: tuple[int, int | None] | None = None


class Outcome(msgspec.Struct):
    """What is learnt of a call while it runs; the recorder stores it when it ends."""

    channel_id: int | None = None
    channel: str = ""
    provider: str = ""  # whose prices are asked for
    model_sent: str = ""
    model_answered: str = ""
    attempts: int = 0
    route: Any = None  # how it went, a `gateway.route.Route`
    lease: Any = None  # of an engine that Novapi has started for it, a `channels_app.local.manager.Lease`
    admitted: list[str] = msgspec.field(default_factory=list)  # whose limits it counts against while it runs
    status: int = 0
    error: str = ""
    answered: bool = False  # a provider took the call and began to answer
    events: int = 0
    tokens: Usage | None = None
    cost_nano: int | None = None  # billionths of a US dollar; the recorder finds it out
    counted: Usage | None = None  # the tokens, estimated where nobody told; the recorder does that too
    is_stopped: bool = False  # its owner wants no answer any more
    seen: Any = None  # what is kept of its bodies, a `gateway.seen.Seen`; None: nothing
    dropped: tuple[str, ...] = ()  # what the client asked for and the channel's dialect has no words for
    first_token_ms: float | None = None
    upstream_s: float = 0.0
    overhead_ms: float = 0.0
