"""Look after calls that take long: cancel those whose client hung up, and keep silent streams alive.

ASGI tells of a hang-up only to someone who waits for it, and a waiting task per call would cost more than routing
it. So only calls that have been running for a while get one, and a timer per stream is one counter and one sweep.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any

LOOK_SECONDS = 0.25  # well inside the second after which the upstream must be cancelled
SILENCE_SECONDS = 15.0  # what WHATWG HTML, section 9.2.7, recommends against proxies and clients that give up
SENDING = -math.inf
CLIENT_LEFT = "The client went away."  # what a cancellation says that is not the server going down
STOPPED_BY_OWNER = "Stopped by its owner."  # and this neither
STOPPED_BY_NOVAPI = "Novapi was stopped."  # what is recorded of one that is
MAX_FRAME_BYTES = 16 * 1024 * 1024  # of a WebSocket, in either direction

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Visit:
    """One request in flight, by its call's id. `is_listening` is set once its body has been read to the end.

    A stream sets `keepalive`, what its client takes for nothing, and `silent_looks` around every chunk: SENDING
    before, 0 after it; the sweep counts up from there.
    """

    __slots__ = (
        "call_id",
        "has_left",
        "is_listening",
        "keepalive",
        "ping",
        "receive",
        "send",
        "silent_looks",
        "task",
        "watcher",
    )

    def __init__(self, task: "asyncio.Task[Any]", receive: Receive, send: Send) -> None:
        self.call_id = ""
        self.task = task
        self.receive = receive
        self.send = send
        self.watcher: asyncio.Task[None] | None = None
        self.ping: asyncio.Task[None] | None = None
        self.is_listening = False
        self.has_left = False
        self.keepalive = b""
        self.silent_looks = SENDING

    async def watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        self.task.cancel(CLIENT_LEFT)

    async def send_keepalive(self) -> None:
        if self.silent_looks != SENDING:  # else a chunk came first, or the end
            await self.send({"type": "http.response.body", "body": self.keepalive, "more_body": True})


class Visits:
    """All visits of the serving loop, and the one task that looks after the long ones."""

    def __init__(self, silence_seconds: float = SILENCE_SECONDS) -> None:
        self._visits: set[Visit] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._patience = max(1, round(silence_seconds / LOOK_SECONDS))  # silent looks before a keep-alive

    def enter(self, receive: Receive, send: Send) -> Visit:
        task = asyncio.current_task()
        assert task is not None
        visit = Visit(task, receive, send)
        self._visits.add(visit)
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())
        return visit

    def leave(self, visit: Visit) -> None:
        self._visits.discard(visit)
        if visit.watcher:
            visit.watcher.cancel()

    def task_of(self, call_id: str) -> "asyncio.Task[Any] | None":
        """Who works on a call."""
        return next((visit.task for visit in self._visits if visit.call_id == call_id), None)

    async def _sweep(self) -> None:
        """Ends when the last visit has ended; the next one starts it anew."""
        seen: set[Visit] = set()
        while self._visits:
            for visit in seen & self._visits:
                self._look_at(visit)
            seen = set(self._visits)
            await asyncio.sleep(LOOK_SECONDS)

    def _look_at(self, visit: Visit) -> None:
        if visit.is_listening and visit.watcher is None:
            visit.watcher = asyncio.create_task(visit.watch())
        visit.silent_looks += 1
        if visit.keepalive and visit.silent_looks >= self._patience:
            visit.silent_looks = 0
            visit.ping = asyncio.create_task(visit.send_keepalive())


visits = Visits()
