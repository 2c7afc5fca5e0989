"""The neutral chat as Chat Completions requests."""

from collections.abc import Iterable, Iterator
from typing import Any

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
from gateway.dialects.format import Body, Built, Impossible
from gateway.dialects.media import data_url
from gateway.dialects.openai_chat.request_parsing import DIALECT


def build_request(request: Request) -> Built:
    """A Request as a Chat Completions body. Impossible are only pictures and sounds that are not given here."""
    dropped: list[str] = []
    body: Body = {
        "model": request.model,
        "messages": [item for message in request.messages for item in build_message(message, dropped)],
        "stream": request.stream or None,
        "stream_options": {"include_usage": True} if request.stream else None,
        "tools": [build_tool(tool) for tool in own_tools(request.tools, dropped)] or None,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "top_k": request.top_k,
        "stop": list(request.stop) or None,
        "seed": request.seed,
        "n": request.choices,
        "presence_penalty": request.presence_penalty,
        "frequency_penalty": request.frequency_penalty,
        "logprobs": request.logprobs,
        "top_logprobs": request.top_logprobs,
        "response_format": build_output(request.output),
        "reasoning_effort": build_effort(request.reasoning),
        "user": request.user or None,
        **request.own(DIALECT),
    }
    if body["tools"]:
        body["tool_choice"] = build_tool_choice(request.tool_choice, request.tools)
        body["parallel_tool_calls"] = request.parallel_tools
    return Built({name: value for name, value in body.items() if value is not None}, tuple(dict.fromkeys(dropped)))


def own_tools(tools: Iterable[Tool | Foreign], dropped: list[str]) -> Iterator[Tool | Foreign]:
    """Without the built-in tools of other providers, which nobody else could run."""
    for tool in tools:
        if isinstance(tool, Foreign) and tool.dialect != DIALECT:
            dropped.append(f"tools.{tool.body.get('type')}")
        else:
            yield tool


def build_message(message: Message, dropped: list[str]) -> Iterator[Body]:
    """A message as one of Chat Completions' or, for the results of tools, as several."""
    if message.role == "tool":
        yield from build_tool_results(message, dropped)
        return
    if (text := only_text(message)) is not None:
        yield {"role": message.role, "content": text}
        return
    item: Body = {"role": message.role, **message.own(DIALECT)}
    if message.name:
        item["name"] = message.name
    if message.role == "assistant":
        item |= build_said(message.parts)
    content = [built for part in message.parts if (built := build_part(part, dropped))]
    if content or message.role != "assistant":
        item["content"] = plain_if_possible(content)
    elif "tool_calls" in item or "reasoning_content" in item:
        item["content"] = None
    elif "refusal" not in item:
        return  # nothing that this format has words for; servers refuse a message that says nothing
    yield item


def only_text(message: Message) -> str | None:
    """The text of a message that is nothing else, which most are."""
    if len(message.parts) != 1 or message.name or message.extras:
        return None
    part = message.parts[0]
    return part.text if isinstance(part, Text) and part.cache is None and not part.extras else None


def plain_if_possible(content: list[Body]) -> str | list[Body]:
    """A single text as a plain string, which every server understands."""
    if len(content) == 1 and content[0].keys() == {"type", "text"}:
        return str(content[0]["text"])
    return content or ""


def build_part(part: Part, dropped: list[str]) -> Body | None:
    """A content part; None for what has its place elsewhere in the message, or nowhere."""
    match part:
        case Text():
            return {"type": "text", "text": part.text, **cache_member(part.cache), **part.own(DIALECT)}
        case Image():
            if not (part.media.url or part.media.data):
                raise Impossible("a picture by its file's id")
            image = {"url": data_url(part.media)} | ({"detail": part.detail} if part.detail else {})
            return {"type": "image_url", "image_url": image, **cache_member(part.cache)}
        case Audio():
            if not part.media.data:
                raise Impossible("a sound by its address")
            sound = {"data": part.media.data, "format": sound_format(part.media)}
            return {"type": "input_audio", "input_audio": sound}
        case Document():
            return build_document(part)
        case Foreign(dialect="openai-chat"):
            return dict(part.body)
        case Foreign():
            dropped.append(f"messages.{part.body.get('type')}")
    return None


def sound_format(media: Media) -> str:
    """OpenAI's names for what has several: "wav" and "mp3"."""
    kind = media.mime_type.partition("/")[2].removeprefix("x-")
    return {"": "wav", "wave": "wav", "mpeg": "mp3"}.get(kind, kind)


def build_document(part: Document) -> Body:
    """A file; a plain text has no form of its own and becomes a text."""
    if part.media.text:
        title = f"{part.title}\n\n" if part.title else ""
        return {"type": "text", "text": title + part.media.text, **cache_member(part.cache)}
    if part.media.url:
        return {"type": "text", "text": f"{part.title} {part.media.url}".strip(), **cache_member(part.cache)}
    file = {"file_id": part.media.file_id} if part.media.file_id else {"file_data": data_url(part.media)}
    named = {"filename": part.title} if part.title else {}
    return {"type": "file", "file": file | named, **cache_member(part.cache)}


def cache_member(cache: str | None) -> Body:
    """A mark as OpenRouter, Qwen and Zhipu know it; see `gateway.quirks` for those that refuse it."""
    if cache is None:
        return {}
    return {"cache_control": {"type": "ephemeral"} | ({"ttl": cache} if cache else {})}


def build_said(parts: Iterable[Part]) -> Body:
    """What has a member of its own in an assistant's message."""
    parts = tuple(parts)
    reasoning = "".join(part.text for part in parts if isinstance(part, Reasoning))
    refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
    calls = [build_tool_call(part) for part in parts if isinstance(part, ToolCall)]
    said = {"reasoning_content": reasoning, "refusal": refusal, "tool_calls": calls}
    return {name: value for name, value in said.items() if value}


def build_tool_call(call: ToolCall) -> Body:
    if call.kind == "custom":
        item: Body = {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": call.arguments}}
    else:
        item = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
    if call.signature:
        item["extra_content"] = {"google": {"thought_signature": call.signature}}
    return item


def build_tool_results(message: Message, dropped: list[str]) -> Iterator[Body]:
    """Texts as tool messages; a picture in a result follows as the user's, since a tool message has texts only."""
    pictures: list[Body] = []
    for result in message.parts:
        if isinstance(result, ToolResult):
            content = [built for part in result.parts if (built := build_part(part, dropped))]
            texts = [item for item in content if item.get("type") == "text"]
            pictures += [item for item in content if item.get("type") != "text"]
            if result.is_error:
                texts = marked_as_error(texts)
            yield {
                "role": "tool",
                "tool_call_id": result.call_id,
                **({"name": result.name} if result.name else {}),
                "content": plain_if_possible(texts),
                **cache_member(result.cache),
            }
    if pictures:
        yield {"role": "user", "content": pictures}


def marked_as_error(texts: list[Body]) -> list[Body]:
    """There is no flag for a tool that failed, so its text begins with the word."""
    if not texts:
        return [{"type": "text", "text": "Error"}]
    first, *others = texts
    return [first | {"text": f"Error: {first['text']}"}, *others]


def build_tool(tool: Tool | Foreign) -> Body:
    if isinstance(tool, Foreign):
        return dict(tool.body)
    if tool.kind == "custom":
        custom = {"name": tool.name, "description": tool.description or None, "format": tool.grammar}
        given = {name: value for name, value in custom.items() if value is not None}
        return {"type": "custom", "custom": given, **cache_member(tool.cache)}
    function = {
        "name": tool.name,
        "description": tool.description or None,
        "parameters": tool.parameters,
        "strict": tool.strict,
        **tool.own(DIALECT),
    }
    stated = {name: value for name, value in function.items() if value is not None}
    return {"type": "function", "function": stated, **cache_member(tool.cache)}


def build_tool_choice(choice: ToolChoice | None, tools: Iterable[Tool | Foreign]) -> Any:
    if choice is None:
        return None
    customs = {tool.name for tool in tools if isinstance(tool, Tool) and tool.kind == "custom"}
    named = [
        {"type": kind, kind: {"name": name}}
        for name in choice.names
        for kind in ["custom" if name in customs else "function"]
    ]
    if choice.mode == "named":
        return named[0] if named else "required"
    if named:
        return {"type": "allowed_tools", "allowed_tools": {"mode": choice.mode, "tools": named}}
    return choice.mode


def build_output(output: OutputFormat | None) -> Body | None:
    match output:
        case None:
            return None
        case OutputFormat(kind="schema"):
            schema = {
                "name": output.name or "answer",
                "schema": output.schema,
                "description": output.description or None,
                "strict": output.strict,
            }
            stated = {name: value for name, value in schema.items() if value is not None}
            return {"type": "json_schema", "json_schema": stated}
        case _:
            return {"type": "json_object" if output.kind == "json" else "text"}


# Where a client gives a budget of tokens and the provider wants a word, and the other way round.
EFFORT_UP_TO = ((0, "none"), (512, "minimal"), (1024, "low"), (8192, "medium"), (24576, "high"))


def build_effort(wish: ReasoningWish | None) -> str | None:
    if wish is None or wish.effort or wish.budget is None:
        return (wish and wish.effort) or None
    return effort_of(wish.budget)


def effort_of(budget: int) -> str:
    return next((effort for limit, effort in EFFORT_UP_TO if budget <= limit), "xhigh")
