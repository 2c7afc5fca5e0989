"""A stream whose client and channel speak the same dialect: look at the bytes, change as little as possible.

Chunks that hold nothing of interest go through as they came. The rest is taken apart into events, for usage, for
the model's name, and to notice how the stream ends. No sockets here: `feed` chunks, then `end` once.
"""

from dataclasses import dataclass

import msgspec

from gateway.call import Tokens
from gateway.dialects.openai import UsageBody, error_in, error_status, read_event, tokens_of
from gateway.splice import replace_member
from gateway.sse import DONE, Decoder, Event, encode


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """`mirror`: the name the client asked for, where the channel calls the model otherwise, else None;
    `hide_usage`: usage was asked for by the gateway, so the client must not see it; `channel`: for error texts."""

    mirror: bytes | None
    hide_usage: bool
    channel: str


class Passthrough:
    """Base for the dialects' streams; as it is, it serves streams whose end has no mark (images, audio)."""

    is_text = True  # an error can be told inside the stream

    def __init__(self, settings: StreamSettings) -> None:
        self.settings = settings
        self.tokens: Tokens | None = None
        self.model = ""
        self.events = 0
        self.error = ""  # what the upstream, or the way it ended, did wrong
        self.error_status: int | None = None
        self.failed_at_once = False  # the error was the very first event: nothing has been answered
        self.is_finished = False
        self._ended = False
        self._decoder = Decoder()
        self._verbatim = settings.mirror is None

    def feed(self, chunk: bytes) -> bytes:
        """What goes to the client for a chunk of upstream bytes; may be empty."""
        if self._verbatim and self.is_plain(chunk) and self._decoder.is_idle:
            self.events += chunk.count(b"\n\n")
            return chunk
        return b"".join(self.pass_event(event) for event in self._decoder.feed(chunk))

    def end(self) -> bytes:
        """The upstream closed: what is still owed to the client, an honest error if the answer is not whole."""
        if self._ended:
            return b""
        self._ended = True
        last = b"".join(self.pass_event(event) for event in self._decoder.flush())
        return last + self.closing()

    def break_off(self, problem: str) -> bytes:
        """The upstream failed in the middle: the error event the client gets."""
        self._ended = True
        self.error = self.error or problem
        return self.error_event(problem)

    def is_plain(self, chunk: bytes) -> bool:
        """Whether the chunk is nothing but whole, well-formed events that need no look."""
        return (
            chunk.startswith((b"data: {", b"event: "))
            and chunk.endswith(b"}\n\n")
            and b'"usage"' not in chunk
            and b'"error"' not in chunk
            and b"\r" not in chunk
            and b"\n:" not in chunk
            and b"\nid:" not in chunk
        )

    def pass_event(self, event: Event) -> bytes:
        """One event that had to be looked at."""
        if event.data == DONE:
            return encode(event)
        self.events += 1
        if b'"usage"' in event.data or b'"error"' in event.data or b'"timings"' in event.data:
            self.look_at(read_body(event))
        return encode(self.named(event))

    def look_at(self, body: UsageBody) -> None:
        """Keep what an event tells about cost and failure."""
        self.tokens = tokens_of(body) or self.tokens
        if not self.error and (message := error_in(body)):
            self.error, self.error_status = message, error_status(body)
            self.failed_at_once = self.events == 1

    def named(self, event: Event) -> Event:
        """The event with the model called what the client called it."""
        if self.settings.mirror is None or b'"model"' not in event.data:
            return event
        return event._replace(data=replace_member(event.data, "model", self.settings.mirror, insert=False))

    def closing(self) -> bytes:
        return b""

    def error_event(self, problem: str) -> bytes:
        body = {"error": {"message": problem, "type": "upstream_error", "param": None, "code": "stream_broken"}}
        return encode(Event(b"", msgspec.json.encode(body)))


class Verbatim(Passthrough):
    """Sound, video, files: bytes that are nobody's business. Cut off, they can only be cut off."""

    is_text = False

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def end(self) -> bytes:
        return b""


def read_body(event: Event) -> UsageBody:
    """The parts of an event's JSON that are of interest; nothing of one that is no JSON object."""
    try:
        return read_event(event.data)
    except (msgspec.MsgspecError, RecursionError):
        return UsageBody()
