"""Usage records into SQLite, in batches, off the hot path. A call only appends to a deque."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from django.db import DatabaseError, connection

from channels_app import candidates
from gateway.call import Call, Outcome
from gateway.history import restore_spending
from gateway.records import Batch, Finished, PriceIds, call_columns
from gateway.runaway import guard
from gateway.spending import spending

logger = logging.getLogger(__name__)

REST_SECONDS = 0.008  # between two batches, in which the calls beside have the interpreter to themselves
BATCH_ROWS = 64  # one transaction; calls beside it are held up for a millisecond
MANY = 1000  # waiting; more are written without a rest, so many at a time:
MANY_ROWS = 500
RETRY_SECONDS = 1.0
MAX_WAITING = 200_000  # some 100 MB: what is kept while the disk is full or the database locked


class Recorder:
    """Owns the writing thread. `put` never waits; `close` returns when everything is on disk. `observers` are handed
    every batch on that thread, once it is there."""

    def __init__(self) -> None:
        self.observers: list[Callable[[list[Finished]], None]] = []
        self._waiting: deque[Finished] = deque()
        self._in_hand = 0  # of a batch that is being written
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._prices = PriceIds()
        self._is_spending_stale = True
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

    def begin_anew(self) -> None:
        """All records were replaced: what was spent is read again, on the thread that spends."""
        self._is_spending_stale = True
        self._wake.set()

    def close(self, timeout_s: float = 10) -> None:
        """Write what is left and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        self._read_spending()
        while not self._closing.is_set():
            self._wake.wait()
            self._read_spending()
            self._closing.wait(REST_SECONDS)
            self._wake.clear()
            self._drain()
        self._drain()
        connection.close()

    def _read_spending(self) -> None:
        if self._is_spending_stale:
            self._is_spending_stale = False
            restore_spending(spending)

    def _drain(self) -> None:
        """Write everything that waits; on a failing database keep it and try again later."""
        while self._waiting:
            batch = self._next_batch()
            try:
                self._store(batch)
            except DatabaseError as problem:
                self._keep(batch)
                logger.error("Usage records could not be written (%s); %d wait.", problem, len(self._waiting))
                if self._closing.wait(RETRY_SECONDS):
                    return
                self._wake.set()
            except Exception:
                self._write_singly(batch)
            else:
                self._show(batch)
            self._in_hand = 0
            if self._waiting and len(self._waiting) < MANY:
                self._closing.wait(REST_SECONDS)

    def _next_batch(self) -> list[Finished]:
        waiting = len(self._waiting)
        batch = [self._waiting.popleft() for _ in range(min(MANY_ROWS if waiting > MANY else BATCH_ROWS, waiting))]
        self._in_hand = len(batch)
        return batch

    def _store(self, batch: list[Finished]) -> None:
        """Write the records; what is on disk counts towards the budgets."""
        Batch(batch, self._prices).write()
        for finished in batch:
            if finished.outcome.cost_nano:
                spend(finished, finished.outcome.cost_nano)

    def _write_singly(self, batch: list[Finished]) -> None:
        """One record that can't be stored must not cost the others, nor end the thread."""
        for finished in batch:
            try:
                self._store([finished])
            except Exception:
                self.lost += 1
                logger.exception("The usage record of call %s could not be written.", finished.call[0])
            else:
                self._show([finished])

    def _show(self, batch: list[Finished]) -> None:
        """Whatever is wrong with an observer, the records are safe."""
        for observe in self.observers:
            try:
                observe(batch)
            except Exception:
                logger.exception("%d finished calls could not be told of.", len(batch))

    def _keep(self, batch: list[Finished]) -> None:
        self._in_hand = 0
        self._waiting.extendleft(reversed(batch))
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()
            self.lost += 1


def spend(finished: Finished, nano: int) -> None:
    """Of its key's and its channel's budgets; an app that spends too quickly is stopped."""
    spending.add(f"key:{finished.call[1]}", nano, finished.started_at)
    spending.add(f"channel:{finished.outcome.channel_id}", nano, finished.started_at)
    table = candidates.current()
    guard.spent(finished.call[1], finished.call[3], nano, table.runaway_nano, time.monotonic(), table.currency)


recorder = Recorder()
