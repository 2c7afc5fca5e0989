"""A provider's Messages stream as deltas."""

from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Failed,
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
from gateway.dialects.anthropic.responses import (
    STATUSES,
    finish_of,
    from_anthropic_usage,
    issued,
    merged_usage,
    parse_error,
    parse_refusal,
    text,
)
from gateway.dialects.format import Body, Malformed
from gateway.dialects.openai import member
from gateway.dialects.reading import json_object, json_text
from gateway.sse import Event

_decode = msgspec.json.Decoder().decode
_SAID_AS_IT_COMES = ("text", "thinking", "redacted_thinking")


class OpenBlock:
    """A block that is still being told. `number`: of its tool call, or None for a block that is Anthropic's own."""

    def __init__(self, body: Body, number: int | None) -> None:
        self.body = body
        self.number = number
        self.arguments = ""


class AnthropicReader:
    """Event by event. What is said goes out at once; only Anthropic's own blocks wait until they are whole."""

    def __init__(self) -> None:
        self._begun = False
        self._open: dict[Any, OpenBlock] = {}
        self._calls = 0
        self._usage: Body = {}
        self._reason: Any = None
        self._stop_sequence = ""
        self._is_over = False

    def feed(self, event: Event) -> list[Delta]:
        try:
            body = _decode(event.data)
        except (msgspec.MsgspecError, RecursionError):
            return []
        if self._is_over or not isinstance(body, dict):
            return []
        try:
            return self._told(body)
        except Malformed:  # something in it is nested too deeply to be told
            return []

    def end(self) -> list[Delta]:
        """Without `message_stop` an answer is not whole."""
        if self._is_over:
            return []
        self._is_over = True
        return [Failed("closed the stream in the middle")]

    def _fail(self, body: Body) -> list[Delta]:
        self._is_over = True
        error = parse_error(body)
        message = error.message or json_text(body.get("error"))
        return [Failed(message, error.kind, error.code, STATUSES.get(error.kind))]

    def _told(self, body: Body) -> list[Delta]:
        if body.get("error") or body.get("type") == "error":
            return self._fail(body)
        match body.get("type"):
            case "content_block_delta":
                return self._begin({}) + self._more(body.get("index"), member(body, "delta"))
            case "content_block_start":
                return self._begin({}) + self._block(body.get("index"), member(body, "content_block"))
            case "content_block_stop":
                return self._close(body.get("index"))
            case "message_start":
                return self._start(member(body, "message"))
            case "message_delta":
                return self._begin({}) + self._last(body)
            case "message_stop":
                return self._finish()
        return []

    def _start(self, message: Any) -> list[Delta]:
        """A second one means that the provider began anew: what was open there will not go on."""
        self._open = {}
        self._usage = merged_usage(self._usage, member(message, "usage"))
        return self._begin(message)

    def _begin(self, message: Any) -> list[Delta]:
        if self._begun:
            return []
        self._begun = True
        usage = from_anthropic_usage(self._usage) if self._usage else None
        return [Begin(text(message, "id"), text(message, "model"), usage=usage)]

    def _block(self, index: Any, block: Any) -> list[Delta]:
        """A block begins; some servers put all of it into its beginning."""
        if not isinstance(block, dict) or isinstance(index, dict | list):
            return []
        kind = block.get("type")
        if kind in _SAID_AS_IT_COMES:
            return said(text(block, "text"), text(block, "thinking"), text(block, "signature")) + redacted(block)
        if kind != "tool_use":
            self._open[index] = OpenBlock(block, None)
            return []
        number, self._calls = self._calls, self._calls + 1
        self._open[index] = OpenBlock(block, number)
        name = text(block, "name")
        return [ToolBegin(number, text(block, "id") or f"call_{number}_{name}", name)]

    def _more(self, index: Any, delta: Any) -> list[Delta]:
        arguments = text(delta, "partial_json")
        if not arguments:
            return said(text(delta, "text"), text(delta, "thinking"), text(delta, "signature"))
        block = None if isinstance(index, dict | list) else self._open.get(index)
        if block is None:
            return []
        if block.number is not None:
            block.arguments = "begun"
            return [ToolDelta(block.number, arguments)]
        block.arguments += arguments
        return []

    def _close(self, index: Any) -> list[Delta]:
        block = None if isinstance(index, dict | list) else self._open.pop(index, None)
        if block is None:
            return []
        given = block.body.get("input")
        if block.number is None:
            whole = {"input": json_object(block.arguments)} if block.arguments else {}
            return [PartDelta(Foreign(DIALECT, block.body | whole))]
        return [ToolDelta(block.number, json_text(given))] if given and not block.arguments else []

    def _last(self, body: Body) -> list[Delta]:
        delta = body["delta"] if isinstance(body.get("delta"), dict) else {}
        self._reason = delta.get("stop_reason") or self._reason
        self._stop_sequence = text(delta, "stop_sequence") or self._stop_sequence
        deltas: list[Delta] = [RefusalDelta(part.text) for part in parse_refusal(delta)]
        if isinstance(body.get("usage"), dict):
            self._usage = merged_usage(self._usage, body["usage"])
            deltas.append(Spent(from_anthropic_usage(self._usage)))
        return deltas

    def _finish(self) -> list[Delta]:
        self._is_over = True
        left = [delta for index in list(self._open) for delta in self._close(index)]
        finished = Finished(finish_of(self._reason, self._calls > 0), self._stop_sequence)
        return [*self._begin({}), *left, finished]


def said(told: str, thought: str, signature: str) -> list[Delta]:
    deltas: list[Delta] = [TextDelta(told)] if told else []
    if thought:
        deltas.append(ReasoningDelta(thought))
    if signature:
        deltas.append(ReasoningDelta("", *issued(signature)))
    return deltas


def redacted(block: Body) -> list[Delta]:
    data = text(block, "data")
    return [ReasoningDelta("", *issued(data), is_redacted=True)] if data else []
