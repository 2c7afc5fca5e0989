"""Messages answers and errors, read and written."""

from typing import Any

import pytest

from gateway.chat import (
    Choice,
    Finish,
    Foreign,
    Image,
    Media,
    Part,
    Reasoning,
    Refusal,
    Request,
    Response,
    Text,
    ToolCall,
    Usage,
)
from gateway.dialects.anthropic import FORMAT, usage_of
from gateway.dialects.format import Malformed, ProviderError
from gateway.dialects.signatures import from_client
from gateway.errors import BadRequest, GatewayError, InternalError, NoKey, UnknownModel, UpstreamFailed

ASKED = Request(model="m", messages=())
CALL = ToolCall("call_1", "look", '{"a":1}')


def answer(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(blocks), **more}


def use(**more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": "call_1", "name": "look", "input": {"a": 1}, **more}


def choice(*blocks: Any, **more: Any) -> Choice:
    return FORMAT.parse_response(answer(*blocks, **more)).choices[0]


def written(*parts: Part, finish: Finish | None = "stop", **more: Any) -> dict[str, Any]:
    response = Response("msg_1", "m", (Choice(parts, finish, **more),))
    return FORMAT.build_response(response, ASKED)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(
            {"input_tokens": 13, "cache_creation_input_tokens": 31, "cache_read_input_tokens": 22000}
            | {"output_tokens": 61},
            Usage(input=22044, output=61, cached=22000, cache_written=31),
            id="56-prompt-is-the-sum",
        ),
        (
            {"input_tokens": 1, "output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}},
            Usage(input=1, output=9, reasoning=4),
        ),
        (
            {"input_tokens": 1, "cache_creation": {"ephemeral_5m_input_tokens": 2, "ephemeral_1h_input_tokens": 3}},
            Usage(input=6, cache_written=5, cache_written_1h=3),
        ),
        ({"input_tokens": None, "output_tokens": "many", "cache_creation": []}, Usage()),
    ],
)  # fmt: skip
def test_usage_is_read(usage: dict[str, Any], expected: Usage) -> None:
    assert usage_of({"usage": usage}) == expected
    assert FORMAT.parse_response(answer(usage=usage)).usage == expected


@pytest.mark.parametrize("body", [{}, {"usage": None}, {"usage": [1]}])
def test_missing_usage_is_none(body: dict[str, Any]) -> None:
    assert usage_of(body) is None


def test_usage_is_written_with_uncached_input_only() -> None:
    usage = Usage(input=22044, output=61, cached=22000, cache_written=31, reasoning=5)
    body = FORMAT.build_response(Response("i", "m", (Choice(()),), usage), ASKED)

    assert body["usage"] == {
        "input_tokens": 13,
        "cache_creation_input_tokens": 31,
        "cache_read_input_tokens": 22000,
        "output_tokens": 61,
        "output_tokens_details": {"thinking_tokens": 5},
    }


def test_59_usage_is_there_though_nobody_counted() -> None:
    assert written(Text("a"))["usage"]["input_tokens"] == 0


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "stop"),
        ("max_tokens", "length"),
        ("stop_sequence", "stop_sequence"),
        ("pause_turn", "pause"),
        ("refusal", "content_filter"),
        ("model_context_window_exceeded", "context"),
        (None, "stop"),
        ("something new", "stop"),
        (["max_tokens"], "stop"),
        pytest.param("tool_use", "stop", id="43-tool-use-without-a-call"),
    ],
)
def test_stop_reasons_are_read(reason: Any, expected: Finish) -> None:
    assert choice({"type": "text", "text": "a"}, stop_reason=reason).finish == expected


@pytest.mark.parametrize(("reason", "expected"), [("tool_use", "tool_calls"), ("max_tokens", "length")])
def test_stop_reasons_of_calls_are_read(reason: str, expected: Finish) -> None:
    assert choice(use(), stop_reason=reason).finish == expected


def test_42_call_that_ends_its_turn_is_a_call() -> None:
    assert choice(use(), stop_reason="end_turn").finish == "tool_calls"


@pytest.mark.parametrize(
    ("parts", "finish", "expected"),
    [
        ((Text("a"),), "stop", "end_turn"),
        ((Text("a"),), None, "end_turn"),
        ((Text("a"),), "length", "max_tokens"),
        ((CALL,), "length", "max_tokens"),
        ((Text("a"),), "context", "model_context_window_exceeded"),
        ((Text("a"),), "pause", "pause_turn"),
        ((), "content_filter", "refusal"),
        ((Refusal("no"),), "stop", "refusal"),
        pytest.param((CALL,), "stop", "tool_use", id="42-call-that-stops"),
        pytest.param((Text("a"),), "tool_calls", "end_turn", id="43-no-call"),
    ],
)
def test_stop_reasons_are_written(parts: tuple[Part, ...], finish: Finish | None, expected: str) -> None:
    assert written(*parts, finish=finish)["stop_reason"] == expected


def test_stop_sequence_is_told_both_ways() -> None:
    body = written(Text("a"), finish="stop_sequence", stop_sequence="END")

    assert (body["stop_reason"], body["stop_sequence"]) == ("stop_sequence", "END")
    assert FORMAT.parse_response(body).choices[0].stop_sequence == "END"


def test_61_thought_without_a_signature_gets_an_empty_one() -> None:
    assert written(Reasoning("hm"))["content"] == [{"type": "thinking", "thinking": "hm", "signature": ""}]


def test_63_thought_of_another_dialect_travels_through_the_client() -> None:
    thought = Reasoning("", "enc", "openai-responses", is_redacted=True)

    block = written(thought)["content"][0]

    assert block["type"] == "redacted_thinking"
    assert from_client(block["data"], "anthropic") == ("enc", "openai-responses")


def test_signature_of_the_provider_is_never_taken_apart() -> None:
    block = written(Reasoning("hm", "enc", "gemini"))["content"][0]  # as another Novapi would answer

    assert choice(block).parts == (Reasoning("hm", block["signature"], "anthropic"),)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Refusal("no"), [{"type": "text", "text": "no"}]),
        (CALL, [use()]),
        (ToolCall("c", "look", '{"a": '), [use(id="c", input={"_raw": '{"a": '})]),
        (ToolCall("c", "patch", "***", kind="custom"), [use(id="c", name="patch", input={"input": "***"})]),
        (Image(Media("image/png", data="AAAA")), [{"type": "text", "text": "![](data:image/png;base64,AAAA)"}]),
        (Foreign("anthropic", {"type": "server_tool_use", "id": "s"}), [{"type": "server_tool_use", "id": "s"}]),
        (Foreign("gemini", {"executableCode": {}}), []),
    ],
)
def test_parts_are_written(part: Part, expected: list[Any]) -> None:
    assert written(part)["content"] == expected


def test_refusal_is_read_with_its_explanation() -> None:
    refused = choice(stop_reason="refusal", stop_details={"type": "refusal", "explanation": "no"})

    assert refused == Choice((Refusal("no"),), "content_filter")


def test_call_without_an_id_gets_one() -> None:
    parts = choice(use(id=None), use(id="")).parts

    assert [part.id for part in parts if isinstance(part, ToolCall)] == ["call_0_look", "call_1_look"]


def test_answer_without_an_id_gets_one() -> None:
    assert FORMAT.build_response(Response("", "m", ()), ASKED)["id"].startswith("msg_")


@pytest.mark.parametrize(
    "body", [{}, {"content": "a"}, {"content": [1]}, {"content": [{"type": "text"}]}, {"content": [use(name=1)]}]
)  # fmt: skip
def test_what_is_not_a_message_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        FORMAT.parse_response(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}},
            ProviderError("busy", "overloaded_error"),
        ),
        (
            {"error": {"type": "t", "message": "m", "details": {"error_code": "c"}}},
            ProviderError("m", "t", "c"),
        ),
        ({"error": {"type": "t", "message": "m", "code": 5}}, ProviderError("m", "t", "5")),
        ({"error": "broken"}, ProviderError("broken")),
        ({"message": "m"}, ProviderError("m")),
        ({"error": {"message": ["m"], "type": 1, "details": "x"}}, ProviderError()),
        ([1], ProviderError()),
        (None, ProviderError()),
    ],
)
def test_errors_are_read(body: Any, expected: ProviderError) -> None:
    assert FORMAT.parse_error(body) == expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BadRequest("x"), "invalid_request_error"),
        (NoKey("x"), "authentication_error"),
        (UnknownModel("x"), "not_found_error"),
        (GatewayError("x", status=402), "billing_error"),
        (GatewayError("x", status=403), "permission_error"),
        (GatewayError("x", status=405), "invalid_request_error"),
        (GatewayError("x", status=409), "conflict_error"),
        (GatewayError("x", status=413), "request_too_large"),
        (GatewayError("x", status=429), "rate_limit_error"),
        (InternalError("x"), "api_error"),
        (UpstreamFailed("x"), "api_error"),
        (GatewayError("x", status=504), "timeout_error"),
        (GatewayError("x", status=529), "overloaded_error"),
    ],
)
def test_errors_are_written(error: GatewayError, kind: str) -> None:
    assert FORMAT.build_error(error) == {"type": "error", "error": {"type": kind, "message": "x"}}


def test_half_a_surrogate_in_an_error_does_not_break_it() -> None:
    assert FORMAT.build_error(BadRequest("a\ud800"))["error"]["message"] == "a?"
