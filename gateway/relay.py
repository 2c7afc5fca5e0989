"""One call, start to finish: plan → attempt → answer → record.

Until the commit point of an attempt (see `exchange`) the next candidate may be tried; after it nothing is retried.
"""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import admission, belated, pricing, routing, translate, upstream
from gateway.admission import Refusal
from gateway.call import Answer, Call, Outcome
from gateway.captures import captures
from gateway.dialects.format import Impossible
from gateway.endings import note_early_end, settle, stopped_by_owner
from gateway.errors import GatewayError
from gateway.exchange import LEAST_SECONDS, try_once
from gateway.faults import fault_of
from gateway.flights import flights
from gateway.headers import own_headers
from gateway.health import Fault, health
from gateway.needs import needs_of
from gateway.offers import Attempt, Plan, offer_for
from gateway.route import Route
from gateway.routing import Known
from gateway.stickiness import stickiness
from gateway.translate import Outgoing
from gateway.upstream import ChannelFailure
from gateway.verdicts import give_up, refused_as_impossible
from gateway.waking import free_first

FIRST_LOOK_SECONDS = 0.25  # whether an engine has loaded its model; then after twice as long
LONGEST_LOOK_SECONDS = 2.0
LOADING_SECONDS = 1800.0  # 100 GB from a slow disk

OF_THE_KEY = (Fault.KEY_REFUSED, Fault.NO_CREDIT)  # whatever model it is used for

Tried = TypeVar("Tried")


class Setbacks:
    """Why no candidate has answered so far."""

    __slots__ = ("at_limit", "failures", "impossible")

    def __init__(self) -> None:
        self.failures: list[tuple[Attempt, ChannelFailure]] = []
        self.impossible: list[tuple[Attempt, Impossible]] = []
        self.at_limit: list[tuple[Attempt, Refusal]] = []

    def against(self, attempt: Attempt) -> str:
        """Why a key that an alias's next model shares with the one before had better not be tried again; empty if it
        may do for another model."""
        faults = (fault_of(failure) for tried, failure in self.failures if tried.key == attempt.key)
        return next((f"the same key: {fault.value}" for fault in faults if fault in OF_THE_KEY), "")


async def relay(call: Call, table: RoutingTable, plan: Sequence[Attempt] | None = None) -> Answer:
    """Answer the call, by `plan` where only certain channels can. Raises GatewayError; whatever happens, one record is
    written."""
    outcome = Outcome(seen=captures.begin(call, table))
    flights.enter(call, outcome)
    try:
        admission.enter_with_key(call, outcome)
        chosen = Plan(plan) if plan else plan_for(call, table)
        answering = first_good_answer(call, table, outcome, chosen)
        answer = await (belated.answered(call, outcome, answering) if belated.may_be(call, chosen) else answering)
    except GatewayError as error:
        outcome.status, outcome.error = error.status, error.message
        error.headers |= {name.decode(): value.decode() for name, value in own_headers(call, outcome)}
        settle(call, outcome, error)
        raise
    except asyncio.CancelledError as end:
        note_early_end(outcome, end)
        settle(call, outcome)
        if outcome.is_stopped:
            raise stopped_by_owner(call, outcome) from end
        raise
    except Exception:
        outcome.status, outcome.error = 500, "Something went wrong inside Novapi."
        settle(call, outcome)
        raise
    if isinstance(answer.body, bytes):
        settle(call, outcome, answer.body)
    return answer  # a stream is recorded when it has ended


def refuse(call: Call, error: GatewayError) -> None:
    """Record a call that was turned away before it could be routed."""
    seen = captures.begin(call, candidates.current())
    settle(call, Outcome(status=error.status, error=error.message, seen=seen), error)


async def first_good_answer(call: Call, table: RoutingTable, outcome: Outcome, chosen: Plan) -> Answer:
    """Try one candidate after the other until one answers."""
    outcome.route, setbacks = Route(chosen), Setbacks()
    attempts = chosen.attempts
    if len(attempts) > 1:
        attempts = free_first(attempts, outcome.route.passed_over)
    for attempt in attempts:
        left = seconds_left(call, table) if setbacks.failures else table.total_s
        if left <= 0:
            break
        if setbacks.failures and (reason := setbacks.against(attempt)):
            outcome.route.passed_over.append((attempt, reason))
            continue
        sent = sendable(call, attempt, outcome, setbacks)
        if sent is None:
            continue
        try:
            return await judged(call, attempt, outcome, try_once(call, attempt, sent, outcome, left))
        except ChannelFailure as failure:
            admission.leave_channel(attempt.candidate.channel, outcome)
            setbacks.failures.append((attempt, failure))
            if not failure.retryable:
                return give_up(call, setbacks.failures, outcome)
    return await last_resort(call, table, outcome, setbacks)


def sendable(call: Call, attempt: Attempt, outcome: Outcome, setbacks: Setbacks) -> Outgoing | None:
    """The call as this candidate gets it; None if it can't be asked, or may not be asked now."""
    try:
        sent = translate.outgoing(call, attempt)
    except Impossible as problem:
        setbacks.impossible.append((attempt, problem))
        outcome.route.passed_over.append((attempt, f"can't be asked for {problem.feature}"))
        return None
    if refusal := admission.enter_channel(attempt.candidate.channel, outcome):
        setbacks.at_limit.append((attempt, refusal))
        outcome.route.passed_over.append((attempt, refusal.reason))
        return None
    return sent


def seconds_left(call: Call, table: RoutingTable) -> float:
    """Of the time that all attempts at a call may take."""
    return table.total_s - (time.perf_counter() - call.started)


async def last_resort(call: Call, table: RoutingTable, outcome: Outcome, setbacks: Setbacks) -> Answer:
    """Nobody has answered: wait for an engine of this machine that will be able to, else tell the client why."""
    if answer := await in_its_turn(call, table, outcome, setbacks):
        return answer
    if answer := await once_loaded(call, outcome, setbacks):
        return answer
    if setbacks.failures:
        return give_up(call, setbacks.failures, outcome)
    if setbacks.at_limit:
        raise admission.nobody_may([refusal for _, refusal in setbacks.at_limit])
    raise refused_as_impossible(call, setbacks.impossible, table)


async def in_its_turn(call: Call, table: RoutingTable, outcome: Outcome, setbacks: Setbacks) -> Answer | None:
    """The answer of a busy engine, once it has room. None if there is none, if it never had, or if it failed."""
    attempt = next((each for each, _ in setbacks.at_limit if each.candidate.channel.provider.local), None)
    if not attempt:
        return None
    began_at = time.perf_counter()
    has_room = await admission.wait_for_channel(attempt.candidate.channel, outcome, seconds_left(call, table))
    waited = time.perf_counter() - began_at
    outcome.upstream_s += waited  # the engine's time, not ours
    if not has_room:
        return None
    outcome.route.passed_over.append((attempt, f"waited {waited:.1f} s for its turn"))
    sent, left = translate.outgoing(call, attempt), max(seconds_left(call, table), LEAST_SECONDS)
    return await waited_for(call, attempt, outcome, setbacks, try_once(call, attempt, sent, outcome, left))


async def once_loaded(call: Call, outcome: Outcome, setbacks: Setbacks) -> Answer | None:
    """The answer of an engine that was loading its model, once it has. None if there is none, or if it failed."""
    attempt = next((each for each, failure in setbacks.failures if upstream.is_loading(failure)), None)
    if not attempt or admission.enter_channel(attempt.candidate.channel, outcome):
        return None
    began_at = time.perf_counter()
    try:
        return await waited_for(call, attempt, outcome, setbacks, asked_until_loaded(call, attempt, outcome))
    finally:
        outcome.route.passed_over.append((attempt, f"waited {time.perf_counter() - began_at:.1f} s for its model"))


async def waited_for(
    call: Call, attempt: Attempt, outcome: Outcome, setbacks: Setbacks, trial: Awaitable[Answer]
) -> Answer | None:
    try:
        return await judged(call, attempt, outcome, trial)
    except ChannelFailure as failure:
        admission.leave_channel(attempt.candidate.channel, outcome)
        setbacks.failures.append((attempt, failure))
        return None


async def asked_until_loaded(call: Call, attempt: Attempt, outcome: Outcome) -> Answer:
    """Ask again and again. Raises ChannelFailure when it fails otherwise, or never gets ready."""
    sent, pause, began_at = translate.outgoing(call, attempt), FIRST_LOOK_SECONDS, time.perf_counter()
    while True:
        await asyncio.sleep(pause)
        outcome.upstream_s += pause  # the engine's time, not ours
        try:
            return await try_once(call, attempt, sent, outcome)
        except ChannelFailure as failure:
            if not upstream.is_loading(failure) or time.perf_counter() - began_at > LOADING_SECONDS:
                raise
        pause = min(2 * pause, LONGEST_LOOK_SECONDS)


def plan_for(call: Call, table: RoutingTable) -> Plan:
    """The attempts at a call. Raises UnknownModel and NoSuitableChannel."""
    offer = offer_for(call.model, call.dialects, table)
    return offer.only or routing.chosen(offer, what_is_known(call, table))


def what_is_known(call: Call, table: RoutingTable) -> Known:
    """For a call that has a choice."""
    now = time.monotonic()
    return Known(
        pause_of=lambda key: health.pause(key, now),
        last_used=stickiness.last_used(call.session, call.model) if table.sticky else None,
        needs=needs_of(call),
        latency_of=lambda key: health.latency(key, now),
        price_of=lambda each: pricing.list_price(each.channel.provider.id, each.upstream, each.prices),
    )


async def judged(call: Call, attempt: Attempt, outcome: Outcome, trial: Awaitable[Tried]) -> Tried:
    """What one attempt gives, and what it says about the key that was used. Raises ChannelFailure."""
    channel, key = attempt.candidate.channel, attempt.key
    outcome.attempts += 1
    outcome.channel_id, outcome.channel, outcome.provider = channel.id, channel.name, channel.provider.id
    outcome.model_sent = attempt.candidate.upstream
    began_at = time.monotonic()
    health.begin(key, began_at)
    try:
        result = await trial
    except ChannelFailure as failure:
        now = time.monotonic()
        health.failed(key, fault_of(failure), now, failure.retry_after, channel.failures_to_pause)
        outcome.route.add(attempt, now - began_at, failure.status or 0, failure.reason)
        raise
    except BaseException:
        health.let_go(key)  # nobody waited for its answer
        raise
    if call.session:
        stickiness.note(call.session, call.model, key)
    outcome.route.add(attempt, time.monotonic() - began_at, outcome.status)
    return result
