"""Gemini streams (`alt=sse`), passed through."""

from typing import Any

import msgspec

from gateway.dialects.gemini.responses import error_body, is_blocked, parse_error, usage_of
from gateway.dialects.passthrough import Passthrough
from gateway.splice import NotJSON, replace_member
from gateway.sse import DONE, Event, encode


class CandidateHead(msgspec.Struct):
    finishReason: Any = None  # noqa: N815, as Gemini spells it


class ChunkHead(msgspec.Struct):
    """What is of interest in a chunk; the content is skipped unread."""

    candidates: list[CandidateHead] | None = None
    promptFeedback: Any = None  # noqa: N815
    usageMetadata: Any = None  # noqa: N815
    modelVersion: Any = None  # noqa: N815
    error: Any = None


_read_head = msgspec.json.Decoder(ChunkHead | list[ChunkHead]).decode


class GeminiStream(Passthrough):
    """Whole once a candidate gave its finish reason, or the prompt was blocked. Every chunk has token counts, so
    every one is looked at; its JSON is passed on as it came, and nothing else: google-genai fails on comments, on
    events with a type and on `[DONE]`."""

    regular = None
    keepalive = b""

    def pass_event(self, event: Event) -> bytes:
        if event.data == DONE or event.data[:1] not in b"{[":
            return b""
        self.events += 1
        data = event.data.replace(b"\n", b" ")  # between members; inside of texts there are no raw line breaks
        if self.settings.secret and b'"error"' in data:
            data = data.replace(self.settings.secret, b"[key]")
        self.look_into(data)
        return encode(self.named(Event(b"", data)))

    def look_into(self, data: bytes) -> None:
        """Keep what a chunk tells about its end, its cost and failure."""
        try:
            heads = _read_head(data)
        except (msgspec.MsgspecError, RecursionError):
            return
        for head in heads if isinstance(heads, list) else [heads]:
            self.look_at_head(head)

    def look_at_head(self, head: ChunkHead) -> None:
        self.tokens = usage_of({"usageMetadata": head.usageMetadata}) or self.tokens
        if isinstance(head.modelVersion, str):
            self.model = self.model or head.modelVersion
        ends = any(isinstance(candidate.finishReason, str) for candidate in head.candidates or ())
        if ends or is_blocked({"promptFeedback": head.promptFeedback}):
            self.is_finished = True
        if head.error and not self.error:
            error = parse_error({"error": head.error})
            self.error = (error.message or str(head.error))[:500]
            code = int(error.code) if error.code.isascii() and error.code.isdigit() and len(error.code) == 3 else 0
            self.error_status = code if 400 <= code <= 599 else None
            self.failed_at_once = self.events == 1

    def named(self, event: Event) -> Event:
        if self.settings.mirror is None or b'"modelVersion"' not in event.data:
            return event
        try:
            return event._replace(data=replace_member(event.data, "modelVersion", self.settings.mirror, insert=False))
        except NotJSON:
            return event

    def closing(self) -> bytes:
        if self.error or self.is_finished:
            return b""
        return self.break_off(
            f"Novapi: {self.settings.channel} closed the stream in the middle; the answer is not complete. Ask again."
        )

    def error_event(self, problem: str) -> bytes:
        return encode(Event(b"", msgspec.json.encode(error_body(problem, 502))))
