"""One call, start to finish: plan → attempt → answer → record.

Headers and the first byte go to the client only after the upstream's first valid event (the commit point). Until
then the next candidate may be tried; after it nothing is retried, and a broken stream ends with an honest error.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import httpx

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import admission, pricing, routing, translate, upstream
from gateway.admission import Refusal
from gateway.call import Answer, Call, HeaderPairs, Outcome
from gateway.dialects.format import Impossible, Malformed
from gateway.dialects.openai import AnswerHead, NotAnAnswer, error_in, error_status, read_answer
from gateway.dialects.passthrough import Passthrough
from gateway.dialects.translated import Translated
from gateway.errors import GatewayError
from gateway.faults import fault_of
from gateway.headers import STREAMED, content_length, own_headers, relayed_headers, retyped
from gateway.health import Fault, health
from gateway.needs import needs_of
from gateway.offers import Attempt, Plan, offer_for
from gateway.recorder import recorder
from gateway.route import Route
from gateway.routing import Known
from gateway.runaway import guard
from gateway.sse import EventTooLarge
from gateway.stickiness import stickiness
from gateway.translate import Outgoing, Translation
from gateway.upstream import ChannelFailure
from gateway.verdicts import give_up, refused_as_impossible
from gateway.visits import CLIENT_LEFT

DRAIN_SECONDS = 0.5
LEAST_SECONDS = 1.0  # what even the last attempt gets to answer in
FIRST_LOOK_SECONDS = 0.25  # whether an engine has loaded its model; then after twice as long
LONGEST_LOOK_SECONDS = 2.0
LOADING_SECONDS = 1800.0  # 100 GB from a slow disk
CLIENT_GONE = 499  # nginx's number for a client that hung up; it never goes over the wire
STOPPED = 503
AS_IT_IS = ("audio/", "files/")  # endpoints that may answer with a text, subtitles, lines of a file

Tried = TypeVar("Tried")
Passing = Passthrough | Translated  # a stream on its way


@dataclass(slots=True)
class Exchange:
    """A call, the attempt at it, and what came back."""

    call: Call
    attempt: Attempt
    sent: Outgoing
    reply: httpx.Response
    content_type: str
    outcome: Outcome


async def relay(call: Call, table: RoutingTable, plan: Sequence[Attempt] | None = None) -> Answer:
    """Answer the call, by `plan` where only certain channels can. Raises GatewayError; whatever happens, one record is
    written."""
    outcome = Outcome()
    try:
        admission.enter_with_key(call, outcome)
        answer = await first_good_answer(call, table, outcome, plan)
    except GatewayError as error:
        outcome.status, outcome.error = error.status, error.message
        error.headers |= {name.decode(): value.decode() for name, value in own_headers(call, outcome)}
        settle(call, outcome)
        raise
    except asyncio.CancelledError as end:
        note_early_end(outcome, end)
        settle(call, outcome)
        raise
    except Exception:
        outcome.status, outcome.error = 500, "Something went wrong inside Novapi."
        settle(call, outcome)
        raise
    if isinstance(answer.body, bytes):
        settle(call, outcome)
    return answer  # a stream is recorded when it has ended


def settle(call: Call, outcome: Outcome) -> None:
    """The call has ended: it is recorded, and counts against nobody's limits any more."""
    recorder.put(call, outcome)
    admission.leave_all(outcome)
    if outcome.status >= 400 or guard.failing:
        guard.ended(call, outcome, candidates.current().runaway_failures, time.monotonic())


def refuse(call: Call, error: GatewayError) -> None:
    """Record a call that was turned away before it could be routed."""
    settle(call, Outcome(status=error.status, error=error.message))


async def first_good_answer(
    call: Call, table: RoutingTable, outcome: Outcome, attempts: Sequence[Attempt] | None
) -> Answer:
    """Try one candidate after the other until one answers."""
    chosen = Plan(attempts) if attempts else plan_for(call, table)
    outcome.route = route = Route(chosen)
    failures: list[tuple[Attempt, ChannelFailure]] = []
    impossible: list[tuple[Attempt, Impossible]] = []
    at_limit: list[tuple[Attempt, Refusal]] = []
    for attempt in chosen.attempts:
        left = seconds_left(call, table) if failures else table.total_s
        if left <= 0:
            break
        try:
            sent = translate.outgoing(call, attempt)
        except Impossible as problem:
            impossible.append((attempt, problem))
            route.passed_over.append((attempt, f"can't be asked for {problem.feature}"))
            continue
        if refusal := admission.enter_channel(attempt.candidate.channel, outcome):
            at_limit.append((attempt, refusal))
            route.passed_over.append((attempt, refusal.reason))
            continue
        try:
            return await judged(call, attempt, outcome, try_once(call, attempt, sent, outcome, left))
        except ChannelFailure as failure:
            admission.leave_channel(attempt.candidate.channel, outcome)
            failures.append((attempt, failure))
            if not failure.retryable:
                return give_up(call, failures, outcome)
    if at_limit and (answer := await in_its_turn(call, table, outcome, at_limit, failures)):
        return answer
    if loading := next((attempt for attempt, failure in failures if upstream.is_loading(failure)), None):
        return await once_loaded(call, outcome, loading, failures)
    if failures:
        return give_up(call, failures, outcome)
    if at_limit:
        raise admission.nobody_may([refusal for _, refusal in at_limit])
    raise refused_as_impossible(call, impossible, table)


def seconds_left(call: Call, table: RoutingTable) -> float:
    """Of the time that all attempts at a call may take."""
    return table.total_s - (time.perf_counter() - call.started)


async def in_its_turn(
    call: Call,
    table: RoutingTable,
    outcome: Outcome,
    at_limit: list[tuple[Attempt, Refusal]],
    failures: list[tuple[Attempt, ChannelFailure]],
) -> Answer | None:
    """The answer of a busy engine of this machine, once it has room: nobody else had any. None if it never had, or if
    it failed."""
    attempt = next((each for each, _ in at_limit if each.candidate.channel.provider.local), None)
    if not attempt:
        return None
    channel, began_at = attempt.candidate.channel, time.perf_counter()
    has_room = await admission.wait_for_channel(channel, outcome, seconds_left(call, table))
    waited = time.perf_counter() - began_at
    outcome.upstream_s += waited  # the engine's time, not ours
    if not has_room:
        return None
    outcome.route.passed_over.append((attempt, f"waited {waited:.1f} s for its turn"))
    try:
        sent = translate.outgoing(call, attempt)
        left = max(seconds_left(call, table), LEAST_SECONDS)
        return await judged(call, attempt, outcome, try_once(call, attempt, sent, outcome, left))
    except ChannelFailure as failure:
        admission.leave_channel(channel, outcome)
        failures.append((attempt, failure))
        return None


async def once_loaded(
    call: Call,
    outcome: Outcome,
    attempt: Attempt,
    failures: list[tuple[Attempt, ChannelFailure]],
) -> Answer:
    """The answer of an engine that is loading its model, once it has: nobody else had any. Else what went wrong."""
    began_at = time.perf_counter()
    refusal = admission.enter_channel(attempt.candidate.channel, outcome)
    try:
        if not refusal:
            return await judged(call, attempt, outcome, asked_until_loaded(call, attempt, outcome))
    except ChannelFailure as failure:
        failures.append((attempt, failure))
    finally:
        outcome.route.passed_over.append((attempt, f"waited {time.perf_counter() - began_at:.1f} s for its model"))
    return give_up(call, failures, outcome)


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
        price_of=lambda candidate: pricing.list_price(candidate.channel.provider.id, candidate.upstream),
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


async def try_once(call: Call, attempt: Attempt, sent: Outgoing, outcome: Outcome, left: float = math.inf) -> Answer:
    """One attempt, up to the commit point; its answer must begin in the seconds `left`. Raises ChannelFailure."""
    outcome.dropped = sent.dropped
    request = upstream.build_request(call, attempt, sent.body, sent.endpoint, max(left, LEAST_SECONDS))
    sent_at = time.perf_counter()
    try:
        reply = await upstream.send(request, attempt.candidate.channel, attempt.credential)
        content_type = reply.headers.get("content-type", "")
        if content_type.startswith("text/html"):
            await reply.aclose()
            raise ChannelFailure("answered with a web page instead of an API answer; check its base URL", 200)
        exchange = Exchange(call, attempt, sent, reply, content_type, outcome)
        if passing := translate.stream_for(call, attempt, sent, content_type):
            return await commit(exchange, passing, sent_at)
        body = await upstream.read(reply, attempt.candidate.channel)
    finally:
        outcome.upstream_s += time.perf_counter() - sent_at
    answer = whole_answer(exchange, body)
    health.answered(attempt.key, time.perf_counter() - sent_at, time.monotonic())
    return answer


def whole_answer(exchange: Exchange, body: bytes) -> Answer:
    """An answer that is there in one piece: checked, metered, renamed."""
    reply, outcome, call = exchange.reply, exchange.outcome, exchange.call
    content_type = ""
    if not call.endpoint.startswith(AS_IT_IS) or is_json(exchange.content_type):
        head = head_of(exchange, body)
        if exchange.sent.translation:
            body = translated_answer(exchange, body, exchange.sent.translation)
            content_type = exchange.sent.translation.content_type
        else:
            outcome.tokens = translate.usage_of(head, body, exchange.attempt.dialect)
            outcome.model_answered = head.model if isinstance(head.model, str) else ""
            body = translate.answer_body(body, call, exchange.attempt)
            if call.stream and (events := translate.as_stream(body, call)):
                body, content_type = events, translate.stream_type(call)
    outcome.answered, outcome.status = True, reply.status_code
    headers = [*provider_headers(exchange, content_type), content_length(body)]
    return Answer(reply.status_code, headers + own_headers(call, outcome), body, origin=origin_of(exchange))


def origin_of(exchange: Exchange) -> tuple[int, int | None] | None:
    """Whose ids the answer has; nobody's if it was translated."""
    attempt = exchange.attempt
    return None if exchange.sent.translation else (attempt.candidate.channel.id, attempt.credential.id)


def provider_headers(exchange: Exchange, content_type: str) -> HeaderPairs:
    """The provider's headers; where its answer was translated, only what became of its type."""
    headers = [] if exchange.sent.translation else relayed_headers(exchange.reply)
    return retyped(headers, content_type) if content_type else headers


def head_of(exchange: Exchange, body: bytes) -> AnswerHead:
    """What a JSON answer tells of itself. No JSON, or an error under status 200, is the channel's failure."""
    try:
        head = read_answer(body)
    except NotAnAnswer as problem:
        raise ChannelFailure("answered with something that is not a JSON object", 200) from problem
    if error_in(head):
        body = upstream.without_key(body, exchange.attempt.credential)
        raise upstream.failure_in_answer(error_in(read_answer(body)), error_status(head), body)
    return head


def is_json(content_type: str) -> bool:
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def translated_answer(exchange: Exchange, body: bytes, translation: Translation) -> bytes:
    """A provider's answer in the client's dialect. One that can't be read is the channel's failure."""
    outcome = exchange.outcome
    try:
        body, outcome.tokens, outcome.model_answered = translation.whole(body)
    except Malformed as problem:
        reason = f"answered with something that is not {exchange.attempt.dialect}"
        raise ChannelFailure(reason, exchange.reply.status_code) from problem
    return body


async def commit(exchange: Exchange, passing: Passing, sent_at: float) -> Answer:
    """Wait for the first valid event; from then on the answer belongs to the client."""
    reply, outcome = exchange.reply, exchange.outcome
    chunks = upstream.stream(reply, exchange.attempt.candidate.channel)
    try:
        first = await first_event(passing, chunks)
    except BaseException:
        await reply.aclose()
        raise
    now = time.perf_counter()
    outcome.first_token_ms = (now - exchange.call.started) * 1000
    outcome.answered, outcome.status = True, reply.status_code
    headers = provider_headers(exchange, passing.content_type) + STREAMED
    headers += own_headers(exchange.call, outcome, waited=now - sent_at)
    body = pass_on(exchange, passing, first, chunks)
    await anext(body)  # step inside its `try`: from here on it records and closes even if nobody reads it
    return Answer(reply.status_code, headers, body, passing.keepalive, origin_of(exchange))


async def first_event(passing: Passing, chunks: AsyncIterator[bytes]) -> bytes:
    """The bytes up to the first event the client may see. An error, or nothing at all, is the channel's failure."""
    passed = b""
    async for chunk in chunks:
        passed = feed(passing, chunk)
        if passed:
            break
    else:
        passed = passing.end()
    if passing.failed_at_once:
        raise upstream.failure_in_answer(passing.error, passing.error_status)
    if not passing.events and passing.is_text:
        raise ChannelFailure("closed the stream without an answer", 200)
    return passed


def feed(passing: Passing, chunk: bytes) -> bytes:
    try:
        return passing.feed(chunk)
    except EventTooLarge as problem:
        raise ChannelFailure("sent an event without end") from problem


async def pass_on(
    exchange: Exchange, passing: Passing, first: bytes, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The committed stream, chunk by chunk, after an empty first one; records the call however it ends."""
    outcome = exchange.outcome
    try:
        yield b""
        yield first
        while not passing.is_over and (chunk := await anext(chunks, None)) is not None:
            if passed := feed(passing, chunk):
                yield passed
        if last := passing.end():
            yield last
    except ChannelFailure as failure:
        name = exchange.attempt.candidate.channel.name
        farewell = passing.break_off(f"Novapi: {name} {failure.reason} in the middle of its answer.")
        if not passing.is_text:
            raise  # the server closes the connection, which is all that can be said inside a sound file
        yield farewell
    except (asyncio.CancelledError, GeneratorExit) as end:
        note_early_end(outcome, end)
        if outcome.status != STOPPED or not passing.is_text:
            raise
        yield passing.break_off("Novapi: it was stopped in the middle of this answer.")
    finally:
        outcome.tokens, outcome.events = passing.tokens, passing.events
        outcome.model_answered = passing.model
        judge_stream(exchange, passing)
        outcome.error = outcome.error or passing.error
        settle(exchange.call, outcome)
        await let_go(exchange.reply, chunks if passing.is_over else None)


def judge_stream(exchange: Exchange, passing: Passing) -> None:
    """What the end of a stream says about the key: one that always breaks off is no better than one that refuses."""
    key, outcome = exchange.attempt.key, exchange.outcome
    if outcome.status in (CLIENT_GONE, STOPPED):
        health.let_go(key)
    elif passing.error:
        to_open = exchange.attempt.candidate.channel.failures_to_pause
        health.failed(key, Fault.TROUBLE, time.monotonic(), to_open=to_open)
    else:
        health.answered(key, (outcome.first_token_ms or 0) / 1000, time.monotonic())


def note_early_end(outcome: Outcome, end: BaseException) -> None:
    """Who ended the call before its answer was whole: its client, or the owner by stopping Novapi."""
    if isinstance(end, asyncio.CancelledError) and CLIENT_LEFT not in end.args:
        outcome.status, outcome.error = STOPPED, "Novapi was stopped."
    else:
        outcome.status, outcome.error = CLIENT_GONE, CLIENT_LEFT


async def let_go(reply: httpx.Response, rest: AsyncIterator[bytes] | None) -> None:
    """Give the connection back. Where all has been said, wait a moment for the upstream to close its answer, or the
    connection could not be used again."""
    try:
        if rest is not None:
            async with asyncio.timeout(DRAIN_SECONDS):
                async for _ in rest:
                    pass
    except (TimeoutError, ChannelFailure):
        pass  # the connection is dropped; the answer was whole before
    finally:
        await reply.aclose()
