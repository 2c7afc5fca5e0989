"""Responses answers and errors ↔ the neutral chat."""

import time
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid4

import msgspec

from gateway.chat import (
    Choice,
    Finish,
    Foreign,
    Image,
    Media,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    ToolCall,
    Usage,
)
from gateway.dialects.format import Body, Malformed, ProviderError
from gateway.dialects.openai import count, from_openai_usage, member
from gateway.dialects.openai_chat.responses import parse_error, shown_as_text
from gateway.dialects.openai_responses.items_parsing import parse_item, summary_of
from gateway.dialects.openai_responses.request_building import (
    build_text,
    build_tool_choice,
    build_tools,
    build_wish,
    split_instructions,
)
from gateway.dialects.openai_responses.sealing import DIALECT, sealed
from gateway.dialects.reading import listed

__all__ = ["build_response", "parse_error", "parse_response"]

# Why an answer is incomplete. What the neutral chat calls otherwise was completed.
REASONS: dict[Finish, str] = {
    "length": "max_output_tokens",
    "context": "max_output_tokens",
    "content_filter": "content_filter",
}


def parse_response(body: Body) -> Response:
    """A `response`. Raises Malformed, also for one that failed."""
    if body.get("status") == "failed" or body.get("error"):
        raise Malformed(failure_of(body).message or "the provider says that the answer failed", "error")
    parts = tuple(part for item in listed(body, "output") for part in said_by(item))
    usage = body.get("usage")
    return Response(
        id=text(body, "id"),
        model=text(body, "model"),
        choices=(Choice(parts, finish_of(body, any(isinstance(part, ToolCall) for part in parts))),),
        usage=from_openai_usage(usage, body.get("service_tier")) if isinstance(usage, dict) else None,
        created=count(body, "created_at"),
    )


def text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def said_by(item: Any) -> Iterator[Part]:
    """The parts of an output item, without what only this dialect would have use for."""
    if isinstance(item, dict) and item.get("type") == "message":
        item = item | {"role": "assistant"}
    message = parse_item(item)
    for part in message.parts if message else ():
        match part:
            case Reasoning() if part.signature:  # the provider's own, whatever it looks like
                yield Reasoning(part.text, item["encrypted_content"], DIALECT)
            case Foreign():
                if part.body.get("type") != "reasoning":  # one without any thought in it
                    yield part
            case _:
                yield msgspec.structs.replace(part, extras={})


def finish_of(body: Body, has_calls: bool) -> Finish:
    if body.get("status") == "incomplete":
        reason = member(body.get("incomplete_details"), "reason")
        return "content_filter" if reason == "content_filter" else "length"
    return "tool_calls" if has_calls else "stop"


def failure_of(body: Body) -> ProviderError:
    return parse_error({"error": body.get("error")})


def build_response(response: Response, request: Request) -> Body:
    """A `response`. It has one answer; there cannot have been asked for more."""
    choice = response.choices[0] if response.choices else Choice(())
    head = build_head(response_id(response.id or uuid4().hex), response.created, response.model, request)
    ending = build_ending(choice.finish or "stop")
    output = build_output(choice.parts, item_base(head["id"]), ending["status"])
    return head | ending | {"output": output, "usage": build_usage(response.usage) if response.usage else None}


def response_id(given: str) -> str:
    """An id as OpenAI's clients know it."""
    return given if given.startswith("resp_") else f"resp_{given}"


def item_base(given: str) -> str:
    """What the ids of an answer's items have in common; OpenAI takes ids of 64 characters at most."""
    return given.removeprefix("resp_")[:48]


def build_head(given: str, created: int, model: str, request: Request) -> Body:
    """What an answer repeats of its request, and what OpenAI's SDK needs besides."""
    own = request.own(DIALECT)
    return {
        "id": given,
        "object": "response",
        "created_at": created or int(time.time()),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": split_instructions(request.messages)[0],
        "max_output_tokens": request.max_tokens,
        "model": model,
        "output": [],
        "parallel_tool_calls": request.parallel_tools is not False,
        "previous_response_id": own.get("previous_response_id"),
        "reasoning": {"effort": None, "summary": None} | build_wish(request.reasoning) | own.get("reasoning", {}),
        "store": False,  # there is nothing here that could be asked for later
        "temperature": request.temperature,
        "text": {"format": {"type": "text"}} | build_text(request.output) | own.get("text", {}),
        "tool_choice": build_tool_choice(request) or "auto",
        "tools": build_tools(request.tools, []),
        "top_p": request.top_p,
        "truncation": own.get("truncation") or "disabled",
        "usage": None,
        "user": request.user or None,
        "metadata": own.get("metadata") or {},
    }


def build_ending(finish: Finish) -> Body:
    if reason := REASONS.get(finish):
        return {"status": "incomplete", "incomplete_details": {"reason": reason}}
    return {"status": "completed", "incomplete_details": None}


def build_output(parts: Iterable[Part], base: str, status: str) -> list[Body]:
    """The items of an answer; neighbouring texts are one message."""
    output: list[Body] = []
    message: Body | None = None
    for part in parts:
        if item := build_output_item(part, base, len(output), status):
            output.append(item)
            message = None
        elif content := build_output_content(part):
            if message is None:
                message = message_item(f"msg_{base}_{len(output)}", [], status)
                output.append(message)
            message["content"].append(content)
    return output


def build_output_content(part: Part) -> Body | None:
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    shown = shown_as_text(part)
    return {"type": "output_text", "text": shown, "annotations": [], "logprobs": []} if shown else None


def build_output_item(part: Part, base: str, position: int, status: str) -> Body | None:
    """A part that is an item of its own; None for all others."""
    match part:
        case Reasoning():
            seal = sealed(part.signature, part.origin, part.is_redacted)
            return reasoning_item(f"rs_{base}_{position}", part.text, seal)
        case ToolCall():
            return call_item(call_item_id(base, position, part.kind), part, status)
        case Image() if part.media.data:
            return image_item(f"ig_{base}_{position}", part.media)
        case Foreign(dialect="openai-responses"):
            return dict(part.body)
    return None


def message_item(item_id: str, content: list[Body], status: str) -> Body:
    return {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}


def reasoning_item(item_id: str, thought: str, seal: str) -> Body:
    item = {"id": item_id, "type": "reasoning", "summary": summary_of(thought)}
    return item | ({"encrypted_content": seal} if seal else {})


def call_item_id(base: str, position: int, kind: str) -> str:
    return f"{'ctc' if kind == 'custom' else 'fc'}_{base}_{position}"


def call_item(item_id: str, call: ToolCall, status: str) -> Body:
    """A call of a tool; the two kinds differ in what their input is called."""
    is_custom = call.kind == "custom"
    item = {
        "id": item_id,
        "type": "custom_tool_call" if is_custom else "function_call",
        "status": status,
        "call_id": call.id,
        "name": call.name,
        "input" if is_custom else "arguments": call.arguments,
    }
    return item | ({"namespace": call.namespace} if call.namespace else {})


def image_item(item_id: str, media: Media) -> Body:
    output_format = media.mime_type.partition("/")[2] or "png"
    made = {"output_format": output_format, "result": media.data}
    return {"id": item_id, "type": "image_generation_call", "status": "completed"} | made


def build_usage(usage: Usage) -> Body:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_written},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }
