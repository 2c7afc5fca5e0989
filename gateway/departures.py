"""Notice clients that hang up while their call is in flight, and cancel it.

ASGI tells of a hang-up only to someone who waits for it, and a waiting task per call would cost more than routing
it. So only calls that have been running for a while get one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

LOOK_SECONDS = 0.25  # well inside the second after which the upstream must be cancelled

Receive = Callable[[], Awaitable[Any]]


class Visit:
    """One request in flight. `is_listening` is set once its body has been read to the end."""

    __slots__ = ("has_left", "is_listening", "receive", "task", "watcher")

    def __init__(self, task: "asyncio.Task[Any]", receive: Receive) -> None:
        self.task = task
        self.receive = receive
        self.watcher: asyncio.Task[None] | None = None
        self.is_listening = False
        self.has_left = False

    async def watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.task.cancel()


class Departures:
    """All visits of the serving loop, and the one task that looks after the long ones."""

    def __init__(self) -> None:
        self._visits: set[Visit] = set()
        self._sweeper: asyncio.Task[None] | None = None

    def enter(self, receive: Receive) -> Visit:
        task = asyncio.current_task()
        assert task is not None
        visit = Visit(task, receive)
        self._visits.add(visit)
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())
        return visit

    def leave(self, visit: Visit) -> None:
        self._visits.discard(visit)
        if visit.watcher:
            visit.watcher.cancel()

    async def _sweep(self) -> None:
        """Ends when the last visit has ended; the next one starts it anew."""
        seen: set[Visit] = set()
        while self._visits:
            for visit in seen & self._visits:
                if visit.is_listening and visit.watcher is None:
                    visit.watcher = asyncio.create_task(visit.watch())
            seen = set(self._visits)
            await asyncio.sleep(LOOK_SECONDS)
