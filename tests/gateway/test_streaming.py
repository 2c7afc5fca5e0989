"""Streams that go well: what passes untouched, what is added for accounting, when each chunk arrives."""

import json
import time

import pytest

from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, chunk, event_stream
from tests.running import Novapi

WITH_USAGE = {"stream_options": {"include_usage": True}}
ROLE = b'data: {"id":"c","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n'
PLAIN = [ROLE, chunk("one "), chunk("two "), chunk(finish="stop"), USAGE_CHUNK, DONE]


def read(novapi: Novapi, model: str, **members: object) -> bytes:
    with novapi.stream(model, **members) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return b"".join(response.iter_raw())


def test_stream_passes_byte_for_byte(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(*PLAIN)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model, **WITH_USAGE)

    assert received == b"".join(PLAIN)


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_stream_cut_anywhere_says_the_same(novapi: Novapi, size: int) -> None:
    text = b"".join([ROLE, chunk("schön 🙂 ", logprobs=None), chunk("two"), chunk(finish="stop"), USAGE_CHUNK, DONE])
    pieces = [piece for at in range(0, len(text), size) for piece in (text[at : at + size], 0.0001)]
    with FakeUpstream(event_stream(*pieces)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model, **WITH_USAGE)

    assert received == text


def test_each_chunk_arrives_before_the_next_is_sent(novapi: Novapi) -> None:
    pieces = [chunk("one"), 0.3, chunk("two"), 0.3, chunk("three"), 0.3, chunk(finish="stop"), DONE]
    arrivals = []
    with FakeUpstream(event_stream(*pieces)) as upstream:
        model = novapi.add_channel(upstream.url)

        started = time.monotonic()
        with novapi.stream(model) as response:
            for piece in response.iter_raw():
                arrivals += [(time.monotonic() - started, piece)]

    assert [piece for _, piece in arrivals[:3]] == [chunk("one"), chunk("two"), chunk("three")]
    for expected, (arrived, _) in zip([0, 0.3, 0.6], arrivals, strict=False):
        assert expected <= arrived < expected + 0.2


def test_usage_is_asked_for_and_hidden_where_the_client_did_not_ask(novapi: Novapi) -> None:
    pieces = [chunk("one", usage=None), chunk("two", usage=None), chunk(finish="stop", usage=None), USAGE_CHUNK, DONE]
    with FakeUpstream(event_stream(*pieces)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            received = response.read()

    assert upstream.received[0].json["stream_options"] == {"include_usage": True}
    assert received == b"".join([chunk("one"), chunk("two"), chunk(finish="stop"), DONE])
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["stream"], record["estimated"], record["error"]) == (200, 1, 0, "")
    assert (record["input_tokens"], record["output_tokens"]) == (7, 3)
    assert record["model_answered"] == "upstream-model"
    assert 0 < record["first_token_ms"] <= record["duration_ms"]


def test_usage_the_client_asked_for_passes(novapi: Novapi) -> None:
    pieces = [chunk("one", usage=None), chunk(finish="stop", usage=None), USAGE_CHUNK, DONE]
    with FakeUpstream(event_stream(*pieces)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model, **WITH_USAGE) as response:
            received = response.read()

    assert received == b"".join(pieces)
    assert novapi.record(response.headers["x-novapi-request-id"])["output_tokens"] == 3


@pytest.mark.parametrize("options", [{"x_new": [1]}, {"include_usage": False, "x_new": 1}, {}, None])
def test_other_stream_options_are_kept(novapi: Novapi, options: dict[str, object] | None) -> None:
    with FakeUpstream(event_stream(chunk(finish="stop"), USAGE_CHUNK, DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model, stream_options=options)

    assert upstream.received[0].json["stream_options"] == (options or {}) | {"include_usage": True}
    assert received == chunk(finish="stop") + DONE


def test_usage_is_not_asked_of_a_plain_call(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        novapi.chat(model, stream=False)

    assert "stream_options" not in upstream.received[0].json


def test_usage_is_not_asked_of_a_provider_that_refuses_the_option(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url, provider="mistral")

        with novapi.stream(model) as response:
            response.read()

    assert "stream_options" not in upstream.received[0].json
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert record["estimated"] == 1
    assert record["output_tokens"] > 0


def test_usage_in_the_last_chunk_with_content_is_recorded(novapi: Novapi) -> None:
    usage = {"prompt_tokens": 20, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 16}}
    with FakeUpstream(event_stream(chunk("one"), chunk(finish="stop", usage=usage), DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            received = response.read()

    assert b'"finish_reason":"stop"' in received
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["input_tokens"], record["output_tokens"], record["cached_tokens"]) == (20, 5, 16)


def test_chunk_without_choices_that_is_no_usage_passes(novapi: Novapi) -> None:
    azure = chunk(choices=[], prompt_filter_results=[{"prompt_index": 0}], id="", object="")
    with FakeUpstream(event_stream(azure, chunk("one"), chunk(finish="stop"), USAGE_CHUNK, DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == azure + chunk("one") + chunk(finish="stop") + DONE


def test_missing_done_is_appended(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), chunk(finish="stop"))) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == chunk("one") + chunk(finish="stop") + DONE


def test_missing_last_blank_line_is_added(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), chunk(finish="stop").rstrip(b"\n"))) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == chunk("one") + chunk(finish="stop") + DONE


@pytest.mark.parametrize("line_end", [b"\r\n", b"\r", b"\n"])
def test_line_ends_of_any_kind_become_one(novapi: Novapi, line_end: bytes) -> None:
    text = b"".join([chunk("one"), chunk("two"), chunk(finish="stop"), DONE])
    with FakeUpstream(event_stream(b"\xef\xbb\xbf", *[text.replace(b"\n", line_end)])) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == text


def test_crlf_split_between_chunks_is_one_line_end(novapi: Novapi) -> None:
    text = b"".join([chunk("one"), chunk("two"), chunk(finish="stop"), DONE])
    halves = [piece for part in text.replace(b"\n", b"\r\n").split(b"\r") for piece in (part + b"\r", 0.01)]
    with FakeUpstream(event_stream(*halves)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == text


def test_comments_ids_and_event_names_do_not_reach_chat_clients(novapi: Novapi) -> None:
    noise = [b": OPENROUTER PROCESSING\n\n", b"event: ping\n\n", b"retry: 3000\n\n"]
    named = b"id: 7\nevent: message\n" + chunk("two")
    with FakeUpstream(event_stream(*noise, chunk("one"), *noise, named, chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == chunk("one") + chunk("two") + chunk(finish="stop") + DONE


def test_field_without_space_and_several_data_lines_are_understood(novapi: Novapi) -> None:
    lines = b'data:{"choices":[{"delta":{"content":"one"}}],\ndata:"id":"1"}\n\n'
    with FakeUpstream(event_stream(lines, chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    first = received.split(b"\n\n")[0]
    assert json.loads(first.replace(b"data: ", b"").replace(b"\n", b"")) == {
        "choices": [{"delta": {"content": "one"}}],
        "id": "1",
    }


@pytest.mark.parametrize("text", ["\u2028 and \u2029", "\x85", "\\u2028", "🙂" * 50, '","usage":null,"', '"error"'])
def test_awkward_text_arrives_as_it_was(novapi: Novapi, text: str) -> None:
    body = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]}
    event = b"data: " + json.dumps(body, ensure_ascii=False).encode() + b"\n\n"
    with FakeUpstream(event_stream(event, chunk(finish="stop"), DONE)) as upstream:
        model = novapi.add_channel(upstream.url)

        received = read(novapi, model)

    assert received == event + chunk(finish="stop") + DONE


@pytest.mark.parametrize("size", [70_000, 2_000_000])
@pytest.mark.parametrize("is_renamed", [False, True])
def test_large_events_arrive_whole(novapi: Novapi, size: int, is_renamed: bool) -> None:
    pieces = [chunk("x" * size), chunk(finish="stop"), DONE]
    with FakeUpstream(event_stream(*pieces)) as upstream:
        model = novapi.add_channel(upstream.url)
        names = [{"name": f"large-{size}", "upstream": model}]
        renamed = novapi.add_channel(upstream.url, models=names, model=f"large-{size}") if is_renamed else model

        received = read(novapi, renamed)

    assert received == b"".join(pieces).replace(
        b"upstream-model", renamed.encode() if is_renamed else b"upstream-model"
    )


def test_alias_is_mirrored_in_every_chunk(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(*PLAIN)) as upstream:
        model = novapi.add_channel(upstream.url)
        novapi.api("POST", "/aliases", json={"name": "streamed-alias", "models": [model]})

        received = read(novapi, "streamed-alias", **WITH_USAGE)

    assert upstream.received[0].json["model"] == model
    assert received == b"".join(PLAIN).replace(b'"upstream-model"', b'"streamed-alias"')


def test_renamed_model_with_usage_asked_for_changes_nothing_else(novapi: Novapi) -> None:
    body = b'{ "model" : "public-s", "stream" :true, "temperature":1.0e0, "metadata":{"model":"keep"} }'
    with FakeUpstream(event_stream(chunk(finish="stop"), DONE)) as upstream:
        novapi.add_channel(upstream.url, models=[{"name": "public-s", "upstream": "vendor/s"}])

        novapi.call(content=body, headers={"content-type": "application/json"})

    sent = upstream.received[0].body
    assert sent == body.replace(b'"public-s"', b'"vendor/s"').replace(
        b"{ ", b'{"stream_options":{"include_usage":true}, ', 1
    )
