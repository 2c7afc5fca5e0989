"""Embeddings: Ollama's `/api/embed`, and its older `/api/embeddings` of one text, ↔ OpenAI's `/v1/embeddings`.

A client of Ollama's: `parse_embed` makes OpenAI's request of its request, `build_embed_response` its answer of
OpenAI's. A channel that speaks Ollama: `build_embed` and `parse_embed_response`. `…_one` is the older endpoint.
"""

from typing import Any

from gateway.dialects.format import Body, Impossible, Malformed
from gateway.dialects.openai import count, member
from gateway.dialects.reading import listed, required, whole_number
from gateway.dialects.vectors import in_order, is_vector, packed, vector_of


def parse_embed(body: Body) -> Body:
    """The body of `/api/embed` as OpenAI's. `truncate`, `options` and `keep_alive` exist at Ollama only."""
    given = body.get("input")
    if not isinstance(given, str) and not is_list_of(given, str):
        raise Malformed("input must be a text or a list of texts", "input")
    asked: Body = {"model": required(body, "model", str), "input": given, "encoding_format": "float"}
    dimensions = whole_number(body, "dimensions")
    return asked | ({"dimensions": dimensions} if dimensions else {})


def parse_embed_one(body: Body) -> Body:
    """The body of `/api/embeddings` as OpenAI's."""
    prompt = required(body, "prompt", str)
    return {"model": required(body, "model", str), "input": prompt, "encoding_format": "float"}


def build_embed_response(answer: Body, model: str) -> Body:
    """OpenAI's answer as that of `/api/embed`. Raises Malformed."""
    vectors = list(map(vector_of, in_order(listed(answer, "data"))))
    spent = count(member(answer, "usage"), "prompt_tokens", "input_tokens")
    return {"model": model, "embeddings": vectors} | ({"prompt_eval_count": spent} if spent else {})


def build_embed_one_response(answer: Body, model: str) -> Body:
    """OpenAI's answer as that of `/api/embeddings`, which names neither the model nor the cost."""
    vectors = build_embed_response(answer, model)["embeddings"]
    return {"embedding": vectors[0] if vectors else []}


def build_embed(body: Body) -> Body:
    """OpenAI's body as that of `/api/embed`. Raises Malformed, and Impossible for token ids."""
    asked: Body = {"model": required(body, "model", str), "input": texts_of(body.get("input"))}
    dimensions = whole_number(body, "dimensions")
    return asked | ({"dimensions": dimensions} if dimensions else {})


def build_embed_one(body: Body) -> Body:
    """OpenAI's body as that of `/api/embeddings`. Raises Malformed, and Impossible for more than one text."""
    asked = build_embed(body)
    given = asked["input"]
    texts = [given] if isinstance(given, str) else given
    if len(texts) != 1:
        raise Impossible("more than one text to embed")
    return {"model": asked["model"], "prompt": texts[0]}


def parse_embed_response(answer: Body, request: Body) -> Body:
    """The answer of `/api/embed` as OpenAI's to the `request` it was asked with. Raises Malformed."""
    vectors = listed(answer, "embeddings")
    if not all(is_vector(vector) for vector in vectors):
        raise Malformed("an embedding must be a list of numbers", "embeddings")
    return openai_answer(vectors, request, count(answer, "prompt_eval_count"))


def parse_embed_one_response(answer: Body, request: Body) -> Body:
    """The answer of `/api/embeddings` as OpenAI's. Raises Malformed."""
    vector = listed(answer, "embedding")
    if not is_vector(vector):
        raise Malformed("an embedding must be a list of numbers", "embedding")
    return openai_answer([vector], request, 0)


def openai_answer(vectors: list[list[float]], request: Body, tokens: int) -> Body:
    """OpenAI's SDKs ask for base64 unless told otherwise."""
    packs = request.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": packed(vector) if packs else vector}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.get("model"), "usage": usage}


def texts_of(given: Any) -> str | list[str]:
    """OpenAI's `input`, which may also be ids of tokens: those mean nothing to another model."""
    if isinstance(given, str) or is_list_of(given, str):
        return given  # type: ignore[no-any-return]
    if (isinstance(given, list) and all(is_list_of(item, int) for item in given)) or is_list_of(given, int):
        raise Impossible("embedding of token ids")
    raise Malformed("input must be a text or a list of texts", "input")


def is_list_of(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(type(item) is kind for item in value)
