"""An app that has run away is stopped until its owner has had a look: the same failing call over and over, or money
that goes too quickly.

It is the app that is stopped, not the key: others that use the same key go on. In memory: a restart resumes everybody.
"""

import logging
import math
import re
import threading
from collections import OrderedDict, deque

import msgspec

from channels_app.table import DOLLARS, Currency
from gateway.call import Call, Outcome
from gateway.events import hub
from gateway.visits import CLIENT_LEFT, STOPPED_BY_NOVAPI

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
MOST_GROUPS, MOST_MARKS = 100, 100  # what is remembered of failing calls; the oldest are forgotten
READ_BYTES = 4 * 1024  # of a body, to have enough left without what is volatile
MARKED_BYTES = 2 * 1024  # what a call is told by: where it begins, for a conversation grows at its end
# What differs between calls that are the same all the same: blanks, and words with a digit in them, such as numbers,
# times and ids. A word may follow JSON's \n; its spelling of other scripts, \u4e2d, is none. Each is looked at once.
BLANKS = b" \t\r\n"
VOLATILE = re.compile(
    rb"(?:(?<![\w.\\-])|(?<=\\[nrt])|(?<=\\u[0-9a-fA-F]{4}))[A-Za-z_.-]*+\d[\w.-]*",
)
NOT_COUNTED = frozenset({429, 499})  # an app that is told to wait, or has left
ENDED_BY_OTHERS = frozenset({CLIENT_LEFT, STOPPED_BY_NOVAPI})
OWN_FAULT, OTHERS_FAULT = 5, 1  # what a failure counts: trying again can't mend a bad request, but an outage may end

AppId = tuple[int, str]  # of the client key, and of the app
Group = tuple[int, str, str, str]  # key, app, endpoint, model


class Tally(msgspec.Struct):
    """What one app did within the last minute: when, and how much it counts; one entry per second of the clock, at its
    last time."""

    entries: deque[tuple[float, int]] = msgspec.field(default_factory=deque)
    total: int = 0

    def add(self, amount: int, now: float) -> int:
        """The sum with this one."""
        self.total += amount
        if self.entries and self.entries[-1][0] // 1 == now // 1:
            amount += self.entries.pop()[1]
        self.entries.append((now, amount))
        while self.entries[0][0] + WINDOW_SECONDS <= now:
            self.total -= self.entries.popleft()[1]
        return self.total

    def is_over(self, now: float) -> bool:
        return not self.entries or self.entries[-1][0] + WINDOW_SECONDS <= now


class Guard:
    """`stopped`: the apps that are, with the reason; `failing`: what has failed of late. Times are the caller's, in
    seconds, and never go back.

    Failures are counted on the serving loop, money on the recorder's thread, and the owner resumes on a third; calls
    ask `stopped` and `failing` without the lock.
    """

    def __init__(self) -> None:
        self.stopped: dict[AppId, str] = {}
        self.failing: OrderedDict[Group, OrderedDict[int, Tally]] = OrderedDict()
        self._money: dict[AppId, Tally] = {}
        self._lock = threading.Lock()  # held for microseconds, never while something is told or logged

    def ended(self, call: Call, outcome: Outcome, most: float, now: float) -> None:
        """A call has ended; with more than `most` like it that failed, its app is stopped. Good calls need not be told
        of while nothing is `failing`."""
        if outcome.status < 400 and not outcome.error:
            self._went_well(group_of(call), now)
        elif is_counted(outcome) and most < math.inf:
            self._failed(call, outcome, most, now)

    def spent(self, key_id: int, app: str, nano: int, most: float, now: float, currency: Currency = DOLLARS) -> None:
        """An app's call has cost `nano`; with more than `most` within a minute it is stopped."""
        spender, reason = (key_id, app), ""
        with self._lock:
            if spender in self.stopped or most == math.inf:
                return
            tally = self._money.setdefault(spender, Tally())
            if len(self._money) > MOST_GROUPS:
                self._money.pop(next(iter(self._money)))
            if tally.add(nano, now) > most:
                reason = self._stop(spender, f"it spent {currency.told(tally.total)} within a minute")
        if reason:
            tell_stopped(spender, reason)

    def stopped_apps(self, key_id: int) -> dict[str, str]:
        """Of one key: app → reason."""
        return {app: reason for (owner, app), reason in list(self.stopped.items()) if owner == key_id}

    def resume(self, key_id: int) -> None:
        """The key's owner has had a look, or has deleted it: all of its apps may go on, and begin anew."""
        with self._lock:
            resumed = [app for owner, app in self.stopped if owner == key_id]
            for app in resumed:
                self._money.pop((key_id, app), None)
                del self.stopped[key_id, app]
        for app in resumed if hub.watchers else ():
            hub.tell("key.resumed", {"id": key_id, "app": app})

    def _went_well(self, group: Group, now: float) -> None:
        with self._lock:
            self._forget_old(now)
            self.failing.pop(group, None)

    def _failed(self, call: Call, outcome: Outcome, most: float, now: float) -> None:
        app, mark, reason = (call.key.id, call.app), mark_of(call, outcome), ""
        with self._lock:
            if app in self.stopped:
                return  # it was under way by then
            self._forget_old(now)
            count = self._tally(group_of(call), mark, now).add(weight_of(outcome.status), now)
            if count > most * OWN_FAULT:
                last = f"the last with {outcome.status}: {outcome.error}"
                reason = self._stop(app, f"like calls failed again and again within a minute, {last}")
        if reason:
            tell_stopped(app, reason)

    def _tally(self, group: Group, mark: int, now: float) -> Tally:
        marks = self.failing.setdefault(group, OrderedDict())
        self.failing.move_to_end(group)
        if len(self.failing) > MOST_GROUPS:
            self.failing.popitem(last=False)
        while marks and next(iter(marks.values())).is_over(now):
            marks.popitem(last=False)
        tally = marks.setdefault(mark, Tally())
        marks.move_to_end(mark)
        if len(marks) > MOST_MARKS:
            marks.popitem(last=False)
        return tally

    def _forget_old(self, now: float) -> None:
        """What failed last a minute ago: else one failure would have all good calls looked at ever after."""
        while self.failing:
            group, marks = next(iter(self.failing.items()))
            if not next(reversed(marks.values())).is_over(now):
                return
            del self.failing[group]

    def _stop(self, app: AppId, reason: str) -> str:
        for group in [group for group in self.failing if group[:2] == app]:
            del self.failing[group]
        self.stopped[app] = reason
        return reason


def tell_stopped(app: AppId, reason: str) -> None:
    if hub.watchers:
        hub.tell("key.stopped", {"id": app[0], "app": app[1], "reason": reason})
    readable = reason.encode("utf-8", "replace").decode()  # half a surrogate in a provider's error
    logger.warning("The app '%s' was stopped: %s. Its key is number %d.", app[1], readable, app[0])


def is_counted(outcome: Outcome) -> bool:
    """Whether a failure is the app's or its provider's, a stream that broke off among them."""
    return outcome.status not in NOT_COUNTED and outcome.error not in ENDED_BY_OTHERS


def group_of(call: Call) -> Group:
    return call.key.id, call.app, call.endpoint, call.model


def mark_of(call: Call, outcome: Outcome) -> int:
    """The same for calls that are nearly the same and fail in the same way."""
    said = outcome.error.partition("Request id")[0].encode("utf-8", "replace")
    return hash((outcome.status, likeness(call.body[:READ_BYTES]), likeness(said)))


def likeness(text: bytes) -> bytes:
    return VOLATILE.sub(b"", text).translate(None, BLANKS)[:MARKED_BYTES]


def weight_of(status: int) -> int:
    return OWN_FAULT if 400 <= status < 500 and status != 408 else OTHERS_FAULT


guard = Guard()
