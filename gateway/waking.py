"""Calls for engines that Novapi starts: the engine is up, and the call's, before it is asked."""

import time
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from channels_app.local.engine import EngineDown
from channels_app.local.manager import Lease, engines
from channels_app.local.recipe import Recipe
from channels_app.table import ChannelRoute
from gateway.call import Outcome
from gateway.offers import Attempt
from gateway.upstream import ChannelFailure

MOST_SAID = 300  # characters of what the engine printed last


async def woken(attempt: Attempt, outcome: Outcome) -> Attempt:
    """The attempt at the engine where it listens now, once it is ready; it is this call's until `outcome` gives it
    back. Raises ChannelFailure."""
    channel, began_at = attempt.candidate.channel, time.perf_counter()
    assert channel.recipe
    try:
        outcome.lease = lease = await leased(channel, channel.recipe)
    finally:
        outcome.upstream_s += time.perf_counter() - began_at  # the engine's time, not ours
    return at_port(attempt, lease.port)


async def leased(channel: ChannelRoute, recipe: Recipe) -> Lease:
    """The right to the channel's engine, which runs then. Raises ChannelFailure."""
    try:
        return await engines.lease(channel.id, channel.name, recipe)
    except EngineDown as down:
        raise ChannelFailure(told(down), 503, retry_after=down.retry_s, engine_down=True, code="engine") from down


def free_first(attempts: Sequence[Attempt], passed_over: list[tuple[Attempt, str]]) -> Sequence[Attempt]:
    """Those last whose engine would have to wait for another one of its group: somebody else may answer now."""
    taken = [attempt for attempt in attempts if is_taken(attempt.candidate.channel)]
    if not taken or len(taken) == len(attempts):
        return attempts
    passed_over += [(attempt, "another engine of its group is busy") for attempt in taken]
    return [*(attempt for attempt in attempts if attempt not in taken), *taken]


def is_taken(channel: ChannelRoute) -> bool:
    return channel.recipe is not None and engines.is_taken(channel.id, channel.name, channel.recipe)


async def started(channel: ChannelRoute) -> ChannelRoute:
    """The channel where its engine listens, started if need be; one without such an engine as it is. Nothing holds the
    engine afterwards: who asks it next does so itself. Raises ChannelFailure."""
    if channel.recipe is None:
        return channel
    lease = await leased(channel, channel.recipe)
    lease.release()
    return channel.at_port(lease.port)


@lru_cache(maxsize=1000)
def at_port(attempt: Attempt, port: int) -> Attempt:
    candidate = attempt.candidate
    return replace(attempt, candidate=replace(candidate, channel=candidate.channel.at_port(port)))


def told(down: EngineDown) -> str:
    """Why, and what it said last."""
    reason = f"its engine is not running: {down.reason[:1].lower()}{down.reason[1:].rstrip('.')}"
    said = " / ".join(down.lines[-3:])[-MOST_SAID:]
    return f"{reason}; it said last: {said}" if said else reason
