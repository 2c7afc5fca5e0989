"""How each channel's keys fare, in memory: what failed, how long to leave it alone, how quick it was.

One failure locks nobody out: only what the provider says itself (a refused key, an empty account, a waiting time), or
several failures in a row. After a pause one call may try again; the next success forgets everything.
"""

import math
import random
from collections.abc import Callable
from enum import Enum

import msgspec

from gateway.events import hub

FAILURES_TO_OPEN = 3  # in a row, each within WINDOW_SECONDS of the one before
WINDOW_SECONDS = 60.0
FIRST_PAUSE_SECONDS = 10.0  # doubled with every further failure
LONGEST_PAUSE_SECONDS = 300.0
NO_CREDIT_SECONDS = 900.0  # an empty account is not filled in a minute
RATE_LIMIT_SECONDS = 5.0  # where the provider does not say how long
LONG_PAUSE_SECONDS = 30.0  # still to go: worth a look whether the key is back before
PROBE_SECONDS = 30.0  # a try after a pause that has not ended by then is forgotten
LATENCY_COUNTS_SECONDS = 600.0  # one that is older may have changed
SMOOTHING = 0.2  # how much the newest latency counts

KeyId = tuple[int, int | None]  # of the channel, and of its key (None: it needs none)


class Fault(Enum):
    """What a failure says about a key."""

    KEY_REFUSED = "key refused"
    NO_CREDIT = "no credit"
    RATE_LIMITED = "rate limited"
    TROUBLE = "failing"
    NOT_ITS_FAULT = ""  # the request's, or the model's


class Pause(msgspec.Struct, frozen=True):
    """Why a key had better be left alone. `seconds` to go; None: until it is tested, or another one is entered."""

    reason: str
    seconds: float | None

    def __str__(self) -> str:
        return self.reason if self.seconds is None else f"{self.reason}, {self.seconds:.0f} s to go"


class Condition(msgspec.Struct):
    """What speaks against one key; times are `time.monotonic()`."""

    failures: int = 0
    failed_at: float = -math.inf
    until: float = 0.0
    reason: str = ""
    is_refused: bool = False
    probed_at: float = 0.0


class Report(msgspec.Struct, frozen=True):
    """A key's condition for its owner: `failures` in a row, `latency_s` to the first byte, smoothed, 0 if unknown."""

    pause: Pause | None
    failures: int
    latency_s: float


UNSPOTTED = Condition()
SPOTLESS = Report(None, 0, 0.0)


def state(key: KeyId, report: Report) -> dict[str, object]:
    """As live events tell of it: `id` of the channel, `key`, its number (None: the channel needs none); `paused`: why,
    empty if it is not; `seconds` to go, None: until a test goes well."""
    pause = report.pause
    seconds = None if pause is None or pause.seconds is None else round(pause.seconds, 1)
    reason = pause.reason if pause else ""
    return {"id": key[0], "key": key[1], "paused": reason, "seconds": seconds, "failures": report.failures}


def tell(key: KeyId, report: Report) -> None:
    hub.tell("channel.state", state(key, report))


class Health:
    """Which keys have failed of late, and how quick the others were. `jitter` spreads the ends of pauses."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        self._conditions: dict[KeyId, Condition] = {}  # of those in trouble: mostly nobody
        self._latencies: dict[KeyId, tuple[float, float]] = {}  # seconds, and when they were last measured
        self._jitter = jitter

    def pause(self, key: KeyId, now: float) -> Pause | None:
        """Why not to use a key now; None if nothing speaks against it."""
        condition = self._conditions.get(key)
        if condition is None or not (condition.is_refused or condition.until):
            return None
        if condition.is_refused:
            return Pause(condition.reason, None)
        if condition.until > now:
            return Pause(condition.reason, condition.until - now)
        if condition.probed_at + PROBE_SECONDS > now:
            return Pause("being tried again", condition.probed_at + PROBE_SECONDS - now)
        return None

    def begin(self, key: KeyId, now: float) -> None:
        """A call uses the key; the first one after a pause is the probe that the others wait for."""
        if not self._conditions:
            return
        condition = self._conditions.get(key)
        if condition and condition.until and condition.until <= now:
            condition.probed_at = now

    def answered(self, key: KeyId, seconds: float, now: float) -> None:
        """It answered, its first byte after `seconds`: nothing speaks against it any more."""
        if self._conditions:
            self.forgive(key)
        before = self._latencies.get(key)
        latency = seconds if before is None else before[0] + SMOOTHING * (seconds - before[0])
        self._latencies[key] = latency, now

    def latency(self, key: KeyId, now: float) -> float:
        """Seconds to the first byte, smoothed; 0 if nobody has measured it for a while."""
        seconds, measured_at = self._latencies.get(key, (0.0, 0.0))
        return seconds if measured_at + LATENCY_COUNTS_SECONDS > now else 0.0

    def let_go(self, key: KeyId) -> None:
        """A call ended without a verdict: its client left, or it was the request's own fault."""
        if condition := self._conditions.get(key):
            condition.probed_at = 0.0

    def failed(
        self,
        key: KeyId,
        fault: Fault,
        now: float,
        retry_after: float | None = None,
        to_open: float = FAILURES_TO_OPEN,
    ) -> None:
        """It failed; `retry_after` seconds is what the provider asked for; `to_open` failures in a row pause it."""
        if fault is Fault.NOT_ITS_FAULT:
            self.let_go(key)
            return
        condition = self._conditions.setdefault(key, Condition())
        in_a_row = now - max(condition.failed_at, condition.until) <= WINDOW_SECONDS
        condition.failures = condition.failures + 1 if in_a_row else 1
        condition.failed_at, condition.probed_at, condition.reason = now, 0.0, fault.value
        condition.is_refused = fault is Fault.KEY_REFUSED
        if seconds := self._seconds(condition, fault, retry_after, to_open):
            condition.until = now + seconds
        if hub.watchers:
            tell(key, self.report(key, now))

    def _seconds(self, condition: Condition, fault: Fault, retry_after: float | None, to_open: float) -> float:
        """How long to leave it alone; 0: not at all."""
        if fault is Fault.NO_CREDIT:
            return max(NO_CREDIT_SECONDS, retry_after or 0)
        if fault is Fault.RATE_LIMITED:
            return retry_after if retry_after is not None else RATE_LIMIT_SECONDS
        if fault is Fault.KEY_REFUSED or condition.failures < to_open:
            return retry_after or 0.0
        doubled = FIRST_PAUSE_SECONDS * float(2 ** min(condition.failures - to_open, 10))
        return max(retry_after or 0.0, min(LONGEST_PAUSE_SECONDS, doubled) * (1 + 0.2 * self._jitter()))

    def in_trouble(self, now: float) -> dict[KeyId, Fault]:
        """The keys that are refused, or will be left alone for a while yet, and why."""
        troubled = list(self._conditions.items())  # at once, for other threads note failures meanwhile
        return {
            key: Fault(condition.reason)
            for key, condition in troubled
            if condition.is_refused or condition.until - now >= LONG_PAUSE_SECONDS
        }

    def paused(self, now: float) -> dict[KeyId, Report]:
        """The keys that had better be left alone now."""
        reports = {key: self.report(key, now) for key in list(self._conditions)}
        return {key: report for key, report in reports.items() if report.pause}

    def report(self, key: KeyId, now: float) -> Report:
        failures = self._conditions.get(key, UNSPOTTED).failures
        return Report(self.pause(key, now), failures, self._latencies.get(key, (0.0, 0.0))[0])

    def begin_anew(self) -> None:
        """The ids of channels and keys stand for others now."""
        self._conditions, self._latencies = {}, {}

    def forgive(self, key: KeyId) -> None:
        """The owner has seen to it, or a test went well."""
        if self._conditions.pop(key, None) and hub.watchers:
            tell(key, SPOTLESS)


health = Health()
