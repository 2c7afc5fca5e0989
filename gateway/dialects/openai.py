"""What OpenAI's formats have in common: how an answer tells what it cost, and how an error looks."""

import json
from typing import Any

import msgspec

from gateway.chat import MediaTokens, Usage
from gateway.errors import GatewayError


class UsageBody(msgspec.Struct):
    """The part of an answer, or of a stream's event, that tells what it cost. Everything else is skipped unread."""

    model: Any = None
    usage: Any = None
    choices: Any = None
    error: Any = None
    x_groq: Any = None
    timings: Any = None
    response: Any = None
    type: Any = None
    message: Any = None
    service_tier: Any = None


class AnswerHead(msgspec.Struct):
    """Like UsageBody for a whole answer; `choices` may be megabytes and is not built."""

    model: Any = None
    usage: Any = None
    error: Any = None
    timings: Any = None
    service_tier: Any = None


NO_MEDIA = MediaTokens(audio_input=0, audio_output=0)  # what OpenAI says of most answers
TIERS = ("flex", "priority", "fast", "batch")  # with prices of their own
_NUMBERS = (int, float)  # not bool
read_event = msgspec.json.Decoder(UsageBody).decode
_read_answer = msgspec.json.Decoder(AnswerHead).decode


class NotAnAnswer(ValueError):
    """Not a JSON object."""


def read_answer(body: bytes) -> AnswerHead:
    """The head of a whole answer. Raises NotAnAnswer."""
    try:
        if not body.isascii():
            body.decode()  # the members that are skipped are not checked for UTF-8
        return _read_answer(body)
    except (msgspec.ValidationError, UnicodeDecodeError, RecursionError) as problem:
        raise NotAnAnswer from problem
    except msgspec.DecodeError:
        return read_answer_leniently(body)


def read_answer_leniently(body: bytes) -> AnswerHead:
    """A lone surrogate is refused by the fast parser; clients take it, so do we."""
    try:
        loaded = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise NotAnAnswer from problem
    if not isinstance(loaded, dict):
        raise NotAnAnswer
    return AnswerHead(*(loaded.get(name) for name in AnswerHead.__struct_fields__))


def tokens_of(body: UsageBody | AnswerHead) -> Usage | None:
    """Token counts of an OpenAI-shaped answer (Chat Completions, Completions, Responses, Embeddings), or None.

    llama.cpp gives `timings` where no usage was asked for; Groq hides usage in `x_groq`; the Responses API's
    stream nests the whole answer in `response`.
    """
    usage = body.usage
    if isinstance(body, UsageBody) and usage is None:
        usage = member(body.x_groq, "usage") or member(body.response, "usage")
    if isinstance(usage, dict):
        tier = body.service_tier or (member(body.response, "service_tier") if isinstance(body, UsageBody) else None)
        return from_openai_usage(usage, tier)
    return from_llamacpp_timings(body.timings) if isinstance(body.timings, dict) else None


def model_in(body: UsageBody) -> str:
    """The model that answered, as the provider calls it."""
    model = body.model or member(body.response, "model")
    return model if isinstance(model, str) else ""


def from_openai_usage(usage: dict[str, Any], tier: Any = None) -> Usage:
    """OpenAI's spellings: prompt/completion (chat), input/output (Responses, images), and details of "token" in the
    singular (Realtime, transcriptions). `tier`: the answer's `service_tier`."""
    given = count(usage, "prompt_tokens", "input_tokens")
    produced = count(usage, "completion_tokens", "output_tokens")
    total = count(usage, "total_tokens")
    told = usage.get
    inputs = told("prompt_tokens_details") or told("input_tokens_details") or told("input_token_details")
    outputs = told("completion_tokens_details") or told("output_tokens_details") or told("output_token_details")
    # xAI and Gemini's compatible API leave reasoning out of completion_tokens, but not out of the total.
    return Usage(
        input=given,
        output=max(produced, total - given),
        cached=count(inputs, "cached_tokens") or count(usage, "prompt_cache_hit_tokens"),
        cache_written=count(inputs, "cache_write_tokens"),
        reasoning=count(outputs, "reasoning_tokens"),
        tier=tier if tier in TIERS else "",
        media=media_of(inputs, outputs) if inputs or outputs else None,
    )


def media_of(inputs: Any, outputs: Any) -> MediaTokens | None:
    """Tokens of sound and pictures, from the details of input and output; None where they are not told apart."""
    heard, spoken = member(inputs, "audio_tokens"), member(outputs, "audio_tokens")
    seen, drawn = member(inputs, "image_tokens"), member(outputs, "image_tokens")
    if heard is spoken is seen is drawn is None:
        return None
    if heard == spoken == 0 and seen is None and drawn is None:
        return NO_MEDIA
    cached = member(inputs, "cached_tokens_details")
    return MediaTokens(
        audio_input=told_count(inputs, "audio_tokens"),
        audio_cached=told_count(cached, "audio_tokens"),
        audio_output=told_count(outputs, "audio_tokens"),
        image_input=told_count(inputs, "image_tokens"),
        image_cached=told_count(cached, "image_tokens"),
        image_output=told_count(outputs, "image_tokens"),
    )


def told_count(details: Any, name: str) -> int | None:
    """None where it is not there; where those of text are told apart, what is missing is 0."""
    is_told = isinstance(details, dict) and (details.get(name) is not None or "text_tokens" in details)
    return count(details, name) if is_told else None


def from_llamacpp_timings(timings: dict[str, Any]) -> Usage:
    """llama.cpp: `cache_n` prompt tokens came from the cache, `prompt_n` were read, `predicted_n` written."""
    cached = count(timings, "cache_n")
    return Usage(input=cached + count(timings, "prompt_n"), output=count(timings, "predicted_n"), cached=cached)


def member(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, dict) else None


def count(body: Any, *names: str) -> int:
    """The first of `names` that holds a number; vendors send floats and nulls too."""
    if not isinstance(body, dict):
        return 0
    for name in names:
        value = body.get(name)
        if value and type(value) in _NUMBERS and 0 < value < 2**53:
            return int(value)
    return 0


def build_error(error: GatewayError) -> bytes:
    """OpenAI's error body (the SDKs need `error` to be an object)."""
    return msgspec.json.encode({"error": error_object(error)})


def error_object(error: GatewayError) -> dict[str, Any]:
    message = error.message.encode("utf-8", "replace").decode()  # what the client sent may have half a surrogate in it
    return {"message": message, "type": error.kind, "param": error.param, "code": error.code}


def error_in(body: UsageBody | AnswerHead) -> str:
    """The message of an error that came where an answer should be, or an empty text."""
    error = body.error
    if error is None and isinstance(body, UsageBody):
        error = member(body.response, "error") or (body.message if body.type == "error" else None)
    if error is None or error is False or error == "":
        return ""
    return str(member(error, "message") or error)[:500]


def error_status(body: UsageBody | AnswerHead) -> int | None:
    """The HTTP status an error under status 200 stands for, where it tells one."""
    for name in ("code", "status"):
        value = member(body.error, name)
        if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None
