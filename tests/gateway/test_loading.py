"""Engines of this machine may take their time to load a model."""

import threading
import time
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from channels_app import candidates
from channels_app.models import Channel, Preferences
from channels_app.table import NO_LIMIT_S
from gateway.upstream import timeouts
from tests.fake_upstream import FakeUpstream, Received, completion, json_reply
from tests.running import Novapi

LOADING = json_reply({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, 503)


class Loads:
    """An engine that is loading until so many have asked."""

    def __init__(self, asked: int) -> None:
        self.left = asked
        self.lock = threading.Lock()

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        with self.lock:
            self.left -= 1
            is_loading = self.left >= 0
        return (LOADING if is_loading else json_reply(completion("loaded")))(call)


def engine(novapi: Novapi, url: str, **members: Any) -> str:
    return novapi.add_channel(url, provider="llamacpp", api_keys=[], **members)


@pytest.mark.alone
@pytest.mark.parametrize("stream", [False, True])
def test_engine_that_loads_its_model_is_waited_for(novapi: Novapi, stream: bool) -> None:
    with FakeUpstream(Loads(3)) as upstream:
        model = engine(novapi, upstream.url)
        response = novapi.chat(model, stream=stream)

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert response.status_code == 200
    assert "loaded" in response.text
    assert (record["attempts"], len(upstream.received)) == (2, 4)
    assert "s for its model" in record["route"]
    assert record["overhead_ms"] < 100


def test_loading_counts_against_nobody(novapi: Novapi) -> None:
    with FakeUpstream(Loads(30)) as upstream, FakeUpstream(json_reply(completion("cloud"))) as cloud:
        model = engine(novapi, upstream.url, priority=9)
        novapi.add_channel(cloud.url, models=[model])
        answers = [novapi.chat(model).json()["choices"][0]["message"]["content"] for _ in range(5)]

    assert answers == ["cloud"] * 5
    assert len(upstream.received) == 5


def test_client_that_leaves_ends_the_waiting(novapi: Novapi) -> None:
    with FakeUpstream(Loads(1000)) as upstream:
        model = engine(novapi, upstream.url)
        with pytest.raises(httpx.ReadTimeout):
            novapi.call(json={"model": model, "messages": []}, timeout=0.7)
        asked = len(upstream.received)
        time.sleep(2.5)

    assert len(upstream.received) <= asked + 1


def test_engine_that_fails_after_loading_is_told(novapi: Novapi) -> None:
    script = Loads(2)
    broken = json_reply({"error": {"message": "out of memory"}}, 500)
    with FakeUpstream(lambda call: broken(call) if script.left <= 0 else script(call)) as upstream:
        response = novapi.chat(engine(novapi, upstream.url))

    assert response.status_code == 502
    assert "out of memory" in response.json()["error"]["message"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("provider", "own", "limit", "within_ten"),
    [
        ("openai", None, 120, 10),
        ("openai", 5, 5, 5),
        ("ollama", None, NO_LIMIT_S, NO_LIMIT_S),
        ("ollama", 30, 30, 10),
    ],
)
def test_only_engines_have_no_limit_to_the_first_byte(
    provider: str, own: float | None, limit: float, within_ten: float
) -> None:
    route = candidates.channel_route(
        Channel.objects.create(name="Some", provider=provider, first_byte_s=own), [], Preferences.load()
    )

    assert route.limits.first_byte_s == limit
    assert timeouts(route, within=10)["first_byte"] == within_ten
