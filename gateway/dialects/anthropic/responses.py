"""Anthropic Messages answers, usage and errors ↔ the neutral chat."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from gateway.chat import Choice, Finish, Foreign, Part, Reasoning, Refusal, Request, Response, Text, ToolCall, Usage
from gateway.dialects.anthropic.request_parsing import DIALECT, parse_content
from gateway.dialects.format import Body, Malformed, ProviderError
from gateway.dialects.media import data_url
from gateway.dialects.openai import TIERS, count, member
from gateway.dialects.reading import json_object, listed
from gateway.dialects.signatures import for_client
from gateway.errors import GatewayError

FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop_sequence",
    "max_tokens": "length",
    "model_context_window_exceeded": "context",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    "pause_turn": "pause",
}
REASONS: dict[Finish, str] = {finish: reason for reason, finish in FINISHES.items()}
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
STATUSES = {kind: status for status, kind in ERROR_TYPES.items()}  # the last of several: 504, 529


def parse_response(body: Body) -> Response:
    """A `message`. Raises Malformed."""
    blocks = [numbered(item, at) for at, item in enumerate(listed(body, "content"))]
    try:
        parts = (*parse_content(blocks, issued), *parse_refusal(body))
    except RecursionError as problem:
        raise Malformed("the answer is nested too deeply", "content") from problem
    has_calls = any(isinstance(part, ToolCall) for part in parts)
    choice = Choice(parts, finish_of(body.get("stop_reason"), has_calls), text(body, "stop_sequence"))
    return Response(text(body, "id"), text(body, "model"), (choice,), usage_of(body))


def text(body: Any, name: str) -> str:
    value = member(body, name)
    return value if isinstance(value, str) else ""


def numbered(item: Any, position: int) -> Any:
    """A block whose call has an id, which some compatible servers leave out."""
    if isinstance(item, dict) and item.get("type") == "tool_use" and not item.get("id"):
        return item | {"id": f"call_{position}_{item.get('name')}"}
    return item


def issued(signature: str) -> tuple[str, str]:
    """A signature that comes from the provider itself, with its origin."""
    return signature, DIALECT if signature else ""


def parse_refusal(body: Body) -> tuple[Refusal, ...]:
    """Why the model refused, which Anthropic tells beside the content. `body`: an answer, or a stream's delta."""
    explanation = text(body.get("stop_details"), "explanation")
    return (Refusal(explanation),) if explanation and body.get("stop_reason") == "refusal" else ()


def finish_of(reason: Any, has_calls: bool) -> Finish:
    """Compatible servers say "end_turn" although tools were called; nobody calls tools without a call."""
    finish = FINISHES.get(reason, "stop") if isinstance(reason, str) else "stop"
    if finish in ("stop", "tool_calls"):
        return "tool_calls" if has_calls else "stop"
    return finish


def usage_of(body: Body) -> Usage | None:
    """What a whole answer cost, where it tells."""
    usage = body.get("usage")
    return from_anthropic_usage(usage) if isinstance(usage, dict) else None


def from_anthropic_usage(usage: Mapping[str, Any]) -> Usage:
    """`input_tokens` are only those that were neither read from the cache nor written to it."""
    cached = count(usage, "cache_read_input_tokens")
    lifetimes = member(usage, "cache_creation")
    cache_written_1h = count(lifetimes, "ephemeral_1h_input_tokens") if lifetimes else 0
    written = (
        count(usage, "cache_creation_input_tokens") or count(lifetimes, "ephemeral_5m_input_tokens") + cache_written_1h
    )
    return Usage(
        input=count(usage, "input_tokens") + cached + written,
        output=count(usage, "output_tokens"),
        cached=cached,
        cache_written=written,
        reasoning=count(member(usage, "output_tokens_details"), "thinking_tokens"),
        cache_written_1h=cache_written_1h,
        tier=tier_of(usage),
    )


def tier_of(usage: Mapping[str, Any]) -> str:
    """What has a price of its own, as all the dialects call it: fast mode goes before the service tier."""
    tier = usage.get("service_tier")
    return "fast" if usage.get("speed") == "fast" else tier if tier in TIERS else ""


def merged_usage(known: Body, later: Any) -> Body:
    """A stream's usage so far with what an event adds. Later numbers win; null, or a vendor's zero, tells nothing."""
    if not isinstance(later, dict):
        return known
    return known | {name: value for name, value in later.items() if value or name not in known}


def build_response(response: Response, request: Request) -> Body:
    """A `message`. There is one answer only, as only one can be asked for."""
    choice = response.choices[0] if response.choices else Choice(())
    content = [block for part in choice.parts if (block := build_block(part))]
    has_calls = any(block["type"] == "tool_use" for block in content)
    is_refused = any(isinstance(part, Refusal) for part in choice.parts)
    return {
        "id": response.id or f"msg_{uuid4().hex}",
        "type": "message",
        "role": "assistant",
        "model": response.model,
        "content": content,
        "stop_reason": reason_of(choice.finish, has_calls=has_calls, is_refused=is_refused),
        "stop_sequence": choice.stop_sequence or None,
        "usage": build_usage(response.usage or Usage()),
    }


def reason_of(finish: Finish | None, *, has_calls: bool, is_refused: bool) -> str:
    """The stop reason. "tool_use" stands for a block that is there: clients would wait for it, or miss it."""
    if finish is not None and finish not in ("stop", "tool_calls"):
        return REASONS[finish]
    return "tool_use" if has_calls else "refusal" if is_refused else "end_turn"


def build_block(part: Part) -> Body | None:
    """A content block of an answer; None for what an answer can't show."""
    match part:
        case Text():
            return {"type": "text", "text": part.text, **part.own(DIALECT)}
        case Refusal():
            return {"type": "text", "text": part.text}
        case Reasoning():
            return build_reasoning(part)
        case ToolCall():
            given = {"input": part.arguments} if part.kind == "custom" else json_object(part.arguments)
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": given}
        case Foreign():
            return dict(part.body) if part.dialect == DIALECT else None
    shown = shown_as_text(part)
    return {"type": "text", "text": shown} if shown else None


def build_reasoning(part: Reasoning) -> Body:
    """A thought with its signature, an empty one if need be: the SDKs miss the member otherwise."""
    signature = for_client(part.signature, part.origin, DIALECT)
    if part.is_redacted:
        return {"type": "redacted_thinking", "data": signature}
    return {"type": "thinking", "thinking": part.text, "signature": signature}


def shown_as_text(part: Part) -> str:
    """A picture or a sound as Markdown: an answer has no block for it."""
    media = getattr(part, "media", None)
    return f"![]({data_url(media)})" if media else ""


def build_usage(usage: Usage) -> Body:
    """All of the members, always: the SDKs fail without them."""
    return {
        "input_tokens": max(usage.input - usage.cached - usage.cache_written, 0),
        "cache_creation_input_tokens": usage.cache_written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
        "output_tokens_details": {"thinking_tokens": usage.reasoning},
    } | ({"cache_creation": lifetimes(usage)} if usage.cache_written_1h else {})


def lifetimes(usage: Usage) -> Body:
    """What was written to the cache for five minutes, and for an hour."""
    cache_written_1h = min(usage.cache_written_1h, usage.cache_written)
    return {
        "ephemeral_5m_input_tokens": usage.cache_written - cache_written_1h,
        "ephemeral_1h_input_tokens": cache_written_1h,
    }


def parse_error(body: Any) -> ProviderError:
    """Anthropic's error body, and what compatible servers make of it."""
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, str):
        return ProviderError(error)
    if not isinstance(error, dict):
        return ProviderError()
    code = member(error.get("details"), "error_code") or error.get("code")
    return ProviderError(text(error, "message"), text(error, "type"), str(code or ""))


def build_error(error: GatewayError) -> Body:
    kind = ERROR_TYPES.get(error.status, "invalid_request_error" if error.status < 500 else "api_error")
    return error_body(kind, error.message)


def error_body(kind: str, message: str) -> Body:
    told = message.encode("utf-8", "replace").decode()  # what the client sent may have half a surrogate in it
    return {"type": "error", "error": {"type": kind, "message": told}}
