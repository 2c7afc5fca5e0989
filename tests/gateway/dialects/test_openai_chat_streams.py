"""Chat Completions streams, read and written."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finished,
    Image,
    Media,
    Message,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Request,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import WriterSettings
from gateway.dialects.openai_chat import FORMAT
from gateway.dialects.openai_chat.whole import as_events
from gateway.sse import DONE, Decoder, Event
from tests.gateway.dialects import strategies

BEGIN = Begin("a", "m", 5)
ASKED = Request("asked-model", (Message("user", (Text("Hello"),)),))


# Reading


def read(*pieces: bytes) -> list[Delta]:
    decoder, reader = Decoder(), FORMAT.reader()
    events = [event for piece in pieces for event in decoder.feed(piece)] + decoder.flush()
    return [delta for event in events for delta in reader.feed(event)] + reader.end()


def chunk(delta: Any = None, reason: Any = None, **members: Any) -> bytes:
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": reason}
    body = {"id": "a", "object": "chat.completion.chunk", "created": 5, "model": "m", "choices": [choice]} | members
    return b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"


def say(text: str) -> bytes:
    return chunk({"content": text})


def call(*entries: dict[str, Any], reason: str | None = None) -> bytes:
    return chunk({"tool_calls": list(entries)}, reason)


def entry(index: Any = None, arguments: Any = None, name: Any = None, **members: Any) -> dict[str, Any]:
    function = {"arguments": arguments, "name": name}
    given = {"index": index, "function": {key: value for key, value in function.items() if value is not None}}
    return {key: value for key, value in given.items() if value is not None} | members


END = b"data: [DONE]\n\n"
STOP = chunk(reason="stop") + END
CALLED = chunk(reason="tool_calls") + END
LOOK, FIND = ToolBegin(0, "call_a", "look"), ToolBegin(1, "call_b", "find")
STOPPED = [Finished("stop")]
CALLS = [Finished("tool_calls")]
SPENT = Spent(Usage(input=9, output=5))
USAGE = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
USAGE_CHUNK = chunk(choices=[], usage=USAGE)

STREAMS = [
    pytest.param(
        chunk({"role": "assistant", "content": ""}) + say("Hé") + say("llo") + STOP,
        [BEGIN, TextDelta("Hé"), TextDelta("llo"), *STOPPED],
        id="text",
    ),
    pytest.param(
        call(entry(None, "{}", "look")) + call(entry(None, "{}", "look")) + CALLED,
        [
            BEGIN,
            ToolBegin(0, "call_ca978112_0_0_look", "look"),
            ToolDelta(0, "{}"),
            ToolBegin(1, "call_ca978112_0_1_look", "look"),
            ToolDelta(1, "{}"),
            *CALLS,
        ],
        id="14-neither-id-nor-index",
    ),
    pytest.param(
        call(entry(None, "{}", "look"), entry(None, "{}", "look")) + CALLED,
        [
            BEGIN,
            ToolBegin(0, "call_ca978112_0_0_look", "look"),
            ToolDelta(0, "{}"),
            ToolBegin(1, "call_ca978112_0_1_look", "look"),
            ToolDelta(1, "{}"),
            *CALLS,
        ],
        id="14-in-one-chunk",
    ),
    pytest.param(
        call(entry(0, '{"a":1}', "look", id=""), entry(0, '{"b":2}', "find", id="")) + CALLED,
        [
            BEGIN,
            ToolBegin(0, "call_ca978112_0_0_look", "look"),
            ToolDelta(0, '{"a":1}'),
            ToolBegin(1, "call_ca978112_0_1_find", "find"),
            ToolDelta(1, '{"b":2}'),
            *CALLS,
        ],
        id="14-one-index-and-no-ids",
    ),
    pytest.param(
        call(entry(0, "", "look", id="call_a"))
        + call(entry(1, "", "find", id="call_b"))
        + call(entry(0, '{"a":'))
        + call(entry(1, '{"b":'), entry(0, "1}"))
        + call(entry(1, "2}"))
        + CALLED,
        [
            BEGIN,
            LOOK,
            FIND,
            ToolDelta(0, '{"a":'),
            ToolDelta(1, '{"b":'),
            ToolDelta(0, "1}"),
            ToolDelta(1, "2}"),
            *CALLS,
        ],
        id="34-parallel-deltas-interleaved",
    ),
    pytest.param(
        call(entry(1, "{}", "look", id="call_a")) + call(entry(3, "{}", "find", id="call_b")) + CALLED,
        [BEGIN, LOOK, ToolDelta(0, "{}"), FIND, ToolDelta(1, "{}"), *CALLS],
        id="35-numbered-from-1",
    ),
    pytest.param(
        call(entry(0, '{"a":1}', "look", id="call_a"))
        + call(entry(0, '{"b":', "find", id="call_b"))
        + call(entry(0, "2}"))
        + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":1}'), FIND, ToolDelta(1, '{"b":'), ToolDelta(1, "2}"), *CALLS],
        id="35-one-index-for-all",
    ),
    pytest.param(
        call(entry(0, "", "look", id="call_a"))
        + call(entry(0, "", "find", id="call_b"))
        + call(entry(0, "{}", id="call_a"))
        + CALLED,
        [BEGIN, LOOK, FIND, ToolDelta(0, "{}"), *CALLS],
        id="35-one-index-for-all-told-apart-by-id",
    ),
    pytest.param(
        call({"id": "call_a", "function": {"name": "look", "arguments": '{"a":'}})
        + call({"function": {"arguments": "1}"}})
        + call({"id": "call_b", "function": {"name": "find", "arguments": ""}})
        + call({"id": "call_a", "function": {"arguments": " "}})
        + call({"id": "call_b", "function": {"arguments": "{}"}})
        + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":'), ToolDelta(0, "1}"), FIND, ToolDelta(0, " "), ToolDelta(1, "{}"), *CALLS],
        id="36-without-index-and-type",
    ),
    pytest.param(
        call(entry(0, "", "look", id="call_a")) + call({"id": "call_a", "function": {"arguments": "{}"}}) + CALLED,
        [BEGIN, LOOK, ToolDelta(0, "{}"), *CALLS],
        id="36-index-at-first-only",
    ),
    pytest.param(
        call(entry(0, "", "look", id="call_a"))
        + call(entry(0, '{"a":', ""))
        + call({"index": 0, "id": "", "function": {"name": None, "arguments": "1"}})
        + call(entry(0, "}", "look", id="call_a"))
        + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":'), ToolDelta(0, "1"), ToolDelta(0, "}"), *CALLS],
        id="37-name-empty-null-and-repeated",
    ),
    pytest.param(
        call({"index": 0, "id": "call_a"}) + call(entry(0, '{"a":')) + call(entry(0, "1}", "look")) + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":1}'), *CALLS],
        id="38-name-late",
    ),
    pytest.param(
        call(entry(0, "", "look"))
        + call({"index": 0, "id": "call_late"})
        + call(entry(0, "{}", id="call_late"))
        + CALLED,
        [BEGIN, ToolBegin(0, "call_ca978112_0_0_look", "look"), ToolDelta(0, "{}"), *CALLS],
        id="38-id-late",
    ),
    pytest.param(
        call({"function": {"name": "look"}})
        + call({"id": "call_late"})
        + call({"function": {"arguments": "{}"}})
        + CALLED,
        [BEGIN, ToolBegin(0, "call_ca978112_0_0_look", "look"), ToolDelta(0, "{}"), *CALLS],
        id="38-id-late-without-index",
    ),
    pytest.param(
        call({"index": 0, "id": "call_a", "function": {"arguments": "{}"}}) + STOP,
        [BEGIN, *STOPPED],
        id="43-call-of-nothing",
    ),
    pytest.param(
        call(entry(0, '{"a":1}', "look", id="call_a")) + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":1}'), *CALLS],
        id="39-name-and-arguments-at-once",
    ),
    pytest.param(
        call(entry(0, {"a": 1}, "look", id="call_a")) + CALLED,
        [BEGIN, LOOK, ToolDelta(0, '{"a":1}'), *CALLS],
        id="39-arguments-as-an-object",
    ),
    pytest.param(
        call(entry(0, "{}", "look", id="call_a"), reason="tool_calls") + END,
        [BEGIN, LOOK, ToolDelta(0, "{}"), *CALLS],
        id="40-call-and-finish-at-once",
    ),
    pytest.param(
        call(entry(0, "{}", "look", id="call_a")) + STOP,
        [BEGIN, LOOK, ToolDelta(0, "{}"), *CALLS],
        id="42-stop-although-called",
    ),
    pytest.param(
        chunk({"content": "a"}, "tool_calls") + END, [BEGIN, TextDelta("a"), *STOPPED], id="43-called-nothing"
    ),
    pytest.param(say("Hello") + STOP, [BEGIN, TextDelta("Hello"), *STOPPED], id="45-first-chunk-has-content"),
    pytest.param(
        say("a") + chunk(reason="stop") + say("b") + END,
        [BEGIN, TextDelta("a"), TextDelta("b"), *STOPPED],
        id="46-content-after-finish",
    ),
    pytest.param(
        chunk({"content": "a"}, "stop") + call(entry(0, "{}", "look", id="call_a")) + END,
        [BEGIN, TextDelta("a"), LOOK, ToolDelta(0, "{}"), *CALLS],
        id="46-call-after-finish",
    ),
    pytest.param(
        chunk(id="", object="", model="", created=0, choices=[], prompt_filter_results=[{"prompt_index": 0}])
        + say("a")
        + STOP,
        [BEGIN, TextDelta("a"), *STOPPED],
        id="54-azure-first-chunk",
    ),
    pytest.param(
        say("a") + chunk(reason="stop") + USAGE_CHUNK + END,
        [BEGIN, TextDelta("a"), SPENT, *STOPPED],
        id="55-own-chunk",
    ),
    pytest.param(
        say("a") + chunk(reason="stop", usage=USAGE) + END,
        [BEGIN, TextDelta("a"), SPENT, *STOPPED],
        id="55-finish-chunk",
    ),
    pytest.param(
        say("a") + chunk(reason="stop", x_groq={"id": "r", "usage": USAGE}) + END,
        [BEGIN, TextDelta("a"), SPENT, *STOPPED],
        id="55-groq",
    ),
    pytest.param(
        chunk({"content": "a"}, usage=USAGE | {"completion_tokens": 1})
        + chunk(reason="stop", usage=USAGE)
        + chunk(usage=None)
        + END,
        [BEGIN, TextDelta("a"), Spent(Usage(input=9, output=5)), SPENT, *STOPPED],
        id="55-every-chunk",
    ),
    pytest.param(
        say("a")
        + chunk(reason="stop")
        + chunk(choices=[], usage={"prompt_tokens": 307, "completion_tokens": 26, "total_tokens": 560})
        + END,
        [BEGIN, TextDelta("a"), Spent(Usage(input=307, output=253)), *STOPPED],
        id="57-xai",
    ),
    pytest.param(
        chunk({"reasoning_content": "hm"}) + say("4") + STOP,
        [BEGIN, ReasoningDelta("hm"), TextDelta("4"), *STOPPED],
        id="61",
    ),
    pytest.param(
        chunk({"reasoning": "hm", "content": ""}) + say("4") + STOP,
        [BEGIN, ReasoningDelta("hm"), TextDelta("4"), *STOPPED],
        id="61-groq",
    ),
    pytest.param(
        chunk({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]})
        + chunk({"content": [{"type": "text", "text": "4"}, {"type": "text", "text": ""}, 7]})
        + STOP,
        [BEGIN, ReasoningDelta("hm"), TextDelta("4"), *STOPPED],
        id="61-mistral",
    ),
    pytest.param(chunk({"refusal": "No."}) + STOP, [BEGIN, RefusalDelta("No."), *STOPPED], id="refusal"),
    pytest.param(
        chunk({"content": [{"type": "image_url", "image_url": {"url": "https://e.example/a"}}]}) + STOP,
        [BEGIN, PartDelta(Image(Media(url="https://e.example/a"))), *STOPPED],
        id="70-picture-in-an-answer",
    ),
    pytest.param(say("é😀日") + STOP, [BEGIN, TextDelta("é😀日"), *STOPPED], id="77-letters-of-several-bytes"),
    pytest.param((say("a") + STOP).replace(b"\n", b"\r\n"), [BEGIN, TextDelta("a"), *STOPPED], id="78-crlf"),
    pytest.param((say("a") + STOP).replace(b"\n", b"\r"), [BEGIN, TextDelta("a"), *STOPPED], id="78-cr"),
    pytest.param(
        b"\xef\xbb\xbf" + (say("a") + STOP).replace(b"data: ", b"data:"),
        [BEGIN, TextDelta("a"), *STOPPED],
        id="78-bom-and-no-blank",
    ),
    pytest.param(
        (say("a") + chunk(reason="stop")).rstrip(), [BEGIN, TextDelta("a"), *STOPPED], id="78-no-last-blank-line"
    ),
    pytest.param(
        (say("a") + STOP).replace(b'"object"', b'\ndata: "object"'),
        [BEGIN, TextDelta("a"), *STOPPED],
        id="78-several-lines",
    ),
    pytest.param(
        b": OPENROUTER PROCESSING\n\n" + say("a") + b"event: ping\n\nid: 7\n\n" + STOP,
        [BEGIN, TextDelta("a"), *STOPPED],
        id="80",
    ),
    pytest.param(say("a\u2028b\u0085c") + STOP, [BEGIN, TextDelta("a\u2028b\u0085c"), *STOPPED], id="79"),
    pytest.param(say("a") + chunk(reason="stop"), [BEGIN, TextDelta("a"), *STOPPED], id="83-without-done"),
    pytest.param(
        say("a") + END,
        [BEGIN, TextDelta("a"), Failed("closed the stream in the middle")],
        id="83-done-without-a-reason",
    ),
    pytest.param(say("a"), [BEGIN, TextDelta("a"), Failed("closed the stream in the middle")], id="83-cut-off"),
    pytest.param(b"", [Failed("closed the stream in the middle")], id="83-nothing"),
    pytest.param(say("a") + STOP + say("b") + STOP, [BEGIN, TextDelta("a"), *STOPPED], id="83-after-the-end"),
    pytest.param(
        say("a") + b'data: {"error":{"message":"overloaded","type":"t","code":503}}\n\n' + say("b") + STOP,
        [BEGIN, TextDelta("a"), Failed("overloaded", "t", "503", 503)],
        id="81-error-in-the-middle",
    ),
    pytest.param(b'data: {"error":"no"}\n\n', [Failed("no")], id="82-error-at-once"),
    pytest.param(
        say("a") + chunk(reason="error") + END,
        [BEGIN, TextDelta("a"), Failed("gave up in the middle (error)")],
        id="81-error-as-a-reason",
    ),
    pytest.param(
        b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
        + END,
        [Begin("", ""), TextDelta("a"), *STOPPED],
        id="90-neither-id-nor-object-nor-index",
    ),
    pytest.param(
        chunk(choices=[{"index": 1, "delta": {"content": "b"}}, {"index": 0, "delta": {"content": "a"}}])
        + chunk(choices=[{"index": 1, "delta": {}, "finish_reason": "length"}, {"index": 0, "finish_reason": "stop"}])
        + END,
        [BEGIN, TextDelta("b", 1), TextDelta("a", 0), Finished("length", choice=1), Finished("stop")],
        id="51-two-answers",
    ),
    pytest.param(
        chunk(choices=[{"index": 0, "delta": {"content": "a"}}, {"index": 1, "delta": {"content": "b"}}]) + STOP,
        [BEGIN, TextDelta("a"), TextDelta("b", 1), Failed("closed the stream in the middle")],
        id="51-one-of-two-answers-is-not-whole",
    ),
    pytest.param(
        chunk({"function_call": {"name": "look", "arguments": ""}})
        + chunk({"function_call": {"arguments": "{}"}})
        + chunk(reason="function_call"),
        [BEGIN, ToolBegin(0, "call_ca978112_0_0_look", "look"), ToolDelta(0, "{}"), *CALLS],
        id="deprecated",
    ),
    pytest.param(
        call({"index": 0, "id": "call_a", "type": "custom", "custom": {"name": "patch", "input": ""}})
        + call({"index": 0, "custom": {"input": "x"}})
        + CALLED,
        [BEGIN, ToolBegin(0, "call_a", "patch", kind="custom"), ToolDelta(0, "x"), *CALLS],
        id="custom",
    ),
    pytest.param(
        call(entry(0, "{}", "look", id="call_a", extra_content={"google": {"thought_signature": "sig"}})) + CALLED,
        [BEGIN, ToolBegin(0, "call_a", "look", signature="sig"), ToolDelta(0, "{}"), *CALLS],
        id="68-signature",
    ),
    pytest.param(
        say("a").replace(b'"a"}', b'"\\ud83d"}') + STOP, [BEGIN, TextDelta("?"), *STOPPED], id="half-a-surrogate"
    ),
    pytest.param(
        b"data: <html>\n\ndata: [1]\n\ndata: " + b"[" * 1500 + b"\n\ndata: \xff\n\n" + say("a") + STOP,
        [BEGIN, TextDelta("a"), *STOPPED],
        id="what-is-no-chunk-is-skipped",
    ),
]


@pytest.mark.parametrize(("stream", "deltas"), STREAMS)
def test_streams_are_read(stream: bytes, deltas: list[Delta]) -> None:
    assert read(stream) == deltas


@pytest.mark.parametrize(("stream", "deltas"), STREAMS)
def test_streams_cut_anywhere_are_the_same(stream: bytes, deltas: list[Delta]) -> None:
    assert all(read(stream[:at], stream[at:]) == deltas for at in range(1, len(stream)))


def test_86_a_whole_answer_is_read_as_a_stream() -> None:
    message = {
        "role": "assistant",
        "content": "Let me see.",
        "reasoning_content": "hm",
        "tool_calls": [{"id": "call_a", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    body = {"id": "a", "object": "chat.completion", "created": 5, "model": "m", "choices": [choice], "usage": USAGE}

    deltas = read(as_events(body, with_usage=True))

    assert deltas == [
        BEGIN,
        ReasoningDelta("hm"),
        TextDelta("Let me see."),
        LOOK,
        ToolDelta(0, "{}"),
        SPENT,
        *CALLS,
    ]


def test_14_made_up_ids_differ_from_answer_to_answer() -> None:
    first, second = (
        read(call(entry(0, "{}", "look")).replace(b'"id": "a"', b'"id": "%b"' % name)) for name in (b"b", b"c")
    )

    assert isinstance(first[1], ToolBegin)
    assert isinstance(second[1], ToolBegin)
    assert first[1].id != second[1].id


def test_every_event_is_told_at_once() -> None:
    reader = FORMAT.reader()

    assert reader.feed(Event(b"", say("a")[6:-2])) == [BEGIN, TextDelta("a")]
    assert reader.feed(Event(b"", say("b")[6:-2])) == [TextDelta("b")]
    assert reader.feed(Event(b"", call(entry(0, "", "look", id="call_a"))[6:-2])) == [LOOK]
    assert reader.feed(Event(b"", call(entry(0, "{"))[6:-2])) == [ToolDelta(0, "{")]


MEMBERS = st.sampled_from(
    "id model created choices index delta content type text thinking refusal reasoning tool_calls function name "
    "arguments custom input extra_content google thought_signature finish_reason usage x_groq total_tokens error "
    "message function_call".split()
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**70)
    | st.floats()
    | st.sampled_from(["", "a", "text", "stop", "{}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=4),
    max_leaves=25,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.lists(st.dictionaries(MEMBERS, JSON, max_size=5), max_size=4), st.lists(JSON, max_size=3))
def test_hostile_chunks_do_no_harm(chunks: list[dict[str, Any]], entries: list[Any]) -> None:
    chunks = [*chunks, {"choices": [{"delta": {"tool_calls": entries, "content": entries}}]}]
    stream = b"".join(b"data: %b\n\n" % json.dumps(body).encode() for body in chunks)

    *_, last = read(stream + END)

    assert isinstance(last, Failed | Finished)


# Writing


def writer(*, wants_usage: bool = True) -> Any:
    return FORMAT.writer(
        WriterSettings("asked-model", "call-id", wants_usage, Usage(input=7, is_estimated=True), ASKED)
    )


def written(*deltas: Delta, wants_usage: bool = True) -> bytes:
    made = writer(wants_usage=wants_usage)
    return b"".join(map(made.write, deltas)) + made.end()


def chunks_of(stream: bytes) -> list[dict[str, Any]]:
    datas = [event.data for event in Decoder().feed(stream)]
    return [json.loads(data) for data in datas if data != DONE]


def parts_and_ends(deltas: list[Delta]) -> tuple[list[Delta], list[Delta]]:
    ends = [delta for delta in deltas if isinstance(delta, Finished)]
    return [delta for delta in deltas if not isinstance(delta, Finished)], sorted(ends, key=lambda end: end.choice)


def with_empty_arguments(deltas: list[Delta]) -> list[Delta]:
    """What is told for functions that were called without any arguments."""
    got = {(delta.choice, delta.index) for delta in deltas if isinstance(delta, ToolDelta)}
    return [
        ToolDelta(delta.index, "{}", delta.choice)
        for delta in deltas
        if isinstance(delta, ToolBegin) and delta.kind == "function" and (delta.choice, delta.index) not in got
    ]


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(strategies.streams())
def test_streams_survive_the_way_there_and_back(deltas: list[Delta]) -> None:
    stream = written(*deltas)

    parts, ends = parts_and_ends(deltas)
    *parts, spent = parts
    assert parts_and_ends(read(stream)) == ([*parts, *with_empty_arguments(parts), spent], ends)


@settings(deadline=None, max_examples=50, derandomize=True, database=None)
@given(strategies.streams(), st.booleans())
def test_streams_are_read_by_the_sdk(deltas: list[Delta], wants_usage: bool) -> None:
    assume(not any(isinstance(delta, ToolBegin) and delta.kind == "custom" for delta in deltas))  # it has no type yet
    stream = written(*deltas, wants_usage=wants_usage)

    chunks = [ChatCompletionChunk.model_validate(body) for body in chunks_of(stream)]
    assert stream.endswith(b"\n\ndata: [DONE]\n\n")
    assert {(each.id, each.model, each.object) for each in chunks} == {
        (deltas[0].id, "asked-model", "chat.completion.chunk")  # type: ignore[union-attr]
    }
    roles = [choice.delta.role for each in chunks for choice in each.choices if choice.delta.role]
    assert roles == ["assistant"] * len({choice.index for each in chunks for choice in each.choices})


def test_23_a_call_without_arguments_ends_with_an_empty_object() -> None:
    stream = written(BEGIN, LOOK, ToolDelta(0, ""), FIND, ToolDelta(1, '{"a":1}'), Finished("tool_calls"))

    said = [
        entry
        for body in chunks_of(stream)
        for choice in body["choices"]
        for entry in choice["delta"].get("tool_calls", ())
    ]
    texts = ["".join(each["function"]["arguments"] for each in said if each["index"] == index) for index in (0, 1)]
    assert texts == ["{}", '{"a":1}']


def test_custom_tools_have_inputs() -> None:
    stream = written(BEGIN, ToolBegin(0, "call_a", "patch", kind="custom"), ToolDelta(0, "x"), Finished("tool_calls"))

    said = [
        entry
        for body in chunks_of(stream)
        for choice in body["choices"]
        for entry in choice["delta"].get("tool_calls", ())
    ]
    assert said == [
        {"index": 0, "id": "call_a", "type": "custom", "custom": {"name": "patch", "input": ""}},
        {"index": 0, "custom": {"input": "x"}},
    ]


def test_53_usage_is_told_only_where_it_was_asked_for() -> None:
    deltas = BEGIN, TextDelta("a"), Finished("stop"), SPENT

    with_usage, without_usage = chunks_of(written(*deltas)), chunks_of(written(*deltas, wants_usage=False))

    assert [body["usage"] for body in with_usage[:-1]] == [None] * 3
    assert with_usage[-1]["choices"] == []
    assert with_usage[-1]["usage"]["total_tokens"] == 14
    assert len(without_usage) == 3
    assert all("usage" not in body for body in without_usage)


@pytest.mark.parametrize(
    ("deltas", "prompt"),
    [
        pytest.param([BEGIN], 7, id="the-estimate"),
        pytest.param([Begin("a", "m", usage=Usage(input=9))], 9, id="the-beginnings"),
        pytest.param([BEGIN, Spent(Usage(input=8)), Spent(Usage(input=10))], 10, id="55-the-last-counts"),
    ],
)
def test_the_best_known_usage_is_told(deltas: list[Delta], prompt: int) -> None:
    assert chunks_of(written(*deltas, Finished("stop")))[-1]["usage"]["prompt_tokens"] == prompt


def test_90_what_the_provider_left_out_is_filled_in() -> None:
    chunks = chunks_of(written(Begin("", ""), TextDelta("a"), Finished("stop")))

    assert {(body["id"], body["object"], body["model"]) for body in chunks} == {
        ("call-id", "chat.completion.chunk", "asked-model")
    }
    assert {body["created"] for body in chunks} == {chunks[0]["created"]}
    assert chunks[0]["created"] > 1_700_000_000


def test_every_choice_has_its_role() -> None:
    chunks = chunks_of(
        written(BEGIN, TextDelta("a"), TextDelta("b", choice=1), Finished("stop"), Finished("stop", choice=1))
    )

    told = [(choice["index"], choice["delta"].get("role")) for body in chunks for choice in body["choices"]]
    assert told == [(0, "assistant"), (0, None), (1, "assistant"), (0, None), (1, None)]


def test_signatures_of_thoughts_are_not_told() -> None:
    made = writer()

    assert made.write(ReasoningDelta(signature="sig", origin="anthropic")) == b""


def test_pictures_are_links() -> None:
    stream = written(BEGIN, PartDelta(Image(Media(url="https://e.example/a.png"))), Finished("stop"))

    assert chunks_of(stream)[1]["choices"][0]["delta"] == {"content": "![](https://e.example/a.png)"}


def test_83_a_broken_answer_ends_with_an_error_and_nothing_else() -> None:
    made = writer()
    made.write(BEGIN)

    (event,) = Decoder().feed(made.fail("The channel broke off."))

    assert msgspec.json.decode(event.data)["error"]["message"] == "The channel broke off."


def test_keepalives_are_comments() -> None:
    assert Decoder().feed(writer().keepalive) == []


def test_every_delta_is_told_at_once() -> None:
    made = writer()

    assert all(made.write(delta) for delta in (BEGIN, TextDelta("a"), ReasoningDelta("b"), LOOK, ToolDelta(0, "{")))
