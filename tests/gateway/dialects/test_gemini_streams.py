"""Gemini's streams: a provider's events as deltas, and deltas as a client's chunks."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from google.genai import types
from hypothesis import given, settings
from hypothesis import strategies as st

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
    ReasoningWish,
    RefusalDelta,
    Request,
    Spent,
    TextDelta,
    ToolBegin,
    ToolDelta,
    Usage,
)
from gateway.dialects.format import WriterSettings
from gateway.dialects.gemini import FORMAT
from gateway.dialects.gemini.part_parsing import SENTINEL
from gateway.dialects.gemini.reader import GeminiReader
from gateway.dialects.gemini.whole import as_events
from gateway.dialects.gemini.writer import GeminiArrayWriter, GeminiWriter
from gateway.sse import Decoder, Event

BEGIN = Begin("r", "m")


def chunk(*parts: Any, reason: str | None = None, **members: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, "index": 0}
    if reason:
        candidate["finishReason"] = reason
    return {"candidates": [candidate], "modelVersion": "m", "responseId": "r", **members}


def events(*chunks: Any, end: bytes = b"\r\n\r\n") -> bytes:
    return b"".join(b"data: " + json.dumps(body, ensure_ascii=False).encode() + end for body in chunks)


def read(stream: bytes | Iterable[bytes]) -> list[Delta]:
    reader, decoder = GeminiReader(), Decoder()
    pieces = [stream] if isinstance(stream, bytes) else stream
    deltas = [delta for piece in pieces for event in decoder.feed(piece) for delta in reader.feed(event)]
    deltas += [delta for event in decoder.flush() for delta in reader.feed(event)]
    return deltas + reader.end()


def call(name: str, **members: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, **members}}


def partial(*pieces: Any, more: bool = True, **members: Any) -> dict[str, Any]:
    return {"functionCall": {"partialArgs": list(pieces), "willContinue": more, **members}}


def ids_of(deltas: list[Delta]) -> list[str]:
    return [delta.id for delta in deltas if isinstance(delta, ToolBegin)]


STREAMS = {
    "text": (
        [chunk({"text": "Hel"}), chunk({"text": "lo"}), chunk({"text": ""}, reason="STOP")],
        [BEGIN, TextDelta("Hel"), TextDelta("lo"), Finished("stop")],
    ),
    "79-line-separators-inside-of-texts": (
        [chunk({"text": "a\u2028b\u0085c"}, reason="STOP")],
        [BEGIN, TextDelta("a\u2028b\u0085c"), Finished("stop")],
    ),
    "55-usage-in-every-chunk": (
        [
            chunk({"text": "a"}, usageMetadata={"promptTokenCount": 5}),
            chunk(
                reason="STOP",
                usageMetadata={"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 1},
            ),
        ],
        [
            Begin("r", "m", usage=Usage(5)),
            TextDelta("a"),
            Spent(Usage(5)),
            Spent(Usage(5, 3, reasoning=1)),
            Finished("stop"),
        ],
    ),
    "39-name-and-arguments-in-one": (
        [chunk(call("a", id="1", args={"x": 1}), reason="STOP")],
        [BEGIN, ToolBegin(0, "1", "a"), ToolDelta(0, '{"x":1}'), Finished("tool_calls")],
    ),
    "42-stop-with-calls": (
        [chunk({"text": "Hm"}), chunk(call("a", id="1"), call("b", id="2")), chunk(reason="STOP")],
        [
            BEGIN,
            TextDelta("Hm"),
            ToolBegin(0, "1", "a"),
            ToolDelta(0, "{}"),
            ToolBegin(1, "2", "b"),
            ToolDelta(1, "{}"),
            Finished("tool_calls"),
        ],
    ),
    "41-arguments-in-pieces": (
        [
            chunk(call("a", id="1", willContinue=True)),
            chunk(partial({"jsonPath": "$.city", "stringValue": "New ", "willContinue": True})),
            chunk(
                partial({"jsonPath": "$.city", "stringValue": "York"}, {"jsonPath": "$.days[0].n", "numberValue": 3.0})
            ),
            chunk(
                partial(
                    {"jsonPath": "$['a.b'][0]", "boolValue": True}, {"jsonPath": "$.no", "nullValue": "NULL_VALUE"}
                )
            ),
            chunk({"functionCall": {}}, reason="STOP"),
        ],
        [
            BEGIN,
            ToolBegin(0, "1", "a"),
            ToolDelta(0, '{"city":"New York","days":[{"n":3}],"a.b":[true],"no":null}'),
            Finished("tool_calls"),
        ],
    ),
    "41-pieces-of-two-calls-one-after-the-other": (
        [
            chunk(call("a", id="1", willContinue=True, partialArgs=[{"jsonPath": "$.x", "stringValue": "1"}])),
            chunk(call("b", id="2", willContinue=True, partialArgs=[{"jsonPath": "$.y", "stringValue": "2"}])),
            chunk(reason="STOP"),
        ],
        [
            BEGIN,
            ToolBegin(0, "1", "a"),
            ToolDelta(0, '{"x":"1"}'),
            ToolBegin(1, "2", "b"),
            ToolDelta(1, '{"y":"2"}'),
            Finished("tool_calls"),
        ],
    ),
    "68-signatures": (
        [
            chunk({"text": "Hm", "thought": True}),
            chunk({"text": "", "thoughtSignature": "c2ln"}),
            chunk(
                {**call("a", id="1"), "thoughtSignature": "c2ln"}, {**call("b", id="2"), "thoughtSignature": SENTINEL}
            ),
            chunk({"text": "", "thoughtSignature": "c2ln"}, reason="STOP"),
        ],
        [
            BEGIN,
            ReasoningDelta("Hm"),
            ReasoningDelta("", "c2ln", "gemini"),
            ToolBegin(0, "1", "a", signature="c2ln"),
            ToolDelta(0, "{}"),
            ToolBegin(1, "2", "b"),
            ToolDelta(1, "{}"),
            Finished("tool_calls"),
        ],
    ),
    "46-content-after-the-finish-reason": (
        [chunk({"text": "a"}, reason="STOP"), chunk({"text": "b"}, reason="STOP")],
        [BEGIN, TextDelta("a"), TextDelta("b"), Finished("stop")],
    ),
    "88-blocked-prompt": (
        [{"promptFeedback": {"blockReason": "SAFETY"}, "responseId": "r", "modelVersion": "m"}],
        [BEGIN, Finished("content_filter")],
    ),
    "88-no-content": (
        [{"candidates": [{"finishReason": "SAFETY"}], "responseId": "r", "modelVersion": "m"}],
        [BEGIN, Finished("content_filter")],
    ),
    "cut-off": (
        [chunk({"text": "a"}, reason="MAX_TOKENS")],
        [BEGIN, TextDelta("a"), Finished("length")],
    ),
    "picture-and-googles-own": (
        [
            chunk(
                {"inlineData": {"mimeType": "image/webp", "data": "AAAA"}},
                {"executableCode": {"code": "1"}},
                reason="STOP",
            )
        ],
        [
            BEGIN,
            PartDelta(Image(Media("image/webp", data="AAAA"))),
            PartDelta(Foreign("gemini", {"executableCode": {"code": "1"}})),
            Finished("stop"),
        ],
    ),
    "two-answers": (
        [
            {
                "candidates": [
                    {"content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"},
                    {"content": {"parts": [call("f", id="1")]}, "finishReason": "STOP", "index": 1},
                ],
                "responseId": "r",
                "modelVersion": "m",
            }
        ],
        [
            BEGIN,
            TextDelta("a"),
            ToolBegin(0, "1", "f", choice=1),
            ToolDelta(0, "{}", 1),
            Finished("stop"),
            Finished("tool_calls", choice=1),
        ],
    ),
    "81-error-in-the-middle": (
        [
            chunk({"text": "a"}),
            {"error": {"code": 503, "message": "Busy", "status": "UNAVAILABLE"}},
            chunk({"text": "b"}),
        ],
        [BEGIN, TextDelta("a"), Failed("Busy", "UNAVAILABLE", "503", 503)],
    ),
    "error-at-once-in-a-list": (
        [[{"error": {"code": 429, "message": "Slow"}}]],
        [Failed("Slow", "", "429", 429)],
    ),
    "malformed-call": (
        [chunk({"text": "a"}), chunk(reason="MALFORMED_FUNCTION_CALL")],
        [
            BEGIN,
            TextDelta("a"),
            Failed(
                "broke off with MALFORMED_FUNCTION_CALL: the model wrote a tool call that cannot be read",
                "MALFORMED_FUNCTION_CALL",
            ),
        ],
    ),
    "malformed-call-at-once": (
        [
            {
                "candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "print(x)"}],
                "modelVersion": "m",
            }
        ],
        [Failed("broke off with MALFORMED_FUNCTION_CALL: print(x)", "MALFORMED_FUNCTION_CALL")],
    ),
    "83-truncated": ([chunk({"text": "a"})], [BEGIN, TextDelta("a"), Failed("closed the stream in the middle")]),
    "nothing": ([], [Failed("closed the stream in the middle")]),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_providers_stream_as_deltas(name: str) -> None:
    chunks, deltas = STREAMS[name]

    assert read(events(*chunks)) == deltas


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_may_be_cut_anywhere(name: str) -> None:  # 77, 78
    chunks, deltas = STREAMS[name]

    for end in (b"\r\n\r\n", b"\n\n", b"\r\r"):
        stream = events(*chunks, end=end)
        for at in range(len(stream)):
            assert read([stream[:at], stream[at:]]) == deltas


def test_every_event_is_told_at_once() -> None:
    reader = GeminiReader()

    said = [reader.feed(Event(b"", json.dumps(chunk({"text": text})).encode())) for text in ("a", "b")]

    assert said == [[BEGIN, TextDelta("a")], [TextDelta("b")]]


def test_comments_and_strange_events_are_skipped() -> None:  # 80
    stream = b": hi\n\nevent: ping\n\ndata: null\n\ndata: 5\n\ndata: {broken\n\ndata: {}\n\ndata: [DONE]\n\n"
    stream += events(chunk({"text": "a"}, reason="STOP"))

    assert read(stream) == [BEGIN, TextDelta("a"), Finished("stop")]


def test_calls_without_ids_are_told_apart() -> None:  # 14
    stream = events(chunk(call("a"), call("a")), chunk(call("a"), reason="STOP"))
    other = events({**chunk(call("a"), reason="STOP"), "responseId": "r2"})

    assert len(set(ids_of(read(stream)) + ids_of(read(other)))) == 4
    assert ids_of(read(stream)) == ids_of(read(stream))


def test_a_whole_answer_is_read_as_a_stream() -> None:  # 86
    stream = as_events(chunk({"text": "a"}, reason="STOP"))

    assert read(stream) == [BEGIN, TextDelta("a"), Finished("stop")]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "city",
        "$",
        "$.a[",
        "$.a[999999999999]",
        "$[0]",
        "$.a[0][0].b",
        "$.a" * 100,
        "$..a",
        None,
        5,
        "$['a",
        "$.a[5].b",
    ],
)
def test_a_hostile_path_breaks_nothing(path: Any) -> None:
    pieces = [{"jsonPath": path, "stringValue": "x"}, {"jsonPath": "$.a", "stringValue": "y"}, 5]
    deltas = read(events(chunk(call("a", id="1", partialArgs=pieces, willContinue=True)), chunk(reason="STOP")))

    (arguments,) = [delta.arguments for delta in deltas if isinstance(delta, ToolDelta)]
    assert len(arguments) < 200
    assert "a" in json.loads(arguments)


MEMBERS = (
    "candidates content parts text thought thoughtSignature functionCall name args id partialArgs jsonPath "
    "stringValue willContinue finishReason index usageMetadata promptTokenCount promptFeedback blockReason error code "
    "message inlineData data modelVersion responseId"
).split()
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "STOP", "$.a", "$.a[0]", "AAAA", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=4),
    max_leaves=25,
)


@settings(deadline=None, max_examples=300, derandomize=True, database=None)
@given(st.lists(ODD, max_size=4), st.lists(ODD, max_size=3))
def test_hostile_chunks_are_skipped(chunks: list[Any], parts: list[Any]) -> None:
    deltas = read(events(*chunks, chunk(*parts), {"candidates": chunks}))

    assert isinstance(deltas[-1], Finished | Failed)


# --- write ---


def writer(kind: type[GeminiWriter] = GeminiWriter, request: Request | None = None) -> GeminiWriter:
    return kind(WriterSettings("alias", "call", False, Usage(7, is_estimated=True), request or Request("alias", ())))


def chunks_of(written: bytes) -> list[Any]:
    assert not written or written.startswith(b"data: {")
    assert written.endswith(b"}\n\n") or not written
    return [json.loads(event.removeprefix(b"data: ")) for event in written.split(b"\n\n")[:-1]]


def parts_in(written: bytes) -> list[Any]:
    return [part for body in chunks_of(written) for part in body["candidates"][0]["content"]["parts"]]


def test_text_goes_out_at_once_and_the_end_has_reason_and_usage() -> None:
    said = writer()

    assert said.write(Begin("r", "upstream")) == b""
    (first,) = chunks_of(said.write(TextDelta("Hi")))
    assert first == {
        "candidates": [{"content": {"parts": [{"text": "Hi"}], "role": "model"}, "index": 0}],
        "modelVersion": "alias",
        "responseId": "r",
    }
    assert said.write(Finished("length")) == said.write(Spent(Usage(5, 3, 0, 0, 1))) == b""
    (last,) = chunks_of(said.end())
    assert last["candidates"] == [
        {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}
    ]
    assert last["usageMetadata"] == {
        "promptTokenCount": 5,
        "candidatesTokenCount": 2,
        "totalTokenCount": 8,
        "thoughtsTokenCount": 1,
    }
    types.GenerateContentResponse.model_validate(last)


def test_usage_that_never_came_is_estimated() -> None:
    said = writer()
    said.write(Finished("stop"))

    assert chunks_of(said.end())[0]["usageMetadata"]["promptTokenCount"] == 7


def test_a_call_goes_out_in_one_piece_when_it_is_whole() -> None:
    said = writer()

    assert said.write(ToolBegin(0, "1", "a", signature="c2ln")) == b""
    assert said.write(ToolDelta(0, '{"x"')) == b""
    assert parts_in(said.write(ToolDelta(0, ":1}"))) == [
        {"functionCall": {"id": "1", "name": "a", "args": {"x": 1}}, "thoughtSignature": "c2ln"},
    ]
    assert parts_in(said.write(TextDelta("b"))) == [{"text": "b"}]
    said.write(ToolBegin(1, "2", "b"))
    assert parts_in(said.write(Finished("tool_calls"))) == [{"functionCall": {"id": "2", "name": "b", "args": {}}}]
    assert chunks_of(said.end())[0]["candidates"][0]["finishReason"] == "STOP"


def test_arguments_that_come_in_turns_are_not_mixed_up() -> None:  # 34
    said = writer()
    deltas = [
        ToolBegin(0, "1", "a"),
        ToolBegin(1, "2", "b"),
        ToolDelta(0, '{"x":'),
        ToolDelta(1, '{"y":'),
        ToolDelta(0, "1}"),
        ToolDelta(1, "2}"),
        Finished("tool_calls"),
    ]

    calls = parts_in(b"".join(map(said.write, deltas)))

    assert [part["functionCall"]["args"] for part in calls] == [{"x": 1}, {"y": 2}]


def test_the_next_call_lets_the_one_before_go() -> None:
    said = writer()
    said.write(ToolBegin(0, "1", "a"))

    assert said.write(ToolBegin(1, "2", "b")) == b""  # the first may still get arguments
    assert len(parts_in(said.write(ToolDelta(0, "{}")))) == 1


def test_broken_arguments_are_told_as_they_are() -> None:  # 24
    said = writer()
    said.write(ToolBegin(0, "1", "a"))
    said.write(ToolDelta(0, '{"x":'))

    (part,) = parts_in(said.write(Finished("length")))
    assert part["functionCall"]["args"] == {"_raw": '{"x":'}


def test_a_custom_call_has_its_text_as_input() -> None:
    said = writer()
    said.write(ToolBegin(0, "1", "patch", kind="custom"))
    said.write(ToolDelta(0, "{}"))

    assert said.write(ToolDelta(0, " more")) == b""
    (part,) = parts_in(said.write(Finished("tool_calls")))
    assert part["functionCall"]["args"] == {"input": "{} more"}


def test_thoughts_that_are_not_wanted_are_not_told() -> None:
    said = writer(request=Request("m", (), reasoning=ReasoningWish(is_shown=False)))

    assert said.write(ReasoningDelta("Hm")) == b""
    (part,) = parts_in(said.write(ReasoningDelta("", "c2ln", "gemini")))
    assert part == {"text": "", "thought": True, "thoughtSignature": "c2ln"}


def test_refusals_and_pictures() -> None:
    said = writer()
    picture = PartDelta(Image(Media("image/webp", data="AAAA")))

    assert parts_in(said.write(RefusalDelta("No")) + said.write(picture)) == [
        {"text": "No"},
        {"inlineData": {"mimeType": "image/webp", "data": "AAAA"}},
    ]
    assert said.write(PartDelta(Foreign("anthropic", {"type": "x"}))) == b""


def test_a_failure_is_an_error_and_no_ending() -> None:  # 81
    (last,) = chunks_of(writer().fail("Broke"))

    assert last == {"error": {"code": 502, "message": "Broke", "status": "UNAVAILABLE"}}


def test_nothing_is_sent_while_the_provider_is_silent() -> None:
    assert writer().keepalive == b""


def test_without_sse_the_stream_is_one_array() -> None:
    said = writer(GeminiArrayWriter)

    pieces = [said.write(TextDelta("a")), said.write(TextDelta("b")), said.write(Finished("stop")), said.end()]

    assert all(pieces[:2])
    assert [body["candidates"][0]["content"]["parts"] for body in json.loads(b"".join(pieces))] == [
        [{"text": "a"}],
        [{"text": "b"}],
        [{"text": ""}],
    ]
    assert said.content_type == "application/json"


def test_an_array_that_fails_is_still_an_array() -> None:
    said, silent = writer(GeminiArrayWriter), writer(GeminiArrayWriter)

    assert json.loads(said.write(TextDelta("a")) + said.fail("Broke"))[1]["error"]["message"] == "Broke"
    assert json.loads(silent.fail("Broke"))[0]["error"]["code"] == 502


# --- both ---

TEXTS = st.text(min_size=1, max_size=8)


@st.composite
def told(draw: Any) -> list[Delta]:
    deltas: list[Delta] = [Begin(draw(TEXTS), "alias")]
    finishes: list[Delta] = []
    for choice in range(draw(st.integers(1, 2))):
        calls = 0
        for _ in range(draw(st.integers(1, 5))):
            match draw(st.integers(0, 3)):
                case 0:
                    deltas.append(TextDelta(draw(TEXTS), choice))
                case 1:
                    signature = draw(st.sampled_from(["c2ln", "any ~?> text"]))
                    origin = "gemini" if signature == "c2ln" else "anthropic"
                    deltas.append(ReasoningDelta(draw(TEXTS), choice=choice))
                    deltas.append(ReasoningDelta("", signature, origin, choice=choice))
                case 2:
                    deltas.append(ToolBegin(calls, f"{choice}-{calls}", draw(TEXTS), signature="c2ln", choice=choice))
                    cut = draw(st.integers(1, 6))
                    deltas.append(ToolDelta(calls, '{"a":"b"}'[:cut], choice))
                    deltas.append(ToolDelta(calls, '{"a":"b"}'[cut:], choice))
                    calls += 1
                case 3:
                    deltas.append(PartDelta(Image(Media("image/webp", data="AAAA")), choice))
        finish = draw(st.sampled_from(["length", "content_filter", "tool_calls" if calls else "stop"]))
        finishes.append(Finished(finish, choice=choice))
    return [*deltas, *finishes, Spent(Usage(9, 5, 3, 0, 2))]


def joined(deltas: Iterable[Delta]) -> list[Delta]:
    """Pieces of arguments as one, ends last, and no usage at the beginning; per answer, since two may be mixed."""
    result: list[Delta] = []
    for delta in deltas:
        last = result[-1] if result else None
        if (
            isinstance(delta, ToolDelta)
            and isinstance(last, ToolDelta)
            and (last.index, last.choice) == (delta.index, delta.choice)
        ):
            result[-1] = ToolDelta(last.index, last.arguments + delta.arguments, last.choice)
        else:
            result.append(delta)
    return sorted(
        result,
        key=lambda delta: (isinstance(delta, Spent) + 2 * isinstance(delta, Finished), getattr(delta, "choice", 0)),
    )


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(told())
def test_a_stream_that_is_written_is_read_as_it_was(deltas: list[Delta]) -> None:
    said = GeminiWriter(WriterSettings("alias", "call", False, Usage(), Request("alias", ())))
    written = b"".join(map(said.write, deltas)) + said.end()

    assert joined(read(written)) == joined(deltas)
    assert FORMAT.reader is GeminiReader
