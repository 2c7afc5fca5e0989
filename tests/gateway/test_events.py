"""Live events: everybody who listens gets all of them, in order, and nobody waits for anybody."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.events import COMMENT, MOST_WAITING, Hub

Events = list[tuple[str, Any]]


def read(text: bytes) -> Events:
    parts = [part.split(b"\n", 1) for part in text.split(b"\n\n") if part and not part.startswith(b":")]
    return [(kind.removeprefix(b"event: ").decode(), json.loads(data.removeprefix(b"data: "))) for kind, data in parts]


async def first(events: AsyncIterator[bytes]) -> Events:
    return read(await asyncio.wait_for(anext(events), 2))


def test_reader_gets_the_picture_and_then_everything_after_it() -> None:
    async def scenario() -> tuple[Events, Events]:
        hub = Hub()
        hub.tell("early", {})
        events = hub.subscribe(lambda: {"calls": [1]})
        picture = await first(events)
        hub.tell("a", {"n": 1})
        hub.tell("b", {"n": 2})
        return picture, await first(events)

    picture, later = asyncio.run(scenario())

    assert picture == [("snapshot", {"calls": [1]})]
    assert later == [("a", {"n": 1}), ("b", {"n": 2})]


def test_every_reader_gets_every_event() -> None:
    async def scenario() -> list[Events]:
        hub = Hub()
        readers = [hub.subscribe(dict) for _ in range(3)]
        for reader in readers:
            await first(reader)
        hub.tell("a", {})
        return [await first(reader) for reader in readers]

    assert asyncio.run(scenario()) == [[("a", {})]] * 3


def test_silence_is_filled_with_comments() -> None:
    async def scenario() -> list[bytes]:
        hub = Hub(silence_s=0.05)
        events = hub.subscribe(dict)
        return [await anext(events) for _ in range(3)][1:]

    assert asyncio.run(scenario()) == [COMMENT] * 2


def test_reader_that_falls_behind_is_dropped_and_its_sending_ended() -> None:
    async def scenario() -> tuple[int, Events, bool]:
        hub = Hub()
        steady = hub.subscribe(dict)
        await first(steady)

        async def sends() -> None:
            async for _ in hub.subscribe(dict):
                await asyncio.sleep(60)  # as in the middle of a write that the other end does not take

        stuck = asyncio.create_task(sends())
        await asyncio.sleep(0)
        got: Events = []
        for number in range(MOST_WAITING + 1):
            hub.tell("a", {"n": number})
            if number % 500 == 0:
                got += await first(steady)
        await asyncio.wait({stuck}, timeout=1)
        return len(hub.watchers), got, stuck.cancelled()

    left, got, was_ended = asyncio.run(scenario())

    assert left == 1
    assert [body["n"] for _, body in got] == list(range(MOST_WAITING + 1))
    assert was_ended


def test_reader_that_goes_is_forgotten() -> None:
    async def scenario() -> int:
        hub = Hub()
        events = hub.subscribe(dict)
        await first(events)
        await events.aclose()  # type: ignore[attr-defined]
        return len(hub.watchers)

    assert asyncio.run(scenario()) == 0


def test_readers_end_when_the_server_stops() -> None:
    async def scenario() -> list[bytes]:
        hub = Hub()
        events = hub.subscribe(dict)
        await first(events)
        hub.tell("last", {})
        hub.close()
        late = [batch async for batch in hub.subscribe(dict)]
        return [*late, *[batch async for batch in events]]

    assert [read(batch) for batch in asyncio.run(scenario())] == [[("last", {})]]


def test_other_threads_may_tell_too() -> None:
    async def scenario() -> Events:
        hub = Hub()
        events = hub.subscribe(dict)
        await first(events)
        thread = threading.Thread(target=hub.tell, args=("a", {"n": 1}))
        thread.start()
        return await first(events)

    assert asyncio.run(scenario()) == [("a", {"n": 1})]


def test_telling_after_the_loop_has_ended_is_no_error() -> None:
    hub = Hub()

    async def scenario() -> None:
        await first(hub.subscribe(dict))

    asyncio.run(scenario())
    thread = threading.Thread(target=hub.tell, args=("a", {}))
    thread.start()
    thread.join()


@pytest.mark.parametrize("text", ["a\nb\r\n\n", "\u2028", "half \ud83d", 'q"\\', "\x00"])
def test_no_text_breaks_an_event(text: str) -> None:
    async def scenario() -> Events:
        hub = Hub()
        events = hub.subscribe(dict)
        await first(events)
        hub.tell("a", {"text": text})
        return await first(events)

    assert asyncio.run(scenario()) == [("a", {"text": text})]
