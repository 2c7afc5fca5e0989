"""A provider's Chat Completions stream as deltas, whatever the provider makes of the format."""

from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finish,
    Finished,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    RefusalDelta,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolDelta,
)
from gateway.dialects.openai import from_openai_usage, member
from gateway.dialects.openai_chat.request_parsing import parse_part
from gateway.dialects.openai_chat.responses import finish_of, parse_error, text
from gateway.dialects.reading import json_text
from gateway.sse import DONE, Event

_decode = msgspec.json.Decoder().decode


class OpenCall:
    """A tool call whose name may not have come yet. `waiting`: arguments that came before it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.id = ""
        self.has_begun = False
        self.has_arguments = False
        self.waiting = ""


class ChatReader:
    """Chunk by chunk. Tool calls are numbered as they appear, however the provider numbers them."""

    def __init__(self) -> None:
        self._begun = False
        self._calls: dict[tuple[int, Any], OpenCall] = {}
        self._newest: dict[int, OpenCall] = {}
        self._finishes: dict[int, Finish] = {}
        self._told: set[int] = set()
        self._failed = False

    def feed(self, event: Event) -> list[Delta]:
        if event.data == DONE:
            return self._finish()
        try:
            chunk = _decode(event.data)
        except (msgspec.MsgspecError, RecursionError):
            return []
        if not isinstance(chunk, dict):
            return []
        if chunk.get("error"):
            return self._fail(chunk)
        return [*self._begin(chunk), *self._choices(chunk), *self._spent(chunk)]

    def end(self) -> list[Delta]:
        """An answer without a finish reason is not whole."""
        last = self._finish()
        if self._finishes or self._failed:
            return last
        return [Failed("closed the stream in the middle")]

    def _fail(self, chunk: dict[str, Any]) -> list[Delta]:
        self._failed = True
        error = parse_error(chunk)
        return [Failed(error.message or json_text(chunk["error"]), error.kind, error.code)]

    def _begin(self, chunk: dict[str, Any]) -> list[Delta]:
        if self._begun or not chunk.get("choices"):
            return []  # Azure's first chunk has no choices, and neither id nor model
        self._begun = True
        return [Begin(text(chunk, "id"), text(chunk, "model"), int(chunk.get("created") or 0))]

    def _choices(self, chunk: dict[str, Any]) -> list[Delta]:
        deltas: list[Delta] = []
        for item in chunk.get("choices") or ():
            index = item.get("index") or 0
            deltas += self._said(item.get("delta") or {}, index)
            if reason := item.get("finish_reason"):
                has_calls = any(choice == index for choice, _ in self._calls)
                self._finishes[index] = finish_of(reason, has_calls)
        return deltas

    def _said(self, delta: dict[str, Any], choice: int) -> list[Delta]:
        said: list[Delta] = []
        if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
            said.append(ReasoningDelta(str(reasoning), choice=choice))
        content = delta.get("content")
        if isinstance(content, str) and content:
            said.append(TextDelta(content, choice))
        elif isinstance(content, list):  # Mistral's thinking models
            said += self._parts(content, choice)
        if refusal := delta.get("refusal"):
            said.append(RefusalDelta(refusal, choice))
        for number, call in enumerate(delta.get("tool_calls") or ()):
            said += self._call(call, number, choice)
        return said

    def _parts(self, content: list[Any], choice: int) -> list[Delta]:
        said: list[Delta] = []
        for item in content:
            part = parse_part(item)
            match part:
                case Text():
                    said.append(TextDelta(part.text, choice))
                case Reasoning():
                    said.append(ReasoningDelta(part.text, choice=choice))
                case None:
                    pass  # an empty text
                case _:
                    said.append(PartDelta(part, choice))
        return said

    def _call(self, item: dict[str, Any], number: int, choice: int) -> list[Delta]:
        """One entry of `tool_calls`. The index may be missing or wrong, the id late, the name repeated."""
        function = item.get("function") or item.get("custom") or {}
        call = self._which(item, number, choice)
        call.id = call.id or item.get("id") or ""
        arguments = function.get("arguments", function.get("input")) or ""
        arguments = arguments if isinstance(arguments, str) else json_text(arguments)
        said: list[Delta] = []
        if not call.has_begun and (name := function.get("name")):
            said.append(self._opened(call, item, name, choice))
            arguments, call.waiting = call.waiting + arguments, ""
        if not call.has_begun:
            call.waiting += arguments
        elif arguments:
            call.has_arguments = True
            said.append(ToolDelta(call.number, arguments, choice))
        return said

    def _opened(self, call: OpenCall, item: dict[str, Any], name: str, choice: int) -> Delta:
        call.has_begun = True
        google = member(member(item, "extra_content"), "google")
        return ToolBegin(
            call.number,
            call.id or f"call_{choice}_{call.number}_{name}",
            name,
            kind="custom" if "custom" in item else "function",
            signature=text(google, "thought_signature") if google else "",
            choice=choice,
        )

    def _which(self, item: dict[str, Any], number: int, choice: int) -> OpenCall:
        """The call an entry belongs to: by its index, else by its id, else the newest."""
        key = item.get("index")
        if key is None:
            key = item.get("id")
        if key is None and choice in self._newest:
            return self._newest[choice]
        known = self._calls.get((choice, key))
        repeats = known and item.get("id") and known.id and item["id"] != known.id
        if known is None or repeats:  # one index for all of them: a new id is a new call
            count = sum(1 for which, _ in self._calls if which == choice)
            known = OpenCall(count)
            if repeats:
                self._calls[choice, ("before", count)] = self._calls[choice, key]
            self._calls[choice, key] = known
        self._newest[choice] = known
        return known

    def _spent(self, chunk: dict[str, Any]) -> list[Delta]:
        usage = chunk.get("usage") or member(chunk.get("x_groq"), "usage")
        return [Spent(from_openai_usage(usage))] if isinstance(usage, dict) else []

    def _finish(self) -> list[Delta]:
        """Finishes come last: content, and usage, may follow the chunk that has the reason."""
        new = [choice for choice in self._finishes if choice not in self._told]
        self._told.update(new)
        return [Finished(self._finishes[choice], choice=choice) for choice in new]
