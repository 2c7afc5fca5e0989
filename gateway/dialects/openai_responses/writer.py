"""Deltas as a client's Responses stream."""

from collections.abc import Iterable
from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Finish,
    Finished,
    Part,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Spent,
    TextDelta,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import Body, WriterSettings
from gateway.dialects.openai_chat.responses import shown_as_text
from gateway.dialects.openai_responses.open_items import (
    ContentType,
    OpenCall,
    OpenItem,
    OpenMessage,
    OpenReasoning,
    WholeItem,
)
from gateway.dialects.openai_responses.passing import failed_event
from gateway.dialects.openai_responses.responses import (
    build_ending,
    build_head,
    build_output_item,
    build_usage,
    item_base,
    response_id,
)
from gateway.dialects.openai_responses.sealing import sealed
from gateway.sse import Event, encode


class ResponsesWriter:
    """One item after the other. Only calls stay open until the end: their arguments may come in turns."""

    content_type = "text/event-stream"
    keepalive = b": ping\n\n"

    def __init__(self, settings: WriterSettings) -> None:
        self._settings = settings
        self._head = build_head(response_id(settings.call_id), 0, settings.model, settings.request)
        self._usage: Usage | None = None
        self._finish: Finish = "stop"
        self._sequence = 0
        self._output: list[Body] = []  # items as they are, by output index
        self._open: dict[int, OpenItem] = {}  # by output index
        self._current: OpenMessage | OpenReasoning | None = None  # the open item that is no call
        self._calls: dict[int, OpenCall] = {}  # by the number of the call

    def write(self, delta: Delta) -> bytes:
        match delta:
            case Begin():
                return self._begin(delta)
            case Spent():
                self._usage = delta.usage
            case TextDelta(choice=0):
                return self._say("output_text", delta.text)
            case RefusalDelta(choice=0):
                return self._say("refusal", delta.text)
            case ReasoningDelta(choice=0):
                return self._think(delta)
            case ToolBegin(choice=0):
                return self._call(delta)
            case ToolDelta(choice=0):
                return self._arguments(delta)
            case PartDelta(choice=0):
                return self._part(delta.part)
            case Finished(choice=0):
                self._finish = delta.finish
        return b""

    def end(self) -> bytes:
        ending = build_ending(self._finish)
        closing = self._close_all(ending["status"])
        usage = build_usage(self._usage or self._settings.prompt)
        response = self._head | ending | {"output": self._output, "usage": usage}
        return closing + self._event(f"response.{ending['status']}", {"response": response})

    def fail(self, message: str) -> bytes:
        """The answer keeps its id, or the SDK would complain of that instead."""
        return failed_event(self._head | {"output": self._output}, message, self._sequence)

    def _begin(self, delta: Begin) -> bytes:
        if delta.id:
            self._head["id"] = response_id(delta.id)
        self._head["created_at"] = delta.created or self._head["created_at"]
        self._usage = delta.usage
        head = {"response": self._head}
        return self._event("response.created", head) + self._event("response.in_progress", head)

    def _say(self, kind: ContentType, text: str) -> bytes:
        if not text:
            return b""
        opening, message = b"", self._current
        if not isinstance(message, OpenMessage):
            opening = self._close_current()
            self._current = message = OpenMessage(self._base, len(self._output))
            opening += self._add(message)
        return opening + self._events(message, message.say(kind, text))

    def _think(self, delta: ReasoningDelta) -> bytes:
        """A thought goes on; its signature ends it. One that is redacted is a thought of its own."""
        if not delta.text and not delta.signature:
            return b""
        opening, thought = b"", self._current
        if not isinstance(thought, OpenReasoning) or delta.is_redacted:
            opening = self._close_current()
            self._current = thought = OpenReasoning(self._base, len(self._output))
            opening += self._add(thought)
        said = self._events(thought, thought.say(delta.text)) if delta.text else b""
        if not delta.signature:
            return opening + said
        thought.seal = sealed(delta.signature, delta.origin, delta.is_redacted)
        return opening + said + self._close_current()

    def _call(self, delta: ToolBegin) -> bytes:
        closing = self._close_current()
        call = OpenCall(self._base, len(self._output), delta)
        self._calls[delta.index] = call
        return closing + self._add(call)

    def _arguments(self, delta: ToolDelta) -> bytes:
        call = self._calls.get(delta.index)
        return self._events(call, call.say(delta.arguments)) if call and delta.arguments else b""

    def _part(self, part: Part) -> bytes:
        item = build_output_item(part, self._base, len(self._output), "completed")
        if item is None:
            return self._say("output_text", shown_as_text(part))
        closing = self._close_current()
        whole = WholeItem(len(self._output), item)
        return closing + self._add(whole) + self._close(whole, "completed")

    @property
    def _base(self) -> str:
        return item_base(self._head["id"])

    def _add(self, item: OpenItem) -> bytes:
        self._output.append(item.item)
        self._open[item.index] = item
        return self._event("response.output_item.added", {"output_index": item.index, "item": item.item})

    def _close_current(self) -> bytes:
        if self._current is None:
            return b""
        closed, self._current = self._current, None
        return self._close(closed, "completed")

    def _close(self, item: OpenItem, status: str) -> bytes:
        del self._open[item.index]
        closing = self._events(item, item.end(status))
        self._output[item.index] = item.item
        return closing + self._event("response.output_item.done", {"output_index": item.index, "item": item.item})

    def _close_all(self, status: str) -> bytes:
        return b"".join([self._close(item, status) for item in list(self._open.values())])

    def _events(self, item: OpenItem, events: Iterable[tuple[str, Body]]) -> bytes:
        at = {"output_index": item.index}
        return b"".join([self._event(kind, at | members) for kind, members in events])

    def _event(self, kind: str, members: dict[str, Any]) -> bytes:
        data = {"type": kind, "sequence_number": self._sequence, **members}
        self._sequence += 1
        return encode(Event(kind.encode(), msgspec.json.encode(data)))
