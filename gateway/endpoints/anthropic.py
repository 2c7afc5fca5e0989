"""Anthropic's endpoints."""

from django.http import HttpRequest

from gateway.call import Answer
from gateway.endpoints import calls
from gateway.endpoints.calls import Target

MESSAGES = Target("anthropic", "messages", "chat", path="v1/messages")
COUNT_TOKENS = Target("anthropic", "messages/count_tokens", "count", path="v1/messages/count_tokens")


async def messages(request: HttpRequest) -> Answer:
    """POST /v1/messages, plain or streamed."""
    return await calls.answer(request, MESSAGES)


async def count_tokens(request: HttpRequest) -> Answer:
    """POST /v1/messages/count_tokens: counted by a channel that can, else estimated from the texts."""
    return await calls.counted(request, COUNT_TOKENS, lambda tokens: {"input_tokens": tokens})
