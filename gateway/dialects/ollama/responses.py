"""The neutral chat as Ollama's native answers and errors."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from gateway.chat import Choice, Finish, Part, Reasoning, Refusal, Request, Response, ToolCall, Usage
from gateway.dialects.format import Body
from gateway.dialects.openai_chat.responses import shown_as_text
from gateway.dialects.reading import json_object
from gateway.errors import GatewayError

# Ollama has words for two endings only ("load" and "unload" are no answers).
REASONS: dict[Finish, str] = {
    "stop": "stop",
    "stop_sequence": "stop",
    "pause": "stop",
    "tool_calls": "stop",
    "content_filter": "stop",
    "length": "length",
    "context": "length",
}


def build_chat_response(response: Response, request: Request) -> Body:
    """The one answer to `/api/chat` without a stream; of several choices the first."""
    choice = first_choice(response)
    message: Body = {"role": "assistant", "content": content_of(choice.parts)}
    if thinking := thinking_of(choice.parts, request):
        message["thinking"] = thinking
    calls = [part for part in choice.parts if isinstance(part, ToolCall)]
    if calls:
        message["tool_calls"] = [build_tool_call(call, number) for number, call in enumerate(calls)]
    return head(response.model, response.created) | {"message": message} | ending(choice, response.usage)


def build_generate_response(response: Response, request: Request) -> Body:
    """The one answer to `/api/generate` without a stream."""
    choice = first_choice(response)
    said: Body = {"response": content_of(choice.parts)}
    if thinking := thinking_of(choice.parts, request):
        said["thinking"] = thinking
    return head(response.model, response.created) | said | ending(choice, response.usage)


def build_loaded(model: str, *, is_chat: bool) -> Body:
    """The answer to a request that says nothing: Ollama loads the model, here it always is."""
    said: Body = {"message": {"role": "assistant", "content": ""}} if is_chat else {"response": ""}
    return head(model) | said | {"done": True, "done_reason": "load"}


def build_error(error: GatewayError) -> Body:
    return error_body(error.message.encode("utf-8", "replace").decode())


def error_body(message: str) -> Body:
    return {"error": message}


def first_choice(response: Response) -> Choice:
    return response.choices[0] if response.choices else Choice(())


def content_of(parts: Iterable[Part]) -> str:
    """Texts, refusals and pictures in one text; the rest has members of its own."""
    return "".join(part.text if isinstance(part, Refusal) else shown_as_text(part) for part in parts)


def thinking_of(parts: Iterable[Part], request: Request) -> str:
    if hides_thinking(request):
        return ""
    return "".join(part.text for part in parts if isinstance(part, Reasoning))


def hides_thinking(request: Request) -> bool:
    """`think: false` promises an answer without thoughts, even where the model can't help having them."""
    return request.reasoning is not None and request.reasoning.is_shown is False


def build_tool_call(call: ToolCall, number: int) -> Body:
    arguments = {"input": call.arguments} if call.kind == "custom" else json_object(call.arguments)
    return {"id": call.id, "function": {"index": number, "name": call.name, "arguments": arguments}}


def ending(choice: Choice, usage: Usage | None) -> Body:
    """How it ended. What nobody measured is left out, as Ollama leaves out a zero."""
    return {"done": True, "done_reason": REASONS[choice.finish or "stop"]} | counts(usage)


def counts(usage: Usage | None) -> Body:
    return {"prompt_eval_count": usage.input, "eval_count": usage.output} if usage else {}


def head(model: str, created: int = 0) -> dict[str, Any]:
    """How every answer and every line of a stream begins."""
    return {"model": model, "created_at": rfc3339(created_at(created))}


def created_at(seconds: int) -> datetime:
    """A provider's time, or now where it tells none that can be."""
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < 2**35 else datetime.now(UTC)


def rfc3339(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
