"""Deltas as Ollama's native streams: one JSON object per line, tool calls in one piece."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Finish,
    Finished,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Spent,
    TextDelta,
    ToolBegin,
    ToolCall,
    ToolDelta,
)
from gateway.dialects.format import Body, WriterSettings
from gateway.dialects.ollama.responses import (
    REASONS,
    build_tool_call,
    counts,
    error_body,
    head,
    hides_thinking,
)
from gateway.dialects.openai_chat.responses import shown_as_text


@dataclass
class OpenCall:
    """A call whose arguments are still coming."""

    number: int
    begin: ToolBegin
    arguments: str = ""

    @property
    def is_whole(self) -> bool:
        """Nothing can follow an object that has closed. A custom tool's text has no such end."""
        if self.begin.kind == "custom" or not self.arguments.rstrip().endswith("}"):
            return False
        try:
            msgspec.json.decode(self.arguments, type=msgspec.Raw)
        except (msgspec.MsgspecError, RecursionError):
            return False
        return True

    def build(self) -> Body:
        begin = self.begin
        arguments = self.arguments or ("" if begin.kind == "custom" else "{}")
        return build_tool_call(ToolCall(begin.id, begin.name, arguments, kind=begin.kind), self.number)


class OllamaWriter:
    """What both streams have in common. There is one answer: other choices are left out."""

    content_type = "application/x-ndjson"

    def __init__(self, settings: WriterSettings) -> None:
        self._model = settings.model
        self._hides_thinking = hides_thinking(settings.request)
        self._usage = settings.prompt
        self._finish: Finish = "stop"
        self._calls: dict[int, OpenCall] = {}
        self._begun = 0
        self._started_at = time.monotonic_ns()
        self._first_at = 0
        self.keepalive = self._line(self.said(""))

    def said(self, text: str) -> Body:
        """The members of a line in which the model says `text`."""
        raise NotImplementedError

    def thought(self, text: str) -> Body:
        """The members of a line in which the model thinks `text`."""
        raise NotImplementedError

    def called(self, call: Body) -> Body:
        """The members of a line with one whole tool call."""
        raise NotImplementedError

    def write(self, delta: Delta) -> bytes:
        if isinstance(delta, Begin | Spent):
            self._usage = delta.usage or self._usage
            return b""
        if getattr(delta, "choice", 0):
            return b""
        self._first_at = self._first_at or time.monotonic_ns()
        return b"".join(map(self._line, self._told(delta)))

    def end(self) -> bytes:
        left = b"".join(map(self._line, self._calls_left()))
        ended = {"done": True, "done_reason": REASONS[self._finish]}
        return left + encode(head(self._model) | self.said("") | ended | self._durations() | counts(self._usage))

    def fail(self, message: str) -> bytes:
        return encode(error_body(message))

    def _told(self, delta: Delta) -> Iterator[Body]:
        match delta:
            case TextDelta() | RefusalDelta() if delta.text:
                yield self.said(delta.text)
            case ReasoningDelta() if delta.text and not self._hides_thinking:
                yield self.thought(delta.text)
            case ToolBegin():
                self._calls[delta.index] = OpenCall(self._begun, delta)
                self._begun += 1
            case ToolDelta() if delta.index in self._calls:
                yield from self._more_arguments(delta)
            case PartDelta() if shown := shown_as_text(delta.part):
                yield self.said(shown)
            case Finished():
                self._finish = delta.finish
                yield from self._calls_left()

    def _more_arguments(self, delta: ToolDelta) -> Iterator[Body]:
        call = self._calls[delta.index]
        call.arguments += delta.arguments
        if delta.arguments.rstrip().endswith("}") and call.is_whole:
            yield self.called(self._calls.pop(delta.index).build())

    def _calls_left(self) -> Iterator[Body]:
        """Calls that got no arguments, or broken ones."""
        calls, self._calls = self._calls, {}
        return (self.called(call.build()) for call in calls.values())

    def _durations(self) -> Body:
        """In nanoseconds, as they look from here; never 0, by which clients divide. Nothing was loaded."""
        ended_at = time.monotonic_ns()
        first_at = self._first_at or ended_at
        return {
            "total_duration": max(1, ended_at - self._started_at),
            "load_duration": 0,
            "prompt_eval_duration": max(1, first_at - self._started_at),
            "eval_duration": max(1, ended_at - first_at),
        }

    def _line(self, said: Body) -> bytes:
        return encode(head(self._model) | said | {"done": False})


class OllamaChatWriter(OllamaWriter):
    """The stream of `/api/chat`."""

    def said(self, text: str) -> Body:
        return {"message": {"role": "assistant", "content": text}}

    def thought(self, text: str) -> Body:
        return {"message": {"role": "assistant", "content": "", "thinking": text}}

    def called(self, call: Body) -> Body:
        return {"message": {"role": "assistant", "content": "", "tool_calls": [call]}}


class OllamaGenerateWriter(OllamaWriter):
    """The stream of `/api/generate`. It has no tools to call."""

    def said(self, text: str) -> Body:
        return {"response": text}

    def thought(self, text: str) -> Body:
        return {"response": "", "thinking": text}

    def called(self, call: Body) -> Body:
        return {"response": "", "tool_calls": [call]}


def encode(body: Body) -> bytes:
    return msgspec.json.encode(body) + b"\n"
