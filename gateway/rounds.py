"""Test many channels, a few at a time, and tell of it as it happens."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

from msgspec.structs import asdict

from gateway.trials import Stage, Trial, report, stages
from gateway.visits import CLIENT_LEFT

logger = logging.getLogger(__name__)

AT_ONCE = 4  # channels; more would only make each other look slow

Event = tuple[str, dict[str, Any]]


async def round_of(trials: list[Trial]) -> AsyncIterator[Event]:
    """`started` {id, name}, `stage` {id, stage}, `finished` {id, ok, stages} of each, `done` {ok, failed, seconds}.

    Whoever stops reading stops the tests that are under way, and those to come.
    """
    started, ok = time.perf_counter(), 0
    events: asyncio.Queue[Event] = asyncio.Queue()
    turn = asyncio.Semaphore(AT_ONCE)
    tasks = [asyncio.create_task(tell(trial, turn, events)) for trial in trials]
    try:
        left = len(tasks)
        while left:
            kind, body = await events.get()
            left -= kind == "finished"
            ok += kind == "finished" and body["ok"]
            yield kind, body
        yield "done", {"ok": ok, "failed": len(trials) - ok, "seconds": round(time.perf_counter() - started, 3)}
    finally:
        for task in tasks:
            task.cancel(CLIENT_LEFT)
        await asyncio.gather(*tasks, return_exceptions=True)


async def tell(trial: Trial, turn: asyncio.Semaphore, events: "asyncio.Queue[Event]") -> None:
    """One channel's test, when it is its turn."""
    channel = trial.channel
    async with turn:
        await events.put(("started", {"id": channel.id, "name": channel.name}))
        done = []
        async for stage in surely(stages(trial)):
            done.append(stage)
            await events.put(("stage", {"id": channel.id, "stage": asdict(stage)}))
    await events.put(("finished", {"id": channel.id, **report(trial, done)}))


async def surely(found: AsyncIterator[Stage]) -> AsyncIterator[Stage]:
    """The stages, whatever goes wrong: the others wait for this channel's end."""
    try:
        async for stage in found:
            yield stage
    except Exception:
        logger.exception("A test ended unexpectedly")
        yield Stage("test", False, 0.0, "Something went wrong inside Novapi; its log says what.", code="internal")
