"""Anthropic Messages requests as the neutral chat (Anthropic API reference, "Create a Message")."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from gateway.chat import (
    Document,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Part,
    Reasoning,
    ReasoningWish,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.format import Body, Malformed, only
from gateway.dialects.media import true_type
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
from gateway.dialects.signatures import from_client

DIALECT = "anthropic"
ROLES = ("user", "assistant", "system")
# What the neutral request holds; `output_format` is the name that `output_config.format` had first.
KNOWN = frozenset(
    "model messages system max_tokens stop_sequences stream tools tool_choice thinking output_config output_format "
    "metadata temperature top_p top_k".split()
)
TOOL_KNOWN = frozenset({"type", "name", "description", "input_schema", "strict", "cache_control"})
MESSAGE_KNOWN = frozenset({"role", "content"})
MEDIA_KNOWN = frozenset({"type", "source", "title", "context", "cache_control"})
PLAIN_BLOCKS = ("text", "image", "document")

Sign = Callable[[str], tuple[str, str]]  # a signature as it came → the signature and its origin
sign_of_client: Sign = partial(from_client, dialect=DIALECT)


HELD_IN_PART = frozenset({"metadata", "thinking", "output_config"})


def parse_request(body: Body) -> Request:
    """A Messages body as a Request. Raises Malformed. `max_tokens` may be missing: token counting has none."""
    try:
        return parse_body(body)
    except RecursionError as problem:
        raise Malformed("the request is nested too deeply", "messages") from problem


def parse_body(body: Body) -> Request:
    choice, parallel = parse_tool_choice(body.get("tool_choice"))
    return Request(
        model=required(body, "model", str),
        messages=joined((*parse_system(body.get("system")), *parse_messages(listed(body, "messages")))),
        stream=true_or_false(body, "stream") is True,
        tools=tuple(map(parse_tool, listed(body, "tools", optional=True))),
        tool_choice=choice,
        parallel_tools=parallel,
        max_tokens=whole_number(body, "max_tokens"),
        temperature=number(body, "temperature"),
        top_p=number(body, "top_p"),
        top_k=whole_number(body, "top_k"),
        stop=parse_stop(listed(body, "stop_sequences", optional=True)),
        output=parse_output(body),
        reasoning=parse_reasoning_wish(body),
        user=text_or_none(member(body, "metadata"), "user_id") or "",
        extras=parse_extras(body),
    )


def member(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that is an object; an empty one where it is missing or null."""
    return {} if body.get(name) is None else required(body, name, dict)


def parse_extras(body: Body) -> dict[str, dict[str, Any]]:
    """What only Anthropic knows: other members, and what is left of those that the neutral request holds in part."""
    extras = only(body, DIALECT, KNOWN).get(DIALECT, {})
    if HELD_IN_PART.isdisjoint(body):
        return {DIALECT: extras} if extras else {}
    if metadata := without(member(body, "metadata"), "user_id"):
        extras["metadata"] = metadata
    thinking = member(body, "thinking")
    held = ("format",) if thinking.get("type") == "disabled" else ("format", "effort")
    if config := without(member(body, "output_config"), *held):
        extras["output_config"] = config
    if thinking and thinking.get("type") not in ("adaptive", "enabled", "disabled"):
        extras["thinking"] = thinking
    return {DIALECT: extras} if extras else {}


def without(body: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def parse_stop(texts: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("stop_sequences must be a list of texts", "stop_sequences")
    return tuple(texts)


def parse_reasoning_wish(body: Body) -> ReasoningWish | None:
    """`thinking`, and `output_config.effort`, which counts for nothing where thinking is off."""
    effort = text_or_none(member(body, "output_config"), "effort") or ""
    thinking = member(body, "thinking")
    shown = {"summarized": True, "omitted": False}.get(text_or_none(thinking, "display") or "")
    match thinking.get("type"):
        case "disabled":
            return ReasoningWish("none")
        case "enabled":
            return ReasoningWish(effort, budget=whole_number(thinking, "budget_tokens"), is_shown=shown)
        case "adaptive":
            return ReasoningWish(effort, is_adaptive=True, is_shown=shown)
    return ReasoningWish(effort) if effort else None


def parse_output(body: Body) -> OutputFormat | None:
    output = member(body, "output_config").get("format") or body.get("output_format")
    match output:
        case None:
            return None
        case {"type": "json_schema", "schema": dict(schema)}:
            return OutputFormat("schema", schema=schema)
    raise Malformed("output_config.format must be a json_schema", "output_config.format")


def parse_tool_choice(choice: Any) -> tuple[ToolChoice | None, bool | None]:
    """The choice, and False where parallel calls are forbidden."""
    if choice is None:
        return None, None
    parallel = False if isinstance(choice, dict) and choice.get("disable_parallel_tool_use") is True else None
    match choice:
        case {"type": "auto" | "none" as mode}:
            return ToolChoice(mode), parallel
        case {"type": "any"}:
            return ToolChoice("required"), parallel
        case {"type": "tool", "name": str(name)}:
            return ToolChoice("named", (name,)), parallel
    raise Malformed("tool_choice is none of auto, any, tool and none", "tool_choice")


def parse_tool(item: Any) -> Tool | Foreign:
    """A tool of the client's; Anthropic's own, which have a type, stay as they are."""
    if not isinstance(item, dict):
        raise Malformed("a tool must be an object", "tools")
    if item.get("type") not in (None, "custom"):
        return Foreign(DIALECT, item)
    schema = item.get("input_schema")
    if schema is not None and not isinstance(schema, dict):
        raise Malformed("input_schema must be an object", "tools.input_schema")
    return Tool(
        name=required(item, "name", str),
        description=text_or_none(item, "description") or "",
        parameters=schema,
        strict=true_or_false(item, "strict"),
        cache=cache_mark(item),
        extras=only(item, DIALECT, TOOL_KNOWN),
    )


def parse_system(system: Any) -> Iterator[Message]:
    if parts := parse_content(system):
        yield Message("system", parts)


def parse_messages(items: list[Any]) -> Iterator[Message]:
    for item in items:
        if is_plain(item) and item["role"] in ROLES:
            yield Message(item["role"], (Text(item["content"]),))
        else:
            yield from parse_message(item)


def parse_message(item: Any) -> Iterator[Message]:
    """One message; as two where it brings results of tools, which go first: they answer the message before."""
    if not isinstance(item, dict):
        raise Malformed("a message must be an object", "messages")
    role = item.get("role")
    if role not in ROLES:
        raise Malformed(f"there is no role {str(role)[:40]!r}", "messages.role")
    extras = only(item, DIALECT, MESSAGE_KNOWN)
    parts = parse_content(item.get("content"))
    results = tuple(part for part in parts if isinstance(part, ToolResult))
    if results:
        yield Message("tool", results, extras=extras)
        parts = tuple(part for part in parts if not isinstance(part, ToolResult))
    if parts:
        yield Message(role, parts, extras=extras)


def parse_content(content: Any, sign: Sign = sign_of_client) -> tuple[Part, ...]:
    """A text or a list of blocks."""
    if content is None or content == "":
        return ()
    if isinstance(content, str):
        return (Text(content),)
    if not isinstance(content, list):
        raise Malformed("content must be a text or a list of blocks", "messages.content")
    return tuple(part for item in content if (part := parse_block(item, sign)) is not None)


def parse_block(item: Any, sign: Sign = sign_of_client) -> Part | None:
    """A content block; None for an empty text. One that is not known is kept as it came."""
    if not isinstance(item, dict):
        raise Malformed("a content block must be an object", "messages.content")
    match item.get("type"):
        case "text":
            return parse_text(item)
        case "image" | "document" as kind:
            return parse_media_block(item, kind)
        case "thinking":
            signature, origin = sign(text_or_none(item, "signature") or "")
            return Reasoning(text_or_none(item, "thinking") or "", signature, origin)
        case "redacted_thinking":
            signature, origin = sign(required(item, "data", str))
            return Reasoning(signature=signature, origin=origin, is_redacted=True)
        case "tool_use":
            return parse_tool_use(item)
        case "tool_result":
            return parse_tool_result(item)
    return Foreign(DIALECT, item)


def parse_text(item: Body) -> Text | None:
    text = required(item, "text", str)
    extras = only(item, DIALECT, frozenset({"type", "text", "cache_control"}))
    if extras and extras[DIALECT] == {"citations": None}:  # in every text of an answer that cites nothing
        extras = {}
    return Text(text, cache=cache_mark(item), extras=extras) if text else None


def cache_mark(item: Mapping[str, Any]) -> str | None:
    mark = item.get("cache_control")
    if not isinstance(mark, dict):
        return None
    return "1h" if mark.get("ttl") == "1h" else ""


def parse_media_block(item: Body, kind: str) -> Image | Document | Foreign:
    """An image or a document; one made of content blocks of its own is nobody else's."""
    media = parse_source(required(item, "source", dict), "image/png" if kind == "image" else "application/pdf")
    if media is None:
        return Foreign(DIALECT, item)
    extras = only(item, DIALECT, MEDIA_KNOWN)
    if kind == "image":
        return Image(media, cache=cache_mark(item), extras=extras)
    title, context = text_or_none(item, "title") or "", text_or_none(item, "context") or ""
    return Document(media, title, context, cache_mark(item), extras=extras)


def parse_source(source: Body, usual_type: str) -> Media | None:
    match source.get("type"):
        case "base64":
            data = required(source, "data", str)
            return Media(true_type(data, text_or_none(source, "media_type") or usual_type), data=data)
        case "url":
            return Media(url=required(source, "url", str))
        case "file":
            return Media(file_id=required(source, "file_id", str))
        case "text":
            return Media("text/plain", text=required(source, "data", str))
    return None


def parse_tool_use(item: Body) -> ToolCall:
    name = required(item, "name", str)
    arguments = arguments_of(item.get("input"))
    return ToolCall(required(item, "id", str), name, arguments, cache=cache_mark(item))


def arguments_of(given: Any) -> str:
    """A tool's input as JSON text; some clients give it as text already."""
    if given is None or given == "":
        return "{}"
    return given if isinstance(given, str) else json_text(given)


def parse_tool_result(item: Body) -> ToolResult:
    return ToolResult(
        required(item, "tool_use_id", str),
        parse_result_content(item.get("content")),
        is_error=true_or_false(item, "is_error") is True,
        cache=cache_mark(item),
    )


def parse_result_content(content: Any) -> tuple[Part, ...]:
    """What a tool gave: a text, blocks, or (against the rules, but it is done) any JSON."""
    if content is None or isinstance(content, str):
        return parse_content(content)
    if not isinstance(content, list) or not all(isinstance(item, dict) and "type" in item for item in content):
        return (Text(json_text(content)),)
    parts = (parse_block(item) if item["type"] in PLAIN_BLOCKS else Foreign(DIALECT, item) for item in content)
    return tuple(part for part in parts if part is not None)
