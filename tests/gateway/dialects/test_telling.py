"""A whole answer told as a stream says what it said, to the clients of every dialect."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.chat import (
    Begin,
    Choice,
    Delta,
    Finished,
    Image,
    Media,
    Part,
    PartDelta,
    Reasoning,
    ReasoningDelta,
    Refusal,
    RefusalDelta,
    Request,
    Response,
    Spent,
    Text,
    TextDelta,
    ToolBegin,
    ToolCall,
    ToolDelta,
    Usage,
)
from gateway.chat_translation import CLIENTS, FORMATS
from gateway.dialects.format import WriterSettings
from gateway.dialects.reading import json_text
from gateway.dialects.telling import Thoughts, told
from gateway.sse import Decoder

often = settings(deadline=None, max_examples=100, derandomize=True, database=None)
SETTINGS = WriterSettings("alias", "nv_1", True, Usage(5, is_estimated=True), Request("alias", ()))

ANSWER = Response(
    "r1",
    "alias",
    (
        Choice(
            (
                Reasoning("Hm.", "c2ln", "anthropic"),
                Text("Look:"),
                ToolCall("a", "run", '{"x":1}', signature="s"),
                ToolCall("b", "patch", "", kind="custom", namespace="files"),
            ),
            "tool_calls",
        ),
        Choice((Refusal("No."), Image(Media(url="u"))), "stop_sequence", "END", index=1),
    ),
    Usage(3, 4),
    created=7,
)


def test_an_answer_is_told_choice_by_choice_and_part_by_part():
    """86"""
    assert list(told(ANSWER)) == [
        Begin("r1", "alias", 7, Usage(3, 4)),
        ReasoningDelta("Hm.", "c2ln", "anthropic"),
        TextDelta("Look:"),
        ToolBegin(0, "a", "run", signature="s"),
        ToolDelta(0, '{"x":1}'),
        ToolBegin(1, "b", "patch", "custom", "files"),
        ToolDelta(1, ""),
        Finished("tool_calls"),
        RefusalDelta("No.", 1),
        PartDelta(Image(Media(url="u")), 1),
        Finished("stop_sequence", "END", 1),
        Spent(Usage(3, 4)),
    ]


@pytest.mark.parametrize(
    ("response", "deltas"),
    [
        pytest.param(
            Response("r", "m", (Choice((), None),)), [Begin("r", "m"), Finished("stop")], id="83-no-reason-to-finish"
        ),
        pytest.param(Response("r", "m", ()), [Begin("r", "m"), Finished("stop")], id="83-no-choice-at-all"),
    ],
)
def test_a_stream_always_finishes(response, deltas):
    assert list(told(response)) == deltas


# Thoughts, put together


@pytest.mark.parametrize(
    ("pieces", "thoughts"),
    [
        pytest.param([], (), id="none"),
        pytest.param([ReasoningDelta("")], (), id="61-an-empty-piece"),
        pytest.param([ReasoningDelta("a"), ReasoningDelta("b")], (Reasoning("ab"),), id="61-without-a-signature"),
        pytest.param(
            [ReasoningDelta("a"), ReasoningDelta("b"), ReasoningDelta(signature="s", origin="o")],
            (Reasoning("ab", "s", "o"),),
            id="62-signed",
        ),
        pytest.param(
            [ReasoningDelta("a", "s", "o"), ReasoningDelta("b", "t", "o"), ReasoningDelta("c")],
            (Reasoning("a", "s", "o"), Reasoning("b", "t", "o"), Reasoning("c")),
            id="62-each-with-its-own-signature",
        ),
        pytest.param(
            [ReasoningDelta("a"), ReasoningDelta("", "s", "o", is_redacted=True), ReasoningDelta("b")],
            (Reasoning("a"), Reasoning("", "s", "o", is_redacted=True), Reasoning("b")),
            id="63-redacted",
        ),
    ],
)
def test_thoughts_are_put_together_and_kept_apart(pieces, thoughts):
    collected = Thoughts()
    for piece in pieces:
        collected.add(piece)

    assert collected.before_call() == thoughts
    assert collected.before_call() == thoughts  # a parallel call has them too


def test_after_a_call_new_thoughts_begin():
    thoughts = Thoughts()
    thoughts.add(ReasoningDelta("a", "s", "o"))
    thoughts.before_call()
    thoughts.add(ReasoningDelta("b"))

    assert thoughts.before_call() == (Reasoning("b"),)


# Whole → stream → whole


def gathered(deltas: Iterable[Delta]) -> Response:
    """What a stream of deltas said, as a whole answer."""
    begun = Begin("", "")
    usage: Usage | None = None
    choices: dict[int, list[Part]] = {}
    finishes: dict[int, Finished] = {}
    calls: dict[tuple[int, int], int] = {}
    for delta in deltas:
        parts = choices.setdefault(getattr(delta, "choice", 0), [])
        match delta:
            case Begin():
                begun, usage = delta, usage or delta.usage
            case Spent():
                usage = delta.usage
            case Finished():
                finishes[delta.choice] = delta
            case ToolBegin():
                calls[delta.choice, delta.index] = len(parts)
                parts.append(ToolCall(delta.id, delta.name, "", delta.kind, delta.namespace, delta.signature))
            case ToolDelta():
                place = calls[delta.choice, delta.index]
                call = parts[place]
                parts[place] = msgspec.structs.replace(call, arguments=call.arguments + delta.arguments)
            case TextDelta() | RefusalDelta() | ReasoningDelta():
                parts[-1:] = longer(parts[-1:], said_in(delta))
            case PartDelta():
                parts.append(delta.part)
    return Response(
        begun.id,
        begun.model,
        tuple(
            Choice(tuple(choices[index]), finish.finish, finish.stop_sequence, index)
            for index, finish in sorted(finishes.items())
        ),
        usage,
        begun.created,
    )


def said_in(delta: Any) -> Part:
    if isinstance(delta, ReasoningDelta):
        return Reasoning(delta.text, delta.signature, delta.origin, delta.is_redacted)
    return Text(delta.text) if isinstance(delta, TextDelta) else Refusal(delta.text)


def longer(last: list[Part], part: Any) -> list[Part]:
    """The last part, gone on with; or both."""
    match last, part:
        case ([Text() as before], Text()) | ([Refusal() as before], Refusal()):
            return [type(part)(before.text + part.text)]
        case [Reasoning(signature="", is_redacted=False) as before], Reasoning(is_redacted=False):
            return [Reasoning(before.text + part.text, part.signature, part.origin)]
    return [*last, part]


def told_and_read(response: Response, dialect: str) -> Response:
    """Through the writer for clients of a dialect, and its reader for providers."""
    writer, reader, decoder = FORMATS[dialect].writer(SETTINGS), FORMATS[dialect].reader(), Decoder()
    sent = b"".join([writer.write(delta) for delta in told(response)]) + writer.end()
    deltas = [delta for event in decoder.feed(sent) + decoder.flush() for delta in reader.feed(event)]
    return gathered(deltas + reader.end())


words = st.text(min_size=1, max_size=8, alphabet=st.characters(codec="utf-8"))
values: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
arguments = st.dictionaries(words, values, max_size=3).map(json_text)
counts = st.integers(0, 10**6)
signatures = st.binary(min_size=3, max_size=9).map(lambda data: json.dumps(data.hex()).strip('"'))


def calls_of(dialect: str) -> Any:
    signed = signatures.map(lambda text: text * 4) if dialect in ("gemini", "openai-chat") else st.just("")
    plain = st.builds(ToolCall, words, words, arguments, signature=st.just("") | signed)
    if dialect not in ("openai-chat", "openai-responses"):
        return plain
    custom = st.builds(ToolCall, words, words, words, kind=st.just("custom"))
    return plain | custom


def thoughts_of(dialect: str) -> Any:
    if dialect == "openai-chat":
        return st.builds(Reasoning, words)
    signed = st.builds(Reasoning, words, signatures.map(lambda text: text * 4), st.just(dialect))
    if dialect == "anthropic":
        redacted = st.builds(Reasoning, signature=signatures, origin=st.just(dialect), is_redacted=st.just(True))
        return signed | redacted | st.builds(Reasoning, words)
    return signed | st.builds(Reasoning, words)


def apart(parts: list[Any]) -> tuple[Any, ...]:
    """Without neighbours that a stream would not tell apart."""
    kept: list[Any] = []
    for part in parts:
        if not kept or isinstance(part, ToolCall) or type(part) is not type(kept[-1]):
            kept.append(part)
    return tuple(kept)


def unique(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Each call with an id of its own."""
    return tuple(
        msgspec.structs.replace(part, id=f"{part.id}{number}") if isinstance(part, ToolCall) else part
        for number, part in enumerate(parts)
    )


FINISHES = {
    "openai-chat": ["stop", "length", "content_filter"],
    "openai-responses": ["stop", "length", "content_filter"],
    "anthropic": ["stop", "length", "context", "content_filter", "pause", "stop_sequence"],
    "gemini": ["stop", "length", "content_filter"],
}


def usages_of(dialect: str) -> Any:
    return st.builds(
        lambda rest, cached, written, output, reasoning: Usage(
            rest + cached + written, output + reasoning, cached, written, reasoning
        ),
        counts,
        counts,
        counts if dialect != "gemini" else st.just(0),
        counts.map(lambda count: count + 1),  # some read a count of 0 as none
        counts,
    )


@st.composite
def answers_of(draw: Any, dialect: str) -> Response:
    said = [st.builds(Text, words), thoughts_of(dialect), calls_of(dialect)]
    if dialect in ("openai-chat", "openai-responses"):
        said.append(st.builds(Refusal, words))
    parts = unique(apart(draw(st.lists(st.one_of(said), max_size=5))))
    finish = draw(st.sampled_from(FINISHES[dialect]))
    if finish == "stop" and any(isinstance(part, ToolCall) for part in parts):
        finish = "tool_calls"
    choice = Choice(parts, finish, draw(words) if finish == "stop_sequence" else "")
    created = draw(counts) + 1 if dialect.startswith("openai") else 0
    given_id = draw(words)
    if dialect == "openai-responses":
        given_id = f"resp_{given_id}"
    return Response(given_id, "alias", (choice,), draw(usages_of(dialect)), created)


@pytest.mark.parametrize("dialect", FORMATS)
@given(data=st.data())
@often
def test_an_answer_told_as_a_stream_is_read_back_as_it_was(dialect, data):
    """86"""
    response = data.draw(answers_of(dialect))

    assert told_and_read(response, dialect) == response


@pytest.mark.parametrize("dialect", ["openai-chat", "gemini"])
def test_several_answers_told_as_a_stream_stay_apart(dialect):
    """86"""
    choices = (Choice((Text("a"),)), Choice((Text("b"), ToolCall("1", "run")), "tool_calls", index=1))
    response = Response("r", "alias", choices, Usage(3, 4), 1 if dialect == "openai-chat" else 0)

    assert told_and_read(response, dialect) == response


# Ollama and Gemini's array, which nobody here reads


def written(key: tuple[str, str], response: Response) -> bytes:
    writer = CLIENTS[key].writer(SETTINGS)
    return b"".join([writer.write(delta) for delta in told(response)]) + writer.end()


WHOLE = Response(
    "r", "alias", (Choice((Reasoning("Hm."), Text("Hi"), ToolCall("a", "run", '{"x":1}')), "tool_calls"),), Usage(3, 4)
)


def test_an_answer_told_to_ollamas_chat_clients_says_the_same():
    """86"""
    lines = [json.loads(line) for line in written(("ollama", ""), WHOLE).splitlines()]

    messages = [line["message"] for line in lines]
    assert "".join(message.get("thinking", "") for message in messages) == "Hm."
    assert "".join(message["content"] for message in messages) == "Hi"
    (called,) = [call for message in messages for call in message.get("tool_calls", [])]
    assert (called["function"]["name"], called["function"]["arguments"]) == ("run", {"x": 1})
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert (lines[-1]["prompt_eval_count"], lines[-1]["eval_count"]) == (3, 4)


def test_an_answer_told_to_ollamas_generate_clients_says_the_same():
    """86"""
    lines = [json.loads(line) for line in written(("ollama", "generate"), WHOLE).splitlines()]

    assert "".join(line.get("thinking", "") for line in lines) == "Hm."
    assert "".join(line["response"] for line in lines) == "Hi"
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]


def test_an_answer_told_as_geminis_array_is_the_same_as_its_events():
    """86"""
    chunks = json.loads(written(("gemini", "array"), WHOLE))

    events = Decoder().feed(written(("gemini", ""), WHOLE))
    assert chunks == [json.loads(event.data) for event in events]
