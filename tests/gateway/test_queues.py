"""A busy engine is waited for in order; nobody waits for ever, nor in vain."""

import asyncio
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from gateway.queues import Queues
from tests.fake_upstream import FakeUpstream, Received, completion, json_reply
from tests.running import Novapi, eventually

ENGINE = "channel:1"


class Engine:
    """Room for `slots` calls."""

    def __init__(self, queues: Queues, slots: int = 1) -> None:
        self.queues, self.slots, self.running = queues, slots, 0

    def enter(self) -> bool:
        if self.running >= self.slots:
            return False
        self.running += 1
        return True

    def leave(self) -> None:
        self.running -= 1
        self.queues.move_up(ENGINE)

    async def call(self, name: str, done: list[str], seconds: float = 5) -> bool:
        has_room = await self.queues.wait(ENGINE, self.enter, self.leave, seconds)
        if has_room:
            done.append(name)
            await asyncio.sleep(0.01)
            self.leave()
        return has_room


async def started(engine: Engine, names: str, done: list[str]) -> list["asyncio.Task[bool]"]:
    tasks = [asyncio.create_task(engine.call(name, done)) for name in names]
    await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_calls_are_let_in_in_order(slots: int) -> None:
    async def run() -> list[str]:
        engine, done = Engine(Queues(), slots), []
        await asyncio.gather(*await started(engine, "abcdefgh", done))
        assert (engine.running, engine.queues.is_waited_for(ENGINE)) == (0, False)
        return done

    assert "".join(asyncio.run(run())) == "abcdefgh"


def test_place_goes_to_who_waits_and_not_to_who_comes() -> None:
    async def run() -> list[str]:
        engine, done = Engine(Queues()), []
        engine.enter()
        first = await started(engine, "a", done)
        engine.leave()
        late = await started(engine, "b", done)
        await asyncio.gather(*first, *late)
        return done

    assert asyncio.run(run()) == ["a", "b"]


def test_too_many_are_turned_away_and_time_runs_out() -> None:
    async def run() -> tuple[bool, bool]:
        engine = Engine(Queues(most=1))
        engine.enter()
        waiting = asyncio.create_task(engine.call("a", [], seconds=0.05))
        await asyncio.sleep(0)
        turned_away = await engine.call("b", [])
        return turned_away, await waiting

    assert asyncio.run(run()) == (False, False)


@pytest.mark.parametrize("is_its_turn", [False, True])
def test_who_leaves_the_line_loses_no_place(is_its_turn: bool) -> None:
    async def run() -> list[str]:
        engine, done = Engine(Queues()), []
        engine.enter()
        gone, *others = await started(engine, "abc", done)
        if is_its_turn:
            engine.leave()
        gone.cancel()
        if not is_its_turn:
            engine.leave()
        await asyncio.gather(*others)
        assert (engine.running, engine.queues.is_waited_for(ENGINE)) == (0, False)
        return done

    assert asyncio.run(run()) == ["b", "c"]


# Through the front door


class Slow:
    """An engine that answers when the test says so, and counts who is there at once."""

    def __init__(self) -> None:
        self.go, self.lock, self.running, self.most = threading.Event(), threading.Lock(), 0, 0

    def __call__(self, call: Received) -> Iterable[bytes | float]:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(10)
        time.sleep(0.05)
        with self.lock:
            self.running -= 1
        return json_reply(completion("at last"))(call)


def engine(novapi: Novapi, url: str, **members: Any) -> str:
    return novapi.add_channel(url, provider="llamacpp", api_keys=[], concurrent_calls=1, **members)


def asked(novapi: Novapi, model: str, pool: ThreadPoolExecutor, count: int) -> list["Future[httpx.Response]"]:
    def ask() -> httpx.Response:
        with httpx.Client(base_url=novapi.http.base_url, timeout=20, trust_env=False) as client:
            body = {"model": model, "messages": []}
            return client.post("/v1/chat/completions", json=body, headers={"authorization": f"Bearer {novapi.key}"})

    return [pool.submit(ask) for _ in range(count)]


def test_calls_wait_for_an_engine_with_one_slot(novapi: Novapi) -> None:
    slow = Slow()
    with FakeUpstream(slow) as upstream, ThreadPoolExecutor(8) as pool:
        model = engine(novapi, upstream.url)
        answers = asked(novapi, model, pool, 6)
        assert eventually(lambda: slow.running == 1)
        slow.go.set()
        responses = [answer.result() for answer in answers]

    assert [response.status_code for response in responses] == [200] * 6
    assert slow.most == 1
    routes = [novapi.record(response.headers["x-novapi-request-id"])["route"] for response in responses]
    assert sum("for its turn" in route for route in routes) == 5
    assert all(float(response.headers["x-novapi-overhead-ms"]) < 50 for response in responses)


def test_other_channel_is_asked_before_anyone_waits(novapi: Novapi) -> None:
    slow = Slow()
    with FakeUpstream(slow) as busy, FakeUpstream(json_reply(completion("cloud"))) as cloud:
        model = engine(novapi, busy.url, priority=5)
        novapi.add_channel(cloud.url, models=[model])
        with ThreadPoolExecutor(2) as pool:
            first = asked(novapi, model, pool, 1)[0]
            assert eventually(lambda: slow.running == 1)
            second = novapi.chat(model)
            slow.go.set()

    assert second.json()["choices"][0]["message"]["content"] == "cloud"
    assert first.result().json()["choices"][0]["message"]["content"] == "at last"


def test_client_that_leaves_the_line_makes_room(novapi: Novapi) -> None:
    slow = Slow()
    with FakeUpstream(slow) as upstream, ThreadPoolExecutor(4) as pool:
        model = engine(novapi, upstream.url)
        first = asked(novapi, model, pool, 1)[0]
        assert eventually(lambda: slow.running == 1)
        with pytest.raises(httpx.ReadTimeout):
            novapi.call(json={"model": model, "messages": []}, timeout=0.3)
        third = asked(novapi, model, pool, 1)[0]
        time.sleep(0.3)
        slow.go.set()

        assert [first.result().status_code, third.result().status_code] == [200, 200]
    assert len(upstream.received) == 2


def test_line_that_is_too_long_is_told(novapi: Novapi) -> None:
    slow = Slow()
    with FakeUpstream(slow) as upstream, ThreadPoolExecutor(40) as pool:
        model = engine(novapi, upstream.url)
        answers = asked(novapi, model, pool, 40)
        assert eventually(lambda: sum(answer.done() for answer in answers) == 7, timeout_s=10)
        slow.go.set()
        statuses = sorted(answer.result().status_code for answer in answers)

    assert statuses == [200] * 33 + [429] * 7
