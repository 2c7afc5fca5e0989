"""Streams that fail: before the first event the next channel answers, after it the client is told honestly."""

import json
from typing import Any

import pytest

from tests.fake_upstream import (
    DONE,
    RESET,
    USAGE_CHUNK,
    FakeUpstream,
    Script,
    chunk,
    event_stream,
    head,
    json_reply,
)
from tests.running import Novapi

ERROR = b'data: {"error":{"message":"overloaded","type":"server_error","code":null}}\n\n'
GOOD = [chunk("fine"), chunk(finish="stop"), DONE]


def error_in_last_event(received: bytes) -> dict[str, Any]:
    last = received.rstrip(b"\n").split(b"\n\n")[-1]
    return dict(json.loads(last.removeprefix(b"data: "))["error"])


FALSE_STARTS: dict[str, Script] = {
    "error event": event_stream(ERROR),
    "error event after a comment": event_stream(b": hello\n\n", 0.05, ERROR),
    "error event in CRLF": event_stream(ERROR.replace(b"\n", b"\r\n")),
    "error event in pieces": event_stream(ERROR[:20], 0.05, ERROR[20:]),
    "html": lambda call: [head(200, "text/html"), b"<html>"],
    "json error under 200": json_reply({"error": {"message": "overloaded"}}),
    "500": json_reply({"error": {"message": "broken"}}, 500),
    "empty": event_stream(),
    "comments only": event_stream(b": one\n\n", b": two\n\n"),
    "done only": event_stream(DONE),
    "cut first event": event_stream(b'data: {"id":'),
    "reset": event_stream(0.05, RESET),
    "html called event stream": event_stream(b"<html>\n<body>Just a moment</body>\n"),
    "silence": event_stream(30),
}


@pytest.mark.parametrize("start", FALSE_STARTS)
def test_next_channel_answers_for_a_false_start(novapi: Novapi, start: str) -> None:
    limits = {"first_byte_s": 0.5, "idle_s": 0.5}
    with FakeUpstream(FALSE_STARTS[start]) as faulty, FakeUpstream(event_stream(*GOOD)) as sound:
        model = novapi.add_channel(faulty.url, priority=10, **limits)
        novapi.add_channel(sound.url, model=model)

        with novapi.stream(model) as response:
            received = response.read()

    assert response.status_code == 200
    assert response.headers["x-novapi-attempts"] == "2"
    assert received == b"".join(GOOD)
    assert novapi.record(response.headers["x-novapi-request-id"])["error"] == ""


def test_false_start_of_the_only_channel_is_a_plain_error(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(ERROR)) as upstream:
        model = novapi.add_channel(upstream.url, name="Falters")

        with novapi.stream(model) as response:
            response.read()

    assert response.status_code == 502
    assert response.headers["content-type"] == "application/json"
    assert "Falters (answered with an error: overloaded)" in response.json()["error"]["message"]


def test_refusal_in_the_first_event_is_a_plain_error_with_its_status(novapi: Novapi) -> None:
    refusal = b'data: {"error":{"message":"prompt too long","code":400}}\n\n'
    with FakeUpstream(event_stream(refusal)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            response.read()

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"
    assert "prompt too long" in response.json()["error"]["message"]


@pytest.mark.parametrize("ending", [[], [0.05, RESET], [chunk("half")[:20]], [DONE]])
def test_break_in_the_middle_is_an_error_event(novapi: Novapi, ending: list[bytes | float]) -> None:
    with FakeUpstream(event_stream(chunk("one"), 0.05, *ending)) as upstream, FakeUpstream(event_stream()) as second:
        model = novapi.add_channel(upstream.url, priority=10, name=f"Breaks {len(ending)} {ending[:1]}"[:60])
        novapi.add_channel(second.url, model=model)

        with novapi.stream(model) as response:
            received = response.read()

    assert response.status_code == 200
    assert received.startswith(chunk("one"))
    assert DONE not in received
    assert b'"finish_reason":"stop"' not in received
    error = error_in_last_event(received)
    assert (error["type"], error["code"]) == ("upstream_error", "stream_broken")
    assert (len(upstream.calls), len(second.received)) == (1, 0)
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert record["error"] == error["message"]
    assert record["estimated"] == 1
    assert record["output_tokens"] >= 1


def test_break_inside_a_chunked_body_is_an_error_event(novapi: Novapi) -> None:
    start = head(200, "text/event-stream", Transfer_Encoding="chunked")
    first = b"%x\r\n%b\r\n" % (len(chunk("one")), chunk("one"))
    with FakeUpstream(lambda call: [start, first, 0.05, b"ffff\r\nda"]) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            received = response.read()

    assert received.startswith(chunk("one"))
    assert error_in_last_event(received)["code"] == "stream_broken"


def test_error_of_the_provider_in_the_middle_is_the_last_word(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), 0.05, ERROR)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            received = response.read()

    assert received == chunk("one") + ERROR
    assert novapi.record(response.headers["x-novapi-request-id"])["error"] == "overloaded"


@pytest.mark.parametrize("before", [[], [chunk("one"), 0.05]])
def test_key_in_an_error_event_reaches_nobody(novapi: Novapi, before: list[bytes | float]) -> None:
    error = b'data: {"error":{"message":"bad key sk-upstream-secret-0001"}}\n\n'
    with FakeUpstream(event_stream(*before, error)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            received = response.read()

    assert b"bad key" in received
    assert b"sk-upstream-secret-0001" not in received


def test_silence_in_the_middle_is_an_error_event(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), 30)) as upstream:
        model = novapi.add_channel(upstream.url, idle_s=0.5)

        with novapi.stream(model) as response:
            received = response.read()

        assert upstream.hung_up.wait(1)

    assert received.startswith(chunk("one"))
    assert DONE not in received
    assert error_in_last_event(received)["code"] == "stream_broken"
    assert "of silence" in novapi.record(response.headers["x-novapi-request-id"])["error"]


def test_silence_in_the_middle_is_told_with_its_length(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), 30)) as upstream:
        model = novapi.add_channel(upstream.url, idle_s=0.5)

        with novapi.stream(model) as response:
            received = response.read()

    assert "after 0.5 s of silence" in error_in_last_event(received)["message"]


def test_slow_stream_is_no_silent_one(novapi: Novapi) -> None:
    pieces = [piece for number in range(5) for piece in (chunk(str(number)), 0.3)]
    with FakeUpstream(event_stream(*pieces, chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url, idle_s=0.5)

        with novapi.stream(model) as response:
            received = response.read()

    assert received.endswith(chunk(finish="stop") + DONE)


def test_stream_is_over_with_done_even_if_the_provider_does_not_close(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), chunk(finish="stop"), USAGE_CHUNK, DONE, 30)) as upstream:
        model = novapi.add_channel(upstream.url, idle_s=0.5)

        with novapi.stream(model) as response:
            received = response.read()

    assert received == chunk("one") + chunk(finish="stop") + DONE
    assert novapi.record(response.headers["x-novapi-request-id"])["error"] == ""
