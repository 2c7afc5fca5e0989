"""WS /v1/realtime: frames pass both ways between an app and the channel that offers its model.

A session is planned, failed over and recorded like a call. Once it stands, each frame is passed on before the next one
is read, so a slow end slows down the other and nothing piles up.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import aiohttp
import httpx
import msgspec
from msgspec.structs import astuple

from channels_app import candidates
from channels_app.table import RoutingTable
from gateway import admission, upstream
from gateway.admission import Refusal
from gateway.body import Envelope
from gateway.call import Answer, Call, Outcome, new_call_id
from gateway.chat import MediaTokens, Usage
from gateway.dialects.openai import from_openai_usage, member
from gateway.endings import CLIENT_GONE, note_early_end, settle, stopped_by_owner
from gateway.endpoints.calls import TRAVELLING, app_of, model_of, text_of
from gateway.errors import GatewayError, InternalError, UnknownPath
from gateway.flights import flights
from gateway.headers import own_headers
from gateway.health import health
from gateway.keys import authenticate
from gateway.offers import Attempt
from gateway.overrides import overridden
from gateway.paths import canonical
from gateway.pause import pause
from gateway.realtime_ends import (
    BROKEN,
    CLOSE_SECONDS,
    LEFT,
    STOPPED,
    SUBPROTOCOL,
    SWITCHED,
    UNWANTED,
    WRONG_INSIDE,
    Client,
    Close,
    Declined,
    EndGone,
    Frame,
    Provider,
)
from gateway.relay import judged, plan_for
from gateway.response import error_answer, signed
from gateway.route import Route
from gateway.transport import Body, as_httpx
from gateway.upstream import ChannelFailure
from gateway.verdicts import give_up
from gateway.visits import CLIENT_LEFT, STOPPED_BY_OWNER, Receive, Send

logger = logging.getLogger(__name__)

PATH = "/v1/realtime"
ENDED_BY = {CLIENT_LEFT: LEFT, STOPPED_BY_OWNER: UNWANTED}  # a cancellation says who wanted it
KEY_SUBPROTOCOL = "openai-insecure-api-key."  # how a browser, which can't set headers, hands over its key
BETA_SUBPROTOCOL = "openai-beta."


class Tally:
    """The tokens of a session: the sum over its responses, as the provider counts them."""

    def __init__(self) -> None:
        self.tokens = Usage()

    def look(self, frame: Frame) -> None:
        if isinstance(frame, str) and '"response.done"' in frame:
            self.tokens = added(self.tokens, usage_in(frame))


def usage_in(text: str) -> Usage:
    """What a `response.done` event says was used; nothing where it is another event."""
    try:
        event = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return Usage()
    usage = member(member(event, "response"), "usage") if member(event, "type") == "response.done" else None
    return from_openai_usage(usage) if isinstance(usage, dict) else Usage()


def added(first: Usage, second: Usage) -> Usage:
    if not first.input + first.output:
        return second
    if not second.input + second.output:
        return first
    return Usage(
        input=first.input + second.input,
        output=first.output + second.output,
        cached=first.cached + second.cached,
        media=added_media(first.media or MediaTokens(), second.media or MediaTokens()),
    )


def added_media(first: MediaTokens, second: MediaTokens) -> MediaTokens:
    """What one of them does not tell, their sum does not."""
    pairs = zip(astuple(first), astuple(second), strict=True)
    return MediaTokens(*(None if one is None or other is None else one + other for one, other in pairs))


class Sessions:
    """The ASGI application for WebSockets, and all sessions under way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await receive()  # "websocket.connect"
            await serve(Client(scope, receive, send))
        finally:
            self._tasks.discard(task)

    async def stop(self) -> None:
        """Close every session, and return when that is done and recorded."""
        if self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(list(self._tasks), timeout=2 * CLOSE_SECONDS + 1)
            await asyncio.sleep(CLOSE_SECONDS / 5)  # for clients in mid-sentence to read it before the socket closes


sessions = Sessions()


async def serve(client: Client) -> None:
    """One WebSocket, start to finish: let in, or told over HTTP why not."""
    started, call_id = time.perf_counter(), new_call_id()
    try:
        answer = await hold(client, call_id, started)
    except GatewayError as error:
        answer = error_answer(error)
    except Exception:
        logger.exception("Unexpected error in a WebSocket at %s", client.scope["path"])
        answer = error_answer(InternalError("Novapi: something went wrong inside the gateway; its log says what."))
    if answer is not None:
        await client.deny(signed(answer, call_id, started))


async def deny(error: GatewayError, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Turn a WebSocket away."""
    started = time.perf_counter()
    await receive()
    await Client(scope, receive, send).deny(signed(error_answer(error), new_call_id(), started))


async def hold(client: Client, call_id: str, started: float) -> Answer | None:
    """A session, which is recorded however it ends. Gives an answer, or raises GatewayError, where none came about."""
    table = candidates.current()
    call = admit(client, call_id, started, table)
    outcome = Outcome()
    flights.enter(call, outcome, asyncio.current_task())
    try:
        return await run(call, client, table, outcome)
    except GatewayError as error:
        outcome.status, outcome.error = error.status, error.message
        error.headers |= {name.decode(): value.decode() for name, value in own_headers(call, outcome)}
        raise
    except asyncio.CancelledError as end:
        note_early_end(outcome, end)
        if outcome.is_stopped:
            raise stopped_by_owner(call, outcome) from end
        has_left = outcome.status == CLIENT_GONE
        return None if has_left else error_answer(GatewayError(outcome.error, status=outcome.status))
    except Exception:
        outcome.status, outcome.error = outcome.status or 500, "Something went wrong inside Novapi."
        raise
    finally:
        settle(call, outcome)


def admit(client: Client, call_id: str, started: float, table: RoutingTable) -> Call:
    """The WebSocket's request as a Call. Raises GatewayError for one that is not let in."""
    refuse_foreign_pages(client)
    path = canonical(client.scope["path"])
    if path == "/v1/responses":  # Codex tries a WebSocket first, and goes on with POST as soon as it is told to
        text = "Novapi: responses are answered to POST /v1/responses, not over a WebSocket."
        raise GatewayError(text, status=426, kind="invalid_request_error", code="upgrade_not_supported")
    if path != PATH:
        shown = client.scope["path"][:200]
        raise UnknownPath(f"Novapi: there is no WebSocket at {shown}. {PATH} is the only one.")
    pause.refuse(path)
    return Call(
        id=call_id,
        dialect="openai-chat",
        endpoint="realtime",
        key=authenticate(with_browsers_key(client), client.scope["query_string"], table),
        app=app_of(client.head),
        started=started,
        content_type="",
        headers=tuple((name.decode(), text_of(value)) for name, value in client.head.items() if name in TRAVELLING),
        model=dict(parse_qsl(client.scope["query_string"].decode("latin-1"))).get("model", ""),
        stream=True,
        method="GET",
    )


def refuse_foreign_pages(client: Client) -> None:
    """A page of another site may open WebSockets to here without being asked; its browser names it in Origin."""
    origin = client.head.get(b"origin")
    scheme = b"https" if client.scope.get("scheme") == "wss" else b"http"
    own = scheme + b"://" + client.head.get(b"host", b"")
    if origin is not None and origin.lower() != own.lower():
        page = origin[:100].decode("latin-1")
        text = f"Blocked: a web page ({page}) tried to use Novapi."
        raise GatewayError(text, status=403, kind="permission_error", code="origin_not_allowed")


def with_browsers_key(client: Client) -> dict[bytes, bytes]:
    """The headers, with the key that a browser's subprotocol holds where a header would have it."""
    keys = [name.removeprefix(KEY_SUBPROTOCOL) for name in client.subprotocols if name.startswith(KEY_SUBPROTOCOL)]
    return {b"authorization": b"Bearer " + keys[0].encode(), **client.head} if keys else client.head


async def run(call: Call, client: Client, table: RoutingTable, outcome: Outcome) -> Answer | None:
    """Connect to a channel, let the client in, and pass frames until either end closes."""
    model_of(Envelope(model=call.model or None), None)  # raises BadRequest
    admission.enter_with_key(call, outcome)
    provider = await connected(call, client, table, outcome)
    if isinstance(provider, Answer):
        return provider
    tally = Tally()
    try:
        await client.accept(own_headers(call, outcome))
        close = await converse(client, provider, tally.look)
        outcome.error = close.problem
    except EndGone:
        outcome.error = CLIENT_LEFT
    finally:
        outcome.tokens = tally.tokens
        await provider.drop()
    return None


async def connected(call: Call, client: Client, table: RoutingTable, outcome: Outcome) -> Provider | Answer:
    """A connection to the first channel that takes the session; cancelled if the client leaves meanwhile."""
    task = asyncio.current_task()
    assert task is not None
    watcher = asyncio.create_task(client.watch(task))
    try:
        return await first_good_connection(call, client, table, outcome)
    finally:
        watcher.cancel()


async def first_good_connection(
    call: Call, client: Client, table: RoutingTable, outcome: Outcome
) -> Provider | Answer:
    """Try one candidate after the other until one opens a WebSocket."""
    failures: list[tuple[Attempt, ChannelFailure]] = []
    refusals: list[Refusal] = []
    protocols = [name for name in client.subprotocols if name == SUBPROTOCOL or name.startswith(BETA_SUBPROTOCOL)]
    chosen = plan_for(call, table)
    outcome.route = Route(chosen)
    for attempt in chosen.attempts:
        channel = attempt.candidate.channel
        if refused := admission.enter_channel(channel, outcome):
            refusals.append(refused)
            outcome.route.passed_over.append((attempt, refused.reason))
            continue
        try:
            return await judged(call, attempt, outcome, connection(call, attempt, protocols, outcome))
        except ChannelFailure as failure:
            admission.leave_channel(channel, outcome)
            failures.append((attempt, failure))
            if not failure.retryable:
                break
    if not failures:
        raise admission.nobody_may(refusals)
    return give_up(call, failures, outcome)


async def connection(call: Call, attempt: Attempt, protocols: Sequence[str], outcome: Outcome) -> Provider:
    """The handshake with one channel, timed. Raises ChannelFailure."""
    sent_at = time.perf_counter()
    try:
        provider = await dial(call, attempt, protocols)
    finally:
        outcome.upstream_s += time.perf_counter() - sent_at
    outcome.answered, outcome.status = True, SWITCHED
    health.answered(attempt.key, time.perf_counter() - sent_at, time.monotonic())
    return provider


async def dial(call: Call, attempt: Attempt, protocols: Sequence[str]) -> Provider:
    """The handshake with one channel. Raises ChannelFailure."""
    channel = attempt.candidate.channel
    headers = upstream.outgoing_headers(channel, attempt.credential, attempt.dialect, call.headers)
    request = httpx.Request("GET", address(attempt), headers=headers)
    provider = Provider(channel)
    try:
        await opened(provider, request, protocols, attempt)
    except BaseException:
        await provider.drop()
        raise
    return provider


async def opened(provider: Provider, request: httpx.Request, protocols: Sequence[str], attempt: Attempt) -> None:
    channel = attempt.candidate.channel
    patience = channel.limits.first_byte_s
    try:
        async with asyncio.timeout(patience):
            await provider.open(request, protocols)
    except Declined as answer:
        raise await refusal(answer.response, request, attempt) from answer
    except Exception as problem:  # aiohttp's, the proxy library's, the system's, as in `transport`
        raise upstream.as_failure(as_httpx(problem, request, patience), channel) from problem


async def refusal(response: aiohttp.ClientResponse, request: httpx.Request, attempt: Attempt) -> ChannelFailure:
    """What it means that no WebSocket was opened."""
    if response.status < 300:
        return ChannelFailure("answered without opening a WebSocket", response.status)
    channel = attempt.candidate.channel
    body = Body(response, upstream.timeouts(channel), request)
    reply = httpx.Response(response.status, headers=response.raw_headers, stream=body)
    return await upstream.refusal(reply, channel, attempt.credential)


def address(attempt: Attempt) -> str:
    """Where the channel's sessions are; the model, or Azure's deployment, is in the query.

    The scheme stays http: a WebSocket is opened by an HTTP request, and proxies that are told "ws:" don't know it.
    """
    channel, model = attempt.candidate.channel, attempt.candidate.upstream
    url = channel.url("realtime", model, attempt.dialect)
    name = "model"
    if channel.provider.azure and "/openai/v1/" not in url:  # the dated API, whose base may name the deployment
        named = re.search(r"/openai/deployments/([^/]+)$", channel.base_url.rstrip("/"))
        name, model = "deployment", unquote(named[1]) if named else model
    url = f"{url}{'&' if '?' in url else '?'}{name}={quote(model, safe='')}"
    return overridden(url, channel.overrides)


async def converse(client: Client, provider: Provider, look: Callable[[Frame], None]) -> Close:
    """Both ways at once until either end closes; then the other end is closed likewise."""
    ways = [
        asyncio.create_task(pass_on(client, provider)),
        asyncio.create_task(pass_on(provider, client, look)),
    ]
    close = WRONG_INSIDE
    try:
        close = await first_close(ways)
    except asyncio.CancelledError as end:
        close = ENDED_BY.get(str(end), STOPPED)
    finally:
        try:
            await hang_up(client, provider, close)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
    return close


async def pass_on(
    source: Client | Provider, target: Client | Provider, look: Callable[[Frame], None] | None = None
) -> Close | None:
    """Frame by frame until the source closes; None once the target is gone."""
    while not isinstance(frame := await source.receive(), Close):
        if look:
            look(frame)
        try:
            await target.send(frame)
        except EndGone:
            return None
    return frame


async def first_close(ways: Sequence["asyncio.Task[Close | None]"]) -> Close:
    """How the session ended. Where a frame could not be passed on, the other way knows why."""
    done, others = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    closes = [way.result() for way in done]
    if not any(closes) and others:
        done, _ = await asyncio.wait(others, timeout=CLOSE_SECONDS)
        closes = [way.result() for way in done]
    return next(filter(None, closes), BROKEN)


async def hang_up(client: Client, provider: Provider, close: Close) -> None:
    """Close both ends; one that does not answer in time is dropped by whoever holds its connection."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await asyncio.gather(client.close(close), provider.close(close))
    except TimeoutError:
        return
