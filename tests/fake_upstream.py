"""A provider whose every byte the test writes: a real HTTP/1.1 server on a real socket, in a thread of its own.

    def behaves(call: Received) -> Iterable[bytes | float]:
        yield head(200, "text/event-stream")
        yield b"data: {}\\n\\n"
        yield 0.5                      # a number is a pause in seconds

    with FakeUpstream(behaves) as upstream: ...

What `behaves` yields is written as it is, each piece at once; afterwards the connection is closed (after `RESET`
rudely, by a reset). `received` has every request that arrived, `calls` the POSTs among them; `hung_up` is set when a
client closed the connection before the script was through.
"""

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any

RESET = b"<reset the connection>"  # a piece that is not sent
Script = Callable[["Received"], Iterable[bytes | float]]


@dataclass
class Received:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")  # a question for the list of models has no body


def head(status: int = 200, content_type: str = "application/json", **headers: str) -> bytes:
    """A response head without a length: the body ends with the connection."""
    lines = [f"HTTP/1.1 {status} Status", f"Content-Type: {content_type}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def whole(body: bytes, status: int = 200, content_type: str = "application/json", **headers: str) -> bytes:
    """A response with its length: the connection may be kept for the next request."""
    start = head(status, content_type, Content_Length=str(len(body)), **headers)
    return start.replace(b"Connection: close\r\n", b"") + body


def event_stream(*pieces: bytes | float) -> Script:
    """A script that answers every call with this event stream."""
    return lambda call: [head(200, "text/event-stream"), *pieces]


def json_reply(body: Any, status: int = 200, **headers: str) -> Script:
    """A script that answers every call with this JSON."""
    text = json.dumps(body).encode()
    return lambda call: [head(status, **headers), text]


def completion(text: str = "hello", model: str = "upstream-model", **extra: Any) -> dict[str, Any]:
    """A Chat Completions answer with usage 7 + 3."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    } | extra


def chunk(content: str | None = None, finish: str | None = None, **extra: Any) -> bytes:
    """One event of a Chat Completions stream."""
    delta = {} if content is None else {"content": content}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "upstream-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    } | extra
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


USAGE_CHUNK = chunk(choices=[], usage={"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10})
DONE = b"data: [DONE]\n\n"


class FakeUpstream:
    """`tls`: speaks https with it."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script = script
        self.tls = tls
        self.received: list[Received] = []
        self.hung_up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-upstream", daemon=True)

    def __enter__(self) -> "FakeUpstream":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    @property
    def calls(self) -> list[Received]:
        """What apps sent; of its own accord Novapi asks for lists of models, while a key is in trouble."""
        return [request for request in self.received if request.method == "POST"]

    @property
    def url(self) -> str:
        """The base URL of its OpenAI-compatible API."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/v1"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(self._converse, "127.0.0.1", 0, limit=2**27, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        while any(getcoroutinestate(task.get_coro()) == CORO_CREATED for task in other_tasks()):  # noqa: ASYNC110
            await asyncio.sleep(0)  # one that ends before it began would leave its connection to the collector
        server.close()
        others = other_tasks()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # what was closed is gone by then; a socket left to the collector is a warning

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if call := await self._read(reader):
                self.received.append(call)
                await self._play(call, reader, writer)
        except (ConnectionError, ssl.SSLError):
            self.hung_up.set()
        except asyncio.CancelledError:
            writer.transport.abort()  # whoever does not read any more would keep it open
            raise
        finally:
            writer.close()

    async def _play(self, call: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in self.script(call):
            if piece is RESET:
                connection = writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            if isinstance(piece, bytes):
                writer.write(piece)
                await writer.drain()
                continue
            try:  # a pause; a client that leaves meanwhile is noticed
                await asyncio.wait_for(reader.read(), piece)
                raise ConnectionError
            except TimeoutError:
                pass

    async def _read(self, reader: asyncio.StreamReader) -> Received | None:
        try:
            raw = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        first, *lines = raw.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Received(method, path, headers, body)


def other_tasks() -> set["asyncio.Task[Any]"]:
    return asyncio.all_tasks() - {asyncio.current_task()}
