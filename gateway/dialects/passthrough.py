"""A stream whose client and channel speak the same dialect: look at the bytes, change as little as possible.

Chunks that hold nothing of interest go through as they came. The rest is taken apart into events, for usage, for
the model's name, and to notice how the stream ends. No sockets here: `feed` chunks, then `end` once.
"""

from dataclasses import dataclass

import msgspec

from gateway.call import Tokens
from gateway.dialects.openai import UsageBody, error_in, error_status, model_in, read_event, tokens_of
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

    opening: tuple[bytes, ...] = (b"data: {", b"event: ")  # how an event begins that goes through as it is
    # What an event must be looked at for. Inside a JSON string a quote is escaped, so `"usage":` can only be a member.
    marks: tuple[bytes, ...] = (b'"usage":{', b'"usage": {', b'"error"', b"[DONE]", b"\r", b"\n:", b"\nid:")
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
        if not self._verbatim:
            return self.take_apart(chunk)
        if not self._decoder.is_idle:  # finish the event that was cut, then go on as usual
            head, rest = split_after(chunk, chunk.find(b"\n\n"))
            if not head or not rest:
                return self.take_apart(chunk)
            passed = self.take_apart(head)
            return passed + (self.feed(rest) if self._decoder.is_idle else self.take_apart(rest))
        seen = self.visible(chunk)
        plain, rest = split_after(seen, seen.rfind(b"\n\n", 0, self.first_mark(seen)))
        if plain and not plain.startswith(self.opening):
            return self.take_apart(seen)
        self.events += plain.count(b"\n\n")
        return plain + self.take_apart(rest) if rest else plain

    def take_apart(self, chunk: bytes) -> bytes:
        return b"".join(self.pass_event(event) for event in self._decoder.feed(chunk))

    def first_mark(self, chunk: bytes) -> int:
        """Where the first thing is that needs a look; the chunk's length if nothing does."""
        first = len(chunk)
        for mark in self.marks:
            if mark in chunk and (at := chunk.find(mark, 0, first)) >= 0:
                first = at
        return first

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

    def visible(self, chunk: bytes) -> bytes:
        """The chunk without what the client must not see, as far as that can be told without taking it apart."""
        return chunk

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
        self.model = self.model or model_in(body)
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


def split_after(chunk: bytes, at: int) -> tuple[bytes, bytes]:
    """The chunk up to and after the blank line at `at`; all of it on one side where there is no cut to make."""
    if at < 0:
        return b"", chunk
    return (chunk, b"") if at + 2 == len(chunk) else (chunk[: at + 2], chunk[at + 2 :])


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
