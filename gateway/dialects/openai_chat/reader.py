"""A provider's Chat Completions stream as deltas, whatever the provider makes of the format."""

import json
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
    RefusalDelta,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolDelta,
)
from gateway.dialects.format import Malformed
from gateway.dialects.openai import UsageBody, count, error_status, from_openai_usage, member
from gateway.dialects.openai_chat.request_parsing import mark_of, parse_part, signature_of
from gateway.dialects.openai_chat.responses import BROKEN, finish_of, index_of, parse_error, text
from gateway.dialects.openai_chat.think_tags import ThinkTags
from gateway.dialects.reading import json_object, json_text
from gateway.sse import DONE, Event

_decode = msgspec.json.Decoder().decode


class OpenCall:
    """A tool call whose name may not have come yet. `waiting`: arguments that came before it."""

    def __init__(self) -> None:
        self.number = 0
        self.id = ""
        self.has_begun = False
        self.has_arguments = False
        self.waiting = ""


class ChatReader:
    """Chunk by chunk. Tool calls are numbered as they begin, however the provider numbers them."""

    def __init__(self) -> None:
        self._begun = False
        self._mark = ""
        self._over = False
        self._calls: dict[tuple[int, int | str], OpenCall] = {}  # by choice and index
        self._ids: dict[tuple[int, str], OpenCall] = {}
        self._newest: dict[int, OpenCall] = {}
        self._begun_calls: dict[int, int] = {}
        self._tags: dict[int, ThinkTags] = {}
        self._choices: dict[int, str] = {}  # every choice that spoke, and its reason to finish once it has one

    def feed(self, event: Event) -> list[Delta]:
        if event.data == DONE:
            return self._finish()
        chunk = None if self._over else read(event.data)
        if chunk is None:
            return []
        if chunk.get("error"):
            return self._fail(chunk)
        try:
            return [*self._begin(chunk), *self._said_by_all(chunk), *self._spent(chunk)]
        except Malformed:  # arguments that are nested beyond all measure
            return []

    def end(self) -> list[Delta]:
        """An answer without a finish reason is not whole."""
        if self._over:
            return []
        if self._choices and all(self._choices.values()):
            return self._finish()
        return self._broken("closed the stream in the middle")

    def _fail(self, chunk: dict[str, Any]) -> list[Delta]:
        self._over = True
        error = parse_error(chunk)
        status = error_status(UsageBody(error=chunk["error"]))
        return [Failed(error.message or str(chunk["error"])[:500], error.kind, error.code, status)]

    def _broken(self, how: str) -> list[Delta]:
        self._over = True
        return [Failed(how)]

    def _begin(self, chunk: dict[str, Any]) -> list[Delta]:
        if self._begun or not (chunk.get("choices") or chunk.get("usage")):
            return []  # Azure's first chunk has no choices, and neither id nor model
        self._begun = True
        self._mark = mark_of(text(chunk, "id"))
        return [Begin(text(chunk, "id"), text(chunk, "model"), count(chunk, "created"))]

    def _said_by_all(self, chunk: dict[str, Any]) -> list[Delta]:
        said: list[Delta] = []
        for item in objects(chunk.get("choices")):
            index = index_of(item)
            self._choices.setdefault(index, "")
            if isinstance(delta := item.get("delta"), dict):
                said += self._said(delta, index)
            if reason := text(item, "finish_reason"):
                said += self._held_back(index)
                self._choices[index] = reason
        return said

    def _said(self, delta: dict[str, Any], choice: int) -> list[Delta]:
        said: list[Delta] = []
        if reasoning := text(delta, "reasoning_content") or text(delta, "reasoning"):
            said.append(ReasoningDelta(reasoning, choice=choice))
        content = delta.get("content")
        if isinstance(content, str) and content:
            said += self._untagged(content, choice)
        elif isinstance(content, list):  # Mistral's thinking models
            said += self._parts(content, choice)
        if refusal := text(delta, "refusal"):
            said.append(RefusalDelta(refusal, choice))
        if calls := calls_in(delta):
            said += self._held_back(choice)
        for number, call in enumerate(calls):
            said += self._call(call, number, choice)
        return said

    def _untagged(self, content: str, choice: int) -> list[Delta]:
        """The text, and what open models think in it."""
        tags = self._tags.get(choice) or self._tags.setdefault(choice, ThinkTags())
        return [told(is_thought, piece, choice) for is_thought, piece in tags.feed(content)]

    def _held_back(self, choice: int) -> list[Delta]:
        """What looked like the beginning of a tag, once it is clear that it is none."""
        tags = self._tags.get(choice)
        return [told(is_thought, piece, choice) for is_thought, piece in tags.end()] if tags else []

    def _parts(self, content: list[Any], choice: int) -> list[Delta]:
        said: list[Delta] = []
        for item in content:
            match readable_part(item):
                case None:
                    pass
                case Text(text=piece):
                    said.append(TextDelta(piece, choice))
                case Reasoning(text=piece):
                    said.append(ReasoningDelta(piece, choice=choice))
                case part:
                    said.append(PartDelta(part, choice))
        return said

    def _call(self, item: dict[str, Any], number: int, choice: int) -> list[Delta]:
        """One entry of `tool_calls`. The index may be missing or wrong, the id late, the name repeated."""
        function = called_in(item)
        call = self._which(item, number, choice)
        call.id = call.id or text(item, "id")
        arguments = pieces_of(function)
        said: list[Delta] = []
        if not call.has_begun and (name := text(function, "name")):
            said.append(self._opened(call, item, name, choice))
            arguments, call.waiting = call.waiting + arguments, ""
        if not call.has_begun:
            call.waiting += arguments
        elif arguments:
            call.has_arguments = True
            said.append(ToolDelta(call.number, arguments, choice))
        return said

    def _opened(self, call: OpenCall, item: dict[str, Any], name: str, choice: int) -> Delta:
        """A call begins with its name. An id that comes later is not waited for, so one is made up."""
        call.has_begun = True
        call.number = self._begun_calls.get(choice, 0)
        self._begun_calls[choice] = call.number + 1
        return ToolBegin(
            call.number,
            call.id or f"call_{self._mark}{choice}_{call.number}_{name}",
            name,
            kind="custom" if isinstance(item.get("custom"), dict) else "function",
            signature=signature_of(item),
            choice=choice,
        )

    def _which(self, item: dict[str, Any], number: int, choice: int) -> OpenCall:
        """The call an entry belongs to; a new one where it belongs to none that is known."""
        index, call_id = item.get("index"), text(item, "id")
        if isinstance(index, int | str):
            known = self._at_index(index, call_id, choice)
        else:
            known = self._without_index(item, number, choice)
        if known is None or repeats(known, item):
            known = OpenCall()
        self._newest[choice] = known
        if isinstance(index, int | str):
            self._calls[choice, index] = known
        if call_id:
            self._ids[choice, call_id] = known
        return known

    def _at_index(self, index: int | str, call_id: str, choice: int) -> OpenCall | None:
        """By its index, unless the id says otherwise: some servers give all calls the same index."""
        known = self._calls.get((choice, index))
        if known and call_id and known.id and known.id != call_id:
            return self._ids.get((choice, call_id))
        return known

    def _without_index(self, item: dict[str, Any], number: int, choice: int) -> OpenCall | None:
        """By its id, else the newest, unless this is the next of several named calls in one chunk."""
        call_id, name, newest = text(item, "id"), text(called_in(item), "name"), self._newest.get(choice)
        if call_id:
            is_late = newest is not None and not newest.id and not name
            return self._ids.get((choice, call_id)) or (newest if is_late else None)
        return None if number > 0 and name else newest

    def _spent(self, chunk: dict[str, Any]) -> list[Delta]:
        usage = chunk.get("usage") or member(chunk.get("x_groq"), "usage")
        tier = chunk.get("service_tier")
        return [Spent(from_openai_usage(usage, tier))] if isinstance(usage, dict) and usage else []

    def _finish(self) -> list[Delta]:
        """Finishes come last: content, and usage, may follow the chunk that has the reason."""
        if self._over or not self._choices or not all(self._choices.values()):
            return []  # `end` says that it broke off
        if gave_up := BROKEN.intersection(self._choices.values()):
            return self._broken(f"gave up in the middle ({min(gave_up)})")
        self._over = True
        return [
            Finished(finish_of(reason, choice in self._begun_calls), choice=choice)
            for choice, reason in self._choices.items()
        ]


def told(is_thought: bool, piece: str, choice: int) -> Delta:
    return ReasoningDelta(piece, choice=choice) if is_thought else TextDelta(piece, choice)


def read(data: bytes) -> dict[str, Any] | None:
    """A chunk's JSON object; None for anything else."""
    try:
        chunk = _decode(data)
    except (msgspec.MsgspecError, RecursionError):
        chunk = read_leniently(data)
    return chunk if isinstance(chunk, dict) else None


def read_leniently(data: bytes) -> Any:
    """Vendors cut an emoji's escape in two; halves of a surrogate, which nothing can encode, become "?"."""
    try:
        return _decode(json.dumps(json.loads(data), ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None


def objects(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def calls_in(delta: dict[str, Any]) -> list[dict[str, Any]]:
    """The entries of `tool_calls`; the deprecated `function_call` as one."""
    if isinstance(call := delta.get("function_call"), dict):
        return [{"index": 0, "function": call}]
    return objects(delta.get("tool_calls"))


def called_in(item: dict[str, Any]) -> dict[str, Any]:
    called = item.get("function") or item.get("custom")
    return called if isinstance(called, dict) else {}


def pieces_of(function: dict[str, Any]) -> str:
    """More of the arguments, or of a custom tool's input; some servers give them as an object."""
    arguments = function.get("arguments") or function.get("input")
    if isinstance(arguments, dict | list):
        return json_text(arguments)
    return arguments if isinstance(arguments, str) else ""


def repeats(known: OpenCall, item: dict[str, Any]) -> bool:
    """Whether an entry without an id of its own is another call in the same place: named, and whole by itself."""
    function = called_in(item)
    if text(item, "id") or not known.has_arguments or not text(function, "name"):
        return False
    arguments = pieces_of(function)
    return bool(arguments) and "_raw" not in json_object(arguments)


def readable_part(item: Any) -> Part | None:
    try:
        return parse_part(item)
    except Malformed:
        return None
