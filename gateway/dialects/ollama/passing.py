"""Ollama's native streams, passed through line by line."""

import re
from typing import Any

import msgspec

from gateway.chat import Usage
from gateway.dialects.ollama.responses import error_body, head
from gateway.dialects.openai import count
from gateway.dialects.passthrough import Passthrough, StreamSettings
from gateway.splice import NotJSON, replace_member
from gateway.sse import MAX_EVENT_BYTES, EventTooLarge

# Inside a JSON string a quote is escaped, so these are members, if maybe of something nested.
_INTEREST = re.compile(rb'"done"\s*:\s*true|"error"')


class Line(msgspec.Struct):
    """What is of interest in a line, or in a whole answer. Everything else is skipped unread."""

    model: Any = None
    response: Any = None
    done: Any = None
    error: Any = None
    prompt_eval_count: Any = None
    eval_count: Any = None


_read_line = msgspec.json.Decoder(Line).decode


class OllamaStream(Passthrough):
    """Whole once a line said `"done": true`. Only whole lines go on, so that whatever follows is a line of its own."""

    def __init__(self, settings: StreamSettings) -> None:
        super().__init__(settings)
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._is_chat = True

    @property
    def keepalive(self) -> bytes:  # type: ignore[override]
        """An empty piece of the answer; blank lines break Ollama's clients."""
        said = {"message": {"role": "assistant", "content": ""}} if self._is_chat else {"response": ""}
        name = self.settings.mirror
        model = msgspec.json.decode(name) if name else self.model
        return msgspec.json.encode(head(model) | said | {"done": False}) + b"\n"

    def feed(self, chunk: bytes) -> bytes:
        *lines, rest = chunk.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._pending, lines[0]])
            self._pending, self._pending_bytes = [], 0
        self._keep(rest)
        return b"".join(map(self.pass_line, lines))

    def end(self) -> bytes:
        """A last line without its line end counts if it is whole."""
        if self._ended:
            return b""
        self._ended = True
        rest, self._pending = b"".join(self._pending), []
        last = self.pass_line(rest) if read(rest) else b""
        return last + self.closing()

    def pass_line(self, line: bytes) -> bytes:
        if self.is_over or not line.strip():
            return b""
        self.events += 1
        if self.events == 1 or _INTEREST.search(line):
            line = self.looked_at(line)
        return self.renamed(line) + b"\n"

    def looked_at(self, line: bytes) -> bytes:
        """The line, after what it tells about model, cost and failure was kept; without the channel's key."""
        if self.settings.secret and b'"error"' in line:
            line = line.replace(self.settings.secret, b"[key]")
        seen = read(line) or Line()
        if isinstance(seen.model, str):
            self.model = self.model or seen.model
        if self.events == 1:
            self._is_chat = seen.response is None
        if seen.done is True:
            self.tokens = tokens_of(seen) or self.tokens
            self.is_finished = self.is_over = True
        if seen.error:
            self.error, self.is_over = str(seen.error)[:500], True
            self.failed_at_once = self.events == 1
        return line

    def renamed(self, line: bytes) -> bytes:
        """The line with the model called what the client called it."""
        if self.settings.mirror is None or b'"model"' not in line:
            return line
        try:
            return replace_member(line, "model", self.settings.mirror, insert=False)
        except NotJSON:
            return line

    def closing(self) -> bytes:
        if self.is_finished or self.error:
            return b""
        return self.break_off(
            f"Novapi: {self.settings.channel} closed the stream in the middle; the answer is not complete. Ask again."
        )

    def error_event(self, problem: str) -> bytes:
        return msgspec.json.encode(error_body(problem)) + b"\n"

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._pending.append(rest)
            self._pending_bytes += len(rest)
        if self._pending_bytes > MAX_EVENT_BYTES:
            raise EventTooLarge


def read(line: bytes) -> Line | None:
    try:
        return _read_line(line)
    except (msgspec.MsgspecError, RecursionError):
        return None


def tokens_of(line: Line) -> Usage | None:
    """What an answer cost; a prompt that was in the cache as a whole is not counted by Ollama."""
    if line.prompt_eval_count is None and line.eval_count is None:
        return None
    seen = msgspec.structs.asdict(line)
    return Usage(input=count(seen, "prompt_eval_count"), output=count(seen, "eval_count"))


def tokens_in(answer: bytes) -> Usage | None:
    """What a whole answer, which is one such line, says that it cost."""
    line = read(answer)
    return tokens_of(line) if line else None
