"""Calls that Novapi makes on its own account, each of a few tokens: to test a channel, to see whether a key is back.

They take the route of a real attempt (translation, overrides, certificates) and are recorded like one.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Mapping
from typing import Any, TypeVar

import msgspec

from channels_app.table import Candidate, ChannelRoute, ClientIdentity, Credential, is_pattern
from gateway import admission, translate
from gateway.call import TRANSLATABLE, Answer, Call, Outcome, new_call_id
from gateway.endings import CLIENT_GONE
from gateway.exchange import try_once
from gateway.health import KeyId
from gateway.offers import Attempt, spoken_to
from gateway.offline import keep_off
from gateway.recorder import recorder
from gateway.upstream import ChannelFailure
from gateway.visits import CLIENT_LEFT

CHAT_DIALECTS = TRANSLATABLE["chat"]["openai-chat"]
MOST_SECONDS = 30.0  # for one step, whatever the channel allows a call
MOST_BYTES = 1024 * 1024  # of a stream of a few tokens
GREETING_TOKENS = 16  # enough for "ok", and the least that OpenAI's Responses API takes
# What a model is called that is asked for something else than a chat.
NO_CHAT = re.compile(
    r"embed|\bbge-|\be5-|rerank|whisper|transcri|\btts\b|-tts|speech|moderation|dall-e|image|imagen|\bveo|\bsora|flux|"
    r"stable-diffusion|realtime",
    re.I,
)

Result = TypeVar("Result")


class Caller(msgspec.Struct, frozen=True):
    """What a small call is made with: one model of a channel, one of its keys, and on whose account it is booked."""

    candidate: Candidate
    credential: Credential
    key: ClientIdentity
    app: str

    @property
    def channel(self) -> ChannelRoute:
        return self.candidate.channel

    @property
    def health_key(self) -> KeyId:
        return self.channel.id, self.credential.id

    def attempt(self, call: Call) -> Attempt:
        return Attempt(self.candidate, self.credential, spoken_to(self.candidate, call.dialects))


class Streamed(msgspec.Struct, frozen=True):
    """How a stream went: seconds to its first event (None: the answer came in one piece), and what broke it off."""

    first_s: float | None
    error: str


def chats_by_name(models: Mapping[str, str]) -> list[str]:
    """Of the public names those that one can chat with, as far as a name tells. `models`: public → upstream name."""
    named = (name for name in models if not is_pattern(name))
    return [name for name in named if not NO_CHAT.search(name) and not NO_CHAT.search(models[name])]


def call_of(caller: Caller, members: Mapping[str, Any], stream: bool = False) -> Call:
    body = {"model": caller.candidate.model, **members} | ({"stream": True} if stream else {})
    return Call(
        id=new_call_id(),
        dialect="openai-chat",
        endpoint="chat/completions",
        model=caller.candidate.model,
        body=msgspec.json.encode(body),
        kind="json",
        task="chat",
        content_type="application/json",
        stream=stream,
        wants_usage=False,
        key=caller.key,
        app=caller.app,
        started=time.perf_counter(),
        headers=(("content-type", "application/json"),),
    )


def greeting(text: str = "Answer with the word ok.", tokens: int = GREETING_TOKENS) -> dict[str, Any]:
    """The members of the plainest question."""
    return {"messages": [{"role": "user", "content": text}], "max_tokens": tokens}


async def asked(caller: Caller, members: Mapping[str, Any]) -> dict[str, Any]:
    """One whole answer: its first choice. Raises ChannelFailure, Impossible, GatewayError."""
    answer, _ = await understood(caller, members)
    assert isinstance(answer.body, bytes)
    try:
        choice = msgspec.json.decode(answer.body)["choices"][0]
        choice["message"].get("content")
    except (msgspec.MsgspecError, RecursionError, LookupError, TypeError, AttributeError) as problem:
        raise ChannelFailure("answered with something that is no chat answer; check its base URL", 200) from problem
    return dict(choice)


async def streamed(caller: Caller, members: Mapping[str, Any]) -> Streamed:
    """One streamed answer, read to its end. Raises ChannelFailure, Impossible, GatewayError."""
    answer, outcome = await understood(caller, members, stream=True)
    if isinstance(answer.body, bytes) or outcome.first_token_ms is None:
        return Streamed(None, outcome.error)
    size = 0
    try:
        async for chunk in answer.body:
            size += len(chunk)
            if size > MOST_BYTES:
                raise ChannelFailure(f"streams without end: {MOST_BYTES // 1024} KiB for a few tokens", 200)
    finally:
        await answer.body.aclose()  # type: ignore[attr-defined]  # always an async generator
    return Streamed(outcome.first_token_ms / 1000, outcome.error)


async def understood(caller: Caller, members: Mapping[str, Any], stream: bool = False) -> tuple[Answer, Outcome]:
    """The answer; where a model wants its limit called by the newer name, it is asked again. A refusal is free."""
    try:
        return await sent(caller, call_of(caller, members, stream))
    except ChannelFailure as failure:
        if failure.status != 400 or b"max_completion_tokens" not in failure.body:
            raise
    renamed = {"max_completion_tokens" if name == "max_tokens" else name: value for name, value in members.items()}
    return await sent(caller, call_of(caller, renamed, stream))


async def sent(caller: Caller, call: Call) -> tuple[Answer, Outcome]:
    """One attempt. It is recorded however it ends, for it may have cost something; a stream records itself."""
    channel = caller.channel
    keep_off(channel)
    attempt = caller.attempt(call)
    outgoing = translate.outgoing(call, attempt)
    outcome = Outcome(channel.id, channel.name, channel.provider.id, caller.candidate.upstream, attempts=1)
    try:
        answer = await try_once(call, attempt, outgoing, outcome)
    except ChannelFailure as failure:
        outcome.status, outcome.error = failure.status or 502, failure.reason
        end(call, outcome)
        raise
    except asyncio.CancelledError:
        outcome.status, outcome.error = CLIENT_GONE, "Novapi waited no longer."
        end(call, outcome)
        raise
    if isinstance(answer.body, bytes):
        end(call, outcome)
    return answer, outcome


def end(call: Call, outcome: Outcome) -> None:
    """It is recorded, and an engine that was started for it is free for others, and for its rest. Streams end
    themselves."""
    recorder.put(call, outcome)
    admission.leave_all(outcome)


async def within(seconds: float, work: Awaitable[Result]) -> Result:
    """What `work` gives, if it does so in time; else it is cancelled the way a client's hang-up does it, for a stream
    takes any other cancellation for the end of Novapi. Raises ChannelFailure."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
    finally:
        if not task.done():
            task.cancel(CLIENT_LEFT)
            await asyncio.wait({task}, timeout=1)
    raise ChannelFailure(f"gave no whole answer within {seconds:g} s", timed_out=True)
