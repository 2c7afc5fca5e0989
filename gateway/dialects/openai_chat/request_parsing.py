"""Chat Completions requests as the neutral chat (OpenAI API reference, "Create chat completion")."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from msgspec.structs import replace

from gateway.chat import (
    Audio,
    Document,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.format import Body, Malformed, only
from gateway.dialects.media import from_data_url
from gateway.dialects.reading import (
    is_plain,
    joined,
    json_text,
    listed,
    number,
    required,
    text_or_none,
    true_or_false,
    whole_number,
)

DIALECT = "openai-chat"
SPEAKERS = ("system", "developer", "user", "assistant")
ROLES = (*SPEAKERS, "tool")
# What the neutral request holds. `stream_options` is the gateway's own business, see `gateway.translate`.
KNOWN = frozenset(
    "model messages stream stream_options tools tool_choice parallel_tool_calls max_tokens max_completion_tokens "
    "temperature top_p top_k stop seed n presence_penalty frequency_penalty logprobs top_logprobs response_format "
    "reasoning_effort user safety_identifier functions function_call".split()
)
MESSAGE_KNOWN = frozenset(
    "role content name refusal tool_calls function_call reasoning_content reasoning annotations".split()
)


def parse_request(body: Body) -> Request:
    """A Chat Completions body as a Request. Raises Malformed."""
    return Request(
        model=required(body, "model", str),
        messages=with_kinds(joined(parse_messages(listed(body, "messages")))),
        stream=body.get("stream") is True,
        tools=tuple(map(parse_tool, listed(body, "tools", optional=True))) + parse_functions(body),
        tool_choice=parse_tool_choice(body.get("tool_choice", body.get("function_call"))),
        parallel_tools=true_or_false(body, "parallel_tool_calls"),
        max_tokens=whole_number(body, "max_completion_tokens", "max_tokens"),
        temperature=number(body, "temperature"),
        top_p=number(body, "top_p"),
        top_k=whole_number(body, "top_k"),
        stop=parse_stop(body.get("stop")),
        seed=whole_number(body, "seed"),
        choices=whole_number(body, "n"),
        presence_penalty=number(body, "presence_penalty"),
        frequency_penalty=number(body, "frequency_penalty"),
        logprobs=true_or_false(body, "logprobs"),
        top_logprobs=whole_number(body, "top_logprobs"),
        output=parse_output(body.get("response_format")),
        reasoning=ReasoningWish(effort) if (effort := text_or_none(body, "reasoning_effort")) else None,
        user=text_or_none(body, "safety_identifier") or text_or_none(body, "user") or "",
        extras=only(body, DIALECT, KNOWN),
    )


def with_kinds(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The results of custom tools as such: the wire does not tell them from those of functions."""
    parts = [part for message in messages for part in message.parts]
    customs = {part.id for part in parts if isinstance(part, ToolCall) and part.kind == "custom"}
    return tuple(with_kind(message, customs) for message in messages) if customs else messages


def with_kind(message: Message, customs: set[str]) -> Message:
    if message.role != "tool":
        return message
    parts = [
        replace(part, kind="custom") if isinstance(part, ToolResult) and part.call_id in customs else part
        for part in message.parts
    ]
    return replace(message, parts=tuple(parts))


def parse_stop(stop: Any) -> tuple[str, ...]:
    if stop is None:
        return ()
    texts = [stop] if isinstance(stop, str) else stop
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Malformed("stop must be a text or a list of texts", "stop")
    return tuple(texts)


def parse_messages(items: list[Any]) -> Iterator[Message]:
    for item in items:
        if is_plain(item) and item["role"] in SPEAKERS:
            yield Message(item["role"], (Text(item["content"]),))
        else:
            yield from parse_message(item)


def parse_message(item: Any) -> Iterator[Message]:
    """One message; none for one that says nothing."""
    if not isinstance(item, dict):
        raise Malformed("a message must be an object", "messages")
    role = item.get("role")
    if role in ("tool", "function"):
        yield Message("tool", (parse_tool_result(item),))
        return
    if role not in ROLES:
        raise Malformed(f"there is no role {str(role)[:40]!r}", "messages.role")
    parts = parse_content(item.get("content"))
    if role == "assistant":
        parts = tuple(parse_reasoning(item)) + parts + tuple(parse_said(item))
    if parts:
        name = text_or_none(item, "name") or ""
        yield Message(role, parts, name=name, extras=only(item, DIALECT, MESSAGE_KNOWN))


def parse_content(content: Any) -> tuple[Part, ...]:
    if content is None or content == "":
        return ()
    if isinstance(content, str):
        return (Text(content),)
    if not isinstance(content, list):
        raise Malformed("content must be a text or a list of parts", "messages.content")
    return tuple(part for item in content if (part := parse_part(item)) is not None)


def parse_part(item: Any) -> Part | None:
    """A content part; None for an empty text."""
    if not isinstance(item, dict):
        raise Malformed("a content part must be an object", "messages.content")
    match item.get("type"):
        case "text":
            text = required(item, "text", str)
            extras = only(item, DIALECT, frozenset({"type", "text", "cache_control", "prompt_cache_breakpoint"}))
            return Text(text, cache=cache_mark(item), extras=extras) if text else None
        case "image_url":
            return parse_image(item)
        case "input_audio":
            sound = required(item, "input_audio", dict)
            kind = text_or_none(sound, "format") or "wav"
            return Audio(Media(f"audio/{kind}", data=required(sound, "data", str)))
        case "file":
            return parse_file(required(item, "file", dict), cache_mark(item))
        case "refusal":
            return Refusal(required(item, "refusal", str))
        case "thinking":  # Mistral's
            return parse_thinking(item)
        case _:
            return Foreign(DIALECT, item)


def parse_thinking(item: Mapping[str, Any]) -> Reasoning | None:
    pieces = [piece for piece in listed(item, "thinking") if isinstance(piece, dict)]
    text = "".join(text_or_none(piece, "text") or "" for piece in pieces)
    return Reasoning(text) if text else None


def cache_mark(item: Mapping[str, Any]) -> str | None:
    """OpenRouter's `cache_control` and OpenAI's `prompt_cache_breakpoint`."""
    mark = item.get("cache_control") or item.get("prompt_cache_breakpoint")
    if not isinstance(mark, dict):
        return None
    return "1h" if mark.get("ttl") in ("1h", "12h") else ""


def parse_image(item: Mapping[str, Any]) -> Image:
    image = item.get("image_url")
    url = image if isinstance(image, str) else required(required(item, "image_url", dict), "url", str)
    detail = text_or_none(image, "detail") or "" if isinstance(image, dict) else ""
    return Image(from_data_url(url) or Media(url=url), detail=detail, cache=cache_mark(item))


def parse_file(file: Mapping[str, Any], cache: str | None) -> Document:
    if file_id := text_or_none(file, "file_id"):
        media = Media(file_id=file_id)
    else:
        data = required(file, "file_data", str)
        media = from_data_url(data) or Media("application/pdf", data=data)
    return Document(media, title=text_or_none(file, "filename") or "", cache=cache)


def parse_reasoning(item: Mapping[str, Any]) -> Iterator[Reasoning]:
    """`reasoning_content` (DeepSeek and most others) or `reasoning` (OpenRouter, Groq, Ollama, vLLM)."""
    text = item.get("reasoning_content") or item.get("reasoning")
    if isinstance(text, str) and text:
        yield Reasoning(text)


def parse_said(item: Mapping[str, Any], answer_id: str = "") -> Iterator[Part]:
    """What an assistant said besides its content."""
    if refusal := text_or_none(item, "refusal"):
        yield Refusal(refusal)
    for number_, call in enumerate(listed(item, "tool_calls", optional=True)):
        yield parse_tool_call(call, f"{mark_of(answer_id)}{number_}")
    if isinstance(call := item.get("function_call"), dict):  # deprecated
        name = required(call, "name", str)
        yield ToolCall(f"call_{name}", name, arguments_of(call))


def mark_of(answer_id: str) -> str:
    """What makes an id that had to be made up unlike those of other answers: Anthropic refuses the same one twice."""
    return f"{sha256(answer_id.encode('utf-8', 'replace')).hexdigest()[:8]}_" if answer_id else ""


def parse_tool_call(item: Any, position: str) -> ToolCall:
    if not isinstance(item, dict):
        raise Malformed("a tool call must be an object", "messages.tool_calls")
    is_custom = item.get("type") == "custom"
    called = required(item, "custom" if is_custom else "function", dict)
    name = required(called, "name", str)
    return ToolCall(
        id=text_or_none(item, "id") or f"call_{position}_{name}",
        name=name,
        arguments=(text_or_none(called, "input") or "") if is_custom else arguments_of(called),
        kind="custom" if is_custom else "function",
        signature=signature_of(item),
    )


def signature_of(call: Mapping[str, Any]) -> str:
    """Gemini's, as its OpenAI-compatible API has it."""
    match call.get("extra_content"):
        case {"google": {"thought_signature": str(signature)}}:
            return signature
    return ""


def arguments_of(called: Mapping[str, Any]) -> str:
    """Arguments as JSON text; some servers give them as an object."""
    arguments = called.get("arguments")
    if arguments is None or arguments == "":
        return "{}"
    return arguments if isinstance(arguments, str) else json_text(arguments)


def parse_tool_result(item: Mapping[str, Any]) -> ToolResult:
    name = text_or_none(item, "name") or ""
    call_id = text_or_none(item, "tool_call_id") or f"call_{name}"
    return ToolResult(call_id, parse_content(item.get("content")), name=name, cache=cache_mark(item))


def parse_tool(item: Any) -> Tool | Foreign:
    if not isinstance(item, dict):
        raise Malformed("a tool must be an object", "tools")
    match item.get("type", "function"):
        case "function":
            return parse_function(required(item, "function", dict), cache_mark(item))
        case "custom":
            custom = required(item, "custom", dict)
            return Tool(
                required(custom, "name", str),
                text_or_none(custom, "description") or "",
                kind="custom",
                grammar=object_or_none(custom, "format"),
                cache=cache_mark(item),
            )
        case _:
            return Foreign(DIALECT, item)


def parse_function(function: Mapping[str, Any], cache: str | None = None) -> Tool:
    return Tool(
        name=required(function, "name", str),
        description=text_or_none(function, "description") or "",
        parameters=object_or_none(function, "parameters"),
        strict=true_or_false(function, "strict"),
        cache=cache,
        extras=only(function, DIALECT, frozenset({"name", "description", "parameters", "strict"})),
    )


def object_or_none(body: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    return None if body.get(name) is None else required(body, name, dict)


def parse_functions(body: Body) -> tuple[Tool | Foreign, ...]:
    """The deprecated `functions`."""
    return tuple(parse_tool({"function": function}) for function in listed(body, "functions", optional=True))


def parse_tool_choice(choice: Any) -> ToolChoice | None:
    match choice:
        case None:
            return None
        case "auto" | "none" | "required":
            return ToolChoice(choice)
        case {"type": "allowed_tools", "allowed_tools": {"mode": ("auto" | "required") as mode, "tools": [*tools]}}:
            return ToolChoice(mode, tuple(filter(None, map(name_of_tool, tools))))
        case {"name": str(name)}:  # the deprecated `function_call`
            return ToolChoice("named", (name,))
        case dict() if name := name_of_tool(choice):
            return ToolChoice("named", (name,))
    raise Malformed("tool_choice is none of the known forms", "tool_choice")


def name_of_tool(tool: Any) -> str:
    match tool:
        case {"type": "function", "function": {"name": str(name)}} | {"type": "custom", "custom": {"name": str(name)}}:
            return name
    return ""


def parse_output(output: Any) -> OutputFormat | None:
    match output:
        case None:
            return None
        case {"type": "text"}:
            return OutputFormat("text")
        case {"type": "json_object"}:
            return OutputFormat("json")
        case {"type": "json_schema", "json_schema": dict(schema)}:
            return OutputFormat(
                "schema",
                schema=object_or_none(schema, "schema"),
                name=text_or_none(schema, "name") or "",
                description=text_or_none(schema, "description") or "",
                strict=true_or_false(schema, "strict"),
            )
    raise Malformed("response_format is none of text, json_object and json_schema", "response_format")
