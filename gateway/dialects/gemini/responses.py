"""generateContent answers, their token counts and their errors ↔ the neutral chat."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from gateway.chat import Choice, Finish, MediaTokens, Part, Reasoning, Request, Response, ToolCall, Usage
from gateway.dialects.format import Body, Malformed, ProviderError, only
from gateway.dialects.gemini.call_ids import CallIds
from gateway.dialects.gemini.members import camel, inner, several
from gateway.dialects.gemini.part_parsing import DIALECT, REDACTED, parse_parts
from gateway.dialects.gemini.request_building import build_part
from gateway.dialects.openai import TIERS, count, member
from gateway.dialects.signatures import for_client
from gateway.errors import GatewayError

FINISHES: dict[str, Finish] = {"STOP": "stop", "MAX_TOKENS": "length", "CONTINUATION": "pause"}
REASONS: dict[Finish, str] = {
    "stop": "STOP",
    "stop_sequence": "STOP",
    "tool_calls": "STOP",
    "pause": "STOP",
    "length": "MAX_TOKENS",
    "context": "MAX_TOKENS",
    "content_filter": "SAFETY",
}
# Reasons that mean the model went wrong: there is no answer, and asking again may help.
FAULTS = {
    "MALFORMED_FUNCTION_CALL": "the model wrote a tool call that cannot be read",
    "UNEXPECTED_TOOL_CALL": "the model called a tool that was not offered",
    "TOO_MANY_TOOL_CALLS": "the model called too many tools in a row",
    "MISSING_THOUGHT_SIGNATURE": "a tool call in the conversation lacks its thought signature",
    "MALFORMED_RESPONSE": "the model wrote an answer that cannot be read",
    "NO_IMAGE": "the model made no image",
}
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
    529: "UNAVAILABLE",
}
COUNTS = ("promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "totalTokenCount")
_RETRY_DELAY = re.compile(r"(\d{1,6})(?:\.\d+)?s")


def parse_response(body: Body) -> Response:
    """A GenerateContentResponse. Raises Malformed, also where the model itself went wrong."""
    try:
        return parse_body(camel(body))
    except RecursionError as problem:
        raise Malformed("the answer is nested too deeply", "candidates") from problem


def parse_body(body: Body) -> Response:
    response_id = text(body, "responseId")
    choices = tuple(parse_candidate(item, response_id) for item in several(body, "candidates"))
    return Response(
        id=response_id,
        model=text(body, "modelVersion"),
        choices=choices or blocked(body),
        usage=usage_of(body),
        extras=only(body, DIALECT, frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})),
    )


def blocked(body: Body) -> tuple[Choice, ...]:
    """A prompt that was blocked has no candidates at all."""
    if not is_blocked(body):
        raise Malformed("the answer has no candidates", "candidates")
    return (Choice((), "content_filter"),)


def is_blocked(body: Body) -> bool:
    reason = member(body.get("promptFeedback"), "blockReason")
    return isinstance(reason, str) and reason not in ("", "BLOCKED_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED")


def text(body: Any, name: str) -> str:
    value = member(body, name)
    return value if isinstance(value, str) else ""


def parse_candidate(item: Body, response_id: str) -> Choice:
    index, reason = count(item, "index"), text(item, "finishReason")
    if reason in FAULTS:
        raise Malformed(fault(item), "candidates.finishReason")
    parts = parse_parts(inner(item, "content"), CallIds(f"{response_id} {index}"))
    has_calls = any(isinstance(part, ToolCall) for part in parts)
    return Choice(
        parts,
        finish_of(reason or ("STOP" if parts else "OTHER"), has_calls),
        index=index,
        extras=only(item, DIALECT, frozenset({"content", "finishReason", "index"})),
    )


def fault(item: Body) -> str:
    """What the model did wrong, in Google's words where there are some."""
    reason = text(item, "finishReason")
    return f"broke off with {reason}: {text(item, 'finishMessage') or FAULTS.get(reason, '')}"[:500]


def finish_of(reason: str, has_calls: bool) -> Finish:
    """Calls finish with STOP too. What is neither that nor the limit was withheld, for whatever reason."""
    finish = FINISHES.get(reason, "content_filter")
    return "tool_calls" if finish == "stop" and has_calls else finish


def build_response(response: Response, request: Request) -> Body:
    """A GenerateContentResponse; thoughts are left out where the client said that it does not want them."""
    hides = hides_thoughts(request)
    body: Body = {
        "candidates": [build_candidate(choice, hides) for choice in response.choices],
        "modelVersion": response.model,
        "responseId": response.id,
        **response.own(DIALECT),
    }
    if response.usage:
        body["usageMetadata"] = build_usage(response.usage)
    return body


def hides_thoughts(request: Request) -> bool:
    return request.reasoning is not None and request.reasoning.is_shown is False


def build_candidate(choice: Choice, hides: bool) -> Body:
    parts = list(build_parts(choice.parts, hides))
    return {
        "content": {"role": "model", "parts": parts},
        "finishReason": REASONS[choice.finish or "stop"],
        "index": choice.index,
        **choice.own(DIALECT),
    }


def build_parts(parts: Iterable[Part], hides: bool) -> Iterator[Body]:
    """Parts for a client."""
    for part in parts:
        if isinstance(part, Reasoning):
            yield from build_thought(part, hides)
        else:
            yield from build_part(part, [])


def build_thought(thought: Reasoning, hides: bool) -> Iterator[Body]:
    """A thought with the signature its provider will want back; hidden, only the latter is left."""
    shown = "" if hides else thought.text
    item: Body = {"text": shown, "thought": True}
    if thought.signature:
        origin = thought.origin + REDACTED * thought.is_redacted
        item["thoughtSignature"] = for_client(thought.signature, origin, DIALECT)
    if shown or thought.signature:
        yield item


def usage_of(body: Body) -> Usage | None:
    """The token counts of a whole answer or of a chunk. Thoughts are not among the candidates' tokens, and what
    Google's own tools read is not among the prompt's."""
    usage = body.get("usageMetadata")
    if not isinstance(usage, dict) or not any(name in usage for name in COUNTS):
        return None
    thoughts = count(usage, "thoughtsTokenCount")
    return Usage(
        input=count(usage, "promptTokenCount") + count(usage, "toolUsePromptTokenCount"),
        output=count(usage, "candidatesTokenCount") + thoughts,
        cached=count(usage, "cachedContentTokenCount"),
        reasoning=thoughts,
        media=media_of(usage),
        tier=tier_of(usage),
    )


def tier_of(usage: Body) -> str:
    """What has a price of its own, as all the dialects call it: Gemini's API says "flex", Vertex "ON_DEMAND_FLEX"."""
    told = usage.get("serviceTier") or usage.get("trafficType")
    tier = told.lower().removeprefix("on_demand_") if isinstance(told, str) else ""
    return tier if tier in TIERS else ""


Counts = tuple[int, ...]  # one for each of MODALITIES

MODALITIES = ("AUDIO", "IMAGE", "VIDEO")  # in the order of MediaTokens
ONLY_TEXT = (0, 0, 0)


def media_of(usage: Body) -> MediaTokens | None:
    """Tokens of sound, pictures and film, as the details of a usage tell them; None without details."""
    asked, made = by_modality(usage.get("promptTokensDetails")), by_modality(usage.get("candidatesTokensDetails"))
    found = by_modality(usage.get("toolUsePromptTokensDetails"))
    if found and asked:
        asked = tuple(map(sum, zip(asked, found, strict=True)))
    if asked is None and made is None:
        return None
    return media_tokens(asked, by_modality(usage.get("cacheTokensDetails")), made)


def by_modality(details: Any) -> Counts | None:
    """Tokens by modality; None where they are not told."""
    if not isinstance(details, list):
        return None
    if len(details) == 1 and member(details[0], "modality") == "TEXT":  # nearly always, and in every chunk
        return ONLY_TEXT
    return tuple(
        sum(count(item, "tokenCount") for item in details if member(item, "modality") == kind) for kind in MODALITIES
    )


@lru_cache(maxsize=256)  # every chunk of a stream tells the same
def media_tokens(asked: Counts | None, cached: Counts | None, made: Counts | None) -> MediaTokens:
    nobody = (None,) * len(MODALITIES)
    told = zip(asked or nobody, cached or nobody, made or nobody, strict=True)
    return MediaTokens(*(number for kind in told for number in kind))


def build_usage(usage: Usage) -> Body:
    counts = {
        "promptTokenCount": usage.input,
        "candidatesTokenCount": max(0, usage.output - usage.reasoning),
        "totalTokenCount": usage.input + usage.output,
    }
    more = {"cachedContentTokenCount": usage.cached, "thoughtsTokenCount": usage.reasoning}
    return counts | {name: value for name, value in more.items() if value}


def parse_error(body: Any) -> ProviderError:
    """Google's error object, which sometimes comes in a list of one."""
    error = error_in(body)
    if isinstance(error, str):
        return ProviderError(error)
    code = member(error, "code")
    return ProviderError(
        text(error, "message"), text(error, "status"), str(code) if isinstance(code, int | str) else ""
    )


def error_in(body: Any) -> Any:
    if isinstance(body, list):
        body = body[0] if body else None
    return member(body, "error")


def retry_after(body: Any) -> int | None:
    """Seconds to wait, from an error's `RetryInfo` ("34s", "34.07s"), rounded up."""
    details = member(error_in(body), "details")
    for detail in details if isinstance(details, list) else ():
        if found := _RETRY_DELAY.fullmatch(text(detail, "retryDelay")):
            return int(found[1]) + ("." in found[0])
    return None


def status_name(status: int) -> str:
    """Google's name for an HTTP status (google.rpc.Code)."""
    return STATUS_NAMES.get(status) or ("INTERNAL" if status >= 500 else "INVALID_ARGUMENT")


def build_error(error: GatewayError) -> Body:
    return error_body(error.message, error.status)


def error_body(message: str, status: int) -> Body:
    readable = message.encode("utf-8", "replace").decode()  # what the client sent may have half a surrogate in it
    return {"error": {"code": status, "message": readable, "status": status_name(status)}}
