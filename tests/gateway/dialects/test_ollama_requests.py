"""Ollama's requests become the neutral chat."""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Image,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningWish,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from gateway.dialects.format import Malformed
from gateway.dialects.ollama import parse_chat, parse_generate

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n0000").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 picture").decode()
HELLO = [{"role": "user", "content": "Hello"}]


def chat(**members: Any) -> Request:
    return parse_chat({"model": "m", "messages": HELLO} | members)


def messages(*items: Any) -> tuple[Message, ...]:
    return chat(messages=list(items)).messages


def called(*names: str, **call: Any) -> dict[str, Any]:
    calls = [{"function": {"name": name, "arguments": {"x": 1}}} | call for name in names]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def test_chat_becomes_messages_by_role() -> None:
    system, assistant = {"role": "system", "content": "Be brief"}, {"role": "assistant", "content": "Hi"}

    assert messages(system, *HELLO, assistant) == (
        Message("system", (Text("Be brief"),)),
        Message("user", (Text("Hello"),)),
        Message("assistant", (Text("Hi"),)),
    )


def test_neighbouring_messages_of_one_role_are_one() -> None:
    assert messages(*HELLO, *HELLO) == (Message("user", (Text("Hello"), Text("Hello"))),)


@pytest.mark.parametrize("parse", [parse_chat, parse_generate])
@pytest.mark.parametrize(("sent", "expected"), [({}, True), ({"stream": None}, True), ({"stream": False}, False)])
def test_streaming_is_the_default(parse: Any, sent: dict[str, Any], expected: bool) -> None:
    assert parse({"model": "m", "messages": HELLO, "prompt": "Hello"} | sent).stream is expected


@pytest.mark.parametrize(
    ("image", "media"),
    [
        pytest.param(PNG, Media("image/png", data=PNG), id="70-png"),
        pytest.param(JPEG, Media("image/jpeg", data=JPEG), id="70-jpeg"),
        pytest.param(f"data:image/png;base64,{JPEG}", Media("image/jpeg", data=JPEG), id="70-data-url-that-lies"),
    ],
)
def test_pictures_stand_before_the_text(image: str, media: Media) -> None:
    assert messages({"role": "user", "content": "What is it?", "images": [image]}) == (
        Message("user", (Image(media), Text("What is it?"))),
    )


def test_thinking_stands_before_the_answer() -> None:
    said = {"role": "assistant", "content": "4", "thinking": "2 and 2"}

    assert messages(said) == (Message("assistant", (Reasoning("2 and 2"), Text("4"))),)


def test_tool_calls_have_their_arguments_as_text() -> None:
    assert messages(called("look", id="call_a")) == (Message("assistant", (ToolCall("call_a", "look", '{"x":1}'),)),)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param({}, "{}", id="23-empty-object"),
        pytest.param("", "{}", id="23-empty-text"),
        pytest.param(None, "{}", id="23-null"),
        pytest.param('{"a": ', '{"a": ', id="24-broken-json-is-kept"),
    ],
)
def test_odd_arguments_are_understood(arguments: Any, text: str) -> None:
    call = {"function": {"name": "look", "arguments": arguments}}

    assert messages({"role": "assistant", "tool_calls": [call]})[0].parts == (ToolCall("call_0_look", "look", text),)


def results(*items: Any) -> list[tuple[str, str]]:
    """Ids and names of the history's calls and results, in their order."""
    parts = [part for message in messages(*items) for part in message.parts]
    return [
        (part.id, part.name) if isinstance(part, ToolCall) else (part.call_id, part.name)
        for part in parts
        if isinstance(part, ToolCall | ToolResult)
    ]


def result(**members: str) -> dict[str, str]:
    return {"role": "tool", "content": "ok"} | members


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(
            [called("a", "a"), result(tool_name="a"), result(tool_name="a")],
            [("call_0_a", "a"), ("call_1_a", "a"), ("call_0_a", "a"), ("call_1_a", "a")],
            id="14-same-name-twice",
        ),
        pytest.param(
            [called("a", "b"), result(tool_name="b"), result(tool_name="a")],
            [("call_0_a", "a"), ("call_1_b", "b"), ("call_1_b", "b"), ("call_0_a", "a")],
            id="14-results-in-another-order",
        ),
        pytest.param(
            [called("a", "b"), result(), result()],
            [("call_0_a", "a"), ("call_1_b", "b"), ("call_0_a", ""), ("call_1_b", "")],
            id="14-results-without-a-name",
        ),
        pytest.param(
            [called("a", id="x"), result(tool_call_id="x", tool_name="a")], [("x", "a"), ("x", "a")], id="own-ids"
        ),
        pytest.param(
            [called("a"), result(), called("a"), result()],
            [("call_0_a", "a"), ("call_0_a", ""), ("call_1_a", "a"), ("call_1_a", "")],
            id="14-one-after-the-other",
        ),
        pytest.param([result(tool_name="a")], [("call_a", "a")], id="15-result-without-a-call"),
        pytest.param(
            [called("a"), result(tool_call_id="lost"), result(tool_name="a")],
            [("call_0_a", "a"), ("lost", ""), ("call_0_a", "a")],
            id="an-unknown-id-takes-nobodys-place",
        ),
    ],
)
def test_results_find_their_calls(items: list[Any], expected: list[tuple[str, str]]) -> None:
    assert results(*items) == expected


def test_tools_have_names_descriptions_and_schemas() -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "look", "description": "Look.", "parameters": schema}}

    assert chat(tools=[tool]).tools == (Tool("look", "Look.", schema),)


@pytest.mark.parametrize(
    ("sent", "output"),
    [
        ("", None),
        (None, None),
        ("json", OutputFormat("json")),
        ({"type": "object"}, OutputFormat("schema", schema={"type": "object"})),
    ],
)
def test_format_is_json_or_a_schema(sent: Any, output: OutputFormat | None) -> None:
    assert chat(format=sent).output == output


@pytest.mark.parametrize(
    ("think", "wish"),
    [
        (None, None),
        (False, ReasoningWish("none", is_shown=False)),
        (True, ReasoningWish("medium", is_shown=True)),
        ("high", ReasoningWish("high", is_shown=True)),
    ],
)
def test_think_is_a_wish_for_reasoning(think: Any, wish: ReasoningWish | None) -> None:
    assert chat(think=think).reasoning == wish


def test_options_that_every_format_has_are_taken_out() -> None:
    request = chat(
        options={"temperature": 0.5, "top_p": 0.9, "top_k": 40, "num_predict": 100, "seed": 7, "stop": "END"}
        | {"presence_penalty": 0.1, "frequency_penalty": 0.2}
    )

    assert (request.temperature, request.top_p, request.top_k) == (0.5, 0.9, 40)
    assert (request.max_tokens, request.seed, request.stop) == (100, 7, ("END",))
    assert (request.presence_penalty, request.frequency_penalty) == (0.1, 0.2)
    assert request.extras == {}


@pytest.mark.parametrize("limit", [-1, -2, 0])
def test_no_limit_is_no_limit(limit: int) -> None:
    assert chat(options={"num_predict": limit}).max_tokens is None


def test_a_random_seed_is_no_seed() -> None:
    assert chat(options={"seed": -1}).seed is None


def test_what_only_ollama_knows_rides_along() -> None:
    request = chat(keep_alive="5m", options={"num_ctx": 8192, "temperature": 1})

    assert request.extras == {"ollama": {"keep_alive": "5m", "options": {"num_ctx": 8192}}}


def test_a_prompt_is_a_message() -> None:
    request = parse_generate({"model": "m", "prompt": "Draw", "system": "Be brief", "images": [PNG], "suffix": "end"})

    assert request.messages == (
        Message("system", (Text("Be brief"),)),
        Message("user", (Image(Media("image/png", data=PNG)), Text("Draw"))),
    )
    assert request.extras == {"ollama": {"suffix": "end"}}


@pytest.mark.parametrize(
    "body", [{"model": "m"}, {"model": "m", "prompt": ""}, {"model": "m", "system": "Be brief", "keep_alive": 0}]
)
def test_without_a_prompt_there_is_nothing_to_say(body: dict[str, Any]) -> None:
    assert parse_generate(body).messages == ()


def test_without_messages_there_is_nothing_to_say() -> None:
    assert parse_chat({"model": "m", "messages": []}).messages == parse_chat({"model": "m"}).messages == ()


@pytest.mark.parametrize(
    ("members", "param"),
    [
        ({"model": 1}, "model"),
        ({"messages": {}}, "messages"),
        ({"messages": ["Hello"]}, "messages"),
        ({"messages": [{"role": "ghost", "content": "x"}]}, "messages.role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages.role"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "content"),
        ({"messages": [{"role": "user", "content": "x", "images": PNG}]}, "images"),
        ({"messages": [{"role": "user", "content": "x", "images": [1]}]}, "images"),
        ({"messages": [{"role": "assistant", "tool_calls": [1]}]}, "messages.tool_calls"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"function": {}}]}]}, "name"),
        ({"stream": "yes"}, "stream"),
        ({"tools": [{"type": "function"}]}, "function"),
        ({"tools": [{"function": {"name": "a", "parameters": []}}]}, "tools.parameters"),
        ({"format": "xml"}, "format"),
        ({"format": 1}, "format"),
        ({"think": "deeply"}, "think"),
        ({"options": []}, "options"),
        ({"options": {"temperature": "hot"}}, "options.temperature"),
        ({"options": {"top_k": 1.5}}, "options.top_k"),
        ({"options": {"num_predict": float("inf")}}, "options.num_predict"),
        ({"options": {"stop": [1]}}, "options.stop"),
    ],
)
def test_wrong_requests_are_named(members: dict[str, Any], param: str) -> None:
    with pytest.raises(Malformed) as refused:
        chat(**members)

    assert refused.value.param == param


NAMES = st.sampled_from(
    "model messages role content images thinking tool_calls tool_name tool_call_id function name arguments prompt "
    "system stream tools format options think stop temperature num_predict seed parameters id".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "user", "assistant", "tool"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.dictionaries(NAMES, JSON, max_size=6), st.sampled_from([parse_chat, parse_generate]))
def test_hostile_requests_are_refused_and_nothing_worse(body: dict[str, Any], parse: Any) -> None:
    try:
        request = parse({"model": "m"} | body)
    except Malformed:
        return

    assert isinstance(request, Request)
