"""What apps sent and saw, and what providers got and gave, kept on a thread of its own.

A call only hands over references. Keys are masked, texts packed and written, and the oldest deleted, here. Calls never
wait for it: while they end faster than they can be kept, it takes a small share of the time, and what it can't keep is
dropped and counted, as is what comes while the database is locked or the disk full for long.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence

from django.db import DatabaseError, connection

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import capture_store
from gateway.call import Call, Outcome
from gateway.capture_making import KnownKeys, Waiting, entry_of
from gateway.capture_store import Entry
from gateway.errors import GatewayError
from gateway.records import as_stored
from gateway.response import ERRORS, error_answer
from gateway.seen import Seen

logger = logging.getLogger(__name__)

BATCH_SECONDS = 0.1
BATCH = 4  # captures in one transaction: less than a millisecond, in which the recorder waits
MANY = 32  # waiting: calls end faster than they are kept, hundreds a second
SHARE = 0.06  # of the time that is taken from such calls
MOST_WAITING_BYTES = 32 * 1024 * 1024
MOST_WAITING = 4000  # calls, a few KB each beside their bodies
TRIES = 3  # each waits for as long as SQLite waits for a lock
RETRY_SECONDS = 1.0
LOOK_SECONDS = 60.0  # between two looks at what is too old or too much
ROOM = 0.98  # what is left of the limit once it was reached, so that not every call has to make room for itself
UNSURE = 0.02  # of the limit: after that much more the bytes are summed up again, for they are reckoned roughly
PAUSE_SECONDS = 0.005  # between two transactions
FREE_PAGES = 2048  # 8 MiB may lie idle
PAGES_AT_ONCE = 128
MIB = 1024 * 1024


class Captures:
    """Owns the thread. `begin` and `put` belong to the serving loop and never wait; `close` returns when everything
    that waits is on disk."""

    def __init__(self) -> None:
        self._waiting: deque[Waiting] = deque()
        self._put_bytes = self._done_bytes = 0  # each has one writer: the loop, and the thread
        self._in_hand = 0
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_open = False
        self._keys = KnownKeys()
        self._summed_bytes = 0
        self.bytes = 0  # that all captures take in the file
        self.lost = 0

    def start(self) -> None:
        self._closing.clear()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="captures", daemon=True)
        self._thread.start()

    def close(self, timeout_s: float = 20) -> None:
        """Write what is left and stop."""
        self._closing.set()
        self._wake.set()
        if self._thread:
            self._thread.join(timeout_s)
        self._is_open = False

    @property
    def waiting(self) -> int:
        """Calls whose bodies are not on disk yet."""
        return len(self._waiting) + self._in_hand

    # For the serving loop

    def begin(self, call: Call, table: RoutingTable) -> Seen | None:
        """Where the bodies of this call are noted; None where its owner wants none of them kept."""
        if table.capture == "off" or call.key.private or not self._is_open:
            return None
        return Seen(call.came or call.body, errors_only=table.capture != "all")

    def put(self, call: Call, outcome: Outcome, answer: bytes | GatewayError | None) -> None:
        """Hand over what was seen of a call that has ended; the outcome, which waits for the recorder, lets go."""
        seen, outcome.seen = outcome.seen, None
        if seen is None or (seen.errors_only and outcome.status < 400 and not outcome.error):
            return
        if answer is not None:
            seen.answer = body_of_error(answer, call.dialect) if isinstance(answer, GatewayError) else answer
        size = seen.bound()
        if len(self._waiting) >= MOST_WAITING or self._put_bytes - self._done_bytes + size > MOST_WAITING_BYTES:
            self.lost += 1
            return
        self._put_bytes += size
        at = time.time() - (time.perf_counter() - call.started)
        form = call.content_type if call.kind == "multipart" else ""
        self._waiting.append(Waiting(call.id, at, call.started, form, seen, size))
        if not self._wake.is_set():
            self._wake.set()

    # The thread

    def _run(self) -> None:
        looked_at = time.monotonic()
        self._look()
        while not self._closing.is_set():
            self._wake.wait(LOOK_SECONDS)
            self._closing.wait(BATCH_SECONDS)
            self._wake.clear()
            self._drain()
            if time.monotonic() - looked_at > LOOK_SECONDS:
                looked_at = time.monotonic()
                self._look()
        self._drain()
        connection.close()

    def _drain(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            self._in_hand = len(batch)
            self._keep(batch)
            self._in_hand = 0
            self._done_bytes += sum(waiting.size for waiting in batch)
            batch.clear()
            if self.bytes > min(most_bytes(), self._summed_bytes + most_bytes() * UNSURE):
                self._make_room()

    def _keep(self, batch: list[Waiting]) -> None:
        """Prepared, then written, with rests between them that are long where calls come fast."""
        began_at, known = time.perf_counter(), self._keys.of(candidates.current())
        entries = [entry for waiting in batch if (entry := self._prepared(waiting, known))]
        self._rest(time.perf_counter() - began_at)
        began_at = time.perf_counter()
        self._write(entries)
        self._rest(time.perf_counter() - began_at)

    def _rest(self, worked: float) -> None:
        """After so many seconds of work."""
        self._closing.wait(worked / SHARE if len(self._waiting) > MANY else PAUSE_SECONDS)

    def _write(self, entries: list[Entry]) -> None:
        """On a database that can't be written to, try again a little later; then they are lost."""
        for attempt in range(TRIES):
            try:
                self.bytes += capture_store.write(entries)
            except DatabaseError as problem:
                if self._closing.wait(RETRY_SECONDS) and attempt:
                    break
                trouble: Exception = problem
            except Exception as problem:
                trouble = problem
                break
            else:
                return
        self.lost += len(entries)
        logger.error("What %d calls sent and got could not be kept (%s).", len(entries), trouble)

    def _prepared(self, waiting: Waiting, known: Sequence[bytes]) -> Entry | None:
        """One that can't be read must not cost the others, nor end the thread."""
        try:
            return entry_of(waiting, known)
        except Exception:
            self.lost += 1
            logger.exception("What call %s sent and got could not be kept.", waiting.call_id)
            return None

    def _look(self) -> None:
        """Let go of what is too old and too much."""
        try:
            days = candidates.current().capture_days
            before = as_stored(time.time() - days * 86_400)
            while not self._closing.is_set() and capture_store.delete_oldest(before):
                time.sleep(PAUSE_SECONDS)
            self._make_room()
            self._give_back()
        except DatabaseError as problem:
            logger.warning("Old captures could not be let go of (%s); tried again in a minute.", problem)

    def _make_room(self) -> None:
        """What goes is reckoned roughly, and looked at exactly now and then."""
        try:
            self.bytes = self._summed_bytes = capture_store.taken()
            while self.bytes > most_bytes() and not self._closing.is_set():
                if not self._let_go_of_oldest():
                    return
                capture_store.tidy(self._closing)
                self.bytes = self._summed_bytes = capture_store.taken()
        except DatabaseError as problem:
            logger.warning("Old captures could not be let go of (%s).", problem)

    def _let_go_of_oldest(self) -> bool:
        """Until there is some room again. False where there is nothing to let go of."""
        has_any = False
        while self.bytes > most_bytes() * ROOM and (freed := capture_store.delete_oldest()):
            self.bytes, has_any = self.bytes - freed, True
            if self._closing.wait(PAUSE_SECONDS):
                break
        return has_any

    def _give_back(self) -> None:
        """Pages that nobody needs, a few at a time."""
        before = free = capture_store.free_pages()
        while free > FREE_PAGES and not self._closing.wait(PAUSE_SECONDS):
            capture_store.give_back(PAGES_AT_ONCE)
            left = capture_store.free_pages()
            if left >= free:
                break
            free = left
        if free < before:
            capture_store.checkpoint()


def most_bytes() -> int:
    return candidates.current().capture_mb * MIB


def body_of_error(error: GatewayError, dialect: str) -> bytes:
    body = error_answer(error, dialect if dialect in ERRORS else "openai-chat").body
    assert isinstance(body, bytes)
    return body


captures = Captures()
