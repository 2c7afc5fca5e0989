"""Chat Completions answers and errors, read and written."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion

from gateway.chat import (
    Choice,
    Image,
    Media,
    Message,
    Reasoning,
    Request,
    Response,
    Text,
    ToolCall,
    Usage,
)
from gateway.dialects.format import Malformed, ProviderError
from gateway.dialects.openai import from_openai_usage
from gateway.dialects.openai_chat import FORMAT
from gateway.errors import UnknownModel
from tests.gateway.dialects import strategies

ASKED = Request("m", (Message("user", (Text("Hello"),)),))


def parse(message: Any, reason: Any = "stop", **members: Any) -> Response:
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return FORMAT.parse_response({"id": "a", "model": "m", "choices": [choice]} | members)


def build(*parts: Any, **members: Any) -> dict[str, Any]:
    return FORMAT.build_response(Response("a", "m", (Choice(parts, **members),)), ASKED)


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(strategies.responses())
def test_answers_survive_the_way_there_and_back(response: Response) -> None:
    body = FORMAT.build_response(response, ASKED)

    assert FORMAT.parse_response(msgspec.json.decode(msgspec.json.encode(body))) == response


@settings(deadline=None, max_examples=50, derandomize=True, database=None)
@given(strategies.responses())
def test_answers_are_read_by_the_sdk(response: Response) -> None:
    read = ChatCompletion.model_validate(FORMAT.build_response(response, ASKED))

    assert [choice.index for choice in read.choices] == list(range(len(response.choices)))


@pytest.mark.parametrize(
    ("reason", "calls", "finish"),
    [
        pytest.param("stop", True, "tool_calls", id="42-stop-although-called"),
        pytest.param("tool_calls", False, "stop", id="43-called-nothing"),
        pytest.param("length", True, "length", id="length-wins"),
        pytest.param("function_call", True, "tool_calls", id="deprecated"),
        pytest.param("content_filter", False, "content_filter", id="filter"),
        pytest.param("model_length", False, "context", id="mistral"),
        pytest.param("sensitive", False, "content_filter", id="zhipuai"),
        pytest.param("eos", False, "stop", id="another-word"),
        pytest.param(None, False, "stop", id="none"),
        pytest.param(["stop"], False, "stop", id="no-word"),
    ],
)
def test_reasons_are_understood(reason: Any, calls: bool, finish: str) -> None:
    call = {"tool_calls": [{"id": "a", "function": {"name": "look", "arguments": "{}"}}]}

    assert parse({"content": "a"} | (call if calls else {}), reason).choices[0].finish == finish


@pytest.mark.parametrize("reason", ["error", "network_error", "insufficient_system_resource"])
def test_an_answer_the_provider_gave_up_is_none(reason: str) -> None:
    with pytest.raises(Malformed):
        parse({"content": "a"}, reason)


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        pytest.param(
            {"content": "4", "reasoning_content": "hm"}, (Reasoning("hm"), Text("4")), id="61-reasoning-content"
        ),
        pytest.param({"content": "4", "reasoning": "hm"}, (Reasoning("hm"), Text("4")), id="61-reasoning"),
        pytest.param(
            {
                "content": [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "4"},
                ]
            },
            (Reasoning("hm"), Text("4")),
            id="61-mistral",
        ),
        pytest.param(
            {"content": None, "tool_calls": [{"function": {"name": "look", "arguments": ""}}] * 2},
            (ToolCall("call_ca978112_0_look", "look"), ToolCall("call_ca978112_1_look", "look")),
            id="14",
        ),
        pytest.param({"content": ""}, (), id="nothing"),
    ],
)
def test_what_was_said_is_read(message: dict[str, Any], parts: tuple[Any, ...]) -> None:
    assert parse(message).choices[0].parts == parts


@pytest.mark.parametrize(
    ("sent", "usage"),
    [
        pytest.param(
            {
                "prompt_tokens": 307,
                "completion_tokens": 26,
                "total_tokens": 560,
                "completion_tokens_details": {"reasoning_tokens": 227},
            },
            Usage(input=307, output=253, reasoning=227),
            id="57-xai",
        ),
        pytest.param(
            {"prompt_tokens": 9, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
            Usage(input=9, output=5, cached=4),
            id="deepseek",
        ),
        pytest.param({"prompt_tokens": 9, "completion_tokens": None}, Usage(input=9), id="null"),
        pytest.param({}, Usage(), id="empty"),
        pytest.param(None, None, id="none"),
        pytest.param([], None, id="no-object"),
    ],
)
def test_costs_are_read(sent: Any, usage: Usage | None) -> None:
    assert parse({"content": "a"}, usage=sent).usage == usage


def test_56_cached_tokens_are_part_of_the_prompt() -> None:
    response = Response("a", "m", (Choice(()),), usage=Usage(input=22_044, output=61, cached=22_000, cache_written=31))

    usage = FORMAT.build_response(response, ASKED)["usage"]

    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (22_044, 61, 22_105)
    assert usage["prompt_tokens_details"] == {"cached_tokens": 22_000, "cache_write_tokens": 31}
    assert from_openai_usage(usage) == response.usage


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop_sequence", "stop"),
        ("pause", "stop"),
        ("context", "length"),
        ("content_filter", "content_filter"),
        (None, "stop"),
    ],
)
def test_every_ending_has_one_of_openais_words(finish: Any, reason: str) -> None:
    assert build(Text("a"), finish=finish)["choices"][0]["finish_reason"] == reason


def test_texts_are_one_and_pictures_are_links() -> None:
    message = build(Text("a"), Image(Media(url="https://e.example/a.png")), Text("b"))["choices"][0]["message"]

    assert message["content"] == "a![](https://e.example/a.png)b"


def test_an_answer_of_calls_has_no_content() -> None:
    assert build(ToolCall("a", "look"))["choices"][0]["message"]["content"] is None


def test_90_a_missing_time_is_now() -> None:
    assert build(Text("a"))["created"] > 1_700_000_000


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"choices": None},
        {"choices": ["a"]},
        {"choices": [{"message": "a"}]},
        {"choices": [{"message": {"content": 1}}]},
        {"choices": [{"message": {"content": ["a"]}}]},
        {"choices": [{"message": {"tool_calls": [{"function": None}]}}]},
    ],
)
def test_what_is_no_answer_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        FORMAT.parse_response(body)


def test_odd_members_do_no_harm() -> None:
    body = {"id": 7, "model": None, "created": "today", "choices": [{"index": "first", "message": {"content": "a"}}]}

    assert FORMAT.parse_response(body) == Response("", "", (Choice((Text("a"),)),))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"error": {"message": "m", "type": "t", "code": "c"}}, ProviderError("m", "t", "c")),
        ({"error": {"message": "m", "code": 429}}, ProviderError("m", "", "429")),
        ({"error": "m"}, ProviderError("m")),
        ({"message": "m", "type": "t"}, ProviderError("m", "t")),
        ({"error": {"message": {"a": 1}}}, ProviderError()),
        ({"error": None}, ProviderError()),
        (["m"], ProviderError()),
        (None, ProviderError()),
    ],
)
def test_errors_of_all_shapes_are_read(body: Any, error: ProviderError) -> None:
    assert FORMAT.parse_error(body) == error


def test_errors_are_objects() -> None:
    error = FORMAT.build_error(UnknownModel("There is no model 'x'."))["error"]

    assert error == {
        "message": "There is no model 'x'.",
        "type": "invalid_request_error",
        "param": None,
        "code": "model_not_found",
    }


MEMBERS = st.sampled_from(
    "id model created choices index message content type text thinking refusal reasoning tool_calls function name "
    "arguments custom input extra_content google finish_reason usage prompt_tokens total_tokens error".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "text", "thinking", "custom"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=25,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.lists(st.dictionaries(MEMBERS, JSON, max_size=5), max_size=3), st.dictionaries(MEMBERS, JSON, max_size=6))
def test_hostile_answers_are_refused_and_nothing_worse(choices: list[Any], body: dict[str, Any]) -> None:
    FORMAT.parse_error(body)
    try:
        response = FORMAT.parse_response({"choices": choices} | body)
    except Malformed:
        return

    assert FORMAT.build_response(response, ASKED)["object"] == "chat.completion"
