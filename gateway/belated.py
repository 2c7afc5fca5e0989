"""Streams whose answer is long in coming, for an engine of this machine loads its model or reads a long prompt: their
clients are told that they are being served, get signs of life, and then the answer.

Once a stream has begun there is no status to be given any more: what goes wrong is told as its last event, in the
client's dialect.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from typing import Any

from gateway import translate
from gateway.call import Answer, Call, HeaderPairs, Outcome
from gateway.dialects.passthrough import Passthrough
from gateway.endings import STOPPED, farewell, note_early_end, settle
from gateway.errors import GatewayError
from gateway.headers import STREAMED, own_headers
from gateway.offers import Plan

EARLY_SECONDS = 5.0  # within which an answer is waited for as any other


def may_be(call: Call, plan: Plan) -> bool:
    return call.stream and any(attempt.candidate.channel.provider.local for attempt in plan.attempts)


async def answered(call: Call, outcome: Outcome, work: Coroutine[Any, Any, Answer]) -> Answer:
    """What `work` gives, or the beginning of a stream that will. Raises what it raises while that can be told."""
    passing = translate.client_stream(call)
    if passing is None or not passing.keepalive:
        return await work
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task}, timeout=EARLY_SECONDS)
    except asyncio.CancelledError:
        await give_up(task)
        raise
    if task.done():
        return task.result()
    body = begun(call, outcome, task, passing)
    await anext(body)  # step inside its `try`: from here on it records, whatever happens
    headers: HeaderPairs = [(b"content-type", translate.stream_type(call).encode()), *STREAMED]
    return Answer(200, headers + own_headers(call, outcome), body, passing.keepalive)


async def begun(
    call: Call, outcome: Outcome, task: "asyncio.Task[Answer]", passing: Passthrough
) -> AsyncIterator[bytes]:
    """An empty chunk, then the answer when it is there; records the call, unless the answer does."""
    try:
        yield b""
        await asyncio.wait({task})
    except (asyncio.CancelledError, GeneratorExit) as end:
        await give_up(task)
        note_early_end(outcome, end)
        settle(call, outcome)
        if outcome.status != STOPPED or isinstance(end, GeneratorExit):
            raise
        yield passing.break_off(farewell(outcome))
        return
    chunks = told(call, outcome, task, passing)
    try:
        async for chunk in chunks:
            yield chunk
    finally:
        await chunks.aclose()


async def told(
    call: Call, outcome: Outcome, task: "asyncio.Task[Answer]", passing: Passthrough
) -> AsyncGenerator[bytes, None]:
    """The answer that has come at last."""
    try:
        answer = task.result()
    except GatewayError as error:
        yield failed(call, outcome, passing, error.message)
    except Exception:
        yield failed(call, outcome, passing, "Novapi: something went wrong inside the gateway; its log says what.")
        raise
    else:
        if not isinstance(answer.body, bytes):
            try:
                async for chunk in answer.body:
                    yield chunk
            finally:
                await answer.body.aclose()  # type: ignore[attr-defined]  # always an async generator
        elif answer.status < 400:
            settle(call, outcome, answer.body)
            yield answer.body
        else:
            yield failed(call, outcome, passing, outcome.error)


def failed(call: Call, outcome: Outcome, passing: Passthrough, problem: str) -> bytes:
    """Recorded as a stream that broke: its client has seen a 200."""
    last = passing.break_off(problem)
    outcome.status, outcome.error = 200, problem
    settle(call, outcome, last)
    return last


async def give_up(task: "asyncio.Task[Answer]") -> None:
    task.cancel()
    await asyncio.wait({task})
