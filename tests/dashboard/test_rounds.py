"""All channels tested at once, told of as it happens: four at a time, and only while somebody listens."""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest

from tests.dashboard.test_channel_trials import GOOD, LIST, stage_of
from tests.fake_upstream import FakeUpstream, Received, json_reply
from tests.running import Novapi, eventually


class Crowd:
    """A provider that counts how many channels ask it at once; `pause` seconds before each answer."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.busy = 0
        self.most = 0
        self._lock = threading.Lock()

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        with self._lock:
            self.busy += 1
            self.most = max(self.most, self.busy)
        try:
            yield self.pause
            yield from (json_reply(LIST) if call.method == "GET" else GOOD[stage_of(call)])(call)
        finally:
            with self._lock:
                self.busy -= 1


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi without the channels of other tests."""
    with Novapi(tmp_path_factory.mktemp("rounds") / "other") as running:
        yield running


@pytest.fixture
def lonely(other: Novapi) -> Iterator[Novapi]:
    """A Novapi without any channel."""
    yield other
    for channel in other.api("GET", "/channels").json():
        other.api("DELETE", f"/channels/{channel['id']}")


def add(novapi: Novapi, upstream: FakeUpstream, count: int, **members: Any) -> list[int]:
    for _ in range(count):
        novapi.add_channel(upstream.url, api_keys=[], **members)
    return sorted(channel["id"] for channel in novapi.api("GET", "/channels").json())


@contextmanager
def listening(novapi: Novapi, body: Any = None) -> Iterator[Iterator[tuple[float, str, dict[str, Any]]]]:
    """The events of a round as they arrive: seconds since the start, kind, body."""
    started = time.monotonic()
    headers = novapi.authorization
    with (
        httpx.Client(base_url=novapi.http.base_url, timeout=30, trust_env=False) as client,
        client.stream("POST", "/api/channels/test", headers=headers, json=body) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/event-stream"
        yield events(response, started)


def events(response: httpx.Response, started: float) -> Iterator[tuple[float, str, dict[str, Any]]]:
    kind = ""
    for line in response.iter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield time.monotonic() - started, kind, json.loads(line.removeprefix("data: "))


def test_every_enabled_channel_is_tested_four_at_a_time(lonely: Novapi) -> None:
    crowd = Crowd(0.1)
    with FakeUpstream(crowd) as upstream:
        add(lonely, upstream, 1, enabled=False)
        ids = add(lonely, upstream, 10)[1:]

        with listening(lonely) as told:
            seen = list(told)

    kinds = [kind for _, kind, _ in seen]
    assert crowd.most == 4
    assert sorted(body["id"] for _, kind, body in seen if kind == "started") == ids
    assert all(body["ok"] and len(body["stages"]) == 6 for _, kind, body in seen if kind == "finished")
    assert (kinds.count("stage"), kinds.count("finished"), kinds[-1]) == (60, 10, "done")
    assert seen[-1][2]["ok"] == 10
    assert seen[-1][2]["failed"] == 0
    assert 1.2 < seen[-1][2]["seconds"] < 5


@pytest.mark.alone
def test_events_arrive_as_they_happen_and_the_api_answers_meanwhile(lonely: Novapi) -> None:
    with FakeUpstream(Crowd(0.4)) as upstream:
        add(lonely, upstream, 1)

        with listening(lonely) as told:
            first = next(told)
            asked = time.monotonic()
            assert lonely.api("GET", "/channels").status_code == 200
            seconds = time.monotonic() - asked
            seen = [first, *told]

    stages = [at for at, kind, _ in seen if kind == "stage"]
    assert first[1] == "started"
    assert first[0] < 0.5
    assert seconds < 0.3
    assert all(0.3 < later - sooner < 1 for sooner, later in pairwise(stages[1:]))


@pytest.mark.alone
def test_hanging_up_stops_the_round_within_a_second(lonely: Novapi) -> None:
    crowd = Crowd(20)
    with FakeUpstream(crowd) as upstream:
        add(lonely, upstream, 6)

        with listening(lonely) as told:
            next(told)
            assert eventually(lambda: crowd.busy == 4)
        hung_up = time.monotonic()

        assert eventually(lambda: crowd.busy == 0, 3)
        assert time.monotonic() - hung_up < 1
        time.sleep(0.5)
        assert len(upstream.received) == 4
    assert lonely.api("GET", "/status").status_code == 200
    assert "Traceback" not in lonely.log.read_text()


def test_hanging_up_in_the_middle_of_a_stream_stops_it_too(lonely: Novapi) -> None:
    def trickles(call: Received) -> Iterable[bytes | float]:
        stage = "list" if call.method == "GET" else stage_of(call)
        if stage != "stream":
            return json_reply(LIST)(call) if stage == "list" else GOOD[stage](call)
        return [*list(GOOD["stream"](call))[:2], *[0.05, b": more\n\n"] * 400]

    with FakeUpstream(trickles) as upstream:
        add(lonely, upstream, 1)
        with listening(lonely) as told:
            assert [kind for _, (_, kind, _) in zip(range(4), told, strict=False)] == ["started", *["stage"] * 3]
            assert eventually(lambda: stage_of(upstream.received[-1]) == "stream")

        assert upstream.hung_up.wait(1)
        time.sleep(0.3)
        assert stage_of(upstream.received[-1]) == "stream"


def test_named_channel_is_tested_though_it_is_disabled(lonely: Novapi) -> None:
    with FakeUpstream(Crowd(0)) as upstream:
        add(lonely, upstream, 1)
        ids = add(lonely, upstream, 1, enabled=False)

        with listening(lonely, {"ids": ids[1:]}) as told:
            seen = list(told)

    assert {body["id"] for _, kind, body in seen if kind == "finished"} == {ids[1]}


def test_one_channel_is_told_of_stage_by_stage_with_a_model_of_its_own(lonely: Novapi) -> None:
    with FakeUpstream(Crowd(0)) as upstream:
        [number] = add(lonely, upstream, 1, models=["first", "second"])
        with listening(lonely, {"ids": [number], "model": "second"}) as told:
            seen = [(kind, body) for _, kind, body in told]

    assert [kind for kind, _ in seen] == ["started", *["stage"] * 6, "finished", "done"]
    finished = seen[-2][1]
    assert finished["model"] == "second"
    assert [body["stage"] for kind, body in seen if kind == "stage"] == finished["stages"]


def test_failed_channels_are_counted(lonely: Novapi) -> None:
    with FakeUpstream(json_reply({}, 401)) as upstream:
        add(lonely, upstream, 2)

        with listening(lonely) as told:
            *_, (_, kind, body) = told

    assert (kind, body["ok"], body["failed"]) == ("done", 0, 2)


def test_round_without_channels_is_over_at_once(lonely: Novapi) -> None:
    with listening(lonely) as told:
        seen = list(told)

    assert [(kind, body["ok"], body["failed"]) for _, kind, body in seen] == [("done", 0, 0)]


@pytest.mark.parametrize("body", [{"ids": [999_999]}, {"ids": ["x"]}, {"id": 1}])
def test_channel_that_is_not_there_is_refused(novapi: Novapi, body: dict[str, Any]) -> None:
    response = novapi.api("POST", "/channels/test", json=body)

    assert response.status_code == 422
    assert response.json()["detail"]
