"""Chat Completions requests become the neutral chat, and the neutral chat becomes them."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Audio,
    Document,
    Foreign,
    Image,
    Media,
    Message,
    OutputFormat,
    Part,
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
from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.openai_chat import FORMAT
from tests.gateway.dialects import strategies

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n0000").decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 picture").decode()
PDF = base64.b64encode(b"%PDF-1.7 paper").decode()
HELLO = {"role": "user", "content": "Hello"}


def parse(**members: Any) -> Request:
    return FORMAT.parse_request({"model": "m", "messages": [HELLO]} | members)


def build(*messages: Message, **members: Any) -> dict[str, Any]:
    return FORMAT.build_request(Request("m", messages, **members)).body


def parts_of(message: dict[str, Any]) -> tuple[Part, ...]:
    return parse(messages=[message]).messages[0].parts


def content(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(strategies.requests())
def test_requests_survive_the_way_there_and_back(request: Request) -> None:
    built = FORMAT.build_request(request)

    assert built.dropped == ()
    assert FORMAT.parse_request(msgspec.json.decode(msgspec.json.encode(built.body))) == request


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        pytest.param(
            HELLO | {"content": [{"type": "text", "text": ""}, {"type": "text", "text": "a"}]}, (Text("a"),), id="6"
        ),
        pytest.param(
            content({"type": "image_url", "image_url": {"url": f"data:image/jpg;base64,{JPEG}", "detail": "low"}}),
            (Image(Media("image/jpeg", data=JPEG), detail="low"),),
            id="70-image-jpg",
        ),
        pytest.param(
            content({"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{PNG}"}}),
            (Image(Media("image/png", data=PNG)),),
            id="70-data-url-that-lies",
        ),
        pytest.param(
            content({"type": "image_url", "image_url": "https://e.example/a.png"}),
            (Image(Media(url="https://e.example/a.png")),),
            id="70-url",
        ),
        pytest.param(
            content(
                {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PDF}", "filename": "a.pdf"}}
            ),
            (Document(Media("application/pdf", data=PDF), title="a.pdf"),),
            id="71-data-url",
        ),
        pytest.param(
            content({"type": "file", "file": {"file_data": PDF}}),
            (Document(Media("application/pdf", data=PDF)),),
            id="71-bare-base64",
        ),
        pytest.param(
            content({"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}}),
            (Audio(Media("audio/mp3", data="AAAA")),),
            id="72",
        ),
        pytest.param(
            content({"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}),
            (Text("a", cache=""),),
            id="75-part",
        ),
        pytest.param(
            content({"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}}),
            (Text("a", cache="1h"),),
            id="75-hour",
        ),
        pytest.param(
            content({"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit", "ttl": "30m"}}),
            (Text("a", cache=""),),
            id="75-openais-breakpoint",
        ),
        pytest.param(content({"type": "future"}), (Foreign("openai-chat", {"type": "future"}),), id="unknown-part"),
        pytest.param(
            {"role": "assistant", "content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
            (Reasoning("hm"),),
            id="61-mistral",
        ),
        pytest.param(
            {"role": "assistant", "content": "4", "reasoning_content": "hm"}, (Reasoning("hm"), Text("4")), id="61"
        ),
        pytest.param(
            {"role": "assistant", "content": "4", "reasoning": "hm"}, (Reasoning("hm"), Text("4")), id="61-groq"
        ),
        pytest.param({"role": "assistant", "content": None, "refusal": "No."}, (Refusal("No."),), id="refusal"),
        pytest.param(
            {
                "role": "tool",
                "tool_call_id": "a",
                "content": [{"type": "image_url", "image_url": {"url": "https://e.example/a"}}],
            },
            (ToolResult("a", (Image(Media(url="https://e.example/a")),)),),
            id="20-picture-in-a-result",
        ),
        pytest.param(
            {"role": "tool", "tool_call_id": "a", "content": '{"b": 1}'},
            (ToolResult("a", (Text('{"b": 1}'),)),),
            id="22",
        ),
        pytest.param({"role": "tool", "tool_call_id": "a", "content": None}, (ToolResult("a", ()),), id="22-null"),
        pytest.param(
            {"role": "function", "name": "look", "content": "ok"},
            (ToolResult("call_look", (Text("ok"),), name="look"),),
            id="function",
        ),
    ],
)
def test_messages_are_read(message: dict[str, Any], parts: tuple[Part, ...]) -> None:
    assert parts_of(message) == parts


def called(**call: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function"} | call]}


@pytest.mark.parametrize(
    ("message", "calls"),
    [
        pytest.param(
            called(id="a", function={"name": "look", "arguments": ""}), [ToolCall("a", "look", "{}")], id="23"
        ),
        pytest.param(called(id="a", function={"name": "look"}), [ToolCall("a", "look", "{}")], id="23-none"),
        pytest.param(
            called(id="a", function={"name": "look", "arguments": '{"a": '}),
            [ToolCall("a", "look", '{"a": ')],
            id="24",
        ),
        pytest.param(
            called(id="a", function={"name": "look", "arguments": {"a": 1}}),
            [ToolCall("a", "look", '{"a":1}')],
            id="22-object",
        ),
        pytest.param(
            {
                "role": "assistant",
                "tool_calls": [
                    {"function": {"name": "look", "arguments": "{}"}},
                    {"function": {"name": "look", "arguments": "{}"}},
                ],
            },
            [ToolCall("call_0_look", "look"), ToolCall("call_1_look", "look")],
            id="14-same-name-twice",
        ),
        pytest.param(
            {"role": "assistant", "function_call": {"name": "look", "arguments": "{}"}},
            [ToolCall("call_look", "look")],
            id="deprecated",
        ),
        pytest.param(
            {
                "role": "assistant",
                "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "patch", "input": "x"}}],
            },
            [ToolCall("a", "patch", "x", kind="custom")],
            id="custom",
        ),
        pytest.param(
            called(id="a", function={"name": "look"}, extra_content={"google": {"thought_signature": "sig"}}),
            [ToolCall("a", "look", signature="sig")],
            id="68-signature",
        ),
    ],
)
def test_calls_are_read(message: dict[str, Any], calls: list[ToolCall]) -> None:
    assert list(parts_of(message)) == calls


def test_7_a_call_needs_no_text_beside_it() -> None:
    call = ToolCall("a", "look")

    assert build(Message("assistant", (call,)))["messages"] == [
        {"role": "assistant", "content": None}
        | {"tool_calls": [{"id": "a", "type": "function", "function": {"name": "look", "arguments": "{}"}}]}
    ]


def test_8_an_assistant_that_said_nothing_is_left_out() -> None:
    assert parse(messages=[HELLO, {"role": "assistant", "content": ""}]).messages == (
        Message("user", (Text("Hello"),)),
    )


def test_results_of_custom_tools_are_told_from_those_of_functions() -> None:
    custom = {
        "role": "assistant",
        "tool_calls": [{"id": "a", "type": "custom", "custom": {"name": "patch", "input": "x"}}],
    }

    *_, message = parse(messages=[custom, {"role": "tool", "tool_call_id": "a", "content": "ok"}]).messages

    assert message.parts == (ToolResult("a", (Text("ok"),), kind="custom"),)


def results_of(*results: ToolResult) -> list[dict[str, Any]]:
    return build(Message("tool", results))["messages"]


def test_20_a_picture_in_a_result_follows_as_the_users() -> None:
    picture = Image(Media("image/png", data=PNG))

    first, second, last = results_of(ToolResult("a", (Text("see"), picture)), ToolResult("b", (Text("ok"),)))

    assert (first["role"], first["tool_call_id"], first["content"]) == ("tool", "a", "see")
    assert (second["role"], second["tool_call_id"], second["content"]) == ("tool", "b", "ok")
    assert last == {
        "role": "user",
        "content": [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}],
    }


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        pytest.param((Text("no file"),), "Error: no file", id="21"),
        pytest.param((), "Error", id="21-without-a-word"),
        pytest.param(
            (Text("no"), Text("file")),
            [{"type": "text", "text": "Error: no"}, {"type": "text", "text": "file"}],
            id="21-several",
        ),
    ],
)
def test_failed_tools_say_so(parts: tuple[Part, ...], told: Any) -> None:
    assert results_of(ToolResult("a", parts, is_error=True))[0]["content"] == told


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param({"max_completion_tokens": 9, "max_tokens": 5}, {"max_tokens": 9}, id="48-both"),
        pytest.param({"max_tokens": 5}, {"max_tokens": 5}, id="48-old"),
        pytest.param({"max_tokens": 5.0}, {"max_tokens": 5}, id="48-float"),
        pytest.param({"stop": "END"}, {"stop": ("END",)}, id="50"),
        pytest.param({"stop": None}, {"stop": ()}, id="50-null"),
        pytest.param({"safety_identifier": "new", "user": "old"}, {"user": "new"}, id="user"),
        pytest.param({"reasoning_effort": "low"}, {"reasoning": ReasoningWish("low")}, id="66"),
        pytest.param({"tool_choice": None, "function_call": "none"}, {"tool_choice": None}, id="null-choice"),
        pytest.param(
            {"function_call": {"name": "look"}}, {"tool_choice": ToolChoice("named", ("look",))}, id="deprecated"
        ),
        pytest.param({"functions": [{"name": "look"}]}, {"tools": (Tool("look"),)}, id="deprecated-functions"),
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "a"}, "cache_control": {"type": "ephemeral"}}]},
            {"tools": (Tool("a", cache=""),)},
            id="75-tool",
        ),
        pytest.param({"response_format": {"type": "text"}}, {"output": OutputFormat("text")}, id="text"),
        pytest.param({"verbosity": "low"}, {"extras": {"openai-chat": {"verbosity": "low"}}}, id="own"),
        pytest.param({"stream_options": {"include_usage": True}}, {"extras": {}}, id="53"),
    ],
)
def test_members_are_read(sent: dict[str, Any], expected: dict[str, Any]) -> None:
    request = parse(**sent)

    assert {name: getattr(request, name) for name in expected} == expected


def test_53_usage_is_asked_for_in_every_stream() -> None:
    assert build(stream=True)["stream_options"] == {"include_usage": True}
    assert "stream_options" not in build()


def test_30_a_choice_without_tools_is_dropped() -> None:
    body = build(tool_choice=ToolChoice("required"), parallel_tools=False)

    assert "tool_choice" not in body
    assert "parallel_tool_calls" not in body


def test_other_dialects_blocks_and_tools_are_dropped_and_told() -> None:
    block, tool = Foreign("anthropic", {"type": "search_result"}), Foreign("anthropic", {"type": "bash_20250124"})
    request = Request("m", (Message("user", (Text("Hello"), block)),), tools=(tool,))

    built = FORMAT.build_request(request)

    assert built.body == {"model": "m", "messages": [HELLO]}
    assert set(built.dropped) == {"messages.search_result", "tools.bash_20250124"}


@pytest.mark.parametrize(
    ("document", "built"),
    [
        pytest.param(Document(Media(text="plain"), title="a"), {"type": "text", "text": "a\n\nplain"}, id="71-text"),
        pytest.param(
            Document(Media(url="https://e.example/a")), {"type": "text", "text": "https://e.example/a"}, id="71-url"
        ),
        pytest.param(Document(Media(file_id="f")), {"type": "file", "file": {"file_id": "f"}}, id="71-file-id"),
        pytest.param(
            Document(Media("application/pdf", data=PDF), title="a.pdf"),
            {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{PDF}", "filename": "a.pdf"}},
            id="71-pdf",
        ),
        pytest.param(
            Audio(Media("audio/x-wav", data="AAAA")),
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            id="72-x-wav",
        ),
        pytest.param(
            Audio(Media("audio/mpeg", data="AAAA")),
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            id="72-mpeg",
        ),
    ],
)
def test_media_have_openais_forms(document: Part, built: dict[str, Any]) -> None:
    assert build(Message("user", (document, Text("?"))))["messages"][0]["content"][0] == built


@pytest.mark.parametrize("part", [Audio(Media(url="https://e.example/a.wav")), Image(Media(file_id="file-1"))])
def test_media_that_cannot_be_sent_are_impossible(part: Part) -> None:
    with pytest.raises(Impossible):
        build(Message("user", (part,)))


@pytest.mark.parametrize(
    ("budget", "effort"),
    [(0, "none"), (512, "minimal"), (1024, "low"), (8192, "medium"), (24_576, "high"), (32_768, "xhigh")],
)
def test_66_budgets_become_efforts(budget: int, effort: str) -> None:
    assert build(reasoning=ReasoningWish(budget=budget))["reasoning_effort"] == effort


@pytest.mark.parametrize("wish", [None, ReasoningWish(is_shown=True), ReasoningWish(is_adaptive=True)])
def test_66_no_effort_where_none_was_asked_for(wish: ReasoningWish | None) -> None:
    assert "reasoning_effort" not in build(reasoning=wish)


DEEP: Any = []
for _ in range(5000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "members",
    [
        {"model": None},
        {"messages": "Hello"},
        {"messages": [None]},
        {"messages": [{"role": {}}]},
        {"messages": [HELLO | {"content": 1}]},
        {"messages": [HELLO | {"content": ["Hello"]}]},
        {"messages": [HELLO | {"name": ["Ann"]}]},
        {"messages": [content({"type": "text", "text": None})]},
        {"messages": [content({"type": "image_url", "image_url": 1})]},
        {"messages": [content({"type": "image_url", "image_url": {"url": "u", "detail": 1}})]},
        {"messages": [content({"type": "input_audio", "input_audio": {"data": "A", "format": []}})]},
        {"messages": [content({"type": "file", "file": {"file_id": 1}})]},
        {"messages": [content({"type": "thinking", "thinking": "hm"})]},
        {"messages": [called(function={"name": 1})]},
        {"messages": [called(function={"name": "a", "arguments": DEEP})]},
        {"messages": [called(id=1, function={"name": "a"})]},
        {"messages": [called(type="custom", custom={"name": "a", "input": 1})]},
        {"messages": [{"role": "assistant", "tool_calls": {}}]},
        {"messages": [{"role": "tool", "tool_call_id": 1}]},
        {"tools": {}},
        {"tools": ["look"]},
        {"tools": [{"function": "look"}]},
        {"tools": [{"function": {"name": "a", "parameters": []}}]},
        {"tools": [{"function": {"name": "a", "strict": "yes"}}]},
        {"tools": [{"type": "custom", "custom": {"name": "a", "format": "x"}}]},
        {"tool_choice": "sometimes"},
        {"tool_choice": {"type": "function"}},
        {"stop": {"a": 1}},
        {"temperature": "hot"},
        {"seed": 1.5},
        {"seed": float("inf")},
        {"seed": float("nan")},
        {"logprobs": 1},
        {"response_format": "json"},
        {"response_format": {"type": "json_schema", "json_schema": {"schema": []}}},
        {"reasoning_effort": 3},
    ],
)
def test_wrong_requests_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        parse(**members)


def test_half_a_surrogate_in_arguments_does_no_harm() -> None:
    message = called(id="a", function={"name": "look", "arguments": {"a": "\ud83d"}})

    assert parts_of(message) == (ToolCall("a", "look", '{"a": "\\ud83d"}'),)


MEMBERS = st.sampled_from(
    "model messages role content type text image_url url detail input_audio data format file file_data file_id name "
    "filename refusal tool_calls function arguments id custom input reasoning thinking tool_call_id cache_control ttl "
    "extra_content google tools parameters strict tool_choice allowed_tools mode stop seed response_format "
    "json_schema schema functions function_call temperature max_tokens".split()
)
WORDS = st.sampled_from(
    "user assistant tool function system text image_url input_audio file refusal thinking custom auto named "
    "allowed_tools json_schema json_object ephemeral".split()
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=25,
)


@settings(deadline=None, max_examples=400, derandomize=True, database=None)
@given(st.dictionaries(MEMBERS, JSON, max_size=6), st.lists(st.dictionaries(MEMBERS, JSON, max_size=5), max_size=3))
def test_hostile_requests_are_refused_and_nothing_worse(body: dict[str, Any], messages: list[Any]) -> None:
    try:
        request = FORMAT.parse_request({"messages": messages} | body | {"model": "m"})
    except Malformed:
        return

    assert FORMAT.build_request(request).body["model"] == "m"
