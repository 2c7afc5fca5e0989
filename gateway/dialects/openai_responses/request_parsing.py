"""Responses requests as the neutral chat (OpenAI API reference, "Create a model response")."""

from typing import Any

import msgspec

from gateway.chat import Extras, Foreign, OutputFormat, ReasoningWish, Request, Tool, ToolChoice
from gateway.dialects.format import Body, Malformed, only
from gateway.dialects.openai_responses.items_parsing import own_extras, parse_input, rest_of
from gateway.dialects.openai_responses.sealing import DIALECT
from gateway.dialects.reading import (
    joined,
    listed,
    number,
    required,
    text_or_none,
    true_or_false,
    whole_number,
)

KNOWN = frozenset(
    "model input instructions stream tools tool_choice parallel_tool_calls max_output_tokens temperature top_p "
    "top_logprobs text reasoning user safety_identifier".split()
)


def parse_request(body: Body) -> Request:
    """A Responses body as a Request. Raises Malformed."""
    return Request(
        model=required(body, "model", str),
        messages=joined(parse_input(body)),
        stream=body.get("stream") is True,
        tools=tuple(tool for item in listed(body, "tools", optional=True) for tool in parse_tool(item)),
        tool_choice=parse_tool_choice(body.get("tool_choice")),
        parallel_tools=true_or_false(body, "parallel_tool_calls"),
        max_tokens=whole_number(body, "max_output_tokens"),
        temperature=number(body, "temperature"),
        top_p=number(body, "top_p"),
        top_logprobs=whole_number(body, "top_logprobs"),
        output=parse_output_format(optional_object(body, "text").get("format")),
        reasoning=parse_wish(optional_object(body, "reasoning")),
        user=text_or_none(body, "safety_identifier") or text_or_none(body, "user") or "",
        extras=parse_extras(body),
    )


def optional_object(body: Body, name: str) -> Body:
    return {} if body.get(name) is None else required(body, name, dict)


def parse_extras(body: Body) -> Extras:
    """What only this API has, also of the members that are known in part."""
    own = rest_of(body, *KNOWN)
    if text := rest_of(optional_object(body, "text"), "format"):
        own["text"] = text
    reasoning = rest_of(optional_object(body, "reasoning"), "effort")
    if reasoning.get("summary") == "auto":
        del reasoning["summary"]  # what `is_shown` stands for
    if reasoning:
        own["reasoning"] = reasoning
    if not is_neutral(body.get("tool_choice")):
        own["tool_choice"] = body["tool_choice"]
    return own_extras(own)


def parse_wish(reasoning: Body) -> ReasoningWish | None:
    effort = text_or_none(reasoning, "effort") or ""
    is_shown = True if text_or_none(reasoning, "summary") or text_or_none(reasoning, "generate_summary") else None
    return ReasoningWish(effort, is_shown=is_shown) if effort or is_shown else None


def parse_tool(item: Any) -> tuple[Tool | Foreign, ...]:
    """A tool, or those of a namespace; the tools that the provider itself runs are Foreign."""
    if not isinstance(item, dict):
        raise Malformed("a tool must be an object", "tools")
    match item.get("type") or "function":
        case "function":
            return (parse_function(item),)
        case "custom":
            return (parse_custom(item),)
        case "namespace":
            return parse_namespace(item) or (Foreign(DIALECT, item),)
    return (Foreign(DIALECT, item),)


def parse_function(item: Body) -> Tool:
    nested = item.get("function")
    function = nested if isinstance(nested, dict) else item  # as Chat Completions has it
    return Tool(
        name=required(function, "name", str),
        description=text_or_none(function, "description") or "",
        parameters=None if function.get("parameters") is None else required(function, "parameters", dict),
        strict=true_or_false(function, "strict"),
        extras=only(rest_of(function), DIALECT, frozenset("type name description parameters strict".split())),
    )


def parse_custom(item: Body) -> Tool:
    return Tool(
        name=required(item, "name", str),
        description=text_or_none(item, "description") or "",
        kind="custom",
        grammar=None if item.get("format") is None else required(item, "format", dict),
        extras=only(rest_of(item), DIALECT, frozenset("type name description format".split())),
    )


def parse_namespace(item: Body) -> tuple[Tool, ...]:
    """The tools of a namespace, each with what the namespace says of itself; none if there is an unknown kind."""
    namespace = required(item, "name", str)
    about = rest_of(item, "type", "name", "tools")
    tools = [tool for child in listed(item, "tools") for tool in parse_tool(child)]
    known = [tool for tool in tools if isinstance(tool, Tool) and not tool.namespace]
    return tuple(within(tool, namespace, about) for tool in known) if len(known) == len(tools) else ()


def within(tool: Tool, namespace: str, about: Body) -> Tool:
    own = {**tool.own(DIALECT), "namespace": about} if about else dict(tool.own(DIALECT))
    return msgspec.structs.replace(tool, namespace=namespace, extras=own_extras(own))


def parse_tool_choice(choice: Any) -> ToolChoice | None:
    """The choice as far as it is about the client's own tools; the rest is in the extras."""
    match choice:
        case "auto" | "none" | "required":
            return ToolChoice(choice)
        case {"type": "allowed_tools", "mode": ("auto" | "required") as mode, "tools": [*tools]}:
            names = tuple(filter(None, map(name_of_tool, tools)))
            return ToolChoice(mode, names) if names else None
        case dict() if name := name_of_tool(choice):
            return ToolChoice("named", (name,))
        case None | {"type": str()}:
            return None  # a tool that the provider runs
    raise Malformed("tool_choice is none of the known forms", "tool_choice")


def is_neutral(choice: Any) -> bool:
    """Whether a ToolChoice says it all."""
    match choice:
        case {"type": "allowed_tools", "tools": [*tools]}:
            return bool(tools) and all(map(name_of_tool, tools))
        case dict():
            return bool(name_of_tool(choice))
    return True


def name_of_tool(tool: Any) -> str:
    match tool:
        case {"type": "function" | "custom", "name": str(name)} | {
            "type": "function",
            "function": {"name": str(name)},
        }:
            return name
    return ""


def parse_output_format(given: Any) -> OutputFormat | None:
    match given:
        case None:
            return None
        case {"type": "text"}:
            return OutputFormat("text")
        case {"type": "json_object"}:
            return OutputFormat("json")
        case {"type": "json_schema"}:
            return OutputFormat(
                "schema",
                schema=required(given, "schema", dict),
                name=text_or_none(given, "name") or "",
                description=text_or_none(given, "description") or "",
                strict=true_or_false(given, "strict"),
            )
    raise Malformed("text.format is none of text, json_object and json_schema", "text.format")
