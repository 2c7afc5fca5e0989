"""Streams of every provider dialect for the clients of every other one."""

import json
import re
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

import pytest
from msgspec.structs import replace

from gateway.chat import (
    Begin,
    Choice,
    Reasoning,
    ReasoningDelta,
    Request,
    Response,
    Text,
    TextDelta,
    Tool,
    ToolBegin,
    ToolCall,
    ToolDelta,
    Usage,
)
from gateway.chat_translation import CLIENTS, FORMATS, ChatTranslation
from gateway.dialects.format import WriterSettings
from gateway.dialects.telling import told
from gateway.dialects.translated import Translated
from gateway.memory import Memory
from gateway.mending import mend
from gateway.sse import Decoder
from gateway.tool_names import Restorer, ToolNames
from tests import four_dialects
from tests.fake_upstream import Received
from tests.gateway import values

PROVIDERS = tuple(FORMATS)
SCENARIOS = {"text": b'{"stream":true}', "tools": b'{"stream":true,"tools":[]}'}
SETTINGS = WriterSettings("alias", "nv_1", True, Usage(5, is_estimated=True), Request("alias", ()))
SECRET = b"sk-secret"

each_provider = pytest.mark.parametrize("provider", PROVIDERS)
each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda key: "-".join(filter(None, key)))
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS)


def events_of(provider: str, scenario: str) -> list[bytes]:
    """A provider's stream, event by event."""
    call = Received("POST", "/v1beta/models/m:streamGenerateContent", {}, SCENARIOS[scenario])
    _, *said = [piece for piece in four_dialects.ANSWERS[provider](call) if isinstance(piece, bytes)]
    return said


def machine(
    provider: str, client: tuple[str, str], names: ToolNames | None = None, memory: Memory | None = None
) -> Translated:
    writer = CLIENTS[client].writer(SETTINGS)
    restore = Restorer(names or ToolNames()).feed
    return Translated(FORMATS[provider].reader(), writer, restore, (memory or Memory()).keep, "Work", SECRET)


def passed(translated: Translated, *chunks: bytes) -> bytes:
    return b"".join(map(translated.feed, chunks)) + translated.end()


CHANGING = re.compile(rb'"(created|created_at|[a-z_]+_duration)":("[^"]*"|\d+)')


def timeless(sent: bytes) -> bytes:
    """The bytes without times."""
    return CHANGING.sub(b"", sent)


# Every provider for every client


@each_provider
@each_client
@each_scenario
def test_a_stream_is_the_same_wherever_it_was_split(provider, client, scenario):
    """77, 78"""
    stream = b"".join(events_of(provider, scenario))
    whole = timeless(passed(machine(provider, client), stream))

    for cut in range(1, len(stream)):
        assert timeless(passed(machine(provider, client), stream[:cut], stream[cut:])) == whole
    bytewise = [stream[at : at + 1] for at in range(len(stream))]
    assert timeless(passed(machine(provider, client), *bytewise)) == whole


@each_provider
@each_client
def test_a_text_reaches_the_client_with_the_event_that_brings_it(provider, client):
    translated, reader = machine(provider, client), FORMATS[provider].reader()
    heard = b""

    for event in events_of(provider, "text"):
        said = [
            delta.text
            for parsed in Decoder().feed(event)
            for delta in reader.feed(parsed)
            if isinstance(delta, TextDelta)
        ]
        sent = translated.feed(event)
        heard += sent
        assert all(json.dumps(piece).encode() in sent for piece in said)

    assert four_dialects.HELLO in texts_in(heard, client)


def texts_in(sent: bytes, client: tuple[str, str]) -> str:
    """All that was said in a client's stream, put together."""
    return "".join(text for body in bodies_in(sent, client) for text in said_by(body))


def bodies_in(sent: bytes, client: tuple[str, str]) -> list[dict[str, Any]]:
    if client == ("gemini", "array"):
        return json.loads(sent if sent.endswith(b"]") else (sent or b"[") + b"]")
    if client[0] == "ollama":
        return [json.loads(line) for line in sent.splitlines()]
    decoder = Decoder()
    events = decoder.feed(sent) + decoder.flush()
    return [json.loads(event.data) for event in events if event.data != b"[DONE]"]


def said_by(body: dict[str, Any]) -> Iterator[str]:
    match body:
        case {"type": "response.output_text.delta", "delta": str(text)}:
            yield text
        case {"type": "content_block_delta", "delta": {"text": text}}:
            yield text
        case {"choices": [{"delta": {"content": str(text)}}]}:
            yield text
        case {"candidates": [{"content": {"parts": parts}}]}:
            yield from (part["text"] for part in parts if "text" in part)
        case {"message": {"content": str(text)}} | {"response": str(text)}:
            yield text


@each_provider
@each_client
def test_calls_reach_the_client_with_the_event_that_completes_them(provider, client):
    """Each client has all of a call's arguments with the event that brings the last of them."""
    translated, reader = machine(provider, client), FORMATS[provider].reader()
    arguments, heard = {0: "", 1: ""}, b""

    for event in events_of(provider, "tools"):
        for parsed in Decoder().feed(event):
            for delta in reader.feed(parsed):
                if isinstance(delta, ToolDelta):
                    arguments[delta.index] += delta.arguments
        heard += translated.feed(event)
        missing = sum(text.endswith("}") for text in arguments.values()) - len(cities_in(heard, client))
        assert missing == 0

    assert cities_in(heard + translated.end(), client) == ["Paris", "Rome"]


def cities_in(sent: bytes, client: tuple[str, str]) -> list[str]:
    """What the calls in a stream have in their arguments, which may come in pieces."""
    pieces = "".join(piece for body in bodies_in(sent, client) for piece in arguments_in(body))
    return re.findall(r'"city":\s*"(\w+)"\s*\}', pieces)


def arguments_in(body: dict[str, Any]) -> Iterator[str]:
    match body:
        case {"type": "response.function_call_arguments.delta", "delta": piece}:
            yield piece
        case {"type": "content_block_delta", "delta": {"partial_json": piece}}:
            yield piece
        case {"choices": [{"delta": {"tool_calls": [{"function": {"arguments": piece}}]}}]}:
            yield piece
        case {"candidates": [{"content": {"parts": parts}}]}:
            yield from (json.dumps(part["functionCall"]["args"]) for part in parts if "functionCall" in part)
        case {"message": {"tool_calls": calls}} | {"tool_calls": calls}:
            yield from (json.dumps(call["function"]["arguments"]) for call in calls)


@each_provider
@each_client
def test_the_models_name_is_the_one_that_the_client_asked_for(provider, client):
    """89"""
    sent = passed(machine(provider, client), *events_of(provider, "text"))

    assert four_dialects.MODEL.encode() not in sent
    assert b'"alias"' in sent


# What the record needs


@each_provider
@each_client
@each_scenario
def test_the_record_has_tokens_model_and_events(provider, client, scenario):
    """60"""
    translated, events = machine(provider, client), events_of(provider, scenario)

    passed(translated, *events)

    assert translated.tokens == Usage(*four_dialects.USAGE)
    assert translated.model == four_dialects.MODEL
    assert translated.events == len(events)
    assert (translated.error, translated.failed_at_once) == ("", False)


@pytest.mark.parametrize(
    ("provider", "tokens"),
    [
        pytest.param("anthropic", Usage(11, 1), id="60-anthropic-tells-the-prompt-first"),
        pytest.param("gemini", Usage(11, 7), id="60-gemini-tells-it-in-every-chunk"),
        pytest.param("openai-chat", None, id="60-openai-tells-it-at-the-end"),
    ],
)
def test_a_client_that_leaves_early_costs_what_was_told_by_then(provider, tokens):
    translated = machine(provider, ("openai-chat", ""))

    for event in events_of(provider, "text")[:3]:
        translated.feed(event)
    translated.break_off("gone")

    assert translated.tokens == tokens


@each_provider
def test_nothing_of_interest_follows_the_end_that_the_provider_marks(provider):
    """The relay need not wait for the provider to close. Gemini has no such mark."""
    translated = machine(provider, ("openai-chat", ""))
    over = []

    for event in events_of(provider, "text"):
        translated.feed(event)
        over.append(translated.is_over)

    assert over == [False] * (len(over) - 1) + [provider != "gemini"]


@each_client
def test_the_end_is_told_once(client):
    translated = machine("openai-chat", client)
    for event in events_of("openai-chat", "text"):
        translated.feed(event)

    assert translated.end()
    assert translated.end() == b""


# Failures in the middle

ERRORS = {
    "openai-chat": b'data: {"error":{"message":"Overloaded, sk-secret","code":503}}\n\n',
    "openai-responses": b'data: {"type":"response.failed","response":{"error":'
    b'{"code":"server_error","message":"Overloaded, sk-secret"}}}\n\n',
    "anthropic": b'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded, sk-secret"}}\n\n',
    "gemini": b'data: {"error":{"code":503,"message":"Overloaded, sk-secret","status":"UNAVAILABLE"}}\n\n',
}
STATUSES = {"openai-chat": 503, "openai-responses": 500, "anthropic": 529, "gemini": 503}
WHOLENESS = re.compile(
    rb'"finish_reason":"|"finishReason"|message_stop|"stop_reason":"|response\.completed|response\.incomplete'
    rb'|"done":true|\[DONE\]|"status":"completed","incomplete'
)


def error_in(body: dict[str, Any], client: tuple[str, str]) -> str:
    """The message of an error in the client's own words."""
    match client, body:
        case ("openai-chat", _), {"error": {"message": str(text), "type": str(), "param": None, "code": str()}}:
            return text
        case ("openai-responses", _), {
            "type": "response.failed",
            "sequence_number": int(),
            "response": {"id": str(), "status": "failed", "error": {"code": str(), "message": str(text)}},
        }:
            return text
        case ("anthropic", _), {"type": "error", "error": {"type": str(), "message": str(text)}}:
            return text
        case ("gemini", _), {"error": {"code": int(), "message": str(text), "status": str()}}:
            return text
        case ("ollama", _), {"error": str(text)}:
            return text
    return ""


def middle_of(provider: str, scenario: str) -> list[bytes]:
    """A stream up to the middle of what it says."""
    events = events_of(provider, scenario)
    return events[: len(events) // 2]


@each_provider
@each_client
@each_scenario
def test_an_error_in_mid_stream_is_told_honestly_and_is_the_last_word(provider, client, scenario):
    """81"""
    translated = machine(provider, client)
    before = b"".join(map(translated.feed, middle_of(provider, scenario)))

    failed = translated.feed(ERRORS[provider])

    *_, last = bodies_in(before + failed, client)
    assert error_in(last, client) == "Overloaded, [key]"
    assert not WHOLENESS.search(before + failed)
    assert b"".join(map(translated.feed, events_of(provider, scenario))) == b""
    assert translated.end() == b""
    assert translated.is_over
    assert (translated.error, translated.error_status) == ("Overloaded, [key]", STATUSES[provider])
    assert translated.failed_at_once is (before == b"")


@each_provider
@each_client
@each_scenario
def test_a_stream_that_breaks_off_is_not_made_whole(provider, client, scenario):
    """81, 83"""
    translated = machine(provider, client)

    sent = passed(translated, *middle_of(provider, scenario))

    *_, last = bodies_in(sent, client)
    assert error_in(last, client).startswith("Novapi: Work closed the stream in the middle")
    assert not WHOLENESS.search(sent)
    assert translated.end() == b""


@each_client
def test_what_the_relay_reports_is_told_in_the_clients_words(client):
    """81"""
    translated = machine("anthropic", client)
    before = b"".join(map(translated.feed, middle_of("anthropic", "text")))

    failed = translated.break_off("Novapi: Work fell silent in the middle of its answer.")

    *_, last = bodies_in(before + failed, client)
    assert error_in(last, client) == translated.error == "Novapi: Work fell silent in the middle of its answer."
    assert translated.feed(events_of("anthropic", "text")[-1]) == translated.end() == b""


@pytest.mark.parametrize(
    "ending",
    [pytest.param(ERRORS["anthropic"], id="81-an-error"), pytest.param(b"", id="81-nothing-more")],
)
def test_what_fails_before_the_client_got_anything_may_be_asked_elsewhere(ending):
    ping = b'event: ping\ndata: {"type":"ping"}\n\n'
    translated = machine("anthropic", ("openai-chat", ""))

    translated.feed(ping)
    translated.feed(ending)
    translated.end()

    assert translated.failed_at_once
    assert translated.error in ("Overloaded, [key]", "closed the stream in the middle")


def test_an_answer_that_has_begun_stays_with_its_channel():
    translated = machine("openai-chat", ("openai-chat", ""))

    passed(translated, *middle_of("openai-chat", "text"))

    assert not translated.failed_at_once


# Custom tools and namespaces of a Responses client

RESPONSES_CLIENT = {
    "model": "m",
    "stream": True,
    "input": [
        {"type": "message", "role": "user", "content": "fix it"},
        {"type": "custom_tool_call", "call_id": "c0", "name": "apply_patch", "input": "*** Old"},
        {"type": "custom_tool_call_output", "call_id": "c0", "output": "done"},
        {"type": "function_call", "call_id": "c1", "namespace": "agents", "name": "spawn", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "ok"},
    ],
    "tools": [
        {"type": "custom", "name": "apply_patch", "description": "Patches.",
         "format": {"type": "grammar", "syntax": "lark", "definition": "start: PATCH"}},
        {"type": "namespace", "name": "agents", "description": "Others.",
         "tools": [{"type": "function", "name": "spawn", "parameters": {"type": "object", "properties": {}}}]},
        {"type": "web_search", "external_web_access": False},
    ],
}  # fmt: skip
PATCH = '*** Begin\n+{"a": "\\u00fc\N{SNOWMAN}}"}\n'
TRANSLATING = ("openai-chat", "anthropic", "gemini")


def answer_of(names: tuple[str, str]) -> Response:
    patch, spawn = names
    calls = (
        Text("On it."),
        ToolCall("c2", patch, json.dumps({"input": PATCH})),
        ToolCall("c3", spawn, '{"who":"b"}'),
    )
    return Response("r", "up", (Choice(calls, "tool_calls"),), Usage(3, 4), created=1)


def translation(provider: str) -> tuple[ChatTranslation, tuple[str, str]]:
    """A Responses client's call at a provider of another dialect, and what its two tools are called there."""
    asked = FORMATS["openai-responses"].parse_request(json.loads(json.dumps(RESPONSES_CLIENT)))
    sent, names = mend(asked, provider)
    body, dropped = FORMATS[provider].build_request(sent)
    patch, spawn = (tool.name for tool in sent.tools if isinstance(tool, Tool))
    text = json.dumps(body)
    assert dropped == ("tools.web_search",)
    assert not re.search(r'"custom"|namespace|web_search', text)
    assert text.count(f'"{spawn}"') >= 2  # on offer and in the history
    call = replace(values.call(), dialect="openai-responses", stream=True, model="alias")
    client = CLIENTS["openai-responses", ""]
    return ChatTranslation(call, client, FORMATS[provider], asked, names), (patch, spawn)


def calls_among(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    members = ("type", "call_id", "namespace", "name", "input", "arguments")
    calls = [item for item in items if item["type"].endswith("_call")]
    return [{name: call[name] for name in members if name in call} for call in calls]


CALLS = [
    {"type": "custom_tool_call", "call_id": "c2", "name": "apply_patch", "input": PATCH},
    {"type": "function_call", "call_id": "c3", "namespace": "agents", "name": "spawn", "arguments": '{"who":"b"}'},
]


@pytest.mark.parametrize("provider", TRANSLATING)
@pytest.mark.parametrize("stream", [False, True])
def test_namespaces_and_custom_tools_come_back_in_a_whole_answer(provider, stream):
    """33, 86"""
    translating, names = translation(provider)
    translating = replace(translating, call=replace(translating.call, stream=stream))
    body = FORMATS[provider].build_response(answer_of(names), translating.asked)

    sent, usage, model = translating.whole(json.dumps(body).encode())

    answer = bodies_in(sent, ("openai-responses", ""))[-1]["response"] if stream else json.loads(sent)
    assert calls_among(answer["output"]) == CALLS
    assert (usage, model, answer["model"]) == (Usage(3, 4), "up", "alias")


def streamed_by(provider: str, names: tuple[str, str]) -> bytes:
    settings = SETTINGS._replace(model="up")
    writer = FORMATS[provider].writer(settings)
    deltas = [piece for delta in told(answer_of(names)) for piece in in_pieces(delta)]
    return b"".join(map(writer.write, deltas)) + writer.end()


def in_pieces(delta: Any) -> list[Any]:
    """Arguments in pieces of three characters, so that escapes are cut."""
    if not isinstance(delta, ToolDelta):
        return [delta]
    cuts = [*range(0, len(delta.arguments), 3), len(delta.arguments)]
    return [ToolDelta(delta.index, delta.arguments[start:stop]) for start, stop in pairwise(cuts)]


@pytest.mark.parametrize("provider", TRANSLATING)
def test_namespaces_and_custom_tools_come_back_in_a_stream_cut_anywhere(provider):
    """33"""
    translating, names = translation(provider)
    stream = streamed_by(provider, names)

    for cut in range(len(stream) + 1):
        sent = passed(translating.stream("Work", b""), stream[:cut], stream[cut:])
        bodies = bodies_in(sent, ("openai-responses", ""))
        done = [body["item"] for body in bodies if body["type"] == "response.output_item.done"]
        said = [body["delta"] for body in bodies if body["type"] == "response.custom_tool_call_input.delta"]
        assert calls_among(done) == calls_among(bodies[-1]["response"]["output"]) == CALLS
        assert "".join(said) == PATCH
        assert bodies[-1]["type"] == "response.completed"


# What went with a call is remembered


class Scripted:
    """A reader that says what it is told to."""

    def __init__(self, *deltas: Any) -> None:
        self._deltas = deltas

    def feed(self, event: Any) -> list[Any]:
        return [self._deltas[int(event.data)]]

    def end(self) -> list[Any]:
        return []


def remembered(*deltas: Any) -> dict[str, tuple[str, tuple[Reasoning, ...]]]:
    kept: dict[str, tuple[str, tuple[Reasoning, ...]]] = {}
    writer = CLIENTS["openai-chat", ""].writer(SETTINGS)

    def keep(call_id: str, signature: str, thoughts: tuple[Reasoning, ...]) -> None:
        kept[call_id] = (signature, thoughts)

    translated = Translated(Scripted(*deltas), writer, Restorer(ToolNames()).feed, keep, "Work", b"")
    for number in range(len(deltas)):
        translated.feed(b"data: %d\n\n" % number)
    return kept


def test_signature_and_thoughts_of_streamed_calls_are_remembered():
    """62, 63, 65, 68"""
    kept = remembered(
        Begin("r", "m"),
        ReasoningDelta("Let "),
        ReasoningDelta("me."),
        ReasoningDelta(signature="s1", origin="anthropic"),
        ReasoningDelta(signature="s2", origin="anthropic", is_redacted=True),
        ReasoningDelta("Of another answer.", choice=1),
        TextDelta("Well."),
        ToolBegin(0, "a", "run", signature="g"),
        ToolBegin(1, "b", "run"),
        ReasoningDelta("And now."),
        ToolBegin(2, "c", "run"),
        ToolBegin(0, "d", "run", choice=1),
    )

    first = (
        Reasoning("Let me.", "s1", "anthropic"),
        Reasoning("", "s2", "anthropic", is_redacted=True),
    )
    assert kept == {
        "a": ("g", first),
        "b": ("", first),
        "c": ("", (Reasoning("And now."),)),
        "d": ("", (Reasoning("Of another answer."),)),
    }


THINKING = (
    {"type": "message_start", "message": {"id": "m", "model": "up", "usage": {"input_tokens": 3, "output_tokens": 1}}},
    {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": "", "signature": ""},
    },
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "ZGF0YQ=="}},
    {"type": "content_block_stop", "index": 1},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "tool_use", "id": "a", "name": "run"}},
    {"type": "content_block_stop", "index": 2},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
)


def test_a_chat_client_brings_back_what_anthropic_thought():
    """62: the client's next turn has only the call, Anthropic gets its own words and signatures."""
    memory = Memory()
    stream = b"".join(b"data: %b\n\n" % json.dumps(body).encode() for body in THINKING)
    passed(machine("anthropic", ("openai-chat", ""), memory=memory), stream)
    call = {"id": "a", "type": "function", "function": {"name": "run", "arguments": "{}"}}
    asked = FORMATS["openai-chat"].parse_request(
        {"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
    )

    body = FORMATS["anthropic"].build_request(mend(memory.put_back(asked), "anthropic")[0]).body

    (said,) = [message["content"] for message in body["messages"] if message["role"] == "assistant"]
    assert said == [
        {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        {"type": "tool_use", "id": "a", "name": "run", "input": {}},
    ]


def test_thoughts_of_any_length_are_remembered_without_delay():
    """In pieces of a few letters; put together anew with each, they would be copied for minutes."""
    thoughts = [ReasoningDelta("four")] * 50_000

    kept = remembered(Begin("r", "m"), *thoughts, ToolBegin(0, "a", "run"))

    assert kept == {"a": ("", (Reasoning("four" * 50_000),))}


# The scripted streams themselves


@each_provider
@each_scenario
def test_the_scripted_streams_are_what_the_readers_take(provider, scenario):
    reader = FORMATS[provider].reader()
    ends = list(accumulate(len(event) for event in events_of(provider, scenario)))

    deltas = [
        delta
        for event in Decoder().feed(b"".join(events_of(provider, scenario)))
        for delta in reader.feed(event)
    ] + reader.end()  # fmt: skip

    assert ends[-1] > 0
    said = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    calls = [delta.name for delta in deltas if isinstance(delta, ToolBegin)]
    assert (said, calls) == (("", ["weather"] * 2) if scenario == "tools" else (four_dialects.HELLO, []))
