"""The owner's limits and budgets, of client keys and of channels, applied to calls."""

import math
import time
from typing import NamedTuple

from channels_app import candidates
from channels_app.table import UNLIMITED, ChannelRoute, Quota
from gateway.call import Call, Outcome
from gateway.errors import AppStopped, BudgetSpent, LimitReached
from gateway.limits import limits
from gateway.queues import queues
from gateway.runaway import guard
from gateway.spending import Overspent, spending


def stopped(call: Call, reason: str) -> AppStopped:
    return AppStopped(
        f"Novapi: the app '{call.app}' was stopped: {reason[:300].rstrip('.')}. See what it does, then resume the key "
        f"'{call.key.name}' in the dashboard, or with POST /api/keys/{call.key.id}/resume.",
        headers={"x-should-retry": "false"},
    )


class Refusal(NamedTuple):
    """Why a channel takes no call now, in words for its owner, and the seconds until it does; `overspent`: the budget
    that is used up, if it is one."""

    reason: str
    seconds: float
    overspent: Overspent | None = None


def enter_with_key(call: Call, outcome: Outcome) -> None:
    """The call counts against its key's limits from here on. Raises LimitReached and AppStopped."""
    if guard.stopped and (reason := guard.stopped.get((call.key.id, call.app))):
        raise stopped(call, reason)
    if call.key.quota is UNLIMITED:
        return
    owner = f"key:{call.key.id}"
    if overspent := spending.overspent(owner, call.key.quota):
        raise over_budget(f"The key '{call.key.name}'", overspent)
    if wait := enter(owner, call.key.quota, outcome):
        raise refusal(f"The key '{call.key.name}'", wait)


def enter_channel(channel: ChannelRoute, outcome: Outcome) -> Refusal | None:
    """The same with a channel: None if the call may go on."""
    if channel.quota is UNLIMITED:
        return None
    owner = owner_of(channel)
    if overspent := spending.overspent(owner, channel.quota):
        return Refusal(f"has spent its budget of {told(overspent)}", overspent.seconds, overspent)
    wait = enter(owner, channel.quota, outcome)
    return Refusal(f"at its limit, {wait:.0f} s to go", wait) if wait else None


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
    give_back(outcome)
    owner = owner_of(channel)
    if owner in outcome.admitted:
        outcome.admitted.remove(owner)
        limits.leave(owner, 0, time.monotonic())
        queues.move_up(owner)


def give_back(outcome: Outcome) -> None:
    """The engine, which others may be waiting for."""
    lease, outcome.lease = outcome.lease, None
    if lease:
        lease.release()


def leave_all(outcome: Outcome) -> None:
    """The call has ended."""
    if outcome.lease:
        give_back(outcome)
    if not outcome.admitted:
        return
    spent = outcome.tokens.input + outcome.tokens.output if outcome.tokens else 0
    for owner in outcome.admitted:
        limits.leave(owner, spent, time.monotonic())
        queues.move_up(owner)
    outcome.admitted.clear()


def over_budget(who: str, overspent: Overspent) -> BudgetSpent:
    text = f"Novapi: {who} has spent its budget of {told(overspent)}. Raise the budget, or wait for the next one."
    return BudgetSpent(text, headers={"retry-after": str(math.ceil(overspent.seconds)), "x-should-retry": "false"})


def told(overspent: Overspent) -> str:
    return overspent.told(candidates.current().currency)


def nobody_may(refusals: list[Refusal]) -> LimitReached:
    """Every channel that could have served the call is at a limit of its own."""
    soonest = min(refusals, key=lambda each: each.seconds)
    if soonest.overspent and all(each.overspent for each in refusals):
        return over_budget("Every channel", soonest.overspent)
    return refusal("Every channel", soonest.seconds)


def refusal(who: str, wait: float) -> LimitReached:
    text = f"Novapi: {who} has reached a limit that you set. Try again in {math.ceil(wait)} s, or raise the limit."
    return LimitReached(text, headers={"retry-after": str(math.ceil(wait))})
