"""Chat streams pass through: as little is changed as possible, and they end honestly."""

import itertools
import json
import re
from typing import Any

import pytest

from gateway.chat import Usage
from gateway.dialects.openai_chat.passing import ChatStream
from gateway.dialects.passthrough import Passthrough, StreamSettings, Verbatim
from gateway.sse import Decoder

PLAIN = StreamSettings(mirror=None, hide_usage=False, channel="Work")
HIDING = StreamSettings(mirror=None, hide_usage=True, channel="Work")
MIRRORING = StreamSettings(mirror=b'"smart"', hide_usage=False, channel="Work")
BOTH = StreamSettings(mirror=b'"smart"', hide_usage=True, channel="Work")
ALL_SETTINGS = [PLAIN, HIDING, MIRRORING, BOTH]
NULL_USAGE = re.compile(rb',\s?"usage":\s?null')

USAGE = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
TOKENS = Usage(input=7, output=3)
DONE = b"data: [DONE]\n\n"
TRICKY = '"usage":null, "model":"x" [DONE] \u2028 "finish_reason":"stop"'


def line(body: dict[str, Any], *, spaced: bool = False) -> bytes:
    separators = None if spaced else (",", ":")
    return b"data: " + json.dumps(body, ensure_ascii=False, separators=separators).encode() + b"\n\n"


def chunk(*deltas: dict[str, Any], finish: str | None = None, spaced: bool = False, **extra: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish} for delta in deltas]
    return line({"id": "c1", "model": "gpt-up", "choices": choices} | extra, spaced=spaced)


def with_usage(spaced: bool = False) -> bytes:
    """As OpenAI answers `include_usage`: null in every chunk, then a chunk of its own."""
    pieces = [
        chunk({"role": "assistant", "content": ""}, usage=None, spaced=spaced),
        chunk({"content": TRICKY}, usage=None, spaced=spaced),
        chunk({}, finish="stop", usage=None, spaced=spaced),
        chunk(usage=USAGE, spaced=spaced),
    ]
    return b"".join(pieces) + DONE


DEEPSEEK = chunk({"content": "a"}) + chunk({}, finish="stop", usage=USAGE) + DONE
AZURE = (
    line({"choices": [], "id": "", "model": "", "object": "", "prompt_filter_results": [{"prompt_index": 0}]})
    + chunk({"content": "a"})
    + chunk({}, finish="stop")
    + chunk(usage=USAGE)
    + DONE
)
GROQ = chunk({"content": "a"}) + chunk({}, finish="stop", x_groq={"id": "r", "usage": USAGE}) + DONE
TIMED = chunk({"content": "a"}) + chunk({}, finish="stop", timings={"prompt_n": 7, "predicted_n": 3}) + DONE
STREAMS = {
    "openai": with_usage(),
    "spaced": with_usage(spaced=True),
    "deepseek": DEEPSEEK,
    "azure": AZURE,
    "groq": GROQ,
    "llama.cpp": TIMED,
}


def run(settings: StreamSettings, *chunks: bytes, kind: type[Passthrough] = ChatStream) -> tuple[bytes, Passthrough]:
    stream = kind(settings)
    passed = b"".join([stream.feed(chunk) for chunk in chunks])
    return passed + stream.end(), stream


def learnt(stream: Passthrough) -> tuple[object, ...]:
    return stream.tokens, stream.events, stream.error, stream.error_status, stream.failed_at_once, stream.is_finished


def datas(passed: bytes) -> list[bytes]:
    return [event.data for event in Decoder().feed(passed)]


def last_error(passed: bytes) -> dict[str, Any]:
    error = json.loads(datas(passed)[-1])["error"]
    assert isinstance(error, dict)
    return error


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
@pytest.mark.parametrize("name", STREAMS)
def test_output_does_not_depend_on_how_the_input_is_cut(name: str, settings: StreamSettings) -> None:
    whole = STREAMS[name]
    passed, stream = run(settings, whole)

    for at in range(1, len(whole)):
        cut_passed, cut_stream = run(settings, whole[:at], whole[at:])
        assert (cut_passed, learnt(cut_stream)) == (passed, learnt(stream)), f"cut at {at}"


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
@pytest.mark.parametrize("name", STREAMS)
def test_output_of_single_bytes_and_of_single_events_is_the_same(name: str, settings: StreamSettings) -> None:
    whole = STREAMS[name]
    passed, stream = run(settings, whole)

    by_bytes, byte_stream = run(settings, *[bytes([byte]) for byte in whole])
    by_events, event_stream = run(settings, *re.findall(rb".+?\n\n", whole, re.DOTALL))

    assert by_bytes == by_events == passed
    assert learnt(byte_stream) == learnt(event_stream) == learnt(stream)


@pytest.mark.parametrize("name", STREAMS)
def test_stream_without_anything_to_change_passes_byte_for_byte(name: str) -> None:
    assert run(PLAIN, STREAMS[name])[0] == STREAMS[name]


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
@pytest.mark.parametrize("name", [name for name in STREAMS if name != "llama.cpp"])
def test_usage_is_taken_from_every_vendors_place(name: str, settings: StreamSettings) -> None:
    _, stream = run(settings, STREAMS[name])

    assert stream.tokens == TOKENS


def test_timings_are_taken_for_usage() -> None:
    assert run(PLAIN, TIMED)[1].tokens == TOKENS


@pytest.mark.parametrize("spaced", [False, True])
def test_usage_nobody_asked_for_is_taken_out(spaced: bool) -> None:
    passed, stream = run(HIDING, with_usage(spaced))

    expected = NULL_USAGE.sub(b"", with_usage(spaced).replace(chunk(usage=USAGE, spaced=spaced), b""))
    assert passed == expected
    assert [list(json.loads(data)) for data in datas(passed)[:-1]] == [["id", "model", "choices"]] * 3
    assert stream.events == 3


@pytest.mark.parametrize("null", [b'"usage":null,', b'"usage" : null ,'])
def test_null_usage_in_front_is_taken_out(null: bytes) -> None:
    passed, _ = run(HIDING, b"data: {" + null + b'"id":1,"choices":[]}\n\n')

    assert passed.startswith(b'data: {"id":1,"choices":[]}\n\n')


def test_usage_in_the_finish_chunk_is_kept() -> None:
    assert run(HIDING, DEEPSEEK)[0] == DEEPSEEK


def test_usage_that_was_asked_for_is_kept() -> None:
    assert run(PLAIN, with_usage())[0] == with_usage()


def test_first_chunk_of_azure_without_choices_is_kept() -> None:
    passed, stream = run(HIDING, AZURE)

    assert passed == AZURE.replace(chunk(usage=USAGE), b"")
    assert stream.tokens == TOKENS


def test_last_usage_counts_where_every_chunk_has_one() -> None:
    counted = chunk({"content": "a"}, usage={"prompt_tokens": 7, "completion_tokens": 1})

    _, stream = run(HIDING, counted + chunk({}, finish="stop", usage=USAGE) + DONE)

    assert stream.tokens == TOKENS


def test_model_is_renamed_at_the_top_only() -> None:
    inner = {"model": "keep", "text": '"model":"x"'}
    body = {"x": inner, "model": "gpt-up", "choices": [{"delta": {"content": TRICKY}, "finish_reason": "stop"}]}

    passed, _ = run(MIRRORING, line(body) + DONE)

    assert passed == line(body | {"model": "smart"}) + DONE


def test_chunk_without_a_model_gets_none() -> None:
    body = {"choices": [{"delta": {"content": '"model":1'}, "finish_reason": "stop"}]}

    assert run(MIRRORING, line(body) + DONE)[0] == line(body) + DONE


@pytest.mark.parametrize("settings", ALL_SETTINGS, ids=str)
def test_model_that_answered_is_noted(settings: StreamSettings) -> None:
    assert run(settings, with_usage())[1].model == "gpt-up"


def test_lines_are_not_cut_at_unicode_separators() -> None:
    text = "a\u2028b\u2029c\u0085d"
    whole = chunk({"content": text}) + chunk({}, finish="stop") + DONE

    for settings in ALL_SETTINGS:
        first = json.loads(datas(run(settings, whole)[0])[0])
        assert first["choices"][0]["delta"]["content"] == text


def test_missing_end_mark_is_added() -> None:
    whole = chunk({"content": "a"}, finish="length")

    for settings, at in itertools.product(ALL_SETTINGS, [1, len(whole) - 1, len(whole)]):
        passed, stream = run(settings, whole[:at], whole[at:])
        assert passed.endswith(DONE)
        assert passed.count(DONE) == 1
        assert not stream.error


def test_unterminated_last_event_is_passed_on() -> None:
    whole = chunk({"content": "a"}) + chunk({}, finish="stop").rstrip()

    assert run(PLAIN, whole)[0] == whole + b"\n\n" + DONE


def test_content_after_the_finish_is_still_passed_on() -> None:
    whole = chunk({}, finish="stop") + chunk({"content": "late"}) + DONE

    assert run(PLAIN, whole)[0] == whole


def test_sound_and_files_are_nobodys_business() -> None:
    sound = bytes(range(256)) + b"data: [DONE]\r\n: \n\nid: 1\n"

    passed, stream = run(BOTH, sound[:100], sound[100:], kind=Verbatim)

    assert passed == sound
    assert not stream.is_text


def test_stream_without_an_end_mark_of_its_own_passes_whole() -> None:
    partial = b'event: image_generation.partial_image\ndata: {"type":"x","b64_json":"' + b"A" * 70_000 + b'"}\n\n'
    final = b'event: image_generation.completed\ndata: {"usage":{"input_tokens":7,"output_tokens":3}}\n\n'
    whole = partial + final

    for at in (1, 50, 70_000, len(partial), len(whole) - 1):
        passed, stream = run(PLAIN, whole[:at], whole[at:], kind=Passthrough)
        assert (passed, stream.tokens, stream.error) == (whole, TOKENS, "")
