"""Engines that Novapi starts, through its front door: real llama.cpp, real processes."""

import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.channels_app.local.test_engine import command
from tests.e2e.tiny_gguf import write_model
from tests.running import Novapi, eventually

_names = itertools.count(1)


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("engines") / "novapi") as running:
        yield running


def add(novapi: Novapi, model_file: Path, *switches: str, **members: Any) -> tuple[int, str]:
    """A channel with an engine; its id and the name of its model."""
    name = f"engine-{next(_names)}"
    body = {"name": name, "provider": "local", "models": [{"name": name, "upstream": "tiny"}]}
    body |= {"command": command(model_file, "-a", "tiny", *switches), "group": ""} | members
    answer = novapi.api("POST", "/channels", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], name


def engine_of(novapi: Novapi, channel_id: int) -> dict[str, Any]:
    return dict(novapi.api("GET", f"/channels/{channel_id}").json()["engine"])


def below(novapi: Novapi) -> list[psutil.Process]:
    return psutil.Process(novapi.process.pid).children(recursive=True)


def test_first_call_starts_the_engine_and_is_answered_within_a_second(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file)
    assert engine_of(novapi, channel_id)["state"] == "stopped"
    spent = []
    for _ in range(3):  # the best counts: other tests' servers may be busy beside it
        assert novapi.api("POST", f"/channels/{channel_id}/stop").status_code == 200
        began_at = time.monotonic()
        answer = novapi.chat(model, max_tokens=5)
        spent.append(time.monotonic() - began_at)
        assert answer.status_code == 200, answer.text

    assert min(spent) < 1
    engine = engine_of(novapi, channel_id)
    assert engine["state"] == "ready"
    assert engine["calls"] == 0
    assert engine["memory_mb"] > 5
    assert float(answer.headers["x-novapi-overhead-ms"]) < 200  # the engine's start is not our time
    assert eventually(lambda: "listening on" in novapi.api("GET", f"/channels/{channel_id}/log").text)


def test_stream_is_passed_on_and_the_engine_stops_when_nobody_needs_it(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file, idle_stop_s=1)
    with novapi.stream(model, max_tokens=20) as response:
        text = response.read().decode()
    assert text.rstrip().endswith("data: [DONE]")
    assert eventually(lambda: engine_of(novapi, channel_id)["state"] == "stopped", timeout_s=5)
    assert novapi.chat(model, max_tokens=5).status_code == 200


def test_engines_of_a_group_take_turns_and_no_call_is_lost(novapi: Novapi, model_file: Path) -> None:
    channels = [add(novapi, model_file, group="gpu") for _ in range(2)]
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda n: novapi.chat(channels[n % 2][1], max_tokens=20), range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    assert sorted(engine_of(novapi, number)["state"] for number, _ in channels) == ["ready", "stopped"]


@pytest.mark.alone  # a tiny model is quick: it must not have said all before it is stopped
def test_engine_that_crashes_in_the_middle_breaks_its_stream_honestly(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file)
    (process,) = psutil.Process(novapi.api("POST", f"/channels/{channel_id}/start").json()["pid"]).children()
    with novapi.stream(model, max_tokens=50_000, ignore_eos=True) as response:
        chunks = response.iter_text()
        next(chunks)
        process.kill()  # at once: a thousand tokens take a fifth of a second
        rest = "".join(chunks)

    assert '"error"' in rest
    assert "Novapi" in rest
    assert eventually(lambda: engine_of(novapi, channel_id)["reason"] == "It ended by itself (signal SIGKILL).")
    assert eventually(lambda: novapi.chat(model, max_tokens=5).status_code == 200)


def test_engine_that_can_not_start_is_told_of_at_once(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file, "--exit-with", "3")
    began_at = time.monotonic()
    answer = novapi.chat(model)
    assert time.monotonic() - began_at < 2
    assert answer.status_code == 503
    error = answer.json()["error"]["message"]
    assert "exit code 3" in error
    assert error.startswith("Novapi: ")
    assert int(answer.headers["retry-after"]) >= 1
    assert engine_of(novapi, channel_id)["state"] == "backing off"
    health = novapi.api("GET", f"/channels/{channel_id}").json()["health"]
    assert health["paused"] == ""

    refused = novapi.api("POST", f"/channels/{channel_id}/start")
    assert refused.status_code == 409
    assert "exit code 3" in refused.json()["detail"]


def test_next_channel_answers_for_an_engine_that_is_down(novapi: Novapi, model_file: Path) -> None:
    _, model = add(novapi, model_file, "--exit-with", "3", priority=5)
    second, _ = add(novapi, model_file, models=[{"name": model, "upstream": "tiny"}])
    answer = novapi.chat(model, max_tokens=5)

    assert answer.status_code == 200
    assert answer.headers["x-novapi-attempts"] == "2"
    record = novapi.record(answer.headers["x-novapi-request-id"])
    assert record["channel_id"] == second
    assert "its engine is not running" in record["route"]


def test_somebody_else_answers_while_the_group_is_busy(novapi: Novapi, model_file: Path) -> None:
    number, busy = add(novapi, model_file, "--start-delay", "2", group="shared")
    _, wanted = add(novapi, model_file, group="shared", priority=5)
    other, _ = add(novapi, model_file, models=[{"name": wanted, "upstream": "tiny"}])
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(novapi.chat, busy, max_tokens=5)
        assert eventually(lambda: engine_of(novapi, number)["state"] == "starting")
        answer = novapi.chat(wanted, max_tokens=5)
        assert not waiting.done()
    record = novapi.record(answer.headers["x-novapi-request-id"])

    assert record["channel_id"] == other
    assert "another engine of its group is busy" in record["route"]


def test_owner_starts_stops_and_restarts_it(novapi: Novapi, model_file: Path) -> None:
    channel_id, _ = add(novapi, model_file)
    started = novapi.api("POST", f"/channels/{channel_id}/start")
    assert started.status_code == 200, started.text
    assert started.json()["state"] == "ready"
    restarted = novapi.api("POST", f"/channels/{channel_id}/restart").json()
    assert restarted["state"] == "ready"
    assert restarted["pid"] != started.json()["pid"]
    stopped = novapi.api("POST", f"/channels/{channel_id}/stop").json()
    assert (stopped["state"], stopped["pid"]) == ("stopped", None)
    assert not psutil.pid_exists(restarted["pid"])


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"command": "llama-server -m x"}, "command"),
        ({"provider": "openai"}, "command"),
        ({"env": {"1X": "a"}}, "env"),
        ({"ready_pattern": "("}, "ready_pattern"),
        ({"ready_path": "health"}, "ready_path"),
        ({"idle_stop_s": 0}, "idle_stop_s"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    novapi: Novapi, model_file: Path, members: dict[str, Any], field: str
) -> None:
    body = {"name": "Refused", "provider": "local", "command": command(model_file), "models": ["m"]} | members
    answer = novapi.api("POST", "/channels", json=body)

    assert answer.status_code == 422, answer.text
    assert list(answer.json()["fields"]) == [field]


def test_channel_without_a_command_has_no_engine(novapi: Novapi) -> None:
    answer = novapi.api(
        "POST", "/channels", json={"name": "Cloud", "provider": "openai", "api_keys": ["sk-x12345678"]}
    )
    channel = answer.json()

    assert channel["engine"] is None
    assert novapi.api("POST", f"/channels/{channel['id']}/start").status_code == 409
    assert novapi.api("POST", "/channels/99999/start").status_code == 404


def test_engine_is_replaced_when_its_settings_change_and_ends_with_its_channel(
    novapi: Novapi, model_file: Path
) -> None:
    channel_id, model = add(novapi, model_file)
    assert novapi.chat(model, max_tokens=5).status_code == 200
    before = engine_of(novapi, channel_id)["pid"]
    novapi.api("PATCH", f"/channels/{channel_id}", json={"env": {"NEW": "1"}})
    assert novapi.chat(model, max_tokens=5).status_code == 200
    after = engine_of(novapi, channel_id)["pid"]
    assert after != before
    assert eventually(lambda: not psutil.pid_exists(before))
    novapi.api("DELETE", f"/channels/{channel_id}")
    assert eventually(lambda: not psutil.pid_exists(after))


def test_state_is_told_live(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file)
    states = []
    with httpx.stream("GET", f"http://127.0.0.1:{novapi.port}/api/events", headers=novapi.authorization) as events:
        lines = events.iter_lines()
        assert '"engines"' in next(line for line in lines if line.startswith("data:"))
        assert novapi.chat(model, max_tokens=5).status_code == 200
        for line in lines:
            if line.startswith("data:") and f'"channel":{channel_id},"state"' in line.replace(" ", ""):
                states.append(json.loads(line[5:])["state"])
                if states[-1] == "ready":
                    break

    assert states == ["starting", "ready"]


def test_what_an_engine_prints_is_told_live(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file)
    with httpx.stream("GET", f"http://127.0.0.1:{novapi.port}/api/events", headers=novapi.authorization) as events:
        lines = events.iter_lines()
        assert novapi.chat(model, max_tokens=5).status_code == 200
        told = (json.loads(line[5:]) for line in lines if "listening on" in line)
        assert any(event["channel"] == channel_id for event in told)


def test_novapi_takes_its_engines_with_it(home: Path, model_file: Path) -> None:
    with Novapi(home) as novapi:
        _, model = add(novapi, model_file, "--grandchild")
        assert novapi.chat(model, max_tokens=5).status_code == 200
        everyone = below(novapi)
        assert len(everyone) == 3  # guard, engine, its child
        began_at = time.monotonic()
        assert novapi.stop() == 0

    assert time.monotonic() - began_at < 8
    assert not [process for process in everyone if process.is_running()]


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_killed_novapi_leaves_nothing_behind(home: Path, model_file: Path) -> None:
    with Novapi(home) as novapi:
        _, model = add(novapi, model_file, "--grandchild", "--ignore-term")
        assert novapi.chat(model, max_tokens=5).status_code == 200
        everyone = below(novapi)
        os.kill(novapi.process.pid, signal.SIGKILL)
        killed_at = time.monotonic()
        assert eventually(lambda: not [each for each in everyone if alive(each)], timeout_s=5)
        assert time.monotonic() - killed_at < 2
        novapi.process.wait(5)


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_engine_that_is_to_run_always_runs_from_the_start(home: Path, model_file: Path) -> None:
    with Novapi(home) as novapi:
        channel_id, _ = add(novapi, model_file, start_at_launch=True)
        assert eventually(lambda: engine_of(novapi, channel_id)["state"] == "ready")
    with Novapi(home) as novapi:
        assert eventually(lambda: engine_of(novapi, channel_id)["state"] == "ready")


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
def test_stream_begins_while_the_engine_still_loads(novapi: Novapi, model_file: Path, path: str) -> None:
    _, model = add(novapi, model_file, "--start-delay", "6.5")
    began_at = time.monotonic()
    extra = {"max_tokens": 10} if path != "responses" else {"input": "hi", "max_output_tokens": 10}
    with novapi.stream(model, path, **extra) as response:
        headers_after = time.monotonic() - began_at
        text = response.read().decode()

    assert response.status_code == 200
    assert headers_after < 6
    assert response.headers["content-type"].startswith("text/event-stream")
    assert {"chat/completions": "[DONE]", "messages": "message_stop", "responses": "response.incomplete"}[path] in text
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["error"], record["stream"]) == (200, "", 1)
    assert record["first_token_ms"] > 6000


def test_engine_that_fails_after_its_stream_began_is_told_of_in_it(novapi: Novapi, model_file: Path) -> None:
    _, model = add(novapi, model_file, "--start-delay", "6", "--exit-with", "3")
    with novapi.stream(model) as response:
        text = response.read().decode()

    assert response.status_code == 200
    assert "exit code 3" in json.loads(text.split("data: ", 1)[1].splitlines()[0])["error"]["message"]
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert "exit code 3" in record["error"]


def test_client_that_leaves_while_its_engine_loads_is_noted(novapi: Novapi, model_file: Path) -> None:
    channel_id, model = add(novapi, model_file, "--start-delay", "8")
    with novapi.stream(model) as response:
        request_id = response.headers["x-novapi-request-id"]
    record = novapi.record(request_id)
    assert (record["status"], record["error"]) == (499, "The client went away.")
    assert eventually(lambda: engine_of(novapi, channel_id)["calls"] == 0)


def test_call_that_waits_for_its_engine_can_be_stopped(novapi: Novapi, model_file: Path) -> None:
    _, model = add(novapi, model_file, "--start-delay", "8")
    with novapi.stream(model) as response:
        request_id = response.headers["x-novapi-request-id"]
        assert novapi.api("POST", f"/calls/{request_id}/stop").status_code == 204
        text = response.read().decode()
    assert "stopped by its owner" in text
    assert novapi.record(request_id)["status"] == 503


def test_test_of_a_channel_starts_its_engine(novapi: Novapi, model_file: Path) -> None:
    channel_id, _ = add(novapi, model_file)
    told = novapi.api("POST", f"/channels/{channel_id}/test").json()
    stages = {stage["name"]: stage for stage in told["stages"]}
    assert [name for name, stage in stages.items() if stage["ok"]][:5] == [
        "engine",
        "reach",
        "models",
        "chat",
        "stream",
    ]
    assert told["ok"]
    assert eventually(lambda: engine_of(novapi, channel_id)["calls"] == 0)  # it is free for others, and for its rest

    broken, _ = add(novapi, model_file, "--exit-with", "3")
    told = novapi.api("POST", f"/channels/{broken}/test").json()
    assert not told["ok"]
    assert [stage["name"] for stage in told["stages"]] == ["engine"]
    assert "exit code 3" in told["stages"][0]["detail"]
    assert told["stages"][0]["code"] == "engine"


def test_models_of_an_engine_are_fetched(novapi: Novapi, model_file: Path) -> None:
    channel_id, _ = add(novapi, model_file)
    told = novapi.api("POST", f"/channels/{channel_id}/fetch-models").json()
    assert told["models"] == ["tiny"]
