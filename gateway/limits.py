"""What a client key and a channel may use: calls per minute, tokens per minute, calls at once.

In the memory of this process; `gateway.history` brings back the last minute at the start. The clock is the caller's,
in seconds, and never goes back.
"""

import math
from collections import OrderedDict, deque

from channels_app.table import Quota

WINDOW_SECONDS = 60.0
IDLE_SECONDS = 120.0  # longer than the window: whoever is dropped has nothing left that counts
CALL_ENDS_SECONDS = 1.0  # nobody knows when a running call will end


class Meter:
    """What one owner has used within the last minute, and how many calls are running."""

    __slots__ = ("in_flight", "requests", "spent", "tokens", "used_at")

    def __init__(self, now: float) -> None:
        self.requests: deque[float] = deque()  # when each call was admitted
        self.tokens: deque[tuple[float, int]] = deque()  # one entry per second of the clock, at its last spending
        self.spent = 0  # the sum of `tokens`
        self.in_flight = 0
        self.used_at = now

    def expire(self, now: float) -> None:
        """Let go of what the window has passed."""
        while self.requests and self.requests[0] + WINDOW_SECONDS <= now:
            self.requests.popleft()
        while self.tokens and self.tokens[0][0] + WINDOW_SECONDS <= now:
            self.spent -= self.tokens.popleft()[1]

    def wait(self, quota: Quota, now: float) -> float:
        """Seconds until `quota` has room for one more call, 0 if it has now."""
        requests, tokens, calls = quota.requests_per_minute, quota.tokens_per_minute, quota.concurrent_calls
        wait = 0.0
        if calls is not None and self.in_flight >= calls:
            wait = CALL_ENDS_SECONDS
        if requests is not None and len(self.requests) >= requests:
            wait = max(wait, self._wait_for_request(requests, now))
        if tokens is not None and self.spent >= tokens:
            wait = max(wait, self._wait_for_tokens(tokens, now))
        return wait

    def spend(self, tokens: int, now: float) -> None:
        """Seconds are put together at their last spending: a window may seem fuller than it is, never emptier."""
        if tokens <= 0:
            return
        self.spent += tokens
        if self.tokens and self.tokens[-1][0] // 1 == now // 1:
            tokens += self.tokens.pop()[1]
        self.tokens.append((now, tokens))

    def _wait_for_request(self, limit: int, now: float) -> float:
        """More than `limit` are in the window when the limit was lowered: then not the oldest one is waited for."""
        if limit <= 0:
            return WINDOW_SECONDS  # never, but a client is told a number
        return seconds_until(self.requests[-limit] + WINDOW_SECONDS, now)

    def _wait_for_tokens(self, limit: int, now: float) -> float:
        left = self.spent
        for at, amount in self.tokens:
            left -= amount
            if left < limit:
                return seconds_until(at + WINDOW_SECONDS, now)
        return WINDOW_SECONDS  # a limit of nothing: never


class Limits:
    """The meters of all owners, "key:12" or "channel:3", the one that was used longest ago first."""

    def __init__(self) -> None:
        self._meters: OrderedDict[str, Meter] = OrderedDict()

    def admit(self, owner: str, quota: Quota, now: float) -> float | None:
        """None: the call may go on and is counted, `leave` must follow. Else the seconds to wait; nothing is counted.

        What a call will cost is not known before its end, so one is admitted while any tokens are left. Calls without
        a limit are counted as running as well: there may be a limit by the time they end.
        """
        meter = self._used(owner, now)
        meter.expire(now)
        wait = meter.wait(quota, now)
        if wait:
            return wait
        meter.in_flight += 1
        if quota.requests_per_minute is not None:
            meter.requests.append(now)
        return None

    def note(self, owner: str, tokens: int, at: float) -> None:
        """A call of before the start, at a time within the window; calls come in order."""
        meter = self._used(owner, at)
        meter.requests.append(at)
        meter.spend(tokens, at)

    def leave(self, owner: str, tokens: int, now: float) -> None:
        """A call has ended; its tokens, in and out, count from now on."""
        meter = self._used(owner, now)
        meter.expire(now)
        meter.spend(tokens, now)
        meter.in_flight = max(0, meter.in_flight - 1)

    def is_busy(self, owner: str, quota: Quota) -> bool:
        """Whether it is the calls at once that there is no room for."""
        return quota.concurrent_calls is not None and self.in_flight(owner) >= quota.concurrent_calls

    def in_flight(self, owner: str) -> int:
        meter = self._meters.get(owner)
        return meter.in_flight if meter else 0

    def _used(self, owner: str, now: float) -> Meter:
        """The owner's meter, a new one at the first call."""
        meter = self._meters.get(owner)
        if meter is None:
            meter = self._meters[owner] = Meter(now)
        meter.used_at = now
        self._meters.move_to_end(owner)
        self._drop_idle(now)
        return meter

    def _drop_idle(self, now: float) -> None:
        """Looks only at meters that are due, each once in IDLE_SECONDS. One with a running call is in use."""
        oldest = next(iter(self._meters))
        while self._meters[oldest].used_at + IDLE_SECONDS <= now:
            if self._meters[oldest].in_flight:
                self._meters[oldest].used_at = now
                self._meters.move_to_end(oldest)
            else:
                del self._meters[oldest]
            oldest = next(iter(self._meters))


def seconds_until(due: float, now: float) -> float:
    """So that `now` plus the answer is not before `due`, as rounding would have it at times."""
    wait = due - now
    return wait if now + wait >= due else math.nextafter(wait, math.inf)


limits = Limits()
