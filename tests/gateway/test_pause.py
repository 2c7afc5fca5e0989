"""The owner's pause: apps are turned away in their dialect and told when to come back; the owner is not."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest

from gateway.errors import Paused
from gateway.pause import Pause
from tests.dashboard.test_live import listening
from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, chunk, completion, event_stream, json_reply
from tests.gateway.test_realtime import refused
from tests.running import Novapi

MODEL = "novapi/echo"
SAID = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("pause") / "novapi") as running:
        yield running


@pytest.fixture
def paused(novapi: Novapi) -> Iterator[Novapi]:
    """Paused for an hour."""
    assert novapi.api("POST", "/pause", json={}).status_code == 200
    yield novapi
    assert novapi.api("DELETE", "/pause").status_code == 204


def test_app_is_told_until_when(paused: Novapi) -> None:
    until = paused.api("GET", "/status").json()["paused_until"]

    answer = paused.chat(MODEL)

    clock = datetime.fromtimestamp(until).astimezone().strftime("%H:%M")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "paused"
    assert answer.json()["error"]["message"] == (
        f"Novapi is paused by its owner until {clock}. Resume it in the tray or the dashboard."
    )
    assert abs(until - time.time() - 3600) < 30
    assert abs(int(answer.headers["retry-after"]) - 3600) < 30
    assert answer.headers["x-novapi-request-id"]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("messages", {"model": MODEL, "max_tokens": 9, "messages": SAID}, lambda body: body["error"]["message"]),
        ("responses", {"model": MODEL, "input": "hi"}, lambda body: body["error"]["message"]),
        ("embeddings", {"model": MODEL, "input": "hi"}, lambda body: body["error"]["message"]),
        (
            "../v1beta/models/novapi/echo:generateContent",
            {"contents": []},
            lambda body: f"{body['error']['message']} {body['error']['status'] == 'UNAVAILABLE'}",
        ),
        ("../ollama/api/chat", {"model": MODEL, "messages": SAID}, lambda body: body["error"]),
    ],
    ids=["anthropic", "responses", "embeddings", "gemini", "ollama"],
)
def test_every_dialect_says_so(paused: Novapi, path: str, body: dict[str, Any], told: Any) -> None:
    answer = paused.call(path, json=body)

    assert answer.status_code == 503
    assert "paused by its owner until" in told(answer.json())
    assert "False" not in told(answer.json())


def test_sdks_of_openai_and_anthropic_do_not_try_again(paused: Novapi) -> None:
    sent: list[Any] = []
    counted: Any = {"event_hooks": {"request": [sent.append]}, "trust_env": False}
    by_openai = openai.OpenAI(
        base_url=paused.base_url, api_key=paused.key, http_client=openai.DefaultHttpxClient(**counted)
    )
    by_anthropic = anthropic.Anthropic(
        base_url=paused.base_url.removesuffix("/v1"),
        api_key=paused.key,
        http_client=anthropic.DefaultHttpxClient(**counted),
    )

    with by_openai, pytest.raises(openai.InternalServerError, match="paused by its owner"):
        by_openai.chat.completions.create(model=MODEL, messages=SAID)
    with by_anthropic, pytest.raises(anthropic.InternalServerError, match="paused by its owner"):
        by_anthropic.messages.create(model=MODEL, max_tokens=9, messages=SAID)

    assert len(sent) == 2


def test_realtime_sessions_are_refused(paused: Novapi) -> None:
    status, error, headers = refused(paused, "?model=any")

    assert (status, error["code"]) == (503, "paused")
    assert int(headers["retry-after"]) > 3000


def test_owner_and_whoever_watches_are_let_in(paused: Novapi) -> None:
    health = paused.http.get("/healthz")
    counted = paused.http.get("/metrics", headers=paused.authorization)

    assert (health.status_code, counted.status_code) == (200, 200)
    assert paused.api("GET", "/channels").status_code == 200


def test_a_channel_can_be_tested_meanwhile(paused: Novapi) -> None:
    with FakeUpstream(json_reply(completion(text="well"))) as upstream:
        paused.add_channel(upstream.url)
        channel = paused.api("GET", "/channels").json()[-1]["id"]
        answer = paused.api("POST", f"/channels/{channel}/test", json={})

    assert answer.status_code == 200
    assert upstream.received


def test_call_in_flight_goes_on(novapi: Novapi) -> None:
    stream = event_stream(chunk("a"), 0.5, chunk("b"), chunk(finish="stop"), USAGE_CHUNK, DONE)
    with FakeUpstream(stream) as upstream, ThreadPoolExecutor(1) as beside:
        model = novapi.add_channel(upstream.url)
        with novapi.stream(model) as response:
            begun = beside.submit(novapi.api, "POST", "/pause", json={"minutes": 5}).result()
            rest = response.read()
    turned_away = novapi.chat(model)
    novapi.api("DELETE", "/pause")

    assert begun.status_code == 200
    assert b"[DONE]" in rest
    assert (turned_away.status_code, len(upstream.received)) == (503, 1)


def test_resumed_calls_are_taken_at_once(novapi: Novapi) -> None:
    novapi.api("POST", "/pause", json={"minutes": 60})
    during = novapi.chat(MODEL).status_code
    novapi.api("DELETE", "/pause")

    assert (during, novapi.chat(MODEL).status_code) == (503, 200)
    assert novapi.api("GET", "/status").json()["paused_until"] is None


def test_whoever_watches_is_told(novapi: Novapi) -> None:
    with listening(novapi) as told:
        _, picture = next(told)
        until = novapi.api("POST", "/pause", json={"minutes": 1}).json()["paused_until"]
        begun = next(told)
        with listening(novapi) as late:
            _, later = next(late)
        novapi.api("DELETE", "/pause")
        ended = next(told)

    assert (picture["paused_until"], later["paused_until"]) == (None, until)
    assert begun == ("paused", {"until": until})
    assert ended == ("paused", {"until": None})


@pytest.mark.parametrize("minutes", [0, -5, 1441, "soon"])
def test_senseless_time_is_refused(novapi: Novapi, minutes: Any) -> None:
    answer = novapi.api("POST", "/pause", json={"minutes": minutes})

    assert answer.status_code == 422
    assert "minutes" in next(iter(answer.json()["fields"]))
    assert novapi.chat(MODEL).status_code == 200


def test_a_new_start_takes_calls(tmp_path: Path) -> None:
    home = tmp_path / "novapi"
    with Novapi(home) as first:
        first.api("POST", "/pause", json={})
        before = first.chat(MODEL).status_code
    with Novapi(home) as second:
        after = second.chat(MODEL).status_code

    assert (before, after) == (503, 200)


def test_pause_is_over_when_its_time_has_come() -> None:
    pause = Pause()
    pause.begin(0.05 / 60)
    with pytest.raises(Paused):
        pause.refuse("/v1/chat/completions")

    time.sleep(0.06)
    pause.refuse("/v1/chat/completions")
    pause.look()

    assert pause.told() is None
