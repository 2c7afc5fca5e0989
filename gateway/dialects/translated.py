"""A stream between two dialects: the provider's events in, the client's bytes out, each at once.

The same surface as `passthrough.Passthrough`, so that the relay need not know which of the two it has.
"""

from collections.abc import Callable

from gateway.chat import (
    Begin,
    Delta,
    Failed,
    Finished,
    Reasoning,
    ReasoningDelta,
    Spent,
    TextDelta,
    ToolBegin,
    Usage,
)
from gateway.dialects.format import Reader, Writer
from gateway.dialects.telling import Thoughts
from gateway.sse import Decoder, Event

Restore = Callable[[Delta], list[Delta]]
Keep = Callable[[str, str, tuple[Reasoning, ...]], None]


class Translated:
    """`restore` gives deltas their client's names back; `keep` remembers what went with a tool call (its id, its
    signature, the thoughts before it); `secret` is the channel's key, which an error must not repeat."""

    is_text = True

    def __init__(
        self, reader: Reader, writer: Writer, restore: Restore, keep: Keep, channel: str, secret: bytes
    ) -> None:
        self._reader, self._writer = reader, writer
        self._restore, self._keep = restore, keep
        self._channel, self._secret = channel, secret
        self._decoder = Decoder()
        self._thoughts: dict[int, Thoughts] = {}  # by choice
        self._has_answered = False  # the client got something
        self._ended = False
        self.keepalive = writer.keepalive
        self.content_type = writer.content_type
        self.tokens: Usage | None = None
        self.model = ""
        self.events = 0
        self.error = ""
        self.error_status: int | None = None
        self.failed_at_once = False  # nothing has been answered
        self.is_over = False  # nothing of interest can follow, whether the provider closes or not

    def feed(self, chunk: bytes) -> bytes:
        passed = b"".join(map(self._pass, self._decoder.feed(chunk)))
        self._has_answered = self._has_answered or bool(passed)
        return passed

    def end(self) -> bytes:
        """The provider closed: what is still owed, and an honest error where the answer is not whole."""
        if self._ended:
            return b""
        return b"".join(map(self._pass, self._decoder.flush())) + self._close()

    def _close(self) -> bytes:
        if self._ended:
            return b""
        owed = b""
        for delta in self._reader.end():
            if isinstance(delta, Failed):
                return owed + self._break_in_the_middle(delta.message)
            owed += self._tell(delta)
        self._ended = True
        return owed + self._writer.end()

    def _break_in_the_middle(self, how: str) -> bytes:
        """Where the client got nothing yet, how it happened is for the relay, which can still ask elsewhere."""
        self.failed_at_once = not self._has_answered
        if self.failed_at_once:
            self.error = how
        return self.break_off(f"Novapi: {self._channel} {how}; the answer is not complete. Ask again.")

    def break_off(self, problem: str) -> bytes:
        self._ended = True
        self.error = self.error or problem
        return self._writer.fail(problem)

    def _pass(self, event: Event) -> bytes:
        self.events += 1
        if self._secret and b'"error"' in event.data:
            event = event._replace(data=event.data.replace(self._secret, b"[key]"))
        return b"".join([self._tell(delta) for delta in self._reader.feed(event)])

    def _tell(self, delta: Delta) -> bytes:
        if self._ended:
            return b""
        if isinstance(delta, TextDelta):  # by far the most
            return self._writer.write(delta)
        if isinstance(delta, Failed):
            return self._fail(delta)
        self._note(delta)
        return b"".join([self._writer.write(restored) for restored in self._restore(delta)])

    def _fail(self, failed: Failed) -> bytes:
        self.failed_at_once = not self._has_answered
        self.error_status = failed.status
        self.is_over = True
        return self.break_off(failed.message[:500])

    def _note(self, delta: Delta) -> None:
        """Keep what the record and later calls need."""
        match delta:
            case Begin():
                self.model, self.tokens = delta.model, delta.usage or self.tokens
            case Spent():
                self.tokens = delta.usage
            case ReasoningDelta():
                self._thoughts_of(delta.choice).add(delta)
            case ToolBegin():
                self._keep(delta.id, delta.signature, self._thoughts_of(delta.choice).before_call())
            case Finished():
                self.is_over = True

    def _thoughts_of(self, choice: int) -> Thoughts:
        return self._thoughts.setdefault(choice, Thoughts())
