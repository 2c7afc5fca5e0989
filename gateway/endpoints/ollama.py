"""Ollama's own endpoints, for clients that speak nothing else. Streams unless told otherwise, as Ollama does."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from django.http import HttpRequest

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import body as request_body
from gateway.call import Answer
from gateway.dialects import ollama
from gateway.endpoints import calls
from gateway.endpoints.answers import json_answer
from gateway.endpoints.calls import Target
from gateway.errors import UnknownModel
from gateway.offers import unknown_model_text

API_VERSION = "0.12.6"  # the Ollama whose API this is; clients refuse one that is too old for them

CHAT = Target("ollama", "api/chat", "chat", default_stream=True)
GENERATE = Target("ollama", "api/generate", "chat", form="generate", default_stream=True)
EMBED = Target("ollama", "api/embed", "embeddings", stream=False)
EMBEDDINGS = Target("ollama", "api/embeddings", "embeddings", form="one", stream=False)


def running() -> Answer:
    """GET /ollama: what Ollama itself says at its root."""
    text = b"Ollama is running"
    return Answer(200, [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))], text)


def version() -> Answer:
    return json_answer(ollama.build_version(API_VERSION))


def tags(table: RoutingTable) -> Answer:
    return json_answer(ollama.build_tags(table.model_created, datetime.now(UTC)))


def running_models() -> Answer:
    return json_answer(ollama.build_ps([], datetime.now(UTC)))


async def show(request: Any) -> Answer:
    """POST /ollama/api/show; older clients call the model "name"."""
    table = candidates.current()
    asked = msgspec.json.decode(await request_body.read(request.receive, request.head, table.max_body_bytes))
    name = (asked.get("model") or asked.get("name")) if isinstance(asked, dict) else None
    if not isinstance(name, str) or name not in table.model_created:
        raise UnknownModel(unknown_model_text(str(name), table), param="model")
    return json_answer(ollama.build_show(name, datetime.fromtimestamp(table.model_created[name], UTC)))


async def chat(request: HttpRequest) -> Answer:
    return await calls.answer(request, CHAT)


async def generate(request: HttpRequest) -> Answer:
    return await calls.answer(request, GENERATE)


async def embed(request: HttpRequest) -> Answer:
    return await calls.answer(request, EMBED)


async def embeddings(request: HttpRequest) -> Answer:
    """The older of the two: one text, one vector."""
    return await calls.answer(request, EMBEDDINGS)
