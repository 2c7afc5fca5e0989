"""Whole Responses answers and errors ↔ the neutral chat."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.responses import Response as OfficialResponse

from gateway.chat import (
    Choice,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Response,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    Usage,
)
from gateway.dialects.format import Malformed, ProviderError
from gateway.dialects.openai_responses import FORMAT
from gateway.errors import UnknownModel

OWN = "openai-responses"
PNG = "iVBORw0KGgoAAAANSUhEUg=="
parse_response, build_response = FORMAT.parse_response, FORMAT.build_response
ASKED = Request(
    "m",
    (Message("system", (Text("Be brief."),)), Message("user", (Text("hi"),))),
    tools=(
        Tool("f", "does", {"type": "object", "properties": {}}),
        Tool("g", namespace="n"),
        Tool("p", kind="custom"),
        Foreign(OWN, {"type": "web_search"}),
    ),
    tool_choice=ToolChoice("named", ("p",)),
    parallel_tools=False,
    max_tokens=99,
    temperature=0.5,
    output=OutputFormat("json"),
    reasoning=ReasoningWish("low", is_shown=True),
    extras={OWN: {"metadata": {"a": "b"}, "previous_response_id": "resp_0"}},
)


def answer(*output: Any, **members: Any) -> dict[str, Any]:
    return {"id": "resp_1", "model": "m", "created_at": 5, "status": "completed", "output": list(output), **members}


def said(text: str) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [{"type": "url_citation"}]}],
    }


def called(name: str, call_id: str) -> dict[str, Any]:
    return {"id": "fc_1", "type": "function_call", "status": "completed", "call_id": call_id, "name": name}


def parts_of(*output: Any) -> tuple[Any, ...]:
    return parse_response(answer(*output)).choices[0].parts


OUTPUT = [
    pytest.param([said("hi")], (Text("hi"),), id="text"),
    pytest.param([{"type": "message", "content": "hi"}], (Text("hi"),), id="without-a-role"),
    pytest.param(
        [{"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}],
        (Refusal("no"),),
        id="refusal",
    ),
    pytest.param(
        [
            {"type": "reasoning", "id": "rs", "summary": [{"text": "a"}, {"text": "b"}], "encrypted_content": "gAAA"},
            called("f", "c1") | {"arguments": '{"a":1}'},
            called("f", "c2") | {"namespace": "n"},
        ],
        (
            Reasoning("a\n\nb", "gAAA", OWN),
            ToolCall("c1", "f", '{"a":1}'),
            ToolCall("c2", "f", namespace="n"),
        ),
        id="23-thought-and-calls",
    ),
    pytest.param([{"type": "reasoning", "id": "rs", "summary": []}], (), id="thought-of-nothing"),
    pytest.param(
        [{"type": "reasoning", "summary": [], "encrypted_content": "bm92YXBpOmFudGhyb3BpYzp4"}],
        (Reasoning("", "bm92YXBpOmFudGhyb3BpYzp4", OWN),),
        id="62-seal-is-the-providers-whatever-it-looks-like",
    ),
    pytest.param(
        [{"type": "image_generation_call", "id": "ig", "status": "completed", "result": PNG, "output_format": "webp"}],
        (Image(Media("image/png", data=PNG)),),
        id="70-picture-by-its-bytes",
    ),
    pytest.param(
        [{"type": "web_search_call", "id": "ws"}],
        (Foreign(OWN, {"type": "web_search_call", "id": "ws"}),),
        id="what-nobody-else-has",
    ),
]


@pytest.mark.parametrize(("output", "parts"), OUTPUT)
def test_output_becomes_parts(output: list[Any], parts: tuple[Any, ...]) -> None:
    assert parts_of(*output) == parts


ENDS = [
    ({"status": "completed"}, [said("x")], "stop"),
    ({"status": "completed"}, [called("f", "c")], "tool_calls"),
    ({}, [called("f", "c")], "tool_calls"),
    ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, [called("f", "c")], "length"),
    ({"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}, [], "content_filter"),
    ({"status": "incomplete", "incomplete_details": 5}, [], "length"),
]


@pytest.mark.parametrize(("ending", "output", "finish"), ENDS)
def test_status_says_how_it_ended(ending: dict[str, Any], output: list[Any], finish: str) -> None:
    assert parse_response(answer(*output, **ending)).choices[0].finish == finish


def test_head_and_usage_are_read() -> None:
    usage = {
        "input_tokens": 13,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 20,
    }

    response = parse_response(answer(said("x"), usage=usage))

    assert (response.id, response.model, response.created) == ("resp_1", "m", 5)
    assert response.usage == Usage(13, 7, 4, 2, 3)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"output": "x"},
        {"output": [None]},
        {"output": [{"type": "function_call"}]},
        {"output": [], "error": {"message": "no"}},
        {"output": [], "status": "failed"},
    ],
)
def test_what_is_no_answer_is_malformed(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse_response(body)


def test_failed_answer_says_why() -> None:
    with pytest.raises(Malformed, match="overloaded"):
        parse_response(answer(status="failed", error={"code": "server_error", "message": "overloaded"}))


def test_answer_has_all_that_the_sdk_needs() -> None:
    parts = (
        Reasoning("hm", "gAAA", OWN),
        Text("a"),
        Text("b"),
        Refusal("no"),
        ToolCall("c1", "f", '{"a":1}'),
        ToolCall("c2", "p", "***", "custom"),
        ToolCall("c3", "g", namespace="n"),
        Image(Media("image/png", data=PNG)),
        Image(Media(url="https://a/b.png")),
    )
    response = Response("chatcmpl-1", "fast", (Choice(parts, "tool_calls"),), Usage(9, 5, 3, 1, 2), 7)

    body = build_response(response, ASKED)

    official = OfficialResponse.model_validate_json(msgspec.json.encode(body))
    assert official.id == "resp_chatcmpl-1"
    assert (official.model, official.status, official.created_at, official.error) == ("fast", "completed", 7, None)
    assert [item.type for item in official.output] == [
        "reasoning",
        "message",
        "function_call",
        "custom_tool_call",
        "function_call",
        "image_generation_call",
        "message",
    ]
    assert official.output_text == "ab![](https://a/b.png)"
    assert official.usage
    assert official.usage.total_tokens == 14
    assert official.usage.input_tokens_details.cached_tokens == 3
    assert official.usage.output_tokens_details.reasoning_tokens == 2
    assert official.instructions == "Be brief."
    assert [tool.type for tool in official.tools] == ["function", "namespace", "custom", "web_search"]
    assert official.parallel_tool_calls is False
    assert (official.metadata, official.previous_response_id) == ({"a": "b"}, "resp_0")
    assert body["tool_choice"] == {"type": "custom", "name": "p"}
    assert body["text"] == {"format": {"type": "json_object"}}
    assert body["reasoning"] == {"effort": "low", "summary": "auto"}
    ids = [item["id"] for item in body["output"]]
    assert len(set(ids)) == len(ids)
    assert [item_id.partition("_")[0] for item_id in ids] == ["rs", "msg", "fc", "ctc", "fc", "ig", "msg"]


@pytest.mark.parametrize(
    ("finish", "status", "details"),
    [
        ("stop", "completed", None),
        ("stop_sequence", "completed", None),
        ("pause", "completed", None),
        ("tool_calls", "completed", None),
        (None, "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("context", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_every_finish_has_a_status(finish: Any, status: str, details: Any) -> None:
    body = build_response(Response("r", "m", (Choice((Text("x"),), finish),)), Request("m", ()))

    assert (body["status"], body["incomplete_details"], body["output"][0]["status"]) == (status, details, status)


def test_answer_without_id_or_choice_is_still_one() -> None:
    body = build_response(Response("", "m", ()), Request("m", ()))

    official = OfficialResponse.model_validate_json(msgspec.json.encode(body))
    assert official.id.startswith("resp_")
    assert len(official.id) > len("resp_")
    assert (official.output, official.usage) == ([], None)


def test_ids_of_items_are_short_enough_to_be_sent_back() -> None:
    body = build_response(Response("x" * 500, "m", (Choice((Text("a"),)),)), Request("m", ()))

    assert len(body["output"][0]["id"]) <= 64


def test_items_of_this_api_alone_are_not_changed_by_their_neighbours() -> None:
    own = {"type": "message", "role": "assistant", "content": [{"type": "hologram"}]}

    body = build_response(Response("r", "m", (Choice((Foreign(OWN, own), Text("a"))),)), Request("m", ()))

    assert [item["content"] for item in body["output"]] == [
        [{"type": "hologram"}],
        [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}],
    ]


ERRORS = [
    (
        {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}},
        ProviderError("slow down", "requests", "rate_limit_exceeded"),
    ),
    ({"error": "plain"}, ProviderError("plain")),
    ({"message": "flat", "code": 429}, ProviderError("flat", "", "429")),
    ([], ProviderError()),
    (None, ProviderError()),
]


@pytest.mark.parametrize(("body", "error"), ERRORS)
def test_errors_are_read(body: Any, error: ProviderError) -> None:
    assert FORMAT.parse_error(body) == error


def test_error_has_openais_body() -> None:
    body = FORMAT.build_error(UnknownModel("There is no model 'x'.", param="model"))

    assert body == {
        "error": {
            "message": "There is no model 'x'.",
            "type": "invalid_request_error",
            "param": "model",
            "code": "model_not_found",
        }
    }


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
parts = st.one_of(
    words.map(Text),
    words.map(Refusal),
    words.map(Reasoning),
    st.builds(Reasoning, st.just("") | words, words, st.just(OWN)),
    st.builds(ToolCall, names, names, words, st.sampled_from(["function", "custom"]), st.just("") | names),
    st.just(Image(Media("image/png", data=PNG))),
    st.just(Foreign(OWN, {"type": "web_search_call", "id": "ws_1"})),
)
counts = st.integers(0, 10**9)
usages = st.none() | st.builds(Usage, counts, counts, counts, counts, counts)


@st.composite
def responses(draw: st.DrawFn) -> Response:
    said = tuple(draw(st.lists(parts, max_size=5)))
    natural = "tool_calls" if any(isinstance(part, ToolCall) for part in said) else "stop"
    finish = draw(st.sampled_from([natural, "length", "content_filter"]))
    model, created = draw(words), draw(st.integers(1, 2**33))
    return Response("resp_" + draw(names), model, (Choice(said, finish),), draw(usages), created)


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(responses())
def test_answer_that_is_built_is_understood_as_it_was(response: Response) -> None:
    assert parse_response(build_response(response, ASKED)) == response
