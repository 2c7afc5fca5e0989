"""A call that its owner asks once more: in by the lean handler as an app's would be, out as status, headers, chunks.

It runs in a task of its own, which is what the stop button cancels.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from gateway.asgi import LeanHandler
from gateway.call import HeaderPairs
from gateway.endpoints.calls import REPLAY_OF
from gateway.visits import CLIENT_LEFT

AHEAD = 16  # chunks that may wait for a slow reader; after that the provider waits too

handler = LeanHandler()
running: set["asyncio.Task[None]"] = set()  # asyncio itself would let the collector have a task that nobody holds


class Repeat:
    """`begin` starts it; `chunks` gives the rest of the answer; `leave` hangs up."""

    def __init__(self, path: str, query: bytes, headers: HeaderPairs, body: bytes, replay_of: str) -> None:
        self._scope = {
            "type": "http", "method": "POST", "path": path, "query_string": query, "headers": headers,
            REPLAY_OF: replay_of,
        }  # fmt: skip
        self._body: bytes | None = body
        self._messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(AHEAD)
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> tuple[int, HeaderPairs]:
        """Status and headers of the answer, once they are there."""
        self._task = asyncio.create_task(self._run())
        running.add(self._task)
        self._task.add_done_callback(running.discard)
        try:
            start = await self._messages.get()
        except asyncio.CancelledError:
            self.leave()
            raise
        if start is None:
            raise RuntimeError("The call ended without an answer.")
        return start["status"], start["headers"]

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes, after an empty first chunk: once that is taken, `leave` is certain."""
        try:
            yield b""
            while (message := await self._messages.get()) is not None:
                self._room.release()
                yield message["body"]
                if not message.get("more_body"):
                    return
            # It broke off inside a sound, say: the server shall close the connection, as the gateway's would be.
            raise asyncio.CancelledError
        finally:
            self.leave()

    def leave(self) -> None:
        """Its reader has gone, or has read it all."""
        if self._task:
            self._task.cancel(CLIENT_LEFT)

    async def _run(self) -> None:
        try:
            await handler(self._scope, self._receive, self._send)
        finally:
            self._messages.put_nowait(None)

    async def _receive(self) -> dict[str, Any]:
        """The body; then nothing, until whoever listens is cancelled."""
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await self._room.acquire()
        self._messages.put_nowait(message)
