"""What was seen of a call → what is written of it: joined, masked, and each text once."""

from collections.abc import Sequence
from typing import NamedTuple

from channels_app.table import ChannelRoute, RoutingTable
from gateway.capture_store import WORDS, Entry, Side, Text, digest_of
from gateway.masking import Span, masked, spans_of, spellings
from gateway.readable import words_of
from gateway.records import as_stored
from gateway.seen import MOST_BYTES, SIDES, Flow, Seen, packed_cuts

BINARY = ("audio/", "video/", "image/", "multipart/", "application/octet-stream")
SECRET_HEADERS = ("auth", "key", "token", "secret", "cookie")  # in the names of a channel's own headers


class Waiting(NamedTuple):
    """A call that has ended. `started_at` is a Unix time, `started` the same on the clock of the chunks; `type` of the
    request, where it is a form."""

    call_id: str
    started_at: float
    started: float
    type: str
    seen: Seen
    size: int


class KnownKeys:
    """What must not be in any text, of the table in force."""

    def __init__(self) -> None:
        self._revision: int | None = None
        self._keys: tuple[bytes, ...] = ()

    def of(self, table: RoutingTable) -> tuple[bytes, ...]:
        if table.revision != self._revision:
            keys = {spelling for channel in table.channels for key in keys_of(channel) for spelling in spellings(key)}
            self._revision, self._keys = table.revision, tuple(keys)
        return self._keys


def keys_of(channel: ChannelRoute) -> list[str]:
    own = [value for name, value in channel.headers.items() if any(word in name for word in SECRET_HEADERS)]
    return [*(credential.api_key for credential in channel.credentials), *own]


def entry_of(waiting: Waiting, known: Sequence[bytes]) -> Entry:
    """`known`: the keys to mask."""
    return Making(waiting, known).entry()


class Making:
    """The state of making one entry: the texts so far, and the sides that use them."""

    def __init__(self, waiting: Waiting, known: Sequence[bytes]) -> None:
        self._waiting = waiting
        self._known = known
        self._texts: list[Text] = []
        self._sides: list[Side] = []
        self._spans: dict[bytes, list[Span]] = {}  # most bodies are there twice

    def entry(self) -> Entry:
        seen = self._waiting.seen
        for number, name in enumerate(SIDES):
            side = getattr(seen, name)
            if side:
                self._add(number, side, seen.given_type if number > 1 else self._waiting.type)
        words = words_of(self._body(0), self._body(3) or self._body(2)).encode(errors="replace")
        if words:
            self._sides.append(Side(WORDS, self._place(words, self._text(0)), 0))
        return Entry(self._waiting.call_id, as_stored(self._waiting.started_at), self._sides, self._texts, words)

    def _add(self, number: int, side: bytes | Flow, content_type: str) -> None:
        flow = side if isinstance(side, Flow) else None
        body = b"".join(flow.chunks) if flow else bytes(side)  # type: ignore[arg-type]  # no Flow, then
        size = flow.size if flow else len(body)
        if content_type.startswith(BINARY) or not is_text(body):
            self._sides.append(Side(number, None, size, type=content_type[:100]))
            return
        body, ends = masked(body, self._keys_in(body), ends_of(flow) if flow else [])
        is_cut = size > MOST_BYTES
        if is_cut:
            body = body[:MOST_BYTES]
        cuts = [(ms, min(end, len(body))) for ms, end in zip(self._offsets(flow), ends, strict=True)]
        base = self._text(number - 1) if number % 2 else None  # what was sent is much like the request, and so on
        self._sides.append(Side(number, self._place(body, base), size, is_cut, cuts=packed_cuts(cuts)))

    def _keys_in(self, body: bytes) -> list[Span]:
        if body not in self._spans:
            self._spans[body] = spans_of(body, self._known)
        return self._spans[body]

    def _offsets(self, flow: Flow | None) -> list[int]:
        return [round((at - self._waiting.started) * 1000) for at in flow.times] if flow else []

    def _place(self, body: bytes, base: int | None) -> int:
        """Where among the texts this one is, now if not before."""
        digest = digest_of(body)
        for place, text in enumerate(self._texts):
            if text.digest == digest:
                return place
        self._texts.append(Text(digest, body, base))
        return len(self._texts) - 1

    def _text(self, number: int) -> int | None:
        return next((side.text for side in self._sides if side.number == number), None)

    def _body(self, number: int) -> bytes:
        place = self._text(number)
        return b"" if place is None else self._texts[place].body


def ends_of(flow: Flow) -> list[int]:
    """Where its chunks end; none for a body that came in one piece."""
    ends, end = [], 0
    for chunk, _ in zip(flow.chunks, flow.times, strict=False):
        end += len(chunk)
        ends.append(end)
    return ends


def is_text(body: bytes) -> bool:
    """A character that was cut in two at the end does not count."""
    try:
        body.decode()
    except UnicodeDecodeError as problem:
        return problem.start >= len(body) - 3 and problem.reason == "unexpected end of data"
    return True
