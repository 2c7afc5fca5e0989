"""Messages streams pass through as they came, and end honestly."""

import json
import re
from typing import Any

import pytest

from gateway.chat import Usage
from gateway.dialects.anthropic import AnthropicStream
from gateway.dialects.passthrough import StreamSettings
from gateway.sse import Decoder

PLAIN = StreamSettings(mirror=None, hide_usage=False, channel="Work", secret=b"sk-secret")
MIRRORING = PLAIN.__class__(mirror=b'"smart"', hide_usage=False, channel="Work", secret=b"sk-secret")
BOTH = [PLAIN, MIRRORING]
USAGE = {"input_tokens": 13, "cache_creation_input_tokens": 31, "cache_read_input_tokens": 22000, "output_tokens": 43}
TOKENS = Usage(input=22044, output=61, cached=22000, cache_written=31)
TRICKY = 'event: message_stop\n\n"error" "usage":{"output_tokens":1} "model":"x" \u2028 [DONE]'


def event(kind: str, **members: Any) -> bytes:
    body = json.dumps({"type": kind, **members}, ensure_ascii=False, separators=(",", ":"))
    return f"event: {kind}\ndata: {body}\n\n".encode()


START = event("message_start", message={"id": "msg_1", "model": "claude-up", "content": [], "usage": USAGE})
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
SAID = (
    event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    + event("content_block_delta", index=0, delta={"type": "text_delta", "text": TRICKY})
    + event("content_block_delta", index=0, delta={"type": "text_delta", "text": "model"})
    + event("content_block_stop", index=0)
)
LAST = event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 61})
STOP = event("message_stop")
WHOLE = START + PING + SAID + LAST + STOP


def run(settings: StreamSettings, *chunks: bytes) -> tuple[bytes, AnthropicStream]:
    stream = AnthropicStream(settings)
    passed = b"".join([stream.feed(chunk) for chunk in chunks])
    return passed + stream.end(), stream


def learnt(stream: AnthropicStream) -> tuple[object, ...]:
    return (stream.tokens, stream.model, stream.events, stream.error, stream.error_status, stream.failed_at_once,
            stream.is_finished, stream.is_over)  # fmt: skip


def last_body(passed: bytes) -> tuple[bytes, Any]:
    last = Decoder().feed(passed)[-1]
    return last.type, json.loads(last.data)


def test_whole_stream_passes_byte_for_byte() -> None:
    passed, stream = run(PLAIN, WHOLE)

    assert passed == WHOLE
    assert learnt(stream) == (TOKENS, "claude-up", 8, "", None, False, True, True)


def test_89_model_is_called_what_the_client_called_it_and_nothing_else_changes() -> None:
    passed, stream = run(MIRRORING, WHOLE)

    assert passed == WHOLE.replace(b'"claude-up"', b'"smart"')
    assert stream.model == "claude-up"


ERROR = event("error", error={"type": "overloaded_error", "message": "busy"})
ODD = {
    "whole": WHOLE,
    "cut": START + SAID,
    "error": START + SAID + ERROR,
    "error-at-once": ERROR,
    "crlf": WHOLE.replace(b"\n", b"\r\n"),
    "no-event-lines": re.sub(rb"^event: .*\n", b"", WHOLE, flags=re.MULTILINE),
    "comments": b": hello\n\n" + WHOLE,
}


@pytest.mark.parametrize("settings", BOTH, ids=str)
@pytest.mark.parametrize("name", ODD)
def test_output_does_not_depend_on_how_the_input_is_cut(name: str, settings: StreamSettings) -> None:
    whole = ODD[name]
    passed, stream = run(settings, whole)

    for at in range(1, len(whole)):
        cut_passed, cut_stream = run(settings, whole[:at], whole[at:])
        assert (cut_passed, learnt(cut_stream)) == (passed, learnt(stream)), f"cut at {at}"


@pytest.mark.parametrize("settings", BOTH, ids=str)
@pytest.mark.parametrize("name", ODD)
def test_single_bytes_and_single_events_give_the_same(name: str, settings: StreamSettings) -> None:
    whole = ODD[name]
    passed, stream = run(settings, whole)

    by_bytes, byte_stream = run(settings, *[bytes([byte]) for byte in whole])
    by_events, event_stream = run(settings, *re.findall(rb".+?\n\n|.+\Z", whole, re.DOTALL))

    assert by_bytes == by_events == passed
    assert learnt(byte_stream) == learnt(event_stream) == learnt(stream)


@pytest.mark.parametrize("name", ["crlf", "no-event-lines", "comments"])
def test_odd_streams_come_out_regular_with_their_event_lines(name: str) -> None:
    passed, stream = run(PLAIN, ODD[name])

    assert passed == WHOLE
    assert stream.tokens == TOKENS


def test_what_a_block_says_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = AnthropicStream(PLAIN)
    stream.feed(START)
    monkeypatch.setattr(stream, "take_apart", None)  # it would fail if it were called

    assert stream.feed(SAID) == SAID
    assert stream.events == 5


@pytest.mark.parametrize("settings", BOTH, ids=str)
@pytest.mark.parametrize(
    "whole", [START + SAID, START + SAID + LAST], ids=["without-a-reason", "without-message-stop"]
)
def test_81_stream_without_its_end_ends_with_an_honest_error(whole: bytes, settings: StreamSettings) -> None:
    passed, stream = run(settings, whole)

    kind, body = last_body(passed)
    assert kind == b"error"
    assert (body["type"], body["error"]["type"]) == ("error", "api_error")
    assert "Work closed the stream in the middle" in body["error"]["message"]
    assert stream.error == body["error"]["message"]


def test_half_an_event_never_reaches_the_client() -> None:
    for length in range(1, len(WHOLE)):
        passed, _ = run(PLAIN, WHOLE[:length])
        assert all(json.loads(each.data) for each in Decoder().feed(passed)), f"cut at {length}"


def test_81_error_in_the_middle_is_the_last_word() -> None:
    passed, stream = run(PLAIN, START + SAID + ERROR)

    assert passed == START + SAID + ERROR
    assert (stream.error, stream.error_status, stream.failed_at_once) == ("busy", 529, False)


def test_error_at_once_is_noticed() -> None:
    assert run(PLAIN, ERROR)[1].failed_at_once


@pytest.mark.parametrize("error", [{"message": "busy", "code": 503}, "busy"])
def test_error_as_others_tell_it_is_told_as_anthropic_does(error: Any) -> None:
    passed, stream = run(PLAIN, START + b"data: " + json.dumps({"error": error}).encode() + b"\n\n")

    assert last_body(passed) == (b"error", {"type": "error", "error": {"type": "api_error", "message": "busy"}})
    assert stream.error == "busy"


def test_key_of_the_channel_is_not_repeated_in_an_error() -> None:
    passed, stream = run(PLAIN, event("error", error={"type": "authentication_error", "message": "bad sk-secret"}))

    assert b"sk-secret" not in passed
    assert (stream.error, stream.error_status) == ("bad [key]", 401)


def test_83_done_is_not_passed_on_and_nothing_follows_the_end() -> None:
    assert run(PLAIN, WHOLE + b"data: [DONE]\n\n" + PING)[0] == WHOLE
    assert run(PLAIN, WHOLE, b"data: [DONE]\n\n")[0] == WHOLE


def test_message_members_of_blocks_are_not_taken_for_the_stream_itself() -> None:
    found = event("content_block_start", index=0, content_block={"type": "mcp_tool_result", "error": {"message": "x"}})
    passed, stream = run(PLAIN, START + found + STOP)

    assert passed == START + found + STOP
    assert stream.error == ""


@pytest.mark.parametrize("data", ["[]", "1", "{", '{"message":1,"usage":1}', '{"message":{"usage":[]}}', "[" * 5000])
def test_hostile_events_pass_unread(data: str) -> None:
    odd = f"event: message_start\ndata: {data}\n\n".encode()

    for settings in BOTH:
        passed, stream = run(settings, START + odd + LAST + STOP)
        assert odd in passed
        assert stream.tokens == TOKENS


def test_keepalive_is_a_ping() -> None:
    assert AnthropicStream.keepalive == b'event: ping\ndata: {"type":"ping"}\n\n'
