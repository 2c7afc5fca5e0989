"""A provider's Gemini stream (`alt=sse`) as deltas."""

from typing import Any

import msgspec

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finish,
    Finished,
    Part,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolDelta,
)
from gateway.dialects.format import Body, Malformed
from gateway.dialects.gemini.call_ids import CallIds
from gateway.dialects.gemini.members import camel, several
from gateway.dialects.gemini.part_parsing import own_signature, parse_part
from gateway.dialects.gemini.partial_arguments import PartialArguments
from gateway.dialects.gemini.responses import (
    FAULTS,
    error_in,
    fault,
    finish_of,
    is_blocked,
    parse_error,
    text,
    usage_of,
)
from gateway.dialects.openai import count, member
from gateway.dialects.reading import json_text
from gateway.sse import Event

_decode = msgspec.json.Decoder().decode


class OpenCall:
    """A call whose arguments come in pieces."""

    def __init__(self, number: int, given_id: str, name: str) -> None:
        self.number, self.given_id, self.name = number, given_id, name
        self.arguments = PartialArguments()

    def goes_on_in(self, call: Body) -> bool:
        """Whether an entry is more of this call: later pieces leave the name out, or repeat it."""
        named, given_id = text(call, "name"), text(call, "id")
        return not named or (named == self.name and "args" not in call and given_id in ("", self.given_id))


class Candidate:
    """What is known of one answer. `thinks`: a thought was said last, and its signature may still come."""

    def __init__(self, index: int, response_id: str) -> None:
        self.index = index
        self.ids = CallIds(f"{response_id} {index}")
        self.calls = 0
        self.open: OpenCall | None = None
        self.reason = ""
        self.thinks = False


class GeminiReader:
    """Chunk by chunk. The end comes last: Gemini has no mark for it, and content may follow a finish reason."""

    def __init__(self) -> None:
        self._has_begun = False
        self._is_over = False
        self._response_id = ""
        self._candidates: dict[int, Candidate] = {}
        self._is_blocked = False

    def feed(self, event: Event) -> list[Delta]:
        try:
            body = _decode(event.data)
            chunks = body if isinstance(body, list) else [body]  # an error may come in a list
            return [delta for chunk in chunks if isinstance(chunk, dict) for delta in self._chunk(camel(chunk))]
        except (msgspec.MsgspecError, RecursionError):
            return []

    def end(self) -> list[Delta]:
        """An answer without a finish reason is not whole."""
        if self._is_over:
            return []
        self._is_over = True
        if self._is_blocked and not self._candidates:
            return [Finished("content_filter")]
        if not self._candidates or not all(candidate.reason for candidate in self._candidates.values()):
            return [Failed("closed the stream in the middle")]
        return [delta for candidate in self._candidates.values() for delta in self._finish(candidate)]

    def _chunk(self, chunk: Body) -> list[Delta]:
        if self._is_over or not chunk:
            return []
        if chunk.get("error"):
            return [self._fail(chunk)]
        self._response_id = self._response_id or text(chunk, "responseId")
        self._is_blocked = self._is_blocked or is_blocked(chunk)
        said = self._said(chunk)
        failed = [delta for delta in said if isinstance(delta, Failed)]
        if failed == said and said and not self._has_begun:
            return said  # nothing but a failure: the call may still go elsewhere
        usage = usage_of(chunk)
        spent: list[Delta] = [Spent(usage)] if usage else []
        return [*self._begin(chunk), *said[: len(said) - len(failed)], *spent, *failed]

    def _fail(self, chunk: Body) -> Failed:
        self._is_over = True
        error = parse_error(chunk)
        status = int(error.code) if error.code.isascii() and error.code.isdigit() and len(error.code) == 3 else 0
        message = error.message or json_text(error_in(chunk))[:500]
        return Failed(message, error.kind, error.code, status if 400 <= status <= 599 else None)

    def _begin(self, chunk: Body) -> list[Delta]:
        if self._has_begun:
            return []
        self._has_begun = True
        return [Begin(self._response_id, text(chunk, "modelVersion"), usage=usage_of(chunk))]

    def _said(self, chunk: Body) -> list[Delta]:
        said: list[Delta] = []
        for item in objects(chunk, "candidates"):
            candidate = self._candidate(count(item, "index"))
            for part in objects(member(item, "content"), "parts"):
                said += self._part(part, candidate)
            candidate.reason = text(item, "finishReason") or candidate.reason
            if candidate.reason in FAULTS:
                self._is_over = True
                return [*said, Failed(fault(item), candidate.reason)]
        return said

    def _candidate(self, index: int) -> Candidate:
        if index not in self._candidates:
            self._candidates[index] = Candidate(index, self._response_id)
        return self._candidates[index]

    def _part(self, item: Body, candidate: Candidate) -> list[Delta]:
        if isinstance(item.get("functionCall"), dict):
            candidate.thinks = False
            return self._call(camel(item["functionCall"]), text(item, "thoughtSignature"), candidate)
        try:
            part = parse_part(item, candidate.ids)
        except Malformed:
            return []
        return self._told(part, item.get("thought") is True, candidate)

    def _told(self, part: Part | None, is_thought: bool, candidate: Candidate) -> list[Delta]:
        """A part as deltas. A signature alone is a thought's if it follows one; a text's has no place in a stream."""
        match part:
            case None:
                return []
            case Reasoning(text="") if not (is_thought or candidate.thinks):
                return []
            case Reasoning():
                candidate.thinks = not part.signature
                return [
                    ReasoningDelta(part.text, part.signature, part.origin, part.is_redacted, choice=candidate.index)
                ]
        candidate.thinks = False
        if isinstance(part, Text):
            return [TextDelta(part.text, candidate.index)]
        return [PartDelta(part, candidate.index)]

    def _call(self, call: Body, signature: str, candidate: Candidate) -> list[Delta]:
        """A call in one piece, or the beginning, the middle or the end of one in many."""
        said: list[Delta] = []
        if candidate.open and not candidate.open.goes_on_in(call):
            said += close(candidate)
        if not candidate.open:
            if not text(call, "name"):
                return said
            said.append(self._opened(call, signature, candidate))
            if "partialArgs" not in call and call.get("willContinue") is not True:
                arguments = json_text(call.get("args") or {})
                return [*said, ToolDelta(candidate.calls - 1, arguments, candidate.index)]
            candidate.open = OpenCall(candidate.calls - 1, text(call, "id"), text(call, "name"))
        pieces = call.get("partialArgs")
        for piece in pieces if isinstance(pieces, list) else ():
            candidate.open.arguments.add(camel(piece) if isinstance(piece, dict) else piece)
        return said if call.get("willContinue") is True else said + close(candidate)

    def _opened(self, call: Body, signature: str, candidate: Candidate) -> Delta:
        name = text(call, "name")
        number, candidate.calls = candidate.calls, candidate.calls + 1
        call_id = candidate.ids.of_call(text(call, "id"), name)
        return ToolBegin(number, call_id, name, signature=own_signature(signature), choice=candidate.index)

    def _finish(self, candidate: Candidate) -> list[Delta]:
        finish: Finish = finish_of(candidate.reason, candidate.calls > 0)
        return [*close(candidate), Finished(finish, choice=candidate.index)]


def close(candidate: Candidate) -> list[Delta]:
    """The arguments of the call that came in pieces, if there is one."""
    call, candidate.open = candidate.open, None
    return [ToolDelta(call.number, json_text(call.arguments.value), candidate.index)] if call else []


def objects(body: Any, name: str) -> list[Body]:
    """The objects under a name, or none: a stream skips what it cannot read."""
    try:
        return several(camel(body), name) if isinstance(body, dict) else []
    except Malformed:
        return []
