"""What tools are called on the way to a provider that knows neither the client's namespaces, nor custom tools, nor all
the characters of its names; and the client's own names on the way back. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gateway.chat import (
    Delta,
    Finished,
    Foreign,
    Message,
    Part,
    Request,
    Response,
    Tool,
    ToolBegin,
    ToolCall,
    ToolChoice,
    ToolDelta,
    ToolKind,
    ToolResult,
)
from gateway.dialects.reading import json_object, json_text

NAME_LENGTH = 64  # OpenAI's limit; Gemini and Anthropic allow as much
_FORBIDDEN = re.compile(r"[^a-zA-Z0-9_-]")


class ToolName(Struct, frozen=True):
    """What the client calls a tool."""

    name: str
    namespace: str = ""
    kind: ToolKind = "function"


class ToolNames(Struct, frozen=True):
    """Between the client's tools and what they are called on the way to the provider. `keeps_kinds`: the provider
    knows namespaces and custom tools itself, so that only names may have to change."""

    sent: Mapping[ToolName, str] = {}
    asked: Mapping[str, ToolName] = {}
    keeps_kinds: bool = False

    def to_provider(self, name: str, namespace: str, kind: ToolKind) -> str:
        """Some clients tell a call of a custom tool as one of a function, so the kind is what matters least."""
        if self.keeps_kinds and namespace:
            return name
        tool = ToolName(name, namespace, kind)
        return self.sent.get(tool) or self.sent.get(of_other_kind(tool)) or wire_name(tool)

    def to_client(self, name: str) -> ToolName:
        return self.asked.get(name) or ToolName(name)


def of_other_kind(tool: ToolName) -> ToolName:
    return replace(tool, kind="custom" if tool.kind == "function" else "function")


def calls_in(messages: Iterable[Message]) -> Iterator[ToolCall]:
    return (part for message in messages for part in message.parts if isinstance(part, ToolCall))


def tool_names(
    tools: Iterable[Tool | Foreign], calls: Iterable[ToolCall] = (), *, keeps_kinds: bool = False
) -> ToolNames:
    """A name of its own for every tool, in the alphabet that every provider takes; for those, too, that were called
    before and are not offered any more."""
    known = [ToolName(each.name, each.namespace, each.kind) for each in tools if isinstance(each, Tool)]
    called = [ToolName(each.name, each.namespace, each.kind) for each in calls]
    sent: dict[ToolName, str] = {}
    asked: dict[str, ToolName] = {}
    for is_offered, tool in [*((True, tool) for tool in known), *((False, tool) for tool in called)]:
        is_known = tool in sent or (not is_offered and of_other_kind(tool) in sent)
        if not is_known and not (keeps_kinds and tool.namespace):
            sent[tool] = unlike(asked, tool)
            asked[sent[tool]] = tool
    return ToolNames(sent, asked, keeps_kinds)


def unlike(taken: Collection[str], tool: ToolName) -> str:
    """What a tool is called where these names are taken."""
    name = plain = wire_name(tool)
    origin = f"{tool.namespace}/{tool.name}/{tool.kind}"
    while name in taken:
        name, origin = with_mark(plain, origin), f"{origin}/"
    return name


def wire_name(tool: ToolName) -> str:
    """The namespace in front, as Codex itself writes it; other characters, and what is too long, replaced."""
    name = tool.name
    if tool.namespace and not name.startswith(("mcp__", tool.namespace)):
        name = f"{tool.namespace}{'' if tool.namespace.endswith('__') else '__'}{name}"
    plain = _FORBIDDEN.sub("_", name)
    return plain if 0 < len(plain) <= NAME_LENGTH and plain == name else with_mark(plain, name)


def with_mark(name: str, origin: str) -> str:
    """The name made unlike others of its kind, the same every time."""
    mark = sha256(origin.encode("utf-8", "replace")).hexdigest()[:6]
    return f"{name[: NAME_LENGTH - 7]}_{mark}"


def renamed(request: Request, names: ToolNames) -> Request:
    """Tools, calls and choice by the names that are sent; custom tools as functions that take one text."""
    called = {call.id: names.to_provider(call.name, call.namespace, call.kind) for call in calls_in(request.messages)}
    return replace(
        request,
        tools=tuple(as_function(tool, names) if isinstance(tool, Tool) else tool for tool in request.tools),
        messages=tuple(renamed_message(message, called, names.keeps_kinds) for message in request.messages),
        tool_choice=renamed_choice(request.tool_choice, names),
    )


def as_function(tool: Tool, names: ToolNames) -> Tool:
    name = names.to_provider(tool.name, tool.namespace, tool.kind)
    if names.keeps_kinds:
        return tool if name == tool.name else replace(tool, name=name)
    if tool.kind == "function":
        return tool if name == tool.name and not tool.namespace else replace(tool, name=name, namespace="")
    parameters = {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]}
    return Tool(name, with_grammar(tool.description, tool.grammar or {}), parameters, cache=tool.cache)


def with_grammar(description: str, grammar: Mapping[str, Any]) -> str:
    """The grammar of a custom tool's input in words; Chat Completions nests it once more than Responses."""
    nested = grammar.get("grammar")
    definition = (nested if isinstance(nested, dict) else grammar).get("definition")
    return f"{description}\n\nThe input has this grammar:\n{definition}".strip() if definition else description


def renamed_message(message: Message, called: Mapping[str, str], keeps_kinds: bool) -> Message:
    if not any(isinstance(part, ToolCall | ToolResult) for part in message.parts):
        return message
    return replace(message, parts=tuple(renamed_part(part, called, keeps_kinds) for part in message.parts))


def renamed_part(part: Part, called: Mapping[str, str], keeps_kinds: bool) -> Part:
    """`called`: the names that are sent, by the ids of the calls."""
    match part:
        case ToolCall() if keeps_kinds:
            return replace(part, name=called[part.id])
        case ToolCall():
            arguments = part.arguments if part.kind == "function" else input_object(part.arguments)
            return replace(part, name=called[part.id], namespace="", kind="function", arguments=arguments)
        case ToolResult():
            name = called.get(part.call_id, part.name) if part.name else ""
            return replace(part, name=name, kind=part.kind if keeps_kinds else "function")
    return part


def renamed_choice(choice: ToolChoice | None, names: ToolNames) -> ToolChoice | None:
    """A choice knows no namespaces: of tools of one name the one without is meant."""
    if choice is None or not choice.names:
        return choice
    sent: dict[str, str] = {}
    for tool, name in sorted(names.sent.items(), key=lambda item: item[0].namespace != ""):
        sent.setdefault(tool.name, name)
    return replace(choice, names=tuple(sent.get(name, name) for name in choice.names))


def input_object(text: str) -> str:
    return json_text({"input": text})


def input_text(arguments: str) -> str:
    """The text out of a function's one argument; what a model made of it otherwise stays as it is."""
    text = json_object(arguments).get("input")
    return text if isinstance(text, str) else arguments


# The way back


def restore_response(response: Response, names: ToolNames) -> Response:
    """The answer's calls by the client's own names."""
    return replace(
        response,
        choices=tuple(
            replace(choice, parts=tuple(restored_part(part, names) for part in choice.parts))
            for choice in response.choices
        ),
    )


def restored_part(part: Part, names: ToolNames) -> Part:
    if not isinstance(part, ToolCall):
        return part
    tool = names.to_client(part.name)
    arguments = part.arguments if tool.kind == part.kind else input_text(part.arguments)
    return replace(
        part, name=tool.name, namespace=tool.namespace or part.namespace, kind=tool.kind, arguments=arguments
    )


class Input:
    """The input of a custom tool, which comes as JSON in pieces."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.is_said = False

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    @property
    def is_whole(self) -> bool:
        """Whether nothing can follow: the object is closed."""
        return self._pieces[-1].rstrip().endswith("}") and "_raw" not in json_object("".join(self._pieces))

    def say(self) -> str:
        self.is_said = True
        return input_text("".join(self._pieces))


class Restorer:
    """A stream's calls by the client's own names. A custom tool's input is said when it is whole: it comes as JSON."""

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self._inputs: dict[tuple[int, int], Input] = {}  # by choice and number of the call

    def feed(self, delta: Delta) -> list[Delta]:
        match delta:
            case ToolBegin():
                return [self._begin(delta)]
            case ToolDelta() if (delta.choice, delta.index) in self._inputs:
                return self._more(self._inputs[delta.choice, delta.index], delta)
            case Finished():
                return [*self._rest(delta.choice), delta]
        return [delta]

    def _begin(self, begin: ToolBegin) -> ToolBegin:
        tool = self._names.asked.get(begin.name)
        if tool is None:
            return begin
        if tool.kind == "custom" and begin.kind == "function":
            self._inputs[begin.choice, begin.index] = Input()
        return replace(begin, name=tool.name, namespace=tool.namespace or begin.namespace, kind=tool.kind)

    def _more(self, given: Input, delta: ToolDelta) -> list[Delta]:
        if given.is_said:
            return []
        given.add(delta.arguments)
        return [replace(delta, arguments=given.say())] if given.is_whole else []

    def _rest(self, choice: int) -> list[Delta]:
        """The inputs that never became whole."""
        unsaid = [(index, given) for (of, index), given in self._inputs.items() if of == choice and not given.is_said]
        return [ToolDelta(index, given.say(), choice) for index, given in unsaid]
