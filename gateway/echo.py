"""`novapi/echo`, the model that answers without any provider: what it was asked, said back word by word.

It is the far end of the way to the built-in channel (`channels_app.built_in`), and speaks openai-chat there: planning,
translation, streams and records are those of any other channel.
"""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec

from channels_app.built_in import MODEL
from gateway.usage import estimate_tokens, pieces_in

WORD_SECONDS = 0.02  # fifty words a second, as quick as many a model
MOST_ECHOED = 300  # characters of what was asked
# A Chinese, Japanese or Korean character is a word of its own, as it is to models.
WORD = re.compile(
    r"\s*(?:[\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+)|\s+\Z"
)
ERROR_WANTED = re.compile(r"\s*error ([45]\d\d)\W*", re.I)  # all that was said
TOOL_WANTED = re.compile(r"\btools?\b|工具", re.I)  # somewhere in it
# What a tool is given, by the type of the parameter.
EXAMPLES: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": [], "object": {}}


class EchoTransport(httpx.AsyncBaseTransport):
    """Takes a chat completion as bytes, and answers it as a provider would."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = b"".join(request.stream)  # type: ignore[arg-type]  # bodies are whole, see `upstream`
        if not request.url.path.endswith("/chat/completions"):
            return refusal(404, f"{MODEL} can do nothing but chat")
        asked = read(body)
        if asked is None:
            return refusal(400, f'{MODEL} wants a list of "messages", each with a "role"')
        if wanted := ERROR_WANTED.fullmatch(asked.text):
            return refusal(int(wanted[1]), "you asked for this error")
        reply = reply_to(asked, body)
        if not asked.stream:
            return json_response(200, whole(reply))
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Stream(reply, asked))


# What was asked


class Asked(msgspec.Struct, frozen=True):
    """`text`: of the last message that is the user's; `attachments`: what else is in it; `is_users_turn`: nothing
    follows it; `tool`: the function to be called, if one is to be."""

    model: str
    messages: int
    text: str
    attachments: int
    is_users_turn: bool
    tool: dict[str, Any] | None
    stream: bool
    wants_usage: bool


class Request(msgspec.Struct):
    messages: list[dict[str, Any]]
    model: str = MODEL
    stream: bool | None = False
    stream_options: dict[str, Any] | None = None
    tools: list[dict[str, Any]] | None = None


def read(body: bytes) -> Asked | None:
    """None for what is no chat."""
    try:
        request = msgspec.json.decode(body, type=Request)
    except (msgspec.MsgspecError, RecursionError):
        return None
    said = [message for message in request.messages if message.get("role") == "user"]
    text, attachments = content_of(said[-1].get("content") if said else "")
    is_users_turn = bool(said) and request.messages[-1] is said[-1]
    return Asked(
        model=request.model,
        messages=len(request.messages),
        text=text,
        attachments=attachments,
        is_users_turn=is_users_turn,
        tool=tool_in(request.tools or []) if is_users_turn and TOOL_WANTED.search(text) else None,
        stream=request.stream is True,
        wants_usage=(request.stream_options or {}).get("include_usage") is True,
    )


def content_of(content: Any) -> tuple[str, int]:
    """The text of a message, and how many parts of it are none."""
    if not isinstance(content, list):
        return (content if isinstance(content, str) else ""), 0
    texts = [part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)]
    return "\n".join(texts), len(content) - len(texts)


def tool_in(tools: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first one that is a function."""
    functions = (tool.get("function") for tool in tools)
    return next((each for each in functions if isinstance(each, dict) and isinstance(each.get("name"), str)), None)


# What is answered


class Reply(msgspec.Struct, frozen=True):
    """A text, or one call of a tool; `id` and the tokens as any provider tells them."""

    id: str
    model: str
    text: str
    call: dict[str, Any] | None
    usage: dict[str, int]

    @property
    def finish_reason(self) -> str:
        return "tool_calls" if self.call else "stop"


def reply_to(asked: Asked, body: bytes) -> Reply:
    text = "" if asked.tool else sentence(asked)
    call = call_of(asked.tool) if asked.tool else None
    given, made = estimate_tokens(body), pieces_in(call["function"]["arguments"] if call else text)
    usage = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
    return Reply(f"chatcmpl-{secrets.token_hex(8)}", asked.model, text, call, usage)


def sentence(asked: Asked) -> str:
    came = counted(asked.messages, "message")
    with_it = f", with {counted(asked.attachments, 'attachment')}" if asked.attachments else ""
    said = asked.text if len(asked.text) <= MOST_ECHOED else asked.text[:MOST_ECHOED] + "…"
    return (
        f"Hello from Novapi! This is {asked.model}, which answers without any provider. Your request arrived with "
        f"{came}{with_it}. The last thing you said: {said or '(nothing)'}"
    )


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def call_of(function: dict[str, Any]) -> dict[str, Any]:
    schema = function.get("parameters")
    arguments = msgspec.json.encode(example(schema if isinstance(schema, dict) else {"type": "object"})).decode()
    named = {"name": function["name"], "arguments": arguments}
    return {"id": f"call_{secrets.token_hex(8)}", "type": "function", "function": named}


def example(schema: Any) -> Any:
    """Something that fits a schema, as far as its outermost parts go."""
    if not isinstance(schema, dict):
        return "echo"
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    if isinstance(members := schema.get("properties"), dict):
        return {name: example(member) for name, member in members.items()}
    return EXAMPLES.get(str(schema.get("type")), "echo")


def whole(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.call:
        message["tool_calls"] = [reply.call]
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    return head(reply, "chat.completion") | {"choices": [choice], "usage": reply.usage}


def head(reply: Reply, kind: str) -> dict[str, Any]:
    return {"id": reply.id, "object": kind, "created": int(time.time()), "model": reply.model}


class Stream(httpx.AsyncByteStream):
    """The same word by word."""

    def __init__(self, reply: Reply, asked: Asked) -> None:
        self._reply = reply
        self._wants_usage = asked.wants_usage

    async def __aiter__(self) -> AsyncIterator[bytes]:
        reply = self._reply
        yield self._chunk({"role": "assistant", "content": ""})
        if reply.call:
            yield self._chunk({"tool_calls": [{"index": 0} | reply.call]})
        for word in WORD.findall(reply.text):
            await asyncio.sleep(WORD_SECONDS)
            yield self._chunk({"content": word})
        yield self._chunk({}, reply.finish_reason)
        if self._wants_usage:
            yield event(head(reply, "chat.completion.chunk") | {"choices": [], "usage": reply.usage})
        yield b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        return event(head(self._reply, "chat.completion.chunk") | {"choices": [choice]})


def event(body: dict[str, Any]) -> bytes:
    return b"data: %b\n\n" % msgspec.json.encode(body)


def refusal(status: int, message: str) -> httpx.Response:
    error = {"message": f"Novapi: {message}", "type": "echo_error", "code": f"echo_{status}"}
    return json_response(status, {"error": error})


def json_response(status: int, body: dict[str, Any]) -> httpx.Response:
    stream = httpx.ByteStream(msgspec.json.encode(body))
    return httpx.Response(status, headers={"content-type": "application/json"}, stream=stream)
