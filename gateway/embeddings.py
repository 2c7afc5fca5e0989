"""Embeddings between dialects. OpenAI's shape is in the middle: others are read into it and written from it."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec

from gateway.call import Call
from gateway.chat import Usage
from gateway.decoding import decode
from gateway.dialects import ollama
from gateway.dialects.format import Body, Malformed
from gateway.dialects.gemini import embeddings as gemini
from gateway.dialects.openai import from_openai_usage
from gateway.dialects.translated import Translated
from gateway.errors import BadRequest
from gateway.offers import Attempt


class Client(msgspec.Struct, frozen=True):
    """The client's side: its request as OpenAI's, and OpenAI's answer, of this model, as its own."""

    parse: Callable[[Body], Body]
    build: Callable[[Body, str], Body]


class Provider(msgspec.Struct, frozen=True):
    """The provider's side: OpenAI's request as its own, and its answer to that request as OpenAI's."""

    endpoint: str
    build: Callable[[Body], Body]
    parse: Callable[[Body, Body], Body]


# By dialect and form.
CLIENTS: dict[tuple[str, str], Client] = {
    ("openai-chat", ""): Client(lambda body: body, lambda answer, model: answer | {"model": model}),
    ("gemini", ""): Client(gemini.parse_batch_embed, lambda answer, model: gemini.build_batch_embed_response(answer)),
    ("gemini", "one"): Client(gemini.parse_embed, lambda answer, model: gemini.build_embed_response(answer)),
    ("ollama", ""): Client(ollama.parse_embed, ollama.build_embed_response),
    ("ollama", "one"): Client(ollama.parse_embed_one, ollama.build_embed_one_response),
}
PROVIDERS: dict[str, Provider] = {
    "openai-chat": Provider("embeddings", lambda body: body, lambda answer, request: answer),
    "gemini": Provider(
        "v1beta/models/{model}:batchEmbedContents", gemini.build_batch_embed, gemini.parse_embed_response
    ),
    "ollama": Provider("api/embed", ollama.build_embed, ollama.parse_embed_response),
}


class EmbeddingsTranslation(msgspec.Struct, frozen=True):
    """A call between two dialects; `asked` is OpenAI's request in the middle."""

    call: Call
    client: Client
    provider: Provider
    asked: Body
    content_type: str = "application/json"

    def whole(self, body: bytes) -> tuple[bytes, Usage | None, str]:
        """The answer for the client, what it cost, which model gave it. Raises Malformed."""
        try:
            answer = self.provider.parse(decode(body), self.asked)
            shown = self.client.build(answer, self.call.model)
        except (ValueError, TypeError, KeyError) as problem:
            raise Malformed("the answer is no embedding", "") from problem
        usage: Any = answer.get("usage")
        model = answer.get("model")
        counted = from_openai_usage(usage) if isinstance(usage, dict) else None
        return msgspec.json.encode(shown), counted, model if isinstance(model, str) else ""

    def stream(self, channel: str, secret: bytes) -> Translated:
        raise Malformed("embeddings are not streamed", "")


def translated(call: Call, attempt: Attempt) -> tuple[str, bytes, tuple[str, ...], EmbeddingsTranslation]:
    """The call for a channel of another dialect. Raises BadRequest, and Impossible."""
    client, provider = CLIENTS[call.dialect, call.form], PROVIDERS[attempt.dialect]
    upstream = attempt.candidate.upstream
    try:
        asked = client.parse(decode(call.body) | {"model": upstream})
        body = provider.build(asked)
    except Malformed as problem:
        raise BadRequest(f"Novapi: {problem}.", code="invalid_request", param=problem.param) from problem
    translation = EmbeddingsTranslation(call, client, provider, asked)
    return endpoint_of(attempt), msgspec.json.encode(body), (), translation


def endpoint_of(attempt: Attempt) -> str:
    """Where the embeddings of the attempt's dialect are, below the base of a channel."""
    return PROVIDERS[attempt.dialect].endpoint.replace("{model}", quote(attempt.candidate.upstream, safe=""))
