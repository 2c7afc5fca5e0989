"""Gemini's embeddings and OpenAI's."""

import base64
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.gemini import embeddings

VECTOR = [0.5, -1.0]
PACKED = base64.b64encode(struct.pack("<2f", *VECTOR)).decode()


def entry(*texts: str, **members: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text} for text in texts]}, **members}


def test_a_gemini_client_embeds_at_openais() -> None:
    one = {"model": "m", **entry("a", "b"), "task_type": "X", "output_dimensionality": 9}
    batch = {"model": "m", "requests": [entry("a"), {"content": {"parts": {"text": "b"}}}]}

    assert embeddings.parse_embed(one) == {
        "model": "m",
        "input": ["a\nb"],
        "encoding_format": "float",
        "dimensions": 9,
    }
    assert embeddings.parse_batch_embed(batch) == {"model": "m", "input": ["a", "b"], "encoding_format": "float"}


def test_an_openai_client_embeds_at_geminis() -> None:
    asked = {"model": "m", "input": ["a", "b"], "dimensions": 9, "user": "ann"}

    assert embeddings.build_batch_embed(asked) == {
        "requests": [
            {"model": "models/m", "outputDimensionality": 9, "content": {"parts": [{"text": text}]}} for text in "ab"
        ]
    }
    assert embeddings.build_batch_embed({"model": "models/m", "input": "a"}) == {
        "requests": [{"model": "models/m", "content": {"parts": [{"text": "a"}]}}]
    }


@pytest.mark.parametrize(("encoding", "vector"), [("float", VECTOR), ("base64", PACKED), (None, VECTOR)])
def test_geminis_answer_for_an_openai_client(encoding: str | None, vector: Any) -> None:
    request = {"model": "alias", "input": "a", "encoding_format": encoding}
    expected = {
        "object": "list",
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "model": "alias",
        "usage": {"prompt_tokens": 3, "total_tokens": 3},
    }
    usage = {"usageMetadata": {"promptTokenCount": 3}}

    assert embeddings.parse_embed_response({"embedding": {"values": VECTOR}, **usage}, request) == expected
    assert embeddings.parse_embed_response({"embeddings": [{"values": VECTOR}], **usage}, request) == expected


def test_openais_answer_for_a_gemini_client() -> None:
    data = [{"index": 1, "embedding": PACKED}, {"index": 0, "embedding": [1, 2]}]
    answer = {"data": data, "usage": {"prompt_tokens": 3}}
    usage = {"usageMetadata": {"promptTokenCount": 3, "totalTokenCount": 3}}

    assert embeddings.build_batch_embed_response(answer) == {
        "embeddings": [{"values": [1, 2]}, {"values": VECTOR}],
        **usage,
    }
    assert embeddings.build_embed_response(answer) == {"embedding": {"values": [1, 2]}, **usage}


@pytest.mark.parametrize(
    ("convert", "body", "problem"),
    [
        (embeddings.build_batch_embed, {"model": "m", "input": [1, 2]}, Impossible),
        (embeddings.build_batch_embed, {"model": "m", "input": [[1], [2]]}, Impossible),
        (embeddings.build_batch_embed, {"model": "m", "input": []}, Malformed),
        (embeddings.build_batch_embed, {"model": "m", "input": ["a", 1]}, Malformed),
        (embeddings.build_batch_embed, {"input": "a"}, Malformed),
        (embeddings.parse_embed, {"model": "m", "content": {"parts": [{"inlineData": {}}]}}, Impossible),
        (embeddings.parse_embed, {"model": "m"}, Malformed),
        (
            embeddings.parse_batch_embed,
            {"model": "m", "requests": [entry("a", outputDimensionality=1), entry("b")]},
            Impossible,
        ),
        (embeddings.parse_batch_embed, {"model": "m", "requests": [5]}, Malformed),
        (embeddings.build_embed_response, {"data": []}, Malformed),
        (embeddings.build_embed_response, {"data": [{"embedding": "???"}]}, Malformed),
        (embeddings.build_embed_response, {"data": [{"embedding": "AAA="}]}, Malformed),
        (embeddings.build_embed_response, {"data": [{"embedding": ["a"]}]}, Malformed),
        (embeddings.build_embed_response, {"error": {}}, Malformed),
        (lambda answer: embeddings.parse_embed_response(answer, {}), {"embedding": {"values": None}}, Malformed),
        (
            lambda answer: embeddings.parse_embed_response(answer, {"encoding_format": "base64"}),
            {"embedding": {"values": [1e300]}},
            Malformed,
        ),
    ],
)
def test_what_cannot_be_embedded_is_refused(
    convert: Callable[[dict[str, Any]], Any], body: dict[str, Any], problem: type[Exception]
) -> None:
    with pytest.raises(problem):
        convert(body)


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(
    st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=4), min_size=1, max_size=3)
)
def test_an_answer_comes_back_as_it_was(vectors: list[list[float]]) -> None:
    answer = {"embeddings": [{"values": vector} for vector in vectors]}

    for encoding in ("float", "base64"):
        openais = embeddings.parse_embed_response(answer, {"model": "m", "encoding_format": encoding})
        assert embeddings.build_batch_embed_response(openais) == answer
