"""How a call ends, whoever ends it: once, and for every account it was on."""

import asyncio
import time

from channels_app import candidates
from gateway import admission
from gateway.call import Call, Outcome
from gateway.captures import captures
from gateway.errors import CallStopped, GatewayError
from gateway.flights import flights
from gateway.headers import own_headers
from gateway.recorder import recorder
from gateway.runaway import guard
from gateway.visits import CLIENT_LEFT, STOPPED_BY_NOVAPI, STOPPED_BY_OWNER

CLIENT_GONE = 499  # nginx's number for a client that hung up; it never goes over the wire
STOPPED = 503


def settle(call: Call, outcome: Outcome, answer: bytes | GatewayError | None = None) -> None:
    """The call has ended, with this answer where it was no stream: it is recorded, and counts against nobody's limits
    any more."""
    captures.put(call, outcome, answer)
    recorder.put(call, outcome)
    admission.leave_all(outcome)
    flights.leave(call, outcome)
    if (outcome.error or outcome.status >= 400 or guard.failing) and not outcome.is_stopped:
        guard.ended(call, outcome, candidates.current().runaway_failures, time.monotonic())


def note_early_end(outcome: Outcome, end: BaseException) -> None:
    """Who ended the call before its answer was whole: its client, or the owner by stopping it, or Novapi."""
    if outcome.is_stopped:
        outcome.status, outcome.error = STOPPED, STOPPED_BY_OWNER
    elif isinstance(end, asyncio.CancelledError) and CLIENT_LEFT not in end.args:
        outcome.status, outcome.error = STOPPED, STOPPED_BY_NOVAPI
    else:
        outcome.status, outcome.error = CLIENT_GONE, CLIENT_LEFT


def stopped_by_owner(call: Call, outcome: Outcome) -> CallStopped:
    """What the client of a stopped call is told, while it has seen nothing of an answer."""
    text = "Novapi: it was stopped by its owner before it was answered. Send it again if it is still wanted."
    headers = {name.decode(): value.decode() for name, value in own_headers(call, outcome)}
    return CallStopped(text, headers=headers | {"x-should-retry": "false"})


def farewell(outcome: Outcome) -> str:
    """The same for one whose stream has begun."""
    return f"Novapi: it was stopped {'by its owner ' if outcome.is_stopped else ''}in the middle of this answer."
