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
        self._usage = settings.prompt
        self._silent_calls: set[tuple[int, int]] = set()  # begun, and no arguments yet
        self._custom_calls: set[tuple[int, int]] = set()
        self._spoke: set[int] = set()  # the choices whose role was told

    def write(self, delta: Delta) -> bytes:
        match delta:
            case TextDelta():
                return self._chunk(delta.choice, {"content": delta.text})
            case ToolDelta() if delta.arguments:
                self._silent_calls.discard((delta.choice, delta.index))
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
        self._usage = delta.usage or self._usage
        return self._chunk(0, {"content": ""})

    def _call(self, delta: ToolBegin) -> bytes:
        of_kind = self._custom_calls if delta.kind == "custom" else self._silent_calls
        of_kind.add((delta.choice, delta.index))
        called = {"name": delta.name, "input" if delta.kind == "custom" else "arguments": ""}
        item: dict[str, Any] = {"index": delta.index, "id": delta.id, "type": delta.kind, delta.kind: called}
        if delta.signature:
            item["extra_content"] = {"google": {"thought_signature": delta.signature}}
        return self._chunk(delta.choice, {"tool_calls": [item]})

    def _arguments(self, choice: int, index: int, arguments: str) -> bytes:
        is_custom = (choice, index) in self._custom_calls
        said = {"custom": {"input": arguments}} if is_custom else {"function": {"arguments": arguments}}
        return self._chunk(choice, {"tool_calls": [{"index": index, **said}]})

    def _finish(self, delta: Finished) -> bytes:
        empty = sorted(key for key in self._silent_calls if key[0] == delta.choice)
        self._silent_calls.difference_update(empty)
        owed = b"".join(self._arguments(choice, index, "{}") for choice, index in empty)
        return owed + self._chunk(delta.choice, {}, REASONS[delta.finish])

    def _spent(self) -> bytes:
        if not self._settings.wants_usage:
            return b""
        return event(self._shared() | {"choices": [], "usage": build_usage(self._usage)})

    def _chunk(self, choice: int, delta: dict[str, Any], finish: str | None = None) -> bytes:
        if choice not in self._spoke:
            self._spoke.add(choice)
            delta = {"role": "assistant", **delta}
        chunk = self._shared()
        chunk["choices"] = [{"index": choice, "delta": delta, "finish_reason": finish}]
        if self._settings.wants_usage:
            chunk["usage"] = None  # as OpenAI does: it is in every chunk, and in one of its own at the end
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
