"""What Ollama, LM Studio and llama.cpp can do beside answering calls: tell what is in memory, load, unload."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.channels_app.local.test_engine import command
from tests.e2e.tiny_gguf import write_model
from tests.fake_upstream import FakeUpstream, Received, Script, json_reply, whole
from tests.running import Novapi, eventually, free_port

NAME = iter(range(1_000_000))
Reply = tuple[int, Any]


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


def create(novapi: Novapi, provider: str, base_url: str = "", **members: Any) -> int:
    body = {"name": f"{provider} {next(NAME)}", "provider": provider, "base_url": base_url, "models": []} | members
    answer = novapi.api("POST", "/channels", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def engine(routes: dict[str, Reply | Script], otherwise: Reply = (404, {"error": "not found"})) -> Script:
    """An engine's own API: "METHOD /path" → status and JSON, or what it does."""

    def answer(call: Received) -> Iterable[bytes | float]:
        found = routes.get(f"{call.method} {call.path}", otherwise)
        return [whole(json.dumps(found[1]).encode(), found[0])] if isinstance(found, tuple) else found(call)

    return answer


def posted(upstream: FakeUpstream) -> list[tuple[str, Any]]:
    return [(call.path, call.json) for call in upstream.received if call.method == "POST"]


# What is in memory

PS_ROW = {
    "name": "qwen3:8b",
    "model": "qwen3:8b",
    "size": 6_654_289_920,
    "size_vram": 4_000_000_000,
    "digest": "500a1f067a9f",
    "details": {"format": "gguf", "family": "qwen3", "parameter_size": "8.2B", "quantization_level": "Q4_K_M"},
    "context_length": 4096,
}


def in_minutes(minutes: float) -> str:
    """A time as Go writes it: nanoseconds, and a zone of its own."""
    zone = datetime.now(UTC) + timedelta(minutes=minutes, hours=2)
    return zone.strftime("%Y-%m-%dT%H:%M:%S") + ".318831234+02:00"


LM_STUDIO_ROW = {
    "type": "llm",
    "key": "qwen/qwen3-8b",
    "quantization": {"name": "Q4_K_M", "bits_per_weight": 4},
    "size_bytes": 5_000_000_000,
    "max_context_length": 32768,
    "loaded_instances": [
        {"id": "qwen/qwen3-8b", "config": {"context_length": 8192}},
        {"id": "qwen/qwen3-8b:2", "config": {"context_length": 16384}},
    ],
    "capabilities": {"vision": False, "trained_for_tool_use": True},
}
IDLE_ROW = LM_STUDIO_ROW | {"key": "ibm/granite", "loaded_instances": []}
OLD_ROW = {"id": "old", "type": "llm", "state": "loaded", "quantization": "Q4_0", "loaded_context_length": 4096}
UNEXPECTED = (200, {"error": "Unexpected endpoint or method. (GET /api/v1/models). Returning 200 anyway"})
META = {"n_ctx": 2048, "n_ctx_train": 32768, "size": 4_700_000_000, "ftype": "Q4_K - Medium"}


def loaded(novapi: Novapi, provider: str, routes: dict[str, Reply | Script], **options: Any) -> Any:
    with FakeUpstream(engine(routes, **options)) as upstream:
        channel_id = create(novapi, provider, upstream.url)
        answer = novapi.api("GET", f"/channels/{channel_id}/loaded")
        assert {call.method for call in upstream.received} == {"GET"}, "a POST may load a model"
    assert answer.status_code == 200, answer.text
    return answer.json()["models"]


def test_ollama_tells_what_it_has_in_memory_and_until_when(novapi: Novapi) -> None:
    rows = [
        PS_ROW | {"expires_at": in_minutes(5)},
        PS_ROW | {"name": "for-ever", "expires_at": in_minutes(60 * 24 * 365 * 290)},
        PS_ROW | {"name": "never-set", "expires_at": "0001-01-01T00:00:00Z", "size_vram": 0},
    ]
    first, for_ever, never = loaded(novapi, "ollama", {"GET /api/ps": (200, {"models": rows})})

    until = datetime.fromisoformat(first.pop("until"))
    assert timedelta(minutes=4) < until - datetime.now(UTC) < timedelta(minutes=6)
    assert first == {
        "name": "qwen3:8b", "instance": "", "size_bytes": 6_654_289_920, "vram_bytes": 4_000_000_000,
        "context_tokens": 4096, "quantisation": "Q4_K_M",
    }  # fmt: skip
    assert for_ever["until"] is None
    assert (never["until"], never["vram_bytes"]) == (None, 0)


def test_lm_studio_tells_of_each_instance(novapi: Novapi) -> None:
    rows = [LM_STUDIO_ROW, IDLE_ROW]
    found = loaded(novapi, "lmstudio", {"GET /api/v1/models": (200, {"models": rows})}, otherwise=UNEXPECTED)

    assert [(each["name"], each["instance"], each["context_tokens"]) for each in found] == [
        ("qwen/qwen3-8b", "qwen/qwen3-8b", 8192),
        ("qwen/qwen3-8b", "qwen/qwen3-8b:2", 16384),
    ]
    assert {(each["size_bytes"], each["quantisation"], each["until"]) for each in found} == {
        (5_000_000_000, "Q4_K_M", None)
    }


def test_older_lm_studio_tells_less(novapi: Novapi) -> None:
    rows = [OLD_ROW, OLD_ROW | {"id": "idle", "state": "not-loaded"}]
    found = loaded(novapi, "lmstudio", {"GET /api/v0/models": (200, {"data": rows})}, otherwise=UNEXPECTED)

    assert [(each["name"], each["context_tokens"], each["quantisation"]) for each in found] == [("old", 4096, "Q4_0")]


@pytest.mark.parametrize(
    ("props", "rows", "names"),
    [
        ({"build_info": "b1"}, [{"id": "m.gguf", "meta": META}], ["m.gguf"]),
        ({"build_info": "b1", "is_sleeping": True}, [{"id": "m.gguf", "meta": META}], []),
        (
            {"role": "router"},
            [
                {"id": "a", "status": {"value": "loaded"}, "meta": META},
                {"id": "b", "status": {"value": "unloaded"}},
                {"id": "c", "status": {"value": "loading"}},
            ],
            ["a"],
        ),
    ],
)
def test_llamacpp_tells_what_is_loaded(novapi: Novapi, props: Any, rows: list[Any], names: list[str]) -> None:
    body = (200, {"object": "list", "data": rows})
    found = loaded(novapi, "llamacpp", {"GET /props": (200, props), "GET /v1/models": body, "GET /models": body})

    assert [each["name"] for each in found] == names
    for each in found:
        assert (each["context_tokens"], each["size_bytes"]) == (2048, 4_700_000_000)
        assert each["quantisation"] == "Q4_K - Medium"


def test_llamacpp_that_is_loading_has_nothing_yet(novapi: Novapi) -> None:
    loading = {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}
    assert loaded(novapi, "llamacpp", {}, otherwise=(503, loading)) == []


def test_real_llamacpp_that_novapi_starts_tells_while_it_runs(novapi: Novapi, model_file: Path) -> None:
    name = f"started-{next(NAME)}"
    options = {"models": [{"name": name, "upstream": "tiny"}], "group": ""}
    channel_id = create(novapi, "llamacpp", command=command(model_file, "-a", "tiny"), **options)
    assert novapi.api("GET", f"/channels/{channel_id}/loaded").json() == {"models": []}

    assert novapi.chat(name, max_tokens=3).status_code == 200
    (model,) = novapi.api("GET", f"/channels/{channel_id}/loaded").json()["models"]

    assert model["name"] == "tiny"
    assert model["context_tokens"] == 1024  # of 2048, for each of two slots
    assert model["size_bytes"] > 100_000


@pytest.mark.parametrize(
    ("provider", "text"),
    [("vllm", "vLLM does not tell what it has in memory"), ("openai", "OpenAI is no engine of yours")],
)
def test_channels_that_can_not_tell_say_so(novapi: Novapi, provider: str, text: str) -> None:
    channel_id = create(novapi, provider, "http://127.0.0.1:1/v1")
    answer = novapi.api("GET", f"/channels/{channel_id}/loaded")

    assert answer.status_code == 409
    assert text in answer.json()["detail"]
    assert novapi.api("GET", "/channels/99999999/loaded").status_code == 404


@pytest.mark.parametrize(
    ("provider", "advice"), [("ollama", "`ollama serve`"), ("lmstudio", "`lms server start`"), ("llamacpp", "command")]
)
def test_engine_that_is_off_is_told_of_with_what_to_do(novapi: Novapi, provider: str, advice: str) -> None:
    channel_id = create(novapi, provider, f"http://127.0.0.1:{free_port()}/v1")
    answer = novapi.api("GET", f"/channels/{channel_id}/loaded")

    assert answer.status_code == 502
    assert "could not be reached at http://127.0.0.1:" in answer.json()["detail"]
    assert advice in answer.json()["detail"]


@pytest.mark.parametrize(
    ("status", "body", "answered", "text"),
    [
        (500, {"error": "llama runner has crashed"}, 502, "says: llama runner has crashed"),
        (403, {"error": {"message": "No API token"}}, 409, "says: No API token"),
        (200, ["no", "list"], 200, ""),
        (200, "<html>", 502, "no JSON"),
    ],
)
def test_engines_own_words_are_told(novapi: Novapi, status: int, body: Any, answered: int, text: str) -> None:
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    with FakeUpstream(lambda call: [whole(raw, status)]) as upstream:
        channel_id = create(novapi, "ollama", upstream.url)
        answer = novapi.api("GET", f"/channels/{channel_id}/loaded")

    assert answer.status_code == answered, answer.text
    assert text in answer.text


# Loading and unloading


def told_to(
    novapi: Novapi, action: str, provider: str, routes: dict[str, Any], body: dict[str, Any], **options: Any
) -> tuple[Any, list[tuple[str, Any]]]:
    """The answer to an order, and what was posted to the engine."""
    with FakeUpstream(engine(routes, **options)) as upstream:
        models = [{"name": "mine", "upstream": "qwen3:8b"}]
        channel_id = create(novapi, provider, upstream.url, models=models)
        answer = novapi.api("POST", f"/channels/{channel_id}/{action}", json=body)
        return answer, posted(upstream)


@pytest.mark.parametrize(("action", "keep_alive"), [("load", -1), ("unload", 0)])
@pytest.mark.parametrize(
    ("capabilities", "path", "more"),
    [
        (["completion", "tools"], "/api/generate", {}),
        (["embedding"], "/api/embed", {"input": ""}),
        (None, "/api/generate", {}),
    ],
)
def test_ollama_keeps_a_model_or_drops_it(
    novapi: Novapi, action: str, keep_alive: int, capabilities: Any, path: str, more: dict[str, str]
) -> None:
    show = {"details": {}} | ({"capabilities": capabilities} if capabilities else {})
    reason = {"model": "qwen3:8b", "response": "", "done": True, "done_reason": action}
    rows = [PS_ROW] if action == "load" else []
    routes = {"POST /api/show": (200, show), f"POST {path}": (200, reason), "GET /api/ps": (200, {"models": rows})}
    answer, sent = told_to(novapi, action, "ollama", routes, {"model": "mine"})

    assert answer.status_code == 200, answer.text
    assert [each["name"] for each in answer.json()["models"]] == [row["name"] for row in rows]
    assert sent == [
        ("/api/show", {"model": "qwen3:8b"}),
        (path, {"model": "qwen3:8b", "keep_alive": keep_alive} | more),
    ]


def test_engine_that_does_not_know_the_model_says_so(novapi: Novapi) -> None:
    answer, _ = told_to(
        novapi, "load", "ollama", {}, {"model": "nope"}, otherwise=(404, {"error": "model 'nope' not found"})
    )
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("says: model 'nope' not found")


def test_lm_studio_loads_with_the_context_that_is_wanted(novapi: Novapi) -> None:
    done = {"type": "llm", "instance_id": "qwen3:8b", "load_time_seconds": 9.1, "status": "loaded"}
    routes = {"POST /api/v1/models/load": (200, done), "GET /api/v1/models": (200, {"models": [LM_STUDIO_ROW]})}
    answer, sent = told_to(novapi, "load", "lmstudio", routes, {"model": "mine", "context_tokens": 16384})

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["models"]) == 2
    assert sent == [("/api/v1/models/load", {"model": "qwen3:8b", "context_length": 16384})]


@pytest.mark.parametrize(
    ("model", "instances"),
    [
        ("qwen/qwen3-8b", ["qwen/qwen3-8b", "qwen/qwen3-8b:2"]),
        ("qwen/qwen3-8b:2", ["qwen/qwen3-8b:2"]),
    ],
)
def test_lm_studio_unloads_every_instance_of_a_model_or_one(novapi: Novapi, model: str, instances: list[str]) -> None:
    routes = {
        "POST /api/v1/models/unload": (200, {"instance_id": "x"}),
        "GET /api/v1/models": (200, {"models": [LM_STUDIO_ROW, IDLE_ROW]}),
    }
    answer, sent = told_to(novapi, "unload", "lmstudio", routes, {"model": model})

    assert answer.status_code == 200, answer.text
    assert sent == [("/api/v1/models/unload", {"instance_id": name}) for name in instances]


def test_lm_studio_can_not_unload_what_is_not_loaded(novapi: Novapi) -> None:
    routes = {"GET /api/v1/models": (200, {"models": [IDLE_ROW]})}
    answer, sent = told_to(novapi, "unload", "lmstudio", routes, {"model": "ibm/granite"})

    assert (answer.status_code, sent) == (409, [])
    assert "does not have 'ibm/granite' in memory" in answer.json()["detail"]


def test_older_lm_studio_that_says_200_to_everything_is_not_believed(novapi: Novapi) -> None:
    answer, _ = told_to(novapi, "load", "lmstudio", {}, {"model": "old"}, otherwise=UNEXPECTED)

    assert answer.status_code == 409
    assert "LM Studio 0.4 or newer" in answer.json()["detail"]


class Router:
    """llama.cpp's, with two models; what it is told it does a moment later. `breaks`: loading comes to nothing."""

    def __init__(self, breaks: bool = False) -> None:
        self.breaks = breaks
        self.status: dict[str, dict[str, Any]] = {name: {"value": "unloaded"} for name in ("a", "b")}
        self.next: dict[str, dict[str, Any]] = {}

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        if call.path == "/props":
            return json_reply({"role": "router", "max_instances": 4, "models_autoload": True})(call)
        if call.method == "POST":
            return self.ordered(call)
        rows = [{"id": name, "status": status} for name, status in self.status.items()]
        self.status |= self.next
        return json_reply({"object": "list", "data": rows})(call)

    def ordered(self, call: Received) -> Iterable[bytes | float]:
        name = call.json["model"]
        if name not in self.status:
            return json_reply({"error": {"code": 400, "message": f"model '{name}' not found"}}, 400)(call)
        failed = {"value": "unloaded", "failed": True, "exit_code": 1}
        loads = call.path == "/models/load"
        self.status[name] = {"value": "loading" if loads else "loaded"}
        self.next = {name: (failed if self.breaks else {"value": "loaded"}) if loads else {"value": "unloaded"}}
        return json_reply({"success": True})(call)


def test_llamacpp_router_loads_and_unloads(novapi: Novapi) -> None:
    with FakeUpstream(Router()) as upstream:
        channel_id = create(novapi, "llamacpp", upstream.url)
        path = f"/channels/{channel_id}"
        after_load = novapi.api("POST", f"{path}/load", json={"model": "a"})
        again = novapi.api("POST", f"{path}/load", json={"model": "a"})
        after_unload = novapi.api("POST", f"{path}/unload", json={"model": "a"})
        unknown = novapi.api("POST", f"{path}/unload", json={"model": "nope"})

    assert after_load.status_code == 200, after_load.text
    assert [each["name"] for each in after_load.json()["models"]] == ["a"]
    assert again.json() == after_load.json()
    assert after_unload.json() == {"models": []}
    assert (unknown.status_code, "model 'nope' not found" in unknown.text) == (409, True)
    assert [path for path, _ in posted(upstream)] == ["/models/load", "/models/unload", "/models/unload"]


def test_llamacpp_router_that_fails_to_load_is_told_of(novapi: Novapi) -> None:
    with FakeUpstream(Router(breaks=True)) as upstream:
        channel_id = create(novapi, "llamacpp", upstream.url)
        answer = novapi.api("POST", f"/channels/{channel_id}/load", json={"model": "a"})

    assert answer.status_code == 502
    assert "failed (exit code 1)" in answer.json()["detail"]


@pytest.mark.parametrize("action", ["load", "unload"])
@pytest.mark.parametrize(
    ("provider", "body", "text"),
    [
        ("llamacpp", {"model": "m"}, "serves the one model it was started with"),
        ("vllm", {"model": "m"}, "vLLM can't be told to load or unload"),
        ("openai", {"model": "m"}, "OpenAI is no engine of yours"),
    ],
)
def test_what_can_not_be_loaded_or_unloaded_is_refused(
    novapi: Novapi, action: str, provider: str, body: dict[str, Any], text: str
) -> None:
    answer, sent = told_to(novapi, action, provider, {"GET /props": (200, {"build_info": "b1"})}, body)
    assert (answer.status_code, sent) == (409, [])
    assert text in answer.json()["detail"]


@pytest.mark.parametrize(("provider", "text"), [("ollama", "OLLAMA_CONTEXT_LENGTH"), ("llamacpp", "in its command")])
def test_context_that_could_not_be_kept_is_refused(novapi: Novapi, provider: str, text: str) -> None:
    answer, sent = told_to(novapi, "load", provider, {}, {"model": "mine", "context_tokens": 9000})
    assert (answer.status_code, sent) == (409, [])
    assert text in answer.json()["detail"]


@pytest.mark.parametrize("action", ["load", "unload"])
def test_engine_that_is_off_loads_nothing(novapi: Novapi, action: str) -> None:
    channel_id = create(novapi, "ollama", f"http://127.0.0.1:{free_port()}/v1")
    answer = novapi.api("POST", f"/channels/{channel_id}/{action}", json={"model": "m"})

    assert answer.status_code == 502
    assert "`ollama serve`" in answer.json()["detail"]
    assert novapi.api("POST", f"/channels/{channel_id}/{action}", json={"model": ""}).status_code == 422


def started(novapi: Novapi, model_file: Path, *switches: str, provider: str = "llamacpp") -> tuple[str, str]:
    """A channel with a real llama.cpp that Novapi starts: its path in the API, and the name of its model."""
    name = f"started-{next(NAME)}"
    options = {"models": [{"name": name, "upstream": "tiny"}], "group": ""}
    channel_id = create(novapi, provider, command=command(model_file, "-a", "tiny", *switches), **options)
    return f"/channels/{channel_id}", name


def about(novapi: Novapi, path: str) -> dict[str, Any]:
    """Its engine, as the API tells it."""
    return novapi.api("GET", path).json()["engine"]


def state(novapi: Novapi, path: str) -> str:
    return str(about(novapi, path)["state"])


@pytest.mark.parametrize(("provider", "names"), [("llamacpp", ["tiny"]), ("local", [])])
def test_engine_that_novapi_starts_is_started_and_stopped(
    novapi: Novapi, model_file: Path, provider: str, names: list[str]
) -> None:
    path, model = started(novapi, model_file, provider=provider)
    answer = novapi.api("POST", f"{path}/load", json={"model": model})
    assert answer.status_code == 200, answer.text
    assert [each["name"] for each in answer.json()["models"]] == names
    assert state(novapi, path) == "ready"
    assert about(novapi, path)["calls"] == 0

    answer = novapi.api("POST", f"{path}/unload", json={"model": model})
    assert (answer.status_code, answer.json()) == (200, {"models": []})
    assert state(novapi, path) == "stopped"
    assert novapi.api("POST", f"{path}/unload", json={"model": model}).status_code == 200  # nothing left to do


@contextmanager
def held_up(novapi: Novapi, path: str) -> Iterator[None]:
    """The engine says nothing meanwhile: a tiny model would have said all before it is stopped."""
    processes = psutil.Process(about(novapi, path)["pid"]).children(recursive=True)
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


def test_engine_that_calls_use_is_stopped_by_force_only(novapi: Novapi, model_file: Path) -> None:
    path, model = started(novapi, model_file)
    assert novapi.api("POST", f"{path}/load", json={"model": model}).status_code == 200
    with ThreadPoolExecutor(2) as aside, held_up(novapi, path):
        answer = aside.submit(novapi.chat, model)
        assert eventually(lambda: about(novapi, path)["calls"] == 1)
        refused = novapi.api("POST", f"{path}/unload", json={"model": model})
        assert (refused.status_code, state(novapi, path)) == (409, "ready")
        assert "1 call uses this engine" in refused.json()["detail"]

        forced = aside.submit(novapi.api, "POST", f"{path}/unload", json={"model": model, "force": True})
        assert eventually(lambda: state(novapi, path) == "stopping")

    assert (forced.result().status_code, state(novapi, path)) == (200, "stopped")
    assert answer.result().json()["error"]["type"] == "upstream_error"


def test_engine_that_can_not_be_started_says_why(novapi: Novapi, model_file: Path) -> None:
    path, model = started(novapi, model_file, "--exit-with", "3")
    answer = novapi.api("POST", f"{path}/load", json={"model": model})

    assert answer.status_code == 409
    assert "exit code 3" in answer.json()["detail"]
