"""What happens, told live, over real sockets: events, the picture a late joiner gets, and who is dropped."""

import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fake_upstream import (
    DONE,
    USAGE_CHUNK,
    FakeUpstream,
    Received,
    chunk,
    completion,
    event_stream,
    head,
    json_reply,
)
from tests.running import Novapi, eventually

Event = tuple[str, dict[str, Any]]
STREAM = event_stream(chunk("a"), 0.1, chunk("b"), chunk(finish="stop"), USAGE_CHUNK, DONE)
GPT_4O = [{"name": "priced", "upstream": "gpt-4o"}]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi whose events are those of these tests only."""
    with Novapi(tmp_path_factory.mktemp("live") / "live") as running:
        yield running


@contextmanager
def listening(novapi: Novapi) -> Iterator[Iterator[Event]]:
    with (
        httpx.Client(base_url=novapi.http.base_url, timeout=10, trust_env=False) as client,
        client.stream("GET", "/api/events", headers=novapi.authorization) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream"
        yield (event for event in events(response) if event[0] != "changed")


@contextmanager
def listening_for_changes(novapi: Novapi) -> Iterator[Iterator[Event]]:
    with (
        httpx.Client(base_url=novapi.http.base_url, timeout=10, trust_env=False) as client,
        client.stream("GET", "/api/events", headers=novapi.authorization) as response,
    ):
        yield (event for event in events(response) if event[0] == "changed")


def events(response: httpx.Response) -> Iterator[Event]:
    """All but `records`, which come whenever the recorder has written."""
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: ") and kind != "records":
            yield kind, json.loads(line.removeprefix("data: "))


def until(told: Iterator[Event], last: str, count: int = 1) -> list[Event]:
    """The events up to the `count`th of kind `last`."""
    seen = []
    while count:
        seen.append(next(told))
        count -= seen[-1][0] == last
    return seen


def newest_channel(novapi: Novapi) -> int:
    return max(channel["id"] for channel in novapi.api("GET", "/channels").json())


def test_plain_call_is_told_from_start_to_finish(live: Novapi) -> None:
    with FakeUpstream(json_reply(completion(model="big-2026"))) as upstream, listening(live) as told:
        model = live.add_channel(upstream.url, name="Told")
        next(told)
        answer = live.call(json={"model": model, "messages": []}, headers={"user-agent": "cline/3"})
        (_, started), (_, finished) = seen = until(told, "call.finished")

    call_id = answer.headers["x-novapi-request-id"]
    assert [kind for kind, _ in seen] == ["call.started", "call.finished"]
    assert abs(started.pop("at") - time.time()) < 5
    assert started == {
        "id": call_id, "app": "cline", "key": "Master key", "model": model, "dialect": "openai-chat",
        "endpoint": "chat/completions", "stream": False,
    }  # fmt: skip
    assert 0 < finished.pop("ms") < 1000
    assert finished == {
        "id": call_id, "status": 200, "channel": "Told", "model": "big-2026", "attempts": 1, "input_tokens": 7,
        "output_tokens": 3, "error": "",
    }  # fmt: skip


def test_stream_is_told_of_when_it_begins(live: Novapi) -> None:
    with FakeUpstream(STREAM) as upstream, listening(live) as told:
        model = live.add_channel(upstream.url)
        with live.stream(model) as response:
            response.read()
        _, (first, begun), (last, finished) = until(told, "call.finished")[-3:]

    assert (first, last) == ("call.first_token", "call.finished")
    assert begun["id"] == finished["id"] == response.headers["x-novapi-request-id"]
    assert begun["ms"] + 90 < finished["ms"]
    assert begun["channel"] == finished["channel"] != ""


@pytest.mark.parametrize(
    ("body", "status"), [(b'{"model": ', 400), (b'{"model": "nobody-has-it"}', 404)], ids=["unreadable", "unknown"]
)
def test_call_that_is_turned_away_has_both_its_ends(live: Novapi, body: bytes, status: int) -> None:
    with listening(live) as told:
        live.call(content=body, headers={"content-type": "application/json"})
        (_, started), (_, finished) = until(told, "call.finished")[-2:]

    assert started["id"] == finished["id"]
    assert (finished["status"], finished["attempts"]) == (status, 0)
    assert finished["error"].startswith("Novapi: ")


def test_change_of_the_settings_is_told_of_wherever_it_was_made(live: Novapi) -> None:
    with listening_for_changes(live) as told:
        live.api("POST", "/aliases", json={"name": "told-of", "models": ["somebody"]})
        _, first = next(told)
        with closing(sqlite3.connect(live.home / "novapi.db", timeout=5)) as database, database:
            database.execute("UPDATE channels_app_alias SET enabled = 0 WHERE name = 'told-of'")
        _, second = next(told)

    assert first["revision"] < second["revision"]


def test_key_that_is_refused_and_comes_back_is_told_of(live: Novapi) -> None:
    with FakeUpstream(json_reply({"error": {"message": "bad key"}}, 401)) as upstream, listening(live) as told:
        model = live.add_channel(upstream.url)
        channel = newest_channel(live)
        live.chat(model)
        refused = next(body for kind, body in told if kind == "channel.state")
        upstream.script = json_reply(completion())
        live.chat(model)
        back = next(body for kind, body in told if kind == "channel.state")

    assert refused["id"] == back["id"] == channel
    assert refused["key"] == back["key"]
    assert (refused["paused"], refused["seconds"], refused["failures"]) == ("key refused", None, 1)
    assert (back["paused"], back["seconds"], back["failures"]) == ("", None, 0)


def test_app_that_is_stopped_and_let_go_on_is_told_of(live: Novapi) -> None:
    live.api("PATCH", "/preferences", json={"runaway_failures": 2})
    with FakeUpstream(json_reply({"error": {"message": "no"}}, 400)) as upstream, listening(live) as told:
        model = live.add_channel(upstream.url)
        for _ in range(3):
            live.call(json={"model": model, "messages": []}, headers={"user-agent": "wild/1"})
        stopped = next(body for kind, body in told if kind == "key.stopped")
        with listening(live) as later:
            picture = next(later)[1]
        live.api("POST", f"/keys/{stopped['id']}/resume")
        resumed = next(body for kind, body in told if kind == "key.resumed")
    live.api("PATCH", "/preferences", json={"runaway_failures": None})

    assert stopped["app"] == "wild"
    assert "failed again and again" in stopped["reason"]
    assert picture["stopped"] == [stopped]
    assert resumed == {"id": stopped["id"], "app": "wild"}


def test_budget_is_told_of_once_when_it_is_used_up(live: Novapi) -> None:
    usage = {"prompt_tokens": 100_000, "completion_tokens": 0, "total_tokens": 100_000}  # $0.25 of gpt-4o
    with FakeUpstream(json_reply(completion(usage=usage))) as upstream, listening(live) as told:
        live.add_channel(upstream.url, name="Bounded", provider="openai", models=GPT_4O, budget_per_day=0.4)
        statuses = [live.chat("priced").status_code for _ in range(2)]
        budget = next(body for kind, body in told if kind == "budget")
        statuses += [live.chat("priced").status_code for _ in range(2)]
        rest = until(told, "call.finished", 2)
        with listening(live) as later:
            picture = next(later)[1]

    assert statuses == [200, 200, 429, 429]
    assert (budget["name"], budget["budget"], budget["period"]) == ("Bounded", 0.4, "today")
    assert budget["spent_today"] == 0.5
    assert budget["owner"].startswith("channel:")
    assert 0 < budget["seconds"] <= 25 * 3600
    assert "budget" not in [kind for kind, _ in rest]
    assert [each["owner"] for each in picture["budgets"]] == [budget["owner"]]


def test_late_joiner_gets_the_calls_in_flight_and_paused_keys(live: Novapi) -> None:
    refuses, waits = json_reply({}, 401), event_stream(chunk("a"), 30.0)
    with FakeUpstream(refuses) as refusing, FakeUpstream(waits) as waiting:
        live.chat(live.add_channel(refusing.url))
        channel = newest_channel(live)
        model = live.add_channel(waiting.url, name="Endless")
        with live.stream(model) as response:
            chunks = response.iter_raw()  # kept, for the last to go hangs up
            next(chunks)
            with listening(live) as told:
                kind, picture = next(told)
            listed = live.api("GET", "/calls").json()

    call = picture["calls"][0]
    assert kind == "snapshot"
    assert [each["id"] for each in picture["calls"]] == [response.headers["x-novapi-request-id"]]
    assert (call["model"], call["channel"], call["stream"], call["attempts"]) == (model, "Endless", True, 1)
    assert 0 < call["first_token_ms"] < call["ms"]
    assert [each["paused"] for each in picture["channels"] if each["id"] == channel] == ["key refused"]
    assert listed == [call | {"ms": listed[0]["ms"]}]
    assert listed[0]["ms"] >= call["ms"]
    assert eventually(lambda: live.api("GET", "/calls").json() == [])


@pytest.mark.alone
def test_hanging_up_frees_the_reader_within_a_second(live: Novapi) -> None:
    def readers() -> int:
        return int(live.api("GET", "/status").json()["readers"])

    assert eventually(lambda: readers() == 0, 2)
    with listening(live) as told:
        next(told)
        assert readers() == 1
    hung_up = time.monotonic()

    assert eventually(lambda: readers() == 0, 2)
    assert time.monotonic() - hung_up < 1


def reader_that_never_reads(novapi: Novapi) -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(("127.0.0.1", novapi.port))
    host = f"Host: 127.0.0.1:{novapi.port}\r\nAuthorization: {novapi.authorization['authorization']}\r\n"
    reader.sendall(f"GET /api/events HTTP/1.1\r\n{host}\r\n".encode())
    return reader


def test_slow_reader_is_dropped_and_no_call_waits_for_it(live: Novapi) -> None:
    def answers(call: Received) -> list[bytes | float]:
        return [0.5, head(), json.dumps(completion()).encode()]

    with FakeUpstream(answers) as upstream, closing(reader_that_never_reads(live)):
        model = live.add_channel(upstream.url)
        assert eventually(lambda: live.api("GET", "/status").json()["readers"] == 1)
        with ThreadPoolExecutor(200) as side_by_side, httpx.Client(limits=httpx.Limits(), timeout=30) as client:
            began_at = time.monotonic()
            body = {"model": model, "messages": []}
            url, headers = f"{live.base_url}/chat/completions", live.authorization
            calls = [side_by_side.submit(client.post, url, json=body, headers=headers) for _ in range(200)]
            turned_away = 0
            while live.api("GET", "/status").json()["readers"] and turned_away < 20_000:
                for _ in range(50):
                    live.chat("x" * 200)
                turned_away += 50
            statuses = {call.result().status_code for call in calls}
            spent = time.monotonic() - began_at

    assert statuses == {200}
    assert live.api("GET", "/status").json()["readers"] == 0
    assert turned_away >= 500
    assert spent < 60
    log = live.log.read_text()
    assert log.count("too slow") == 1
    assert "Traceback" not in log


def test_quick_reader_misses_nothing_of_200_calls(live: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, listening(live) as told:
        model = live.add_channel(upstream.url)
        with ThreadPoolExecutor(16) as side_by_side:
            ids = list(side_by_side.map(lambda _: live.chat(model).headers["x-novapi-request-id"], range(200)))
        seen = until(told, "call.finished", 200)

    for kind in ("call.started", "call.finished"):
        assert sorted(body["id"] for each, body in seen if each == kind) == sorted(ids)


def test_stopping_novapi_does_not_wait_for_readers(tmp_path: Path) -> None:
    with Novapi(tmp_path / "home") as novapi, listening(novapi) as told:
        next(told)
        began_at = time.monotonic()
        assert novapi.stop() == 0
        assert list(told) == []

    assert time.monotonic() - began_at < 3
    assert "Traceback" not in novapi.log.read_text()


def test_events_need_the_owner(live: Novapi) -> None:
    assert live.http.get("/api/events").status_code == 401
    assert live.http.get("/api/calls").status_code == 401
    assert live.http.post("/api/calls/nv_1/stop").status_code == 401
