"""Messages streams, passed through."""

import re
from typing import Any

import msgspec

from gateway.dialects.anthropic.responses import STATUSES, error_body, from_anthropic_usage, merged_usage, text
from gateway.dialects.anthropic.writer import PING
from gateway.dialects.openai import UsageBody, error_in, error_status, member
from gateway.dialects.passthrough import Passthrough
from gateway.splice import NotJSON, replace_member, value_spans
from gateway.sse import DONE, Event, encode


class TypedEvent(msgspec.Struct):
    type: str = ""


_read_type = msgspec.json.Decoder(TypedEvent).decode


class AnthropicStream(Passthrough):
    """Whole once `message_stop` came. Events need their `event:` line: the SDKs skip those without one."""

    # What a block says: most of a stream, and nothing of it tells about cost or end.
    regular = re.compile(rb"(?:event: (?:content_block_(?:delta|start|stop)|ping)\ndata: \{[^\r\n]*\}\n\n)*")
    interest = re.compile(rb'"error"')
    keepalive = PING
    _usage: dict[str, Any] = {}

    def is_quiet(self, seen: bytes) -> bool:
        return b'"error"' not in seen

    def pass_event(self, event: Event) -> bytes:
        if self.is_over or event.data == DONE:
            return b""
        kind = event.type or event_type(event.data)
        self.is_finished = self.is_over = kind == b"message_stop"
        if not kind and b'"error"' in event.data:
            return self.pass_bare_error(event)
        return super().pass_event(event._replace(type=kind))

    def pass_bare_error(self, event: Event) -> bytes:
        """An error as OpenAI tells it, without a type, from a compatible server: the SDKs would not see it."""
        passed = super().pass_event(event)
        return self.error_event(self.error) if self.error else passed

    def look_at(self, body: UsageBody) -> None:
        """Usage comes in two parts: the prompt's at the start, the answer's at the end."""
        usage = member(body.message, "usage") or body.usage
        if isinstance(usage, dict):
            self._usage = merged_usage(self._usage, usage)
            self.tokens = from_anthropic_usage(self._usage)
        self.model = self.model or text(body.message, "model")
        if not self.error and (message := error_in(body)):
            self.error = message
            self.error_status = error_status(body) or STATUSES.get(text(body.error, "type"))
            self.failed_at_once = self.events == 1

    def named(self, event: Event) -> Event:
        """The model's name stands inside `message`, at the start."""
        mirror = self.settings.mirror
        if mirror is None or event.type != b"message_start":
            return event
        try:
            return event._replace(data=with_model(event.data, mirror))
        except NotJSON:
            return event

    def closing(self) -> bytes:
        if self.error or self.is_finished:
            return b""
        return self.break_off(
            f"Novapi: {self.settings.channel} closed the stream in the middle; the answer is not complete. Ask again."
        )

    def error_event(self, problem: str) -> bytes:
        return encode(Event(b"error", msgspec.json.encode(error_body("api_error", problem))))


def event_type(data: bytes) -> bytes:
    """The type as the event's own JSON has it, for servers that leave the `event:` line out."""
    try:
        return _read_type(data).type.encode()
    except (msgspec.MsgspecError, RecursionError):
        return b""


def with_model(data: bytes, name: bytes) -> bytes:
    """The event's JSON with `message.model` set to the JSON text `name`. Raises NotJSON."""
    for start, stop in value_spans(data, "message"):
        inner = data[start:stop]
        if inner.startswith(b"{"):
            return data[:start] + replace_member(inner, "model", name, insert=False) + data[stop:]
    return data
