"""Responses streams, passed through."""

import re
import time

import msgspec

from gateway.dialects.passthrough import Passthrough
from gateway.splice import replace_member, value_spans
from gateway.sse import Event, encode

_FINAL = (b"response.completed", b"response.incomplete", b"response.failed")
_SEQUENCE = re.compile(rb'"sequence_number"\s*:\s*(\d+)')


class TypedEvent(msgspec.Struct):
    type: str = ""


_read_type = msgspec.json.Decoder(TypedEvent).decode


class ResponsesStream(Passthrough):
    """Whole once `response.completed`, `.incomplete` or `.failed` came; Codex reconnects where it is missing."""

    marks = (*Passthrough.marks, b'"response"', b"event: error")
    _sequence = 0

    def feed(self, chunk: bytes) -> bytes:
        if found := _SEQUENCE.search(chunk):
            self._sequence = max(self._sequence, int(found[1]) + chunk.count(b'"sequence_number"') - 1)
        return super().feed(chunk)

    def pass_event(self, event: Event) -> bytes:
        kind = event.type or event_type(event.data)
        self.is_finished = self.is_finished or kind in _FINAL
        return super().pass_event(event._replace(type=kind))

    def named(self, event: Event) -> Event:
        """The model's name stands inside `response`."""
        mirror = self.settings.mirror
        if mirror is None or b'"response"' not in event.data:
            return event
        for start, stop in value_spans(event.data, "response"):
            inner = event.data[start:stop]
            if inner.startswith(b"{"):
                renamed = replace_member(inner, "model", mirror, insert=False)
                return event._replace(data=event.data[:start] + renamed + event.data[stop:])
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
            "status": "failed",
            "error": {"code": "server_error", "message": problem},
            "model": (self.settings.mirror or b'""').decode()[1:-1],
            "output": [],
        }
        body = {"type": "response.failed", "sequence_number": self._sequence + 1, "response": response}
        return encode(Event(b"response.failed", msgspec.json.encode(body)))


def event_type(data: bytes) -> bytes:
    """The type as the event's own JSON has it, for servers that leave the `event:` line out."""
    try:
        return _read_type(data).type.encode()
    except msgspec.MsgspecError:
        return b""
