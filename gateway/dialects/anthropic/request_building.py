"""The neutral chat as Anthropic Messages requests, in the words of API version 2023-06-01 for the current models.
What older model families want otherwise is the business of `gateway.quirks`."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
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
from gateway.dialects.anthropic.request_parsing import DIALECT, without
from gateway.dialects.anthropic.schemas import input_schema, strict_schema
from gateway.dialects.format import Body, Built, Impossible
from gateway.dialects.media import true_type
from gateway.dialects.reading import json_object

MAX_TOKENS = 32_000  # Anthropic wants a number; every current model can write that much
LEAST_BUDGET = 1024
LEAST_TOP_P = 0.95  # while thinking
EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high", "xhigh": "xhigh", "max": "max"}
ROLES = {"system": "system", "developer": "system", "user": "user", "tool": "user", "assistant": "assistant"}
MINIMAL_TURN = "."  # Anthropic wants a user to begin; a blank would be refused
_NOT_IN_IDS = re.compile(r"[^a-zA-Z0-9_-]")


def build_request(request: Request) -> Built:
    """A Request as a Messages body. Raises Impossible for sound, and for more than one answer."""
    if request.choices is not None and request.choices > 1:
        raise Impossible("more than one answer")
    dropped = [*unsayable(request)]
    leading = leading_instructions(request.messages)
    messages = build_messages(request.messages[len(leading) :], dropped)
    tools = [build_tool(tool) for tool in allowed_tools(request, dropped)]
    own = dict(request.own(DIALECT))
    body: Body = {
        "model": request.model,
        "system": [block for message in leading for block in build_blocks(message, dropped)] or None,
        "messages": messages,
        "stream": request.stream or None,
        "tools": tools or None,
        "tool_choice": build_tool_choice(request.tool_choice, request.parallel_tools) if tools else None,
        **({} if tools else declared_calls(request.messages)),
        "temperature": None if request.temperature is None else min(max(request.temperature, 0), 1),
        "top_p": request.top_p,
        "top_k": request.top_k,
        "stop_sequences": [text for text in request.stop if text.strip()] or None,
        "thinking": build_thinking(request.reasoning),
        "output_config": build_effort(request.reasoning, dropped)
        | build_output(request.output, dropped)
        | own.pop("output_config", {}),
        "metadata": ({"user_id": request.user} if request.user else {}) | own.pop("metadata", {}),
        **own,
    }
    settle_thinking(body, dropped)
    body["max_tokens"] = room_for(request.max_tokens, body["thinking"])
    stated = {name: value for name, value in body.items() if value is not None and value != {}}
    return Built(stated, tuple(dict.fromkeys(dropped)))


def unsayable(request: Request) -> Iterator[str]:
    """What was asked for and Anthropic has no word for."""
    if request.seed is not None:
        yield "seed"
    for name in ("presence_penalty", "frequency_penalty", "logprobs", "top_logprobs"):
        if getattr(request, name):
            yield name
    if any(members.get("logit_bias") for dialect, members in request.extras.items() if dialect != DIALECT):
        yield "logit_bias"


def leading_instructions(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system's and developer's messages before the first of the conversation."""
    count = next((at for at, message in enumerate(messages) if ROLES[message.role] != "system"), len(messages))
    return messages[:count]


def build_messages(messages: Iterable[Message], dropped: list[str]) -> list[Body]:
    """Turns of user and assistant, which alternate, with the later instructions where they stood."""
    turns: list[Body] = []
    for message in messages:
        turn = {"role": ROLES[message.role], "content": build_blocks(message, dropped), **message.own(DIALECT)}
        if not turn["content"]:
            continue
        if turns and turn["role"] != "system" and without(turns[-1], "content") == without(turn, "content"):
            turns[-1]["content"] += turn["content"]
        else:
            turns.append(turn)
    trim_prefill(turns)
    if not turns or turns[0]["role"] != "user":
        turns.insert(0, {"role": "user", "content": [{"type": "text", "text": MINIMAL_TURN}]})
    return [turn | {"content": plain_if_possible(results_first(turn["content"]))} for turn in turns]


def trim_prefill(turns: list[Body]) -> None:
    """The beginning of an answer must not end in white space, which Anthropic refuses."""
    last = turns[-1]["content"][-1] if turns and turns[-1]["role"] == "assistant" else {}
    if last.get("type") == "text":
        last["text"] = last["text"].rstrip()


def results_first(blocks: list[Body]) -> list[Body]:
    """Results of tools stand before anything else."""
    return sorted(blocks, key=lambda block: block.get("type") != "tool_result")


def plain_if_possible(blocks: list[Body]) -> str | list[Body]:
    """A single text as a plain string, which is how most clients write it."""
    if len(blocks) == 1 and blocks[0].keys() == {"type", "text"}:
        return str(blocks[0]["text"])
    return blocks


def build_blocks(message: Message, dropped: list[str]) -> list[Body]:
    """The content of a message. Only a user can show something."""
    blocks: list[Body] = []
    for part in message.parts:
        if ROLES[message.role] != "user" and isinstance(part, Image | Audio | Document):
            dropped.append(f"messages.{type(part).__name__.lower()}")
        elif block := build_block(part, dropped):
            blocks.append(block)
    return blocks


def build_block(part: Part, dropped: list[str]) -> Body | None:
    """A content block; None for what Anthropic would refuse, or nobody but its provider can read."""
    match part:
        case Text():
            block = {"type": "text", "text": part.text, **cache_member(part.cache), **part.own(DIALECT)}
            return block if part.text.strip() else None
        case Refusal():
            return {"type": "text", "text": part.text} if part.text.strip() else None
        case Image():
            return build_media_block("image", part, build_source(part.media, "image/png"))
        case Document():
            named = {name: value for name, value in (("title", part.title), ("context", part.context)) if value}
            return build_media_block("document", part, build_source(part.media, "application/pdf"), named)
        case Audio():
            raise Impossible("audio input")
        case Reasoning():
            return build_reasoning(part)
        case ToolCall():
            return build_tool_use(part)
        case ToolResult():
            return build_tool_result(part, dropped)
        case Foreign(dialect="anthropic"):
            return dict(part.body)
    dropped.append(f"messages.{part.body.get('type')}")
    return None


def cache_member(cache: str | None) -> Body:
    if cache is None:
        return {}
    return {"cache_control": {"type": "ephemeral"} | ({"ttl": cache} if cache else {})}


def build_media_block(
    kind: str, part: Image | Document, source: Body | None, named: Mapping[str, str] | None = None
) -> Body | None:
    if source is None:
        return None
    return {"type": kind, "source": source, **(named or {}), **cache_member(part.cache), **part.own(DIALECT)}


def build_source(media: Media, usual_type: str) -> Body | None:
    """Where the media is; None for one that is nowhere. Of data only pictures and PDFs are taken, and plain text."""
    if media.text:
        return {"type": "text", "media_type": "text/plain", "data": media.text}
    if media.data:
        mime_type = true_type(media.data, media.mime_type) or usual_type
        text = decoded_text(media.data) if mime_type.startswith("text/") else ""
        if text:
            return build_source(Media(text=text), usual_type)
        return {"type": "base64", "media_type": mime_type, "data": media.data}
    if media.url:
        return {"type": "url", "url": media.url}
    return {"type": "file", "file_id": media.file_id} if media.file_id else None


def decoded_text(data: str) -> str:
    """The text in base64 `data`, or nothing where there is none."""
    try:
        return base64.b64decode(data).decode()
    except (binascii.Error, ValueError):
        return ""


def build_reasoning(part: Reasoning) -> Body | None:
    """A thought goes back only with the signature that Anthropic gave it; any other is refused as invalid."""
    if part.origin != DIALECT or not part.signature:
        return None
    if part.is_redacted:
        return {"type": "redacted_thinking", "data": part.signature}
    return {"type": "thinking", "thinking": part.text, "signature": part.signature}


def build_tool_use(call: ToolCall) -> Body:
    given = {"input": call.arguments} if call.kind == "custom" else json_object(call.arguments)
    block = {"type": "tool_use", "id": sanitised_id(call.id), "name": call.name, "input": given}
    return block | cache_member(call.cache)


def sanitised_id(call_id: str) -> str:
    """An id of the characters that Anthropic takes; the same for a call and for its result."""
    return _NOT_IN_IDS.sub("_", call_id) or "_"


def build_tool_result(result: ToolResult, dropped: list[str]) -> Body:
    content = [block for part in result.parts if (block := build_block(part, dropped))]
    block = {"type": "tool_result", "tool_use_id": sanitised_id(result.call_id)}
    block["content"] = plain_if_possible(content) if content else ""
    return block | ({"is_error": True} if result.is_error else {}) | cache_member(result.cache)


def declared_calls(messages: Iterable[Message]) -> Body:
    """Tools that were called and are no longer offered: Anthropic wants them declared; nobody may call them."""
    called = {part.name: None for message in messages for part in message.parts if isinstance(part, ToolCall)}
    tools = [build_tool(Tool(name=name)) for name in called]
    return {"tools": tools, "tool_choice": {"type": "none"}} if tools else {}


def allowed_tools(request: Request, dropped: list[str]) -> Iterator[Tool | Foreign]:
    """Without other providers' built-in tools, and without those that the client did not allow this time."""
    choice = request.tool_choice
    allowed = choice.names if choice and choice.mode in ("auto", "required") else ()
    for tool in request.tools:
        if isinstance(tool, Foreign) and tool.dialect != DIALECT:
            dropped.append(f"tools.{tool.body.get('type')}")
        elif not allowed or (tool.body.get("name") if isinstance(tool, Foreign) else tool.name) in allowed:
            yield tool


def build_tool(tool: Tool | Foreign) -> Body:
    if isinstance(tool, Foreign):
        return dict(tool.body)
    if tool.kind == "custom":
        return build_custom_tool(tool)
    schema = input_schema(tool.parameters)
    item = {
        "name": tool.name,
        "description": tool.description or None,
        "input_schema": strict_schema(schema) if tool.strict else schema,
        "strict": tool.strict,
        **cache_member(tool.cache),
        **tool.own(DIALECT),
    }
    return {name: value for name, value in item.items() if value is not None}


def build_custom_tool(tool: Tool) -> Body:
    """A tool that takes free text, as one that takes an object with the text in it."""
    text = {"type": "string"} | ({"description": told} if (told := told_grammar(tool.grammar or {})) else {})
    schema = {"type": "object", "properties": {"input": text}, "required": ["input"]}
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "input_schema": schema, **cache_member(tool.cache)}


def told_grammar(grammar: Mapping[str, Any]) -> str:
    """OpenAI's grammar for a custom tool in words; Chat Completions nests it once more than Responses."""
    nested = grammar.get("grammar")
    rules = nested if isinstance(nested, dict) else grammar
    definition = rules.get("definition")
    return f"Must follow this {rules.get('syntax')} grammar:\n{definition}" if definition else ""


def build_tool_choice(choice: ToolChoice | None, parallel: bool | None) -> Body | None:
    match choice:
        case ToolChoice(mode="none"):
            return {"type": "none"}
        case ToolChoice(mode="named", names=(name, *_)) | ToolChoice(mode="required", names=(name,)):
            built = {"type": "tool", "name": name}
        case ToolChoice(mode="required"):
            built = {"type": "any"}
        case None if parallel is not False:
            return None
        case _:
            built = {"type": "auto"}
    return built | ({"disable_parallel_tool_use": True} if parallel is False else {})


def build_thinking(wish: ReasoningWish | None) -> Body | None:
    """How to think. The current models decide for themselves how much, led by an effort; a budget stays a budget."""
    if wish is None:
        return None
    if wish.effort == "none" or wish.budget == 0:
        return {"type": "disabled"}
    shown = {} if wish.is_shown is None else {"display": "summarized" if wish.is_shown else "omitted"}
    if wish.budget is not None and wish.budget > 0:
        return {"type": "enabled", "budget_tokens": max(wish.budget, LEAST_BUDGET)} | shown
    asked = wish.effort or wish.is_adaptive or wish.is_shown or wish.budget
    return {"type": "adaptive"} | shown if asked else None


def build_effort(wish: ReasoningWish | None, dropped: list[str]) -> Body:
    if wish is None or wish.effort in ("", "none"):
        return {}
    if wish.effort not in EFFORTS:
        dropped.append("reasoning")
        return {}
    return {"effort": EFFORTS[wish.effort]}


def build_output(output: OutputFormat | None, dropped: list[str]) -> Body:
    """A schema for the answer; JSON of any shape is nothing that could be asked for."""
    if output is None or output.kind == "text":
        return {}
    if output.kind == "json" or output.schema is None:
        dropped.append("output")
        return {}
    return {"format": {"type": "json_schema", "schema": strict_schema(output.schema)}}


def settle_thinking(body: Body, dropped: list[str]) -> None:
    """Leave out what Anthropic refuses together with thinking ("Extended thinking", Feature compatibility).

    A forced tool is what the client's program depends on, so there thinking gives way, as it does where a thought
    that a budget requires is missing from the history; sampling gives way to thinking.
    """
    thinking = body["thinking"] or {}
    if thinking.get("type") not in ("adaptive", "enabled"):
        return
    is_forced = (body["tool_choice"] or {}).get("type") in ("any", "tool")
    if is_forced or (thinking["type"] == "enabled" and lacks_thought(body["messages"])):
        body["thinking"] = {"type": "disabled"}
        dropped.append("reasoning")
        return
    fine = {"temperature": body["temperature"] == 1, "top_p": (body["top_p"] or 0) >= LEAST_TOP_P, "top_k": False}
    for name in fine:
        if body[name] is not None and not fine[name]:
            body[name] = None
            dropped.append(name)


def lacks_thought(messages: list[Body]) -> bool:
    """Whether a tool was called in the current turn, that is since the user last spoke, without a thought first."""
    for message in reversed(messages):
        blocks = message["content"] if isinstance(message["content"], list) else [{"type": "text"}]
        kinds = [block.get("type") for block in blocks]
        if message["role"] == "user" and "tool_result" not in kinds:
            return False
        starts_with_thought = kinds[:1] in (["thinking"], ["redacted_thinking"])
        if message["role"] == "assistant" and "tool_use" in kinds and not starts_with_thought:
            return True
    return False


def room_for(max_tokens: int | None, thinking: Body | None) -> int:
    """`max_tokens`, which must be more than the budget for thinking. (Zero is allowed: it warms up the cache.)"""
    limit = MAX_TOKENS if max_tokens is None or max_tokens < 0 else max_tokens
    budget: int = (thinking or {}).get("budget_tokens", 0)
    return limit if limit > budget else limit + budget
