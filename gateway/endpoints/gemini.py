"""Gemini's endpoints: the model and what is wanted of it stand in the path, `models/{model}:{verb}`."""

from urllib.parse import parse_qs

from django.http import HttpRequest

from gateway.call import Answer
from gateway.endpoints import calls
from gateway.endpoints.calls import Target
from gateway.errors import UnknownPath

GENERATE = "v1beta/models/{model}:generateContent"
STREAM = "v1beta/models/{model}:streamGenerateContent?alt=sse"


async def models(request: HttpRequest, target: str) -> Answer:
    """POST /v1beta/models/{model}:{verb}, and the same below /v1."""
    model, _, verb = target.rpartition(":")
    if verb not in TARGETS:
        raise UnknownPath(f"Novapi: there is no ':{verb[:40]}' for models; there are {', '.join(TARGETS)}.")
    wanted = TARGETS[verb](model, wants_events(request))
    if wanted.task == "count":
        return await calls.counted(request, wanted, lambda tokens: {"totalTokens": tokens})
    return await calls.answer(request, wanted)


def wants_events(request: HttpRequest) -> bool:
    """Whether `alt=sse` was asked for; without it a stream is one JSON array."""
    query = parse_qs(request.scope["query_string"].decode("latin-1"))  # type: ignore[attr-defined]
    return query.get("alt") == ["sse"]


def generate(model: str, events: bool) -> Target:
    return Target("gemini", "generateContent", "chat", path=GENERATE, model=model, stream=False)


def stream(model: str, events: bool) -> Target:
    form = "" if events else "array"
    return Target("gemini", "streamGenerateContent", "chat", path=STREAM, form=form, model=model, stream=True)


def embed(model: str, events: bool) -> Target:
    path = "v1beta/models/{model}:embedContent"
    return Target("gemini", "embedContent", "embeddings", path=path, form="one", model=model, stream=False)


def batch_embed(model: str, events: bool) -> Target:
    path = "v1beta/models/{model}:batchEmbedContents"
    return Target("gemini", "batchEmbedContents", "embeddings", path=path, model=model, stream=False)


def count(model: str, events: bool) -> Target:
    path = "v1beta/models/{model}:countTokens"
    return Target("gemini", "countTokens", "count", path=path, model=model, stream=False)


TARGETS = {
    "generateContent": generate,
    "streamGenerateContent": stream,
    "embedContent": embed,
    "batchEmbedContents": batch_embed,
    "countTokens": count,
}
