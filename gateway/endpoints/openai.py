"""OpenAI's endpoints."""

from functools import cache

from django.http import HttpRequest

from gateway.call import Answer, Task
from gateway.endpoints import calls
from gateway.endpoints.calls import Target

# What is asked for where the client names no model, as OpenAI itself does.
DEFAULT_MODELS = {
    "images/generations": "gpt-image-1",
    "images/edits": "gpt-image-1",
    "images/variations": "dall-e-2",
    "moderations": "omni-moderation-latest",
}


TASKS: dict[str, Task] = {"chat/completions": "chat", "embeddings": "embeddings"}
INPUT_TOKENS = Target("openai-responses", "responses/input_tokens", "count")


async def answer(request: HttpRequest, endpoint: str, dialect: str = "openai-chat") -> Answer:
    """Relay one call to `endpoint` (the path below /v1/)."""
    return await calls.answer(request, target_of(endpoint, dialect))


@cache
def target_of(endpoint: str, dialect: str) -> Target:
    return Target(dialect, endpoint, TASKS.get(endpoint, "other"), default_model=DEFAULT_MODELS.get(endpoint))


async def count_tokens(request: HttpRequest) -> Answer:
    """POST /v1/responses/input_tokens."""
    return await calls.counted(request, INPUT_TOKENS, lambda n: {"object": "response.input_tokens", "input_tokens": n})
