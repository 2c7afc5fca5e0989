"""One client request in flight, and the answer it gets. Plain values that every gateway module may hold."""

import itertools
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from channels_app.table import ClientIdentity
from gateway.chat import Usage

# Call ids: random once per launch, then counted. Asking the system for random bytes per call would cost 2 %.
_launch = secrets.token_hex(6)
_numbers = itertools.count(1)


def new_call_id() -> str:
    """What the owner finds a call by."""
    return f"nv_{_launch}{next(_numbers):06x}"


BodyKind = Literal["json", "multipart"]
HeaderPairs = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Call:
    """A parsed request: enough to route it, and the bytes that will be sent.

    `endpoint` is the path below `/v1/`; `started` is `time.perf_counter()` at arrival; `headers` are those of the
    client's that travel on to a provider, Content-Type among them; `wants_usage` tells that the client itself asked
    for a usage chunk.
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


@dataclass(slots=True)
class Answer:
    """What goes back to the client: a whole body, or an iterator of chunks that have passed the commit point.

    `keepalive` is what may be sent between the chunks of a stream that falls silent; empty: nothing may.
    """

    status: int
    headers: HeaderPairs
    body: bytes | AsyncIterator[bytes]
    keepalive: bytes = b""


@dataclass(slots=True)
class Outcome:
    """What is learnt of a call while it runs; the recorder stores it when it ends."""

    channel_id: int | None = None
    channel: str = ""
    model_sent: str = ""
    model_answered: str = ""
    attempts: int = 0
    status: int = 0
    error: str = ""
    answered: bool = False  # a provider took the call and began to answer
    events: int = 0
    tokens: Usage | None = None
    first_token_ms: float | None = None
    upstream_s: float = 0.0
    overhead_ms: float = 0.0
