"""Items of the Responses API, of a request's `input` or an answer's `output`, as messages of the neutral chat.

An item has members that a part has no place for (`id`, `status`, `phase`); they are kept in the extras, a message
item's under "item" of its first part, so that they do not keep neighbouring messages from becoming one.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from gateway.chat import (
    Audio,
    Document,
    Extras,
    Foreign,
    Image,
    Media,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Value,
)
from gateway.dialects.format import Body, Malformed
from gateway.dialects.media import from_data_url, true_type
from gateway.dialects.openai_chat.request_parsing import cache_mark
from gateway.dialects.openai_responses.sealing import DIALECT, opened
from gateway.dialects.reading import json_text, listed, required, text_or_none

ROLES = ("system", "developer", "user", "assistant")
PartValue = TypeVar("PartValue", bound=Value)


def parse_input(body: Body) -> Iterator[Message]:
    """The messages of a request: `instructions` are the first. Raises Malformed."""
    if instructions := text_or_none(body, "instructions"):
        yield Message("system", (Text(instructions),))
    given = body.get("input")
    if not isinstance(given, str):
        yield from parse_items(listed(body, "input", optional=True))
    elif given:
        yield Message("user", (Text(given),))


def parse_items(items: list[Any]) -> Iterator[Message]:
    """Items in an order every dialect takes: a message between a call and its result waits until after the result.

    Of two results for one call the first counts.
    """
    results = last_results(items)
    open_calls: set[str] = set()
    answered: set[str] = set()
    waiting: list[Message] = []
    for position, item in enumerate(items):
        match parse_item(item):
            case None:
                continue
            case Message(role="tool", parts=(ToolResult() as result,)) as message:
                if result.call_id not in answered:
                    yield message
                answered.add(result.call_id)
                open_calls.discard(result.call_id)
            case Message(role="assistant") as message:
                yield message
                called = {part.id for part in message.parts if isinstance(part, ToolCall)}
                answered -= called  # some servers begin their ids anew in every turn
                open_calls |= {call_id for call_id in called if results.get(call_id, -1) > position}
            case message:
                waiting.append(message)
        if not open_calls:
            yield from waiting
            waiting.clear()
    yield from waiting


def last_results(items: list[Any]) -> dict[str, int]:
    """Where the last result of each call stands."""
    return {
        item["call_id"]: position
        for position, item in enumerate(items)
        if isinstance(item, dict)
        and item.get("type") in ("function_call_output", "custom_tool_call_output")
        and isinstance(item.get("call_id"), str)
    }


def parse_item(item: Any) -> Message | None:
    """One item; None for a message that says nothing. What only this API has is the assistant's Foreign."""
    if not isinstance(item, dict):
        raise Malformed("an item must be an object", "input")
    match item.get("type") or ("message" if "role" in item or "id" not in item else "item_reference"):
        case "message":
            return parse_message(item)
        case "reasoning":
            return Message("assistant", (parse_reasoning(item),))
        case "function_call" | "custom_tool_call":
            return Message("assistant", (parse_call(item),))
        case "function_call_output" | "custom_tool_call_output":
            return Message("tool", (parse_result(item),))
        case "image_generation_call" if isinstance(item.get("result"), str):
            return Message("assistant", (parse_made_image(item),))
    return Message("assistant", (Foreign(DIALECT, item),))


def parse_message(item: Body) -> Message | None:
    role = item.get("role")
    if role not in ROLES:
        raise Malformed(f"there is no role {str(role)[:40]!r}", "input.role")
    parts = [in_message(part, role) for part in parse_content(item.get("content"))]
    if not parts:
        return None
    first = parts[0]
    if (members := rest_of(item, "type", "role", "content")) and not isinstance(first, Foreign):
        parts[0] = with_own(first, {**first.own(DIALECT), "item": members})
    return Message(role, tuple(parts))


def in_message(part: Part, role: str) -> Part:
    """A content part of an unknown type as an item of its own, so that every Foreign of a message is an item."""
    if not isinstance(part, Foreign):
        return part
    return Foreign(DIALECT, {"type": "message", "role": role, "content": [part.body]})


def parse_content(content: Any) -> tuple[Part, ...]:
    if content is None or content == "":
        return ()
    if isinstance(content, str):
        return (Text(content),)
    if not isinstance(content, list):
        raise Malformed("content must be a text or a list of parts", "input.content")
    return tuple(part for item in content if (part := parse_part(item)) is not None)


def parse_part(item: Any) -> Part | None:
    """A content part; None for an empty text."""
    if not isinstance(item, dict):
        raise Malformed("a content part must be an object", "input.content")
    match item.get("type"):
        case "input_text" | "output_text" | "text":
            return parse_text(item)
        case "refusal":
            refusal = required(item, "refusal", str)
            return Refusal(refusal) if refusal else None
        case "input_image":
            return parse_image(item)
        case "input_file":
            return parse_file(item)
        case "input_audio":
            sound = required(item, "input_audio", dict)
            return Audio(Media(f"audio/{text_or_none(sound, 'format') or 'wav'}", data=required(sound, "data", str)))
    return Foreign(DIALECT, item)


def parse_text(item: Body) -> Text | None:
    text = required(item, "text", str)
    own = {name: value for name, value in rest_of(item, "type", "text", "cache_control").items() if value != []}
    return Text(text, cache=cache_mark(item), extras=own_extras(own)) if text else None


def parse_image(item: Body) -> Image:
    url = item.get("image_url")
    if isinstance(url, dict):  # as Chat Completions has it
        url = url.get("url")
    if file_id := text_or_none(item, "file_id"):
        media = Media(file_id=file_id)
    elif isinstance(url, str):
        media = from_data_url(url) or Media(url=url)
    else:
        raise Malformed("an image needs image_url or file_id", "input.content.image_url")
    own = rest_of(item, "type", "image_url", "file_id", "detail", "cache_control")
    return Image(media, text_or_none(item, "detail") or "", cache=cache_mark(item), extras=own_extras(own))


def parse_file(item: Body) -> Document:
    if file_id := text_or_none(item, "file_id"):
        media = Media(file_id=file_id)
    elif url := text_or_none(item, "file_url"):
        media = Media(url=url)
    else:
        data = required(item, "file_data", str)
        media = from_data_url(data) or Media(true_type(data, "application/pdf"), data=data)
    own = rest_of(item, "type", "file_id", "file_url", "file_data", "filename", "cache_control")
    title = text_or_none(item, "filename") or ""
    return Document(media, title=title, cache=cache_mark(item), extras=own_extras(own))


def parse_made_image(item: Body) -> Image:
    """A picture the model made. It has no type but `output_format`, and its first bytes."""
    claimed = f"image/{text_or_none(item, 'output_format') or 'png'}"
    media = Media(true_type(item["result"], claimed), data=item["result"])
    return Image(media, extras=own_extras(rest_of(item, "type", "result")))


def parse_reasoning(item: Body) -> Reasoning | Foreign:
    """A thought with its text or its seal; one that has neither is only an id, which nobody else can look up."""
    text = joined_texts(item.get("content")) or joined_texts(item.get("summary"))
    signature, origin, is_redacted = opened(text_or_none(item, "encrypted_content") or "")
    if not text and not signature:
        return Foreign(DIALECT, item)
    own = rest_of(item, "type", "encrypted_content")
    if own.get("summary") == summary_of(text):
        del own["summary"]
    return Reasoning(text, signature, origin, is_redacted and not text, extras=own_extras(own))


def joined_texts(pieces: Any) -> str:
    """The texts of a summary, or of a thought's content, as one."""
    pieces = pieces if isinstance(pieces, list) else []
    texts = [piece.get("text") for piece in pieces if isinstance(piece, dict)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text)


def summary_of(text: str) -> list[Body]:
    return [{"type": "summary_text", "text": text}] if text else []


def parse_call(item: Body) -> ToolCall:
    is_custom = item["type"] == "custom_tool_call"
    name = required(item, "name", str)
    return ToolCall(
        id=text_or_none(item, "call_id") or text_or_none(item, "id") or f"call_{name}",
        name=name,
        arguments=text_or_none(item, "input") or "" if is_custom else arguments_of(item.get("arguments")),
        kind="custom" if is_custom else "function",
        namespace=text_or_none(item, "namespace") or "",
        extras=own_extras(rest_of(item, "type", "call_id", "name", "arguments", "input", "namespace")),
    )


def arguments_of(arguments: Any) -> str:
    """Arguments as JSON text; some clients give them as an object."""
    if arguments is None or arguments == "":
        return "{}"
    return arguments if isinstance(arguments, str) else json_text(arguments)


def parse_result(item: Body) -> ToolResult:
    return ToolResult(
        required(item, "call_id", str),
        parse_output(item.get("output")),
        kind="custom" if item["type"] == "custom_tool_call_output" else "function",
        extras=own_extras(rest_of(item, "type", "call_id", "output")),
    )


def parse_output(output: Any) -> tuple[Part, ...]:
    """A tool's output: a text or parts; any other JSON as text."""
    are_parts = isinstance(output, list) and all(
        isinstance(part, dict) and isinstance(part.get("type"), str) for part in output
    )
    if output is None or isinstance(output, str) or are_parts:
        return parse_content(output)
    return (Text(json_text(output)),)


def rest_of(item: Mapping[str, Any], *known: str) -> Body:
    """The members besides those that are known, and those that say nothing."""
    return {name: value for name, value in item.items() if name not in known and value is not None}


def own_extras(members: Body) -> Extras:
    return {DIALECT: members} if members else {}


def with_own(part: PartValue, members: Body) -> PartValue:
    """The part with these members as this dialect's extras."""
    return msgspec.structs.replace(part, extras=own_extras(members))
