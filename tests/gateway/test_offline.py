"""Offline mode: nothing leaves this machine. Local first: engines of this machine, the cloud at once if need be."""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from channels_app.table import Candidate, ChannelRoute
from gateway.errors import OfflineMode
from gateway.health import Fault, Health
from gateway.offers import offer_for
from gateway.recovery import Recovery
from tests.channels_app.local.test_engine import command
from tests.e2e.tiny_gguf import write_model
from tests.fake_upstream import DONE, FakeUpstream, Received, chunk, completion, event_stream, head, json_reply
from tests.gateway.test_transport import running
from tests.gateway.values import channel, table
from tests.running import Novapi, eventually, free_port

CHAT = ("openai-chat",)


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("offline") / "novapi") as running:
        yield running


@pytest.fixture
def offline(novapi: Novapi) -> Iterator[Novapi]:
    """With offline mode on."""
    switch(novapi, True)
    yield novapi
    switch(novapi, False)


def switch(novapi: Novapi, on: bool) -> None:
    answer = novapi.api("PATCH", "/preferences", json={"offline": on})
    assert answer.json()["offline"] is on


# What is on this machine


@pytest.mark.parametrize(
    ("provider", "base_url", "proxy", "is_here"),
    [
        ("ollama", "", "", True),
        ("ollama", "http://localhost:11434/v1", "", True),
        ("ollama", "http://127.0.0.2:11434/v1", "", True),
        ("ollama", "http://[::1]:11434/v1", "", True),
        ("ollama", "http://0.0.0.0:11434/v1", "", True),
        ("local", "", "", True),
        ("ollama", "http://192.168.1.5:11434/v1", "", False),
        ("ollama", "http://localhost.example.com/v1", "", False),
        ("ollama", "http://127.0.0.1.example.com/v1", "", False),
        ("ollama", "http://127.0.0.1@example.com/v1", "", False),
        ("ollama", "http://[bad/v1", "", False),
        ("ollama", "", "http://proxy.example:8080", False),
        ("ollama", "", "socks5://127.0.0.1:1080", True),
        ("openai", "", "", False),
        ("custom", "http://127.0.0.1:9000/v1", "", False),  # whatever that is, nobody called it an engine
    ],
)
def test_only_engines_at_addresses_of_this_machine_are_here(
    provider: str, base_url: str, proxy: str, is_here: bool
) -> None:
    assert channel("A", provider, base_url=base_url, proxy=proxy).is_here is is_here


@pytest.mark.parametrize(
    ("provider", "upstream", "is_here"),
    [
        ("ollama", "qwen3:8b", True),
        ("ollama", "gpt-oss:120b-cloud", False),
        ("ollama", "glm-4.6:cloud", False),
        ("llamacpp", "my-cloud", True),
    ],
)
def test_models_that_ollama_has_run_elsewhere_are_not_here(provider: str, upstream: str, is_here: bool) -> None:
    assert Candidate(channel("A", provider), "m", upstream).is_here is is_here


def offline_table(**offers: list[ChannelRoute]) -> Any:
    return replace(table(offers), offline=True)


def test_cloud_is_left_out_of_the_plan_with_the_reason() -> None:
    offer = offer_for("gpt", CHAT, offline_table(gpt=[channel("Cloud", priority=9), channel("Here", "ollama")]))

    assert [seat.candidate.channel.name for seat in offer.seats()] == ["Here"]
    assert [(each.channel.name, reason) for each, reason in offer.left_out] == [("Cloud", "offline mode")]


def test_model_that_only_the_cloud_has_is_refused() -> None:
    with pytest.raises(OfflineMode) as problem:
        offer_for("gpt", CHAT, offline_table(gpt=[channel("Cloud"), channel("LAN", "ollama", base_url="http://n/v1")]))

    assert (problem.value.status, problem.value.code) == (503, "offline_mode")
    assert "offline mode is on, and 'gpt' is not on this machine (only at Cloud, LAN)" in str(problem.value)


# Calls


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "hi"}]}, ("error", "message")),
        ("/v1/responses", {"input": "hi"}, ("error", "message")),
        ("/v1/embeddings", {"input": "hi"}, ("error", "message")),
        ("/v1/messages", {"max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}, ("error", "message")),
        ("/v1beta/models/{}:generateContent", {"contents": [{"parts": [{"text": "hi"}]}]}, ("error", "message")),
        ("/ollama/api/chat", {"messages": [{"role": "user", "content": "hi"}]}, ("error",)),
    ],
)
def test_app_is_told_in_its_dialect_and_how_to_switch_it_off(
    offline: Novapi, path: str, body: dict[str, Any], where: tuple[str, ...]
) -> None:
    with FakeUpstream(json_reply(completion())) as cloud:
        model = offline.add_channel(cloud.url, dialects=["openai-chat", "openai-responses"])
        answer = offline.http.post(
            path.format(model), headers=offline.authorization, json=body | ({} if "{" in path else {"model": model})
        )
    assert cloud.received == []
    assert answer.status_code == 503
    text = answer.json()
    for member in where:
        text = text[member]
    assert text.startswith("Novapi: offline mode is on")
    assert 'PATCH /api/preferences {"offline": false}' in text
    assert answer.headers["x-novapi-offline"] == "true"
    assert answer.headers["x-should-retry"] == "false"
    record = offline.record(answer.headers["x-novapi-request-id"])
    assert record["status"] == 503


def test_engine_answers_instead_of_the_cloud_and_the_route_says_why(offline: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as cloud, FakeUpstream(json_reply(completion())) as engine:
        model = offline.add_channel(cloud.url, name="Away", priority=9)
        offline.add_channel(engine.url, name="Here", provider="ollama", api_keys=[], model=model)
        answer = offline.chat(model)
        during = cloud.received[:]
        switch(offline, False)
        after = offline.chat(model)

    assert (answer.status_code, during) == (200, [])
    assert answer.headers["x-novapi-channel"] == "Here"
    assert answer.headers["x-novapi-offline"] == "true"
    assert after.headers["x-novapi-channel"] == "Away"
    assert "x-novapi-offline" not in after.headers
    route = json.loads(offline.record(answer.headers["x-novapi-request-id"])["route"])
    assert {(each["channel"], each["reason"]) for each in route} == {("Here", "answered"), ("Away", "offline mode")}


def test_engine_that_fails_has_no_stand_in_elsewhere(offline: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as cloud:
        model = offline.add_channel(cloud.url)
        offline.add_channel(
            f"http://127.0.0.1:{free_port()}/v1", provider="ollama", api_keys=[], model=model, priority=9
        )
        answer = offline.chat(model)

    assert cloud.received == []
    assert answer.status_code == 502
    assert answer.headers["x-novapi-offline"] == "true"


def test_every_answer_tells_of_it(offline: Novapi) -> None:
    stream = event_stream(chunk("hi"), chunk(finish="stop"), DONE)
    with FakeUpstream(stream) as engine:
        model = offline.add_channel(engine.url, provider="ollama", api_keys=[])
        with offline.stream(model) as response:
            response.read()
    authorized = {"headers": offline.authorization}
    answers = [
        response,
        offline.http.get("/v1/models", **authorized),
        offline.http.get("/v1/nothing-here", **authorized),
        offline.http.get("/v1/models"),
        offline.call(content=b"{", headers={"content-type": "application/json"}),
        offline.chat("unknown-model"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 401, 400, 404]
    assert [answer.headers.get("x-novapi-offline") for answer in answers] == ["true"] * len(answers)


def test_answers_say_nothing_of_it_otherwise(novapi: Novapi) -> None:
    assert novapi.api("GET", "/preferences").json()["offline"] is False
    assert "x-novapi-offline" not in novapi.http.get("/v1/models", headers=novapi.authorization).headers


def test_tokens_of_a_model_elsewhere_are_estimated(offline: Novapi) -> None:
    body = {"messages": [{"role": "user", "content": "count these words"}]}
    with FakeUpstream(json_reply({"input_tokens": 1234})) as cloud:
        model = offline.add_channel(cloud.url, provider="anthropic")
        answer = offline.call("messages/count_tokens", json=body | {"model": model})

    assert (answer.status_code, cloud.received) == (200, [])
    assert 0 < answer.json()["input_tokens"] < 100


def test_files_of_the_cloud_stay_there(novapi: Novapi) -> None:
    def keeps_files(call: Received) -> Iterable[bytes | float]:
        return json_reply({"id": "file-offline1", "object": "file"})(call)

    form = {"file": ("a.jsonl", b"{}"), "purpose": (None, "batch")}
    with FakeUpstream(keeps_files) as cloud:
        novapi.add_channel(cloud.url, name="Keeps files")
        there = {"x-novapi-channel": "Keeps files"}
        assert novapi.call("files", files=form, headers=there).status_code == 200
        asked = len(cloud.received)
        switch(novapi, True)
        answers = [
            novapi.http.get("/v1/files/file-offline1", headers=novapi.authorization),
            novapi.call("files", files=form, headers=there),
        ]
        switch(novapi, False)
        again = novapi.http.get("/v1/files/file-offline1", headers=novapi.authorization)

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("offline mode is on" in answer.text for answer in answers)
    assert again.status_code == 200
    assert len(cloud.received) == asked + 1


# What Novapi asks by itself


def test_cloud_is_not_asked_for_lists_or_tests_either(offline: Novapi) -> None:
    with FakeUpstream(json_reply({"data": [{"id": "m"}]})) as cloud:
        offline.add_channel(cloud.url, name="Not asked")
        channels = offline.api("GET", "/channels").json()
        path = next(f"/channels/{each['id']}" for each in channels if each["name"] == "Not asked")
        listed = offline.api("POST", f"{path}/fetch-models")
        tested = offline.api("POST", f"{path}/test").json()

    assert cloud.received == []
    assert listed.status_code == 502
    assert "Not asked is not asked, for offline mode is on" in listed.json()["detail"]
    assert tested["ok"] is False
    assert "offline mode is on" in tested["stages"][0]["detail"]
    assert tested["stages"][0]["code"] == "offline_mode"
    assert all(stage["skipped"] for stage in tested["stages"][1:])


def test_engine_elsewhere_is_not_asked_either_and_none_fetches(offline: Novapi) -> None:
    body = {"name": "LAN", "provider": "ollama", "base_url": "http://ollama.invalid:11434/v1", "models": []}
    lan = offline.api("POST", "/channels", json=body).json()["id"]
    here = offline.api("POST", "/channels", json=body | {"name": "Own", "base_url": ""}).json()["id"]
    answer = offline.api("GET", f"/channels/{lan}/loaded")
    pull = offline.api("POST", f"/channels/{here}/pull", json={"model": "m"})

    assert (answer.status_code, "offline mode is on" in answer.text) == (502, True)
    assert (pull.status_code, "Offline mode is on" in pull.text) == (409, True)


@pytest.mark.parametrize("offline_on", [True, False])
def test_recovery_leaves_the_cloud_alone(offline_on: bool) -> None:
    with FakeUpstream(json_reply({"error": {"message": "no"}}, 401)) as cloud:
        route = channel("Cloud", base_url=cloud.url)
        made = replace(table({"gpt": [route]}), channels=(route,), offline=offline_on)
        health = Health(jitter=lambda: 0.0)
        health.failed((route.id, route.credentials[0].id), Fault.KEY_REFUSED, time.monotonic(), None)
        running(Recovery(lambda: made, health).look)

    assert bool(cloud.received) is not offline_on


# Local first, the cloud when it is busy or offline


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


def local_first(novapi: Novapi, cloud: FakeUpstream, name: str, **engine: Any) -> str:
    """An alias of an engine's model and, named before it, one of the cloud."""
    away = novapi.add_channel(cloud.url, name=f"Cloud of {name}", model=f"{name}-cloud")
    here = {"name": f"Engine of {name}", "api_keys": [], "model": f"{name}-local"} | engine
    models = [away, novapi.add_channel(here.pop("base_url", ""), **here)]
    answer = novapi.api("POST", "/aliases", json={"name": name, "models": models, "strategy": "local-first"})
    assert answer.status_code == 201, answer.text
    return name


def test_busy_engine_is_not_waited_for_while_the_cloud_could_answer(novapi: Novapi) -> None:
    def slow(call: Received) -> Iterable[bytes | float]:
        return [head(), 2.0, json.dumps(completion("local")).encode()]

    with FakeUpstream(slow) as engine, FakeUpstream(json_reply(completion("cloud"))) as cloud:
        model = local_first(novapi, cloud, "busy", provider="ollama", base_url=engine.url, concurrent_calls=1)
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(novapi.chat, model)
            assert eventually(lambda: engine.received)
            began_at = time.monotonic()
            second = novapi.chat(model)
            spent = time.monotonic() - began_at

    assert second.headers["x-novapi-channel"] == "Cloud of busy"
    assert spent < 1
    assert first.result().headers["x-novapi-channel"] == "Engine of busy"
    assert "at its limit" in novapi.record(second.headers["x-novapi-request-id"])["route"]


def test_engine_that_is_off_costs_no_time(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("cloud"))) as cloud:
        address = f"http://127.0.0.1:{free_port()}/v1"
        model = local_first(novapi, cloud, "off", provider="ollama", base_url=address)
        began_at = time.monotonic()
        answer = novapi.chat(model)
        spent = time.monotonic() - began_at

    assert (answer.status_code, answer.headers["x-novapi-channel"]) == (200, "Cloud of off")
    assert answer.headers["x-novapi-attempts"] == "2"
    assert spent < 1


def test_engine_that_novapi_can_not_start_costs_little_time_and_then_none(novapi: Novapi, model_file: Path) -> None:
    with FakeUpstream(json_reply(completion("cloud"))) as cloud:
        broken = command(model_file, "--exit-with", "3")
        model = local_first(novapi, cloud, "broken", provider="llamacpp", command=broken, group="")
        novapi.chat(model)
        began_at = time.monotonic()
        answer = novapi.chat(model)
        spent = time.monotonic() - began_at

    assert (answer.status_code, answer.headers["x-novapi-channel"]) == (200, "Cloud of broken")
    assert spent < 0.5
    assert "its engine is not running" in novapi.record(answer.headers["x-novapi-request-id"])["route"]
