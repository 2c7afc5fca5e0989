"""Ollama's streams: written line by line, and passed through line by line."""

import json
from typing import Any

import ollama
import pytest

from gateway.chat import (
    Begin,
    Delta,
    Finished,
    Image,
    Media,
    Message,
    PartDelta,
    ReasoningDelta,
    ReasoningWish,
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
from gateway.dialects.ollama import OllamaChatWriter, OllamaGenerateWriter, OllamaStream
from gateway.dialects.passthrough import StreamSettings
from gateway.sse import MAX_EVENT_BYTES, EventTooLarge

BEGIN = Begin("id", "upstream")
DONE = Finished("stop")
WRITERS = [OllamaChatWriter, OllamaGenerateWriter]
READ_BY = [(OllamaChatWriter, ollama.ChatResponse), (OllamaGenerateWriter, ollama.GenerateResponse)]


def settings(reasoning: ReasoningWish | None = None) -> WriterSettings:
    asked = Request("fast", (Message("user", (Text("Hello"),)),), reasoning=reasoning)
    return WriterSettings("fast", "call-id", False, Usage(input=7, is_estimated=True), asked)


def lines_of(stream: bytes) -> list[dict[str, Any]]:
    assert stream == b"" or stream.endswith(b"\n")
    return [json.loads(line) for line in stream.splitlines()]


def written(*deltas: Delta, writer: Any = OllamaChatWriter, wish: ReasoningWish | None = None) -> list[dict[str, Any]]:
    made = writer(settings(wish))
    return lines_of(b"".join(map(made.write, deltas)) + made.end())


def test_texts_are_lines_and_the_last_line_is_done() -> None:
    first, second, last = written(BEGIN, TextDelta("Hel"), TextDelta("lo"), DONE, Spent(Usage(input=13, output=5)))

    assert first["message"] == {"role": "assistant", "content": "Hel"}
    assert first["done"] is False
    assert second["message"]["content"] == "lo"
    assert (last["message"]["content"], last["done"], last["done_reason"]) == ("", True, "stop")
    assert (last["prompt_eval_count"], last["eval_count"]) == (13, 5)


def test_generated_texts_are_lines_too() -> None:
    first, last = written(BEGIN, TextDelta("Hello"), DONE, writer=OllamaGenerateWriter)

    assert (first["response"], first["done"]) == ("Hello", False)
    assert (last["response"], last["done"], last["done_reason"]) == ("", True, "stop")


@pytest.mark.parametrize(("writer", "model"), READ_BY)
def test_every_line_is_read_by_the_sdk(writer: Any, model: Any) -> None:
    said = BEGIN, ReasoningDelta("hm"), TextDelta("a"), ToolBegin(0, "id", "look"), ToolDelta(0, "{}"), DONE

    read = [model.model_validate(line) for line in written(*said, writer=writer)]

    assert {line.model for line in read} == {"fast"}
    assert [line.done for line in read] == [False] * (len(read) - 1) + [True]


@pytest.mark.parametrize("writer", WRITERS)
def test_durations_are_nanoseconds_and_never_nothing(writer: Any) -> None:
    last = written(BEGIN, TextDelta("a"), DONE, writer=writer)[-1]

    assert last["total_duration"] >= last["eval_duration"] > 0
    assert last["prompt_eval_duration"] > 0
    assert last["load_duration"] == 0


def test_thoughts_have_a_member_of_their_own() -> None:
    chat = written(BEGIN, ReasoningDelta("hm"), DONE)[0]
    generated = written(BEGIN, ReasoningDelta("hm"), DONE, writer=OllamaGenerateWriter)[0]

    assert chat["message"] == {"role": "assistant", "content": "", "thinking": "hm"}
    assert (generated["response"], generated["thinking"]) == ("", "hm")


@pytest.mark.parametrize("writer", WRITERS)
def test_unwanted_thoughts_and_signatures_are_left_out(writer: Any) -> None:
    unwanted = written(BEGIN, ReasoningDelta("hm"), DONE, writer=writer, wish=ReasoningWish("none", is_shown=False))
    signature = written(BEGIN, ReasoningDelta(signature="sig", origin="anthropic"), DONE, writer=writer)

    assert len(unwanted) == len(signature) == 1


def calls_of(*deltas: Delta) -> list[tuple[str, int, str, Any]]:
    calls = [line["message"]["tool_calls"] for line in written(BEGIN, *deltas) if "tool_calls" in line["message"]]
    assert all(len(call) == 1 for call in calls)
    functions = [(call[0]["id"], call[0]["function"]) for call in calls]
    return [(call_id, function["index"], function["name"], function["arguments"]) for call_id, function in functions]


LOOK = ToolBegin(0, "call_a", "look")
FIND = ToolBegin(1, "call_b", "find")


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        pytest.param(
            [LOOK, ToolDelta(0, '{"a":'), ToolDelta(0, " 1}"), DONE],
            [("call_a", 0, "look", {"a": 1})],
            id="in-pieces",
        ),
        pytest.param(
            [LOOK, ToolDelta(0, '{"a":'), FIND, ToolDelta(1, '{"b":'), ToolDelta(0, "1}"), ToolDelta(1, "2}"), DONE],
            [("call_a", 0, "look", {"a": 1}), ("call_b", 1, "find", {"b": 2})],
            id="34-parallel-deltas-interleaved",
        ),
        pytest.param([LOOK, DONE], [("call_a", 0, "look", {})], id="23-no-arguments"),
        pytest.param(
            [LOOK, ToolDelta(0, '{"a": '), DONE], [("call_a", 0, "look", {"_raw": '{"a": '})], id="24-broken"
        ),
        pytest.param([LOOK, ToolDelta(0, "{}")], [("call_a", 0, "look", {})], id="without-an-end"),
        pytest.param(
            [ToolBegin(0, "call_a", "patch", kind="custom"), ToolDelta(0, "a{}"), ToolDelta(0, "b"), DONE],
            [("call_a", 0, "patch", {"input": "a{}b"})],
            id="custom-tool",
        ),
        pytest.param([ToolBegin(3, "call_a", "look"), DONE], [("call_a", 0, "look", {})], id="35-numbered-from-0"),
        pytest.param([ToolDelta(5, "{}"), DONE], [], id="arguments-of-no-call"),
    ],
)
def test_tool_calls_are_told_whole(deltas: list[Delta], calls: list[Any]) -> None:
    assert calls_of(*deltas) == calls


def test_a_call_is_told_as_soon_as_it_is_whole() -> None:
    writer = OllamaChatWriter(settings())

    pieces = [writer.write(delta) for delta in (LOOK, ToolDelta(0, '{"a":{"b":1}'), ToolDelta(0, "}"))]

    assert pieces[:2] == [b"", b""]
    assert b"tool_calls" in pieces[2]


def test_refusals_and_pictures_are_texts() -> None:
    refusal, picture, _ = written(
        BEGIN, RefusalDelta("No."), PartDelta(Image(Media(url="https://e.example/a.png"))), DONE
    )

    assert refusal["message"]["content"] == "No."
    assert picture["message"]["content"] == "![](https://e.example/a.png)"


def test_other_choices_are_left_out() -> None:
    lines = written(BEGIN, TextDelta("a"), TextDelta("b", choice=1), Finished("length", choice=1), DONE)

    assert len(lines) == 2
    assert lines[-1]["done_reason"] == "stop"


def test_the_length_is_a_reason() -> None:
    assert written(BEGIN, Finished("length"))[-1]["done_reason"] == "length"


@pytest.mark.parametrize(
    ("deltas", "prompt"),
    [
        pytest.param([BEGIN], 7, id="the-estimate"),
        pytest.param([Begin("id", "m", usage=Usage(input=9))], 9, id="the-beginnings"),
        pytest.param([BEGIN, Spent(Usage(input=8)), Spent(Usage(input=10))], 10, id="55-the-last-counts"),
    ],
)
def test_the_best_known_usage_is_told(deltas: list[Delta], prompt: int) -> None:
    assert written(*deltas, DONE)[-1]["prompt_eval_count"] == prompt


@pytest.mark.parametrize(("writer", "model"), READ_BY)
def test_keepalives_are_lines_that_say_nothing(writer: Any, model: Any) -> None:
    (line,) = lines_of(writer(settings()).keepalive)

    read = model.model_validate(line)
    assert read.done is False
    assert (line.get("response") or line.get("message", {}).get("content")) in ("", None)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_broken_answer_ends_with_an_error(writer: Any) -> None:
    made = writer(settings())
    made.write(TextDelta("a"))

    assert lines_of(made.fail("The channel broke off.")) == [{"error": "The channel broke off."}]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_text_is_told_at_once(writer: Any) -> None:
    made = writer(settings())

    assert all(made.write(TextDelta(text)).count(b"\n") == 1 for text in ("a", "\n", "\u2028", "é"))


# Passed through

CHAT = (
    b'{"model":"llama3:8b","created_at":"2026-11-23T12:00:00Z","message":{"role":"assistant","content":"H\xc3\xa9"},'
    b'"done":false}\n'
    b'{"model":"llama3:8b","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"set",'
    b'"arguments":{"done":true,"model":"x"}}}]},"done":false}\n'
    b'{"model":"llama3:8b","message":{"role":"assistant","content":"\\"error\\""},"done":false}\n'
    b'{"model":"llama3:8b","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop",'
    b'"total_duration":5,"prompt_eval_count":13,"eval_count":5}\n'
)


def stream(mirror: bytes | None = None, secret: bytes = b"") -> OllamaStream:
    return OllamaStream(StreamSettings(mirror, hide_usage=False, channel="Work", secret=secret))


def passed(passing: OllamaStream, *chunks: bytes) -> bytes:
    return b"".join(map(passing.feed, chunks)) + passing.end()


def test_lines_pass_as_they_are() -> None:
    passing = stream()

    assert passed(passing, CHAT) == CHAT
    assert (passing.tokens, passing.model, passing.events) == (Usage(input=13, output=5), "llama3:8b", 4)
    assert passing.is_finished
    assert passing.is_over
    assert not passing.error


@pytest.mark.parametrize("at", range(1, len(CHAT)))
def test_cut_anywhere_they_are_the_same(at: int) -> None:
    passing = stream(b'"fast"')

    assert passed(passing, CHAT[:at], CHAT[at:]) == CHAT.replace(b'"model":"llama3:8b"', b'"model":"fast"')
    assert passing.tokens == Usage(input=13, output=5)


def test_only_whole_lines_pass_and_those_at_once() -> None:
    passing = stream()
    first, rest = CHAT[:-200], CHAT[-200:]

    shown = passing.feed(first)

    assert shown == first[: first.rfind(b"\n") + 1]
    assert shown + passing.feed(rest) == CHAT


def test_nothing_follows_the_end() -> None:
    passing = stream()

    assert passed(passing, CHAT, b'{"done":false}\n') == CHAT


def test_a_last_line_without_its_end_counts() -> None:
    passing = stream()

    assert passed(passing, CHAT.rstrip()) == CHAT
    assert passing.is_finished


def test_blank_lines_and_carriage_returns_do_no_harm() -> None:
    passing = stream()

    assert lines_of(passed(passing, CHAT.replace(b"\n", b"\r\n\r\n"))) == lines_of(CHAT)


@pytest.mark.parametrize("rest", [b"", b'{"model":"llama3:8b","mess'], ids=["between-lines", "in-a-line"])
def test_a_stream_that_breaks_off_says_so(rest: bytes) -> None:
    passing = stream()
    begun = CHAT[: CHAT.index(b"\n") + 1]

    *_, last = lines_of(passed(passing, begun, rest))

    assert "Work closed the stream in the middle" in last["error"]
    assert "Work" in passing.error
    assert not passing.is_finished
    assert passing.end() == b""


def test_broken_off_from_outside_the_line_begun_is_dropped() -> None:
    passing = stream()
    shown = passing.feed(CHAT[:-50]) + passing.break_off("It was stopped.")

    assert lines_of(shown)[-1] == {"error": "It was stopped."}


def test_an_error_at_once_is_the_channels_failure() -> None:
    passing = stream(secret=b"sk-secret")

    shown = passed(passing, b'{"error":"bad key sk-secret"}\n')

    assert shown == b'{"error":"bad key [key]"}\n'
    assert passing.failed_at_once
    assert passing.error == "bad key [key]"


def test_an_error_in_the_middle_is_the_last_word() -> None:
    passing = stream()
    begun = CHAT[: CHAT.index(b"\n") + 1]

    assert lines_of(passed(passing, begun + b'{"error":"out of memory"}\n' + CHAT))[1:] == [{"error": "out of memory"}]
    assert passing.error == "out of memory"
    assert not passing.failed_at_once


def test_lines_that_are_no_json_pass_and_tell_nothing() -> None:
    passing = stream(b'"fast"')

    assert passed(passing, b'"done":true "model" oops\n' + CHAT).startswith(b'"done":true "model" oops\n')
    assert passing.tokens == Usage(input=13, output=5)


def test_a_line_without_end_is_given_up() -> None:
    passing = stream()
    assert passing.feed(b"x" * MAX_EVENT_BYTES) == b""

    with pytest.raises(EventTooLarge):
        passing.feed(b"x")


@pytest.mark.parametrize(
    ("first", "model"),
    [
        (CHAT.partition(b"\n")[0], ollama.ChatResponse),
        (b'{"model":"llama3:8b","response":"H","done":false}', ollama.GenerateResponse),
    ],
)
def test_keepalives_look_like_the_stream_they_are_in(first: bytes, model: Any) -> None:
    passing = stream()
    passing.feed(first + b"\n")

    (line,) = lines_of(passing.keepalive)

    read = model.model_validate(line)
    assert (read.model, read.done) == ("llama3:8b", False)
    assert ("response" in line) == (model is ollama.GenerateResponse)


def test_keepalives_call_the_model_what_the_client_did() -> None:
    (line,) = lines_of(stream(b'"fast"').keepalive)

    assert line["model"] == "fast"
