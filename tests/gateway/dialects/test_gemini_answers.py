"""Gemini's answers and errors, read from providers and built for clients."""

import base64
import json
from typing import Any

import pytest
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Choice,
    Image,
    Media,
    Part,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Response,
    Text,
    ToolCall,
    Usage,
)
from gateway.dialects.format import Malformed, ProviderError
from gateway.dialects.gemini import FORMAT
from gateway.dialects.gemini.responses import retry_after, usage_of
from gateway.errors import BadRequest, InternalError, UnknownModel, UpstreamFailed, WrongKey

REQUEST = Request("m", ())
CALL = {"functionCall": {"name": "a", "args": {"x": 1}}}


def answer(*parts: Any, reason: str | None = "STOP", **members: Any) -> Response:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": reason, "index": 0}
    return FORMAT.parse_response({"candidates": [candidate], "modelVersion": "m", "responseId": "r", **members})


@pytest.mark.parametrize(
    ("parts", "reason", "finish"),
    [
        ([{"text": "a"}], "STOP", "stop"),
        pytest.param([CALL], "STOP", "tool_calls", id="42-calls-finish-with-stop"),
        pytest.param([CALL], "MAX_TOKENS", "length", id="length-wins"),
        ([], "MAX_TOKENS", "length"),
        ([{"text": "a"}], "SAFETY", "content_filter"),
        ([{"text": "a"}], "RECITATION", "content_filter"),
        ([{"text": "a"}], "MODEL_ARMOR", "content_filter"),
        ([{"text": "a"}], "SOMETHING_NEW", "content_filter"),
        ([{"text": "a"}], None, "stop"),
        pytest.param([], None, "content_filter", id="88-no-content"),
    ],
)
def test_finish(parts: list[Any], reason: str | None, finish: str) -> None:
    assert answer(*parts, reason=reason).choices[0].finish == finish


def test_a_blocked_prompt_is_filtered() -> None:  # 88
    response = FORMAT.parse_response({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})

    assert response.choices == (Choice((), "content_filter"),)


def test_an_answer_that_went_wrong_is_malformed_in_words() -> None:
    with pytest.raises(Malformed, match=r"MALFORMED_FUNCTION_CALL.*cannot be read"):
        answer(reason="MALFORMED_FUNCTION_CALL")


@pytest.mark.parametrize("body", [{}, {"candidates": []}, {"candidates": 5}, {"candidates": [{"content": 5}]}])
def test_what_is_no_answer_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        FORMAT.parse_response(body)


def test_calls_without_ids_get_their_own() -> None:  # 14
    again = {"functionCall": {"name": "a", "args": {"x": 1}}}
    first, second = (part.id for part in answer(CALL, again).choices[0].parts if isinstance(part, ToolCall))
    other = answer(CALL, responseId="r2").choices[0].parts[0]

    assert len({first, second, isinstance(other, ToolCall) and other.id}) == 3
    assert answer(CALL).choices[0].parts[0] == answer(CALL).choices[0].parts[0]


@pytest.mark.parametrize(
    ("metadata", "usage"),
    [
        (None, None),
        ({"trafficType": "ON_DEMAND"}, None),
        pytest.param({"promptTokenCount": 5, "totalTokenCount": 5}, Usage(5, 0), id="58-no-candidates"),
        pytest.param(
            {
                "promptTokenCount": 100,
                "cachedContentTokenCount": 40,
                "candidatesTokenCount": 10,
                "thoughtsTokenCount": 7,
                "toolUsePromptTokenCount": 3,
                "totalTokenCount": 120,
            },
            Usage(103, 17, 40, 0, 7),
            id="58-thoughts-are-not-among-the-candidates",
        ),
        ({"promptTokenCount": "many", "candidatesTokenCount": -1}, Usage()),
    ],
)
def test_usage(metadata: Any, usage: Usage | None) -> None:
    assert usage_of({"usageMetadata": metadata}) == usage
    assert answer({"text": "a"}, usageMetadata=metadata).usage == usage


def test_an_answer_for_a_client() -> None:
    parts = (Reasoning("Hm", "s", "anthropic"), Text("Hi"), Refusal("No"), ToolCall("1", "a", '{"x":1}'))
    response = Response("r", "alias", (Choice(parts, "tool_calls"),), Usage(10, 9, 3, 2, 4))

    body = FORMAT.build_response(response, REQUEST)

    thought, text, refusal, call = body["candidates"][0]["content"]["parts"]
    assert (thought["text"], thought["thought"]) == ("Hm", True)
    assert base64.b64decode(thought["thoughtSignature"], validate=True)
    assert (text, refusal) == ({"text": "Hi"}, {"text": "No"})
    assert call == {"functionCall": {"id": "1", "name": "a", "args": {"x": 1}}}
    assert body["candidates"][0]["finishReason"] == "STOP"  # 42
    assert body["modelVersion"] == "alias"  # 89
    assert body["usageMetadata"] == {
        "promptTokenCount": 10,
        "candidatesTokenCount": 5,
        "totalTokenCount": 19,
        "cachedContentTokenCount": 3,
        "thoughtsTokenCount": 4,
    }
    assert types.GenerateContentResponse.model_validate(body).text == "HiNo"


def test_thoughts_that_are_not_wanted_leave_their_signature() -> None:
    request = Request("m", (), reasoning=ReasoningWish(is_shown=False))
    response = Response("r", "m", (Choice((Reasoning("Hm", "c2ln", "gemini"), Reasoning("unsigned"), Text("Hi"))),))

    parts = FORMAT.build_response(response, request)["candidates"][0]["content"]["parts"]

    assert parts == [{"text": "", "thought": True, "thoughtSignature": "c2ln"}, {"text": "Hi"}]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {"error": {"code": 429, "message": "Slow", "status": "RESOURCE_EXHAUSTED"}},
            ProviderError("Slow", "RESOURCE_EXHAUSTED", "429"),
        ),
        ([{"error": {"code": 400, "message": "Bad"}}], ProviderError("Bad", "", "400")),
        ({"error": "plain"}, ProviderError("plain")),
        ({"error": {"message": 5, "code": []}}, ProviderError()),
        ([], ProviderError()),
        ("text", ProviderError()),
    ],
)
def test_errors_of_providers(body: Any, error: ProviderError) -> None:
    assert FORMAT.parse_error(body) == error


@pytest.mark.parametrize(
    ("details", "seconds"),
    [
        pytest.param([{"@type": "x/google.rpc.RetryInfo", "retryDelay": "34s"}], 34, id="87"),
        pytest.param([{}, {"retryDelay": "34.07s"}], 35, id="87-fraction"),
        ([{"retryDelay": "soon"}, 5], None),
        (None, None),
    ],
)
def test_when_to_ask_again(details: Any, seconds: int | None) -> None:
    assert retry_after({"error": {"details": details}}) == seconds
    assert retry_after([{"error": {"details": details}}]) == seconds


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (BadRequest("x"), 400, "INVALID_ARGUMENT"),
        (WrongKey("x"), 401, "UNAUTHENTICATED"),
        (UpstreamFailed("x", status=403), 403, "PERMISSION_DENIED"),
        (UnknownModel("x"), 404, "NOT_FOUND"),
        (BadRequest("x", status=413), 413, "INVALID_ARGUMENT"),
        (UpstreamFailed("x", status=429), 429, "RESOURCE_EXHAUSTED"),
        (InternalError("x"), 500, "INTERNAL"),
        (UpstreamFailed("x"), 502, "UNAVAILABLE"),
        (UpstreamFailed("x", status=504), 504, "DEADLINE_EXCEEDED"),
        (UpstreamFailed("x", status=529), 529, "UNAVAILABLE"),
        (UpstreamFailed("x", status=599), 599, "INTERNAL"),
    ],
)
def test_errors_for_clients(error: Any, code: int, status: str) -> None:
    assert FORMAT.build_error(error) == {"error": {"code": code, "message": "x", "status": status}}


TEXTS = st.text(min_size=1, max_size=8)
BASE64 = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())
SAID: st.SearchStrategy[Part] = st.one_of(
    st.builds(Text, TEXTS),
    st.builds(Reasoning, TEXTS, BASE64, st.sampled_from(["gemini", "anthropic"])),
    st.builds(Reasoning, st.just(""), TEXTS, st.just("anthropic"), st.just(True)),
    st.builds(Image, BASE64.map(lambda data: Media("image/webp", data="AAAA" + data))),
)


@st.composite
def responses(draw: Any) -> Response:
    choices = []
    for index in range(draw(st.integers(1, 2))):
        calls = tuple(
            ToolCall(f"id{index}{at}", draw(TEXTS), '{"a":"b"}', signature=draw(BASE64))
            for at in range(draw(st.integers(0, 2)))
        )
        finish = draw(st.sampled_from(["length", "content_filter", "tool_calls" if calls else "stop"]))
        parts = (*draw(st.lists(SAID, min_size=1, max_size=3)), *calls)
        choices.append(Choice(parts, finish, index=index))
    reasoning = draw(st.integers(0, 5))
    usage = Usage(draw(st.integers(0, 9)), reasoning + draw(st.integers(0, 9)), draw(st.integers(0, 9)), 0, reasoning)
    return Response(draw(TEXTS), draw(TEXTS), tuple(choices), draw(st.none() | st.just(usage)))


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(responses())
def test_an_answer_that_is_built_is_read_as_it_was(response: Response) -> None:
    body = json.loads(json.dumps(FORMAT.build_response(response, REQUEST)))

    assert FORMAT.parse_response(body) == response
