"""What Ollama's clients get back, as the official SDK reads it."""

import base64
import hashlib
import struct
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import ollama
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Choice,
    Finish,
    Image,
    Media,
    Message,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Response,
    Text,
    ToolCall,
    Usage,
)
from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.ollama import (
    build_chat_response,
    build_embed,
    build_embed_one,
    build_embed_one_response,
    build_embed_response,
    build_error,
    build_generate_response,
    build_loaded,
    build_ps,
    build_show,
    build_tags,
    build_version,
    parse_chat,
    parse_embed,
    parse_embed_one,
    parse_embed_one_response,
    parse_embed_response,
    tokens_in,
)
from gateway.errors import UnknownModel

ASKED = Request("fast", (Message("user", (Text("Hello"),)),))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def answer(*parts: Any, finish: Finish = "stop", usage: Usage | None = None) -> Response:
    return Response("id", "fast", (Choice(parts, finish),), usage=usage, created=int(NOON.timestamp()))


def test_chat_answer_is_read_by_the_sdk() -> None:
    response = answer(Reasoning("2 and 2"), Text("4"), usage=Usage(input=13, output=5))

    read = ollama.ChatResponse.model_validate(build_chat_response(response, ASKED))

    assert (read.model, read.done, read.done_reason) == ("fast", True, "stop")
    assert (read.message.role, read.message.content, read.message.thinking) == ("assistant", "4", "2 and 2")
    assert (read.prompt_eval_count, read.eval_count) == (13, 5)
    assert datetime.fromisoformat(str(read.created_at)) == NOON


def test_generate_answer_is_read_by_the_sdk() -> None:
    response = answer(Reasoning("2 and 2"), Text("4"), usage=Usage(input=13, output=5))

    read = ollama.GenerateResponse.model_validate(build_generate_response(response, ASKED))

    assert (read.response, read.thinking, read.done, read.done_reason) == ("4", "2 and 2", True, "stop")
    assert (read.prompt_eval_count, read.eval_count) == (13, 5)


def test_tool_calls_have_objects_for_arguments() -> None:
    calls = ToolCall("call_a", "look", '{"city":"Rome"}'), ToolCall("call_b", "look")

    body = build_chat_response(answer(*calls, finish="tool_calls"), ASKED)

    assert body["message"]["tool_calls"] == [
        {"id": "call_a", "function": {"index": 0, "name": "look", "arguments": {"city": "Rome"}}},
        {"id": "call_b", "function": {"index": 1, "name": "look", "arguments": {}}},
    ]
    read = ollama.ChatResponse.model_validate(body)
    assert [call.function.arguments for call in read.message.tool_calls or ()] == [{"city": "Rome"}, {}]


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        pytest.param(ToolCall("a", "look", '{"a": '), {"_raw": '{"a": '}, id="24-broken-json"),
        pytest.param(ToolCall("a", "look", "[1]"), {"_raw": "[1]"}, id="24-not-an-object"),
        pytest.param(ToolCall("a", "patch", "*** Begin", kind="custom"), {"input": "*** Begin"}, id="custom-tool"),
    ],
)
def test_arguments_are_always_an_object(call: ToolCall, arguments: dict[str, str]) -> None:
    body = build_chat_response(answer(call), ASKED)

    assert body["message"]["tool_calls"][0]["function"]["arguments"] == arguments


def test_calls_come_back_as_they_went_out() -> None:
    call = ToolCall("call_a", "look", '{"city":"Rome"}')

    message = build_chat_response(answer(Text("Let me see."), call), ASKED)["message"]

    assert parse_chat({"model": "m", "messages": [message]}).messages[0].parts == (Text("Let me see."), call)


@pytest.mark.parametrize("build", [build_chat_response, build_generate_response])
@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", "stop"),
        ("stop_sequence", "stop"),
        ("pause", "stop"),
        ("tool_calls", "stop"),
        ("content_filter", "stop"),
        ("length", "length"),
        ("context", "length"),
        (None, "stop"),
    ],
)
def test_every_ending_has_one_of_ollamas_two_words(build: Any, finish: Any, reason: str) -> None:
    assert build(answer(Text("x"), finish=finish), ASKED)["done_reason"] == reason


@pytest.mark.parametrize("build", [build_chat_response, build_generate_response])
def test_unwanted_thoughts_are_left_out(build: Any) -> None:
    asked = Request("fast", ASKED.messages, reasoning=ReasoningWish("none", is_shown=False))

    body = build(answer(Reasoning("hm"), Text("4")), asked)

    assert "thinking" not in body
    assert "thinking" not in body.get("message", {})


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((Refusal("I won't."),), "I won't."),
        ((Text("a"), Text("b")), "ab"),
        ((Image(Media(url="https://e.example/a.png")),), "![](https://e.example/a.png)"),
        ((), ""),
    ],
)
def test_everything_readable_becomes_the_text(parts: Any, text: str) -> None:
    assert build_generate_response(answer(*parts), ASKED)["response"] == text


def test_uncounted_tokens_are_left_out() -> None:
    assert "eval_count" not in build_chat_response(answer(Text("x")), ASKED)


def test_an_answer_without_choices_is_empty() -> None:
    body = build_chat_response(Response("id", "fast", ()), ASKED)

    assert ollama.ChatResponse.model_validate(body).message.content == ""


@pytest.mark.parametrize("created", [0, -1, 2**62])
def test_times_that_cannot_be_are_now(created: int) -> None:
    body = build_chat_response(Response("id", "fast", (), created=created), ASKED)

    assert datetime.now(UTC) - datetime.fromisoformat(body["created_at"]) < timedelta(minutes=1)


def test_loading_is_answered_without_a_word() -> None:
    chat = ollama.ChatResponse.model_validate(build_loaded("fast", is_chat=True))
    generated = ollama.GenerateResponse.model_validate(build_loaded("fast", is_chat=False))

    assert (chat.message.content, chat.done, chat.done_reason) == ("", True, "load")
    assert (generated.response, generated.done, generated.done_reason) == ("", True, "load")


def test_errors_are_a_text() -> None:
    body = build_error(UnknownModel("There is no model 'x\ud800'."))

    assert body == {"error": "There is no model 'x?'."}


@pytest.mark.parametrize(
    ("body", "usage"),
    [
        (b'{"done":true,"prompt_eval_count":3,"eval_count":4}', Usage(input=3, output=4)),
        (b'{"done":true,"eval_count":4}', Usage(output=4)),
        (b'{"done":true,"eval_count":"many"}', Usage()),
        (b'{"done":true}', None),
        (b"[]", None),
        (b"<html>", None),
        (b"[" * 100_000, None),
    ],
)
def test_whole_answers_tell_what_they_cost(body: bytes, usage: Usage | None) -> None:
    assert tokens_in(body) == usage


# Lists of models


def test_tags_are_read_by_the_sdk() -> None:
    east = datetime(2026, 11, 23, 14, tzinfo=timezone(timedelta(hours=2)))

    body = build_tags(["openai/gpt-6", "qwen3:8b"], east)

    read = ollama.ListResponse.model_validate(body)
    assert [model.model for model in read.models] == ["openai/gpt-6", "qwen3:8b"]
    assert read.models[0].modified_at == NOON
    assert read.models[0].size == 0
    assert read.models[1].digest == hashlib.sha256(b"qwen3:8b").hexdigest()
    assert body["models"][0]["name"] == "openai/gpt-6"
    assert body["models"][0]["modified_at"] == "2026-11-23T12:00:00Z"
    assert body["models"][0]["capabilities"] == ["completion", "tools", "vision", "thinking"]


def test_show_is_read_by_the_sdk() -> None:
    read = ollama.ShowResponse.model_validate(build_show("gpt-6", NOON, context_length=200_000))

    info = read.modelinfo or {}
    assert info[f"{info['general.architecture']}.context_length"] == 200_000
    assert read.capabilities == ["completion", "tools", "vision", "thinking"]
    assert read.details is not None
    assert read.details.family == ""


def test_show_invents_no_context_length() -> None:
    assert not any(name.endswith("context_length") for name in build_show("gpt-6", NOON)["model_info"])


def test_show_tells_what_a_model_for_embeddings_does() -> None:
    assert build_show("embed", NOON, ["embedding"])["capabilities"] == ["embedding"]


def test_ps_is_read_by_the_sdk() -> None:
    read = ollama.ProcessResponse.model_validate(build_ps(["gpt-6"], NOON))

    assert (read.models[0].name, read.models[0].size_vram) == ("gpt-6", 0)
    assert read.models[0].expires_at is not None
    assert read.models[0].expires_at > NOON


def test_answers_share_nothing_that_could_be_changed() -> None:
    first, second = build_tags(["a", "b"], NOON)["models"]

    first["details"]["families"].append("changed")

    assert second["details"]["families"] == []


def test_version_is_what_is_said() -> None:
    assert build_version("0.20.0") == {"version": "0.20.0"}


# Embeddings


@pytest.mark.parametrize("texts", ["one", ["one", "two"], []])
def test_embed_becomes_openais_request_and_comes_back(texts: Any) -> None:
    body = parse_embed({"model": "e", "input": texts, "dimensions": 64, "truncate": True, "keep_alive": "5m"})

    assert body == {"model": "e", "input": texts, "dimensions": 64, "encoding_format": "float"}
    assert build_embed(body) == {"model": "e", "input": texts, "dimensions": 64}


def test_the_older_embed_becomes_openais_request_and_comes_back() -> None:
    body = parse_embed_one({"model": "e", "prompt": "one"})

    assert body == {"model": "e", "input": "one", "encoding_format": "float"}
    assert build_embed_one(body) == {"model": "e", "prompt": "one"}
    assert build_embed_one(body | {"input": ["one"]}) == {"model": "e", "prompt": "one"}


def openai_answer(*vectors: Any, usage: Any = None) -> dict[str, Any]:
    data = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    return {"object": "list", "data": data, "model": "e-large", "usage": usage or {"prompt_tokens": 4}}


def test_embed_answer_is_read_by_the_sdk() -> None:
    read = ollama.EmbedResponse.model_validate(build_embed_response(openai_answer([0.5, 1], [2.0, -1]), "e"))

    assert (read.model, read.prompt_eval_count) == ("e", 4)
    assert [list(vector) for vector in read.embeddings] == [[0.5, 1], [2.0, -1]]


def test_embed_answers_are_ordered_by_index() -> None:
    shuffled = openai_answer([1.0], [2.0])
    shuffled["data"].reverse()

    assert build_embed_response(shuffled, "e")["embeddings"] == [[1.0], [2.0]]


def test_packed_vectors_are_unpacked() -> None:
    packed = base64.b64encode(struct.pack("<2f", 0.5, -1)).decode()

    assert build_embed_response(openai_answer(packed), "e")["embeddings"] == [[0.5, -1.0]]


def test_the_older_answer_is_read_by_the_sdk() -> None:
    read = ollama.EmbeddingsResponse.model_validate(build_embed_one_response(openai_answer([0.5]), "e"))

    assert list(read.embedding) == [0.5]


VECTORS = st.lists(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1), max_size=3)


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(VECTORS, st.sampled_from(["float", "base64", None]))
def test_vectors_survive_the_way_there_and_back(vectors: list[list[float]], form: str | None) -> None:
    asked = {"model": "e", "input": ["x"] * len(vectors), "encoding_format": form}

    there = parse_embed_response({"model": "e", "embeddings": vectors, "prompt_eval_count": 3}, asked)

    assert there["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
    assert build_embed_response(there, "e") == {"model": "e", "embeddings": vectors, "prompt_eval_count": 3}


def test_the_older_answer_becomes_openais() -> None:
    there = parse_embed_one_response({"embedding": [0.5]}, {"model": "e", "input": "x"})

    assert there["data"] == [{"object": "embedding", "index": 0, "embedding": [0.5]}]
    assert there["model"] == "e"


@pytest.mark.parametrize(
    ("convert", "body"),
    [
        (parse_embed, {"model": "e"}),
        (parse_embed, {"model": "e", "input": [1]}),
        (parse_embed, {"input": "x"}),
        (parse_embed_one, {"model": "e"}),
        (build_embed, {"model": "e", "input": {"a": 1}}),
        (build_embed, {"model": "e", "input": [True]}),
        (lambda body: build_embed_response(body, "e"), {"data": "x"}),
        (lambda body: build_embed_response(body, "e"), {"data": [{"embedding": ["x"]}]}),
        (lambda body: build_embed_response(body, "e"), {"data": [{"embedding": "%%%"}]}),
        (lambda body: build_embed_response(body, "e"), {"data": [{"embedding": "AAA="}]}),
        (lambda body: parse_embed_response(body, {}), {"embeddings": [["x"]]}),
        (lambda body: parse_embed_response(body, {"encoding_format": "base64"}), {"embeddings": [[10**400]]}),
        (lambda body: parse_embed_one_response(body, {}), {"embedding": [None]}),
    ],
)
def test_what_is_no_embedding_is_refused(convert: Any, body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        convert(body)


@pytest.mark.parametrize(
    ("build", "given_input"), [(build_embed, [1, 2]), (build_embed, [[1], [2]]), (build_embed_one, ["a", "b"])]
)
def test_what_ollama_cannot_embed_is_told(build: Any, given_input: Any) -> None:
    with pytest.raises(Impossible):
        build({"model": "e", "input": given_input})
