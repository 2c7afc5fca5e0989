"""What a call's bodies were while it runs: references to bytes that are there anyway. No copies, no work, no I/O.

Four sides: the `request` as it came, what was `sent` upstream, what the provider has `given`, the client's `answer`.
"""

import time
from itertools import pairwise

SIDES = ("request", "sent", "given", "answer")
MOST_BYTES = 2 * 1024 * 1024  # of one side; what comes after them is not kept
MARGIN_BYTES = 512  # kept beyond them until it is masked: a key must not escape by being cut in two


class Flow:
    """One side of a stream as it passes: its chunks, and when each came (`time.perf_counter()`); `size` is that of
    all, kept or not. Without `keeps` they are only counted."""

    __slots__ = ("chunks", "room", "size", "times")

    def __init__(self, keeps: bool = True) -> None:
        self.chunks: list[bytes] = []
        self.times: list[float] = []
        self.room = MOST_BYTES + MARGIN_BYTES if keeps else 0
        self.size = 0

    def add(self, chunk: bytes) -> None:
        """Kept while there is room."""
        size = len(chunk)
        self.size += size
        if self.room > 0:
            self.times.append(time.perf_counter())
            self.chunks.append(chunk if size <= self.room else chunk[: self.room])
            self.room -= size


def shortened(body: bytes) -> Flow:
    """A body that is too long, as far as it is kept."""
    flow = Flow()
    flow.add(body)
    flow.times.clear()  # it did not come in pieces
    return flow


class Seen:
    """The sides of one call; a side that did not happen is None. `given_type`: the Content-Type of what was given;
    `errors_only`: nobody wants to keep them if all goes well."""

    __slots__ = ("answer", "errors_only", "given", "given_type", "request", "sent")

    def __init__(self, request: bytes, errors_only: bool = False) -> None:
        self.errors_only = errors_only
        self.request = request
        self.sent: bytes | None = None
        self.given: bytes | Flow | None = None
        self.answer: bytes | Flow | None = None
        self.given_type = ""

    def begin_attempt(self, body: bytes) -> None:
        """What the attempt before was given counts no more."""
        self.sent, self.given, self.answer, self.given_type = body, None, None, ""

    def begin_stream(self, content_type: str, keeps: bool) -> None:
        self.given, self.answer, self.given_type = Flow(keeps), Flow(keeps), content_type

    def give(self, chunk: bytes) -> None:
        """More of a stream came from the provider."""
        self.given.add(chunk)  # type: ignore[union-attr]  # a stream has begun

    def show(self, chunk: bytes) -> None:
        """More of it went to the client."""
        self.answer.add(chunk)  # type: ignore[union-attr]

    def bound(self) -> int:
        """Cut what is too long to be kept, so that it need not wait in memory. Gives what is left, in bytes."""
        held, before, kept = 0, None, None
        for name in SIDES:
            side = getattr(self, name)
            if side is None:
                continue
            if side is not before:  # a body that was not touched is there twice
                before = kept = side
                if type(side) is bytes and len(side) > MOST_BYTES:
                    kept = shortened(side)
                held += len(kept) if type(kept) is bytes else min(kept.size, MOST_BYTES)
            if kept is not side:
                setattr(self, name, kept)
        return held


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the last byte has no eighth bit."""
    packed = bytearray()
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def packed_cuts(cuts: list[tuple[int, int]]) -> bytes:
    """Where the chunks of a stream end: (milliseconds since the call came, bytes so far), as differences."""
    pairs = pairwise([(0, 0), *cuts])
    return b"".join(varint(max(0, ms - ms0)) + varint(end - end0) for (ms0, end0), (ms, end) in pairs)


def unpacked_cuts(packed: bytes) -> list[tuple[int, int]]:
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
    cuts, ms, end = [], 0, 0
    for more_ms, more in zip(numbers[::2], numbers[1::2], strict=True):
        ms, end = ms + more_ms, end + more
        cuts.append((ms, end))
    return cuts
