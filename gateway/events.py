"""What happens, told live: whoever subscribes gets every event from then on, until it goes or is too slow.

Nobody waits for a subscriber. Its events queue up to a limit; then it is dropped, for a picture with holes in it is
worth less than a new one. Who tells asks `hub.watchers` first: while nobody listens, that is all it costs.
"""

import asyncio
import json
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import msgspec

logger = logging.getLogger(__name__)

MOST_WAITING = 1000  # events that one subscriber has not taken yet
GATHER_SECONDS = 0.02  # events are sent in batches: one write each would cost more than the calls they tell of
SILENCE_SECONDS = 15.0  # then a comment, so that nobody in between takes the connection for dead
COMMENT = b": still here\n\n"

Body = Mapping[str, Any]


class Subscriber:
    """One reader, and the task that sends to it."""

    __slots__ = ("has_ended", "ready", "silence_s", "task", "waiting")

    def __init__(self, task: "asyncio.Task[Any] | None", silence_s: float) -> None:
        self.silence_s = silence_s
        self.waiting: deque[bytes] = deque()
        self.ready = asyncio.Event()
        self.task = task
        self.has_ended = False

    def put(self, event: bytes) -> bool:
        """False if it has fallen too far behind."""
        if len(self.waiting) >= MOST_WAITING:
            return False
        self.waiting.append(event)
        self.ready.set()
        return True

    def end(self) -> None:
        """Nothing follows what is waiting."""
        self.has_ended = True
        self.ready.set()

    def drop(self) -> None:
        """It may be stuck in the middle of sending: only ending its task frees the connection."""
        self.waiting.clear()
        self.end()
        if self.task:
            self.task.cancel()

    async def batch(self) -> bytes:
        """What has happened since the last one; a comment after a long silence, nothing at the end."""
        try:
            async with asyncio.timeout(self.silence_s):
                await self.ready.wait()
        except TimeoutError:
            return COMMENT
        if not self.has_ended:
            await asyncio.sleep(GATHER_SECONDS)
        if not self.has_ended:  # after that, too
            self.ready.clear()
        events = b"".join(self.waiting)
        self.waiting.clear()
        return events


class Hub:
    """Lives on the loop of its subscribers; `tell` may be called from any thread. After `silence_s` seconds in which
    nothing happened a comment is sent."""

    def __init__(self, silence_s: float = SILENCE_SECONDS) -> None:
        self._silence_s = silence_s
        self.watchers: set[Subscriber] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._closed: asyncio.AbstractEventLoop | None = None

    async def subscribe(self, snapshot: Callable[[], Body]) -> AsyncIterator[bytes]:
        """Server-sent events in batches: first what `snapshot` says, then everything that happens after it. None where
        the server stops."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        if self._loop is self._closed:
            return
        subscriber = Subscriber(asyncio.current_task(), self._silence_s)
        self.watchers.add(subscriber)
        try:
            yield encoded("snapshot", snapshot())
            while events := await subscriber.batch():
                yield events
        finally:
            self.watchers.discard(subscriber)

    def tell(self, kind: str, body: Body) -> None:
        """Pass an event on to all subscribers. Never waits, never fails."""
        event = encoded(kind, body)
        if threading.get_ident() == self._thread:
            self._pass(event)
        elif self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._pass, event)

    def close(self) -> None:
        """In the loop of a server that stops: let go of everybody, and of whoever still comes, or it would wait."""
        self._closed = asyncio.get_running_loop()
        for subscriber in self.watchers:
            subscriber.end()

    def _pass(self, event: bytes) -> None:
        for subscriber in [each for each in self.watchers if not each.put(event)]:
            self.watchers.discard(subscriber)
            subscriber.drop()
            logger.warning("A reader of live events was too slow: %d waited for it. It was dropped.", MOST_WAITING)


def encoded(kind: str, body: Body) -> bytes:
    """As a server-sent event."""
    try:
        data = msgspec.json.encode(body)
    except UnicodeEncodeError:  # half a surrogate in a provider's error
        data = json.dumps(body).encode()
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)


hub = Hub()
