"""What a channel is asked in its test, and whether the answer is what was asked for.

Each gives a verdict and a sentence, and raises ChannelFailure, Impossible or GatewayError where there is no answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from gateway.health import health
from gateway.small_calls import Caller, asked, greeting, streamed
from gateway.upstream import ChannelFailure

ABILITY_TOKENS = 256  # room for a model that thinks first

TOOL = {
    "type": "function",
    "function": {
        "name": "report_word",
        "description": "Report a word.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}
TOOLS = greeting("Call the tool report_word with the word ok. Do not answer in text.", ABILITY_TOKENS) | {
    "tools": [TOOL]
}
JSON = greeting('Answer with this JSON object and nothing else: {"word": "ok"}', ABILITY_TOKENS)
SCHEMA = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}
# The plain way and, for those that know no other (LM Studio; all dialects but OpenAI's), by a schema.
JSON_FORMATS: tuple[dict[str, Any], ...] = (
    {"type": "json_object"},
    {
        "type": "json_schema",
        "json_schema": {"name": "word", "schema": SCHEMA | {"additionalProperties": False}, "strict": True},
    },
)

Ability = Callable[[Caller], Awaitable[tuple[bool, str]]]


async def greet(caller: Caller) -> tuple[bool, str]:
    choice = await asked(caller, greeting())
    health.forgive(caller.health_key)
    is_cut = choice.get("finish_reason") == "length" and not choice["message"].get("content")
    return True, f"{caller.candidate.model} answered" + (", its few tokens spent on thinking." if is_cut else ".")


async def stream_ability(caller: Caller) -> tuple[bool, str]:
    went = await streamed(caller, greeting())
    if went.error:
        return False, f"The stream broke off: {went.error}"
    if went.first_s is None:
        return True, "The answer came in one piece; apps get it as a stream all the same."
    return True, f"First event after {went.first_s * 1000:.0f} ms, and a proper end."


async def tools_ability(caller: Caller) -> tuple[bool, str]:
    choice = await asked(caller, TOOLS)
    calls = choice["message"].get("tool_calls")
    if not calls or not isinstance(calls, list):
        return False, f"{caller.candidate.model} answered without calling the tool{cut(choice)}."
    try:
        name, arguments = calls[0]["function"]["name"], msgspec.json.decode(calls[0]["function"]["arguments"])
    except (LookupError, TypeError, msgspec.MsgspecError, RecursionError):
        return False, f"{caller.candidate.model} called the tool with something that is no JSON{cut(choice)}."
    if name != "report_word" or not isinstance(arguments, dict):
        return False, f"{caller.candidate.model} called a tool that it was not given."
    return True, f"{caller.candidate.model} called the tool."


async def json_ability(caller: Caller) -> tuple[bool, str]:
    choice = await json_answer(caller)
    content = choice["message"].get("content")
    try:
        is_object = isinstance(msgspec.json.decode(content or ""), dict)
    except (msgspec.MsgspecError, TypeError, RecursionError):
        is_object = False
    if is_object:
        return True, f"{caller.candidate.model} answered with a JSON object."
    return False, f"{caller.candidate.model} was asked for JSON and answered with something else{cut(choice)}."


async def json_answer(caller: Caller) -> dict[str, Any]:
    """An answer in JSON, asked for in one way and, where that is refused, in the other. A refusal is free."""
    is_plain = "openai-chat" in caller.channel.dialects
    first, second = JSON_FORMATS if is_plain else JSON_FORMATS[::-1]
    try:
        return await asked(caller, JSON | {"response_format": first})
    except ChannelFailure as failure:
        if failure.status not in (400, 422):
            raise
    return await asked(caller, JSON | {"response_format": second})


def cut(choice: Mapping[str, Any]) -> str:
    return f", cut off after {ABILITY_TOKENS} tokens" if choice.get("finish_reason") == "length" else ""
