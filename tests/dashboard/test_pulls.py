"""Models that Ollama and LM Studio are told to fetch: how far they are, what ends it, what is offered afterwards."""

import json
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.test_native_engines import IDLE_ROW, LM_STUDIO_ROW, UNEXPECTED, about, create, posted, state
from tests.fake_upstream import FakeUpstream, Received, head, json_reply
from tests.running import Novapi, free_port

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
