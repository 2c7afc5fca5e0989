"""One JSON line per finished call in `logs/calls.log`: what the record has, without its route, for people and scripts.

Written on the recorder's thread, a batch at a time. A disk that is full costs lines, nothing else. The file is opened
for every batch, so it may be moved away, deleted or rotated by others at any time.
"""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from channels_app import private_files
from gateway.chat import Usage
from gateway.pricing import NANO
from gateway.records import Finished

logger = logging.getLogger(__name__)

MOST_BYTES = 10 * 1024 * 1024  # of one file
MOST_FILES = 5
LONGEST_ERROR = 200


class Line(msgspec.Struct):
    """One call. `ms` until it ended; `cost_usd` is null where nobody knows the price."""

    time: datetime
    id: str
    app: str
    key: str
    dialect: str
    endpoint: str
    stream: bool
    model_asked: str
    model_sent: str
    model_answered: str
    channel: str
    attempts: int
    status: int
    error: str
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    estimated: bool
    cost_usd: float | None
    ms: float
    first_token_ms: float | None


class CallLog:
    """`path` is the newest file; older ones are called `calls.log.1` and so on."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._is_failing = False

    def observe(self, batch: list[Finished]) -> None:
        encode = msgspec.json.Encoder().encode
        try:
            self._write(b"".join([encode(line(finished)) + b"\n" for finished in batch]))
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


def line(finished: Finished) -> Line:
    call_id, _, key_name, app, dialect, endpoint, model, stream, *_ = finished.call
    outcome = finished.outcome
    tokens = outcome.counted
    used = tokens or Usage()
    return Line(
        time=datetime.fromtimestamp(finished.started_at, UTC),
        id=call_id,
        app=app,
        key=key_name,
        dialect=dialect,
        endpoint=endpoint,
        stream=stream,
        model_asked=model,
        model_sent=outcome.model_sent[:200],
        model_answered=outcome.model_answered[:200],
        channel=outcome.channel,
        attempts=outcome.attempts,
        status=outcome.status,
        error=outcome.error[:LONGEST_ERROR],
        input_tokens=used.input if tokens else None,
        output_tokens=used.output if tokens else None,
        cached_tokens=used.cached if tokens else None,
        reasoning_tokens=used.reasoning if tokens else None,
        estimated=used.is_estimated,
        cost_usd=None if outcome.cost_nano is None else outcome.cost_nano / NANO,
        ms=round(finished.duration_ms, 1),
        first_token_ms=None if outcome.first_token_ms is None else round(outcome.first_token_ms, 1),
    )
