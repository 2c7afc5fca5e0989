"""Usage records into SQLite, in batches, off the hot path. A call only appends to a deque."""

import logging
import threading
import time
from collections import deque
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction

from channels_app import candidates
from gateway import pricing
from gateway.call import Call, Outcome
from gateway.chat import Usage
from gateway.history import restore_spending
from gateway.models import UsageRecord
from gateway.runaway import guard
from gateway.spending import spending
from gateway.usage import estimate

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.01  # small batches: 300 rows at once would hold up the calls beside them for 3 ms
BATCH_ROWS = 500  # one transaction; also how long the writer holds the interpreter at a time
RETRY_SECONDS = 1.0
MAX_WAITING = 200_000  # some 100 MB: what is kept while the disk is full or the database locked

COUNTS = ("count_tokens", "countTokens", "input_tokens")  # endpoints that cost nothing
NOT_BY_TOKEN = ("audio/", "images/", "files", "batches")

_COLUMNS = [field.attname for field in UsageRecord._meta.concrete_fields if not field.primary_key]
_INSERT = f"INSERT INTO {UsageRecord._meta.db_table} ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"

Row = tuple[Any, ...]


class Finished(NamedTuple):
    """A call that has ended. The request's body is kept only where tokens must be estimated from it."""

    call: tuple[Any, ...]
    outcome: Outcome
    duration_ms: float
    started_at: float
    body: bytes | None


class Recorder:
    """Owns the writing thread. `put` never waits; `close` returns when everything is on disk."""

    def __init__(self) -> None:
        self._waiting: deque[Finished] = deque()
        self._in_hand = 0  # of a batch that is being written
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.lost = 0

    def start(self) -> None:
        self._closing.clear()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def put(self, call: Call, outcome: Outcome) -> None:
        """Hand over a finished call."""
        duration = time.perf_counter() - call.started
        is_unknown = outcome.tokens is None and outcome.answered and call.kind == "json" and call.task != "count"
        body = call.body if is_unknown else None
        self._waiting.append(Finished(call_columns(call), outcome, duration * 1000, time.time() - duration, body))
        if not self._wake.is_set():
            self._wake.set()

    @property
    def waiting(self) -> int:
        """Records that are not on disk yet."""
        return len(self._waiting) + self._in_hand

    def close(self, timeout_s: float = 10) -> None:
        """Write what is left and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        restore_spending(spending)
        while not self._closing.is_set():
            self._wake.wait()
            self._closing.wait(BATCH_SECONDS)
            self._wake.clear()
            self._drain()
        self._drain()
        connection.close()

    def _drain(self) -> None:
        """Write everything that waits; on a failing database keep it and try again later."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH_ROWS, len(self._waiting)))]
            self._in_hand = len(batch)
            try:
                store(batch)
            except DatabaseError as problem:
                self._keep(batch)
                logger.error("Usage records could not be written (%s); %d wait.", problem, len(self._waiting))
                if self._closing.wait(RETRY_SECONDS):
                    return
                self._wake.set()
            except Exception:
                self._write_singly(batch)
            self._in_hand = 0

    def _write_singly(self, batch: list[Finished]) -> None:
        """One record that can't be stored must not cost the others, nor end the thread."""
        for finished in batch:
            try:
                store([finished])
            except Exception:
                self.lost += 1
                logger.exception("The usage record of call %s could not be written.", finished.call[0])

    def _keep(self, batch: list[Finished]) -> None:
        self._in_hand = 0
        self._waiting.extendleft(reversed(batch))
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.lost += 1


def store(batch: list[Finished]) -> None:
    """Write the records; what is on disk counts towards the budgets."""
    write([row(finished) for finished in batch])
    for finished in batch:
        if finished.outcome.cost_nano:
            spend(finished, finished.outcome.cost_nano)


def write(rows: list[Row]) -> None:
    """One transaction, straight to sqlite3: model instances would cost more than the rest of a call, and cachalot
    looks at every statement that goes through Django's cursor."""
    with transaction.atomic(), connection.wrap_database_errors:
        connection.connection.executemany(_INSERT, rows)


def call_columns(call: Call) -> Row:
    """What is stored of the request itself; the call, with its body, is let go."""
    return (call.id, call.key.id, call.key.name, call.app, call.dialect, call.endpoint, call.model[:200], call.stream)


def row(finished: Finished) -> Row:
    """A finished call as the columns of UsageRecord, in their order."""
    request_id, key_id, key_name, app, dialect, endpoint, model, stream = finished.call
    outcome = finished.outcome
    tokens = tokens_of(finished)
    outcome.cost_nano = cost_of(outcome, endpoint, tokens)
    started_at = datetime.fromtimestamp(finished.started_at, UTC)
    return (
        request_id,
        started_at.strftime("%Y-%m-%d %H:%M:%S.%f"),  # Django's text form of a UTC time in SQLite
        key_id,
        key_name,
        app,
        dialect,
        endpoint,
        model,
        outcome.model_sent[:200],
        outcome.model_answered[:200],
        outcome.channel_id,
        outcome.channel,
        outcome.attempts,
        outcome.route.text() if outcome.route else "",
        outcome.status,
        outcome.error[:500],
        stream,
        outcome.first_token_ms,
        finished.duration_ms,
        outcome.overhead_ms,
        *token_columns(tokens),
        outcome.cost_nano,
        None,
        None,
        None,
        False,
        "",
    )


def tokens_of(finished: Finished) -> Usage | None:
    """Tokens as counted by the provider, else estimated, else unknown."""
    tokens = finished.outcome.tokens
    if tokens is None and finished.body is not None:
        tokens = estimate(finished.body, finished.outcome.events)
    return tokens


def cost_of(outcome: Outcome, endpoint: str, tokens: Usage | None) -> int | None:
    """In nano-dollars. A call that nobody answered costs nothing; pictures and sounds are not sold by these tokens."""
    if not outcome.answered or endpoint.endswith(COUNTS):
        return 0
    if tokens is None or endpoint.startswith(NOT_BY_TOKEN):
        return 0 if pricing.is_local(outcome.provider) else None
    return pricing.cost(outcome.provider, (outcome.model_sent, outcome.model_answered), tokens)


def token_columns(tokens: Usage | None) -> Row:
    if tokens is None:
        return None, None, None, None, False
    return tokens.input, tokens.output, tokens.cached, tokens.reasoning, tokens.is_estimated


def spend(finished: Finished, nano: int) -> None:
    """Of its key's and its channel's budgets; an app that spends too quickly is stopped."""
    spending.add(f"key:{finished.call[1]}", nano, finished.started_at)
    spending.add(f"channel:{finished.outcome.channel_id}", nano, finished.started_at)
    guard.spent(finished.call[1], finished.call[3], nano, candidates.current().runaway_nano, time.monotonic())


recorder = Recorder()
