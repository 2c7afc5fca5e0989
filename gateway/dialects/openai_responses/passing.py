"""Responses streams, passed through."""

import re
import time
from typing import Any

import msgspec

from gateway.dialects.passthrough import Passthrough
from gateway.splice import NotJSON, replace_member, value_spans
from gateway.sse import Event, encode

_FINAL = (b"response.completed", b"response.incomplete", b"response.failed")
_SEQUENCE = re.compile(rb'"sequence_number"\s*:\s*(\d{1,18})')


class TypedEvent(msgspec.Struct):
    type: str = ""


_read_type = msgspec.json.Decoder(TypedEvent).decode


class ResponsesStream(Passthrough):
    """Whole once `response.completed`, `.incomplete` or `.failed` came; Codex reconnects where it is missing."""

    regular = re.compile(rb"(?:event: [\w.]+\ndata: \{[^\r\n]*\}\n\n)*")
    interest = re.compile(rb'"response"|"error"|"usage"')
    _sequence = 0

    def is_quiet(self, seen: bytes) -> bool:
        return b'"response"' not in seen and b'"error"' not in seen and b'"usage"' not in seen

    def pass_event(self, event: Event) -> bytes:
        kind = event.type or event_type(event.data)
        self._sequence = last_number(event.data, self._sequence)
        self.is_finished = self.is_over = self.is_finished or kind in _FINAL
        return super().pass_event(event._replace(type=kind))

    def named(self, event: Event) -> Event:
        """The model's name stands inside `response`."""
        mirror = self.settings.mirror
        if mirror is None or b'"response"' not in event.data:
            return event
        try:
            return event._replace(data=with_model(event.data, mirror))
        except NotJSON:
            return event

    def closing(self) -> bytes:
        if self.is_finished:
            return b""
        return self.break_off(
            f"Novapi: {self.settings.channel} closed the stream in the middle; the answer is not complete. Ask again."
        )

    def error_event(self, problem: str) -> bytes:
        """`response.failed`: the SDKs and Codex all understand it, a bare `error` event only some."""
        response = {
            "id": "resp_broken",
            "object": "response",
            "created_at": int(time.time()),
            "model": msgspec.json.decode(self.settings.mirror or b'""'),
            "output": [],
        }
        return failed_event(response, problem, last_number(self.last_plain, self._sequence) + 1)


def failed_event(response: dict[str, Any], problem: str, number: int) -> bytes:
    """The last event of an answer that broke off. The code makes Codex try again."""
    failed = response | {"status": "failed", "error": {"code": "server_error", "message": problem}}
    body = {"type": "response.failed", "sequence_number": number, "response": failed}
    return encode(Event(b"response.failed", msgspec.json.encode(body)))


def event_type(data: bytes) -> bytes:
    """The type as the event's own JSON has it, for servers that leave the `event:` line out."""
    try:
        return _read_type(data).type.encode()
    except (msgspec.MsgspecError, RecursionError):
        return b""


def last_number(data: bytes, known: int) -> int:
    """The highest sequence number in whole events, or the one known so far."""
    return max([known, *(int(number) for number in _SEQUENCE.findall(data))])


def with_model(data: bytes, name: bytes) -> bytes:
    """The event's JSON with `response.model` set to the JSON text `name`. Raises NotJSON."""
    for start, stop in value_spans(data, "response"):
        inner = data[start:stop]
        if inner.startswith(b"{"):
            return data[:start] + replace_member(inner, "model", name, insert=False) + data[stop:]
    return data
