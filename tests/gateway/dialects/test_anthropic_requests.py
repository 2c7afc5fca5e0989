"""Messages requests become neutral ones and the other way round, without losing what Anthropic can say."""

import base64
import json
from copy import deepcopy
from typing import Any

import pytest

from gateway.chat import (
    Audio,
    Document,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Reasoning,
    ReasoningWish,
    Refusal,
    Request,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.anthropic import FORMAT
from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.signatures import for_client

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(16)).decode()
PDF = base64.b64encode(b"%PDF-1.7" + bytes(16)).decode()
PICTURE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
UPLOAD = {"type": "container_upload", "file_id": "f"}
HI = Message("user", (Text("hi"),))
CALL = ToolCall("call_1", "look", '{"a":1}')
RESULT = Message("tool", (ToolResult("call_1", (Text("found"),)),))
LOOK = Tool("look", parameters={"type": "object", "properties": {}})
FORCED = ToolChoice("named", ("look",))


def asked(*messages: Any, **more: Any) -> Request:
    return FORMAT.parse_request({"model": "m", "max_tokens": 9, "messages": list(messages), **more})


def parsed(*blocks: Any, role: str = "user") -> list[Message]:
    return list(asked({"role": role, "content": list(blocks)}).messages)


def part(block: Any) -> Any:
    return parsed(block)[0].parts[0]


def built(*messages: Message, **more: Any) -> dict[str, Any]:
    return FORMAT.build_request(Request(model="m", messages=messages, **more)).body


def dropped(*messages: Message, **more: Any) -> tuple[str, ...]:
    return FORMAT.build_request(Request(model="m", messages=messages or (HI,), **more)).dropped


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content}


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def use(call_id: str = "call_1", given: Any = None) -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": "look", "input": {"a": 1} if given is None else given}


def result(content: Any = "found", call_id: str = "call_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, **more}


# What a client sends


def test_system_comes_first_and_later_instructions_stay_in_their_place() -> None:
    request = asked(user("a"), {"role": "system", "content": "b"}, user("c"), system=[text("S"), text("T")])

    assert [(message.role, message.parts) for message in request.messages] == [
        ("system", (Text("S"), Text("T"))),
        ("user", (Text("a"),)),
        ("system", (Text("b"),)),
        ("user", (Text("c"),)),
    ]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (text("a"), Text("a")),
        (text("a") | {"cache_control": {"type": "ephemeral"}}, Text("a", cache="")),
        (text("a") | {"cache_control": {"type": "ephemeral", "ttl": "5m"}}, Text("a", cache="")),
        (text("a") | {"cache_control": {"type": "ephemeral", "ttl": "1h"}}, Text("a", cache="1h")),
        (text("a") | {"citations": [{"x": 1}]}, Text("a", extras={"anthropic": {"citations": [{"x": 1}]}})),
        (text("a") | {"citations": None}, Text("a")),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}},
            Image(Media("image/png", data=PNG)),
        ),
        ({"type": "image", "source": {"type": "url", "url": "https://x/a"}}, Image(Media(url="https://x/a"))),
        ({"type": "image", "source": {"type": "file", "file_id": "f"}}, Image(Media(file_id="f"))),
        (
            {
                "type": "document",
                "title": "T",
                "context": "C",
                "source": {"type": "text", "media_type": "text/plain", "data": "words"},
            },
            Document(Media("text/plain", text="words"), "T", "C"),
        ),
        (
            {"type": "document", "source": {"type": "content", "content": "a"}},
            Foreign("anthropic", {"type": "document", "source": {"type": "content", "content": "a"}}),
        ),
        ({"type": "thinking", "thinking": "hm", "signature": "sig"}, Reasoning("hm", "sig", "anthropic")),
        ({"type": "thinking", "thinking": "hm", "signature": ""}, Reasoning("hm")),
        (
            {"type": "thinking", "thinking": "hm", "signature": for_client("enc", "openai-responses", "anthropic")},
            Reasoning("hm", "enc", "openai-responses"),
        ),
        (
            {"type": "redacted_thinking", "data": "enc"},
            Reasoning(signature="enc", origin="anthropic", is_redacted=True),
        ),
        (use(), CALL),
        (use(given={}), ToolCall("call_1", "look", "{}")),
        (use(given='{"a": 1}'), ToolCall("call_1", "look", '{"a": 1}')),
        (UPLOAD, Foreign("anthropic", UPLOAD)),
        (result(is_error=True), ToolResult("call_1", (Text("found"),), is_error=True)),
        (result(None), ToolResult("call_1", ())),
        (
            result([text("a"), {"type": "tool_reference", "tool_name": "x"}]),
            ToolResult("call_1", (Text("a"), Foreign("anthropic", {"type": "tool_reference", "tool_name": "x"}))),
        ),
        pytest.param(result({"a": [1]}), ToolResult("call_1", (Text('{"a":[1]}'),)), id="22-result-is-an-object"),
        pytest.param(result([1, "b"]), ToolResult("call_1", (Text('[1,"b"]'),)), id="22-result-is-a-list"),
    ],
)  # fmt: skip
def test_blocks_are_read(block: Any, expected: Any) -> None:
    assert part(block) == expected


def test_17_results_go_before_what_the_user_says_with_them() -> None:
    messages = parsed(text("a"), result(), text("b"))

    assert messages == [RESULT, Message("user", (Text("a"), Text("b")))]


def test_71_pdf_stays_a_document() -> None:
    block = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF}}

    assert part(block) == Document(Media("application/pdf", data=PDF))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, ReasoningWish("none")),
        ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, ReasoningWish(budget=2048)),
        ({"thinking": {"type": "adaptive", "display": "omitted"}}, ReasoningWish(is_adaptive=True, is_shown=False)),
        (
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
            ReasoningWish("max", is_adaptive=True),
        ),
        ({"output_config": {"effort": "low"}}, ReasoningWish("low")),
    ],
)
def test_wishes_for_thinking_are_read(members: dict[str, Any], expected: ReasoningWish | None) -> None:
    assert asked(user("a"), **members).reasoning == expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "auto"}, (ToolChoice("auto"), None)),
        ({"type": "any", "disable_parallel_tool_use": True}, (ToolChoice("required"), False)),
        ({"type": "tool", "name": "look"}, (FORCED, None)),
        ({"type": "none"}, (ToolChoice("none"), None)),
    ],
)
def test_tool_choice_is_read(choice: dict[str, Any], expected: Any) -> None:
    request = asked(user("a"), tool_choice=choice)

    assert (request.tool_choice, request.parallel_tools) == expected


def test_own_tools_of_anthropic_stay_as_they_are() -> None:
    tools = [{"name": "look", "input_schema": {"type": "object"}, "defer_loading": True}, {"type": "bash_20250124"}]

    assert asked(user("a"), tools=tools).tools == (
        Tool("look", parameters={"type": "object"}, extras={"anthropic": {"defer_loading": True}}),
        Foreign("anthropic", {"type": "bash_20250124"}),
    )


def test_members_that_only_anthropic_knows_come_back_to_it() -> None:
    more = {
        "cache_control": {"type": "ephemeral"},
        "metadata": {"user_id": "u", "team": "t"},
        "thinking": {"type": "between_tools"},
        "output_config": {"effort": "low", "style": "x"},
    }
    request = asked({"role": "user", "content": "a", "output_config": {"effort": "max"}}, **more)

    body = FORMAT.build_request(request).body

    assert request.user == "u"
    assert {name: body[name] for name in more} == more
    assert body["messages"] == [{"role": "user", "content": "a", "output_config": {"effort": "max"}}]


DEEP: Any = json.loads("[" * 900 + "]" * 900)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"model": "m"},
        {"model": 1, "messages": []},
        {"model": "m", "messages": {}},
        {"model": "m", "messages": [1]},
        {"model": "m", "messages": [{"role": "tool", "content": "a"}]},
        {"model": "m", "messages": [{"role": ["user"], "content": "a"}]},
        {"model": "m", "messages": [user(1)]},
        {"model": "m", "messages": [user([1])]},
        {"model": "m", "messages": [user([{"type": "text", "text": 1}])]},
        {"model": "m", "messages": [user([{"type": "image"}])]},
        {"model": "m", "messages": [user([{"type": "image", "source": {"type": "base64", "data": 1}}])]},
        {"model": "m", "messages": [user([{"type": "document", "source": {"type": "url"}, "title": 1}])]},
        {"model": "m", "messages": [user([{"type": "thinking", "thinking": 1}])]},
        {"model": "m", "messages": [user([{"type": "redacted_thinking"}])]},
        {"model": "m", "messages": [user([{"type": "tool_use", "id": "a"}])]},
        {"model": "m", "messages": [user([{"type": "tool_result"}])]},
        {"model": "m", "messages": [user([result(is_error="yes")])]},
        {"model": "m", "messages": [], "system": 1},
        {"model": "m", "messages": [], "tools": [1]},
        {"model": "m", "messages": [], "tools": [{"name": "a", "input_schema": []}]},
        {"model": "m", "messages": [], "tool_choice": "auto"},
        {"model": "m", "messages": [], "tool_choice": {"type": ["tool"], "name": "a"}},
        {"model": "m", "messages": [], "thinking": "yes"},
        {"model": "m", "messages": [], "thinking": {"type": "enabled", "budget_tokens": "many"}},
        {"model": "m", "messages": [], "output_config": []},
        {"model": "m", "messages": [], "output_config": {"format": {"type": "xml"}}},
        {"model": "m", "messages": [], "metadata": 1},
        {"model": "m", "messages": [], "stop_sequences": [1]},
        {"model": "m", "messages": [], "max_tokens": 1.5},
        {"model": "m", "messages": [], "temperature": "hot"},
        {"model": "m", "messages": [], "stream": "yes"},
    ],
)
def test_what_is_not_a_messages_request_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        FORMAT.parse_request(body)


def test_deep_nesting_is_refused_or_taken_and_never_breaks() -> None:
    deepest = DEEP
    for _ in range(3000):
        deepest = [deepest]

    with pytest.raises(Malformed):
        parsed(use(given={"a": deepest}))


MARK = {"type": "ephemeral", "ttl": "1h"}
RICH: dict[str, Any] = {
    "model": "m",
    "max_tokens": 9,
    "system": [text("S")],
    "messages": [
        user([text("a"), PICTURE | {"cache_control": MARK}]) | {"output_config": {"effort": "low"}},
        user([{"type": "document", "source": {"type": "text", "data": "d"}, "title": "T"}]),
        assistant([{"type": "thinking", "thinking": "x", "signature": "s"}, text("b"), use()]),
        user([result([text("r"), PICTURE], is_error=True)]),
    ],
    "tools": [{"name": "look", "input_schema": {"anyOf": [{"properties": {"a": {}}}]}, "strict": True}],
    "tool_choice": {"type": "tool", "name": "look"},
    "thinking": {"type": "enabled", "budget_tokens": 2048, "display": "omitted"},
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {"properties": {"a": {}}}}},
    "metadata": {"user_id": "u"},
    "stop_sequences": ["x"],
    "temperature": 0.5,
}  # fmt: skip


def paths(body: Any) -> list[tuple[Any, ...]]:
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [(name, *rest) for name, value in items for rest in [(), *paths(value)]]


@pytest.mark.parametrize("path", paths(RICH), ids=lambda path: ".".join(map(str, path)))
def test_odd_member_is_taken_or_refused_and_never_breaks(path: tuple[Any, ...]) -> None:
    for odd in (None, True, -1, 1e300, "", "odd", [], [1], [[]], {}, {"type": []}, {"a": None}):
        body = deepcopy(RICH)
        place: Any = body
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = odd

        assert is_refused(body) or FORMAT.build_request(FORMAT.parse_request(body)).body["messages"]


def is_refused(body: dict[str, Any]) -> bool:
    try:
        FORMAT.parse_request(body)
    except Malformed as problem:
        return bool(problem.param)
    return False


# What a provider gets


def test_1_instructions_lead_and_a_developer_counts_as_system() -> None:
    body = built(
        Message("system", (Text("S1"),)),
        Message("developer", (Text("D"),)),
        HI,
        Message("system", (Text("S2"),)),
        Message("assistant", (Text("b"),)),
        Message("developer", (Text("D2"),)),
    )

    assert body["system"] == [text("S1"), text("D")]
    assert body["messages"] == [
        user("hi"),
        {"role": "system", "content": "S2"},
        assistant("b"),
        {"role": "system", "content": "D2"},
    ]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        pytest.param([Message("system", (Text("S"),))], [user(".")], id="3-system-only"),
        pytest.param([], [user(".")], id="3-nothing"),
        pytest.param(
            [HI, Message("assistant", ()), Message("user", (Text("b"),), name="Ann")],
            [user([text("hi"), text("b")])],
            id="4-8-9-empty-answer-between-two-users-of-whom-one-has-a-name",
        ),
        pytest.param([Message("assistant", (Text("a"),))], [user("."), assistant("a")], id="5-assistant-first"),
        pytest.param([Message("user", (Text(" \n"), Text("a")))], [user("a")], id="6-empty-text"),
        pytest.param([HI, Message("assistant", (CALL,))], [user("hi"), assistant([use()])], id="7-calls-only"),
        pytest.param([HI, Message("assistant", (Text("a \n"),))], [user("hi"), assistant("a")], id="11-prefill"),
        pytest.param(
            [
                HI,
                Message("assistant", (ToolCall("call_1|a", "look", '{"a":1}'),)),
                Message("tool", (ToolResult("call_1|a", (Text("found"),)),)),
            ],
            [user("hi"), assistant([use("call_1_a")]), user([result(call_id="call_1_a")])],
            id="12-odd-ids",
        ),
        pytest.param(
            [HI, Message("assistant", (CALL,)), Message("user", (Text("b"),)), RESULT],
            [user("hi"), assistant([use()]), user([result(), text("b")])],
            id="16-results-first-in-one-message",
        ),
        pytest.param(
            [HI, Message("assistant", (CALL,)), Message("tool", (ToolResult("call_1", (Image(Media(data=PNG)),)),))],
            [
                user("hi"),
                assistant([use()]),
                user([result([PICTURE])]),
            ],
            id="20-picture-in-a-result",
        ),
        pytest.param(
            [HI, Message("assistant", (CALL,)), Message("tool", (ToolResult("call_1", (), is_error=True),))],
            [user("hi"), assistant([use()]), user([result("", is_error=True)])],
            id="21-error",
        ),
        pytest.param(
            [HI, Message("assistant", (ToolCall("call_1", "look", ""),))],
            [user("hi"), assistant([use(given={})])],
            id="23-no-arguments",
        ),
        pytest.param(
            [HI, Message("assistant", (ToolCall("call_1", "look", '{"a": '),))],
            [user("hi"), assistant([use(given={"_raw": '{"a": '})])],
            id="24-broken-arguments",
        ),
        pytest.param(
            [HI, Message("assistant", (Reasoning("x"), Reasoning("y", "sig", "gemini"), Refusal("no")))],
            [user("hi"), assistant("no")],
            id="62-foreign-thoughts",
        ),
        pytest.param(
            [HI, Message("assistant", (Reasoning("x", "sig", "anthropic"), Text("a")))],
            [user("hi"), assistant([{"type": "thinking", "thinking": "x", "signature": "sig"}, text("a")])],
            id="62-own-thoughts",
        ),
        pytest.param(
            [
                HI,
                Message(
                    "assistant",
                    (Reasoning(signature="enc", origin="anthropic", is_redacted=True),
                     Reasoning(signature="enc", origin="openai-responses", is_redacted=True), Text("a")),
                ),
            ],
            [user("hi"), assistant([{"type": "redacted_thinking", "data": "enc"}, text("a")])],
            id="63-redacted-thoughts",
        ),
        pytest.param(
            [Message("user", (Image(Media(url="https://x/a.png"), detail="high"),))],
            [user([{"type": "image", "source": {"type": "url", "url": "https://x/a.png"}}])],
            id="70-picture-by-url",
        ),
        pytest.param(
            [Message("user", (Image(Media("image/jpg", data=PNG)),))],
            [user([PICTURE])],
            id="70-picture-whose-type-is-wrong",
        ),
        pytest.param(
            [Message("user", (Document(Media(data=PDF), title="a.pdf"),))],
            [user([{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PDF},
                    "title": "a.pdf"}])],
            id="71-pdf",
        ),
        pytest.param(
            [Message("user", (Document(Media("text/csv", data=base64.b64encode(b"a,b").decode())),))],
            [user([{"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a,b"}}])],
            id="71-text-document",
        ),
        pytest.param(
            [Message("user", (Text("a", cache="1h"),))],
            [user([text("a") | {"cache_control": {"type": "ephemeral", "ttl": "1h"}}])],
            id="75-cache-mark",
        ),
    ],
)  # fmt: skip
def test_messages_are_built_as_anthropic_wants_them(messages: list[Message], expected: Any) -> None:
    assert built(*messages)["messages"] == expected


def test_25_tools_of_the_history_are_declared_and_not_to_be_called() -> None:
    body = built(HI, Message("assistant", (CALL,)), RESULT, tool_choice=ToolChoice("auto"))

    assert body["tools"] == [{"name": "look", "input_schema": {"type": "object", "properties": {}}}]
    assert body["tool_choice"] == {"type": "none"}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param(None, {"type": "object", "properties": {}}, id="26-none"),
        pytest.param({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}, id="26-no-type"),
        pytest.param({"type": "object"}, {"type": "object", "properties": {}}, id="26-no-properties"),
        pytest.param(
            {
                "anyOf": [
                    {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
                    {"$ref": "#/$defs/C"},
                ],
                "$defs": {"C": {"properties": {"a": {}, "c": {}}, "required": ["a", "c"]}},
            },
            {
                "$defs": {"C": {"properties": {"a": {}, "c": {}}, "required": ["a", "c"]}},
                "properties": {"a": {}, "b": {}, "c": {}},
                "required": ["a"],
                "type": "object",
            },
            id="27-any-of",
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}]},
            {"properties": {"a": {}, "b": {}}, "required": ["a", "b"], "type": "object"},
            id="27-all-of",
        ),
        pytest.param(
            {"$ref": "#/$defs/A", "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}, 1]}}},
            {
                "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/A"}, 1]}},
                "type": "object",
                "properties": {},
            },
            id="27-circle",
        ),
    ],
)
def test_tool_schemas_become_objects(parameters: Any, expected: Any) -> None:
    assert built(HI, tools=(Tool("look", parameters=parameters),))["tools"][0]["input_schema"] == expected


def test_custom_tool_becomes_a_function_of_one_text() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: A"}
    call = ToolCall("c", "patch", "*** Begin", kind="custom")

    body = built(HI, Message("assistant", (call,)), tools=(Tool("patch", "D", kind="custom", grammar=grammar),))

    schema = body["tools"][0]["input_schema"]
    assert schema["required"] == ["input"]
    assert "start: A" in schema["properties"]["input"]["description"]
    assert body["messages"][1]["content"][0]["input"] == {"input": "*** Begin"}


@pytest.mark.parametrize(
    ("choice", "parallel", "expected"),
    [
        (None, None, None),
        (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
        (ToolChoice("auto"), True, {"type": "auto"}),
        (ToolChoice("none"), False, {"type": "none"}),
        (ToolChoice("required"), None, {"type": "any"}),
        (FORCED, False, {"type": "tool", "name": "look", "disable_parallel_tool_use": True}),
        (ToolChoice("required", ("look",)), None, {"type": "tool", "name": "look"}),
    ],
)
def test_30_tool_choice_is_built(choice: ToolChoice | None, parallel: bool | None, expected: Any) -> None:
    assert built(HI, tools=(LOOK,), tool_choice=choice, parallel_tools=parallel).get("tool_choice") == expected


def test_30_tool_choice_without_tools_is_left_out() -> None:
    assert "tool_choice" not in built(HI, tool_choice=ToolChoice("required"), parallel_tools=False)


def test_tools_that_are_not_allowed_this_time_are_left_out() -> None:
    body = built(HI, tools=(LOOK, Tool("a"), Tool("b")), tool_choice=ToolChoice("auto", ("a", "b")))

    assert [tool["name"] for tool in body["tools"]] == ["a", "b"]
    assert body["tool_choice"] == {"type": "auto"}


@pytest.mark.parametrize(
    ("more", "member", "expected"),
    [
        pytest.param({}, "max_tokens", 32_000, id="47-unsaid"),
        pytest.param({"max_tokens": -1}, "max_tokens", 32_000, id="47-no-limit"),
        pytest.param({"max_tokens": 0}, "max_tokens", 0, id="47-prewarming"),
        pytest.param({"temperature": 1.7}, "temperature", 1, id="49-too-hot"),
        pytest.param({"temperature": 0.3}, "temperature", 0.3, id="49-fine"),
        pytest.param({"stop": (" ", "a", "\n")}, "stop_sequences", ["a"], id="50-blank-stops"),
        pytest.param({"stop": (" ",)}, "stop_sequences", None, id="50-only-blank-stops"),
        pytest.param({"reasoning": ReasoningWish("high")}, "thinking", {"type": "adaptive"}, id="66-effort"),
        pytest.param({"reasoning": ReasoningWish("high")}, "output_config", {"effort": "high"}, id="66-effort-said"),
        pytest.param({"reasoning": ReasoningWish("minimal")}, "output_config", {"effort": "low"}, id="66-minimal"),
        pytest.param({"reasoning": ReasoningWish("none")}, "thinking", {"type": "disabled"}, id="66-none"),
        pytest.param({"reasoning": ReasoningWish("none")}, "output_config", None, id="66-none-has-no-effort"),
        pytest.param({"reasoning": ReasoningWish(budget=0)}, "thinking", {"type": "disabled"}, id="66-budget-zero"),
        pytest.param({"reasoning": ReasoningWish(budget=-1)}, "thinking", {"type": "adaptive"}, id="66-dynamic"),
        pytest.param(
            {"reasoning": ReasoningWish(is_shown=True)},
            "thinking",
            {"type": "adaptive", "display": "summarized"},
            id="66-shown",
        ),
        pytest.param(
            {"reasoning": ReasoningWish(budget=99)},
            "thinking",
            {"type": "enabled", "budget_tokens": 1024},
            id="67-least-budget",
        ),
        pytest.param(
            {"reasoning": ReasoningWish(budget=99), "max_tokens": 500}, "max_tokens", 1524, id="67-room-for-the-answer"
        ),
        pytest.param(
            {"reasoning": ReasoningWish(budget=4096), "max_tokens": 8192}, "max_tokens", 8192, id="67-enough-room"
        ),
        pytest.param({"user": "u"}, "metadata", {"user_id": "u"}, id="76-user"),
        pytest.param({"output": OutputFormat("text")}, "output_config", None, id="text-is-the-default"),
    ],
)
def test_settings_are_built(more: dict[str, Any], member: str, expected: Any) -> None:
    assert built(HI, **more).get(member) == expected


def test_74_strict_schema_tells_constraints_in_words() -> None:
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many"},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}},
            "one": {"oneOf": [{"type": "object"}, {"type": "null"}]},
        },
    }

    body = built(HI, output=OutputFormat("schema", schema=schema, name="n", strict=True))

    assert body["output_config"]["format"] == {
        "type": "json_schema",
        "schema": {
            "type": "object",
            "properties": {
                "minimum": {"type": "integer", "description": "How many\n\n{minimum: 1, maximum: 9}"},
                "tags": {"type": "array", "items": {"type": "string", "description": "{maxLength: 3}"}},
                "one": {"anyOf": [{"type": "object", "additionalProperties": False}, {"type": "null"}]},
            },
            "additionalProperties": False,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"seed": 0}, ("seed",)),
        ({"logprobs": True, "top_logprobs": 3}, ("logprobs", "top_logprobs")),
        ({"presence_penalty": 0.5, "frequency_penalty": 0.5}, ("presence_penalty", "frequency_penalty")),
        ({"presence_penalty": 0.0, "logprobs": False}, ()),
        ({"extras": {"openai-chat": {"logit_bias": {"1": 2}}}}, ("logit_bias",)),
        ({"output": OutputFormat("json")}, ("output",)),
        ({"reasoning": ReasoningWish("gigantic")}, ("reasoning",)),
        ({"tools": (Foreign("openai-responses", {"type": "web_search"}),)}, ("tools.web_search",)),
        ({"choices": 1}, ()),
    ],
)
def test_52_what_anthropic_has_no_word_for_is_named(more: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert dropped(**more) == expected


def test_foreign_parts_and_what_an_assistant_cannot_show_are_named() -> None:
    shown = Message("assistant", (Text("a"), Image(Media(data=PNG))))

    assert dropped(Message("user", (Text("a"), Foreign("gemini", {"type": "x"}))), shown) == (
        "messages.x",
        "messages.image",
    )


@pytest.mark.parametrize(
    ("messages", "more", "feature"),
    [
        pytest.param([HI], {"choices": 2}, "more than one answer", id="51-two-answers"),
        pytest.param([Message("user", (Audio(Media("audio/wav", data="AA==")),))], {}, "audio input", id="72-sound"),
        pytest.param(
            [Message("tool", (ToolResult("c", (Audio(Media("audio/wav", data="AA==")),)),))],
            {},
            "audio input",
            id="72-sound-in-a-result",
        ),
    ],
)
def test_what_would_change_the_answer_is_impossible(messages: list[Message], more: Any, feature: str) -> None:
    with pytest.raises(Impossible, match=feature):
        built(*messages, **more)


THOUGHT = Reasoning("x", "sig", "anthropic")


@pytest.mark.parametrize(
    ("parts", "wish", "expected"),
    [
        pytest.param((CALL,), ReasoningWish(budget=2048), "disabled", id="64-budget-and-no-thought"),
        pytest.param((THOUGHT, CALL), ReasoningWish(budget=2048), "enabled", id="64-budget-and-thought"),
        pytest.param((CALL,), ReasoningWish("high"), "adaptive", id="64-adaptive-needs-none"),
    ],
)
def test_budget_needs_the_thoughts_of_the_turn(parts: Any, wish: ReasoningWish, expected: str) -> None:
    body = built(HI, Message("assistant", parts), RESULT, tools=(LOOK,), reasoning=wish)

    assert body["thinking"]["type"] == expected


def test_64_calls_of_earlier_turns_need_no_thought() -> None:
    body = built(HI, Message("assistant", (CALL,)), RESULT, Message("assistant", (Text("a"),)), HI,
                 tools=(LOOK,), reasoning=ReasoningWish(budget=2048))  # fmt: skip

    assert body["thinking"]["type"] == "enabled"


def test_sampling_gives_way_to_thinking_and_thinking_to_a_forced_tool() -> None:
    wish = ReasoningWish("high")

    assert dropped(reasoning=wish, temperature=0.2, top_p=0.5, top_k=5) == ("temperature", "top_p", "top_k")
    assert dropped(reasoning=wish, temperature=1.0, top_p=0.95) == ()
    assert dropped(reasoning=wish, tools=(LOOK,), tool_choice=FORCED) == ("reasoning",)
