"""A conversation made tellable for another dialect, and its tools called by the client's names again."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Choice,
    Finished,
    Foreign,
    Message,
    Reasoning,
    Request,
    Response,
    Text,
    TextDelta,
    Tool,
    ToolBegin,
    ToolCall,
    ToolChoice,
    ToolDelta,
    ToolResult,
)
from gateway.chat_translation import FORMATS
from gateway.mending import BILLING_HEADER, NO_RESULT, mend
from gateway.tool_names import (
    Restorer,
    ToolName,
    ToolNames,
    input_object,
    input_text,
    restore_response,
    tool_names,
    wire_name,
)

often = settings(deadline=None, max_examples=100, derandomize=True, database=None)
DIALECTS = tuple(FORMATS)
RENAMING = ("openai-chat", "anthropic", "gemini")  # those that know neither namespaces nor custom tools
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
SAID = (Text("hi"),)
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def request(*messages: Message, tools: tuple[Tool | Foreign, ...] = (), choice: ToolChoice | None = None) -> Request:
    return Request("m", messages, tools=tools, tool_choice=choice)


def asked(text: str = "hi") -> Message:
    return Message("user", (Text(text),))


def called(*ids: str, name: str = "run") -> Message:
    return Message("assistant", tuple(ToolCall(id_, name) for id_ in ids))


def result(call_id: str, text: str = "done", **more: Any) -> ToolResult:
    return ToolResult(call_id, (Text(text),), **more)


def results(*found: ToolResult) -> Message:
    return Message("tool", found)


def interrupted(call_id: str) -> ToolResult:
    return ToolResult(call_id, (Text(NO_RESULT),), is_error=True, name="run")


def body_for(asked: Request, dialect: str) -> dict[str, Any]:
    return FORMATS[dialect].build_request(mend(asked, dialect)[0]).body


# Gaps in the history


@pytest.mark.parametrize(
    ("told", "mended"),
    [
        pytest.param(
            [asked(), called("a", "b"), results(result("b"), result("a"))],
            [asked(), called("a", "b"), results(result("a"), result("b"))],
            id="16-results-in-the-order-of-the-calls",
        ),
        pytest.param(
            [called("a"), results(result("a", "first"), result("a", "second"))],
            [called("a"), results(result("a", "first"))],
            id="18-of-two-results-the-first-is-kept",
        ),
        pytest.param(
            [called("a"), results(result("a", "first")), asked(), results(result("a", "second"))],
            [called("a"), results(result("a", "first")), asked()],
            id="18-the-second-result-comes-later",
        ),
        pytest.param(
            [asked(), called("a"), asked("go on")],
            [asked(), called("a"), results(interrupted("a")), asked("go on")],
            id="19-a-call-that-was-interrupted",
        ),
        pytest.param(
            [called("a", "b"), results(result("b"))],
            [called("a", "b"), results(interrupted("a"), result("b"))],
            id="19-one-of-two-was-interrupted",
        ),
        pytest.param([called("a")], [called("a"), results(interrupted("a"))], id="19-the-call-is-the-last-word"),
        pytest.param(
            [called("a"), results()], [called("a"), results(interrupted("a"))], id="19-a-message-without-results"
        ),
        pytest.param(
            [called("a"), asked("wait"), results(result("a"))],
            [called("a"), results(result("a")), asked("wait")],
            id="19-the-result-comes-after-a-word-of-the-user",
        ),
        pytest.param(
            [
                called("a", "b"),
                Message("tool", (result("a"),), extras={"anthropic": {"n": 1}}),
                Message("tool", (result("b"),), extras={"anthropic": {"n": 2}}),
            ],
            [called("a", "b"), results(result("a"), result("b"))],
            id="17-results-in-two-messages",
        ),
        pytest.param(
            [results(result("gone", "12 files")), asked("so?")],
            [Message("user", (Text("Result of an earlier tool call:"), Text("12 files"), Text("so?")))],
            id="19-a-result-whose-call-was-cut-off",
        ),
        pytest.param([results(ToolResult("gone", ())), asked()], [asked()], id="19-a-stray-result-that-is-empty"),
        pytest.param([asked("a"), Message("assistant", ()), asked("b")],
                     [Message("user", (Text("a"), Text("b")))], id="8-an-assistant-that-said-nothing"),
        pytest.param([Message("system", SAID), asked(), Message("system", SAID), Message("assistant", SAID)],
                     [Message("system", SAID), asked(), Message("system", SAID), Message("assistant", SAID)],
                     id="2-a-system-message-keeps-its-place"),
        pytest.param(
            [called("a"), Message("system", SAID), results(result("a"))],
            [called("a"), results(result("a")), Message("system", SAID)],
            id="2-but-not-between-call-and-result",
        ),
        pytest.param(
            [called("a", "a"), results(result("a", "one"), result("a", "two"))],
            [called("a", "a_2"), results(result("a", "one"), result("a_2", "two"))],
            id="14-two-calls-of-one-id",
        ),
        pytest.param(
            [called("a"), results(result("a", "one")), called("a"), results(result("a", "two"))],
            [called("a"), results(result("a", "one")), called("a_2"), results(result("a_2", "two"))],
            id="14-a-server-that-counts-anew-in-every-answer",
        ),
        pytest.param(
            [called("a_2", "a", "a"), results(result("a_2"), result("a", "one"), result("a", "two"))],
            [called("a_2", "a", "a_3"), results(result("a_2"), result("a", "one"), result("a_3", "two"))],
            id="14-the-new-id-is-taken",
        ),
        pytest.param([Message("user", (ToolCall("a", "run"), Text("hi")))], [asked()], id="only-the-assistant-calls"),
    ],
)  # fmt: skip
def test_every_call_has_one_result_right_after_it(told, mended):
    assert mend(request(*told), "openai-chat")[0].messages == tuple(mended)


@each_dialect
def test_a_system_message_in_the_middle_is_told_in_its_place(dialect):
    """2"""
    first, second = Message("system", SAID), Message("system", (Text("two"),))

    text = json.dumps(body_for(request(first, asked("one"), second, asked("three")), dialect))

    assert text.index("one") < text.index("two") < text.index("three")


BILLING = Text(f"{BILLING_HEADER} cc_version=2.1; cch=0f")


@pytest.mark.parametrize("dialect", [dialect for dialect in DIALECTS if dialect != "anthropic"])
@pytest.mark.parametrize(
    ("parts", "left"),
    [
        pytest.param(
            (Text(f"{BILLING_HEADER} cc_version=2.1; cch=0f"), Text("Be brief.")), True, id="10-beside-others"
        ),
        pytest.param((Text(f"{BILLING_HEADER} cc_version=2.1; cch=0f"),), False, id="10-alone"),
    ],
)
def test_the_billing_header_of_claude_code_stays_here(dialect, parts, left):
    told = request(Message("system", parts), asked())

    text = json.dumps(body_for(told, dialect))

    assert "billing" not in text
    assert ("Be brief." in text) is left


def test_a_user_may_speak_of_the_billing_header():
    told = request(asked(f"{BILLING_HEADER} what is it?"))

    assert mend(told, "openai-chat")[0] == told


# Tools that are not offered any more


@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_tools_of_the_history_are_declared_and_may_not_be_called(dialect):
    """25"""
    call = ToolCall("a", "patch", "*** Begin", kind="custom", namespace="files")
    told = request(Message("assistant", (call, ToolCall("b", "run"))), results(result("a"), result("b")), asked())

    mended, names = mend(told, dialect)

    assert [tool.name for tool in mended.tools] == ["files__patch", "run"]
    assert [call.name for call in mended.messages[0].parts] == ["files__patch", "run"]
    assert mended.tool_choice == ToolChoice("none")
    assert names.to_client("files__patch") == ToolName("patch", "files", "custom")


def test_openai_needs_no_declaration_of_tools_of_the_history():
    """25"""
    mended, _ = mend(request(called("a"), results(result("a"))), "openai-chat")

    assert (mended.tools, mended.tool_choice) == ((), None)


# Tools that only one provider has

BASH = Foreign("anthropic", {"type": "bash_20250124", "name": "bash"})
EDITOR = Foreign("anthropic", {"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"})
SEARCH = Foreign("anthropic", {"type": "web_search_20250305", "name": "web_search"})
OTHERS = [dialect for dialect in DIALECTS if dialect != "anthropic"]


@pytest.mark.parametrize("dialect", OTHERS)
def test_shell_and_editor_of_anthropic_become_functions_and_the_rest_is_named_as_dropped(dialect):
    """29"""
    mended, _ = mend(request(asked(), tools=(BASH, SEARCH, EDITOR)), dialect)
    body, dropped = FORMATS[dialect].build_request(mended)
    text = json.dumps(body)

    assert dropped == ("tools.web_search_20250305",)
    assert '"bash"' in text
    assert '"old_str"' in text
    assert not re.search("bash_2025|text_editor_2025|web_search", text)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"type": "computer_20250124", "name": "computer"}, id="29-another-tool"),
        pytest.param({"type": "bash_20250124"}, id="29-without-a-name"),
        pytest.param({"type": "bash_20250124", "name": 7}, id="29-its-name-is-a-number"),
        pytest.param({"type": ["bash_20250124"], "name": "bash"}, id="29-its-type-is-a-list"),
        pytest.param({}, id="29-nothing-at-all"),
    ],
)
def test_typed_tools_that_nobody_else_can_run_stay_foreign(body):
    told = request(asked(), tools=(Foreign("anthropic", body),))

    assert mend(told, "openai-chat")[0].tools == told.tools


@each_dialect
def test_a_tool_that_is_left_out_is_not_forced(dialect):
    """29"""
    forced = request(asked(), tools=(SEARCH, Tool("run")), choice=ToolChoice("named", ("web_search",)))

    choice = mend(forced, dialect)[0].tool_choice

    assert choice == (forced.tool_choice if dialect == "anthropic" else None)


CLAUDE_CODE = {
    "model": "m",
    "max_tokens": 100,
    "tools": [
        {"name": "Read", "input_schema": {"type": "object"}, "defer_loading": True},
        {"type": "tool_search_tool_regex_20251119", "name": "tool_search_tool_regex"},
    ],
    "messages": [
        {"role": "user", "content": "read it"},
        {
            "role": "assistant",
            "content": [
                {"type": "server_tool_use", "id": "srvtoolu_1", "name": "tool_search_tool_regex", "input": {}},
                {"type": "tool_search_tool_result", "tool_use_id": "srvtoolu_1",
                 "content": {"type": "tool_search_tool_search_result",
                             "tool_references": [{"type": "tool_reference", "tool_name": "Read"}]}},
                {"type": "tool_use", "id": "toolu_1", "name": "ToolSearch", "input": {"query": "read"}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1",
                 "content": [{"type": "tool_reference", "tool_name": "Read"}]},
            ],
        },
    ],
}  # fmt: skip


@pytest.mark.parametrize("dialect", OTHERS)
def test_deferred_tools_are_offered_and_references_never_reach_a_foreign_dialect(dialect):
    """32"""
    told = FORMATS["anthropic"].parse_request(json.loads(json.dumps(CLAUDE_CODE)))

    body, dropped = FORMATS[dialect].build_request(mend(told, dialect)[0])
    text = json.dumps(body)

    assert '"Read"' in text
    assert not re.search("defer_loading|tool_reference|tool_search_tool|server_tool_use|DeferredToolPlaceholder", text)
    assert "tools.tool_search_tool_regex_20251119" in dropped
    assert "messages.tool_reference" in dropped


@pytest.mark.parametrize("origin", DIALECTS)
@each_dialect
def test_a_signature_goes_to_the_dialect_that_issued_it_and_to_no_other(dialect, origin):
    """69"""
    thoughts = (
        Reasoning("so", signature="c2VjcmV0LW9uZQ==", origin=origin),
        Reasoning(signature="c2VjcmV0LXR3bw==", origin=origin, is_redacted=True),
    )
    told = request(asked(), Message("assistant", (*thoughts, Text("ok"))), asked())

    text = json.dumps(body_for(told, dialect))

    issues_signatures = origin != "openai-chat"
    assert ("c2VjcmV0LW9uZQ==" in text) is (dialect == origin and issues_signatures)
    assert ("c2VjcmV0LXR3bw==" in text) is (dialect == origin and issues_signatures)


# Names of tools

LONG = "mcp__" + "a" * 70


@pytest.mark.parametrize(
    ("tools", "sent"),
    [
        pytest.param([Tool("run"), Tool("-3_A")], ["run", "-3_A"], id="28-names-that-all-take-stay"),
        pytest.param([Tool("files.read")], ["files_read_601e4e"], id="28-a-dot"),
        pytest.param([Tool("files/read")], ["files_read_2b7331"], id="28-a-slash-differs-from-a-dot"),
        pytest.param([Tool(LONG)], [LONG[:57] + "_206599"], id="28-too-long"),
        pytest.param([Tool("")], ["_e3b0c4"], id="28-no-name-at-all"),
        pytest.param([Tool("\N{SNOWMAN}\ud800")], ["___88f5c6"], id="28-no-letter-of-the-alphabet"),
        pytest.param([Tool("run", namespace="ns")], ["ns__run"], id="33-a-namespace-goes-in-front"),
        pytest.param([Tool("run", namespace="ns__")], ["ns__run"], id="33-a-namespace-that-ends-in-underscores"),
        pytest.param([Tool("ns_run", namespace="ns")], ["ns_run"], id="33-the-namespace-is-there-already"),
        pytest.param([Tool("mcp__x", namespace="ns")], ["mcp__x"], id="33-a-name-of-an-mcp-server"),
    ],
)
def test_names_are_told_in_the_alphabet_that_all_providers_take(tools, sent):
    names = tool_names(tools)

    assert [names.to_provider(tool.name, tool.namespace, tool.kind) for tool in tools] == sent


COLLIDING = (
    Tool("run", namespace="ns"),
    Tool("ns__run"),
    Tool("ns__run", namespace="ns"),
    Tool("run", kind="custom", namespace="ns"),
)


def test_names_that_collide_are_told_apart_the_same_way_every_time():
    """28"""
    names = tool_names(COLLIDING)

    assert len(names.asked) == len(COLLIDING)
    assert next(iter(names.asked)) == "ns__run"
    assert names == tool_names(COLLIDING)
    for tool in COLLIDING:
        sent = names.to_provider(tool.name, tool.namespace, tool.kind)
        assert names.to_client(sent) == ToolName(tool.name, tool.namespace, tool.kind)


def test_a_name_that_looks_like_a_mended_one_is_told_apart_too():
    """28"""
    second = list(tool_names(COLLIDING[:2]).asked)[1]

    names = tool_names((Tool(second), *COLLIDING[:2]))

    assert len(names.asked) == 3
    assert names.to_client(second) == ToolName(second)


def test_what_the_history_holds_does_not_change_the_names_of_the_tools_on_offer():
    """28"""
    offered = tool_names(COLLIDING)

    names = tool_names(COLLIDING, [ToolCall("a", "ns__run", namespace="old"), ToolCall("b", "a.b")])

    assert {name: names.asked[name] for name in offered.asked} == offered.asked
    assert len(names.asked) == len(COLLIDING) + 2


@each_dialect
def test_the_same_tool_is_offered_once(dialect):
    twice = request(asked(), tools=(Tool("run", "one"), BASH, Tool("run", "two"), Tool("bash", "of its own")))

    tools = mend(twice, dialect)[0].tools

    assert [(tool.name, tool.description[:3]) for tool in tools] == [("run", "one"), ("bash", "Run")]


def test_results_tell_the_name_that_their_call_has():
    """28"""
    told = request(
        Message("assistant", (ToolCall("a", "files.read"), ToolCall("b", "files.read"), ToolCall("c", "run"))),
        results(result("a", name="files.read"), result("c")),
        tools=(Tool("files.read"),),
    )

    said, heard = mend(told, "gemini")[0].messages

    sent = wire_name(ToolName("files.read"))
    assert [part.name for part in said.parts] == [sent, sent, "run"]
    assert [part.name for part in heard.parts] == [sent, sent, ""]


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        pytest.param(ToolChoice("named", ("a.b",)), ("a_b_2e7336",), id="28-named"),
        pytest.param(ToolChoice("auto", ("run", "a.b")), ("run", "a_b_2e7336"), id="28-some-are-allowed"),
        pytest.param(ToolChoice("named", ("nobody",)), ("nobody",), id="28-a-tool-that-is-not-there"),
        pytest.param(ToolChoice("named", ()), (), id="28-named-without-a-name"),
        pytest.param(ToolChoice("required"), (), id="28-any"),
    ],
)
def test_the_choice_names_tools_as_they_are_sent(choice, sent):
    tools = (Tool("run", namespace="ns"), Tool("run"), Tool("a.b"))

    mended, _ = mend(request(asked(), tools=tools, choice=choice), "anthropic")

    assert mended.tool_choice == ToolChoice(choice.mode, sent)


def test_responses_keeps_namespaces_and_custom_tools_but_knows_no_dots():
    """28"""
    tools = (Tool("run", namespace="ns"), Tool("apply.patch", kind="custom"), Tool("files.read"))
    calls = (ToolCall("a", "run", namespace="ns"), ToolCall("b", "apply.patch", "*** Begin", kind="custom"))
    told = request(Message("assistant", calls), results(result("a"), result("b", kind="custom")), tools=tools)

    mended, names = mend(told, "openai-responses")

    patch, read = wire_name(ToolName("apply.patch")), wire_name(ToolName("files.read"))
    assert [(tool.name, tool.namespace, tool.kind) for tool in mended.tools] == [
        ("run", "ns", "function"),
        (patch, "", "custom"),
        (read, "", "function"),
    ]
    assert mended.messages[0].parts == (calls[0], ToolCall("b", patch, "*** Begin", kind="custom"))
    assert [part.kind for part in mended.messages[1].parts] == ["function", "custom"]
    begun = Restorer(names).feed(ToolBegin(0, "c", patch, kind="custom"))
    assert begun == [ToolBegin(0, "c", "apply.patch", kind="custom")]


def test_a_result_is_of_the_kind_of_its_call():
    """33: Responses refuses the output of a function for the call of a custom tool."""
    call = ToolCall("a", "patch", "*** Begin", kind="custom")

    said, heard = mend(request(Message("assistant", (call,)), results(result("a"))), "openai-responses")[0].messages

    assert (said.parts, heard.parts) == ((call,), (result("a", kind="custom"),))


def test_a_custom_tool_that_the_history_tells_as_a_function_has_one_name():
    """33"""
    tools = (Tool("apply.patch", kind="custom"),)

    mended, names = mend(request(called("a", name="apply.patch"), results(result("a")), tools=tools), "openai-chat")

    assert mended.messages[0].parts[0].name == mended.tools[0].name
    assert list(names.asked.values()) == [ToolName("apply.patch", kind="custom")]


# Custom tools, and the way back

GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: PATCH"}


@pytest.mark.parametrize(
    "grammar",
    [
        pytest.param(GRAMMAR, id="33-as-responses-has-it"),
        pytest.param({"type": "grammar", "grammar": GRAMMAR}, id="33-as-chat-completions-has-it"),
    ],
)
@pytest.mark.parametrize("dialect", RENAMING)
def test_a_custom_tool_becomes_a_function_of_one_text(dialect, grammar):
    tool = Tool("patch", "Changes files.", kind="custom", grammar=grammar)

    (function,) = mend(request(asked(), tools=(tool,)), dialect)[0].tools

    assert (function.name, function.kind, function.grammar) == ("patch", "function", None)
    assert function.description == "Changes files.\n\nThe input has this grammar:\nstart: PATCH"
    assert function.parameters["properties"] == {"input": {"type": "string"}}


def test_a_custom_tool_in_free_text_has_no_grammar_to_tell():
    tools = (Tool("a", "Talks.", kind="custom"), Tool("b", kind="custom", grammar={"type": "text"}))

    mended, _ = mend(request(asked(), tools=tools), "openai-chat")

    assert [tool.description for tool in mended.tools] == ["Talks.", ""]


@pytest.mark.parametrize("dialect", RENAMING)
def test_a_custom_call_of_the_history_is_told_as_a_function_with_its_result(dialect):
    """33"""
    call = ToolCall("a", "patch", '*** "x"\n', kind="custom", namespace="files")
    told = request(Message("assistant", (call,)), results(result("a", kind="custom")))

    said, heard = mend(told, dialect)[0].messages

    assert said.parts == (ToolCall("a", "files__patch", r'{"input":"*** \"x\"\n"}'),)
    assert heard.parts == (result("a"),)


NAMES = tool_names((Tool("patch", kind="custom", namespace="files"), Tool("run", namespace="shell"), Tool("a.b")))


def test_calls_of_a_whole_answer_have_the_clients_names():
    """33"""
    parts = (
        Text("ok"),
        ToolCall("1", "files__patch", r'{"input":"*** \"x\""}'),
        ToolCall("2", "shell__run", '{"input":"ls"}'),
        ToolCall("3", wire_name(ToolName("a.b"))),
        ToolCall("4", "unheard_of"),
    )

    (choice,) = restore_response(Response("r", "m", (Choice(parts),)), NAMES).choices

    assert choice.parts == (
        Text("ok"),
        ToolCall("1", "patch", '*** "x"', kind="custom", namespace="files"),
        ToolCall("2", "run", '{"input":"ls"}', namespace="shell"),
        ToolCall("3", "a.b"),
        ToolCall("4", "unheard_of"),
    )


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('{"input": "cut o', id="33-cut-off"),
        pytest.param('{"inputs": "x"}', id="33-another-member"),
        pytest.param('{"input": 7}', id="33-a-number"),
        pytest.param("*** Begin", id="33-no-json"),
        pytest.param("[1]", id="33-a-list"),
        pytest.param("[" * 9999, id="33-nested-too-deeply"),
        pytest.param("", id="33-nothing"),
    ],
)
def test_what_a_model_made_of_a_custom_tools_input_stays_as_it_is(arguments):
    assert input_text(arguments) == arguments


@given(st.text())
@often
def test_a_custom_input_comes_back_as_it_was(text):
    assert input_text(input_object(text)) == text


def restored(deltas: list[Any]) -> list[Any]:
    restorer = Restorer(NAMES)
    return [told for delta in deltas for told in restorer.feed(delta)]


PATCH = '*** Begin\n+{"a": "\\u00fc}"}\n'
INPUT = json.dumps({"input": PATCH})


@pytest.mark.parametrize("cut", range(len(INPUT) + 1))
def test_a_custom_input_is_put_together_wherever_its_json_was_cut(cut):
    """33"""
    pieces = [ToolDelta(0, INPUT[:cut]), ToolDelta(0, INPUT[cut:]), ToolDelta(0, " \n")]

    told = restored([ToolBegin(0, "1", "files__patch"), *pieces, Finished("tool_calls")])

    assert told == [
        ToolBegin(0, "1", "patch", kind="custom", namespace="files"),
        ToolDelta(0, PATCH),
        Finished("tool_calls"),
    ]


def test_a_custom_input_is_said_as_soon_as_it_is_whole():
    """33"""
    restorer = Restorer(NAMES)
    restorer.feed(ToolBegin(0, "1", "files__patch"))

    told = [restorer.feed(ToolDelta(0, piece)) for piece in INPUT]

    assert told == [[]] * (len(INPUT) - 1) + [[ToolDelta(0, PATCH)]]


def test_calls_that_are_told_in_turns_do_not_mix():
    """33"""
    told = restored(
        [
            ToolBegin(0, "1", "files__patch"),
            ToolDelta(0, '{"inp'),
            ToolBegin(1, "2", "files__patch"),
            ToolBegin(2, "3", "shell__run"),
            ToolDelta(1, '{"input":"b"'),
            ToolDelta(2, '{"input":'),
            ToolDelta(0, 'ut":"a"}'),
            ToolDelta(2, '"c"}'),
            ToolDelta(1, "}"),
            Finished("tool_calls"),
        ]
    )

    inputs: dict[int, str] = {}
    for delta in told:
        if isinstance(delta, ToolDelta):
            inputs[delta.index] = inputs.get(delta.index, "") + delta.arguments
    assert inputs == {0: "a", 1: "b", 2: '{"input":"c"}'}


def test_an_input_that_never_became_whole_is_said_at_the_end_of_its_own_choice():
    """33"""
    begun = ToolBegin(0, "1", "files__patch", choice=1)

    told = restored([begun, ToolDelta(0, '{"input":"a', 1), Finished("length"), Finished("length", choice=1)])

    assert told[1:] == [Finished("length"), ToolDelta(0, '{"input":"a', 1), Finished("length", choice=1)]


def test_arguments_of_functions_pass_at_once():
    pieces = [ToolBegin(0, "1", "run"), ToolDelta(0, '{"a"'), TextDelta("hm"), ToolDelta(0, ":1}")]

    assert restored(pieces) == pieces


# For any request

words = st.text(max_size=6)
texts = st.builds(Text, words)
ids = st.sampled_from(["a", "a_2", "b", "call|1", ""])
kinds = st.sampled_from(["function", "custom"])
namespaces = st.sampled_from(["", "ns", "ns__", "mcp__", "a.b", "x" * 80])
tool_words = st.sampled_from(["run", "a.b", "a/b", "ns__run", "", "y" * 90, "mcp__z", "\N{SNOWMAN}", "patch"]) | words
some_calls = st.builds(
    lambda id_, tool, arguments: ToolCall(id_, *tool[:1], arguments, tool[2], tool[1]),
    ids,
    st.tuples(tool_words, namespaces, kinds),
    st.sampled_from(["{}", '{"a":1}', '{"a', "", "text"]) | words,
)
foreign = st.builds(Foreign, st.sampled_from(DIALECTS), st.dictionaries(words, words, max_size=2))
some_results = st.builds(
    ToolResult, ids, st.lists(texts | foreign, max_size=2).map(tuple), st.booleans(), tool_words, kinds
)
anything = texts | some_calls | some_results | foreign | st.builds(Reasoning, words)
messages = st.builds(
    Message,
    st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    st.lists(anything, max_size=4).map(tuple),
    name=st.sampled_from(["", "", "bob"]),
) | st.builds(Message, st.just("assistant"), st.lists(some_calls, min_size=1, max_size=3).map(tuple)) | st.builds(
    Message, st.just("tool"), st.lists(some_results, min_size=1, max_size=3).map(tuple)
)  # fmt: skip
some_tools = st.builds(Tool, tool_words, words, kind=kinds, namespace=namespaces) | foreign | st.just(BASH)
requests = st.builds(
    Request,
    st.just("m"),
    st.lists(messages, max_size=8).map(tuple),
    tools=st.lists(some_tools, max_size=6).map(tuple),
    tool_choice=st.none()
    | st.builds(
        ToolChoice,
        st.sampled_from(["auto", "none", "required", "named"]),
        st.lists(tool_words, max_size=2).map(tuple),
    ),
)


def calls_of(message: Message) -> list[ToolCall]:
    return [part for part in message.parts if isinstance(part, ToolCall)]


@each_dialect
@given(asked=requests)
@often
def test_in_any_history_every_call_has_exactly_one_result_right_after_it(dialect, asked):
    history = mend(asked, dialect)[0].messages

    all_calls = [call.id for message in history for call in calls_of(message)]
    assert len(all_calls) == len(set(all_calls))
    for message, after in zip(history, (*history[1:], Message("user", ())), strict=False):
        answered = [part.call_id for part in after.parts if isinstance(part, ToolResult)]
        assert answered == [call.id for call in calls_of(message)]
    assert not any(isinstance(part, ToolResult) for part in (history[0].parts if history else ()))


@each_dialect
@given(asked=requests)
@often
def test_no_word_of_any_history_is_lost(dialect, asked):
    """Only the results that are too many, and what stands where it can't, are left out."""
    mended = json.dumps([repr(message) for message in mend(asked, dialect)[0].messages])

    for message in asked.messages:
        for part in message.parts:
            if isinstance(part, Text) and message.role != "tool":
                assert json.dumps(repr(part))[1:-1] in mended


@pytest.mark.parametrize("dialect", RENAMING)
@given(asked=requests)
@often
def test_of_any_request_the_tools_have_names_that_all_take_and_nobody_shares(dialect, asked):
    mended, _ = mend(asked, dialect)

    offered = [tool.name for tool in mended.tools if isinstance(tool, Tool)]
    in_history = [call.name for message in mended.messages for call in calls_of(message)]
    assert all(map(NAME.fullmatch, offered + in_history))
    assert len(offered) == len(set(offered))
    functions = [part for message in mended.messages for part in message.parts if isinstance(part, ToolResult)]
    functions += [tool for tool in mended.tools if isinstance(tool, Tool)] + [
        call for message in mended.messages for call in calls_of(message)
    ]
    assert all(part.kind == "function" for part in functions)


@pytest.mark.parametrize("dialect", RENAMING)
@given(asked=requests)
@often
def test_of_any_request_a_call_by_the_sent_name_is_the_clients_own_again(dialect, asked):
    mended, names = mend(asked, dialect)

    offered = list(dict.fromkeys(tool_of(tool) for tool in asked.tools if isinstance(tool, Tool)))
    sent = [tool.name for tool in mended.tools if isinstance(tool, Tool)]
    for tool in offered:
        name = names.to_provider(tool.name, tool.namespace, tool.kind)
        begun = Restorer(names).feed(ToolBegin(0, "1", name))
        answer = restore_response(Response("r", "m", (Choice((ToolCall("1", name),)),)), names)
        (call,) = answer.choices[0].parts
        assert name in sent
        assert begun == [ToolBegin(0, "1", tool.name, tool.kind, tool.namespace)]
        assert (call.name, call.namespace, call.kind) == (tool.name, tool.namespace, tool.kind)
    told = [call for message in asked.messages if message.role == "assistant" for call in calls_of(message)]
    for call in told:
        back = names.to_client(names.to_provider(call.name, call.namespace, call.kind))
        assert (back.name, back.namespace) == (call.name, call.namespace)


def tool_of(tool: Tool) -> ToolName:
    return ToolName(tool.name, tool.namespace, tool.kind)


@each_dialect
@given(asked=requests)
@often
def test_what_is_mended_needs_no_mending(dialect, asked):
    mended, _ = mend(asked, dialect)

    assert mend(mended, dialect)[0] == mended


@each_dialect
@given(asked=requests)
@often
def test_any_request_can_be_built_once_it_is_mended(dialect, asked):
    body, _ = FORMATS[dialect].build_request(mend(asked, dialect)[0])

    assert isinstance(json.dumps(body), str)


def test_without_tools_nothing_is_renamed():
    assert ToolNames().to_client("run") == ToolName("run")
    assert ToolNames().to_provider("a.b", "", "function") == wire_name(ToolName("a.b"))
