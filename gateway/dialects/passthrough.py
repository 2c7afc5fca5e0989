"""A stream whose client and channel speak the same dialect: look at the bytes, change as little as possible.

Chunks that hold nothing of interest go through as they came. The rest is taken apart into events, for usage, for
the model's name, and to notice how the stream ends. No sockets here: `feed` chunks, then `end` once.
"""

import re

import msgspec

from gateway.chat import Usage
from gateway.dialects.openai import UsageBody, error_in, error_status, model_in, read_event, tokens_of
from gateway.splice import NotJSON, replace_member
from gateway.sse import DONE, Decoder, Event, encode


class StreamSettings(msgspec.Struct, frozen=True):
    """`mirror`: the name the client asked for, where the channel calls the model otherwise, else None;
    `hide_usage`: usage was asked for by the gateway, so the client must not see it; `channel`: for errors;
    `secret`: the channel's key, which an error must not repeat."""

    mirror: bytes | None
    hide_usage: bool
    channel: str
    secret: bytes = b""


class Passthrough:
    """Base for the dialects' streams; as it is, it serves streams whose end has no mark (images, audio)."""

    # What whole events look like that can go through as they are; None: every event is taken apart.
    regular: re.Pattern[bytes] | None = None
    # What in a regular event asks for a look. Inside a JSON string a quote is escaped, so `"usage":` is a member.
    interest: re.Pattern[bytes] = re.compile(rb"")
    is_text = True  # an error can be told inside the stream
    keepalive = b": ping\n\n"  # a comment, which OpenAI's clients skip
    content_type = ""  # of what comes out, where that is not what came in

    def __init__(self, settings: StreamSettings) -> None:
        self.settings = settings
        self.tokens: Usage | None = None
        self.model = ""
        self.events = 0
        self.error = ""  # what the upstream, or the way it ended, did wrong
        self.error_status: int | None = None
        self.failed_at_once = False  # the error was the very first event: nothing has been answered
        self.is_finished = False
        self.is_over = False  # nothing of interest can follow, whether the upstream closes or not
        self._ended = False
        self._decoder = Decoder()
        self.last_plain = b""  # the newest bytes that went through unseen

    def feed(self, chunk: bytes) -> bytes:
        """What goes to the client for a chunk of upstream bytes; may be empty."""
        if self.regular is None or self.settings.mirror is not None:
            return self.take_apart(chunk)
        if not self._decoder.is_idle:  # finish the event that was cut, then go on as usual
            end = chunk.find(b"\n\n") + 2
            if end < 2:
                return self.take_apart(chunk)
            passed = self.take_apart(chunk[:end])
            follow = self.feed if self._decoder.is_idle else self.take_apart
            return passed + follow(chunk[end:])
        seen = self.visible(chunk)
        plain = seen[: self.plain_until(seen, self.regular)]
        if plain:
            self.events += plain.count(b"\n\n")
            self.last_plain = plain
        return plain if len(plain) == len(seen) else plain + self.take_apart(seen[len(plain) :])

    def plain_until(self, seen: bytes, regular: re.Pattern[bytes]) -> int:
        """How many of the bytes are regular events in which there is nothing to see."""
        match = regular.match(seen)
        whole = match.end() if match else 0
        if self.is_quiet(seen):
            return whole
        found = self.interest.search(seen, 0, whole)
        if not found:
            return whole
        blank = seen.rfind(b"\n\n", 0, found.start())
        return blank + 2 if blank >= 0 else 0

    def is_quiet(self, seen: bytes) -> bool:
        """A quick way to tell that `interest` finds nothing."""
        return False

    def take_apart(self, chunk: bytes) -> bytes:
        return b"".join(self.pass_event(event) for event in self._decoder.feed(chunk))

    def end(self) -> bytes:
        """The upstream closed: what is still owed to the client, an honest error if the answer is not whole."""
        if self._ended:
            return b""
        self._ended = True
        whole = (event for event in self._decoder.flush() if event.data == DONE or is_json(event.data))
        last = b"".join(self.pass_event(event) for event in whole)
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
        if self.settings.secret and b'"error"' in event.data:
            event = event._replace(data=event.data.replace(self.settings.secret, b"[key]"))
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
        try:
            return event._replace(data=replace_member(event.data, "model", self.settings.mirror, insert=False))
        except NotJSON:
            return event

    def closing(self) -> bytes:
        return b""

    def error_event(self, problem: str) -> bytes:
        body = {"error": {"message": problem, "type": "upstream_error", "param": None, "code": "stream_broken"}}
        return encode(Event(b"", msgspec.json.encode(body)))


def only_null(seen: bytes, member: bytes) -> bool:
    """Whether the member, where it stands at all, is null; in the spellings with and without a blank."""
    return seen.count(member) == seen.count(member + b":null") + seen.count(member + b": null")


def is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


class Verbatim(Passthrough):
    """Sound, video, files: bytes that are nobody's business. Cut off, they can only be cut off."""

    is_text = False
    keepalive = b""

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
