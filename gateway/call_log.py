"""One JSON line per finished call in `logs/calls.log`: what the record has, without its route, for people and scripts.

Written on the recorder's thread, a batch at a time. A disk that is full costs lines, nothing else. The file is opened
for every batch, so it may be moved away, deleted or rotated by others at any time.
"""

import logging
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from channels_app import private_files
from gateway.chat import Usage
from gateway.pricing import NANO
from gateway.records import Finished, as_stored

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024  # of one file
MOST_FILES = 5
LONGEST_ERROR = 200
NO_COUNTS = '"input_tokens":null,"output_tokens":null,"cached_tokens":null,"reasoning_tokens":null,"estimated":false'


class Names(msgspec.Struct):
    """What calls of one kind have in common."""

    app: str
    key: str
    dialect: str
    endpoint: str
    stream: bool
    model_asked: str
    model_sent: str
    model_answered: str
    channel: str


class CallLog:
    """`path` is the newest file; older ones are called `calls.log.1` and so on."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._is_failing = False

    def observe(self, batch: list[Finished]) -> None:
        try:
            self._write("".join([line(finished) for finished in batch]).encode("utf-8", "replace"))
        except OSError as problem:
            if not self._is_failing:
                logger.warning("Calls can't be logged to %s (%s).", self._path, problem)
            self._is_failing = True
        else:
            self._is_failing = False

    def _write(self, text: bytes) -> None:
        if not self._path.exists():
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            private_files.touch(self._path)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        try:
            size = os.fstat(file).st_size
            if os.write(file, text) < len(text):
                os.ftruncate(file, size)  # half a line is worse than none
                raise OSError("the disk is full")
        finally:
            os.close(file)
        if size + len(text) >= self._most_bytes:
            self._rotate()

    def _rotate(self) -> None:
        """The newest becomes number 1; the oldest is overwritten."""
        names = [self._path, *(self._path.with_name(f"{self._path.name}.{n}") for n in range(1, MOST_FILES))]
        for older, newer in zip(reversed(names[1:]), reversed(names[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)


def observer(directory: Path, wish: str) -> list[Callable[[list[Finished]], None]]:
    """What writes the log, unless `wish` (NOVAPI_CALL_LOG) is "off"."""
    return [] if wish.strip().lower() == "off" else [CallLog(directory / "calls.log").observe]


def line(finished: Finished) -> str:
    """Its times in milliseconds; `cost_usd` is null where nobody knows the price. Put together from pieces, most of
    which are the same as a moment ago: to encode it as a whole would take twice as long, beside calls that wait."""
    call_id, _, key_name, app, dialect, endpoint, model, stream, *_ = finished.call
    outcome = finished.outcome
    named = names(
        app, key_name, dialect, endpoint, stream, model, outcome.model_sent[:200], outcome.model_answered[:200],
        outcome.channel,
    )  # fmt: skip
    error = text(outcome.error[:LONGEST_ERROR]) if outcome.error else '""'
    cost = "null" if outcome.cost_nano is None else outcome.cost_nano / NANO
    first = "null" if outcome.first_token_ms is None else f"{outcome.first_token_ms:.1f}"
    return (
        f'{{"time":"{as_stored(finished.started_at).replace(" ", "T")}Z","id":"{call_id}",{named},'
        f'"attempts":{outcome.attempts},"status":{outcome.status},"error":{error},{counts(outcome.counted)},'
        f'"cost_usd":{cost},"ms":{finished.duration_ms:.1f},"first_token_ms":{first}}}\n'
    )


@lru_cache(maxsize=1000)
def names(*values: Any) -> str:
    """The members of a line that are names, without braces."""
    return msgspec.json.encode(Names(*values)).decode()[1:-1]


def text(value: str) -> str:
    return msgspec.json.encode(value).decode()


def counts(tokens: Usage | None) -> str:
    """The members that are about tokens; null where nobody counted them."""
    if tokens is None:
        return NO_COUNTS
    return (
        f'"input_tokens":{tokens.input},"output_tokens":{tokens.output},"cached_tokens":{tokens.cached},'
        f'"reasoning_tokens":{tokens.reasoning},"estimated":{"true" if tokens.is_estimated else "false"}'
    )
