"""What Ollama, LM Studio and llama.cpp can do beside answering calls: tell what is in memory, load, unload, fetch."""

import json
import shlex
import sys
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
from tests.fake_upstream import FakeUpstream, Received, Script, head, json_reply, whole
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


# Fetching


TAGS: list[dict[str, Any]] = [
    {
        "name": "qwen3:8b",
        "size": 5_200_000_000,
        "details": {"quantization_level": "Q4_K_M", "context_length": 40960},
        "capabilities": ["completion", "tools"],
    }
]
LAYERS = [
    {"status": "pulling manifest"},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 1000},  # nothing of it is there yet
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 1000, "completed": 400},
    {"status": "pulling bbb", "digest": "sha256:bbb", "total": 24, "completed": 24},
    {"status": "pulling aaa", "digest": "sha256:aaa", "total": 1000, "completed": 1000},
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
    {"status": "success"},
]


class Library:
    """Ollama's side of a pull: these lines, then the model is in its list. `pause`: between lines, in seconds."""

    def __init__(self, rows: list[dict[str, Any]], pause: float = 0.0, lists: str = "new:latest") -> None:
        self.rows, self.pause, self.lists = rows, pause, lists
        self.is_there = False

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        if call.path == "/api/pull":
            yield head(200, "application/x-ndjson")
            for row in self.rows:
                yield json.dumps(row).encode() + b"\n"
                yield self.pause
            self.is_there = True
            return
        named = TAGS[0] | {"name": self.lists}
        yield from json_reply({"models": [*TAGS, named] if self.is_there else TAGS})(call)


def events_in(text: str) -> list[tuple[str, Any]]:
    pairs = [event.split("\ndata: ") for event in text.strip().split("\n\n")]
    return [(kind.removeprefix("event: "), json.loads(data)) for kind, data in pairs]


def fetch(novapi: Novapi, channel_id: int, model: str) -> list[tuple[str, Any]]:
    answer = novapi.api("POST", f"/channels/{channel_id}/pull", json={"model": model})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/event-stream"
    return events_in(answer.text)


def models_of(novapi: Novapi, channel_id: int) -> dict[str, Any]:
    return {model["name"]: model for model in novapi.api("GET", f"/channels/{channel_id}").json()["models"]}


def test_ollama_fetches_a_model_and_the_channel_offers_it_once(novapi: Novapi) -> None:
    with FakeUpstream(Library(LAYERS, pause=0.25)) as upstream:
        channel_id = create(novapi, "ollama", upstream.url, models=["qwen3:8b"])
        events = fetch(novapi, channel_id, "new")
        again = fetch(novapi, channel_id, "new")

    assert posted(upstream)[0] == ("/api/pull", {"model": "new"})
    told = [(body["status"], body["completed"], body["total"], body["parts"]) for kind, body in events[:-1]]
    assert {kind for kind, _ in events[:-1]} == {"progress"}
    assert told == [
        ("pulling manifest", 0, None, 0),
        ("pulling", 0, 1000, 1),
        ("pulling", 400, 1000, 1),
        ("pulling", 424, 1024, 2),
        ("pulling", 1024, 1024, 2),
        ("verifying sha256 digest", 1024, 1024, 2),
        ("writing manifest", 1024, 1024, 2),
        ("success", 1024, 1024, 2),
    ]
    assert events[-1] == ("done", {"offered": ["new:latest"], "added": ["new:latest"]})
    assert again[-1] == ("done", {"offered": ["new:latest"], "added": []})
    models = models_of(novapi, channel_id)
    assert list(models) == ["new:latest", "qwen3:8b"]
    assert models["new:latest"]["context_tokens"] == 40960
    assert models["new:latest"]["tools"] is True


def test_progress_is_told_a_few_times_a_second_only(novapi: Novapi) -> None:
    busy = [{"status": "pulling a", "digest": "a", "total": 5000, "completed": n} for n in range(5000)]
    with FakeUpstream(Library([*busy, {"status": "success"}])) as upstream:
        events = fetch(novapi, create(novapi, "ollama", upstream.url), "new")

    assert len(events) < 50
    assert events[-2][1]["completed"] == 4999


def test_model_that_is_offered_by_its_short_name_is_not_offered_twice(novapi: Novapi) -> None:
    with FakeUpstream(Library(LAYERS)) as upstream:
        channel_id = create(novapi, "ollama", upstream.url, models=[{"name": "fast", "upstream": "new"}])
        events = fetch(novapi, channel_id, "new")

    assert events[-1] == ("done", {"offered": ["new:latest"], "added": []})
    assert list(models_of(novapi, channel_id)) == ["fast"]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([LAYERS[0], {"error": "pull model manifest: file does not exist"}], "says: pull model manifest: file does"),
        (LAYERS[:3], "broke off before the model was there"),
        ([*LAYERS[:2], {"status": "x" * 2_000_000}], "line without end"),
    ],
)
def test_pull_that_fails_on_the_way_says_why_and_offers_nothing(novapi: Novapi, rows: list[Any], text: str) -> None:
    with FakeUpstream(Library(rows)) as upstream:
        channel_id = create(novapi, "ollama", upstream.url)
        events = fetch(novapi, channel_id, "new")

    assert events[0][0] == "progress"
    assert events[-1][0] == "failed"
    assert text in events[-1][1]["detail"]
    assert models_of(novapi, channel_id) == {}


def test_pull_ends_when_the_owners_browser_leaves(novapi: Novapi) -> None:
    endless = [{"status": "pulling a", "digest": "a", "total": 10_000, "completed": n} for n in range(10_000)]
    with FakeUpstream(Library(endless, pause=0.05)) as upstream:
        channel_id = create(novapi, "ollama", upstream.url)
        address, body = f"/api/channels/{channel_id}/pull", {"model": "new"}
        with novapi.http.stream("POST", address, headers=novapi.authorization, json=body) as response:
            chunks = response.iter_text()
            next(chunks)
            assert not upstream.hung_up.is_set()
        assert upstream.hung_up.wait(5)
    assert models_of(novapi, channel_id) == {}


class Downloads:
    """LM Studio's: a job that is asked about again and again. `ends`: how it ends."""

    def __init__(self, ends: str = "completed", key: str = "ibm/granite-4-micro") -> None:
        self.ends, self.key = ends, key
        self.looks = 0

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        job = {"job_id": "job_493c7c9ded", "total_size_bytes": 2_279_145_003}
        if call.path == "/api/v1/models/download":
            there = {"status": "already_downloaded"}
            return json_reply(there if self.ends == "already" else job | {"status": "downloading"})(call)
        if call.path == "/api/v1/models/download/status/job_493c7c9ded":
            self.looks += 1
            so_far = {"status": "downloading", "downloaded_bytes": 948_140_021, "bytes_per_second": 7834.8}
            return json_reply(job | (so_far if self.looks == 1 else {"status": self.ends}))(call)
        is_there = self.ends == "already" or (self.looks > 1 and self.ends == "completed")
        rows = [LM_STUDIO_ROW, IDLE_ROW | {"key": self.key}] if is_there else [LM_STUDIO_ROW]
        return (json_reply({"models": rows}) if call.path == "/api/v1/models" else json_reply(UNEXPECTED[1]))(call)


@pytest.mark.parametrize(
    "model", ["ibm/granite-4-micro", "https://huggingface.co/lmstudio-community/granite-4-micro-GGUF"]
)
def test_lm_studio_fetches_a_model_by_name_or_address(novapi: Novapi, model: str) -> None:
    with FakeUpstream(Downloads()) as upstream:
        channel_id = create(novapi, "lmstudio", upstream.url)
        events = fetch(novapi, channel_id, model)

    assert posted(upstream) == [("/api/v1/models/download", {"model": model})]
    told = [(body["status"], body["completed"], body["total"]) for _, body in events[:-1]]
    assert told == [
        ("downloading", 0, 2_279_145_003),
        ("downloading", 948_140_021, 2_279_145_003),
        ("completed", 948_140_021, 2_279_145_003),
    ]
    assert events[-1] == ("done", {"offered": ["ibm/granite-4-micro"], "added": ["ibm/granite-4-micro"]})
    assert list(models_of(novapi, channel_id)) == ["ibm/granite-4-micro"]


def test_lm_studio_has_the_model_already(novapi: Novapi) -> None:
    with FakeUpstream(Downloads("already")) as upstream:
        channel_id = create(novapi, "lmstudio", upstream.url)
        events = fetch(novapi, channel_id, "ibm/granite-4-micro")

    assert [kind for kind, _ in events] == ["progress", "done"]
    assert list(models_of(novapi, channel_id)) == ["ibm/granite-4-micro"]


def test_lm_studios_download_that_fails_is_told_of(novapi: Novapi) -> None:
    with FakeUpstream(Downloads("failed")) as upstream:
        events = fetch(novapi, create(novapi, "lmstudio", upstream.url), "ibm/granite-4-micro")

    assert events[-1][0] == "failed"
    assert "could not fetch 'ibm/granite-4-micro'" in events[-1][1]["detail"]


@pytest.mark.parametrize(
    ("provider", "status", "text"),
    [
        ("llamacpp", 409, "can't be told to fetch a model"),
        ("openai", 409, "is no engine of yours"),
        ("ollama", 502, "`ollama serve`"),
        ("lmstudio", 502, "`lms server start`"),
    ],
)
def test_pull_that_can_not_begin_is_refused(novapi: Novapi, provider: str, status: int, text: str) -> None:
    channel_id = create(novapi, provider, f"http://127.0.0.1:{free_port()}/v1")
    answer = novapi.api("POST", f"/channels/{channel_id}/pull", json={"model": "new"})

    assert answer.status_code == status
    assert text in answer.json()["detail"]


def test_ollama_that_novapi_starts_is_started_to_fetch_and_to_load(novapi: Novapi) -> None:
    serve = f"{shlex.join([sys.executable, str(Path(__file__).with_name('ollama_serve.py'))])} ${{PORT}}"
    channel_id = create(novapi, "ollama", command=serve, group="")
    path = f"/channels/{channel_id}"
    assert fetch(novapi, channel_id, "new:1b")[-1] == ("done", {"offered": ["new:1b"], "added": ["new:1b"]})
    assert (state(novapi, path), about(novapi, path)["calls"]) == ("ready", 0)

    loaded_now = novapi.api("POST", f"{path}/load", json={"model": "new:1b"})
    assert [each["name"] for each in loaded_now.json()["models"]] == ["new:1b"]
    assert novapi.api("POST", f"{path}/unload", json={"model": "new:1b"}).json() == {"models": []}
    assert state(novapi, path) == "stopped"
