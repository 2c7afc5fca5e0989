"""How a call ends, whoever ends it: once, and for every account it was on."""

import asyncio
import time

from channels_app import candidates
from gateway import admission
from gateway.call import Call, Outcome
from gateway.recorder import recorder
from gateway.runaway import guard
from gateway.visits import CLIENT_LEFT

CLIENT_GONE = 499  # nginx's number for a client that hung up; it never goes over the wire
STOPPED = 503


def settle(call: Call, outcome: Outcome) -> None:
    """The call has ended: it is recorded, and counts against nobody's limits any more."""
    recorder.put(call, outcome)
    admission.leave_all(outcome)
    if outcome.status >= 400 or guard.failing:
        guard.ended(call, outcome, candidates.current().runaway_failures, time.monotonic())


def note_early_end(outcome: Outcome, end: BaseException) -> None:
    """Who ended the call before its answer was whole: its client, or the owner by stopping Novapi."""
    if isinstance(end, asyncio.CancelledError) and CLIENT_LEFT not in end.args:
        outcome.status, outcome.error = STOPPED, "Novapi was stopped."
    else:
        outcome.status, outcome.error = CLIENT_GONE, CLIENT_LEFT
