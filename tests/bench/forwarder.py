"""The bare forwarder: the least a gateway in Python can do. Novapi's cost is counted in multiples of it."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvicorn

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
UPSTREAM_HEADERS = {"Authorization": "Bearer sk-bench", "Content-Type": "application/json"}


class Forwarder:
    """A raw ASGI application: parse the body, post it, read the usage, answer."""

    def __init__(self, upstream: str) -> None:
        self.url = f"{upstream}/chat/completions"
        self.session: aiohttp.ClientSession | None = None
        self.tokens = 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await start(send, 200, b"application/json")
            return await send({"type": "http.response.body", "body": b"{}"})
        if self.session is None:  # it belongs to the running loop, so the first call opens it
            self.session = open_session()
        data = await read_body(receive)
        forward = self.stream if json.loads(data).get("stream") else self.complete
        async with self.session.post(self.url, data=data, headers=UPSTREAM_HEADERS) as response:
            return await forward(response, send)

    async def complete(self, response: aiohttp.ClientResponse, send: Send) -> None:
        data = await response.read()
        self.count(json.loads(data))
        await start(send, response.status, b"application/json", len(data))
        await send({"type": "http.response.body", "body": data})

    async def stream(self, response: aiohttp.ClientResponse, send: Send) -> None:
        await start(send, response.status, b"text/event-stream")
        async for chunk in response.content.iter_any():
            if b'"usage":{' in chunk:
                self.count(usage_event(chunk))
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def count(self, body: dict[str, Any]) -> None:
        self.tokens += body["usage"]["total_tokens"]


def open_session() -> aiohttp.ClientSession:
    """As many connections as there are calls, and no limit on how long an answer may stream."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
    )


async def read_body(receive: Receive) -> bytes:
    message = await receive()
    data = message["body"]
    while message["more_body"]:
        message = await receive()
        data += message["body"]
    return data


async def start(send: Send, status: int, content_type: bytes, length: int | None = None) -> None:
    headers = [(b"content-type", content_type)]
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": status, "headers": headers})


def usage_event(chunk: bytes) -> dict[str, Any]:
    """The usage is in the last event before `[DONE]`; a chunk read may hold several."""
    line = next(line for line in chunk.split(b"\n") if b'"usage":{' in line)
    return json.loads(line.removeprefix(b"data: "))


def main(port: int, upstream: str) -> None:
    uvicorn.run(
        Forwarder(upstream),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
