"""Chat Completions (and legacy Completions) streams, passed through."""

import re

from gateway.dialects.passthrough import Passthrough, StreamSettings, only_null, read_body
from gateway.sse import DONE, Event, encode

_FINISH = re.compile(rb'"finish_reason"\s*:\s*"[^"]')  # some vendors put an empty one into every chunk
# Only a key can be an unescaped `"usage":` in JSON, and no other member of a chunk is called so.
_NULL_USAGE = re.compile(rb',\s*"usage"\s*:\s*null|"usage"\s*:\s*null\s*,')
_END = encode(Event(b"", DONE))


class ChatStream(Passthrough):
    """Whole once a chunk gave a `finish_reason`; `[DONE]` alone is an interrupted answer."""

    regular = re.compile(rb"(?:data: \{[^\r\n]*\}\n\n)*")
    interest = re.compile(rb'"(?:usage|finish_reason)"(?!\s*:\s*null)|"error"')
    _saw_done = False

    def __init__(self, settings: StreamSettings) -> None:
        super().__init__(settings)
        if settings.hide_usage:
            self.interest = re.compile(rb'"finish_reason"(?!\s*:\s*null)|"error"|"usage"')

    def visible(self, chunk: bytes) -> bytes:
        return chunk.replace(b',"usage":null', b"") if self.settings.hide_usage else chunk

    def is_quiet(self, seen: bytes) -> bool:
        return (
            b'"error"' not in seen
            and only_null(seen, b'"finish_reason"')
            and (b'"usage"' not in seen or (not self.settings.hide_usage and only_null(seen, b'"usage"')))
        )

    def pass_event(self, event: Event) -> bytes:
        event = event._replace(type=b"")  # chat streams have no event types; openai-python fails on `ping`
        if event.data == DONE:
            self._saw_done = self.is_over = True
            return b""  # written by `closing`, when it is known to be true
        if not self.is_finished and _FINISH.search(event.data):
            self.is_finished = True
        if b'"usage"' in event.data and self.settings.hide_usage:
            return self.without_usage(event)
        return super().pass_event(event)

    def without_usage(self, event: Event) -> bytes:
        """Usage the client did not ask for: swallow its own chunk, strip the empty member of the others."""
        stripped, nulls = _NULL_USAGE.subn(b"", event.data)
        if nulls:
            return super().pass_event(event._replace(data=stripped))
        body = read_body(event)
        is_usage_chunk = body.choices == [] and body.usage is not None
        if not is_usage_chunk:
            return super().pass_event(event)
        self.look_at(body)
        return b""

    def closing(self) -> bytes:
        if self.error:
            return b""  # the error event was the last word
        if self.is_finished:
            return _END
        how = "ended its stream without a finish reason" if self._saw_done else "closed the stream in the middle"
        return self.break_off(f"Novapi: {self.settings.channel} {how}; the answer is not complete. Ask again.")
