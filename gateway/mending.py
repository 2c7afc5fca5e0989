"""Neutral chat → neutral chat: what a conversation needs before another dialect can tell it.

Histories come with gaps that their own provider forgives and others refuse. Pure; the formats themselves are the
dialects' business, what tools are called is that of `tool_names`.
"""

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from gateway.chat import (
    Foreign,
    Message,
    Part,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.reading import joined
from gateway.tool_names import ToolName, ToolNames, calls_in, renamed, tool_names

NO_RESULT = "No result: the call was interrupted."
BILLING_HEADER = "x-anthropic-billing-header:"  # Claude Code's; other in every session: no prefix could be cached

# Anthropic's own client tools, which have no schema on the wire because its models know them (Anthropic, "Bash tool",
# "Text editor tool"). Other models are told what the parameters are.
BASH = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "description": "The command to run."},
        "restart": {"type": "boolean", "description": "Restart the shell instead."},
    },
}
TEXT_EDITOR = {
    "type": "object",
    "properties": {
        "command": {"type": "string", "enum": ["view", "create", "str_replace", "insert"]},
        "path": {"type": "string"},
        "file_text": {"type": "string", "description": "For create: what the file will hold."},
        "old_str": {"type": "string", "description": "For str_replace: the text to replace; it must occur once."},
        "new_str": {"type": "string", "description": "For str_replace and insert."},
        "insert_line": {"type": "integer", "description": "For insert: the line after which the text goes."},
        "view_range": {"type": "array", "items": {"type": "integer"}, "description": "For view: first and last line."},
    },
    "required": ["command", "path"],
}
CLIENT_TOOLS = (
    (re.compile(r"bash_\d+"), "Run commands in a shell that stays open between calls.", BASH),
    (re.compile(r"text_editor_\d+"), "View and edit text files.", TEXT_EDITOR),
)


TOOL_PARTS = frozenset({ToolCall, ToolResult})


def mend(request: Request, dialect: str) -> tuple[Request, ToolNames]:
    """The request as a provider of `dialect` can be told it, and how its tools are called there."""
    if not request.tools and not any(map(concerns_tools, request.messages)):  # a mere conversation has no gaps
        told = tuple(message for message in map(without_billing_header, request.messages) if message.parts)
        messages = told if len(told) == len(request.messages) else joined(told)
        choice = possible_choice(request.tool_choice, (), dialect)
        return replace(request, messages=messages, tool_choice=choice), ToolNames()
    tools = tuple(each_once(map(told_tool, request.tools)))
    messages = joined(without_gaps(request.messages))
    choice = possible_choice(request.tool_choice, tools, dialect)
    if dialect in ("anthropic", "gemini") and not tools and (remembered := tuple(remembered_tools(messages))):
        # They refuse calls of tools that are not declared; the client does not offer these, so none may be called.
        tools, choice = remembered, ToolChoice("none")
    names = tool_names(tools, calls_in(messages), keeps_kinds=dialect == "openai-responses")
    return renamed(replace(request, messages=messages, tools=tools, tool_choice=choice), names), names


def concerns_tools(message: Message) -> bool:
    return message.role == "tool" or not TOOL_PARTS.isdisjoint(map(type, message.parts))


def each_once(tools: Iterable[Tool | Foreign]) -> Iterator[Tool | Foreign]:
    """Every tool once: providers refuse a second one of the same name."""
    known: set[ToolName] = set()
    for tool in tools:
        if isinstance(tool, Foreign):
            yield tool
        elif (name := ToolName(tool.name, tool.namespace, tool.kind)) not in known:
            known.add(name)
            yield tool


def possible_choice(choice: ToolChoice | None, tools: Iterable[Tool | Foreign], dialect: str) -> ToolChoice | None:
    """The choice, but for one of a tool that only another provider has: nobody can be made to call that."""
    if choice is None or choice.mode != "named" or not choice.names:
        return choice
    left_out = [tool.body.get("name") for tool in tools if isinstance(tool, Foreign) and tool.dialect != dialect]
    return None if all(name in left_out for name in choice.names) else choice


def told_tool(tool: Tool | Foreign) -> Tool | Foreign:
    """Anthropic's client tools with their parameters; every other tool as it is."""
    if not isinstance(tool, Foreign) or tool.dialect != "anthropic":
        return tool
    kind, name = str(tool.body.get("type")), tool.body.get("name")
    for pattern, description, parameters in CLIENT_TOOLS:
        if isinstance(name, str) and pattern.fullmatch(kind):
            return Tool(name, description, parameters)
    return tool


def remembered_tools(messages: Iterable[Message]) -> Iterator[Tool]:
    """The tools a history has calls of."""
    names = {ToolName(call.name, call.namespace, call.kind) for call in calls_in(messages)}
    for name, namespace, kind in sorted((tool.name, tool.namespace, tool.kind) for tool in names):
        parameters = {"type": "object", "properties": {}} if kind == "function" else None
        yield Tool(name, "Called earlier in this conversation.", parameters, kind=kind, namespace=namespace)


# Gaps in the history

Results = Mapping[str, deque[ToolResult]]  # by the id of the call


def without_gaps(messages: Iterable[Message]) -> Iterator[Message]:
    """Every call has an id of its own and exactly one result, right after it; a result without a call becomes a text
    of the user."""
    ids = FreshIds()
    for said, heard in turns(map(without_billing_header, messages)):
        called = {call.id for call in calls_in(said)}
        results = results_in(heard)
        for message in said:
            yield from answered(message, results, ids)
        for message in heard:
            yield from stray(message, called)


def turns(messages: Iterable[Message]) -> Iterator[tuple[list[Message], list[Message]]]:
    """What the assistant said, with what it heard until it spoke again; it need not have been the first to speak."""
    said: list[Message] = []
    heard: list[Message] = []
    for message in messages:
        if message.role == "assistant" and heard:
            yield said, heard
            said, heard = [], []
        (said if message.role == "assistant" else heard).append(message)
    yield said, heard


def results_in(messages: Iterable[Message]) -> Results:
    results: dict[str, deque[ToolResult]] = {}
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolResult):
                results.setdefault(part.call_id, deque()).append(part)
    return results


class FreshIds:
    """Ids of calls without repetition. Servers without ids of their own begin to count anew in every answer."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def fresh(self, call_id: str) -> str:
        fresh = call_id
        while fresh in self._counts:
            self._counts[call_id] += 1
            fresh = f"{call_id}_{self._counts[call_id]}"
        self._counts[fresh] = 1
        return fresh


def answered(message: Message, results: Results, ids: FreshIds) -> Iterator[Message]:
    """What the assistant said and, where it called tools, one result per call. Of several results the first counts;
    calls that share an id have theirs in their order."""
    parts: list[Part] = []
    told: list[ToolResult] = []
    for part in message.parts:
        if isinstance(part, ToolCall):
            given = results.get(part.id)
            result = given.popleft() if given else interrupted(part)
            part = replace(part, id=ids.fresh(part.id))
            told.append(replace(result, call_id=part.id, kind=part.kind))
        if not isinstance(part, ToolResult):
            parts.append(part)
    if parts:
        yield replace(message, parts=tuple(parts))
    if told:
        yield Message("tool", tuple(told))


def interrupted(call: ToolCall) -> ToolResult:
    return ToolResult(call.id, (Text(NO_RESULT),), is_error=True, name=call.name, kind=call.kind)


def stray(message: Message, called: Collection[str]) -> Iterator[Message]:
    """What the assistant heard besides the results of its calls, among it those of calls that a shortened history no
    longer has. Nobody but the assistant calls tools."""
    if message.role != "tool":
        parts = tuple(part for part in message.parts if not isinstance(part, ToolCall | ToolResult))
        if parts:
            yield message if len(parts) == len(message.parts) else replace(message, parts=parts)
        return
    strays = (part for part in message.parts if isinstance(part, ToolResult) and part.call_id not in called)
    if found := [part for result in strays for part in result.parts]:
        yield Message("user", (Text("Result of an earlier tool call:"), *found))


def without_billing_header(message: Message) -> Message:
    if message.role != "system":
        return message
    parts = tuple(p for p in message.parts if not (isinstance(p, Text) and p.text.startswith(BILLING_HEADER)))
    return message if len(parts) == len(message.parts) else replace(message, parts=parts)
