"""generateContent requests as the neutral chat (https://ai.google.dev/api/generate-content)."""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.chat import (
    Foreign,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningWish,
    Request,
    Role,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.format import Body, Malformed, only
from gateway.dialects.gemini.call_ids import CallIds
from gateway.dialects.gemini.members import camel, inner, several
from gateway.dialects.gemini.part_parsing import DIALECT, parse_parts
from gateway.dialects.gemini.schema import from_openapi
from gateway.dialects.reading import (
    joined,
    listed,
    number,
    required,
    text_or_none,
    true_or_false,
    whole_number,
)

# `model` and `stream` are in Gemini's URLs; the endpoint puts them into the body.
KNOWN = frozenset("model stream contents systemInstruction tools toolConfig generationConfig".split())
CONFIG_KNOWN = frozenset(
    "temperature topP topK candidateCount maxOutputTokens stopSequences seed presencePenalty frequencyPenalty "
    "responseLogprobs logprobs responseMimeType responseSchema responseJsonSchema thinkingConfig".split()
)
DECLARATION_KNOWN = frozenset("name description parameters parametersJsonSchema".split())
ROLES: dict[str, Role] = {
    "user": "user",
    "function": "user",
    "tool": "user",
    "model": "assistant",
    "assistant": "assistant",
    "system": "system",
}
EFFORTS = ("minimal", "low", "medium", "high", "xhigh")


def parse_request(body: Body) -> Request:
    """A generateContent body, with its URL's `model` and `stream` in it, as a Request. Raises Malformed."""
    try:
        return parse_body(camel(body))
    except RecursionError as problem:
        raise Malformed("the request is nested too deeply", "contents") from problem


def parse_body(body: Body) -> Request:
    config = inner(body, "generationConfig")
    return Request(
        model=required(body, "model", str),
        messages=joined((*parse_system(body.get("systemInstruction")), *parse_contents(body))),
        stream=body.get("stream") is True,
        tools=tuple(tool for item in several(body, "tools") for tool in parse_tools(item)),
        tool_choice=parse_tool_choice(inner(inner(body, "toolConfig"), "functionCallingConfig")),
        max_tokens=whole_number(config, "maxOutputTokens"),
        temperature=number(config, "temperature"),
        top_p=number(config, "topP"),
        top_k=whole_number(config, "topK"),
        stop=parse_stop(config),
        seed=whole_number(config, "seed"),
        choices=whole_number(config, "candidateCount"),
        presence_penalty=number(config, "presencePenalty"),
        frequency_penalty=number(config, "frequencyPenalty"),
        logprobs=true_or_false(config, "responseLogprobs"),
        top_logprobs=whole_number(config, "logprobs"),
        output=parse_output(config),
        reasoning=parse_wish(inner(config, "thinkingConfig")),
        extras=parse_extras(body, config),
    )


def parse_extras(body: Body, config: Body) -> dict[str, dict[str, Any]]:
    """What only Gemini knows, with the rests of `generationConfig` and `toolConfig` under their names."""
    rest = {name: value for name, value in body.items() if name not in KNOWN}
    if more := {name: value for name, value in config.items() if name not in CONFIG_KNOWN}:
        rest["generationConfig"] = more
    if config.get("responseMimeType") not in (None, "text/plain", "application/json"):
        rest.setdefault("generationConfig", {})["responseMimeType"] = config["responseMimeType"]
    tool_config = inner(body, "toolConfig")
    calling = inner(tool_config, "functionCallingConfig")
    tool_config["functionCallingConfig"] = {
        name: value for name, value in calling.items() if name not in ("mode", "allowedFunctionNames")
    }
    if more := {name: value for name, value in tool_config.items() if value}:
        rest["toolConfig"] = more
    return {DIALECT: rest} if rest else {}


def parse_stop(config: Body) -> tuple[str, ...]:
    texts = listed(config, "stopSequences", optional=True)
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("stopSequences must be a list of texts", "generationConfig.stopSequences")
    return tuple(texts)


def parse_system(instruction: Any) -> Iterator[Message]:
    """`systemInstruction`: a content, or just its text."""
    if isinstance(instruction, str):
        instruction = {"parts": [{"text": instruction}]}
    parts = parse_parts(inner({"systemInstruction": instruction}, "systemInstruction"), CallIds())
    if parts:
        yield Message("system", parts)


def parse_contents(body: Body) -> Iterator[Message]:
    ids = CallIds()
    for item in several(body, "contents", optional=False):
        yield from parse_content(item, ids)


def parse_content(item: Body, ids: CallIds) -> Iterator[Message]:
    """One content as a message and, where it has results of tools, a message of theirs, next to the calls."""
    named = text_or_none(item, "role") or "user"
    if named not in ROLES:
        raise Malformed(f"there is no role {named[:40]!r}", "contents.role")
    parts = parse_parts(item, ids)
    is_said = ROLES[named] == "assistant" or any(isinstance(part, ToolCall) for part in parts)
    role: Role = "assistant" if is_said else ROLES[named]
    results = tuple(part for part in parts if isinstance(part, ToolResult))
    rest = tuple(part for part in parts if not isinstance(part, ToolResult))
    if not is_said:  # nobody but the model thinks
        rest = tuple(part for part in rest if not isinstance(part, Reasoning))
    messages = [Message("tool", results)] if results else []
    if rest:
        messages.insert(0 if is_said else len(messages), Message(role, rest))
    yield from messages


def parse_tools(item: Body) -> Iterator[Tool | Foreign]:
    """The functions of a tool, and each tool of Google's own that stands next to them."""
    for declaration in several(item, "functionDeclarations"):
        yield parse_declaration(declaration)
    for name, value in item.items():
        if name != "functionDeclarations" and value is not None:
            yield Foreign(DIALECT, {name: value})


def parse_declaration(declaration: Body) -> Tool:
    parameters = declaration.get("parametersJsonSchema")
    if parameters is None and declaration.get("parameters") is not None:
        parameters = from_openapi(required(declaration, "parameters", dict))
    if parameters is not None and not isinstance(parameters, dict):
        raise Malformed("parametersJsonSchema must be an object", "tools.functionDeclarations")
    return Tool(
        name=required(declaration, "name", str),
        description=text_or_none(declaration, "description") or "",
        parameters=parameters,
        extras=only(declaration, DIALECT, DECLARATION_KNOWN),
    )


def parse_tool_choice(calling: Body) -> ToolChoice | None:
    mode = (text_or_none(calling, "mode") or "").upper()
    names = listed(calling, "allowedFunctionNames", optional=True)
    if not all(isinstance(name, str) for name in names):
        raise Malformed("allowedFunctionNames must be a list of texts", "toolConfig.functionCallingConfig")
    match mode:
        case "" | "MODE_UNSPECIFIED":
            return None
        case "ANY":
            return ToolChoice("named" if len(names) == 1 else "required", tuple(names))
        case "NONE":
            return ToolChoice("none")
        case "AUTO" | "VALIDATED":
            return ToolChoice("auto", tuple(names))
    raise Malformed(f"there is no mode {mode[:40]!r}", "toolConfig.functionCallingConfig.mode")


def parse_output(config: Mapping[str, Any]) -> OutputFormat | None:
    """`text/x.enum` has no counterpart elsewhere and stays among the extras."""
    match text_or_none(config, "responseMimeType"):
        case "text/plain":
            return OutputFormat("text")
        case "application/json":
            schema = config.get("responseJsonSchema")
            if schema is None and config.get("responseSchema") is not None:
                schema = from_openapi(required(config, "responseSchema", dict))
            if schema is not None and not isinstance(schema, dict):
                raise Malformed("responseJsonSchema must be an object", "generationConfig.responseJsonSchema")
            return OutputFormat("json" if schema is None else "schema", schema=schema)
    return None


def parse_wish(config: Body) -> ReasoningWish | None:
    """A budget of 0 means not to think, one of -1 that the model decides."""
    level = (text_or_none(config, "thinkingLevel") or "").lower()
    budget = whole_number(config, "thinkingBudget")
    wish = ReasoningWish(
        effort=level if level in EFFORTS else "none" if budget == 0 else "",
        budget=budget if budget and budget > 0 else None,
        is_adaptive=budget is not None and budget < 0,
        is_shown=true_or_false(config, "includeThoughts"),
    )
    return None if wish == ReasoningWish() else wish
