"""Gemini's own streams, passed through to Gemini's clients."""

import json
from typing import Any

import pytest

from gateway.chat import Usage
from gateway.dialects.gemini.passing import GeminiStream
from gateway.dialects.passthrough import StreamSettings
from tests.gateway.dialects.test_gemini_streams import STREAMS, chunk, events

FIRST = chunk({"text": "Grüße\u2028"}, usageMetadata={"promptTokenCount": 5})
LAST = chunk(reason="STOP", usageMetadata={"promptTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 1})


def stream(mirror: bytes | None = None) -> GeminiStream:
    return GeminiStream(StreamSettings(mirror, False, "Work", b"AIzaSecret"))


def passed(upstream: bytes, through: GeminiStream | None = None) -> bytes:
    through = through or stream()
    return through.feed(upstream) + through.end()


def test_chunks_pass_byte_for_byte_and_are_looked_at() -> None:
    through = stream()

    assert passed(events(FIRST, LAST, end=b"\n\n"), through) == events(FIRST, LAST, end=b"\n\n")
    assert (through.tokens, through.model, through.error) == (Usage(5, 3, reasoning=1), "m", "")
    assert (through.is_finished, through.events) == (True, 2)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_a_stream_may_be_cut_anywhere(end: bytes) -> None:  # 77, 78
    upstream = b"\xef\xbb\xbf" + events(FIRST, LAST, end=end)
    for at in range(len(upstream)):
        through = stream()
        assert through.feed(upstream[:at]) + passed(upstream[at:], through) == events(FIRST, LAST, end=b"\n\n")


def test_each_event_goes_out_as_soon_as_it_is_whole() -> None:
    through = stream()

    assert through.feed(events(FIRST)) == events(FIRST, end=b"\n\n")
    assert through.feed(events(LAST)[:-4]) == b""


def test_a_missing_last_blank_line_loses_nothing() -> None:  # 78
    assert passed(events(FIRST, LAST)[:-4]) == events(FIRST, LAST, end=b"\n\n")


def test_what_googles_clients_fail_on_is_swallowed() -> None:  # 80, 83
    upstream = b": PROCESSING\n\nevent: ping\ndata: {}\nid: 5\n\ndata:[DONE]\n\ndata: hi\n\ndata\n\n"

    written = passed(upstream + events(LAST) + b"data: [DONE]\n\n")

    assert written == b"data: {}\n\n" + events(LAST, end=b"\n\n")


def test_json_in_many_lines_becomes_one_line() -> None:  # 78
    upstream = b"".join(b"data: " + line + b"\n" for line in json.dumps(LAST, indent=1).encode().split(b"\n")) + b"\n"

    written = passed(upstream)

    assert written.count(b"\n") == 2
    assert json.loads(written.removeprefix(b"data: ")) == LAST


def test_the_models_name_is_the_clients() -> None:  # 89
    through = stream(mirror=b'"alias"')

    written = passed(events(LAST), through)

    assert json.loads(written.removeprefix(b"data: ")) == {**LAST, "modelVersion": "alias"}
    assert through.model == "m"


@pytest.mark.parametrize(("chunks", "is_whole"), [([FIRST], False), ([], False), ([FIRST, LAST], True)])
def test_an_end_without_a_reason_is_an_error(chunks: list[Any], is_whole: bool) -> None:  # 83
    through = stream()
    written = passed(events(*chunks), through)

    assert bool(through.error) is not is_whole
    if not is_whole:
        error = json.loads(written.split(b"data: ")[-1])["error"]
        assert (error["code"], error["status"]) == (502, "UNAVAILABLE")
        assert "Work closed the stream in the middle" in error["message"]


def test_a_blocked_prompt_is_whole() -> None:  # 88
    through = stream()
    chunks, _ = STREAMS["88-blocked-prompt"]

    assert passed(events(*chunks), through) == events(*chunks, end=b"\n\n")
    assert not through.error


@pytest.mark.parametrize("in_list", [True, False])
def test_an_error_at_once_is_noticed_without_the_key(in_list: bool) -> None:  # 81
    through = stream()
    error = {"error": {"code": 400, "message": "Key AIzaSecret is bad", "status": "INVALID_ARGUMENT"}}

    written = passed(events([error] if in_list else error), through)

    assert b"AIzaSecret" not in written
    assert (through.error, through.error_status, through.failed_at_once) == ("Key [key] is bad", 400, True)


def test_an_error_in_the_middle_is_the_last_word() -> None:  # 81
    through = stream()
    written = passed(events(FIRST, {"error": {"message": "Busy", "code": "x"}}), through)

    assert written.endswith(b'data: {"error": {"message": "Busy", "code": "x"}}\n\n')
    assert (through.error, through.error_status, through.failed_at_once) == ("Busy", None, False)


@pytest.mark.parametrize(
    "data",
    [
        b'{"candidates":5}',
        b'{"candidates":[5]}',
        b"{broken",
        b'{"a":"\\ud800"}',
        b"[1]",
        b"[" * 5000,
        b'{"error":true}',
    ],
)
def test_strange_chunks_pass(data: bytes) -> None:
    assert stream().feed(b"data: " + data + b"\n\n") == b"data: " + data + b"\n\n"


def test_there_is_no_keepalive() -> None:
    assert stream().keepalive == b""
