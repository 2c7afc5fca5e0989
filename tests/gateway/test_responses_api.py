"""The Responses API through the front door: streams pass, usage is recorded, a cut ends in `response.failed`."""

import json
from typing import Any

from tests.fake_upstream import RESET, FakeUpstream, event_stream, json_reply
from tests.running import Novapi

RESPONSES = {"dialects": ["openai-responses"]}
USAGE = {"input_tokens": 11, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 2}, "total_tokens": 15}


def event(kind: str, number: int, **members: Any) -> bytes:
    body = {"type": kind, "sequence_number": number} | members
    return f"event: {kind}\ndata: {json.dumps(body, separators=(',', ':'))}\n\n".encode()


def response(status: str, **members: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": status, "model": "upstream-model"} | members


CREATED = event("response.created", 0, response=response("in_progress"))
DELTA = event("response.output_text.delta", 1, item_id="m", delta="hello")
COMPLETED = event("response.completed", 2, response=response("completed", usage=USAGE))


def test_responses_stream_passes_byte_for_byte(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(CREATED, 0.05, DELTA, 0.05, COMPLETED)) as upstream:
        model = novapi.add_channel(upstream.url, **RESPONSES)

        with novapi.stream(model, "responses", input="hi") as answer:
            received = answer.read()

    assert upstream.received[0].path == "/v1/responses"
    assert "stream_options" not in upstream.received[0].json
    assert received == CREATED + DELTA + COMPLETED
    record = novapi.record(answer.headers["x-novapi-request-id"])
    assert (record["input_tokens"], record["output_tokens"], record["cached_tokens"]) == (11, 4, 2)
    assert (record["dialect"], record["status"], record["error"]) == ("openai-responses", 200, "")


def test_cut_responses_stream_ends_in_a_failed_response(novapi: Novapi) -> None:
    with (
        FakeUpstream(event_stream(CREATED, DELTA)) as closing,
        FakeUpstream(event_stream(CREATED, 0.1, RESET)) as rude,
    ):
        models = [novapi.add_channel(upstream.url, **RESPONSES) for upstream in (closing, rude)]

        endings = []
        for model in models:
            with novapi.stream(model, "responses", input="hi") as answer:
                endings += [answer.read().rstrip(b"\n").split(b"\n\n")[-1]]

    for ending, number in zip(endings, [2, 1], strict=True):
        kind, data = ending.split(b"\n")
        body = json.loads(data.removeprefix(b"data: "))
        assert kind == b"event: response.failed"
        assert (body["type"], body["sequence_number"]) == ("response.failed", number)
        assert body["response"]["status"] == "failed"
        assert body["response"]["error"]["message"].startswith("Novapi: ")


def test_alias_is_mirrored_inside_the_events(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(CREATED, DELTA, COMPLETED)) as upstream:
        model = novapi.add_channel(upstream.url, **RESPONSES)
        novapi.api("POST", "/aliases", json={"name": "codex-brain", "models": [model]})

        with novapi.stream("codex-brain", "responses", input="hi") as answer:
            received = answer.read()

    assert received == (CREATED + DELTA + COMPLETED).replace(b'"upstream-model"', b'"codex-brain"')


def test_error_before_the_first_event_moves_on(novapi: Novapi) -> None:
    error = b'event: error\ndata: {"type":"error","error":{"message":"overloaded"},"sequence_number":0}\n\n'
    with FakeUpstream(event_stream(error)) as faulty, FakeUpstream(event_stream(CREATED, COMPLETED)) as sound:
        model = novapi.add_channel(faulty.url, priority=10, **RESPONSES)
        novapi.add_channel(sound.url, model=model, **RESPONSES)

        with novapi.stream(model, "responses", input="hi") as answer:
            received = answer.read()

    assert received == CREATED + COMPLETED


def test_plain_response_is_metered(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(response("completed", usage=USAGE, output=[], error=None))) as upstream:
        model = novapi.add_channel(upstream.url, **RESPONSES)

        answer = novapi.call("responses", json={"model": model, "input": "hi"})

    assert answer.json() == response("completed", usage=USAGE, output=[], error=None)
    assert novapi.record(answer.headers["x-novapi-request-id"])["input_tokens"] == 11
