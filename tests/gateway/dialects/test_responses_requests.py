"""Responses requests ↔ the neutral chat."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Audio,
    Choice,
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
    Response,
    Text,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)
from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.openai_responses import FORMAT
from gateway.dialects.reading import joined
from gateway.dialects.signatures import for_client

OWN = "openai-responses"
PNG = "iVBORw0KGgoAAAANSUhEUg=="
SCHEMA = {"type": "object", "properties": {"at": {"type": "string"}}}
parse_request, build_request = FORMAT.parse_request, FORMAT.build_request


def parsed(items: Any, **members: Any) -> tuple[Message, ...]:
    return parse_request({"model": "m", "input": items, **members}).messages


def built(*messages: Message, **members: Any) -> dict[str, Any]:
    return build_request(Request("m", messages, **members)).body


def user(text: str) -> Message:
    return Message("user", (Text(text),))


def call(name: str, call_id: str, arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def output(call_id: str, text: Any = "ok") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": text}


def result(call_id: str, text: str = "ok") -> ToolResult:
    return ToolResult(call_id, (Text(text),))


ITEMS = [
    pytest.param("hi", [user("hi")], id="a-string"),
    pytest.param([{"role": "user", "content": "hi"}], [user("hi")], id="type-omitted"),
    pytest.param(
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
        [user("hi")],
        id="input-text",
    ),
    pytest.param(
        [
            {"role": "system", "content": "S1"},
            {"role": "user", "content": "u"},
            {"role": "system", "content": "S2"},
            {"role": "developer", "content": "D"},
        ],
        [
            Message("system", (Text("S1"),)),
            user("u"),
            Message("system", (Text("S2"),)),
            Message("developer", (Text("D"),)),
        ],
        id="1-system-and-developer-keep-their-places",
    ),
    pytest.param(
        [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
        [Message("user", (Text("a"), Text("b")))],
        id="4-neighbours-of-one-role-are-one-message",
    ),
    pytest.param(
        [{"role": "user", "content": [{"type": "input_text", "text": ""}]}, {"role": "assistant", "content": ""}],
        [],
        id="6-8-what-says-nothing-is-left-out",
    ),
    pytest.param(
        [{"type": "function_call", "id": "fc_9", "name": "look", "arguments": "{}"}],
        [Message("assistant", (ToolCall("fc_9", "look", extras={OWN: {"id": "fc_9"}}),))],
        id="14-the-items-id-where-the-call-has-none",
    ),
    pytest.param(
        [call("f", "c1"), call("g", "c2"), output("c2", "two"), output("c1", "one"), {"role": "user", "content": "u"}],
        [
            Message("assistant", (ToolCall("c1", "f"), ToolCall("c2", "g"))),
            Message("tool", (result("c2", "two"), result("c1", "one"))),
            user("u"),
        ],
        id="16-parallel-results-are-one-message",
    ),
    pytest.param(
        [call("f", "c1"), {"role": "user", "content": "wait"}, output("c1"), {"role": "user", "content": "go"}],
        [
            Message("assistant", (ToolCall("c1", "f"),)),
            Message("tool", (result("c1"),)),
            Message("user", (Text("wait"), Text("go"))),
        ],
        id="17-message-between-call-and-output-waits",
    ),
    pytest.param(
        [call("f", "c1"), output("c1", "first"), output("c1", "second")],
        [Message("assistant", (ToolCall("c1", "f"),)), Message("tool", (result("c1", "first"),))],
        id="18-one-result-per-call",
    ),
    pytest.param(
        [call("f", "c1"), output("c1", "a"), call("f", "c1"), output("c1", "b")],
        [
            Message("assistant", (ToolCall("c1", "f"),)),
            Message("tool", (result("c1", "a"),)),
            Message("assistant", (ToolCall("c1", "f"),)),
            Message("tool", (result("c1", "b"),)),
        ],
        id="18-an-id-that-is-used-again-is-another-call",
    ),
    pytest.param(
        [call("f", "c1"), {"role": "user", "content": "never mind"}],
        [Message("assistant", (ToolCall("c1", "f"),)), user("never mind")],
        id="19-call-without-a-result-holds-nobody-up",
    ),
    pytest.param(
        [
            output(
                "c1",
                [
                    {"type": "input_text", "text": "see"},
                    {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
                ],
            )
        ],
        [Message("tool", (ToolResult("c1", (Text("see"), Image(Media("image/png", data=PNG)))),))],
        id="20-picture-in-a-result",
    ),
    pytest.param([output("c1", {"a": 1})], [Message("tool", (result("c1", '{"a":1}'),))], id="22-object-as-output"),
    pytest.param([output("c1", [1, None])], [Message("tool", (result("c1", "[1,null]"),))], id="22-array-as-output"),
    pytest.param([output("c1", None)], [Message("tool", (ToolResult("c1", ()),))], id="22-no-output"),
    pytest.param([call("f", "c1", "")], [Message("assistant", (ToolCall("c1", "f", "{}"),))], id="23-empty-arguments"),
    pytest.param(
        [call("f", "c1", '{"a": ')],
        [Message("assistant", (ToolCall("c1", "f", '{"a": '),))],
        id="24-broken-arguments-are-kept",
    ),
    pytest.param(
        [
            {"type": "custom_tool_call", "call_id": "c1", "name": "patch", "input": "***"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"},
        ],
        [
            Message("assistant", (ToolCall("c1", "patch", "***", "custom"),)),
            Message("tool", (ToolResult("c1", (Text("done"),), kind="custom"),)),
        ],
        id="33-custom-tool",
    ),
    pytest.param(
        [call("spawn", "c1") | {"namespace": "agents"}],
        [Message("assistant", (ToolCall("c1", "spawn", namespace="agents"),))],
        id="33-namespace",
    ),
    pytest.param(
        [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "content": None},
            {"role": "assistant", "content": [{"type": "output_text", "text": "yes", "annotations": []}]},
            call("f", "c1"),
        ],
        [Message("assistant", (Reasoning("hm"), Text("yes"), ToolCall("c1", "f")))],
        id="65-thought-text-and-call-are-one-message",
    ),
    pytest.param(
        [{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}],
        [Message("assistant", (Reasoning("", "gAAA", OWN),))],
        id="62-seal-of-its-own",
    ),
    pytest.param(
        [{"type": "reasoning", "summary": [], "encrypted_content": for_client("EqQB", "anthropic", OWN)}],
        [Message("assistant", (Reasoning("", "EqQB", "anthropic"),))],
        id="62-seal-of-another-dialect",
    ),
    pytest.param(
        [{"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "raw"}]}],
        [
            Message(
                "assistant",
                (
                    Reasoning(
                        "raw", extras={OWN: {"summary": [], "content": [{"type": "reasoning_text", "text": "raw"}]}}
                    ),
                ),
            )
        ],
        id="61-reasoning-text",
    ),
    pytest.param(
        [{"role": "user", "content": [{"type": "input_image", "image_url": f"data:image/jpg;base64,{PNG}"}]}],
        [Message("user", (Image(Media("image/png", data=PNG)),))],
        id="70-data-url-that-lies",
    ),
    pytest.param(
        [{"role": "user", "content": [{"type": "input_image", "image_url": "https://a/b.png", "detail": "low"}]}],
        [Message("user", (Image(Media(url="https://a/b.png"), "low"),))],
        id="70-web-address",
    ),
    pytest.param(
        [
            {
                "role": "user",
                "content": [
                    {"type": "input_file", "filename": "a.pdf", "file_data": "JVBERi0xLjc="},
                    {"type": "input_file", "file_url": "https://a/b.pdf"},
                    {"type": "input_file", "file_id": "file-1"},
                ],
            }
        ],
        [
            Message(
                "user",
                (
                    Document(Media("application/pdf", data="JVBERi0xLjc="), "a.pdf"),
                    Document(Media(url="https://a/b.pdf")),
                    Document(Media(file_id="file-1")),
                ),
            )
        ],
        id="71-files",
    ),
    pytest.param(
        [
            {"type": "web_search_call", "id": "ws_1", "status": "completed"},
            {"type": "item_reference", "id": "msg_1"},
            {"id": "msg_2"},
            {"type": "compaction", "encrypted_content": "x"},
        ],
        [
            Message(
                "assistant",
                (
                    Foreign(OWN, {"type": "web_search_call", "id": "ws_1", "status": "completed"}),
                    Foreign(OWN, {"type": "item_reference", "id": "msg_1"}),
                    Foreign(OWN, {"id": "msg_2"}),
                    Foreign(OWN, {"type": "compaction", "encrypted_content": "x"}),
                ),
            )
        ],
        id="items-nobody-else-knows",
    ),
]


@pytest.mark.parametrize(("items", "messages"), ITEMS)
def test_items_become_messages(items: Any, messages: list[Message]) -> None:
    assert parsed(items) == tuple(messages)


def test_what_codex_sends_is_understood_and_built_again_as_it_was() -> None:
    body = {
        "model": "m",
        "input": [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "more"}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "look"}]},
            {
                "type": "reasoning",
                "id": "rs_1",
                "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
                "content": None,
                "encrypted_content": "gAAA",
            },
            {
                "type": "message",
                "role": "assistant",
                "phase": "commentary",
                "content": [{"type": "output_text", "text": "I look."}],
            },
            call("exec_command", "c1") | {"id": "fc_1"},
            call("wait", "c2") | {"namespace": "multi_agent_v1"},
            output("c1", "one") | {"id": "fco_1"},
            output("c2", "two"),
        ],
        "tools": [
            {"type": "function", "name": "exec_command", "description": "Run.", "parameters": SCHEMA, "strict": False},
            {
                "type": "namespace",
                "name": "multi_agent_v1",
                "description": "Agents.",
                "tools": [{"type": "function", "name": "wait", "parameters": SCHEMA, "strict": False}],
            },
            {
                "type": "custom",
                "name": "apply_patch",
                "format": {"type": "grammar", "syntax": "lark", "definition": "x"},
            },
            {"type": "web_search", "external_web_access": False},
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "reasoning": {"summary": "auto"},
        "store": False,
        "stream": True,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "uuid",
        "text": {"verbosity": "low"},
        "client_metadata": {"x": "y"},
    }

    request = parse_request(body)

    assert [message.role for message in request.messages] == ["developer", "developer", "user", "assistant", "tool"]
    thought, *_ = request.messages[3].parts
    assert isinstance(thought, Reasoning)
    assert (thought.text, thought.signature, thought.origin) == ("a\n\nb", "gAAA", OWN)
    assert request.reasoning == ReasoningWish(is_shown=True)
    assert [tool.namespace for tool in request.tools if isinstance(tool, Tool)] == ["", "multi_agent_v1", ""]
    again = build_request(request).body
    assert build_request(parse_request(again)).body == again
    for plain in body["input"][:3]:  # type: ignore[index]
        plain["content"] = plain["content"][0]["text"]
    del body["input"][3]["content"]  # type: ignore[attr-defined, index]
    assert again == body


def test_items_keep_their_ids_and_stay_apart() -> None:
    items = [
        {
            "type": "message",
            "role": "assistant",
            "id": f"msg_{phase}",
            "status": "completed",
            "phase": phase,
            "content": [{"type": "output_text", "text": phase}],
        }
        for phase in ("commentary", "final_answer")
    ]

    messages = parsed(items)

    assert len(messages) == 1
    assert built(*messages)["input"] == items


def test_instructions_are_the_first_system_message() -> None:
    messages = parsed("hi", instructions="Be brief.")

    assert messages == (Message("system", (Text("Be brief."),)), user("hi"))
    assert built(*messages) == {
        "model": "m",
        "instructions": "Be brief.",
        "store": False,
        "input": built(user("hi"))["input"],
    }


def test_lone_system_message_stays_in_the_input() -> None:
    body = built(Message("system", (Text("S"),)))

    assert body["input"] == [{"type": "message", "role": "system", "content": "S"}]
    assert "instructions" not in body


def test_foreign_redacted_thought_comes_back_as_one() -> None:
    answer = FORMAT.build_response(
        response_of(Reasoning(signature="opaque", origin="anthropic", is_redacted=True)), Request("m", ())
    )

    assert parsed(answer["output"]) == (
        Message(
            "assistant",
            (Reasoning("", "opaque", "anthropic", True, extras={OWN: {"id": answer["output"][0]["id"]}}),),
        ),
    )


def response_of(*parts: Any) -> Any:
    return Response("resp_1", "m", (Choice(parts),))


CHOICES = [
    ("auto", ToolChoice("auto"), {}),
    ("none", ToolChoice("none"), {}),
    ("required", ToolChoice("required"), {}),
    ({"type": "function", "name": "f"}, ToolChoice("named", ("f",)), {}),
    ({"type": "custom", "name": "patch"}, ToolChoice("named", ("patch",)), {}),
    ({"type": "function", "function": {"name": "f"}}, ToolChoice("named", ("f",)), {}),
    (
        {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]},
        ToolChoice("required", ("f",)),
        {},
    ),
    ({"type": "web_search_preview"}, None, {"tool_choice": {"type": "web_search_preview"}}),
]


@pytest.mark.parametrize(("given", "choice", "own"), CHOICES)
def test_every_form_of_tool_choice_is_known(given: Any, choice: ToolChoice | None, own: dict[str, Any]) -> None:
    request = parse_request({"model": "m", "input": "x", "tool_choice": given})

    assert (request.tool_choice, request.own(OWN)) == (choice, own)


def test_tool_choice_is_built_for_the_kind_of_its_tool() -> None:
    tools = (Tool("f"), Tool("patch", kind="custom"))

    assert [
        built(user("x"), tools=tools, tool_choice=choice)["tool_choice"]
        for choice in (ToolChoice("named", ("patch",)), ToolChoice("auto", ("f", "patch")), ToolChoice("none"))
    ] == [
        {"type": "custom", "name": "patch"},
        {
            "type": "allowed_tools",
            "mode": "auto",
            "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "patch"}],
        },
        "none",
    ]


@pytest.mark.parametrize(
    "tools",
    [
        pytest.param((), id="30-no-tools"),
        pytest.param((Foreign("anthropic", {"type": "bash_20250124"}),), id="29-built-in-tools-of-others-only"),
    ],
)
def test_tool_choice_without_tools_is_dropped(tools: tuple[Foreign, ...]) -> None:
    body = built(user("x"), tools=tools, tool_choice=ToolChoice("required"), parallel_tools=False)

    assert body.keys() == {"model", "input", "store"}


def test_built_in_tools_of_others_are_named_among_what_is_dropped() -> None:
    request = Request("m", (user("x"),), tools=(Foreign("anthropic", {"type": "bash_20250124"}),))

    assert build_request(request).dropped == ("tools.bash_20250124",)


def test_schema_that_was_not_strict_does_not_become_strict() -> None:
    assert built(user("x"), tools=(Tool("f", "does", SCHEMA),))["tools"] == [
        {"type": "function", "name": "f", "description": "does", "parameters": SCHEMA, "strict": False}
    ]


def test_grammar_of_a_custom_tool_is_flat_however_it_came() -> None:
    nested = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "x"}}

    tools = built(user("x"), tools=(Tool("p", kind="custom", grammar=nested),))["tools"]

    assert tools == [
        {"type": "custom", "name": "p", "format": {"type": "grammar", "syntax": "lark", "definition": "x"}}
    ]


@pytest.mark.parametrize(
    ("members", "dropped"),
    [
        pytest.param({"top_k": 5}, ("top_k",), id="52-top-k"),
        pytest.param({"stop": ("a",)}, ("stop",), id="52-stop"),
        pytest.param({"seed": 0}, ("seed",), id="52-seed"),
        pytest.param(
            {"presence_penalty": 0.5, "frequency_penalty": 0.0},
            ("presence_penalty", "frequency_penalty"),
            id="52-penalties",
        ),
        pytest.param({"logprobs": True}, ("logprobs",), id="52-logprobs"),
        pytest.param({"choices": 1}, (), id="51-one-answer-is-what-there-is"),
    ],
)
def test_what_the_format_has_no_words_for_is_dropped_by_name(members: Any, dropped: tuple[str, ...]) -> None:
    body, names_ = build_request(Request("m", (user("x"),), **members))

    assert body.keys() == {"model", "input", "store"}
    assert names_ == dropped


def test_names_of_speakers_are_dropped() -> None:
    body, dropped = build_request(Request("m", (Message("user", (Text("x"),), name="ann"),)))

    assert body["input"] == [{"type": "message", "role": "user", "content": "x"}]
    assert dropped == ("messages.name",)


@pytest.mark.parametrize(
    ("request_", "feature"),
    [
        pytest.param(
            Request("m", (Message("user", (Audio(Media("audio/wav", data="AAAA")),)),)),
            "audio input",
            id="72-audio",
        ),
        pytest.param(Request("m", (user("x"),), choices=2), "more than one answer", id="51-two-answers"),
    ],
)
def test_what_cannot_be_left_out_is_impossible(request_: Request, feature: str) -> None:
    with pytest.raises(Impossible) as caught:
        build_request(request_)

    assert caught.value.feature == feature


@pytest.mark.parametrize(
    ("thought", "items"),
    [
        pytest.param(Reasoning("hm"), 0, id="62-unsigned"),
        pytest.param(Reasoning("hm", origin=OWN), 0, id="62-from-here-and-unsigned"),
        pytest.param(Reasoning("hm", "EqQB", "anthropic"), 0, id="62-signed-by-another"),
        pytest.param(Reasoning("", "x", "anthropic", True), 0, id="63-redacted"),
        pytest.param(Reasoning("hm", "gAAA", OWN), 1, id="62-signed-here"),
    ],
)
def test_only_thoughts_of_this_dialect_go_back(thought: Reasoning, items: int) -> None:
    body = built(user("x"), Message("assistant", (thought, Text("y"))))

    assert [item["type"] for item in body["input"]] == ["message"] + ["reasoning"] * items + ["message"]


WISHES = [
    (ReasoningWish("high"), {"effort": "high"}),
    (ReasoningWish("low", is_shown=True), {"effort": "low", "summary": "auto"}),
    (ReasoningWish(budget=1000), {"effort": "low"}),
    (ReasoningWish(budget=0), {"effort": "none"}),
    (ReasoningWish(budget=100_000, is_shown=False), {"effort": "xhigh"}),
]


@pytest.mark.parametrize(("wish", "reasoning"), WISHES, ids=[f"66-{number}" for number in range(len(WISHES))])
def test_wish_to_think_is_told_in_words(wish: ReasoningWish, reasoning: dict[str, str]) -> None:
    body = built(user("x"), reasoning=wish)

    assert body["reasoning"] == reasoning
    assert (body["store"], body["include"]) == (False, ["reasoning.encrypted_content"])


def test_adaptive_thinking_needs_no_word() -> None:
    assert "reasoning" not in built(user("x"), reasoning=ReasoningWish(is_adaptive=True))


def test_stored_answers_need_no_seal() -> None:
    body = built(user("x"), reasoning=ReasoningWish("high"), extras={OWN: {"store": True}})

    assert body["store"] is True
    assert "include" not in body


def test_failed_tool_says_so_in_its_text() -> None:
    results = (
        ToolResult("c1", (Text("no such file"),), is_error=True),
        ToolResult("c2", (), is_error=True),
    )

    outputs = [item["output"] for item in built(user("x"), Message("tool", results))["input"][1:]]

    assert outputs == ["Error: no such file", "Error: "]


def test_picture_in_a_result_is_a_part_of_it() -> None:
    message = Message("tool", (ToolResult("c1", (Text("see"), Image(Media("image/png", data=PNG)))),))

    assert built(message)["input"] == [
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": [
                {"type": "input_text", "text": "see"},
                {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
            ],
        }
    ]


def test_picture_the_assistant_made_is_shown_by_the_user() -> None:
    message = Message("assistant", (Text("here"), Image(Media("image/png", data=PNG)), Text("nice?")))

    assert [(item["role"], item["content"]) for item in built(message)["input"]] == [
        ("assistant", "here"),
        ("user", [{"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"}]),
        ("assistant", "nice?"),
    ]


def test_text_document_becomes_a_text_and_data_gets_a_name() -> None:
    parts = (Document(Media(text="body"), "Title"), Document(Media("application/pdf", data="JVBERi0xLjc=")))

    assert built(Message("user", parts))["input"][0]["content"] == [
        {"type": "input_text", "text": "Title\n\nbody"},
        {
            "type": "input_file",
            "filename": "document.pdf",
            "file_data": "data:application/pdf;base64,JVBERi0xLjc=",
        },
    ]


def test_unknown_content_keeps_its_place_and_its_role() -> None:
    odd = {"type": "input_hologram", "data": "x"}
    message = {
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "a"}, odd, {"type": "input_text", "text": "b"}],
    }

    messages = parsed([message])

    assert built(*messages)["input"] == [
        {"type": "message", "role": "user", "content": "a"},
        {"type": "message", "role": "user", "content": [odd]},
        {"type": "message", "role": "user", "content": "b"},
    ]
    assert message["content"][1] == odd


def test_blocks_of_other_dialects_never_leak() -> None:
    foreign = Foreign("anthropic", {"type": "server_tool_use"})
    messages = (
        Message("assistant", (foreign, Text("x"))),
        Message("tool", (ToolResult("c", (foreign, Text("r"))),)),
    )

    built_ = build_request(Request("m", messages))

    assert "server_tool_use" not in str(built_.body)
    assert built_.dropped == ("messages.server_tool_use",)


def test_marks_of_the_cache_are_kept_for_this_dialect_only() -> None:
    mark = {"mode": "explicit", "ttl": "12h"}
    messages = parsed(
        [{"role": "user", "content": [{"type": "input_text", "text": "x", "prompt_cache_breakpoint": mark}]}]
    )

    (text,) = messages[0].parts
    assert isinstance(text, Text)
    assert text.cache == "1h"
    assert built(*messages)["input"][0]["content"][0]["prompt_cache_breakpoint"] == mark
    assert built(Message("user", (Text("x", cache="1h"),)))["input"][0]["content"] == "x"


HOSTILE = [
    {},
    {"model": 5},
    {"input": 7},
    {"input": [None]},
    {"input": [[]]},
    {"input": [{"role": "wizard", "content": "x"}]},
    {"input": [{"role": {}, "content": "x"}]},
    {"input": [{"role": "user", "content": 5}]},
    {"input": [{"role": "user", "content": [5]}]},
    {"input": [{"role": "user", "content": [{"type": "input_text", "text": []}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": {"url": 5}}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_file"}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_audio"}]}]},
    {"input": [{"type": "function_call", "name": 5}]},
    {"input": [{"type": "function_call", "name": "f", "call_id": {}}]},
    {"input": [{"type": "function_call_output", "call_id": []}]},
    {"input": [{"type": "reasoning", "encrypted_content": 5}]},
    {"instructions": {}},
    {"tools": "all"},
    {"tools": [5]},
    {"tools": [{"type": "function"}]},
    {"tools": [{"type": "function", "name": "f", "parameters": "x"}]},
    {"tools": [{"type": "custom", "name": "f", "format": 5}]},
    {"tools": [{"type": "namespace", "name": "n"}]},
    {"tools": [{"type": "namespace", "name": "n", "tools": [None]}]},
    {"tool_choice": 5},
    {"tool_choice": {"type": []}},
    {"text": 5},
    {"text": {"format": 5}},
    {"text": {"format": {"type": "json_schema"}}},
    {"reasoning": []},
    {"reasoning": {"effort": 5}},
    {"max_output_tokens": "many"},
    {"max_output_tokens": float("inf")},
    {"temperature": True},
    {"user": 5},
]


@pytest.mark.parametrize("members", HOSTILE, ids=lambda members: str(members)[:60])
def test_hostile_json_is_malformed(members: dict[str, Any]) -> None:
    body = {"model": "m", "input": "x", **members} if members else {}

    with pytest.raises(Malformed):
        parse_request(body)


@pytest.mark.parametrize(("kind", "member"), [("function_call", "arguments"), ("function_call_output", "output")])
def test_json_that_is_nested_too_deeply_is_malformed(kind: str, member: str) -> None:
    deep: Any = []
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(Malformed):
        parsed([{"type": kind, "call_id": "c", "name": "f", member: deep}])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
odd_items = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            "message reasoning function_call function_call_output custom_tool_call image_generation_call x".split()
        )
        | json_values
    },
    optional={
        name: json_values | st.sampled_from(["user", "assistant", "c1", "", []])
        for name in "role content call_id name arguments input output summary encrypted_content id result".split()
    },
)


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(st.lists(odd_items | json_values, max_size=4), json_values, json_values)
def test_any_json_is_understood_or_malformed(items: Any, tools: Any, rest: Any) -> None:
    body = {"model": "m", "input": items, "tools": tools, "text": rest, "reasoning": rest, "tool_choice": rest}

    try:
        request = parse_request(body)
    except Malformed:
        return
    assert isinstance(request, Request)


# What the format can say comes back as it was.

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
flags = st.none() | st.booleans()
texts = words.map(Text)
media = st.sampled_from([Media("image/png", data=PNG), Media(url="https://a/b"), Media(file_id="file-1")])
images = st.builds(Image, media, st.sampled_from(["", "low", "original"]))
documents = st.builds(
    Document,
    st.sampled_from([Media("application/pdf", data="JVBERi0xLjc="), Media(url="https://a/b"), Media(file_id="f")]),
    words,
)
said_to = st.lists(texts | images | documents, min_size=1, max_size=3).map(tuple)
calls = st.builds(ToolCall, names, names, words, st.sampled_from(["function", "custom"]), st.just("") | names)
thoughts = st.builds(Reasoning, st.just("") | words, words, st.just(OWN))
said = st.lists(texts | words.map(Refusal) | calls | thoughts, min_size=1, max_size=4).map(tuple)
results = st.builds(
    ToolResult,
    names,
    st.lists(texts | images | documents, max_size=2).map(tuple),
    kind=st.sampled_from(["function", "custom"]),
)
turns = st.one_of(
    st.builds(Message, st.sampled_from(["system", "developer"]), texts.map(lambda text: (text,))),
    st.builds(Message, st.just("user"), said_to),
    st.builds(Message, st.just("assistant"), said),
)
schemas = st.just(SCHEMA)
functions = st.builds(Tool, names, st.just("") | words, st.none() | schemas, st.booleans())
customs = st.builds(
    Tool,
    names,
    st.just("") | words,
    kind=st.just("custom"),
    grammar=st.none() | st.just({"type": "grammar", "syntax": "regex", "definition": "a+"}),
)
in_namespace = st.builds(
    Tool,
    names,
    strict=st.booleans(),
    namespace=names,
    extras=st.just({OWN: {"namespace": {"description": "many"}}}),
)
built_in = st.just(Foreign(OWN, {"type": "web_search"}))
choices = (
    st.none()
    | st.builds(ToolChoice, st.sampled_from(["auto", "none", "required"]))
    | st.just(ToolChoice("named", ("f",)))
)
outputs = (
    st.none()
    | st.sampled_from([OutputFormat("text"), OutputFormat("json")])
    | st.builds(OutputFormat, st.just("schema"), schemas, names, st.just("") | words, flags)
)


@st.composite
def requests(draw: st.DrawFn) -> Request:
    messages = draw(st.lists(turns, min_size=1, max_size=4))
    answers = draw(st.lists(results, max_size=2, unique_by=lambda result: result.call_id))
    if answers:  # at the end, where they hold no message up
        messages.append(Message("tool", tuple(answers)))
    tools = tuple(draw(st.lists(functions | customs | in_namespace | built_in, max_size=4)))
    return Request(
        draw(words),
        joined(messages),
        draw(st.booleans()),
        tools,
        draw(choices) if tools else None,
        draw(flags) if tools else None,
        draw(st.none() | st.integers(1, 10**6)),
        draw(st.none() | st.floats(0, 2)),
        draw(st.none() | st.floats(0, 1)),
        top_logprobs=draw(st.none() | st.integers(0, 20)),
        output=draw(outputs),
        reasoning=draw(
            st.none()
            | st.sampled_from([ReasoningWish("high"), ReasoningWish("", is_shown=True), ReasoningWish("none")])
        ),
        user=draw(st.just("") | names),
        extras={OWN: {"store": True, "metadata": {"a": "b"}}},
    )


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(requests())
def test_request_that_is_built_is_understood_as_it_was(request: Request) -> None:
    assert parse_request(build_request(request).body) == request
