"""Chat Completions answers and errors ↔ the neutral chat."""

import time
from typing import Any

from gateway.chat import Choice, Finish, Part, Reasoning, Refusal, Request, Response, Text, ToolCall, Usage
from gateway.dialects.format import Body, Malformed, ProviderError
from gateway.dialects.media import data_url
from gateway.dialects.openai import count, from_openai_usage
from gateway.dialects.openai_chat.request_building import build_said
from gateway.dialects.openai_chat.request_parsing import parse_content, parse_reasoning, parse_said
from gateway.dialects.openai_chat.think_tags import OPENING, split
from gateway.dialects.reading import listed

FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    # What other vendors call these (Mistral, Zhipu, Together, Anthropic's and Gemini's words that slip through)
    "model_length": "context",
    "model_context_window_exceeded": "context",
    "max_tokens": "length",
    "MAX_TOKENS": "length",
    "sensitive": "content_filter",
    "SAFETY": "content_filter",
    "tool_use": "tool_calls",
}
# The provider gave up: this is no whole answer (OpenRouter and Mistral, Zhipu, DeepSeek).
BROKEN = frozenset({"error", "network_error", "insufficient_system_resource"})
REASONS: dict[Finish, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "pause": "stop",
    "length": "length",
    "context": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
}


def parse_response(body: Body) -> Response:
    """A `chat.completion`. Raises Malformed."""
    usage = body.get("usage")
    return Response(
        id=text(body, "id"),
        model=text(body, "model"),
        choices=tuple(parse_choice(item, text(body, "id")) for item in listed(body, "choices")),
        usage=from_openai_usage(usage, body.get("service_tier")) if isinstance(usage, dict) else None,
        created=count(body, "created"),
    )


def text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def index_of(item: Body) -> int:
    """A choice's number; 0 where there is none."""
    index = item.get("index")
    return index if type(index) is int and index >= 0 else 0


def parse_choice(item: Any, answer_id: str) -> Choice:
    message = item.get("message") if isinstance(item, dict) else None
    if not isinstance(message, dict):
        raise Malformed("a choice has no message", "choices")
    parts: tuple[Part, ...] = (
        *parse_reasoning(message),
        *untagged(parse_content(message.get("content"))),
        *parse_said(message, answer_id),
    )
    calls = any(isinstance(part, ToolCall) for part in parts)
    if (reason := text(item, "finish_reason")) in BROKEN:
        raise Malformed(f"the provider gave up: {reason}", "choices")
    return Choice(parts, finish_of(item.get("finish_reason"), calls), index=index_of(item))


def untagged(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts of an answer, its thought taken out of the text."""
    first = parts[0] if parts else None
    if not isinstance(first, Text) or OPENING not in first.text:
        return parts
    pieces = (Reasoning(piece) if is_thought else Text(piece) for is_thought, piece in split(first.text))
    return *pieces, *parts[1:]


def finish_of(reason: Any, has_calls: bool) -> Finish:
    """Some servers say "stop" although the model called tools; nobody says "tool_calls" without a call."""
    finish = FINISHES.get(reason, "stop") if isinstance(reason, str) else "stop"
    if finish in ("stop", "tool_calls"):
        return "tool_calls" if has_calls else "stop"
    return finish


def build_response(response: Response, request: Request) -> Body:
    """A `chat.completion`."""
    body: Body = {
        "id": response.id,
        "object": "chat.completion",
        "created": response.created or int(time.time()),
        "model": response.model,
        "choices": [build_choice(choice) for choice in response.choices],
    }
    if response.usage:
        body["usage"] = build_usage(response.usage)
    return body


def build_choice(choice: Choice) -> Body:
    message: Body = {"role": "assistant", "content": content_of(choice.parts), "refusal": None}
    reason = REASONS[choice.finish or "stop"]
    return {"index": choice.index, "message": message | build_said(choice.parts), "finish_reason": reason}


def content_of(parts: tuple[Part, ...]) -> str | None:
    """The texts in one, with pictures as Markdown: an answer has a text only."""
    texts = [shown for part in parts if (shown := shown_as_text(part))]
    return "".join(texts) if texts else None


def shown_as_text(part: Part) -> str:
    match part:
        case Text():
            return part.text
        case Reasoning() | Refusal() | ToolCall():
            return ""  # they have members of their own
    media = getattr(part, "media", None)
    return f"![]({data_url(media)})" if media else ""


def build_usage(usage: Usage) -> Body:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.cache_written},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def parse_error(body: Any) -> ProviderError:
    """OpenAI's error object, and the shapes that others make of it."""
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, str):
        return ProviderError(error)
    if not isinstance(error, dict):
        return ProviderError()
    kind, code = error.get("type"), error.get("code")
    return ProviderError(text(error, "message"), str(kind or ""), str(code or ""))
