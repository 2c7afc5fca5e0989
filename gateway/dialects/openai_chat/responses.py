"""Chat Completions answers and errors ↔ the neutral chat."""

import time
from typing import Any

from gateway.chat import Choice, Finish, Part, Reasoning, Refusal, Request, Response, Text, ToolCall, Usage
from gateway.dialects.format import Body, Malformed, ProviderError
from gateway.dialects.media import data_url
from gateway.dialects.openai import from_openai_usage
from gateway.dialects.openai_chat.request_building import build_said
from gateway.dialects.openai_chat.request_parsing import parse_content, parse_reasoning, parse_said
from gateway.dialects.reading import listed

FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}
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
        choices=tuple(map(parse_choice, listed(body, "choices"))),
        usage=from_openai_usage(usage) if isinstance(usage, dict) else None,
        created=int(body.get("created") or 0),
    )


def text(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def parse_choice(item: Any) -> Choice:
    message = item.get("message") if isinstance(item, dict) else None
    if not isinstance(message, dict):
        raise Malformed("a choice has no message", "choices")
    parts: tuple[Part, ...] = (
        *parse_reasoning(message),
        *parse_content(message.get("content")),
        *parse_said(message),
    )
    calls = any(isinstance(part, ToolCall) for part in parts)
    return Choice(parts, finish_of(item.get("finish_reason"), calls), index=item.get("index") or 0)


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
