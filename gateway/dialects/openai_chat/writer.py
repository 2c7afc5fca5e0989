"""Deltas as a client's Chat Completions stream."""

import time
from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Finished,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Spent,
    TextDelta,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import WriterSettings
from gateway.dialects.openai_chat.responses import REASONS, build_usage, shown_as_text
from gateway.sse import DONE, Event, encode


class ChatWriter:
    content_type = "text/event-stream"
    keepalive = b": ping\n\n"

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._id = settings.call_id
        self._created = int(time.time())
        self._usage: Usage | None = None
        self._silent_calls: dict[tuple[int, int], None] = {}  # begun, and no arguments yet

    def write(self, delta: Delta) -> bytes:
        match delta:
            case TextDelta():
                return self._chunk(delta.choice, {"content": delta.text})
            case ToolDelta():
                self._silent_calls.pop((delta.choice, delta.index), None)
                return self._arguments(delta.choice, delta.index, delta.arguments)
            case ReasoningDelta():
                return self._chunk(delta.choice, {"reasoning_content": delta.text}) if delta.text else b""
            case ToolBegin():
                return self._call(delta)
            case RefusalDelta():
                return self._chunk(delta.choice, {"refusal": delta.text})
            case PartDelta():
                shown = shown_as_text(delta.part)
                return self._chunk(delta.choice, {"content": shown}) if shown else b""
            case Begin():
                return self._begin(delta)
            case Finished():
                return self._finish(delta)
            case Spent():
                self._usage = delta.usage
        return b""

    def end(self) -> bytes:
        return self._spent() + encode(Event(b"", DONE))

    def fail(self, message: str) -> bytes:
        error = {"message": message, "type": "upstream_error", "param": None, "code": "stream_broken"}
        return event({"error": error})

    def _begin(self, delta: Begin) -> bytes:
        self._id, self._created = delta.id or self._id, delta.created or self._created
        self._usage = delta.usage
        return self._chunk(0, {"role": "assistant", "content": ""})

    def _call(self, delta: ToolBegin) -> bytes:
        self._silent_calls[delta.choice, delta.index] = None
        called = {"name": delta.name, "input" if delta.kind == "custom" else "arguments": ""}
        item: dict[str, Any] = {"index": delta.index, "id": delta.id, "type": delta.kind, delta.kind: called}
        return self._chunk(delta.choice, {"tool_calls": [item]})

    def _arguments(self, choice: int, index: int, arguments: str) -> bytes:
        return self._chunk(choice, {"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})

    def _finish(self, delta: Finished) -> bytes:
        empty = [key for key in self._silent_calls if key[0] == delta.choice]
        owed = b"".join(self._arguments(choice, index, "{}") for choice, index in empty)
        return owed + self._chunk(delta.choice, {}, REASONS[delta.finish])

    def _spent(self) -> bytes:
        if not self._settings.wants_usage:
            return b""
        return event(self._shared() | {"choices": [], "usage": build_usage(self._usage or Usage())})

    def _chunk(self, choice: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        chunk = self._shared()
        chunk["choices"] = [{"index": choice, "delta": delta, "finish_reason": finish}]
        return event(chunk)

    def _shared(self) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._settings.model,
        }


def event(body: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % msgspec.json.encode(body)
