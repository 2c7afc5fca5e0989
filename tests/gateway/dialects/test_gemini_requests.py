"""Gemini's generateContent requests, read from clients and built for providers."""

import base64
import json
from typing import Any

import pytest
from google.genai import types
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
from gateway.dialects.gemini import FORMAT
from gateway.dialects.gemini.part_parsing import SENTINEL
from gateway.dialects.signatures import for_client

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 16).decode()
PDF = base64.b64encode(b"%PDF-1.7 " + b"\0" * 16).decode()
HELLO = Message("user", (Text("Hello"),))


def parsed(*contents: Any, **body: Any) -> Request:
    return FORMAT.parse_request({"model": "gemini-3", "contents": list(contents), **body})


def parts_of(*parts: Any, role: str = "user") -> tuple[Part, ...]:
    return parsed({"role": role, "parts": list(parts)}).messages[0].parts


def built(*messages: Message, **members: Any) -> Any:
    return FORMAT.build_request(Request("gemini-3", messages, **members)).body


def called(call_id: str, name: str = "weather", arguments: str = "{}", signature: str = "") -> ToolCall:
    return ToolCall(call_id, name, arguments, signature=signature)


# --- read ---


def test_model_and_stream_come_from_the_members_the_endpoint_adds() -> None:
    request = parsed({"parts": [{"text": "Hello"}]}, stream=True)

    assert (request.model, request.stream, request.messages) == ("gemini-3", True, (HELLO,))


def test_members_are_read_in_snake_case_as_in_camel_case() -> None:
    camel = {
        "systemInstruction": {"parts": [{"text": "Be brief"}]},
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["a", "b"]}},
        "tools": [{"functionDeclarations": [{"name": "a", "parametersJsonSchema": {"type": "object"}}]}],
        "generationConfig": {"maxOutputTokens": 9, "topK": 4.0, "thinkingConfig": {"thinkingBudget": 5}},
        "safetySettings": [{"category": "X"}],
    }
    snake = {
        "system_instruction": {"parts": {"text": "Be brief"}},
        "tool_config": {"function_calling_config": {"mode": "any", "allowed_function_names": ["a", "b"]}},
        "tools": [{"function_declarations": [{"name": "a", "parameters_json_schema": {"type": "object"}}]}],
        "generation_config": {"max_output_tokens": 9, "top_k": 4, "thinking_config": {"thinking_budget": 5}},
        "safety_settings": [{"category": "X"}],
    }
    inline = {"parts": [{"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}]}
    inline_snake = {"parts": [{"inline_data": {"mime_type": "audio/wav", "data": "AAAA"}}]}

    assert parsed(inline, **camel) == parsed(inline_snake, **snake)
    assert parsed(inline, **camel).extras == {"gemini": {"safetySettings": [{"category": "X"}]}}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"text": "Hi"}, Text("Hi")),
        ({"text": "Hi", "thoughtSignature": "c2ln"}, Text("Hi", extras={"gemini": {"thoughtSignature": "c2ln"}})),
        pytest.param(
            {"inlineData": {"mimeType": "image/jpg", "data": PNG}}, Image(Media("image/png", data=PNG)), id="70"
        ),
        pytest.param(
            {"inlineData": {"mimeType": "application/pdf", "data": PDF, "displayName": "a.pdf"}},
            Document(Media("application/pdf", data=PDF), title="a.pdf"),
            id="71-pdf",
        ),
        pytest.param(
            {"inlineData": {"mimeType": "text/plain", "data": base64.b64encode("Grüße".encode()).decode()}},
            Document(Media("text/plain", text="Grüße")),
            id="71-text",
        ),
        pytest.param(
            {"inlineData": {"mimeType": "audio/wav", "data": "AA=="}}, Audio(Media("audio/wav", data="AA==")), id="72"
        ),
        (
            {"fileData": {"fileUri": "https://example.org/a.png?b=1"}},
            Image(Media("image/png", url="https://example.org/a.png?b=1")),
        ),
        (
            {
                "fileData": {
                    "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/x",
                    "mimeType": "video/mp4",
                }
            },
            Document(Media("video/mp4", file_id="https://generativelanguage.googleapis.com/v1beta/files/x")),
        ),
        ({"executableCode": {"code": "1"}}, Foreign("gemini", {"executableCode": {"code": "1"}})),
    ],
)
def test_parts_of_the_user(part: Any, expected: Part) -> None:
    assert parts_of(part) == (expected,)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([{"text": "Hm", "thought": True}], (Reasoning("Hm"),)),
        ([{"text": "Hm", "thought": True, "thoughtSignature": "c2ln"}], (Reasoning("Hm", "c2ln", "gemini"),)),
        pytest.param(
            [
                {"text": "H", "thought": True},
                {"text": "m", "thought": True},
                {"thought": True, "thoughtSignature": "c2ln"},
            ],
            (Reasoning("Hm", "c2ln", "gemini"),),
            id="62-a-thought-in-pieces-is-one",
        ),
        pytest.param(
            [{"text": "Hm", "thought": True, "thoughtSignature": for_client("s:1", "anthropic", "gemini")}],
            (Reasoning("Hm", "s:1", "anthropic"),),
            id="62-another-providers-signature-comes-back-with-its-origin",
        ),
        pytest.param(
            [{"text": "", "thought": True, "thoughtSignature": for_client("x", "anthropic+redacted", "gemini")}],
            (Reasoning("", "x", "anthropic", is_redacted=True),),
            id="63-redacted",
        ),
        pytest.param(
            [{"text": "Hi"}, {"text": "", "thoughtSignature": "c2ln"}],
            (Text("Hi", extras={"gemini": {"thoughtSignature": "c2ln"}}),),
            id="68-a-signature-alone-opens-no-empty-text",
        ),
        pytest.param(
            [{"functionCall": {"name": "a"}, "thoughtSignature": SENTINEL}],
            (ToolCall("ID", "a"),),
            id="68-the-sentinel-is-no-signature",
        ),
        pytest.param(
            [{"functionCall": {"name": "a"}, "thoughtSignature": "skip_thought_signature_validator"}],
            (ToolCall("ID", "a"),),
            id="68-nor-is-gemini-clis",
        ),
        pytest.param(
            [{"functionCall": {"name": "a"}, "thoughtSignature": for_client("x", "anthropic", "gemini")}],
            (ToolCall("ID", "a"),),
            id="62-a-calls-foreign-signature-is-left-out",
        ),
        pytest.param([{"text": ""}, {"text": "Hi"}, {}], (Text("Hi"),), id="6-empty-texts-are-left-out"),
        pytest.param([{"functionCall": {"name": "a", "args": None}}], (ToolCall("ID", "a"),), id="23-no-arguments"),
    ],
)
def test_parts_of_the_model(parts: list[Any], expected: tuple[Part, ...]) -> None:
    found = parts_of(*parts, role="model")

    assert tuple(_with_id(part) for part in found) == expected


def _with_id(part: Part) -> Part:
    return ToolCall("ID", part.name, part.arguments, signature=part.signature) if isinstance(part, ToolCall) else part


def test_ids_that_are_missing_are_made_up_differently_for_each_call() -> None:  # 14
    call = {"role": "model", "parts": [{"functionCall": {"name": "a"}}, {"functionCall": {"name": "a"}}]}

    first, again = parsed(call), parsed(call, {"parts": [{"text": "more"}]}, call)
    ids = [part.id for message in again.messages for part in message.parts if isinstance(part, ToolCall)]

    assert len(set(ids)) == 4
    assert first.messages[0].parts == again.messages[0].parts


def test_results_without_ids_go_to_the_oldest_call_of_their_name() -> None:  # 15
    request = parsed(
        {"role": "model", "parts": [{"functionCall": {"name": "a", "id": "1"}}, {"functionCall": {"name": "a"}}]},
        {
            "role": "function",
            "parts": [
                {"functionResponse": {"name": "a", "response": {"result": "one"}}},
                {"functionResponse": {"name": "a", "response": {"output": "two"}}},
                {"functionResponse": {"name": "a", "response": {"error": "three"}}},
                {"text": "Go on"},
            ],
        },
    )
    said, answered, user = request.messages
    ids = [part.id for part in said.parts if isinstance(part, ToolCall)]

    assert (said.role, answered.role, user.role) == ("assistant", "tool", "user")
    results = [part for part in answered.parts if isinstance(part, ToolResult)]
    assert [result.call_id for result in results[:2]] == ids
    assert results[2].call_id not in ids
    assert [result.parts for result in results] == [(Text("one"),), (Text("two"),), (Text("three"),)]
    assert [result.is_error for result in results] == [False, False, True]


def test_results_with_ids_leave_the_others_to_those_without() -> None:  # 15
    calls = [{"functionCall": {"name": "a", "id": "1"}}, {"functionCall": {"name": "a", "id": "2"}}]
    answers = [{"functionResponse": {"name": "a", "id": "1"}}, {"functionResponse": {"name": "a"}}]

    results = parsed({"role": "model", "parts": calls}, {"parts": answers}).messages[1].parts

    assert [result.call_id for result in results if isinstance(result, ToolResult)] == ["1", "2"]


def test_neighbouring_contents_of_one_role_are_one_message() -> None:  # 4
    request = parsed({"role": "user", "parts": [{"text": "a"}]}, {"role": "user", "parts": [{"text": "b"}]})

    assert request.messages == (Message("user", (Text("a"), Text("b"))),)


def test_tools_are_functions_or_googles_own() -> None:
    schema = {"type": "OBJECT", "properties": {"at": {"type": "STRING", "nullable": True}}}
    functions = [{"name": "a", "description": "A", "parameters": schema, "behavior": "BLOCKING"}, {"name": "b"}]

    tools = parsed(tools=[{"functionDeclarations": functions, "googleSearch": {}}, {"code_execution": {}}]).tools

    assert tools == (
        Tool(
            "a",
            "A",
            {"type": "object", "properties": {"at": {"type": ["string", "null"]}}},
            extras={"gemini": {"behavior": "BLOCKING"}},
        ),
        Tool("b"),
        Foreign("gemini", {"googleSearch": {}}),
        Foreign("gemini", {"codeExecution": {}}),
    )


@pytest.mark.parametrize(
    ("config", "choice"),
    [
        ({}, None),
        ({"mode": "AUTO"}, ToolChoice("auto")),
        ({"mode": "NONE"}, ToolChoice("none")),
        ({"mode": "ANY"}, ToolChoice("required")),
        ({"mode": "VALIDATED", "allowedFunctionNames": ["a"]}, ToolChoice("auto", ("a",))),
        pytest.param({"mode": "ANY", "allowedFunctionNames": ["a"]}, ToolChoice("named", ("a",)), id="31"),
        ({"mode": "ANY", "allowedFunctionNames": ["a", "b"]}, ToolChoice("required", ("a", "b"))),
    ],
)
def test_tool_choice(config: Any, choice: ToolChoice | None) -> None:
    assert parsed(toolConfig={"functionCallingConfig": config}).tool_choice == choice


@pytest.mark.parametrize(
    ("config", "wish"),
    [
        ({}, None),
        ({"thinkingLevel": "LOW"}, ReasoningWish("low")),
        ({"thinkingBudget": 0}, ReasoningWish("none")),
        ({"thinkingBudget": -1, "includeThoughts": True}, ReasoningWish(is_adaptive=True, is_shown=True)),
        ({"thinkingBudget": 500}, ReasoningWish(budget=500)),
    ],
)
def test_thinking(config: Any, wish: ReasoningWish | None) -> None:
    assert parsed(generationConfig={"thinkingConfig": config}).reasoning == wish


@pytest.mark.parametrize(
    ("config", "output"),
    [
        ({}, None),
        ({"responseMimeType": "text/plain"}, OutputFormat("text")),
        ({"responseMimeType": "application/json"}, OutputFormat("json")),
        (
            {"responseMimeType": "application/json", "responseSchema": {"type": "STRING", "minLength": "3"}},
            OutputFormat("schema", {"type": "string", "minLength": 3}),
        ),
        (
            {"responseMimeType": "application/json", "responseJsonSchema": {"const": 1}},
            OutputFormat("schema", {"const": 1}),
        ),
    ],
)
def test_output(config: Any, output: OutputFormat | None) -> None:
    assert parsed(generationConfig=config).output == output


def test_what_only_gemini_knows_comes_back_to_gemini() -> None:
    body = {
        "cachedContent": "cachedContents/1",
        "generationConfig": {"responseModalities": ["IMAGE"], "responseMimeType": "text/x.enum", "topP": 0.5},
        "toolConfig": {
            "functionCallingConfig": {"mode": "AUTO", "streamFunctionCallArguments": True},
            "retrievalConfig": {"languageCode": "de"},
        },
        "tools": [{"functionDeclarations": [{"name": "a"}]}],
    }

    again = FORMAT.build_request(parsed({"parts": [{"text": "Hello"}]}, **body)).body

    assert again == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **body}


@pytest.mark.parametrize(
    "body",
    [
        {"contents": []},
        {"model": "m"},
        {"model": "m", "contents": 5},
        {"model": "m", "contents": ["x"]},
        {"model": "m", "contents": [{"role": "robot", "parts": []}]},
        {"model": "m", "contents": [{"role": ["user"], "parts": []}]},
        {"model": "m", "contents": [{"parts": [{"text": 5}]}]},
        {"model": "m", "contents": [{"parts": [{"functionCall": {"name": None}}]}]},
        {"model": "m", "contents": [{"parts": [{"inlineData": {"data": 1}}]}]},
        {"model": "m", "contents": [{"parts": [{"inlineData": "x"}]}]},
        {"model": "m", "contents": [{"parts": [{"fileData": {}}]}]},
        {"model": "m", "contents": [], "generationConfig": {"stopSequences": [1]}},
        {"model": "m", "contents": [], "generationConfig": {"temperature": "hot"}},
        {
            "model": "m",
            "contents": [],
            "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": 1},
        },
        {
            "model": "m",
            "contents": [],
            "tools": [{"functionDeclarations": [{"name": "a", "parametersJsonSchema": True}]}],
        },
        {"model": "m", "contents": [], "toolConfig": {"functionCallingConfig": {"mode": "SOMETIMES"}}},
        {"model": "m", "contents": [], "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": [[]]}}},
    ],
)
def test_a_request_that_is_none_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        FORMAT.parse_request(body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = (
    "contents parts role text thought thoughtSignature functionCall functionResponse name args id response inlineData "
    "data mimeType fileData fileUri systemInstruction tools functionDeclarations parameters toolConfig "
    "functionCallingConfig mode allowedFunctionNames generationConfig responseMimeType responseSchema thinkingConfig "
    "thinkingBudget type properties anyOf nullable enum"
).split()
ODD = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), ODD, max_size=6), ODD)
def test_hostile_json_is_malformed_or_understood(body: dict[str, Any], part: Any) -> None:
    for attempt in ({"model": "m", **body}, {"model": "m", "contents": [{"parts": [part]}], **body}):
        try:
            request = FORMAT.parse_request(attempt)
        except Malformed:
            continue
        assert isinstance(request, Request)


def test_nesting_without_end_is_malformed() -> None:
    deep: Any = {"type": "OBJECT"}
    for _ in range(5000):
        deep = {"type": "ARRAY", "items": deep}

    with pytest.raises(Malformed):
        parsed(tools=[{"functionDeclarations": [{"name": "a", "parameters": deep}]}])
    with pytest.raises(Malformed):
        parsed({"parts": [{"functionCall": {"name": "a", "args": {"x": deep}}}]})


def test_what_google_genai_sends_is_understood() -> None:
    blob = types.Part(inline_data=types.Blob(data=b"\x89PNG\r\n\x1a\n\xff\xfe\xfb\xff", mime_type="image/png"))
    mark = for_client("?>~?>~ÿ", "anthropic", "gemini")
    call = types.Part(
        function_call=types.FunctionCall(name="a", args={"x": 1}), thought_signature=base64.b64decode("++//")
    )
    thought = types.Part(text="Hm", thought=True, thought_signature=base64.b64decode(mark))
    contents = [types.Content(role="user", parts=[blob]), types.Content(role="model", parts=[thought, call])]

    request = parsed(*[content.model_dump(mode="json", exclude_none=True) for content in contents])

    data = base64.b64encode(b"\x89PNG\r\n\x1a\n\xff\xfe\xfb\xff").decode()
    assert request.messages[0].parts == (Image(Media("image/png", data=data)),)
    assert request.messages[1].parts[0] == Reasoning("Hm", "?>~?>~ÿ", "anthropic")
    assert _with_id(request.messages[1].parts[1]) == ToolCall("ID", "a", '{"x":1}', signature="++//")


# --- build ---


def test_the_body_has_neither_model_nor_stream() -> None:
    assert built(HELLO, stream=True) == {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


def test_system_messages_lead_or_are_reminders() -> None:  # 1, 2
    body = built(
        Message("system", (Text("S1"),)),
        Message("developer", (Text("D1"),)),
        HELLO,
        Message("system", (Text("S2"),)),
    )

    assert body["systemInstruction"] == {"parts": [{"text": "S1"}, {"text": "D1"}]}
    reminder = {"text": "<system-reminder>\nS2\n</system-reminder>"}
    assert body["contents"] == [{"role": "user", "parts": [{"text": "Hello"}, reminder]}]


@pytest.mark.parametrize(
    "messages",
    [
        pytest.param([Message("system", (Text("S"),))], id="3-system-only"),
        pytest.param([Message("assistant", (Text("A"),))], id="5-assistant-first"),
        pytest.param([Message("assistant", (Reasoning("only"),))], id="8-assistant-says-nothing"),
    ],
)
def test_a_conversation_begins_with_the_user(messages: list[Message]) -> None:
    contents = built(*messages)["contents"]

    assert contents[0]["role"] == "user"
    assert contents[0]["parts"][0]["text"]
    assert all(content["parts"] for content in contents)


def test_same_roles_are_merged_and_names_left_out() -> None:  # 4, 9
    body = built(Message("user", (Text("a"),), name="Ann"), Message("user", (Text("b"),), name="Bob"))

    assert body["contents"] == [{"role": "user", "parts": [{"text": "a"}, {"text": "b"}]}]


@pytest.mark.parametrize(
    ("result", "response"),
    [
        pytest.param(ToolResult("1", (Text("sunny"),)), {"result": "sunny"}, id="22-text"),
        pytest.param(ToolResult("1", (Text('{"a": [1]}'),)), {"a": [1]}, id="22-object"),
        pytest.param(ToolResult("1", (Text("[1]"),)), {"result": "[1]"}, id="22-list"),
        pytest.param(ToolResult("1", (Text("{broken"),)), {"result": "{broken"}, id="22-broken"),
        pytest.param(ToolResult("1", (Text("a"), Text("b"))), {"result": "a\nb"}, id="22-texts"),
        pytest.param(ToolResult("1", ()), {"result": ""}, id="22-nothing"),
        pytest.param(ToolResult("1", (Text("no"),), is_error=True), {"error": "no"}, id="21-error"),
    ],
)
def test_a_result_is_an_object(result: ToolResult, response: Any) -> None:
    contents = built(HELLO, Message("assistant", (called("1"),)), Message("tool", (result,)))["contents"]

    assert contents[2]["parts"] == [{"functionResponse": {"id": "1", "name": "weather", "response": response}}]


def test_pictures_in_results_follow_all_results() -> None:  # 20
    picture = Image(Media("image/png", data=PNG))
    results = ToolResult("1", (Text("a"), picture)), ToolResult("2", (Text("b"),))
    contents = built(HELLO, Message("assistant", (called("1"), called("2"))), Message("tool", results))["contents"]

    kinds = [next(iter(part)) for part in contents[2]["parts"]]
    assert kinds == ["functionResponse", "functionResponse", "inlineData"]


@pytest.mark.parametrize(
    ("arguments", "args"),
    [
        pytest.param("", {}, id="23"),
        pytest.param('{"a": ', {"_raw": '{"a": '}, id="24"),
        pytest.param("[1]", {"_raw": "[1]"}, id="24-no-object"),
        ('{"a":1}', {"a": 1}),
    ],
)
def test_arguments_are_an_object(arguments: str, args: Any) -> None:
    contents = built(HELLO, Message("assistant", (called("1", arguments=arguments),)))["contents"]

    assert contents[1]["parts"][0]["functionCall"]["args"] == args


def test_tools_of_the_history_are_declared_but_may_not_be_called() -> None:  # 25
    body = built(HELLO, Message("assistant", (called("1"), called("2"))), tool_choice=ToolChoice("required"))

    assert body["tools"] == [{"functionDeclarations": [{"name": "weather"}]}]
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "NONE"}}


@pytest.mark.parametrize(
    ("parameters", "schema"),
    [
        pytest.param({}, {"type": "object", "properties": {}}, id="26-empty"),
        pytest.param({"type": "object"}, {"type": "object", "properties": {}}, id="26-no-properties"),
        pytest.param({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}, id="26-no-type"),
        pytest.param(
            {"type": "object", "properties": {}, "$defs": {"a": {}}, "additionalProperties": False},
            {"type": "object", "properties": {}, "$defs": {"a": {}}, "additionalProperties": False},
            id="73-a-full-json-schema-as-it-is",
        ),
    ],
)
def test_parameters(parameters: Any, schema: Any) -> None:
    body = built(HELLO, tools=(Tool("a", parameters=parameters),))

    assert body["tools"] == [{"functionDeclarations": [{"name": "a", "parametersJsonSchema": schema}]}]


def test_other_providers_tools_are_dropped_by_name() -> None:  # 29
    request = Request("m", (HELLO,), tools=(Foreign("anthropic", {"type": "bash_20250124", "name": "bash"}),))

    built_request = FORMAT.build_request(request)

    assert built_request.dropped == ("tools.bash_20250124",)
    assert "tools" not in built_request.body


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        (ToolChoice("auto"), {"mode": "AUTO"}),
        pytest.param(ToolChoice("none"), {"mode": "NONE"}, id="30-none"),
        (ToolChoice("required"), {"mode": "ANY"}),
        (ToolChoice("auto", ("a",)), {"mode": "VALIDATED", "allowedFunctionNames": ["a"]}),
        pytest.param(ToolChoice("named", ("a",)), {"mode": "ANY", "allowedFunctionNames": ["a"]}, id="31"),
    ],
)
def test_tool_choice_is_said_in_modes(choice: ToolChoice, config: Any) -> None:
    assert built(HELLO, tools=(Tool("a"),), tool_choice=choice)["toolConfig"] == {"functionCallingConfig": config}


def test_tool_choice_without_tools_is_left_out() -> None:  # 30
    assert "toolConfig" not in built(HELLO, tool_choice=ToolChoice("required"))


def test_what_gemini_has_no_word_for_is_named() -> None:  # 50, 52
    request = Request(
        "m",
        (HELLO,),
        parallel_tools=False,
        stop=("1", "2", "", "3", "4", "5", "6"),
        user="ann",
        extras={"openai-chat": {"logit_bias": {"5": 1}, "store": True}},
    )

    built_request = FORMAT.build_request(request)

    assert built_request.dropped == ("stop", "parallel_tools", "user", "logit_bias")
    assert built_request.body["generationConfig"] == {"stopSequences": ["1", "2", "3", "4", "5"]}


def test_sampling_is_said_in_the_generation_config() -> None:
    body = built(
        HELLO,
        temperature=1.7,
        top_p=0.5,
        top_k=3,
        choices=2,
        max_tokens=9,
        seed=2**40 + 1,
        logprobs=True,
        top_logprobs=2,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        output=OutputFormat("schema", {"type": "object"}, name="x", strict=True),
    )

    assert body["generationConfig"] == {
        "temperature": 1.7,
        "topP": 0.5,
        "topK": 3,
        "candidateCount": 2,  # 51
        "maxOutputTokens": 9,
        "seed": 1,
        "responseLogprobs": True,
        "logprobs": 2,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
        "responseMimeType": "application/json",
        "responseJsonSchema": {"type": "object"},
    }


@pytest.mark.parametrize(
    ("wish", "config"),
    [
        pytest.param(ReasoningWish("high"), {"includeThoughts": True, "thinkingLevel": "HIGH"}, id="66-effort"),
        pytest.param(
            ReasoningWish("max", is_shown=False), {"includeThoughts": False, "thinkingLevel": "XHIGH"}, id="66-max"
        ),
        pytest.param(ReasoningWish(budget=900), {"includeThoughts": True, "thinkingBudget": 900}, id="66-budget"),
        pytest.param(
            ReasoningWish("low", budget=900), {"includeThoughts": True, "thinkingLevel": "LOW"}, id="66-both"
        ),
        pytest.param(ReasoningWish("none"), {"thinkingBudget": 0}, id="66-off"),
        pytest.param(
            ReasoningWish(is_adaptive=True), {"includeThoughts": True, "thinkingBudget": -1}, id="66-adaptive"
        ),
        pytest.param(ReasoningWish(is_shown=True), {"includeThoughts": True}, id="66-shown"),
    ],
)
def test_wishes_to_think(wish: ReasoningWish, config: Any) -> None:
    assert built(HELLO, reasoning=wish)["generationConfig"] == {"thinkingConfig": config}


def test_only_geminis_thoughts_go_back() -> None:  # 62
    parts = (
        Reasoning("own", "c2ln", "gemini"),
        Reasoning("unsigned"),
        Reasoning("foreign", "x", "anthropic"),
        Refusal("No"),
    )

    content = built(HELLO, Message("assistant", parts))["contents"][1]

    assert content["parts"] == [{"text": "own", "thought": True, "thoughtSignature": "c2ln"}, {"text": "No"}]


def test_calls_of_the_current_turn_are_signed() -> None:  # 68
    old = Message("assistant", (called("0"),)), Message("tool", (ToolResult("0", ()),))
    steps = (
        Message("assistant", (Text("a"), called("1"), called("2"))),
        Message("tool", (ToolResult("1", ()), ToolResult("2", ()))),
        Message("assistant", (called("3", signature="c2ln"), called("4"))),
        Message("tool", (ToolResult("3", ()), ToolResult("4", ()))),
    )

    contents = built(HELLO, *old, Message("assistant", (Text("Done"),)), HELLO, *steps)["contents"]

    signatures = [
        part.get("thoughtSignature") for content in contents for part in content["parts"] if "functionCall" in part
    ]
    assert signatures == [None, SENTINEL, None, "c2ln", None]
    assert base64.b64decode(SENTINEL) == b"skip_thought_signature_validator"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(
            Image(Media("image/png", data=PNG), detail="low"),
            [{"inlineData": {"mimeType": "image/png", "data": PNG}}],
            id="70-data",
        ),
        pytest.param(
            Image(Media(url="https://example.org/a.webp")),
            [{"fileData": {"fileUri": "https://example.org/a.webp", "mimeType": "image/webp"}}],
            id="70-url",
        ),
        pytest.param(
            Audio(Media("audio/wav", data="AA==")),
            [{"inlineData": {"mimeType": "audio/wav", "data": "AA=="}}],
            id="72",
        ),
        pytest.param(
            Document(Media("application/pdf", data=PDF), title="a.pdf", context="old"),
            [{"text": "a.pdf\nold"}, {"inlineData": {"mimeType": "application/pdf", "data": PDF}}],
            id="71-pdf",
        ),
        pytest.param(
            Document(Media(text="hi")), [{"inlineData": {"mimeType": "text/plain", "data": "aGk="}}], id="71-text"
        ),
    ],
)
def test_media(part: Part, expected: Any) -> None:
    assert built(Message("user", (part,)))["contents"][0]["parts"] == expected


def test_a_file_at_another_provider_is_impossible() -> None:
    with pytest.raises(Impossible, match="another provider"):
        built(Message("user", (Document(Media(file_id="file-1")),)))


def test_a_custom_tool_is_a_function_of_one_text() -> None:
    call = ToolCall("1", "patch", "*** Begin", kind="custom")
    body = built(
        HELLO, Message("assistant", (call,)), tools=(Tool("patch", "Patch", kind="custom", grammar={"type": "text"}),)
    )

    declaration = body["tools"][0]["functionDeclarations"][0]
    assert declaration["parametersJsonSchema"]["required"] == ["input"]
    assert declaration["description"] == 'Patch\n\nThe input follows this grammar: {"type":"text"}'
    assert body["contents"][1]["parts"][0]["functionCall"]["args"] == {"input": "*** Begin"}


# --- both ---

TEXTS = st.text(min_size=1, max_size=8)
NAMES = st.text("abcdefg_", min_size=1, max_size=6)
BASE64 = st.binary(min_size=1, max_size=12).map(lambda data: base64.b64encode(data).decode())
OBJECTS = st.dictionaries(NAMES, st.integers(-9, 9) | TEXTS, max_size=2)
JSON_TEXTS = OBJECTS.map(lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False))
MEDIA = st.one_of(
    st.builds(Image, BASE64.map(lambda data: Media("image/webp", data="AAAA" + data))),
    st.builds(Image, TEXTS.map(lambda path: Media("image/png", url=f"https://example.org/{path}"))),
    st.builds(Audio, BASE64.map(lambda data: Media("audio/wav", data="AAAA" + data))),
    st.builds(Document, BASE64.map(lambda data: Media("application/pdf", data="AAAA" + data))),
    st.builds(Document, TEXTS.map(lambda text: Media("text/plain", text=text))),
    st.just(Document(Media("video/mp4", file_id="gs://a/b"))),
)
USERS = st.builds(
    Message, st.just("user"), st.lists(st.builds(Text, TEXTS) | MEDIA, min_size=1, max_size=3).map(tuple)
)
THOUGHTS = st.builds(Reasoning, TEXTS, BASE64, st.just("gemini"))


@st.composite
def rounds(draw: Any, number: int) -> list[Message]:
    """A turn of the model: it thinks, speaks, calls tools and gets their results, which may say anything."""
    thought = draw(st.lists(THOUGHTS, max_size=1))
    said = draw(st.lists(st.builds(Text, TEXTS), min_size=1, max_size=2))
    calls = [
        ToolCall(f"{number}-{at}", draw(NAMES), draw(JSON_TEXTS), signature=draw(BASE64) if at == 0 else "")
        for at in range(draw(st.integers(0, 2)))
    ]
    messages = [Message("assistant", (*thought, *said, *calls))]
    if calls:
        results = tuple(
            ToolResult(call.id, (Text("a " + draw(TEXTS)),), is_error=draw(st.booleans()), name=call.name)
            for call in calls
        )
        messages.append(Message("tool", results))
    else:
        messages.append(draw(USERS))
    return messages


@st.composite
def requests(draw: Any) -> Request:
    system = draw(
        st.lists(
            st.builds(Message, st.just("system"), st.lists(st.builds(Text, TEXTS), min_size=1, max_size=2).map(tuple)),
            max_size=1,
        )
    )
    messages = [*system, draw(USERS)]
    for number in range(draw(st.integers(0, 3))):
        messages += draw(rounds(number))
    tools = draw(
        st.lists(
            st.builds(Tool, NAMES, TEXTS, st.none() | st.just({"type": "object", "properties": {"a": {}}}))
            | st.just(Foreign("gemini", {"googleSearch": {}})),
            max_size=3,
        )
    )
    tools.append(Tool("last"))
    return Request(
        model="gemini-3",
        messages=tuple(messages),
        stream=draw(st.booleans()),
        tools=tuple(tools),
        tool_choice=draw(
            st.sampled_from(
                [None, ToolChoice("auto"), ToolChoice("none"), ToolChoice("named", ("a",)), ToolChoice("auto", ("a",))]
            )
        ),
        max_tokens=draw(st.none() | st.integers(1, 9)),
        temperature=draw(st.none() | st.floats(0, 2)),
        top_k=draw(st.none() | st.integers(1, 9)),
        stop=tuple(draw(st.lists(TEXTS, max_size=5))),
        seed=draw(st.none() | st.integers(0, 9)),
        choices=draw(st.none() | st.integers(1, 3)),
        logprobs=draw(st.none() | st.booleans()),
        output=draw(
            st.sampled_from([None, OutputFormat("text"), OutputFormat("json"), OutputFormat("schema", {"a": 1})])
        ),
        reasoning=draw(
            st.sampled_from(
                [
                    None,
                    ReasoningWish("none"),
                    ReasoningWish("low", is_shown=True),
                    ReasoningWish("xhigh", is_shown=False),
                    ReasoningWish(budget=5, is_shown=True),
                    ReasoningWish(is_adaptive=True, is_shown=True),
                ]
            )
        ),
        extras=draw(
            st.sampled_from([{}, {"gemini": {"safetySettings": [], "generationConfig": {"speechConfig": {}}}}])
        ),
    )


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(requests())
def test_a_request_that_is_built_is_read_as_it_was(request: Request) -> None:
    built_request = FORMAT.build_request(request)
    wire = json.loads(json.dumps(built_request.body))

    assert built_request.dropped == ()
    assert FORMAT.parse_request({**wire, "model": request.model, "stream": request.stream}) == request
