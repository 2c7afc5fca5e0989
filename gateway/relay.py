"""One call, start to finish: plan → attempt → answer → record.

Headers and the first byte go to the client only after the upstream's first valid event (the commit point). Until
then the next candidate may be tried; after it nothing is retried, and a broken stream ends with an honest error.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from channels_app.table import RoutingTable
from gateway import response, routing, translate, upstream
from gateway.call import Answer, Call, HeaderPairs, Outcome
from gateway.dialects.openai import NotAnAnswer, error_in, error_status, read_answer, tokens_of
from gateway.dialects.passthrough import Passthrough
from gateway.errors import GatewayError, UpstreamFailed
from gateway.recorder import recorder
from gateway.routing import Attempt
from gateway.sse import EventTooLarge
from gateway.upstream import ChannelFailure
from gateway.visits import CLIENT_LEFT

DRAIN_SECONDS = 0.5
CLIENT_GONE = 499  # nginx's number for a client that hung up; it never goes over the wire
STOPPED = 503

# Headers of one hop (RFC 9110, 7.6.1), what describes bytes we may have changed, and what is the site's own business.
_NOT_RELAYED = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade content-length content-encoding set-cookie server date alt-svc via strict-transport-security "
    b"access-control-allow-origin access-control-allow-credentials access-control-allow-headers "
    b"access-control-allow-methods access-control-expose-headers access-control-max-age clear-site-data "
    b"content-security-policy nel report-to reporting-endpoints location www-authenticate".split()
)


@dataclass(slots=True)
class Exchange:
    """A call, the attempt at it, and what came back."""

    call: Call
    attempt: Attempt
    reply: httpx.Response
    content_type: str
    outcome: Outcome


async def relay(call: Call, table: RoutingTable) -> Answer:
    """Answer the call. Raises GatewayError; whatever happens, one record is written."""
    outcome = Outcome()
    try:
        answer = await first_good_answer(call, table, outcome)
    except GatewayError as error:
        outcome.status, outcome.error = error.status, error.message
        error.headers |= {name.decode(): value.decode() for name, value in own_headers(call, outcome)}
        recorder.put(call, outcome)
        raise
    except asyncio.CancelledError as end:
        note_early_end(outcome, end)
        recorder.put(call, outcome)
        raise
    except Exception:
        outcome.status, outcome.error = 500, "Something went wrong inside Novapi."
        recorder.put(call, outcome)
        raise
    if isinstance(answer.body, bytes):
        recorder.put(call, outcome)
    return answer  # a stream is recorded when it has ended


def refuse(call: Call, error: GatewayError) -> None:
    """Record a call that was turned away before it could be routed."""
    recorder.put(call, Outcome(status=error.status, error=error.message))


async def first_good_answer(call: Call, table: RoutingTable, outcome: Outcome) -> Answer:
    """Try one candidate after the other until one answers."""
    failures: list[tuple[Attempt, ChannelFailure]] = []
    for attempt in routing.plan(call.model, call.dialect, table):
        outcome.attempts += 1
        outcome.channel_id, outcome.channel = attempt.candidate.channel.id, attempt.candidate.channel.name
        outcome.model_sent = attempt.candidate.upstream
        try:
            return await try_once(call, attempt, outcome)
        except ChannelFailure as failure:
            failures.append((attempt, failure))
            if not failure.retryable:
                break
    return give_up(call, failures, outcome)


async def try_once(call: Call, attempt: Attempt, outcome: Outcome) -> Answer:
    """One attempt, up to the commit point. Raises ChannelFailure."""
    request = upstream.build_request(call, attempt, translate.request_body(call, attempt))
    sent_at = time.perf_counter()
    try:
        reply = await upstream.send(request, attempt.candidate.channel, attempt.credential)
        content_type = reply.headers.get("content-type", "")
        if content_type.startswith("text/html"):
            await reply.aclose()
            raise ChannelFailure("answered with a web page instead of an API answer; check its base URL", 200)
        exchange = Exchange(call, attempt, reply, content_type, outcome)
        if passing := translate.stream_for(call, attempt, content_type):
            return await commit(exchange, passing, sent_at)
        body = await upstream.read(reply, attempt.candidate.channel)
    finally:
        outcome.upstream_s += time.perf_counter() - sent_at
    return whole_answer(exchange, body)


def whole_answer(exchange: Exchange, body: bytes) -> Answer:
    """An answer that is there in one piece: checked, metered, renamed."""
    reply, outcome = exchange.reply, exchange.outcome
    if not exchange.call.endpoint.startswith("audio/") or "json" in exchange.content_type:  # else a text, srt, vtt
        body = checked(exchange, body)
        if exchange.call.stream and (events := translate.as_stream(body, exchange.call)):
            body, reply.headers["content-type"] = events, "text/event-stream"
    outcome.answered, outcome.status = True, reply.status_code
    return Answer(reply.status_code, answer_headers(exchange, body), body)


def checked(exchange: Exchange, body: bytes) -> bytes:
    """A JSON answer. One that is no JSON, or an error under status 200, is the channel's failure."""
    try:
        head = read_answer(body)
    except NotAnAnswer as problem:
        raise ChannelFailure("answered with something that is not a JSON object", 200) from problem
    if error_in(head):
        body = upstream.without_key(body, exchange.attempt.credential)
        raise upstream.failure_in_answer(error_in(read_answer(body)), error_status(head), body)
    exchange.outcome.tokens = tokens_of(head)
    exchange.outcome.model_answered = head.model if isinstance(head.model, str) else ""
    return translate.answer_body(body, exchange.call, exchange.attempt)


async def commit(exchange: Exchange, passing: Passthrough, sent_at: float) -> Answer:
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
    headers = answer_headers(exchange, waited=now - sent_at)
    body = pass_on(exchange, passing, first, chunks)
    await anext(body)  # step inside its `try`: from here on it records and closes even if nobody reads it
    return Answer(reply.status_code, headers, body, passing.keepalive)


async def first_event(passing: Passthrough, chunks: AsyncIterator[bytes]) -> bytes:
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


def feed(passing: Passthrough, chunk: bytes) -> bytes:
    try:
        return passing.feed(chunk)
    except EventTooLarge as problem:
        raise ChannelFailure("sent an event without end") from problem


async def pass_on(
    exchange: Exchange, passing: Passthrough, first: bytes, chunks: AsyncIterator[bytes]
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
        outcome.error = outcome.error or passing.error
        recorder.put(exchange.call, outcome)
        await let_go(exchange.reply, chunks if passing.is_over else None)


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


def give_up(call: Call, failures: list[tuple[Attempt, ChannelFailure]], outcome: Outcome) -> Answer:
    """No candidate answered: the provider's own refusal of the request, or an account of what was tried."""
    _, last = failures[-1]
    if not last.retryable and last.status and last.body:
        outcome.status, outcome.error = last.status, last.reason
        own = own_headers(call, outcome)
        return Answer(
            last.status, [(b"content-type", b"application/json"), content_length(last.body), *own], last.body
        )
    raise all_failed(call, failures)


def content_length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(body)


def all_failed(call: Call, failures: list[tuple[Attempt, ChannelFailure]]) -> UpstreamFailed:
    """One error that names every channel that was tried and what it said."""
    tried = ", ".join(f"{attempt.candidate.channel.name} ({failure.reason})" for attempt, failure in failures)
    channels = len({attempt.candidate.channel.id for attempt, _ in failures})
    count = "1 channel" if channels == 1 else f"{channels} channels"
    status, code = verdict([failure for _, failure in failures])
    waits = [failure.retry_after for _, failure in failures if failure.retry_after]
    headers = {"retry-after": str(math.ceil(min(waits)))} if waits and status in (429, 503) else {}
    if len(failures) > 1 or code == "insufficient_quota":
        headers["x-should-retry"] = "false"  # the SDKs would retry what was just retried, or can't go well
    text = f"Novapi: tried {count} for {call.model}: {tried}. Request id {call.id}."
    return UpstreamFailed(text, status=status, code=code, headers=headers)


def verdict(failures: list[ChannelFailure]) -> tuple[int, str]:
    """Status and code for the client. A refused provider key is never passed on as 401: the app's key is fine."""
    statuses = {failure.status for failure in failures}
    if statuses == {429} and all(b"insufficient_quota" in failure.body for failure in failures):
        return 429, "insufficient_quota"
    if statuses == {429}:
        return 429, "rate_limit_exceeded"
    if all(failure.timed_out for failure in failures):
        return 504, "upstream_timeout"
    if statuses <= {401, 403}:
        return 502, "upstream_auth"
    if statuses <= {503, 529}:
        return 503, "upstream_overloaded"
    rejected = failures[-1]
    if rejected.status and not rejected.retryable and rejected.status >= 400:
        return rejected.status, "upstream_rejected"
    return 502, "upstream_failed"


def answer_headers(exchange: Exchange, body: bytes | None = None, waited: float = 0.0) -> HeaderPairs:
    """The provider's headers that concern the client, and ours. `waited`: seconds of an attempt still under way."""
    raw = [(name.lower(), value) for name, value in exchange.reply.headers.raw]
    hop = connection_headers(raw)
    headers = [
        (name, value)
        for name, value in raw
        if name not in _NOT_RELAYED and name not in hop and not name.startswith(b"x-novapi-")
    ]
    if body is not None:
        headers.append(content_length(body))
    else:
        headers += [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]
    return headers + own_headers(exchange.call, exchange.outcome, waited)


def connection_headers(raw: HeaderPairs) -> frozenset[bytes]:
    """The headers that `Connection` declares to be of this hop only (RFC 9110, 7.6.1)."""
    for name, value in raw:
        if name == b"connection" and value.lower() not in (b"keep-alive", b"close"):
            return frozenset(token.strip().lower() for token in value.split(b","))
    return frozenset()


def own_headers(call: Call, outcome: Outcome, waited: float = 0.0) -> HeaderPairs:
    """Ours, with the time spent inside Novapi: the upstream's own time does not count."""
    inside = max(0.0, time.perf_counter() - call.started - outcome.upstream_s - waited)
    outcome.overhead_ms = inside * 1000
    return response.own_headers(call.id, outcome.channel, outcome.attempts, inside)
