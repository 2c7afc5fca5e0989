"""A closed-loop client: N keep-alive connections, each sends its next call when the last one is answered."""

import asyncio
import gc
import math
import re
from dataclasses import dataclass
from time import perf_counter

import uvloop

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LAST_CHUNK = b"\r\n0\r\n\r\n"
TAIL = 64  # bytes; room for the end of a stream and the last chunk
STREAM_ENDS = (b"data: [DONE]", b'"message_stop"}')


@dataclass(frozen=True)
class Load:
    """What to send, over how many connections, and when to stop: after `seconds` or after `calls`."""

    port: int
    call: bytes
    connections: int
    seconds: float = math.inf
    calls: float = math.inf
    patience: float = 60  # seconds more than planned, then the run is given up


@dataclass(frozen=True)
class Sample:
    """What one run gave."""

    calls: int
    failures: int
    seconds: float
    p50_ms: float
    p99_ms: float
    cut: int = 0  # calls the client may have left unfinished


def run(load: Load) -> Sample:
    """Drive the load to its end; every call that was begun is also finished, so the count is exact."""
    gc.collect()
    gc.disable()  # a collection in the client would look like a slow answer
    try:
        return uvloop.run(drive(load))
    finally:
        gc.enable()


async def drive(load: Load) -> Sample:
    loop = asyncio.get_running_loop()
    tally = Tally(load)
    connections = [
        (await loop.create_connection(lambda: Connection(tally), "127.0.0.1", load.port))[1]
        for _ in range(load.connections)
    ]
    limit = load.patience + (load.seconds if math.isfinite(load.seconds) else 0)
    _, unfinished = await asyncio.wait([connection.closed for connection in connections], timeout=limit)
    if unfinished:
        raise TimeoutError(f"{len(unfinished)} of {load.connections} connections still wait after {limit:.0f} s")
    return tally.sample()


class Tally:
    """What the connections of one run share: how many calls were begun and how long each took."""

    def __init__(self, load: Load) -> None:
        self.call = load.call
        self.calls = load.calls
        self.started_at = perf_counter()
        self.deadline = self.started_at + load.seconds
        self.begun = 0
        self.failures = 0
        self.latencies: list[float] = []

    def begin(self) -> bytes | None:
        """The next call to send, or None when the run is over."""
        if self.begun >= self.calls or perf_counter() >= self.deadline:
            return None
        self.begun += 1
        return self.call

    def sample(self) -> Sample:
        seconds = perf_counter() - self.started_at
        ordered = sorted(self.latencies) or [math.nan]
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        return Sample(len(self.latencies), self.failures, seconds, p50, p99)


class Connection(asyncio.Protocol):
    """One keep-alive connection, with one call in flight."""

    def __init__(self, tally: Tally) -> None:
        self.tally = tally
        self.closed = asyncio.get_running_loop().create_future()
        self.in_flight = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        self.tally.failures += self.in_flight
        self.closed.set_result(None)

    def send_next(self) -> None:
        call = self.tally.begin()
        if call is None:
            self.transport.close()
            return
        self.in_flight, self.in_head, self.head, self.tail = True, True, b"", b""
        self.began_at = perf_counter()
        self.transport.write(call)

    def data_received(self, data: bytes) -> None:
        if self.in_head:
            data = self.read_head(data)
        if self.in_head:
            return
        self.left -= len(data)
        if self.left == math.inf:
            self.tail = (self.tail + data)[-TAIL:]
        if self.left == 0 or self.tail.endswith(LAST_CHUNK):
            self.finish()

    def read_head(self, data: bytes) -> bytes:
        """Learn how the answer is framed and return what follows the head."""
        self.head += data
        head, blank, rest = self.head.partition(b"\r\n\r\n")
        if blank:
            length = CONTENT_LENGTH.search(head)
            self.in_head, self.head = False, head
            self.left = int(length[1]) if length else math.inf  # chunked: it ends with an empty chunk
        return rest

    def finish(self) -> None:
        self.tally.latencies.append(perf_counter() - self.began_at)
        is_whole = self.left == 0 or any(end in self.tail for end in STREAM_ENDS)
        self.tally.failures += not (is_whole and self.head.startswith(b"HTTP/1.1 200"))
        self.in_flight = False
        self.send_next()
