"""The owner stops a call in flight: its app is told so, its provider is hung up on, and its channel is not blamed."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any

import httpx
import openai
import pytest

from tests import four_dialects
from tests.fake_upstream import FakeUpstream, Script, event_stream, head, json_reply
from tests.gateway.test_realtime import Realtime, echo, ended, records_of, refused, session
from tests.running import Novapi, eventually

BODY = {
    "max_tokens": 5, "input": "hi", "messages": [{"role": "user", "content": "hi"}],
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
}  # fmt: skip
PATHS = {
    "openai-chat": "/v1/chat/completions",
    "openai-responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/{model}:generateContent",
    "ollama": "/ollama/api/chat",
}
CHANNELS = ("openai-chat", "openai-responses", "anthropic", "gemini")
SAID = "it was stopped by its owner"


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def stalled(dialect: str) -> Script:
    """The beginning of a stream, and then nothing."""
    return lambda call: [*islice(four_dialects.provider(dialect)(call), 5 if dialect == "gemini" else 11), 30.0]


def ask(novapi: Novapi, client: str, model: str, stream: bool) -> httpx.Response:
    path = PATHS[client].format(model=model)
    if client == "gemini" and stream:
        path = path.replace(":generateContent", ":streamGenerateContent?alt=sse")
    body = BODY | {"model": model, "stream": stream}
    return novapi.http.post(path, json=body, headers=novapi.authorization)


def flight_of(novapi: Novapi, model: str, has_begun: bool = False) -> dict[str, Any]:
    """The call for this model, once it has reached its provider, or its stream has begun."""

    def found() -> list[dict[str, Any]]:
        calls = novapi.api("GET", "/calls").json()
        return [c for c in calls if c["model"] == model and c["attempts"] and (c["first_token_ms"] or not has_begun)]

    return dict(eventually(found)[0])


def stop(novapi: Novapi, call_id: str) -> int:
    return novapi.api("POST", f"/calls/{call_id}/stop").status_code


def health_of(novapi: Novapi, name: str) -> Any:
    return next(c for c in novapi.api("GET", "/channels").json() if c["name"] == name)["api_keys"][0]["health"]


@pytest.mark.alone
@pytest.mark.parametrize("client", PATHS)
@pytest.mark.parametrize("channel", ["openai-chat", "anthropic"])
def test_plain_call_gets_an_error_in_its_dialect(
    novapi: Novapi, aside: ThreadPoolExecutor, client: str, channel: str
) -> None:
    with FakeUpstream(lambda call: [30.0]) as upstream:
        name = f"Slow {client} {channel}"
        model = novapi.add_channel(upstream.url, name=name, dialects=[channel])
        answer = aside.submit(ask, novapi, client, model, False)
        call_id = flight_of(novapi, model)["id"]
        assert eventually(lambda: upstream.received)
        before, stopped_at = health_of(novapi, name), time.monotonic()

        assert stop(novapi, call_id) == 204
        assert upstream.hung_up.wait(1)
        response = answer.result(5)
        assert time.monotonic() - stopped_at < 1
        assert stop(novapi, call_id) == 404

    assert response.status_code == 503
    error = response.json()["error"]
    assert (error if isinstance(error, str) else error["message"]).startswith(f"Novapi: {SAID}")
    assert response.headers["x-novapi-request-id"] == call_id
    assert response.headers["x-should-retry"] == "false"
    record = novapi.record(call_id)
    assert (record["status"], record["error"], record["attempts"]) == (503, "Stopped by its owner.", 1)
    assert health_of(novapi, name) == before


@pytest.mark.alone
@pytest.mark.parametrize("client", PATHS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_stream_ends_with_an_honest_error(
    novapi: Novapi, aside: ThreadPoolExecutor, client: str, channel: str
) -> None:
    with FakeUpstream(stalled(channel)) as upstream:
        name = f"Stalled {client} {channel}"
        model = novapi.add_channel(upstream.url, name=name, dialects=[channel])
        answer = aside.submit(ask, novapi, client, model, True)
        call_id = flight_of(novapi, model, has_begun=True)["id"]
        before, stopped_at = health_of(novapi, name), time.monotonic()

        assert stop(novapi, call_id) == 204
        assert upstream.hung_up.wait(1)
        response = answer.result(5)
        assert time.monotonic() - stopped_at < 1

    assert response.status_code == 200
    assert SAID in response.text.splitlines()[-1] or SAID in response.text.rstrip().split("\n\n")[-1]
    assert "[DONE]" not in response.text
    record = novapi.record(call_id)
    assert (record["status"], record["error"]) == (503, "Stopped by its owner.")
    assert health_of(novapi, name) == before


def test_sound_is_cut_off(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    def listen(model: str) -> str:
        body = {"model": model, "input": "hi", "voice": "a"}
        with pytest.raises(httpx.RemoteProtocolError) as problem:
            novapi.http.post("/v1/audio/speech", json=body, headers=novapi.authorization)
        return str(problem.value)

    with FakeUpstream(lambda call: [head(200, "audio/mpeg"), b"first", 30.0]) as upstream:
        model = novapi.add_channel(upstream.url)
        heard = aside.submit(listen, model)
        call_id = flight_of(novapi, model, has_begun=True)["id"]

        assert stop(novapi, call_id) == 204
        assert upstream.hung_up.wait(1)
        assert "incomplete" in heard.result(2)

    assert novapi.record(call_id)["error"] == "Stopped by its owner."
    assert "Traceback" not in novapi.log.read_text()


def test_client_that_reads_no_more_does_not_keep_the_provider(novapi: Novapi) -> None:
    flood = event_stream(*[b'data: {"choices":[{"index":0,"delta":{"content":"' + b"x" * 50_000 + b'"}}]}\n\n'] * 2000)
    with FakeUpstream(flood) as upstream:
        model = novapi.add_channel(upstream.url)
        with novapi.stream(model) as response:
            call_id = flight_of(novapi, model, has_begun=True)["id"]
            time.sleep(0.5)  # until every buffer in between is full
            assert stop(novapi, call_id) == 204
            record = novapi.record(call_id, 2)
            assert upstream.hung_up.wait(1)

    assert response.status_code == 200
    assert (record["status"], record["error"]) == (503, "Stopped by its owner.")


def test_sdk_does_not_send_a_stopped_call_again(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    sdk = openai.OpenAI(api_key=novapi.key, base_url=novapi.base_url, max_retries=3)
    with FakeUpstream(lambda call: [30.0]) as upstream:
        model = novapi.add_channel(upstream.url)
        asked: Future[Any] = aside.submit(sdk.chat.completions.create, model=model, messages=[])
        assert stop(novapi, flight_of(novapi, model)["id"]) == 204
        with pytest.raises(openai.InternalServerError, match=SAID):
            asked.result(5)
        time.sleep(0.2)

    assert len(upstream.received) == 1
    sdk.close()


def test_stopped_call_goes_to_no_other_channel(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    with FakeUpstream(lambda call: [30.0]) as slow, FakeUpstream(json_reply({})) as other:
        model = novapi.add_channel(slow.url, priority=1)
        novapi.add_channel(other.url, model=model)
        answer = aside.submit(novapi.chat, model)
        assert stop(novapi, flight_of(novapi, model)["id"]) == 204

        assert answer.result(2).status_code == 503
    assert other.received == []


def test_call_that_waits_for_its_turn_can_be_stopped(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    with FakeUpstream(lambda call: [30.0]) as engine:
        model = novapi.add_channel(engine.url, provider="ollama", concurrent_calls=1)
        calls = [aside.submit(novapi.chat, model) for _ in range(2)]

        def waiting() -> list[dict[str, Any]]:
            flights = [call for call in novapi.api("GET", "/calls").json() if call["model"] == model]
            return flights if sorted(call["attempts"] for call in flights) == [0, 1] else []

        flights = sorted(eventually(waiting), key=lambda call: int(call["attempts"]))
        for flight in flights:
            assert stop(novapi, flight["id"]) == 204
        assert [call.result(2).status_code for call in calls] == [503, 503]

    assert len(engine.received) == 1


def test_app_whose_calls_are_stopped_is_no_runaway(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 1})
    with FakeUpstream(lambda call: [30.0]) as upstream:
        model = novapi.add_channel(upstream.url)
        for _ in range(12):
            answer = aside.submit(novapi.chat, model)
            assert stop(novapi, flight_of(novapi, model)["id"]) == 204
            assert answer.result(2).status_code == 503
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 50})

    assert novapi.api("GET", "/status").json()["stopped_apps"] == 0


@pytest.mark.parametrize("call_id", ["nv_0", "", "..", "nv_%00", "nv_'"])
def test_call_that_is_not_in_flight_is_not_found(novapi: Novapi, call_id: str) -> None:
    assert stop(novapi, call_id) == 404


def test_stopping_all_of_100_calls_at_once(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [30.0]) as upstream, ThreadPoolExecutor(100) as aside:
        model = novapi.add_channel(upstream.url)
        url, headers = f"{novapi.base_url}/chat/completions", novapi.authorization
        with httpx.Client(timeout=30, limits=httpx.Limits(), trust_env=False) as client:
            body = {"model": model, "messages": []}
            calls = [aside.submit(client.post, url, json=body, headers=headers) for _ in range(100)]
            assert eventually(lambda: len(upstream.received) == 100)
            for flight in novapi.api("GET", "/calls").json():
                threading.Thread(target=stop, args=(novapi, flight["id"])).start()
            assert {call.result(5).status_code for call in calls} == {503}

    assert novapi.api("GET", "/calls").json() == []


def test_realtime_session_is_closed(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model) as app:
            app.send("ok")
            app.recv(timeout=5)
            assert stop(novapi, flight_of(novapi, model)["id"]) == 204
            assert eventually(lambda: app.close_code is not None or not list(app), 2)
        found = eventually(lambda: records_of(novapi, model))

    assert (app.close_code, app.close_reason) == (1001, "Novapi: it was stopped by its owner.")
    assert [code for code, _ in ended(upstream)] == [1001]
    assert found == [(101, "Stopped by its owner.", 1)]


def test_realtime_session_that_waits_for_its_provider_is_refused(novapi: Novapi, aside: ThreadPoolExecutor) -> None:
    with FakeUpstream(lambda call: [30.0]) as silent:
        model = novapi.add_channel(silent.url)
        answer = aside.submit(refused, novapi, f"?model={model}")
        assert stop(novapi, flight_of(novapi, model)["id"]) == 204
        status, error, _ = answer.result(5)

    assert (status, error["code"]) == (503, "stopped_by_owner")
