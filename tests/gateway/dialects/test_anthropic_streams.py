"""Messages streams: what a provider's say, and the strict grammar of a client's."""

import json
from typing import Any

import pytest

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finished,
    Foreign,
    Image,
    Media,
    PartDelta,
    ReasoningDelta,
    RefusalDelta,
    Request,
    Spent,
    TextDelta,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.anthropic import FORMAT
from gateway.dialects.format import WriterSettings
from gateway.dialects.signatures import from_client
from gateway.sse import Decoder, Event

PROMPT = Usage(input=7, is_estimated=True)
SETTINGS = WriterSettings("smart", "call-id", True, PROMPT, Request(model="smart", messages=()))
BEGIN = Begin("msg_1", "m", usage=Usage(input=22044, output=43, cached=22000, cache_written=31))
USAGE = {"input_tokens": 13, "cache_creation_input_tokens": 31, "cache_read_input_tokens": 22000, "output_tokens": 43}
SPENT = Spent(Usage(input=22044, output=61, cached=22000, cache_written=31))


def event(kind: str, **members: Any) -> bytes:
    body = json.dumps({"type": kind, **members}, ensure_ascii=False)
    return f"event: {kind}\ndata: {body}\n\n".encode()


def start(**more: Any) -> bytes:
    return event("message_start", message={"id": "msg_1", "model": "m", "content": [], "usage": USAGE, **more})


def block(index: int, content: dict[str, Any], *deltas: dict[str, Any]) -> bytes:
    return (
        event("content_block_start", index=index, content_block=content)
        + b"".join(event("content_block_delta", index=index, delta=delta) for delta in deltas)
        + event("content_block_stop", index=index)
    )


def said(text: str, index: int = 0) -> bytes:
    return block(index, {"type": "text", "text": ""}, {"type": "text_delta", "text": text})


def called(*pieces: str, index: int = 0, **more: Any) -> bytes:
    content = {"type": "tool_use", "id": "call_1", "name": "look", "input": {}, **more}
    return block(index, content, *({"type": "input_json_delta", "partial_json": piece} for piece in pieces))


def last(reason: str | None = "end_turn", **more: Any) -> bytes:
    return event("message_delta", delta={"stop_reason": reason, "stop_sequence": None, **more},
                 usage={"output_tokens": 61}) + event("message_stop")  # fmt: skip


def read(*chunks: bytes) -> list[Delta]:
    decoder, reader = Decoder(), FORMAT.reader()
    deltas = [delta for chunk in chunks for event in decoder.feed(chunk) for delta in reader.feed(event)]
    deltas += [delta for event in decoder.flush() for delta in reader.feed(event)]
    return deltas + reader.end()


SERVER_TOOL = {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}}
FOUND = {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": [{"title": "ü"}]}
BROKEN = Failed("closed the stream in the middle")
STREAMS: dict[str, tuple[bytes, list[Delta]]] = {
    "56-usage-of-both-ends": (start() + said("hé") + last(), [BEGIN, TextDelta("hé"), SPENT, Finished("stop")]),
    "thought-and-signature": (
        start()
        + block(
            0,
            {"type": "thinking", "thinking": "", "signature": ""},
            {"type": "thinking_delta", "thinking": "hm"},
            {"type": "signature_delta", "signature": "sig"},
        )
        + block(1, {"type": "redacted_thinking", "data": "enc"})
        + last(),
        [
            BEGIN,
            ReasoningDelta("hm"),
            ReasoningDelta(signature="sig", origin="anthropic"),
            ReasoningDelta(signature="enc", origin="anthropic", is_redacted=True),
            SPENT,
            Finished("stop"),
        ],
    ),
    "35-calls-are-counted-alone": (
        start() + said("a") + called("", '{"a"', ":1}", index=1) + called(index=2, id="call_2") + last("tool_use"),
        [
            BEGIN,
            TextDelta("a"),
            ToolBegin(0, "call_1", "look"),
            ToolDelta(0, '{"a"'),
            ToolDelta(0, ":1}"),
            ToolBegin(1, "call_2", "look"),
            SPENT,
            Finished("tool_calls"),
        ],
    ),
    "39-arguments-in-the-beginning": (
        start() + called(input={"a": 1}) + last("tool_use"),
        [BEGIN, ToolBegin(0, "call_1", "look"), ToolDelta(0, '{"a":1}'), SPENT, Finished("tool_calls")],
    ),
    "39-arguments-in-the-beginning-and-after-it": (
        start() + called('{"a":1}', input={"a": 1}) + last("tool_use"),
        [BEGIN, ToolBegin(0, "call_1", "look"), ToolDelta(0, '{"a":1}'), SPENT, Finished("tool_calls")],
    ),
    "38-id-never-comes": (
        start() + called("{}", id=None) + last("tool_use"),
        [BEGIN, ToolBegin(0, "call_0_look", "look"), ToolDelta(0, "{}"), SPENT, Finished("tool_calls")],
    ),
    "42-end-of-turn-with-a-call": (
        start() + called("{}") + last("end_turn"),
        [BEGIN, ToolBegin(0, "call_1", "look"), ToolDelta(0, "{}"), SPENT, Finished("tool_calls")],
    ),
    "43-tool-use-without-a-call": (start() + last("tool_use"), [BEGIN, SPENT, Finished("stop")]),
    "45-no-message-start": (said("a") + last(), [
        Begin("", ""), TextDelta("a"), Spent(Usage(output=61)), Finished("stop")]),
    "46-content-after-the-reason": (
        start() + event("message_delta", delta={"stop_reason": "max_tokens"}) + said("a") + event("message_stop"),
        [BEGIN, TextDelta("a"), Finished("length")],
    ),
    "blocks-of-anthropics-own": (
        start()
        + block(0, SERVER_TOOL, {"type": "input_json_delta", "partial_json": '{"query":'},
                {"type": "input_json_delta", "partial_json": '"x"}'})
        + block(1, FOUND) + said("a", 2) + last("pause_turn"),
        [
            BEGIN,
            PartDelta(Foreign("anthropic", SERVER_TOOL | {"input": {"query": "x"}})),
            PartDelta(Foreign("anthropic", FOUND)),
            TextDelta("a"),
            SPENT,
            Finished("pause"),
        ],
    ),
    "refusal-without-content": (
        start() + last("refusal", stop_details={"type": "refusal", "explanation": "no"}),
        [BEGIN, RefusalDelta("no"), SPENT, Finished("content_filter")],
    ),
    "stop-sequence": (
        start() + said("a") + last("stop_sequence", stop_sequence="END"),
        [BEGIN, TextDelta("a"), SPENT, Finished("stop_sequence", "END")],
    ),
    "80-pings-and-comments": (
        start() + b": hi\n\n" + event("ping") + b"event: ping\n\n" + said("a") + last(),
        [BEGIN, TextDelta("a"), SPENT, Finished("stop")],
    ),
    "81-error": (
        start() + said("a") + event("error", error={"type": "overloaded_error", "message": "busy"}) + last(),
        [BEGIN, TextDelta("a"), Failed("busy", "overloaded_error", status=529)],
    ),
    "81-error-as-others-tell-it": (b'data: {"error":{"message":"busy"}}\n\n', [Failed("busy")]),
    "83-done": (start() + said("a") + last() + b"data: [DONE]\n\n", [BEGIN, TextDelta("a"), SPENT, Finished("stop")]),
    "84-second-start": (
        start() + event("content_block_start", index=0, content_block=SERVER_TOOL)
        + start(id="msg_2") + said("b") + last(),
        [BEGIN, TextDelta("b"), SPENT, Finished("stop")],
    ),
    "56-zeros-of-a-vendor-tell-nothing": (
        start() + event("message_delta", delta={"stop_reason": "end_turn"},
                        usage={"input_tokens": 0, "cache_read_input_tokens": None, "output_tokens": 61})
        + event("message_stop"),
        [BEGIN, SPENT, Finished("stop")],
    ),
    "no-message-stop": (start() + said("a") + event("message_delta", delta={"stop_reason": "end_turn"}), [
        BEGIN, TextDelta("a"), BROKEN]),
    "nothing": (b"", [BROKEN]),
    "crlf-without-event-lines": (
        (start() + said("a") + last()).replace(b"event: ", b"x: ").replace(b"\n", b"\r\n"),
        [BEGIN, TextDelta("a"), SPENT, Finished("stop")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_read(name: str) -> None:
    stream, deltas = STREAMS[name]

    assert read(stream) == deltas


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_read_the_same_however_they_are_cut(name: str) -> None:
    stream, deltas = STREAMS[name]

    for at in range(1, len(stream)):
        assert read(stream[:at], stream[at:]) == deltas, f"cut at {at}"


@pytest.mark.parametrize("value", [None, 1, "a", [], [1], {}, {"type": [1]}, {"a": {"b": []}}, True, 1.5])
@pytest.mark.parametrize(
    "member", ["type", "index", "delta", "content_block", "message", "usage", "text", "input", "stop_reason"]
)
def test_odd_members_are_skipped(member: str, value: Any) -> None:
    reader = FORMAT.reader()
    bodies = [json.loads(each.data) for each in Decoder().feed(start() + called('{"a":1}') + said("a", 1) + last())]

    for body in bodies:
        for inner in (body, body.get("delta"), body.get("message"), body.get("content_block")):
            if isinstance(inner, dict):
                reader.feed(Event(b"", json.dumps({**body, **inner, member: value}).encode()))
        reader.feed(Event(b"", json.dumps(value).encode()))

    assert isinstance(reader.end(), list)


# What a client gets


def write(*deltas: Delta, settings: WriterSettings = SETTINGS) -> bytes:
    writer = FORMAT.writer(settings)
    return b"".join([writer.write(delta) for delta in deltas]) + writer.end()


def bodies(stream: bytes) -> list[dict[str, Any]]:
    """The events' bodies; each has the `event:` line that the SDKs go by."""
    events = Decoder().feed(stream)
    loaded: list[dict[str, Any]] = [json.loads(each.data) for each in events]
    assert [each.type.decode() for each in events] == [body["type"] for body in loaded]
    return loaded


def blocks(stream: bytes) -> list[tuple[dict[str, Any], list[Any]]]:
    """The blocks of a stream, each with what its deltas say. Checks the whole grammar."""
    first, *told, delta, stop = bodies(stream)
    assert (first["type"], delta["type"], stop) == ("message_start", "message_delta", {"type": "message_stop"})
    found: list[tuple[dict[str, Any], list[Any]]] = []
    is_open = False
    for body in told:
        if body["type"] == "content_block_start":
            assert not is_open
            found.append((body["content_block"], []))
            is_open = True
        assert is_open
        assert body["index"] == len(found) - 1
        if body["type"] == "content_block_delta":
            found[-1][1].append(next(value for name, value in body["delta"].items() if name != "type"))
        is_open = body["type"] != "content_block_stop"
    assert not is_open
    return found


def tool(call_id: str, name: str = "look") -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": {}}


TEXT = {"type": "text", "text": ""}
THINKING = {"type": "thinking", "thinking": "", "signature": ""}
FIRST, SECOND = ToolBegin(0, "c0", "look"), ToolBegin(1, "c1", "look")


def test_whole_stream_is_as_anthropic_writes_it() -> None:
    stream = write(Begin("msg_1", "m"), TextDelta("a"), Finished("stop"), Spent(Usage(input=9, output=3, cached=4)))

    counted = {"cache_creation_input_tokens": 0, "output_tokens_details": {"thinking_tokens": 0}}
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "smart", "content": [],
               "stop_reason": None, "stop_sequence": None}  # fmt: skip
    assert bodies(stream) == [
        {
            "type": "message_start",
            "message": message
            | {"usage": {"input_tokens": 7, "cache_read_input_tokens": 0, "output_tokens": 0} | counted},
        },
        {"type": "content_block_start", "index": 0, "content_block": TEXT},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}},
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {"input_tokens": 5, "cache_read_input_tokens": 4, "output_tokens": 3} | counted,
        },
        {"type": "message_stop"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        ([], []),
        ([TextDelta(""), TextDelta("a"), TextDelta("b")], [(TEXT, ["a", "b"])]),
        pytest.param(
            [TextDelta("a"), ReasoningDelta("b"), TextDelta("c")],
            [(TEXT, ["a"]), (THINKING, ["b"]), (TEXT, ["c"])],
            id="44-blocks-in-turn",
        ),
        pytest.param(
            [ReasoningDelta("a"), ReasoningDelta(signature="s", origin="anthropic"), ReasoningDelta("b")],
            [(THINKING, ["a", "s"]), (THINKING, ["b"])],
            id="61-62-signature-ends-a-thought",
        ),
        pytest.param(
            [ReasoningDelta(signature="s", origin="anthropic", is_redacted=True)],
            [({"type": "redacted_thinking", "data": "s"}, [])],
            id="63-redacted",
        ),
        ([FIRST, ToolDelta(0, '{"a"'), ToolDelta(0, ":1}")], [(tool("c0"), ['{"a"', ":1}"])]),
        ([FIRST, SECOND], [(tool("c0"), []), (tool("c1"), [])]),
        pytest.param(
            [FIRST, SECOND, ToolDelta(0, '{"a"'), ToolDelta(1, '{"b"'), ToolDelta(0, ":1}"), ToolDelta(1, ":2}")],
            [(tool("c0"), ['{"a"', ":1}"]), (tool("c1"), ['{"b"', ":2}"])],
            id="34-parallel-deltas-interleaved",
        ),
        pytest.param(
            [FIRST, ToolDelta(0, '{"a":'), SECOND, ToolDelta(1, '{"b":2}'), ToolDelta(0, "1}"), TextDelta("a")],
            [(tool("c0"), ['{"a":', "1}"]), (tool("c1"), ['{"b":2}']), (TEXT, ["a"])],
            id="34-late-end-of-the-first",
        ),
        pytest.param(
            [FIRST, SECOND, ToolDelta(1, '{"b":2}'), TextDelta("a")],
            [(tool("c0"), []), (tool("c1"), ['{"b":2}']), (TEXT, ["a"])],
            id="34-first-without-arguments",
        ),
        pytest.param(
            [TextDelta("a"), FIRST, ToolDelta(0, "{}"), TextDelta("b"), SECOND, ToolDelta(1, "{}")],
            [(TEXT, ["a"]), (tool("c0"), ["{}"]), (TEXT, ["b"]), (tool("c1"), ["{}"])],
            id="44-text-between-calls",
        ),
        pytest.param(
            [TextDelta("a"), Finished("stop"), TextDelta("b")],
            [(TEXT, ["a"]), (TEXT, ["b"])],
            id="46-content-after-the-finish",
        ),
        ([PartDelta(Foreign("anthropic", SERVER_TOOL)), TextDelta("a")], [(SERVER_TOOL, []), (TEXT, ["a"])]),
        ([PartDelta(Foreign("gemini", {"a": 1}))], []),
        ([PartDelta(Image(Media("image/png", data="AA==")))], [(TEXT, ["![](data:image/png;base64,AA==)"])]),
        ([RefusalDelta("no")], [(TEXT, ["no"])]),
        ([TextDelta("a"), TextDelta("b", choice=1)], [(TEXT, ["a"])]),
    ],
)
def test_blocks_stand_one_after_the_other(deltas: list[Delta], expected: Any) -> None:
    assert blocks(write(Begin("i", "m"), *deltas)) == expected


def test_each_delta_is_told_at_once() -> None:
    writer = FORMAT.writer(SETTINGS)
    deltas: list[Delta] = [Begin("i", "m"), ReasoningDelta("a"), TextDelta("b"), FIRST, ToolDelta(0, '{"a":1}'),
                           SECOND, ToolDelta(1, '{"b"'), ToolDelta(1, ":2}"), TextDelta("c")]  # fmt: skip

    assert all(writer.write(delta) for delta in deltas)


def test_34_waiting_call_is_told_as_soon_as_the_open_one_is_whole() -> None:
    writer = FORMAT.writer(SETTINGS)
    for delta in (FIRST, ToolDelta(0, '{"a":'), SECOND):
        writer.write(delta)

    assert writer.write(ToolDelta(1, '{"b":2}')) == b""
    assert b"c1" in writer.write(ToolDelta(0, "1}"))


@pytest.mark.parametrize("deltas", [[TextDelta("a")], [Spent(Usage(input=1)), TextDelta("a")]])
def test_45_answer_without_a_beginning_gets_one(deltas: list[Delta]) -> None:
    stream = write(*deltas)

    assert blocks(stream) == [(TEXT, ["a"])]
    assert bodies(stream)[0]["message"]["id"] == "call-id"


def test_59_usage_is_an_estimate_until_it_is_known() -> None:
    estimated = bodies(write(Begin("i", "m"), Finished("stop")))
    known = bodies(write(BEGIN, Finished("stop"), SPENT))

    assert estimated[0]["message"]["usage"]["input_tokens"] == estimated[-2]["usage"]["input_tokens"] == 7
    assert known[0]["message"]["usage"]["input_tokens"] == 13
    assert known[-2]["usage"]["output_tokens"] == 61


def test_55_usage_after_the_finish_makes_no_event_of_its_own() -> None:
    writer = FORMAT.writer(SETTINGS)

    assert writer.write(Begin("i", "m"))
    assert writer.write(Finished("stop")) == writer.write(SPENT) == b""


@pytest.mark.parametrize(
    ("deltas", "expected"),
    [
        ([Finished("stop_sequence", "END")], ("stop_sequence", "END")),
        ([Finished("length")], ("max_tokens", None)),
        ([RefusalDelta("no"), Finished("stop")], ("refusal", None)),
        ([FIRST, Finished("tool_calls")], ("tool_use", None)),
        pytest.param([FIRST, Finished("stop")], ("tool_use", None), id="42-call-that-stops"),
        pytest.param([TextDelta("a"), Finished("tool_calls")], ("end_turn", None), id="43-no-call"),
    ],
)
def test_stop_reason_is_told(deltas: list[Delta], expected: tuple[str, str | None]) -> None:
    delta = bodies(write(*deltas))[-2]["delta"]

    assert (delta["stop_reason"], delta["stop_sequence"]) == expected


def test_84_second_beginning_is_not_told() -> None:
    assert [body["type"] for body in bodies(write(BEGIN, BEGIN))] == ["message_start", "message_delta", "message_stop"]


def test_62_signature_of_another_dialect_is_told_with_its_origin() -> None:
    told = blocks(write(ReasoningDelta("a", "enc", "gemini")))[0][1]

    assert told[0] == "a"
    assert from_client(told[1], "anthropic") == ("enc", "gemini")


@pytest.mark.parametrize(
    ("message", "kind"), [("Work is overloaded", "overloaded_error"), ("Work broke off", "api_error")]
)
def test_81_broken_answer_ends_with_an_error(message: str, kind: str) -> None:
    writer = FORMAT.writer(SETTINGS)
    stream = writer.write(BEGIN) + writer.write(TextDelta("a")) + writer.fail(message)

    assert bodies(stream)[-1] == {"type": "error", "error": {"type": kind, "message": message}}
    assert b"message_stop" not in stream


def test_keepalive_is_a_ping_that_readers_skip() -> None:
    keepalive = FORMAT.writer(SETTINGS).keepalive

    assert keepalive == b'event: ping\ndata: {"type":"ping"}\n\n'
    assert FORMAT.reader().feed(Decoder().feed(keepalive)[0]) == []
