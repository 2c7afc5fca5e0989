"""Responses streams pass through: the model is renamed inside `response`, and a cut stream ends as failed."""

import json
import re
from typing import Any

import pytest

from gateway.chat import Usage
from gateway.dialects.openai_responses.passing import ResponsesStream
from gateway.dialects.passthrough import StreamSettings
from gateway.sse import Decoder, Event

PLAIN = StreamSettings(mirror=None, hide_usage=False, channel="Work")
MIRRORING = StreamSettings(mirror=b'"smart"', hide_usage=False, channel="Work")
BOTH = [PLAIN, MIRRORING]
USAGE = {
    "input_tokens": 7,
    "output_tokens": 3,
    "input_tokens_details": {"cached_tokens": 2},
    "output_tokens_details": {"reasoning_tokens": 1},
}
TOKENS = Usage(input=7, output=3, cached=2, reasoning=1)


def event(kind: str, number: int, *, typed: bool = True, **members: Any) -> bytes:
    body = {"type": kind, "sequence_number": number} | members
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), text) if typed else b"data: %b\n\n" % text


def response(status: str, **members: Any) -> dict[str, Any]:
    metadata = {"model": "keep", "response": {"model": "keep"}}
    return {"id": "r1", "status": status, "metadata": metadata, "model": "gpt-up", "error": None} | members


def stream_of(*, typed: bool = True, first: int = 0) -> bytes:
    return b"".join(
        [
            event("response.created", first, typed=typed, response=response("in_progress")),
            event("response.output_text.delta", first + 1, typed=typed, delta='"response":{"model":"x"} \u2028'),
            event("response.output_text.delta", first + 2, typed=typed, delta="b", model="keep"),
            event("response.completed", first + 3, typed=typed, response=response("completed", usage=USAGE)),
        ]
    )


WHOLE = stream_of()
COMPLETED_AT = WHOLE.index(b"event: response.completed")


def run(settings: StreamSettings, *chunks: bytes) -> tuple[bytes, ResponsesStream]:
    stream = ResponsesStream(settings)
    passed = b"".join([stream.feed(chunk) for chunk in chunks])
    return passed + stream.end(), stream


def events(passed: bytes) -> list[Event]:
    return Decoder().feed(passed)


def failure(passed: bytes) -> dict[str, Any]:
    last = events(passed)[-1]
    body = json.loads(last.data)
    assert last.type.decode() == body["type"] == "response.failed"
    assert isinstance(body, dict)
    return body


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_output_does_not_depend_on_how_the_input_is_cut(settings: StreamSettings) -> None:
    passed, _ = run(settings, WHOLE)

    for at in range(len(WHOLE)):
        cut_passed, stream = run(settings, WHOLE[:at], WHOLE[at:])
        assert cut_passed == passed, f"cut at {at}"
        assert (stream.tokens, stream.error, stream.is_finished, stream.events) == (TOKENS, "", True, 4)
    assert run(settings, *[bytes([byte]) for byte in WHOLE])[0] == passed


def test_stream_without_anything_to_change_passes_byte_for_byte() -> None:
    assert run(PLAIN, WHOLE)[0] == WHOLE


def test_model_is_renamed_inside_the_response_only() -> None:
    passed, _ = run(MIRRORING, WHOLE)

    assert passed == WHOLE.replace(b'"gpt-up"', b'"smart"')


@pytest.mark.parametrize("inner", [None, "text", [], 7])
def test_response_that_is_no_object_is_left_alone(inner: object) -> None:
    odd = event("response.created", 0, response=inner)

    assert run(MIRRORING, odd + WHOLE)[0].startswith(odd)


def test_response_without_a_model_gets_none() -> None:
    bare = event("response.created", 0, response={"id": "r1"})

    assert run(MIRRORING, bare + WHOLE)[0].startswith(bare)


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_missing_event_lines_are_filled_in_of_single_bytes(settings: StreamSettings) -> None:
    bare = stream_of(typed=False)

    passed, _ = run(settings, *[bytes([byte]) for byte in bare])

    assert passed == run(settings, WHOLE)[0]


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_missing_event_lines_are_filled_in_of_whole_events(settings: StreamSettings) -> None:
    pieces = re.findall(rb".+?\n\n", stream_of(typed=False), re.DOTALL)

    assert run(settings, *pieces)[0] == run(settings, WHOLE)[0]


@pytest.mark.parametrize("status", ["completed", "incomplete", "failed"])
@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_every_final_event_ends_the_stream(settings: StreamSettings, status: str) -> None:
    final = event(f"response.{status}", 4, response=response(status))
    whole = WHOLE[:COMPLETED_AT] + final

    passed, stream = run(settings, whole)

    assert len(events(passed)) == 4
    assert stream.is_finished


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_stream_cut_between_events_ends_as_failed(settings: StreamSettings) -> None:
    passed, stream = run(settings, WHOLE[:COMPLETED_AT])

    failed = failure(passed)
    assert failed["sequence_number"] == 3
    assert failed["response"]["status"] == "failed"
    assert failed["response"]["model"] == ("smart" if settings.mirror else "")
    assert "Work closed the stream in the middle" in failed["response"]["error"]["message"]
    assert stream.error == failed["response"]["error"]["message"]


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_stream_cut_anywhere_ends_as_failed(settings: StreamSettings) -> None:
    for length in [*range(COMPLETED_AT), COMPLETED_AT + 10]:
        assert "Work closed" in failure(run(settings, WHOLE[:length])[0])["response"]["error"]["message"]


def test_half_an_event_never_reaches_the_client() -> None:
    for length in range(1, COMPLETED_AT):
        passed, _ = run(PLAIN, WHOLE[:length])
        assert all(event.data.endswith(b"}") for event in events(passed)), f"cut at {length}"


def test_half_of_the_final_event_is_no_end() -> None:
    for length in range(COMPLETED_AT + len(b"event: response.completed\ndata: {"), len(WHOLE) - 3):
        assert "Work closed" in failure(run(PLAIN, WHOLE[:length])[0])["response"]["error"]["message"]


@pytest.mark.parametrize("first", [0, 8, 99])
def test_failure_takes_the_next_number(first: int) -> None:
    whole = stream_of(first=first)
    cut = whole[: whole.index(b"event: response.completed")]

    assert failure(run(PLAIN, cut)[0])["sequence_number"] == first + 3
    assert failure(run(PLAIN, *re.findall(rb".+?\n\n", cut, re.DOTALL))[0])["sequence_number"] == first + 3


def test_failure_takes_the_next_number_however_the_input_is_cut() -> None:
    whole = stream_of(first=8)[: stream_of(first=8).index(b"event: response.completed")]

    for at in range(len(whole)):
        assert failure(run(PLAIN, whole[:at], whole[at:])[0])["sequence_number"] == 11, f"cut at {at}"


@pytest.mark.parametrize("name", ["C:\\models\\a.gguf", 'a "b"'])
def test_failure_names_the_model_as_the_client_does(name: str) -> None:
    settings = StreamSettings(mirror=json.dumps(name).encode(), hide_usage=False, channel="Work")

    assert failure(run(settings, WHOLE[:COMPLETED_AT])[0])["response"]["model"] == name


def test_connection_that_breaks_ends_as_failed() -> None:
    stream = ResponsesStream(PLAIN)
    passed = stream.feed(WHOLE[: COMPLETED_AT + 50])

    farewell = stream.break_off("Novapi: Work broke the connection.")

    assert failure(passed + farewell)["response"]["error"]["message"] == "Novapi: Work broke the connection."
    assert stream.end() == b""


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_failed_response_tells_its_error(settings: StreamSettings) -> None:
    final = event("response.failed", 0, response=response("failed", error={"code": "x", "message": "no memory"}))

    for at in range(len(final)):
        passed, stream = run(settings, final[:at], final[at:])
        assert (stream.error, stream.failed_at_once, len(events(passed))) == ("no memory", True, 1)


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_error_event_that_comes_first_is_a_failure_of_the_channel(settings: StreamSettings) -> None:
    stream = ResponsesStream(settings)

    stream.feed(event("error", 0, code="rate_limit_exceeded", message="slow down", param=None))

    assert (stream.error, stream.failed_at_once) == ("slow down", True)


@pytest.mark.parametrize("settings", BOTH, ids=str)
def test_comments_and_ids_are_swallowed(settings: StreamSettings) -> None:
    odd = b": waking\n\n" + WHOLE.replace(b"\n\n", b"\nid: 4\n\n: x\n\n").replace(b"\n", b"\r\n")

    for at in range(len(odd)):
        assert events(run(settings, odd[:at], odd[at:])[0]) == events(run(settings, WHOLE)[0]), f"cut at {at}"


@pytest.mark.parametrize("settings", BOTH, ids=str)
@pytest.mark.parametrize("whole", [b"event: ping\n\n" + WHOLE, WHOLE.replace(b"\n\n", b"\n\nevent: ping\n\n")])
def test_heartbeats_without_data_are_swallowed(settings: StreamSettings, whole: bytes) -> None:
    passed, _ = run(settings, *re.findall(rb".+?\n\n", whole, re.DOTALL))

    assert b"ping" not in passed


@pytest.mark.parametrize("data", [b"7", b"[]", b"not JSON", b'{"type":7}', b'{"type":null}', b"[DONE]"])
def test_data_that_is_no_event_is_passed_on_as_it_is(data: bytes) -> None:
    for settings in BOTH:
        passed, _ = run(settings, b"data: " + data + b"\n\n" + WHOLE)
        assert events(passed)[0].data == data


def test_deeply_nested_event_is_passed_on() -> None:
    deep = b'data: {"response":' + b"[" * 100_000 + b"]" * 100_000 + b"}\n\n"

    assert run(PLAIN, deep + WHOLE)[0].startswith(deep)
