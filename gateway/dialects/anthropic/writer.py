"""Deltas as a client's Messages stream, whose grammar is strict: one block at a time, numbered without a gap."""

from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Finish,
    Finished,
    Foreign,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Spent,
    TextDelta,
    ToolBegin,
    ToolDelta,
)
from gateway.dialects.anthropic.request_parsing import DIALECT
from gateway.dialects.anthropic.responses import build_block, build_usage, error_body, reason_of, shown_as_text
from gateway.dialects.format import Body, WriterSettings
from gateway.dialects.reading import json_text
from gateway.dialects.signatures import for_client
from gateway.sse import Event, encode

PING = b'event: ping\ndata: {"type":"ping"}\n\n'


class Call:
    """A tool call that is open or waits for its turn. `told`: its arguments so far."""

    def __init__(self, begin: ToolBegin) -> None:
        self.begin = begin
        self.told: list[str] = []

    @property
    def is_whole(self) -> bool:
        """Whether nothing can follow: the arguments are an object, and it is closed."""
        return bool(self.told) and self.told[-1].rstrip().endswith("}") and is_object("".join(self.told))


class AnthropicWriter:
    """The first of parallel tool calls streams; one that begins before it has ended waits for its end."""

    content_type = "text/event-stream"
    keepalive = PING

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._usage = settings.prompt
        self._begun = False
        self._index = -1  # of the newest block
        self._kind = ""  # of the block that is open: text, thinking, tool_use; empty: none is
        self._call: Call | None = None  # the one whose block is open
        self._waiting: dict[int, Call] = {}
        self._called = self._refused = False
        self._finish: Finish = "stop"
        self._stop_sequence = ""

    def write(self, delta: Delta) -> bytes:
        if isinstance(delta, Spent):
            self._usage = delta.usage
            return b""
        if isinstance(delta, Begin):
            return self._begin(delta)
        if getattr(delta, "choice", 0):
            return b""  # there is one answer only
        return self._begin(Begin("", "")) + self._say(delta)

    def end(self) -> bytes:
        reason = reason_of(self._finish, has_calls=self._called, is_refused=self._refused)
        delta = {"stop_reason": reason, "stop_sequence": self._stop_sequence or None}
        return (
            self._begin(Begin("", ""))
            + self._close_all()
            + event({"type": "message_delta", "delta": delta, "usage": build_usage(self._usage)})
            + event({"type": "message_stop"})
        )

    def fail(self, message: str) -> bytes:
        return event(error_body("overloaded_error" if "overloaded" in message.lower() else "api_error", message))

    def _begin(self, delta: Begin) -> bytes:
        """The head of the answer, once. Its usage has to be there, so it is an estimate where it is not known."""
        if self._begun:
            return b""
        self._begun = True
        self._usage = delta.usage or self._usage
        message: Body = {
            "id": delta.id or self._settings.call_id,
            "type": "message",
            "role": "assistant",
            "model": self._settings.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": build_usage(self._usage),
        }
        return event({"type": "message_start", "message": message})

    def _say(self, delta: Delta) -> bytes:
        match delta:
            case TextDelta():
                return self._text(delta.text)
            case ToolDelta():
                return self._arguments(delta)
            case ReasoningDelta():
                return self._thought(delta)
            case ToolBegin():
                self._waiting[delta.index] = Call(delta)
                return self._next_calls()
            case RefusalDelta():
                self._refused = True
                return self._text(delta.text)
            case PartDelta():
                return self._part(delta)
            case Finished():
                self._finish, self._stop_sequence = delta.finish, delta.stop_sequence
                return self._close_all()
        return b""

    def _text(self, text: str) -> bytes:
        if not text:
            return b""
        opened = self._turn_to("text", {"type": "text", "text": ""})
        return opened + self._more({"type": "text_delta", "text": text})

    def _thought(self, delta: ReasoningDelta) -> bytes:
        """A thought ends with its signature; without one it keeps the empty one that it begins with."""
        signature = for_client(delta.signature, delta.origin, DIALECT)
        if delta.is_redacted:
            return self._whole({"type": "redacted_thinking", "data": signature})
        if not delta.text and not signature:
            return b""
        told = self._turn_to("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        if delta.text:
            told += self._more({"type": "thinking_delta", "thinking": delta.text})
        if signature:
            told += self._more({"type": "signature_delta", "signature": signature}) + self._close()
        return told

    def _part(self, delta: PartDelta) -> bytes:
        """Anthropic's own block as it came; a picture as text."""
        if isinstance(delta.part, Foreign):
            block = build_block(delta.part)
            return self._whole(block) if block else b""
        return self._text(shown_as_text(delta.part))

    def _arguments(self, delta: ToolDelta) -> bytes:
        """More arguments: at once for the call that is open, else when it is this call's turn."""
        if not delta.arguments:
            return b""
        if self._call and self._call.begin.index == delta.index:
            self._call.told.append(delta.arguments)
            return self._more({"type": "input_json_delta", "partial_json": delta.arguments}) + self._next_calls()
        if delta.index in self._waiting:
            self._waiting[delta.index].told.append(delta.arguments)
            return self._next_calls()
        return b""

    def _next_calls(self) -> bytes:
        """As many of the waiting calls as may begin: each once the one before it is whole."""
        told = b""
        while self._waiting and (self._call is None or self._call.is_whole):
            told += self._open_call(self._waiting.pop(next(iter(self._waiting))))
        return told

    def _open_call(self, call: Call) -> bytes:
        """A call's block, with the arguments that came while it waited."""
        told = self._close()
        self._called, self._kind, self._call = True, "tool_use", call
        told += self._start({"type": "tool_use", "id": call.begin.id, "name": call.begin.name, "input": {}})
        waited = "".join(call.told)
        return told + (self._more({"type": "input_json_delta", "partial_json": waited}) if waited else b"")

    def _turn_to(self, kind: str, block: Body) -> bytes:
        """Go on with the open block if it is of this kind, else end it and begin the next."""
        if self._kind == kind:
            return b""
        told = self._close_all() + self._start(block)
        self._kind = kind
        return told

    def _whole(self, block: Body) -> bytes:
        """A block that comes in one piece."""
        told = self._close_all() + self._start(block)
        self._kind = "whole"
        return told + self._close()

    def _close_all(self) -> bytes:
        """End what is open, and tell what waits."""
        told = b"".join([self._open_call(call) for call in self._waiting.values()])
        self._waiting = {}
        return told + self._close()

    def _close(self) -> bytes:
        if not self._kind:
            return b""
        self._kind, self._call = "", None
        return event({"type": "content_block_stop", "index": self._index})

    def _start(self, block: Body) -> bytes:
        self._index += 1
        return event({"type": "content_block_start", "index": self._index, "content_block": block})

    def _more(self, delta: Body) -> bytes:
        return event({"type": "content_block_delta", "index": self._index, "delta": delta})


def is_object(told: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(told), dict)
    except (msgspec.MsgspecError, RecursionError):
        return False


def event(body: dict[str, Any]) -> bytes:
    return encode(Event(str(body["type"]).encode(), json_text(body).encode()))
