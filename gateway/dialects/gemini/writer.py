"""Deltas as a client's Gemini stream: events for `alt=sse`, else one JSON array.

Never a comment, an event's type or `[DONE]`: google-genai fails on each of them.
"""

from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Finished,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    Refusal,
    RefusalDelta,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolCall,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import Body, WriterSettings
from gateway.dialects.gemini.responses import REASONS, build_parts, build_usage, error_body, hides_thoughts


class WaitingCall:
    """A call whose arguments may not be whole; Gemini's clients want it in one piece."""

    def __init__(self, begin: ToolBegin) -> None:
        self.begin = begin
        self.pieces: list[str] = []

    @property
    def arguments(self) -> str:
        return "".join(self.pieces)

    @property
    def is_whole(self) -> bool:
        """Whether its arguments are a JSON object; nothing can be missing then."""
        if self.begin.kind == "custom" or not self.pieces or not self.pieces[-1].rstrip().endswith("}"):
            return False
        try:
            return isinstance(msgspec.json.decode(self.arguments), dict)
        except (msgspec.MsgspecError, RecursionError):
            return False

    @property
    def is_silent(self) -> bool:
        return not any(self.pieces)

    def part(self) -> ToolCall:
        begin = self.begin
        silent = "" if begin.kind == "custom" else "{}"
        return ToolCall(
            begin.id, begin.name, self.arguments or silent, begin.kind, begin.namespace, signature=begin.signature
        )


class GeminiWriter:
    content_type = "text/event-stream"
    keepalive = b""

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._hides = hides_thoughts(settings.request)
        self._id = settings.call_id
        self._usage: Usage | None = None
        self._waiting: dict[int, dict[int, WaitingCall]] = {}  # by choice, then by the call's number
        self._finishes: dict[int, str] = {}

    def write(self, delta: Delta) -> bytes:
        match delta:
            case TextDelta():
                return self._say(delta.choice, Text(delta.text)) if delta.text else b""
            case ReasoningDelta():
                thought = Reasoning(delta.text, delta.signature, delta.origin, delta.is_redacted)
                return self._say(delta.choice, thought)
            case RefusalDelta():
                return self._say(delta.choice, Refusal(delta.text)) if delta.text else b""
            case PartDelta():
                return self._say(delta.choice, delta.part)
            case ToolBegin():
                return self._call(delta)
            case ToolDelta():
                return self._arguments(delta)
            case Finished():
                self._finishes[delta.choice] = REASONS[delta.finish]
                return self._release(delta.choice, everything=True)
            case Begin():
                self._id, self._usage = delta.id or self._id, delta.usage
            case Spent():
                self._usage = delta.usage
        return b""

    def end(self) -> bytes:
        """The finish reasons and the token counts, which Gemini tells in the last chunk."""
        owed = b"".join([self._release(choice, everything=True) for choice in self._waiting])
        last = self._shared([finished(choice, reason) for choice, reason in self._finishes.items()])
        last["usageMetadata"] = build_usage(self._usage or self._settings.prompt)
        return owed + self._chunk(last) + self._close()

    def fail(self, message: str) -> bytes:
        return self._chunk(error_body(message, 502)) + self._close()

    def _say(self, choice: int, part: Any) -> bytes:
        """A part that is no call. A call before it that got no arguments will get none."""
        return self._release(choice, silent=True) + self._parts(choice, part)

    def _call(self, delta: ToolBegin) -> bytes:
        released = self._release(delta.choice)
        self._waiting.setdefault(delta.choice, {})[delta.index] = WaitingCall(delta)
        return released

    def _arguments(self, delta: ToolDelta) -> bytes:
        waiting = self._waiting.get(delta.choice, {})
        if delta.index not in waiting:
            return b""
        released = self._release(delta.choice) if next(iter(waiting)) != delta.index else b""
        waiting[delta.index].pieces.append(delta.arguments)
        return released + self._release(delta.choice)

    def _release(self, choice: int, *, silent: bool = False, everything: bool = False) -> bytes:
        """The waiting calls that are whole, in their order: one that may get more holds back those after it."""
        waiting = self._waiting.get(choice, {})
        released = b""
        for index, call in list(waiting.items()):
            if not (everything or call.is_whole or (silent and call.is_silent)):
                break
            released += self._parts(choice, waiting.pop(index).part())
        return released

    def _parts(self, choice: int, part: Any) -> bytes:
        parts = list(build_parts([part], self._hides))
        if not parts:
            return b""
        return self._chunk(self._shared([{"content": {"parts": parts, "role": "model"}, "index": choice}]))

    def _shared(self, candidates: list[Body]) -> Body:
        return {"candidates": candidates, "modelVersion": self._settings.model, "responseId": self._id}

    def _chunk(self, chunk: Body) -> bytes:
        return b"data: %b\n\n" % msgspec.json.encode(chunk)

    def _close(self) -> bytes:
        return b""


class GeminiArrayWriter(GeminiWriter):
    """For `streamGenerateContent` without `alt=sse`: one array, an element as soon as there is something to say."""

    content_type = "application/json"
    _has_begun = False

    def _chunk(self, chunk: Body) -> bytes:
        before = b",\r\n" if self._has_begun else b"["
        self._has_begun = True
        return before + msgspec.json.encode(chunk)

    def _close(self) -> bytes:
        return b"]"


def finished(choice: int, reason: str) -> Body:
    """A candidate at its end, as Gemini closes: with an empty text."""
    return {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": reason, "index": choice}
