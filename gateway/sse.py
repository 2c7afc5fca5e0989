"""Bytes ↔ server-sent events (WHATWG HTML, section 9.2). Splits on CR and LF only, never on U+2028."""

import re
from typing import NamedTuple

_LINE_END = re.compile(rb"\r\n|\n|\r")
MAX_EVENT_BYTES = 64 * 1024 * 1024  # an image in base64 fits; an endless line does not
DONE = b"[DONE]"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Event(NamedTuple):
    """One event: its type (empty: none was given) and its data, lines joined by LF."""

    type: bytes
    data: bytes


class EventTooLarge(Exception):
    """A single event is larger than MAX_EVENT_BYTES."""


class Decoder:
    """Incremental: feed chunks cut anywhere, take out whole events. `flush` gives an unterminated last one."""

    def __init__(self) -> None:
        self._pending: list[bytes] = []  # pieces of a line that is not complete yet
        self._pending_bytes = 0
        self._type = b""
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._mark: bytes | None = b""  # the beginning of the stream, while it may be a byte order mark
        self._after_cr = False  # the last chunk ended in CR: a leading LF belongs to it

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that `chunk` completes."""
        if self._mark is not None:
            chunk = self._without_mark(chunk, self._mark)
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        *lines, rest = _LINE_END.split(chunk)
        if lines and self._pending:
            lines[0] = b"".join([*self._pending, lines[0]])
            self._pending, self._pending_bytes = [], 0
        self._keep(rest)
        return [event for line in lines if (event := self._take_line(line))]

    def flush(self) -> list[Event]:
        """What the stream ended with: an event whose blank line is missing still counts."""
        line = b"".join([self._mark or b"", *self._pending])
        self._mark = None
        self._pending, self._pending_bytes = [], 0
        return [event for part in (line, b"") if (event := self._take_line(part))]

    @property
    def is_idle(self) -> bool:
        """Between events: nothing is buffered."""
        return not (self._pending or self._data or self._type or self._after_cr or self._mark)

    def _without_mark(self, chunk: bytes, mark: bytes) -> bytes:
        """The beginning of the stream without its byte order mark, which may come in pieces."""
        start = mark + chunk
        if len(start) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(start):
            self._mark = start
            return b""
        self._mark = None
        return start.removeprefix(BYTE_ORDER_MARK)

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._pending.append(rest)
            self._pending_bytes += len(rest)
        if self._pending_bytes > MAX_EVENT_BYTES:
            raise EventTooLarge

    def _take_line(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._data_bytes += len(line) + 1
            if self._data_bytes > MAX_EVENT_BYTES:
                raise EventTooLarge
        elif name == b"event":
            self._type = value
        return None  # a comment, or a field (id, retry) that must not reach clients

    def _dispatch(self) -> Event | None:
        """An event ends; without data it is a mere heartbeat and is swallowed."""
        event = Event(self._type, b"\n".join(self._data)) if self._data else None
        self._type, self._data, self._data_bytes = b"", [], 0
        return event if event and event.data else None


def encode(event: Event) -> bytes:
    """One event as it goes to a client."""
    data = event.data.replace(b"\n", b"\ndata: ")
    return b"event: %b\ndata: %b\n\n" % (event.type, data) if event.type else b"data: %b\n\n" % data
