"""One attempt at one candidate: sent, read, checked, and handed on whole or as a stream.

Up to the commit point, the upstream's first valid event, its failure is a ChannelFailure, and another candidate may be
tried. After it the answer belongs to the client, and a broken stream ends with an honest error.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator

import httpx
import msgspec

from gateway import translate, upstream
from gateway.call import Answer, Call, HeaderPairs, Outcome
from gateway.dialects.format import Malformed
from gateway.dialects.openai import AnswerHead, NotAnAnswer, error_in, error_status, read_answer
from gateway.dialects.passthrough import Passthrough
from gateway.dialects.translated import Translated
from gateway.endings import CLIENT_GONE, STOPPED, farewell, note_early_end, settle
from gateway.flights import flights
from gateway.headers import STREAMED, content_length, own_headers, relayed_headers, retyped
from gateway.health import Fault, health
from gateway.offers import Attempt
from gateway.seen import Seen
from gateway.sse import EventTooLarge
from gateway.translate import Outgoing, Translation
from gateway.upstream import ChannelFailure
from gateway.waking import woken

DRAIN_SECONDS = 0.5
LEAST_SECONDS = 1.0  # what even the last attempt gets to answer in
AS_IT_IS = ("audio/", "files/")  # endpoints that may answer with a text, subtitles, lines of a file

Passing = Passthrough | Translated  # a stream on its way


class Exchange(msgspec.Struct):
    """A call, the attempt at it, and what came back."""

    call: Call
    attempt: Attempt
    sent: Outgoing
    reply: httpx.Response
    content_type: str
    outcome: Outcome


async def try_once(call: Call, attempt: Attempt, sent: Outgoing, outcome: Outcome, left: float = math.inf) -> Answer:
    """One attempt, up to the commit point; its answer must begin in the seconds `left`. Raises ChannelFailure."""
    if attempt.candidate.channel.recipe:
        attempt = await woken(attempt, outcome)
    outcome.dropped, seen = sent.dropped, outcome.seen
    if seen:
        seen.begin_attempt(sent.body)
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
        if seen:
            seen.given, seen.given_type = body, content_type
    except ChannelFailure as failure:
        if seen and failure.raw:
            seen.given = failure.raw
        raise
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
    if seen := outcome.seen:
        seen.begin_stream(exchange.content_type, passing.is_text)
    try:
        first = await first_event(passing, chunks, seen)
    except BaseException:
        await reply.aclose()
        raise
    now = time.perf_counter()
    outcome.first_token_ms = (now - exchange.call.started) * 1000
    outcome.answered, outcome.status = True, reply.status_code
    flights.has_begun(exchange.call, outcome.first_token_ms)
    headers = provider_headers(exchange, passing.content_type) + STREAMED
    headers += own_headers(exchange.call, outcome, waited=now - sent_at)
    body = pass_on(exchange, passing, first, chunks)
    await anext(body)  # step inside its `try`: from here on it records and closes even if nobody reads it
    return Answer(reply.status_code, headers, body, passing.keepalive, origin_of(exchange))


async def first_event(passing: Passing, chunks: AsyncIterator[bytes], seen: Seen | None) -> bytes:
    """The bytes up to the first event the client may see. An error, or nothing at all, is the channel's failure."""
    passed = b""
    async for chunk in chunks:
        passed = feed(passing, chunk, seen)
        if passed:
            break
    else:
        passed = passing.end()
    if passing.failed_at_once:
        raise upstream.failure_in_answer(passing.error, passing.error_status)
    if not passing.events and passing.is_text:
        raise ChannelFailure("closed the stream without an answer", 200)
    return passed


def feed(passing: Passing, chunk: bytes, seen: Seen | None) -> bytes:
    if seen:
        seen.give(chunk)
    try:
        return passing.feed(chunk)
    except EventTooLarge as problem:
        raise ChannelFailure("sent an event without end", code="bad_answer") from problem


async def pass_on(
    exchange: Exchange, passing: Passing, first: bytes, chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """The committed stream, chunk by chunk, after an empty first one; records the call however it ends."""
    outcome, seen = exchange.outcome, exchange.outcome.seen
    try:
        yield b""
        yield shown(first, seen)
        while not passing.is_over and (chunk := await anext(chunks, None)) is not None:
            if passed := feed(passing, chunk, seen):
                yield shown(passed, seen)
        if last := passing.end():
            yield shown(last, seen)
    except ChannelFailure as failure:
        name = exchange.attempt.candidate.channel.name
        last_words = passing.break_off(f"Novapi: {name} {failure.reason} in the middle of its answer.")
        if not passing.is_text:
            raise  # the server closes the connection, which is all that can be said inside a sound file
        yield shown(last_words, seen)
    except (asyncio.CancelledError, GeneratorExit) as end:
        note_early_end(outcome, end)
        if outcome.status != STOPPED or not passing.is_text or isinstance(end, GeneratorExit):
            raise
        await exchange.reply.aclose()  # before the client, which may be slow, has read this
        yield shown(passing.break_off(farewell(outcome)), seen)
    finally:
        outcome.tokens, outcome.events = passing.tokens, passing.events
        outcome.model_answered = passing.model
        judge_stream(exchange, passing)
        outcome.error = outcome.error or passing.error
        settle(exchange.call, outcome)
        await let_go(exchange.reply, chunks if passing.is_over else None)


def shown(passed: bytes, seen: Seen | None) -> bytes:
    """What the client gets, once that is noted."""
    if seen:
        seen.show(passed)
    return passed


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
