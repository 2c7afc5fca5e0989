"""Embeddings: Gemini's `embedContent` and `batchEmbedContents` ↔ OpenAI's `/v1/embeddings`, bodies and answers.

`parse_…` makes OpenAI's body out of Gemini's, `build_…` Gemini's out of OpenAI's. The model is in Gemini's URL; the
endpoint puts it into the body as `model`.
"""

from typing import Any

from gateway.dialects.format import Body, Impossible, Malformed
from gateway.dialects.gemini.members import camel, inner, several
from gateway.dialects.openai import count, member
from gateway.dialects.reading import required, text_or_none, whole_number
from gateway.dialects.vectors import in_order, is_vector, packed, vector_of

MODELS = "models/"  # before the model's name in the entries of a batch


def parse_embed(body: Body) -> Body:
    """The body of `embedContent` as OpenAI's. Raises Malformed, and Impossible for what is no text."""
    body = camel(body)
    return openai_request(required(body, "model", str), [body])


def parse_batch_embed(body: Body) -> Body:
    """The body of `batchEmbedContents` as OpenAI's. Raises Malformed, and Impossible for what is no text."""
    body = camel(body)
    return openai_request(required(body, "model", str), several(body, "requests", optional=False))


def openai_request(model: str, entries: list[Body]) -> Body:
    """One text per entry. Titles and task types have no counterpart and are left out."""
    sizes = {whole_number(entry, "outputDimensionality") for entry in entries} or {None}
    if len(sizes) > 1:
        raise Impossible("embeddings of different sizes in one call")
    asked: Body = {"model": model, "input": [text_in(entry) for entry in entries], "encoding_format": "float"}
    size = sizes.pop()
    return asked | ({"dimensions": size} if size else {})


def text_in(entry: Body) -> str:
    """The text of an entry's content; Gemini takes several parts as one."""
    parts = several(inner(entry, "content"), "parts", optional=False)
    texts = [text_or_none(part, "text") or "" for part in parts]
    if any(part.keys().isdisjoint({"text"}) for part in parts):
        raise Impossible("embedding of anything but text")
    return "\n".join(texts)


def build_batch_embed(body: Body) -> Body:
    """OpenAI's body as that of `batchEmbedContents`. Raises Malformed, and Impossible for token ids."""
    model = required(body, "model", str)
    size = whole_number(body, "dimensions")
    shared: Body = {"model": model if model.startswith(MODELS) else MODELS + model}
    shared |= {"outputDimensionality": size} if size else {}
    return {"requests": [shared | {"content": {"parts": [{"text": text}]}} for text in texts_of(body.get("input"))]}


def texts_of(given: Any) -> list[str]:
    """OpenAI's `input`: a text or texts; ids of tokens mean nothing to another model."""
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, list) or not items:
        raise Malformed("input must be a text or a list of texts", "input")
    if all(type(item) in (int, list) for item in items):
        raise Impossible("embedding of token ids")
    if not all(isinstance(item, str) for item in items):
        raise Malformed("input must be a text or a list of texts", "input")
    return items


def parse_embed_response(answer: Body, request: Body) -> Body:
    """Gemini's answer, of one or of a batch, as OpenAI's to the OpenAI `request`. Raises Malformed.

    OpenAI's SDKs ask for base64 unless told otherwise.
    """
    answer = camel(answer)
    entries = [inner(answer, "embedding")] if "embedding" in answer else several(answer, "embeddings", optional=False)
    vectors = [numbers_in(entry.get("values")) for entry in entries]
    packs = request.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": packed(vector) if packs else vector}
        for index, vector in enumerate(vectors)
    ]
    tokens = count(answer.get("usageMetadata"), "promptTokenCount", "totalTokenCount")
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": request.get("model"), "usage": usage}


def build_embed_response(answer: Body) -> Body:
    """OpenAI's answer as that of `embedContent`. Raises Malformed."""
    whole = build_batch_embed_response(answer)
    if not whole["embeddings"]:
        raise Malformed("the answer has no embedding", "data")
    return {"embedding": whole.pop("embeddings")[0]} | whole


def build_batch_embed_response(answer: Body) -> Body:
    """OpenAI's answer as that of `batchEmbedContents`. Raises Malformed."""
    ordered = in_order(several(answer, "data", optional=False))
    tokens = count(member(answer, "usage"), "prompt_tokens", "input_tokens", "total_tokens")
    usage = {"usageMetadata": {"promptTokenCount": tokens, "totalTokenCount": tokens}} if tokens else {}
    return {"embeddings": [{"values": vector_of(item)} for item in ordered]} | usage


def numbers_in(vector: Any) -> list[float]:
    if not is_vector(vector):
        raise Malformed("an embedding must be a list of numbers", "embedding")
    return list(vector)
