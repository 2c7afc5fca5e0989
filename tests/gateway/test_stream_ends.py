"""Chat streams that break, fail or come in odd shapes: the client gets only what is true and well formed."""

import json

import pytest

from gateway.dialects.openai_chat.passing import ChatStream
from gateway.dialects.passthrough import Passthrough, StreamSettings
from gateway.sse import Decoder
from tests.gateway.test_passthrough import (
    ALL_SETTINGS,
    DONE,
    HIDING,
    PLAIN,
    TOKENS,
    chunk,
    datas,
    last_error,
    learnt,
    line,
    run,
    with_usage,
)

FINISHED_AT = with_usage().index(b'"finish_reason":"stop"') + len(b'"finish_reason":"')
ERROR = line({"error": {"message": "the engine ran out of memory", "type": "server_error", "code": 503}})
ANSWER = chunk({"content": "a"}) + chunk({}, finish="stop")


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_stream_cut_before_its_finish_ends_with_an_honest_error(settings: StreamSettings) -> None:
    for length in range(1, FINISHED_AT):
        passed, stream = run(settings, with_usage()[:length])
        error = last_error(passed)
        assert (error["type"], error["code"]) == ("upstream_error", "stream_broken")
        assert "Work closed the stream in the middle" in error["message"]
        assert stream.error == error["message"]
        assert DONE not in passed


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_half_an_event_never_reaches_the_client(settings: StreamSettings) -> None:
    for length in range(1, len(with_usage())):
        passed, _ = run(settings, with_usage()[:length])
        assert all(is_whole(data) for data in datas(passed)), f"cut at {length}"


def is_whole(data: bytes) -> bool:
    try:
        return data == b"[DONE]" or isinstance(json.loads(data), dict)
    except ValueError:
        return False


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_end_mark_without_a_finish_reason_is_an_error(settings: StreamSettings) -> None:
    passed, stream = run(settings, chunk({"content": "a"}) + DONE)

    assert "Work ended its stream without a finish reason" in last_error(passed)["message"]
    assert DONE not in passed
    assert stream.error


def test_empty_finish_reason_is_none() -> None:
    passed, _ = run(PLAIN, chunk({"content": "a"}, finish="") + chunk({"content": "b"}, finish=""))

    assert DONE not in passed


@pytest.mark.parametrize("spelling", [b'"finish_reason":"stop"', b'"finish_reason": "stop"'])
def test_finish_reason_is_seen_however_it_is_spaced(spelling: bytes) -> None:
    whole = chunk({}, finish="stop").replace(b'"finish_reason":"stop"', spelling)

    assert run(PLAIN, whole)[0] == whole + DONE


@pytest.mark.parametrize("spelling", [b'"finish_reason" : "stop"', b'"finish_reason":  "stop"'])
def test_finish_reason_is_seen_with_unusual_blanks(spelling: bytes) -> None:
    whole = chunk({}, finish="stop").replace(b'"finish_reason":"stop"', spelling)

    assert run(PLAIN, whole)[0] == whole + DONE


def test_usage_is_seen_with_unusual_blanks() -> None:
    usage = chunk(usage={"prompt_tokens": 7, "completion_tokens": 3}).replace(b'"usage":{', b'"usage" : {')

    assert run(PLAIN, ANSWER, usage, DONE)[1].tokens == TOKENS


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
@pytest.mark.parametrize("end", [b"", DONE, chunk({}, finish="stop") + DONE])
def test_error_of_the_upstream_is_kept_and_is_the_last_word(settings: StreamSettings, end: bytes) -> None:
    whole = chunk({"content": "a"}) + ERROR + end

    for at in range(1, len(whole)):
        passed, stream = run(settings, whole[:at], whole[at:])
        assert ERROR in passed
        assert DONE not in passed
        assert passed.count(b'"error"') == 1
        assert (stream.error, stream.error_status) == ("the engine ran out of memory", 503)
        assert not stream.failed_at_once


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
@pytest.mark.parametrize("before", [b"", b": waking up\n\n", b"event: ping\n\n"])
def test_error_that_comes_first_is_told_from_one_in_the_middle(settings: StreamSettings, before: bytes) -> None:
    stream = ChatStream(settings)

    stream.feed(before + ERROR)

    assert stream.failed_at_once
    assert stream.error_status == 503


@pytest.mark.parametrize("cut", [False, True])
def test_error_beside_a_null_usage_is_seen(cut: bool) -> None:
    whole = chunk({"content": "a"}, error={"message": "oops"}, usage=None)
    at = 20 if cut else 0

    _, stream = run(HIDING, whole[:at], whole[at:])

    assert stream.error == "oops"


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_connection_that_breaks_ends_with_one_error(settings: StreamSettings) -> None:
    stream = ChatStream(settings)
    passed = stream.feed(chunk({"content": "a"}) + b'data: {"id":"c1","mod')

    farewell = stream.break_off("Novapi: Work broke the connection in the middle of its answer.")

    assert json.loads(datas(farewell)[0])["error"]["message"].startswith("Novapi: Work broke the connection")
    assert stream.end() == b""
    assert len(datas(passed + farewell)) == 2
    assert stream.error.startswith("Novapi: Work broke")


def test_ending_twice_owes_nothing() -> None:
    stream = ChatStream(PLAIN)
    stream.feed(ANSWER)

    assert stream.end() == DONE
    assert stream.end() == b""


@pytest.mark.parametrize(
    "data", [b"{}", b"[1]", b'"text"', b"7", b"not JSON", b'{"error"', b'{"usage":}', b'{"usage":[],"choices":7}']
)
def test_data_that_is_no_chunk_is_passed_on_as_it_is(data: bytes) -> None:
    for settings in (PLAIN, HIDING):
        assert run(settings, b"data: " + data + b"\n\n" + ANSWER)[0] == b"data: " + data + b"\n\n" + ANSWER + DONE


@pytest.mark.parametrize("data", [b'{"model":', b'{"model":{', b'{"model":"a'])
def test_hostile_data_is_passed_on_where_the_model_is_renamed(data: bytes) -> None:
    settings = StreamSettings(mirror=b'"smart"', hide_usage=False, channel="Work")

    assert datas(run(settings, b"data: " + data + b"\n\n" + ANSWER)[0])[0] == data


def test_deeply_nested_chunk_is_passed_on() -> None:
    settings = StreamSettings(mirror=b'"smart"', hide_usage=False, channel="Work")
    deep = b'data: {"a":' + b"[" * 100_000 + b"]" * 100_000 + b',"model":"gpt-up"}\n\n'

    assert run(settings, deep + ANSWER)[0].startswith(deep.replace(b"gpt-up", b"smart"))


ODD = {
    "comment first": b": OPENROUTER PROCESSING\n\n" + ANSWER + DONE,
    "comments between": chunk({"content": "a"}) + b": x\n\n:\n\n" + chunk({}, finish="stop") + b": y\n\n" + DONE,
    "pings": b"event: ping\n\n" + chunk({"content": "a"}) + b"event: ping\n\n" + chunk({}, finish="stop") + DONE,
    "typed": b"event: message\n" + chunk({"content": "a"}) + b"event: message\n" + chunk({}, finish="stop") + DONE,
    "ids": b"id: 1\n" + chunk({"content": "a"}) + b"id: 2\n" + chunk({}, finish="stop") + DONE,
    "id after data": ANSWER.replace(b"\n\n", b"\nid: 1\n\n") + DONE,
    "carriage returns": (ANSWER + DONE).replace(b"\n", b"\r\n"),
    "old Macs": (ANSWER + DONE).replace(b"\n", b"\r"),
    "mixed": chunk({"content": "a"}) + (chunk({}, finish="stop") + DONE).replace(b"\n", b"\r\n"),
    "no blank": (ANSWER + DONE).replace(b"data: ", b"data:"),
    "byte order mark": b"\xef\xbb\xbf" + ANSWER + DONE,
    "many lines": b'data: {"choices":[{"delta":{},\ndata: "finish_reason":"stop"}]}\n\n' + DONE,
    "retry first": b"retry: 100\n" + ANSWER + DONE,
    "retry between": chunk({"content": "a"}) + b"retry: 100\n" + chunk({"content": "b"}) + ANSWER + DONE,
    "blank lines": chunk({"content": "a"}) + b"\n\n\n" + chunk({"content": "b"}) + ANSWER + DONE,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_streams_come_out_regular_however_they_are_cut(name: str) -> None:
    whole = ODD[name]
    expected = [event.data for event in Decoder().feed(whole.removeprefix(b"\xef\xbb\xbf"))]
    for settings in (PLAIN, HIDING):
        _, in_one_piece = run(settings, whole)
        for at in range(len(whole)):
            passed, stream = run(settings, whole[:at], whole[at:])
            assert datas(passed) == expected, f"cut at {at}"
            assert all(line == b"" or line.startswith(b"data:") for line in passed.split(b"\n")), f"cut at {at}"
            assert learnt(stream) == learnt(in_one_piece), f"cut at {at}"


def test_data_without_a_finish_is_passed_on_where_streams_have_no_end_mark() -> None:
    passed, stream = run(PLAIN, b"data: {}\n\n", kind=Passthrough)

    assert (passed, stream.error) == (b"data: {}\n\n", "")
