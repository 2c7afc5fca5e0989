"""The output items of a streamed answer while they are being written: what is said when they begin, go on and end.

Nothing here knows of bytes: an event is its type and its members, in the order the Responses API has them.
"""

from collections.abc import Iterator
from typing import Literal

from gateway.chat import ToolBegin, ToolCall
from gateway.dialects.format import Body
from gateway.dialects.openai_responses.responses import call_item, call_item_id, message_item, reasoning_item

Events = Iterator[tuple[str, Body]]
ContentType = Literal["output_text", "refusal"]


class OpenMessage:
    """Text and refusals, part after part."""

    def __init__(self, base: str, index: int) -> None:
        self.index, self.item_id = index, f"msg_{base}_{index}"
        self.item = message_item(self.item_id, [], "in_progress")
        self._parts: list[Body] = []
        self._type: ContentType = "output_text"
        self._pieces: list[str] = []

    def say(self, kind: ContentType, text: str) -> Events:
        if not self._pieces or kind != self._type:
            yield from self._end_part()
            self._type = kind
            yield "response.content_part.added", self._at() | {"part": content_part(kind, "")}
        self._pieces.append(text)
        yield f"response.{kind}.delta", self._at() | {"delta": text} | logprobs(kind)

    def end(self, status: str) -> Events:
        yield from self._end_part()
        self.item = message_item(self.item_id, self._parts, status)

    def _end_part(self) -> Events:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        member = "text" if self._type == "output_text" else "refusal"
        part = content_part(self._type, text)
        yield f"response.{self._type}.done", self._at() | {member: text} | logprobs(self._type)
        yield "response.content_part.done", self._at() | {"part": part}
        self._parts.append(part)
        self._pieces = []

    def _at(self) -> Body:
        return {"item_id": self.item_id, "content_index": len(self._parts)}


def content_part(kind: ContentType, text: str) -> Body:
    if kind == "refusal":
        return {"type": kind, "refusal": text}
    return {"type": kind, "text": text, "annotations": [], "logprobs": []}


def logprobs(kind: ContentType) -> Body:
    """OpenAI's SDK wants them in every event of a text."""
    return {"logprobs": []} if kind == "output_text" else {}


class OpenReasoning:
    """A thought as a summary of one part, the form that every client shows."""

    def __init__(self, base: str, index: int) -> None:
        self.index, self.item_id = index, f"rs_{base}_{index}"
        self.item = reasoning_item(self.item_id, "", "")
        self.seal = ""
        self._at = {"item_id": self.item_id, "summary_index": 0}
        self._pieces: list[str] = []

    def say(self, text: str) -> Events:
        if not self._pieces:
            part = {"type": "summary_text", "text": ""}
            yield "response.reasoning_summary_part.added", self._at | {"part": part}
        self._pieces.append(text)
        yield "response.reasoning_summary_text.delta", self._at | {"delta": text}

    def end(self, status: str) -> Events:
        """A thought has no status: it is whole or it is not there."""
        text = "".join(self._pieces)
        if text:
            yield "response.reasoning_summary_text.done", self._at | {"text": text}
            part = {"type": "summary_text", "text": text}
            yield "response.reasoning_summary_part.done", self._at | {"part": part}
        self.item = reasoning_item(self.item_id, text, self.seal)


class OpenCall:
    """A call of a tool, whose arguments come bit by bit, maybe in turns with those of other calls."""

    def __init__(self, base: str, index: int, begin: ToolBegin) -> None:
        self._begin = begin
        self._pieces: list[str] = []
        self._event, self._member = "response.function_call_arguments", "arguments"
        if begin.kind == "custom":
            self._event, self._member = "response.custom_tool_call_input", "input"
        self.index, self.item_id = index, call_item_id(base, index, begin.kind)
        self.item = self._written("", "in_progress")

    def say(self, arguments: str) -> Events:
        self._pieces.append(arguments)
        yield f"{self._event}.delta", {"item_id": self.item_id, "delta": arguments}

    def end(self, status: str) -> Events:
        if not self._pieces and self._begin.kind == "function":
            yield from self.say("{}")  # an empty text is no JSON
        arguments = "".join(self._pieces)
        yield f"{self._event}.done", {"item_id": self.item_id, self._member: arguments}
        self.item = self._written(arguments, status)

    def _written(self, arguments: str, status: str) -> Body:
        begin = self._begin
        call = ToolCall(begin.id, begin.name, arguments, begin.kind, begin.namespace)
        return call_item(self.item_id, call, status)


class WholeItem:
    """An item that comes in one piece."""

    def __init__(self, index: int, item: Body) -> None:
        self.index, self.item = index, item

    def end(self, status: str) -> Events:
        return iter(())


OpenItem = OpenMessage | OpenReasoning | OpenCall | WholeItem
