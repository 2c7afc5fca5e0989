"""Requests to an engine's own API, which lives at the root of its address; what it says when it refuses."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

import msgspec

from channels_app.local.engine import State
from channels_app.local.manager import engines
from channels_app.table import NO_LIMIT_S, ChannelRoute
from gateway import upstream
from gateway.offline import keep_off
from gateway.overrides import overridden
from gateway.upstream import ChannelFailure

MOST_BYTES = 32 * 1024 * 1024
LONGEST_LINE_BYTES = 1024 * 1024
QUIET_SECONDS = 1800.0  # an engine that checks a file of 100 GB says nothing meanwhile

START = {
    "ollama": "Start Ollama, or run `ollama serve`.",
    "lmstudio": "Start LM Studio's server, in its Developer tab or with `lms server start`.",
    "llamacpp": "Start `llama-server`, or give the channel a command so that Novapi does it.",
}


class Unable(Exception):
    """The engine has no way to do it; the message says which, and what to do instead."""


def needs_engine(channel: ChannelRoute) -> None:
    """Raises Unable for a channel of the cloud."""
    if not channel.provider.local:
        raise Unable(f"{channel.provider.name} is no engine of yours: what it has in memory is its own business.")


def where_it_runs(channel: ChannelRoute) -> ChannelRoute | None:
    """The channel where its engine listens now; None while an engine that Novapi starts does not run."""
    if channel.recipe is None:
        return channel
    engine = engines.find(channel.id)
    return channel.at_port(engine.port) if engine and engine.state is State.READY else None


async def ask(channel: ChannelRoute, path: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON that a GET, or with a `body` a POST, is answered with. Raises ChannelFailure."""
    raw = await upstream.read(await sent(channel, path, body), channel, MOST_BYTES)
    answer = decoded(raw or b"{}")
    raise_error_in(answer, raw)
    return answer


async def lines(channel: ChannelRoute, path: str, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """The same, where the answer is a stream of JSON objects, one a line. Raises ChannelFailure. Whoever stops reading
    hangs up on the engine."""
    response = await sent(channel, path, body)
    rest = b""
    try:
        async for chunk in upstream.stream(response, channel):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in filter(bytes.strip, whole):
                yield object_in(line)
            if len(rest) > LONGEST_LINE_BYTES:
                raise ChannelFailure("answered with a line without end", 200)
        if rest.strip():
            yield object_in(rest)
    finally:
        await response.aclose()


async def sent(channel: ChannelRoute, path: str, body: dict[str, Any] | None) -> Any:
    """A success whose body is unread. Raises ChannelFailure."""
    keep_off(channel)
    credential = channel.credentials[0] if channel.credentials else upstream.NOBODY
    url = overridden(urljoin(channel.url("models", "", channel.provider.models_dialect), path), channel.overrides)
    limits = {"connect": channel.limits.connect_s, "first_byte": NO_LIMIT_S, "read": QUIET_SECONDS}
    content = None if body is None else msgspec.json.encode(body)
    return await upstream.send(upstream.own_request(channel, credential, url, content, limits), channel, credential)


def decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise ChannelFailure("answered with something that is no JSON; check its base URL", 200) from problem


def object_in(line: bytes) -> dict[str, Any]:
    answer = decoded(line)
    raise_error_in(answer, line)
    return answer if isinstance(answer, dict) else {}


def raise_error_in(answer: Any, raw: bytes) -> None:
    """Errors come with 200, too: in the middle of a stream, and from LM Studio for every path that it lacks."""
    if isinstance(answer, dict) and answer.get("error"):
        raise upstream.failure_in_answer(upstream.error_message(raw), 200, raw)


def told(channel: ChannelRoute, failure: ChannelFailure) -> str:
    """A failure for the owner: the engine's own words where it gave any, and what to do where it gave none."""
    words = upstream.error_message(failure.body)
    if is_unknown_path(failure):
        return f"{channel.name} has no such function: this takes LM Studio 0.4 or newer."
    if words:
        return f"{channel.name} says: {words[:500]}"
    advice = START.get(channel.provider.id, "See whether it is running.") if failure.status is None else ""
    return f"{channel.name} {failure.reason.rstrip('.')}. {advice}".strip()


def is_unknown_path(failure: ChannelFailure) -> bool:
    """Whether it is an LM Studio that is older than the path."""
    return "Unexpected endpoint" in upstream.error_message(failure.body)


def is_refusal(failure: ChannelFailure) -> bool:
    """Whether the engine is well and only does not want to."""
    return bool(upstream.error_message(failure.body)) and (failure.status or 500) < 500
