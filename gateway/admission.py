"""The owner's limits, of client keys and of channels, applied to calls."""

import math
import time

from channels_app.table import Quota
from gateway.call import Call, Outcome
from gateway.errors import LimitReached
from gateway.limits import limits


def enter_with_key(call: Call, outcome: Outcome) -> None:
    """The call counts against its key's limits from here on. Raises LimitReached."""
    if wait := enter(f"key:{call.key.id}", call.key.quota, outcome):
        raise refusal(f"The key '{call.key.name}'", wait)


def enter(owner: str, quota: Quota, outcome: Outcome) -> float:
    """0 if the call may go on, else the seconds until it may."""
    if quota.is_unlimited:
        return 0.0
    wait = limits.admit(owner, quota, time.monotonic())
    if wait is not None:
        return max(wait, 0.001)
    outcome.admitted.append(owner)
    return 0.0


def leave(owner: str, outcome: Outcome) -> None:
    """The call goes on without this one, which cost nothing."""
    if owner in outcome.admitted:
        outcome.admitted.remove(owner)
        limits.leave(owner, 0, time.monotonic())


def leave_all(outcome: Outcome) -> None:
    """The call has ended."""
    spent = outcome.tokens.input + outcome.tokens.output if outcome.tokens else 0
    for owner in outcome.admitted:
        limits.leave(owner, spent, time.monotonic())
    outcome.admitted.clear()


def refusal(who: str, wait: float) -> LimitReached:
    text = f"Novapi: {who} has reached a limit that you set. Try again in {math.ceil(wait)} s, or raise the limit."
    return LimitReached(text, headers={"retry-after": str(math.ceil(wait))})
