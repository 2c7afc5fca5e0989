"""Try a channel the way a call would: reach it, list its models, have one answer."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import httpx
import msgspec

from channels_app.table import Candidate, ChannelRoute, ClientIdentity, is_pattern
from gateway import translate, upstream
from gateway.call import TRANSLATABLE, Call, Outcome, new_call_id
from gateway.health import health
from gateway.offers import Attempt, spoken_to
from gateway.overrides import overridden
from gateway.recorder import recorder
from gateway.relay import try_once
from gateway.upstream import ChannelFailure

CHAT_DIALECTS = TRANSLATABLE["chat"]["openai-chat"]
TEST_APP = "Novapi test"
TEST_TOKENS = 16  # enough for "ok", little enough to cost nothing worth naming


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of a test: what was tried, whether it went well, how long it took, and a sentence."""

    name: str
    ok: bool
    ms: float
    detail: str


async def test_channel(channel: ChannelRoute, models: dict[str, str], key: ClientIdentity) -> dict[str, Any]:
    """Try every key at the model list, then one model. `models`: public name → upstream name.

    Returns `{"ok": bool, "stages": [Stage as dict, …]}`.
    """
    positions = range(len(channel.credentials)) if channel.provider.models else ()
    stages = [await list_stage(channel, position) for position in positions]
    named = [name for name in models if not is_pattern(name)]
    if named and channel.dialects.intersection(CHAT_DIALECTS):
        name, sent = named[0], models[named[0]]
        stages.append(await answer_stage(channel, Candidate(channel, name, sent), key))
    if not stages:
        stages.append(Stage("nothing to test", False, 0.0, "The channel has no model and its provider no model list."))
    return {"ok": all(stage.ok for stage in stages), "stages": [asdict(stage) for stage in stages]}


async def list_stage(channel: ChannelRoute, position: int) -> Stage:
    credential = channel.credentials[position]
    name = f"key …{credential.last4}" if credential.last4 else "reach"
    started = time.perf_counter()
    try:
        models = await list_models(channel, position)
    except ChannelFailure as failure:
        return Stage(name, False, since(started), f"{channel.name} {failure.reason}")
    health.forgive((channel.id, credential.id))  # a refused key stays off until a test went well
    return Stage(name, True, since(started), f"{len(models)} models")


async def answer_stage(channel: ChannelRoute, candidate: Candidate, key: ClientIdentity) -> Stage:
    if not channel.credentials:
        return Stage("answer", False, 0.0, "No usable key.")
    call, outcome = small_call(candidate, key), Outcome(channel.id, channel.name, candidate.upstream, attempts=1)
    try:
        attempt = Attempt(candidate, channel.credentials[0], spoken_to(candidate, call.dialects))
        await try_once(call, attempt, translate.outgoing(call, attempt), outcome)
        health.forgive(attempt.key)
        detail = f"{candidate.model} answered"
    except ChannelFailure as failure:
        outcome.status, outcome.error = failure.status or 502, failure.reason
        detail = f"{channel.name} {failure.reason}"
    recorder.put(call, outcome)  # it may have cost something
    return Stage("answer", outcome.answered, since(call.started), detail)


def small_call(candidate: Candidate, key: ClientIdentity) -> Call:
    question = [{"role": "user", "content": "Answer with the word ok."}]
    body = {"model": candidate.model, "messages": question, "max_tokens": TEST_TOKENS}
    return Call(
        id=new_call_id(),
        dialect="openai-chat",
        endpoint="chat/completions",
        model=candidate.model,
        body=msgspec.json.encode(body),
        kind="json",
        task="chat",
        content_type="application/json",
        stream=False,
        wants_usage=False,
        key=key,
        app=TEST_APP,
        started=time.perf_counter(),
        headers=(("content-type", "application/json"),),
    )


def since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


async def list_models(channel: ChannelRoute, position: int = 0) -> list[str]:
    """The models the provider says it has, as it calls them. Raises ChannelFailure."""
    if not channel.provider.models:
        raise ChannelFailure("has no model list; enter the models by name", retryable=False)
    if position >= len(channel.credentials):
        raise ChannelFailure("has no usable key", retryable=False)
    credential = channel.credentials[position]
    headers = upstream.outgoing_headers(channel, credential, channel.provider.models_dialect)
    url = overridden(channel.url("models", "", channel.provider.models_dialect), channel.overrides)
    request = httpx.Request("GET", url, headers=headers, extensions={"timeout": upstream.timeouts(channel)})
    response = await upstream.send(request, channel, credential)
    body = await upstream.read(response, channel)
    try:
        names = NAMES[channel.provider.models_shape](msgspec.json.decode(body))
    except (msgspec.MsgspecError, RecursionError, KeyError, TypeError, AttributeError):
        names = [None]
    if not all(isinstance(name, str) and name for name in names):
        raise ChannelFailure("answered with something that is no model list; check its base URL", 200)
    return names


NAMES: dict[str, Callable[[Any], list[Any]]] = {
    "openai": lambda body: [model["id"] for model in body["data"]],
    "anthropic": lambda body: [model["id"] for model in body["data"]],
    "array": lambda body: [model["id"] for model in body],
    "ollama": lambda body: [model["name"] for model in body["models"]],
    "cohere": lambda body: [model["name"] for model in body["models"]],
    "gemini": lambda body: [model["name"].removeprefix("models/") for model in body["models"]],
}
