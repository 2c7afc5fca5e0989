"""An instant OpenAI-compatible upstream: every answer is built before the first call arrives."""

import asyncio
import json
import re
import sys
from collections.abc import Iterator

import uvloop

from tests.bench import payloads

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STREAM = re.compile(rb'"stream": ?true')
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n"
)


def whole(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


MODELS = whole(json.dumps({"object": "list", "data": [{"id": payloads.MODEL, "object": "model"}]}).encode())
COMPLETION = whole(payloads.build_completion())
EVENTS = [chunked(event) for event in payloads.build_events()]
USAGE = chunked(payloads.build_usage_event())
DONE = chunked(b"data: [DONE]\n\n") + b"0\r\n\r\n"
STREAM_WITHOUT_USAGE = [STREAM_HEAD + EVENTS[0], *EVENTS[1:], DONE]
STREAM_WITH_USAGE = [STREAM_HEAD + EVENTS[0], *EVENTS[1:], USAGE, DONE]


class Upstream(asyncio.Protocol):
    """One keep-alive connection; calls come one after the other, each with a Content-Length."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.unread = b""
        self.chunks: Iterator[bytes] = iter(())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.chunks = iter(())

    def data_received(self, data: bytes) -> None:
        self.unread += data
        end = self.unread.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        length = CONTENT_LENGTH.search(self.unread, 0, end)
        if len(self.unread) < end + (int(length[1]) if length else 0):
            return
        call, self.unread = self.unread, b""
        self.answer(call)

    def answer(self, call: bytes) -> None:
        if call.startswith(b"GET"):
            self.transport.write(MODELS)
        elif not STREAM.search(call):
            self.transport.write(COMPLETION)
        else:
            self.chunks = iter(STREAM_WITH_USAGE if b'"include_usage"' in call else STREAM_WITHOUT_USAGE)
            self.write_next()

    def write_next(self) -> None:
        # The loop sends what was written at the end of each turn, so one write per turn is one packet per event.
        chunk = next(self.chunks, None)
        if chunk is not None:
            self.transport.write(chunk)
            self.loop.call_soon(self.write_next)


async def serve(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
