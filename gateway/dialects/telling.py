"""A whole answer as the deltas of a stream, for clients that asked for one; and thoughts put together from deltas."""

from collections.abc import Iterator

from gateway.chat import (
    Begin,
    Choice,
    Delta,
    Finished,
    Part,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    Refusal,
    RefusalDelta,
    Response,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolCall,
    ToolDelta,
)


def told(response: Response) -> Iterator[Delta]:
    """The answer, choice by choice, each part in one piece."""
    yield Begin(response.id, response.model, response.created, response.usage)
    for choice in response.choices or (Choice(()),):  # a stream has to finish
        yield from told_choice(choice)
    if response.usage:
        yield Spent(response.usage)


def told_choice(choice: Choice) -> Iterator[Delta]:
    calls = 0
    for part in choice.parts:
        yield from told_part(part, calls, choice.index)
        calls += isinstance(part, ToolCall)
    yield Finished(choice.finish or "stop", choice.stop_sequence, choice.index)


def told_part(part: Part, calls: int, choice: int) -> Iterator[Delta]:
    match part:
        case Text():
            yield TextDelta(part.text, choice)
        case Refusal():
            yield RefusalDelta(part.text, choice)
        case Reasoning():
            yield ReasoningDelta(part.text, part.signature, part.origin, part.is_redacted, choice)
        case ToolCall():
            yield ToolBegin(calls, part.id, part.name, part.kind, part.namespace, part.signature, choice)
            yield ToolDelta(calls, part.arguments, choice)
        case _:
            yield PartDelta(part, choice)


class Thoughts:
    """The thoughts before a tool call, from their pieces as they come. Each ends with its signature, if it has one."""

    def __init__(self) -> None:
        self._whole: list[Reasoning] = []
        self._pieces: list[str] = []
        self._has_called = False

    def add(self, piece: ReasoningDelta | Reasoning) -> None:
        if self._has_called:  # what comes now is thought about what comes next
            self._whole, self._pieces, self._has_called = [], [], False
        if piece.is_redacted:
            self._whole += [*self._unsigned(), Reasoning(piece.text, piece.signature, piece.origin, True)]
            self._pieces = []
            return
        self._pieces.append(piece.text)
        if piece.signature:
            self._whole.append(Reasoning("".join(self._pieces), piece.signature, piece.origin))
            self._pieces = []

    def before_call(self) -> tuple[Reasoning, ...]:
        """The thoughts before the call that begins now; parallel calls have theirs in common."""
        self._has_called = True
        return (*self._whole, *self._unsigned())

    def _unsigned(self) -> tuple[Reasoning, ...]:
        text = "".join(self._pieces)
        return (Reasoning(text),) if text else ()
