"""A provider's Responses stream as deltas."""

from collections.abc import Iterator
from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finished,
    Part,
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
)
from gateway.dialects.format import Body, Malformed
from gateway.dialects.openai import UsageBody, count, error_status, from_openai_usage, member
from gateway.dialects.openai_chat.responses import parse_error
from gateway.dialects.openai_responses.responses import finish_of, said_by, text
from gateway.dialects.reading import json_text
from gateway.sse import Event

_decode = msgspec.json.Decoder().decode
STATUSES = {"rate_limit_exceeded": 429, "server_error": 500, "invalid_prompt": 400}  # what the codes stand for


class OpenItem:
    """An output item, and how much of it was said already."""

    def __init__(self) -> None:
        self.call: int | None = None  # the number of the call that it is
        self.has_spoken = False
        self.is_done = False
        self.parts: set[int] = set()  # the content parts that were said at least in part
        self.thought = ""  # the kind of event its thoughts come in: of summary and full text only one is wanted
        self.thought_part: Any = None


class ResponsesReader:
    """Event by event. What came as deltas is not told again when the whole of it comes."""

    def __init__(self) -> None:
        self._has_begun = False
        self._is_over = False
        self._calls = 0
        self._items: dict[Any, OpenItem] = {}

    def feed(self, event: Event) -> list[Delta]:
        try:
            body = _decode(event.data)
        except (msgspec.MsgspecError, RecursionError):
            return []
        if self._is_over or not isinstance(body, dict):
            return []
        said = list(self._read(body, text(body, "type") or event.type.decode("ascii", "replace")))
        if said and not self._has_begun and not isinstance(said[0], Failed):
            said.insert(0, self._begin(body))
        return said

    def end(self) -> list[Delta]:
        """An answer without its final event is not whole."""
        return [] if self._is_over else [Failed("closed the stream in the middle")]

    def _begin(self, body: Body) -> Delta:
        self._has_begun = True
        response = body.get("response")
        head = response if isinstance(response, dict) else {}
        return Begin(text(head, "id"), text(head, "model"), count(head, "created_at"))

    def _read(self, body: Body, kind: str) -> Iterator[Delta]:
        match kind:
            case "response.output_text.delta" | "response.refusal.delta":
                yield from self._said(body, kind)
            case "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta":
                yield from self._arguments(body)
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                yield from self._thought(body, kind)
            case "response.created" | "response.in_progress":
                if not self._has_begun:
                    yield self._begin(body)
            case "response.output_item.added" | "response.output_item.done":
                yield from self._item(body, kind)
            case "response.completed" | "response.incomplete":
                yield from self._finish(body.get("response"))
            case "response.failed":
                yield self._failed(member(body.get("response"), "error"))
            case "error":
                yield self._failed(body.get("error") or body)
            case _ if body.get("error"):
                yield self._failed(body["error"])

    def _at(self, body: Body) -> OpenItem:
        """The item an event belongs to: by its index, else by its id."""
        key = body.get("output_index")
        if not isinstance(key, int):
            key = text(body, "item_id") or member(body.get("item"), "id")
        return self._items.setdefault(key, OpenItem())

    def _said(self, body: Body, kind: str) -> Iterator[Delta]:
        said = text(body, "delta")
        if not said:
            return
        self._at(body).parts.add(count(body, "content_index"))
        yield TextDelta(said) if kind == "response.output_text.delta" else RefusalDelta(said)

    def _arguments(self, body: Body) -> Iterator[Delta]:
        """Arguments of a call whose name is not known yet come with the whole item."""
        item, arguments = self._at(body), text(body, "delta")
        if item.call is not None and arguments:
            item.has_spoken = True
            yield ToolDelta(item.call, arguments)

    def _thought(self, body: Body, kind: str) -> Iterator[Delta]:
        item, said = self._at(body), text(body, "delta")
        if not said or item.thought not in ("", kind):
            return
        part = count(body, "summary_index", "content_index")
        gap = "\n\n" if item.thought and part != item.thought_part else ""
        item.thought, item.thought_part = kind, part
        yield ReasoningDelta(gap + said)

    def _item(self, body: Body, kind: str) -> Iterator[Delta]:
        given = body.get("item")
        if not isinstance(given, dict):
            return
        if kind == "response.output_item.done":
            yield from self._whole(self._at(body), given)
        elif given.get("type") in ("function_call", "custom_tool_call"):
            yield from self._opened(self._at(body), given)

    def _opened(self, item: OpenItem, given: Body) -> Iterator[Delta]:
        call = next(parts_of(given), None)
        if item.call is None and isinstance(call, ToolCall):
            item.call = self._calls
            self._calls += 1
            has_id = given.get("call_id") or given.get("id")
            call_id = call.id if has_id else f"call_{item.call}_{call.name}"
            yield ToolBegin(item.call, call_id, call.name, call.kind, call.namespace)

    def _whole(self, item: OpenItem, given: Body) -> Iterator[Delta]:
        """What a whole item says that was not said yet."""
        if item.is_done:
            return
        item.is_done = True
        if given.get("type") == "message":
            yield from self._message(item, given)
            return
        for part in parts_of(given):
            match part:
                case Reasoning():
                    yield from thought_of(part, has_spoken=bool(item.thought))
                case ToolCall():
                    yield from self._opened(item, given)
                    if item.call is not None and not item.has_spoken and part.arguments:
                        yield ToolDelta(item.call, part.arguments)
                case _:
                    yield PartDelta(part)

    def _message(self, item: OpenItem, given: Body) -> Iterator[Delta]:
        content = given.get("content")
        for position, piece in enumerate(content if isinstance(content, list) else ()):
            if position in item.parts:
                continue
            for part in parts_of({"type": "message", "content": [piece]}):
                match part:
                    case Text():
                        yield TextDelta(part.text)
                    case Refusal():
                        yield RefusalDelta(part.text)
                    case _:
                        yield PartDelta(part)

    def _finish(self, response: Any) -> Iterator[Delta]:
        """The end, with the whole answer once more: what was not said yet is said here."""
        if not isinstance(response, dict):
            return
        output = response.get("output")
        is_silent = not self._items
        for number, given in enumerate(output if isinstance(output, list) else ()):
            if is_silent or number in self._items:
                yield from self._item({"output_index": number, "item": given}, "response.output_item.done")
        self._is_over = True
        if isinstance(usage := response.get("usage"), dict):
            yield Spent(from_openai_usage(usage, response.get("service_tier")))
        yield Finished(finish_of(response, self._calls > 0))

    def _failed(self, error: Any) -> Failed:
        self._is_over = True
        said = parse_error({"error": error})
        status = STATUSES.get(said.code) or error_status(UsageBody(error=error))
        return Failed(said.message or explained(error), said.kind, said.code, status)


def parts_of(item: Body) -> Iterator[Part]:
    """The parts of an item; none where it is not as it should be."""
    try:
        yield from said_by(item)
    except Malformed:
        return


def explained(error: Any) -> str:
    try:
        return json_text(error)
    except Malformed:
        return "an error that is no message"


def thought_of(part: Reasoning, *, has_spoken: bool) -> Iterator[Delta]:
    if part.text and not has_spoken:
        yield ReasoningDelta(part.text)
    if part.signature:
        yield ReasoningDelta(signature=part.signature, origin=part.origin)
