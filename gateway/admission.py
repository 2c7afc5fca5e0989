"""The owner's limits, of client keys and of channels, applied to calls."""

import math
import time

from channels_app.table import UNLIMITED, ChannelRoute, Quota
from gateway.call import Call, Outcome
from gateway.errors import LimitReached
from gateway.limits import limits
from gateway.queues import queues


def enter_with_key(call: Call, outcome: Outcome) -> None:
    """The call counts against its key's limits from here on. Raises LimitReached."""
    if call.key.quota is UNLIMITED:
        return
    if wait := enter(f"key:{call.key.id}", call.key.quota, outcome):
        raise refusal(f"The key '{call.key.name}'", wait)


def enter_channel(channel: ChannelRoute, outcome: Outcome) -> float:
    """The same with a channel: 0 if the call may go on, else the seconds until it may."""
    if channel.quota is UNLIMITED:
        return 0.0
    return enter(owner_of(channel), channel.quota, outcome)


def enter(owner: str, quota: Quota, outcome: Outcome) -> float:
    wait = limits.admit(owner, quota, time.monotonic())
    if wait is not None:
        return max(wait, 0.001)
    outcome.admitted.append(owner)
    return 0.0


async def wait_for_channel(channel: ChannelRoute, outcome: Outcome, seconds: float) -> bool:
    """Wait in line for one of the calls at once that the channel is allowed. False where `seconds` were not enough,
    or too many wait, or calls at once are not what it has reached."""
    owner, quota = owner_of(channel), channel.quota
    if not limits.is_busy(owner, quota):
        return False
    return await queues.wait(
        owner,
        enter=lambda: not enter(owner, quota, outcome),
        leave=lambda: leave_channel(channel, outcome),
        seconds=seconds,
    )


def owner_of(channel: ChannelRoute) -> str:
    return f"channel:{channel.id}"


def leave_channel(channel: ChannelRoute, outcome: Outcome) -> None:
    """The call goes on without this one, which cost nothing."""
    owner = owner_of(channel)
    if owner in outcome.admitted:
        outcome.admitted.remove(owner)
        limits.leave(owner, 0, time.monotonic())
        queues.move_up(owner)


def leave_all(outcome: Outcome) -> None:
    """The call has ended."""
    if not outcome.admitted:
        return
    spent = outcome.tokens.input + outcome.tokens.output if outcome.tokens else 0
    for owner in outcome.admitted:
        limits.leave(owner, spent, time.monotonic())
        queues.move_up(owner)
    outcome.admitted.clear()


def refusal(who: str, wait: float) -> LimitReached:
    text = f"Novapi: {who} has reached a limit that you set. Try again in {math.ceil(wait)} s, or raise the limit."
    return LimitReached(text, headers={"retry-after": str(math.ceil(wait))})
