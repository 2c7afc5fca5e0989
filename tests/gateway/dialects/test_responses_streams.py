"""Responses streams: a provider's read as deltas, deltas written for a client."""

import json
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response as OfficialResponse
from openai.types.responses import ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finished,
    Foreign,
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
    Tool,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import WriterSettings
from gateway.dialects.openai_responses import FORMAT
from gateway.dialects.openai_responses.passing import ResponsesStream
from gateway.dialects.passthrough import StreamSettings
from gateway.dialects.signatures import for_client
from gateway.sse import Decoder, Event

OWN = "openai-responses"
PNG = "iVBORw0KGgoAAAANSUhEUg=="
ASKED = Request("fast", (Message("user", (Text("hi"),)),), tools=(Tool("f", "does"),))
SETTINGS = WriterSettings("fast", "call-7", False, Usage(input=8, is_estimated=True), ASKED)
HEAD = {"id": "resp_1", "model": "fast", "created_at": 5.0}
BEGIN = Begin("resp_1", "fast", 5)
USAGE = {"input_tokens": 7, "output_tokens": 3, "input_tokens_details": {"cached_tokens": 2}}
SPENT = Spent(Usage(7, 3, 2))
read_official = TypeAdapter(ResponseStreamEvent).validate_json


# Reading


def event(kind: str, **members: Any) -> bytes:
    body = json.dumps({"type": kind, **members}, ensure_ascii=False).encode()
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), body)


def final(status: str = "completed", output: Iterable[Any] = (), **members: Any) -> bytes:
    return event(f"response.{status}", response=HEAD | {"status": status, "output": list(output), **members})


CREATED = event("response.created", response=HEAD)
ADDED = "response.output_item.added"
DONE = "response.output_item.done"
TEXT = "response.output_text.delta"
ARGUMENTS = "response.function_call_arguments.delta"
SUMMARY = "response.reasoning_summary_text.delta"


def call(name: str | None = "f", call_id: str | None = "c1", arguments: str = "", **members: Any) -> dict[str, Any]:
    return {"type": "function_call", "name": name, "call_id": call_id, "arguments": arguments, **members}


def message(*texts: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": "msg_1", "role": "assistant", "content": content}


def thought(*texts: str, **members: Any) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": text} for text in texts]
    return {"type": "reasoning", "id": "rs_1", "summary": summary, **members}


def read(stream: bytes, *cuts: int) -> list[Delta]:
    decoder, reader = Decoder(), FORMAT.reader()
    edges = [0, *cuts, len(stream)]
    chunks = [stream[start:stop] for start, stop in pairwise(edges)]
    events = [item for chunk in chunks for item in decoder.feed(chunk)] + decoder.flush()
    return [delta for item in events for delta in reader.feed(item)] + reader.end()


STREAMS = [
    pytest.param(
        [
            CREATED,
            event("response.in_progress", response=HEAD),
            event(ADDED, output_index=0, item=message()),
            event(TEXT, output_index=0, content_index=0, delta="Hel"),
            event(TEXT, output_index=0, content_index=0, delta="lo\u2028\u0085é"),
            event("response.output_text.done", output_index=0, content_index=0, text="Hello\u2028\u0085é"),
            event(DONE, output_index=0, item=message("Hello\u2028\u0085é")),
            final(output=[message("Hello\u2028\u0085é")], usage=USAGE),
        ],
        [BEGIN, TextDelta("Hel"), TextDelta("lo\u2028\u0085é"), SPENT, Finished("stop")],
        id="77-79-text",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=1, item=call(call_id="c1")),
            event(ADDED, output_index=2, item=call("g", "c2", namespace="n")),
            event(ARGUMENTS, output_index=1, delta='{"a"'),
            event(ARGUMENTS, output_index=2, delta="{"),
            event(ARGUMENTS, output_index=1, delta=":1}"),
            event(ARGUMENTS, output_index=2, delta="}"),
            event(DONE, output_index=2, item=call("g", "c2", "{}", namespace="n")),
            event(DONE, output_index=1, item=call(arguments='{"a":1}')),
            final(),
        ],
        [
            BEGIN,
            ToolBegin(0, "c1", "f"),
            ToolBegin(1, "c2", "g", namespace="n"),
            ToolDelta(0, '{"a"'),
            ToolDelta(1, "{"),
            ToolDelta(0, ":1}"),
            ToolDelta(1, "}"),
            Finished("tool_calls"),
        ],
        id="34-35-parallel-calls-are-numbered-as-they-appear",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, item=call(id="fc_1")),
            event(ARGUMENTS, item_id="fc_1", delta="{}"),
            event(DONE, item=call(id="fc_1", arguments="{}")),
            final(),
        ],
        [BEGIN, ToolBegin(0, "c1", "f"), ToolDelta(0, "{}"), Finished("tool_calls")],
        id="36-no-output-index",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item=call(None, None)),
            event(ARGUMENTS, output_index=0, delta="{}"),
            event(DONE, output_index=0, item=call(arguments="{}")),
            final(),
        ],
        [BEGIN, ToolBegin(0, "c1", "f"), ToolDelta(0, "{}"), Finished("tool_calls")],
        id="37-38-name-and-id-come-late",
    ),
    pytest.param(
        [
            CREATED,
            event(DONE, output_index=0, item=call("f", None)),
            event(DONE, output_index=1, item=call("f", None)),
            final(),
        ],
        [
            BEGIN,
            ToolBegin(0, "call_0_f", "f"),
            ToolDelta(0, "{}"),
            ToolBegin(1, "call_1_f", "f"),
            ToolDelta(1, "{}"),
            Finished("tool_calls"),
        ],
        id="14-23-calls-without-ids-or-arguments",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item=call(arguments='{"a":1}')),
            event(DONE, output_index=0, item=call(arguments='{"a":1}')),
            final(),
        ],
        [BEGIN, ToolBegin(0, "c1", "f"), ToolDelta(0, '{"a":1}'), Finished("tool_calls")],
        id="39-name-and-arguments-at-once",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item={"type": "custom_tool_call", "call_id": "c", "name": "p", "input": ""}),
            event("response.custom_tool_call_input.delta", output_index=0, delta="***"),
            event(
                DONE, output_index=0, item={"type": "custom_tool_call", "call_id": "c", "name": "p", "input": "***"}
            ),
            final(),
        ],
        [BEGIN, ToolBegin(0, "c", "p", "custom"), ToolDelta(0, "***"), Finished("tool_calls")],
        id="33-custom-call",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item=thought()),
            event(SUMMARY, output_index=0, summary_index=0, delta="a"),
            event(SUMMARY, output_index=0, summary_index=0, delta="b"),
            event(SUMMARY, output_index=0, summary_index=1, delta="c"),
            event(DONE, output_index=0, item=thought("ab", "c", encrypted_content="gAAA")),
            final(output=[thought("ab", "c", encrypted_content="gAAA")]),
        ],
        [
            BEGIN,
            ReasoningDelta("a"),
            ReasoningDelta("b"),
            ReasoningDelta("\n\nc"),
            ReasoningDelta(signature="gAAA", origin=OWN),
            Finished("stop"),
        ],
        id="61-62-summary-and-seal",
    ),
    pytest.param(
        [
            CREATED,
            event("response.reasoning_text.delta", output_index=0, content_index=0, delta="raw"),
            event(SUMMARY, output_index=0, summary_index=0, delta="short"),
            event(DONE, output_index=0, item=thought("short")),
            final(),
        ],
        [BEGIN, ReasoningDelta("raw"), Finished("stop")],
        id="61-of-text-and-summary-one",
    ),
    pytest.param(
        [
            event(DONE, item=message("Hello"), output_index=0),
            event("response.completed", response={"id": "resp_1", "usage": USAGE}),
        ],
        [Begin("", ""), TextDelta("Hello"), SPENT, Finished("stop")],
        id="45-whole-items-only",
    ),
    pytest.param(
        [CREATED, final(output=[thought("hm"), message("a", "b"), call(arguments="{}")], usage=USAGE)],
        [
            BEGIN,
            ReasoningDelta("hm"),
            TextDelta("a"),
            TextDelta("b"),
            ToolBegin(0, "c1", "f"),
            ToolDelta(0, "{}"),
            SPENT,
            Finished("tool_calls"),
        ],
        id="86-all-of-it-in-the-last-event",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item=message()),
            event(TEXT, output_index=0, content_index=1, delta="b"),
            event(DONE, output_index=0, item=message("", "b", "c")),
            final(output=[message("", "b", "c")]),
        ],
        [BEGIN, TextDelta("b"), TextDelta("c"), Finished("stop")],
        id="nothing-is-told-twice",
    ),
    pytest.param(
        [
            CREATED,
            event(ADDED, output_index=0, item=call()),
            final(output=[call(arguments='{"a":1}')]),
        ],
        [BEGIN, ToolBegin(0, "c1", "f"), ToolDelta(0, '{"a":1}'), Finished("tool_calls")],
        id="arguments-in-the-last-event-only",
    ),
    pytest.param(
        [CREATED, event("response.refusal.delta", output_index=0, content_index=0, delta="no"), final()],
        [BEGIN, RefusalDelta("no"), Finished("stop")],
        id="refusal",
    ),
    pytest.param(
        [
            CREATED,
            event(DONE, output_index=0, item={"type": "image_generation_call", "id": "ig", "result": PNG}),
            event(DONE, output_index=1, item={"type": "web_search_call", "id": "ws"}),
            final(),
        ],
        [
            BEGIN,
            PartDelta(Image(Media("image/png", data=PNG))),
            PartDelta(Foreign(OWN, {"type": "web_search_call", "id": "ws"})),
            Finished("stop"),
        ],
        id="picture-and-what-nobody-else-has",
    ),
    pytest.param(
        [CREATED, final("incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=USAGE)],
        [BEGIN, SPENT, Finished("length")],
        id="incomplete-length",
    ),
    pytest.param(
        [CREATED, final("incomplete", incomplete_details={"reason": "content_filter"})],
        [BEGIN, Finished("content_filter")],
        id="incomplete-filter",
    ),
    pytest.param(
        [CREATED, final("failed", error={"code": "rate_limit_exceeded", "message": "slow down"})],
        [BEGIN, Failed("slow down", "", "rate_limit_exceeded", 429)],
        id="87-failed",
    ),
    pytest.param(
        [
            CREATED,
            event("error", error={"type": "server_error", "code": "server_error", "message": "oh"}),
            final("failed", error={"code": "server_error", "message": "oh"}),
        ],
        [BEGIN, Failed("oh", "server_error", "server_error", 500)],
        id="81-nested-error-counts-once",
    ),
    pytest.param(
        [event("error", code="x", message="flat", param=None)],
        [Failed("flat", "error", "x")],
        id="81-flat-error",
    ),
    pytest.param(
        [b'data: {"error":{"message":"proxy","code":503}}\n\n'],
        [Failed("proxy", "", "503", 503)],
        id="82-error-of-a-proxy",
    ),
    pytest.param([event("error", error={"detail": 1})], [Failed('{"detail":1}')], id="82-error-without-a-message"),
    pytest.param(
        [CREATED, event(TEXT, output_index=0, content_index=0, delta="Hel")],
        [BEGIN, TextDelta("Hel"), Failed("closed the stream in the middle")],
        id="83-cut-off",
    ),
    pytest.param([], [Failed("closed the stream in the middle")], id="83-nothing-at-all"),
    pytest.param(
        [
            b"\xef\xbb\xbf: OPENROUTER PROCESSING\r\n\r\nevent: ping\r\n\r\n",
            CREATED.replace(b"\n", b"\r\n").replace(b"data: ", b"data:"),
            event(TEXT, output_index=0, content_index=0, delta="a").replace(b"\n", b"\r"),
            b"data: not json\n\ndata: []\n\n",
            final(),
            b"data: [DONE]",
        ],
        [BEGIN, TextDelta("a"), Finished("stop")],
        id="78-80-83-odd-framing",
    ),
]


@pytest.mark.parametrize(("pieces", "deltas"), STREAMS)
def test_stream_is_read_wherever_it_is_cut(pieces: list[bytes], deltas: list[Delta]) -> None:
    stream = b"".join(pieces)

    assert read(stream) == deltas
    for at in range(len(stream)):
        assert read(stream, at) == deltas, f"cut at {at}"


def test_missing_event_lines_do_not_matter() -> None:
    stream = CREATED + event(TEXT, output_index=0, content_index=0, delta="a") + final()
    bare = b"".join(line + b"\n\n" for line in stream.split(b"\n") if line.startswith(b"data:"))

    assert read(bare) == read(stream) == [BEGIN, TextDelta("a"), Finished("stop")]


def test_every_event_is_told_at_once() -> None:
    reader = FORMAT.reader()
    reader.feed(Event(b"", b'{"type":"response.created","response":{"id":"r"}}'))

    said = reader.feed(Event(b"", b'{"type":"response.output_text.delta","output_index":0,"delta":"a"}'))

    assert said == [TextDelta("a")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
odd_items = json_values | st.fixed_dictionaries(
    {"type": st.sampled_from("message reasoning function_call image_generation_call web_search_call".split())},
    optional=dict.fromkeys("content summary name call_id arguments result encrypted_content".split(), json_values),
)
KINDS = [ADDED, DONE, TEXT, ARGUMENTS, SUMMARY]
odd_events = st.fixed_dictionaries(
    {"type": st.sampled_from("response.created response.completed response.failed error x".split() + KINDS)},
    optional={
        "response": json_values
        | st.fixed_dictionaries({"output": st.lists(odd_items, max_size=2), "usage": json_values}),
        "item": odd_items,
        **dict.fromkeys("error output_index content_index summary_index item_id delta".split(), json_values),
    },
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.lists(odd_events, max_size=5))
def test_hostile_events_are_skipped(events: list[dict[str, Any]]) -> None:
    reader = FORMAT.reader()

    deltas = [delta for body in events for delta in reader.feed(Event(b"", msgspec.json.encode(body)))] + reader.end()

    assert all(isinstance(delta, Delta) for delta in deltas)
    assert sum(isinstance(delta, Failed | Finished) for delta in deltas) == 1
    assert not any(isinstance(delta, Begin) for delta in deltas[1:])


def test_json_that_is_nested_too_deeply_is_skipped() -> None:
    deep = b'{"type":"error","error":' + b"[" * 5000 + b"]" * 5000 + b"}"

    assert FORMAT.reader().feed(Event(b"", deep)) == []


# Writing


def write(deltas: Iterable[Delta], settings: WriterSettings = SETTINGS) -> bytes:
    writer = FORMAT.writer(settings)
    return b"".join([writer.write(delta) for delta in deltas]) + writer.end()


def bodies(stream: bytes) -> list[dict[str, Any]]:
    """The events, each seen to be what the SDK takes, numbered without a gap and named as they are typed."""
    events = Decoder().feed(stream)
    found: list[dict[str, Any]] = [json.loads(item.data) for item in events]
    assert [item.type.decode() for item in events] == [body["type"] for body in found]
    assert [body["sequence_number"] for body in found] == list(range(len(found)))
    for item in events:
        read_official(item.data)
    return found


def final_of(stream: bytes) -> OfficialResponse:
    """What the SDK's own accumulator makes of the stream; it complains of everything that is not consistent."""
    state = ResponseStreamState(input_tools=openai.omit, text_format=openai.omit)
    for item in Decoder().feed(stream):
        state.handle_event(read_official(item.data))
    if state._completed_response is not None:
        return state._completed_response
    return OfficialResponse.model_validate(json.loads(Decoder().feed(stream)[-1].data)["response"])


def test_text_is_told_step_by_step() -> None:
    stream = write([BEGIN, TextDelta("Hel"), TextDelta("lo"), Finished("stop"), SPENT])

    events = bodies(stream)
    assert [body["type"].removeprefix("response.") for body in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert events[0]["response"]["status"] == "in_progress"
    assert events[6]["text"] == "Hello"
    assert events[8]["item"] == events[9]["response"]["output"][0]
    official = final_of(stream)
    assert (official.output_text, official.model, official.status) == ("Hello", "fast", "completed")
    assert official.usage
    assert (official.usage.input_tokens, official.usage.input_tokens_details.cached_tokens) == (7, 2)


SPOKEN = [
    pytest.param(
        [ToolBegin(0, "c1", "f"), ToolBegin(1, "c2", "f"), ToolDelta(1, "{"), ToolDelta(0, "{}"), ToolDelta(1, "}")],
        [("function_call", "c1", "{}"), ("function_call", "c2", "{}")],
        id="34-parallel-deltas-interleave",
    ),
    pytest.param([ToolBegin(0, "c1", "f")], [("function_call", "c1", "{}")], id="23-no-arguments"),
    pytest.param([ToolBegin(0, "c1", "p", "custom")], [("custom_tool_call", "c1", "")], id="33-no-input"),
    pytest.param(
        [ToolBegin(0, "c1", "p", "custom"), ToolDelta(0, "***")],
        [("custom_tool_call", "c1", "***")],
        id="33-custom",
    ),
    pytest.param(
        [TextDelta("a"), ReasoningDelta("b"), TextDelta("c"), ToolBegin(0, "c1", "f"), TextDelta("d")],
        [
            ("message", "a"),
            ("reasoning", "b", None),
            ("message", "c"),
            ("function_call", "c1", "{}"),
            ("message", "d"),
        ],
        id="44-blocks-follow-each-other",
    ),
    pytest.param(
        [
            ReasoningDelta("a"),
            ReasoningDelta(signature="S", origin=OWN),
            ReasoningDelta("b", "T", "anthropic"),
            ReasoningDelta(signature="U", origin=OWN),
        ],
        [
            ("reasoning", "a", "S"),
            ("reasoning", "b", for_client("T", "anthropic", OWN)),
            ("reasoning", "", "U"),
        ],
        id="61-62-a-signature-ends-a-thought",
    ),
    pytest.param(
        [ReasoningDelta("a"), ReasoningDelta(signature="X", origin="anthropic", is_redacted=True)],
        [("reasoning", "a", None), ("reasoning", "", for_client("X", "anthropic*", OWN))],
        id="63-redacted",
    ),
    pytest.param([ReasoningDelta(""), TextDelta(""), RefusalDelta("")], [], id="empty-deltas-open-nothing"),
    pytest.param([TextDelta("a"), RefusalDelta("no")], [("message", "a", "no")], id="text-and-refusal"),
    pytest.param(
        [TextDelta("a"), PartDelta(Image(Media("image/png", data=PNG))), TextDelta("b")],
        [("message", "a"), ("image_generation_call", PNG), ("message", "b")],
        id="picture",
    ),
    pytest.param(
        [TextDelta("a"), PartDelta(Image(Media(url="https://a/b")))],
        [("message", "a![](https://a/b)")],
        id="picture-elsewhere",
    ),
    pytest.param([PartDelta(Foreign("gemini", {"executableCode": {}}))], [], id="part-of-another-dialect"),
    pytest.param([TextDelta("a"), TextDelta("b", choice=1)], [("message", "a")], id="only-one-answer"),
    pytest.param([ToolDelta(3, "{}")], [], id="arguments-of-no-call"),
    pytest.param(
        [TextDelta("a"), ToolBegin(0, "c1", "f"), Finished("tool_calls"), ToolDelta(0, "[]"), TextDelta("b")],
        [("message", "a"), ("function_call", "c1", "[]"), ("message", "b")],
        id="46-content-after-the-finish",
    ),
]


def gist(item: Any) -> tuple[Any, ...]:
    match item["type"]:
        case "message":
            return "message", *(part.get("text", part.get("refusal")) for part in item["content"])
        case "reasoning":
            return "reasoning", "".join(part["text"] for part in item["summary"]), item.get("encrypted_content")
        case "image_generation_call":
            return item["type"], item["result"]
        case kind:
            return kind, item["call_id"], item.get("arguments", item.get("input"))


@pytest.mark.parametrize(("deltas", "output"), SPOKEN)
def test_deltas_become_items(deltas: list[Delta], output: list[Any]) -> None:
    stream = write([BEGIN, *deltas, Finished("stop")])

    events = bodies(stream)
    assert [gist(item) for item in events[-1]["response"]["output"]] == output
    added = [body["output_index"] for body in events if body["type"] == ADDED]
    done = {body["output_index"]: body["item"] for body in events if body["type"] == DONE}
    assert added == list(range(len(output)))
    assert [done[index] for index in added] == events[-1]["response"]["output"]
    assert [gist(item.to_dict()) for item in final_of(stream).output] == output


def test_namespace_is_told() -> None:
    events = bodies(write([BEGIN, ToolBegin(0, "c1", "wait", namespace="agents"), Finished("tool_calls")]))

    assert [body["item"]["namespace"] for body in events if "item" in body] == ["agents", "agents"]


@pytest.mark.parametrize(
    ("finish", "kind", "reason"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("pause", "completed", None),
        ("length", "incomplete", "max_output_tokens"),
        ("context", "incomplete", "max_output_tokens"),
        ("content_filter", "incomplete", "content_filter"),
    ],
)
def test_last_event_says_how_it_ended(finish: Any, kind: str, reason: str | None) -> None:
    *_, item, last = bodies(write([BEGIN, TextDelta("a"), Finished(finish)]))

    assert (last["type"], last["response"]["status"], item["item"]["status"]) == (f"response.{kind}", kind, kind)
    assert last["response"]["incomplete_details"] == ({"reason": reason} if reason else None)


@pytest.mark.parametrize(
    ("deltas", "tokens"),
    [
        pytest.param([Begin("r", "m", usage=Usage(1)), Spent(Usage(2, 1)), SPENT], 7, id="55-the-last-one-counts"),
        pytest.param([Begin("r", "m"), Finished("stop"), SPENT], 7, id="55-after-the-finish"),
        pytest.param([Begin("r", "m", usage=Usage(1))], 1, id="55-known-at-the-beginning"),
        pytest.param([BEGIN], 8, id="59-never-known-is-the-estimate"),
    ],
)
def test_usage_is_told_at_the_end(deltas: list[Delta], tokens: int) -> None:
    usage = final_of(write(deltas)).usage

    assert usage
    assert usage.input_tokens == tokens


@pytest.mark.parametrize(
    ("begin", "known_as"),
    [
        pytest.param(Begin("chatcmpl-1", "upstream-9"), "resp_chatcmpl-1", id="89-another-dialects-id"),
        pytest.param(Begin("resp_5", "upstream-9"), "resp_5", id="89-an-id-of-this-dialect"),
        pytest.param(Begin("", ""), "resp_call-7", id="90-no-id"),
    ],
)
def test_model_is_the_one_asked_for_and_the_id_never_changes(begin: Begin, known_as: str) -> None:
    events = bodies(write([begin, TextDelta("a"), Finished("stop")]))

    answers = [body["response"] for body in events if "response" in body]
    assert {(answer["id"], answer["model"]) for answer in answers} == {(known_as, "fast")}


@pytest.mark.parametrize(
    ("deltas", "known_as"),
    [
        pytest.param([BEGIN, TextDelta("Hel")], "resp_1", id="81-in-the-middle"),
        pytest.param([], "resp_call-7", id="81-before-anything-was-said"),
    ],
)
def test_broken_answer_fails_as_one_that_is_passed_through(deltas: list[Delta], known_as: str) -> None:
    writer = FORMAT.writer(SETTINGS)
    stream = b"".join([writer.write(delta) for delta in deltas]) + writer.fail("It broke.")
    passed = ResponsesStream(StreamSettings(mirror=b'"fast"', hide_usage=False, channel="Work")).break_off("It broke.")

    last, as_passed = bodies(stream)[-1], json.loads(Decoder().feed(passed)[-1].data)
    assert last["type"] == as_passed["type"] == "response.failed"
    for member in ("status", "error", "model", "object"):
        assert last["response"][member] == as_passed["response"][member]
    assert last["response"]["id"] == known_as
    assert b"response.completed" not in stream


def test_sdk_takes_the_failure_of_a_begun_answer() -> None:
    writer = FORMAT.writer(SETTINGS)
    stream = b"".join([writer.write(delta) for delta in (BEGIN, TextDelta("Hel"))]) + writer.fail("It broke.")

    official = final_of(stream)

    assert official.error
    assert (official.status, official.error.message) == ("failed", "It broke.")


def test_every_delta_is_written_at_once() -> None:
    writer = FORMAT.writer(SETTINGS)
    writer.write(BEGIN)

    assert b'"delta":"Hel"' in writer.write(TextDelta("Hel"))
    assert b"summary_text.delta" in writer.write(ReasoningDelta("hm"))
    assert b"output_item.added" in writer.write(ToolBegin(0, "c", "f"))
    assert b"arguments.delta" in writer.write(ToolDelta(0, "{"))


def test_keepalive_is_a_comment() -> None:
    writer = FORMAT.writer(SETTINGS)

    assert writer.content_type == "text/event-stream"
    assert writer.keepalive.startswith(b":")
    assert Decoder().feed(writer.keepalive) == []


# Both


def rejoined(deltas: Iterable[Delta]) -> list[Delta]:
    """Neighbouring texts as one; usage, which may come anywhere, last."""
    result: list[Delta] = []
    spent: list[Delta] = []
    for delta in deltas:
        last = result[-1] if result else None
        match last, delta:
            case _, Spent():
                spent = [delta]
            case (TextDelta(), TextDelta()) | (RefusalDelta(), RefusalDelta()):
                result[-1] = type(delta)(last.text + delta.text)  # type: ignore[union-attr]
            case ReasoningDelta(signature=""), ReasoningDelta(signature=""):
                result[-1] = ReasoningDelta(last.text + delta.text)  # type: ignore[union-attr]
            case ToolDelta(), ToolDelta() if last.index == delta.index:  # type: ignore[union-attr]
                result[-1] = ToolDelta(delta.index, last.arguments + delta.arguments)  # type: ignore[union-attr]
            case _:
                result.append(delta)
    return result + spent


words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
spoken = st.one_of(
    words.map(TextDelta),
    words.map(RefusalDelta),
    words.map(ReasoningDelta),
    words.map(lambda signature: ReasoningDelta(signature=signature, origin=OWN)),
    st.just(PartDelta(Image(Media("image/png", data=PNG)))),
    st.just(PartDelta(Foreign(OWN, {"type": "compaction", "id": "cmp_1", "encrypted_content": "x"}))),
    st.tuples(st.just("call"), names, st.sampled_from(["function", "custom"]), st.just("") | names, words),
    st.tuples(st.just("more"), st.integers(0, 5), words),
)
counts = st.integers(0, 10**9)


@st.composite
def streams(draw: st.DrawFn) -> list[Delta]:
    said: list[Delta] = []
    calls = 0
    for item in draw(st.lists(spoken, max_size=8)):
        match item:
            case ("call", name, kind, namespace, arguments):
                said += [ToolBegin(calls, f"c{calls}", name, kind, namespace), ToolDelta(calls, arguments)]
                calls += 1
            case ("more", index, arguments):
                said += [ToolDelta(index % calls, arguments)] if calls else []
            case _:
                said.append(item)
    finish = draw(st.sampled_from(["tool_calls" if calls else "stop", "length", "content_filter"]))
    usage = draw(st.builds(Usage, counts, counts, counts, counts, counts))
    return [Begin("resp_" + draw(names), "fast", draw(st.integers(1, 2**33))), *said, Finished(finish), Spent(usage)]


@settings(deadline=None, max_examples=200, derandomize=True, database=None)
@given(streams())
def test_deltas_that_are_written_are_read_as_they_were(deltas: list[Delta]) -> None:
    stream = write(deltas)

    bodies(stream)
    assert rejoined(read(stream)) == rejoined(deltas)


@settings(deadline=None, max_examples=50, derandomize=True, database=None)
@given(streams())
def test_whole_and_streamed_answers_are_the_same(deltas: list[Delta]) -> None:
    last = json.loads(Decoder().feed(write(deltas))[-1].data)["response"]

    response = FORMAT.parse_response(last)

    again = FORMAT.build_response(response, ASKED)
    assert [gist_of_any(item) for item in again["output"]] == [gist_of_any(item) for item in last["output"]]
    for member in ("status", "incomplete_details", "usage", "model", "created_at", "id", "tools", "text"):
        assert again[member] == last[member]


def gist_of_any(item: dict[str, Any]) -> dict[str, Any]:
    """An item without what depends on when it was finished."""
    return {name: value for name, value in item.items() if name not in ("id", "status")}
