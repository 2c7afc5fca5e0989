"""Messages of the neutral chat as the items of a Responses request's `input`."""

from collections.abc import Iterable, Iterator

from gateway.chat import (
    Audio,
    Document,
    Foreign,
    Image,
    Media,
    Message,
    Part,
    Reasoning,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
)
from gateway.dialects.format import Body, Impossible
from gateway.dialects.media import data_url
from gateway.dialects.openai_responses.items_parsing import summary_of
from gateway.dialects.openai_responses.sealing import DIALECT


def build_items(messages: Iterable[Message], dropped: list[str]) -> Iterator[Body]:
    """The items of all messages. Raises Impossible."""
    for message in messages:
        if message.name:
            dropped.append("messages.name")
        if message.role == "tool":
            yield from (build_result(part, dropped) for part in message.parts if isinstance(part, ToolResult))
        else:
            yield from build_message(message, dropped)


def build_message(message: Message, dropped: list[str]) -> list[Body]:
    """The message item or, where calls and thoughts stand between its texts, items."""
    items: list[Body] = []
    open_item: Body | None = None
    for part in message.parts:
        if item := build_item(part, dropped):
            items.append(item)
            open_item = None
        elif content := build_content(part, message.role, dropped):
            members, role = part_item(part), role_of(content, message.role)
            if open_item is None or members or open_item["role"] != role:
                open_item = {"type": "message", "role": role, **members, "content": []}
                items.append(open_item)
            open_item["content"].append(content)
    return [plain_if_possible(item) for item in items]


def part_item(part: Part) -> Body:
    """The members of the item whose first part this was."""
    return {} if isinstance(part, Foreign) else part.own(DIALECT).get("item", {})


def role_of(content: Body, role: Role) -> Role:
    """An assistant's message can hold texts only; a picture it made is shown by the user."""
    return "user" if role == "assistant" and content["type"] not in ("output_text", "refusal") else role


def plain_if_possible(item: Body) -> Body:
    """A message of one plain text with its text as a string, the form that every server understands."""
    match item:
        case {"type": "message", "role": role, "content": [{"type": "input_text" | "output_text", **content}]} if len(
            item
        ) == 3 and content.keys() == {"text"}:
            return {"type": "message", "role": role, "content": content["text"]}
    return item


def build_item(part: Part, dropped: list[str]) -> Body | None:
    """A part that is an item of its own; None for all others."""
    match part:
        case Reasoning(origin="openai-responses") if part.signature:
            thought = {"type": "reasoning", "summary": summary_of(part.text), **part.own(DIALECT)}
            return thought | {"encrypted_content": part.signature}
        case ToolCall():
            return build_call(part)
        case Image() if "id" in part.own(DIALECT):
            return {"type": "image_generation_call", **part.own(DIALECT), "result": part.media.data}
        case Foreign(dialect="openai-responses"):
            return dict(part.body)
        case Foreign():
            dropped.append(f"messages.{part.body.get('type')}")
    return None


def build_call(call: ToolCall) -> Body:
    namespace = {"namespace": call.namespace} if call.namespace else {}
    item: Body = {"call_id": call.id, "name": call.name, **namespace, **call.own(DIALECT)}
    if call.kind == "custom":
        return {"type": "custom_tool_call", **item, "input": call.arguments}
    return {"type": "function_call", **item, "arguments": call.arguments}


def build_result(result: ToolResult, dropped: list[str]) -> Body:
    """The output of a tool: one plain text as a string, anything else as parts. An error says so in its text."""
    parts = marked_as_error(result.parts) if result.is_error else result.parts
    content = [built for part in parts if (built := build_content(part, "tool", dropped))]
    is_plain = len(content) == 1 and content[0].keys() == {"type", "text"}
    return {
        "type": "custom_tool_call_output" if result.kind == "custom" else "function_call_output",
        "call_id": result.call_id,
        **result.own(DIALECT),
        "output": content[0]["text"] if is_plain else content or "",
    }


def marked_as_error(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """There is no flag for an error."""
    match parts:
        case (Text() as first, *rest):
            return (Text(f"Error: {first.text}", extras=first.extras), *rest)
    return (Text("Error: "), *parts)


def build_content(part: Part, role: Role, dropped: list[str]) -> Body | None:
    """A content part; None for what is none. Raises Impossible."""
    match part:
        case Text():
            return {"type": text_type(role), "text": part.text, **members_of(part)}
        case Refusal():
            return {"type": "refusal" if role == "assistant" else "input_text", refusal_member(role): part.text}
        case Image():
            detail = {"detail": part.detail} if part.detail else {}
            return {"type": "input_image", **build_image(part.media), **detail, **members_of(part)}
        case Document():
            return build_document(part, role)
        case Audio():
            raise Impossible("audio input")
        case Foreign(dialect="openai-responses") if role == "tool":
            return dict(part.body)
        case Foreign() if role == "tool":
            dropped.append(f"messages.{part.body.get('type')}")
    return None


def text_type(role: Role) -> str:
    return "output_text" if role == "assistant" else "input_text"


def refusal_member(role: Role) -> str:
    return "refusal" if role == "assistant" else "text"


def members_of(part: Text | Image | Document) -> Body:
    """The part's own members, without those of its item."""
    return {name: value for name, value in part.own(DIALECT).items() if name != "item"}


def build_image(media: Media) -> Body:
    return {"file_id": media.file_id} if media.file_id else {"image_url": data_url(media)}


def build_document(part: Document, role: Role) -> Body:
    """A file; a plain text has no form of its own and becomes a text."""
    media = part.media
    if media.text:
        title = f"{part.title}\n\n" if part.title else ""
        return {"type": text_type(role), "text": title + media.text}
    named = {"filename": part.title} if part.title else {}
    if media.file_id:
        file = {"file_id": media.file_id}
    elif media.url:
        file = {"file_url": media.url}
    else:  # data must have a name, whose ending tells what it is
        named = {"filename": part.title or f"document.{media.mime_type.partition('/')[2] or 'pdf'}"}
        file = {"file_data": data_url(media)}
    return {"type": "input_file", **named, **file, **members_of(part)}
