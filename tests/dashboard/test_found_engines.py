"""Found engines through the front door: what is told of them, a channel in one click, and what becomes of it."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.test_live import listening, until
from tests.fake_engines import Engines, engines
from tests.fake_upstream import FakeUpstream, Received, head
from tests.running import Novapi, eventually, free_port

pytestmark = pytest.mark.usefixtures("empty_network")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi that nobody else adds channels to; it looks only when it is told to."""
    with Novapi(tmp_path_factory.mktemp("found") / "found") as running:
        yield running


@pytest.fixture
def fakes() -> Iterator[Engines]:
    with engines("ollama", "lm studio", "vllm", "vllm with a key", "llama.cpp that loads", "web server") as running:
        yield running


def scan(novapi: Novapi) -> dict[str, Any]:
    response = novapi.api("POST", "/discovery/scan")
    assert response.status_code == 200, response.text
    return dict(response.json())


def found_at(result: dict[str, Any], address: str) -> dict[str, Any] | None:
    return next((found for found in result["engines"] if found["address"] == address), None)


def add(novapi: Novapi, address: str, **members: Any) -> dict[str, Any]:
    response = novapi.api("POST", "/discovery/add", json={"address": address} | members)
    assert response.status_code == 201, response.text
    return dict(response.json())


def channel_of(novapi: Novapi, number: int) -> dict[str, Any]:
    return dict(novapi.api("GET", f"/channels/{number}").json())


def names(channel: dict[str, Any]) -> list[str]:
    return [model["name"] for model in channel["models"]]


def test_nothing_is_told_before_the_first_look(tmp_path: Path) -> None:
    with Novapi(tmp_path / "early") as novapi:
        assert novapi.api("GET", "/discovery").json() == {"at": None, "seconds": 0, "engines": []}


def test_scan_tells_of_engines_with_their_models(hub: Novapi, fakes: Engines) -> None:
    result = scan(hub)

    assert found_at(result, fakes.address("ollama")) == {
        "engine": "ollama",
        "name": "Ollama",
        "provider": "ollama",
        "address": fakes.address("ollama"),
        "base_url": fakes.address("ollama") + "/v1",
        "version": "0.12.3",
        "state": "ready",
        "process": "python",
        "pid": fakes.process.pid,
        "models": [
            {
                "name": "qwen3:8b", "context_max": 40960, "context_loaded": 4096, "quantisation": "Q4_K_M",
                "size": 5_200_000_000, "loaded": True, "vision": False, "tools": True, "reasoning": True,
                "embedding": False, "local": True,
            },
            {
                "name": "gpt-oss:120b-cloud", "context_max": None, "context_loaded": None, "quantisation": "",
                "size": 384, "loaded": False, "vision": False, "tools": False, "reasoning": False,
                "embedding": False, "local": False,
            },
        ],
        "channel": None,
    }  # fmt: skip
    states = {name: found_at(result, fakes.address(name)) for name in fakes.ports}
    assert {name: found and found["state"] for name, found in states.items()} == {
        "ollama": "ready",
        "lm studio": "ready",
        "vllm": "ready",
        "vllm with a key": "locked",
        "llama.cpp that loads": "loading",
        "web server": None,
    }


def test_last_scan_is_told_to_those_who_come_later(hub: Novapi, fakes: Engines) -> None:
    result = scan(hub)

    later = hub.api("GET", "/discovery").json()

    assert later == result
    assert later["at"]
    assert 0 < later["seconds"] < 5


def test_found_engine_becomes_a_channel_in_one_click(hub: Novapi, fakes: Engines) -> None:
    channel = add(hub, fakes.address("ollama"))

    assert (channel["name"], channel["provider"]) == ("Ollama", "ollama")
    assert channel["base_url"] == fakes.address("ollama") + "/v1"
    (model,) = channel["models"]  # the one in Ollama's cloud is left to the owner
    assert (model["name"], model["tools"], model["vision"], model["context_tokens"]) == ("qwen3:8b", True, False, 4096)
    known = found_at(scan(hub), fakes.address("ollama"))
    assert known
    assert known["channel"] == {"id": channel["id"], "name": "Ollama"}
    assert "qwen3:8b" in [each["name"] for each in hub.api("GET", "/models").json()]


def test_second_engine_of_a_kind_gets_a_name_of_its_own(hub: Novapi, fakes: Engines) -> None:
    with engines("vllm") as others:
        first, second = add(hub, fakes.address("vllm")), add(hub, others.address("vllm"))
        third = hub.api("POST", "/discovery/add", json={"address": fakes.address("lm studio"), "name": "Mine"}).json()

    assert first["name"] == "vLLM"
    assert second["name"] == f"vLLM {others.ports['vllm']}"
    assert third["name"] == "Mine"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_engine_that_a_channel_calls_is_not_added_again(hub: Novapi, fakes: Engines, host: str) -> None:
    url = f"http://{host}:{fakes.ports['vllm']}/v1"
    body = {"name": f"By hand at {host}", "provider": "custom", "base_url": url}
    number = hub.api("POST", "/channels", json=body).json()["id"]

    response = hub.api("POST", "/discovery/add", json={"address": fakes.address("vllm")})

    assert response.status_code == 409
    assert response.json() == {"detail": f"Channel By hand at {host} calls this engine already.", "id": number}
    found = found_at(scan(hub), fakes.address("vllm"))
    assert found
    assert found["channel"]["id"] == number


@pytest.mark.parametrize(
    "address",
    ["http://192.168.1.7:11434", "https://example.com", "127.0.0.1:11434", "nonsense", "http://[", "file:///x"],
)
def test_only_addresses_of_this_machine_are_asked(hub: Novapi, address: str) -> None:
    response = hub.api("POST", "/discovery/add", json={"address": address})

    assert response.status_code == 422
    assert "127.0.0.1" in response.json()["fields"]["address"][0]


def test_address_where_no_engine_answers_is_said_to_be_one(hub: Novapi, fakes: Engines) -> None:
    for port in (free_port(), fakes.ports["web server"], hub.port):
        response = hub.api("POST", "/discovery/add", json={"address": f"http://127.0.0.1:{port}"})

        assert response.status_code == 404
        assert str(port) in response.json()["detail"]


def with_a_key(call: Received) -> list[bytes]:
    """An engine that shows its models to whoever has the key."""
    if call.headers.get("authorization") == "Bearer local-secret-key-1":
        answers = {"/v1/models": {"object": "list", "data": [{"id": "hidden", "owned_by": "vllm"}]}}
        body = answers.get(call.path)
        return [head(200 if body else 404), json.dumps(body or {"detail": "no"}).encode()]
    return [head(401 if call.path.startswith("/v1/") else 404), b'{"error": "Unauthorized"}']


def test_locked_engine_is_added_with_its_key_and_not_without(hub: Novapi) -> None:
    with FakeUpstream(with_a_key) as engine:
        address = f"http://127.0.0.1:{engine.port}"
        without = hub.api("POST", "/discovery/add", json={"address": address})
        wrong = hub.api("POST", "/discovery/add", json={"address": address, "api_key": "local-wrong-key-0"})
        channel = add(hub, address, api_key="local-secret-key-1")

    assert [response.status_code for response in (without, wrong)] == [422, 422]
    assert without.json()["fields"] == {"api_key": ["Local engine wants a key."]}
    assert wrong.json()["fields"] == {"api_key": ["Local engine refused this key."]}
    assert names(channel) == ["hidden"]
    assert channel["provider"] == "vllm"
    assert [key["masked"] for key in channel["api_keys"]] == ["…ey-1"]


# What becomes of a channel


def test_new_models_of_an_engine_are_offered_and_what_the_owner_removed_stays_away(
    hub: Novapi, fakes: Engines
) -> None:
    fakes.tell("add", "lm studio", "removed/model")
    number = add(hub, fakes.address("lm studio"))["id"]
    scan(hub)
    kept = [{"name": "mine", "upstream": "qwen/qwen3-8b"}]
    hub.api("PATCH", f"/channels/{number}", json={"models": kept})
    fakes.tell("add", "lm studio", "new/model")

    scan(hub)

    channel = channel_of(hub, number)
    assert {model["name"]: model["upstream"] for model in channel["models"]} == {
        "mine": "qwen/qwen3-8b",
        "new/model": "new/model",
    }
    assert channel["gone"] == []


def test_channel_that_offers_nothing_gets_what_its_engine_has(hub: Novapi, fakes: Engines) -> None:
    body = {"name": "Empty", "provider": "ollama", "base_url": fakes.address("ollama")}
    number = hub.api("POST", "/channels", json=body).json()["id"]

    scan(hub)

    assert names(channel_of(hub, number)) == ["qwen3:8b"]


def test_models_that_an_engine_no_longer_has_are_marked_and_kept(hub: Novapi, fakes: Engines) -> None:
    body = {
        "name": "Old models", "provider": "ollama", "base_url": fakes.address("ollama"),
        "models": ["qwen3:8b", "gpt-oss:120b-cloud", {"name": "old", "upstream": "llama2:7b"}],
    }  # fmt: skip
    number = hub.api("POST", "/channels", json=body).json()["id"]

    scan(hub)

    channel = channel_of(hub, number)
    assert channel["gone"] == ["old"]
    assert names(channel) == ["gpt-oss:120b-cloud", "old", "qwen3:8b"]


def test_models_that_came_while_novapi_was_off_are_offered(tmp_path: Path) -> None:
    with engines("vllm") as fakes:
        with Novapi(tmp_path / "off") as novapi:
            number = add(novapi, fakes.address("vllm"))["id"]
            scan(novapi)
        fakes.tell("add", "vllm", "came/meanwhile")
        with Novapi(tmp_path / "off") as novapi:
            scan(novapi)
            channel = channel_of(novapi, number)

    assert names(channel) == ["Qwen/Qwen3-8B", "came/meanwhile"]
    assert (tmp_path / "off" / "engines.json").stat().st_mode & 0o777 == 0o600


def test_channel_whose_engine_stops_is_offline_and_back_when_it_listens(hub: Novapi) -> None:
    with engines("vllm") as fakes:
        number = add(hub, fakes.address("vllm"))["id"]
        with listening(hub) as told:
            next(told)
            fakes.tell("close", "vllm")
            scan(hub)
            offline = channel_of(hub, number)["health"]
            refused = [hub.chat("Qwen/Qwen3-8B").status_code for _ in range(4)]
            with listening(hub) as late:
                _, snapshot = next(late)
            fakes.tell("open", "vllm")
            scan(hub)
            online = channel_of(hub, number)["health"]
            events = [event for event in until(told, "engine.online") if event[1].get("id") == number]

    assert (offline["paused"], offline["seconds"]) == ("offline", None)
    assert min(refused) >= 500
    assert (online["paused"], online["failures"]) == ("", 0)
    place = {"id": number, "name": channel_of(hub, number)["name"], "port": fakes.ports["vllm"]}
    assert [event for event in events if event[0].startswith("engine.")] == [
        ("engine.offline", place),
        ("engine.online", place),
    ]
    assert place in snapshot["offline"]


def test_engine_that_appears_is_told_of_once(hub: Novapi) -> None:
    scan(hub)
    with listening(hub) as told, engines("vllm", "sglang") as fakes:
        next(told)
        add(hub, fakes.address("sglang"))
        scan(hub)
        scan(hub)
        with engines("vllm") as others:
            scan(hub)
            found = [body for kind, body in seen_until(told, others.address("vllm")) if kind == "engine.found"]

    ours = [body for body in found if body["address"].endswith(tuple(map(str, fakes.ports.values())))]
    assert ours == [
        {"engine": "vllm", "name": "vLLM", "address": fakes.address("vllm"), "state": "ready", "models": 1}
    ]


def seen_until(told: Iterator[tuple[str, dict[str, Any]]], address: str) -> list[tuple[str, dict[str, Any]]]:
    seen = [next(told)]
    while seen[-1][1].get("address") != address:
        seen.append(next(told))
    return seen


def test_server_looks_by_itself_and_notices_what_stops(tmp_path: Path) -> None:
    with engines("vllm") as fakes, Novapi(tmp_path / "looks", NOVAPI_DISCOVERY="on") as novapi:
        assert novapi.api("GET", "/discovery").json()["at"] is None  # whoever starts it has something else in mind
        number = add(novapi, fakes.address("vllm"))["id"]
        first = eventually(lambda: novapi.api("GET", "/discovery").json()["engines"], timeout_s=15)
        fakes.tell("close", "vllm")
        novapi.chat("Qwen/Qwen3-8B")
        stopped = eventually(lambda: channel_of(novapi, number)["health"]["paused"] == "offline", timeout_s=15)
        fakes.tell("open", "vllm")
        back = eventually(lambda: channel_of(novapi, number)["health"]["paused"] == "", timeout_s=15)

    assert fakes.address("vllm") in [found["address"] for found in first]
    assert stopped
    assert back


def test_many_who_ask_at_once_share_one_look(hub: Novapi, fakes: Engines) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(8) as askers:
        results = list(askers.map(lambda _: scan(hub), range(8)))

    assert time.monotonic() - began < 4
    assert len({result["at"] for result in results}) <= 2
    assert all(found_at(result, fakes.address("ollama")) for result in results)


@pytest.mark.parametrize("api_key", ["sk-with a space", "sk-ключ-12345678", "sk-line\nbreak"])
def test_key_that_can_be_none_is_refused_before_anybody_is_asked(hub: Novapi, fakes: Engines, api_key: str) -> None:
    body = {"address": fakes.address("vllm with a key"), "api_key": api_key}

    response = hub.api("POST", "/discovery/add", json=body)

    assert response.status_code == 422
    assert list(response.json()["fields"]) == ["api_key"]


def test_discovery_needs_the_owner(hub: Novapi) -> None:
    for method, path in (("GET", ""), ("POST", "/scan"), ("POST", "/add")):
        assert hub.http.request(method, f"/api/discovery{path}").status_code == 401
