"""An app that has run away is stopped until its owner has had a look: the same failing call over and over, or money
that goes too quickly.

It is the app that is stopped, not the key: others that use the same key go on. In memory: a restart resumes everybody.
"""

import logging
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from gateway.call import Call, Outcome
from gateway.events import hub

logger = logging.getLogger(__name__)

WINDOW_SECONDS = 60.0
MOST_GROUPS, MOST_MARKS = 500, 200  # what is remembered of failing calls; the oldest are forgotten
MARKED_BYTES = 64 * 1024  # of a body, by which it is told from others
# What differs between calls that are the same all the same: numbers, times, hexadecimal ids, blanks.
VOLATILE = b"0123456789abcdefABCDEF-_ \t\r\n"
NOT_COUNTED = frozenset({429, 499})  # an app that is told to wait, or has left
OWN_FAULT, OTHERS_FAULT = 5, 1  # what a failure counts: trying again can't mend a bad request, but an outage may end

AppId = tuple[int, str]  # of the client key, and of the app
Group = tuple[int, str, str, str]  # key, app, endpoint, model


@dataclass(slots=True)
class Tally:
    """What one app did within the last minute: when, and how much it counts."""

    entries: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0

    def add(self, amount: int, now: float) -> int:
        """The sum with this one."""
        self.entries.append((now, amount))
        self.total += amount
        while self.entries[0][0] + WINDOW_SECONDS <= now:
            self.total -= self.entries.popleft()[1]
        return self.total


class Guard:
    """`stopped`: the apps that are, with the reason; `failing`: what has failed of late. Times are the caller's, in
    seconds, and never go back.

    Failures are counted on the serving loop, money by the recorder's thread; they share `stopped` only.
    """

    def __init__(self) -> None:
        self.stopped: dict[AppId, str] = {}
        self.failing: OrderedDict[Group, OrderedDict[int, Tally]] = OrderedDict()
        self._money: dict[AppId, Tally] = {}

    def ended(self, call: Call, outcome: Outcome, most: float, now: float) -> None:
        """A call has ended; with more than `most` like it that failed, its app is stopped."""
        status = outcome.status
        if status < 400:
            if self.failing:
                self.failing.pop(group_of(call), None)
            return
        app = (call.key.id, call.app)
        if status in NOT_COUNTED or app in self.stopped:
            return
        count = self._tally(group_of(call), mark_of(call, outcome)).add(weight_of(status), now)
        if count > most * OWN_FAULT:
            self._stop(
                app, f"like calls failed again and again within a minute, the last with {status}: {outcome.error}"
            )

    def spent(self, key_id: int, app: str, nano: int, most: float, now: float) -> None:
        """An app's call has cost `nano`; with more than `most` within a minute it is stopped."""
        if (key_id, app) in self.stopped:
            return
        tally = self._money.setdefault((key_id, app), Tally())
        if len(self._money) > MOST_GROUPS:
            self._money.pop(next(iter(self._money)))
        if tally.add(nano, now) > most:
            self._stop((key_id, app), f"it spent ${tally.total / 1e9:,.2f} within a minute")

    def stopped_apps(self, key_id: int) -> dict[str, str]:
        """Of one key: app → reason."""
        return {app: reason for (owner, app), reason in list(self.stopped.items()) if owner == key_id}

    def resume(self, key_id: int) -> None:
        """The key's owner has had a look: all of its apps may go on, and begin anew."""
        for app in self.stopped_apps(key_id):
            self._money.pop((key_id, app), None)
            self.stopped.pop((key_id, app), None)
            if hub.watchers:
                hub.tell("key.resumed", {"id": key_id, "app": app})

    def _tally(self, group: Group, mark: int) -> Tally:
        marks = self.failing.setdefault(group, OrderedDict())
        self.failing.move_to_end(group)
        if len(self.failing) > MOST_GROUPS:
            self.failing.popitem(last=False)
        tally = marks.setdefault(mark, Tally())
        marks.move_to_end(mark)
        if len(marks) > MOST_MARKS:
            marks.popitem(last=False)
        return tally

    def _stop(self, app: AppId, reason: str) -> None:
        for group in [group for group in list(self.failing) if group[:2] == app]:
            self.failing.pop(group, None)
        self.stopped[app] = reason
        if hub.watchers:
            hub.tell("key.stopped", {"id": app[0], "app": app[1], "reason": reason})
        logger.warning("The app '%s' was stopped: %s. Its key is number %d.", app[1], reason, app[0])


def group_of(call: Call) -> Group:
    return call.key.id, call.app, call.endpoint, call.model


def mark_of(call: Call, outcome: Outcome) -> int:
    """The same for calls that are nearly the same and fail in the same way."""
    said = outcome.error.partition("Request id")[0].encode("utf-8", "replace")
    return hash((outcome.status, likeness(call.body[:MARKED_BYTES]), likeness(said)))


def likeness(text: bytes) -> bytes:
    return text.translate(None, VOLATILE)


def weight_of(status: int) -> int:
    return OWN_FAULT if status < 500 and status != 408 else OTHERS_FAULT


guard = Guard()
