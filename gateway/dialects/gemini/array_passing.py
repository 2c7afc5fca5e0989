"""Gemini streams for clients that did not ask for `alt=sse`: the same chunks, as the elements of one JSON array."""

from gateway.dialects.gemini.passing import GeminiStream
from gateway.sse import Event


class GeminiArrayStream(GeminiStream):
    content_type = "application/json"
    _has_begun = False

    def pass_event(self, event: Event) -> bytes:
        return self._element(super().pass_event(event))

    def error_event(self, problem: str) -> bytes:
        return self._element(super().error_event(problem)) + b"]"

    def closing(self) -> bytes:
        return super().closing() or (b"]" if self._has_begun else b"[]")

    def _element(self, event: bytes) -> bytes:
        """The JSON of an event, with what separates it from the one before."""
        if not event:
            return b""
        before = b",\r\n" if self._has_begun else b"["
        self._has_begun = True
        return before + event.removeprefix(b"data: ").rstrip()
