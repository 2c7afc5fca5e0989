"""Test a channel the way a call would use it, stage by stage: each says how it went and what to do.

reach → its keys → chat → stream, tools, json. A stage that fails stops those that build on it.
"""

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from channels_app.table import Candidate, ChannelRoute, ClientIdentity, Credential, is_pattern
from gateway import small_calls, waking
from gateway.dialects.format import Impossible
from gateway.errors import GatewayError
from gateway.faults import code_of, fault_of
from gateway.health import Fault, health
from gateway.model_lists import Listed, is_open, list_models
from gateway.offers import offered_by, spoken_to
from gateway.offline import keep_off
from gateway.questions import Ability, greet, json_ability, stream_ability, tools_ability
from gateway.reaching import Unreachable, reach
from gateway.small_calls import CHAT_DIALECTS, MOST_SECONDS, Caller, within
from gateway.upstream import ChannelFailure

TEST_APP = "Novapi test"
ABILITIES = ("tools", "json")  # a model may do without: what they find is no failure of the channel
# What a model list answers that says nothing good or bad about the key; a chat will tell. Everything else does.
SURE = frozenset({None, 401, 402, 429})

# What a stage says of its key that calls need not find out again.
PROVEN = {"key_refused": Fault.KEY_REFUSED, "no_credit": Fault.NO_CREDIT}


class NotOffered(ValueError):
    """The channel has no such model."""


class Stage(msgspec.Struct, frozen=True):
    """One step: whether it went well or does not apply (`skipped`), how long it took, and a sentence. `code`: what
    went wrong, in a word for programs; empty where nothing did, or no word would help."""

    name: str
    ok: bool
    ms: float
    detail: str
    skipped: bool = False
    code: str = ""


class Trial(msgspec.Struct, frozen=True):
    """What is to be tested. `candidate`: the model to chat with; None, and `why_none`, where there is none."""

    channel: ChannelRoute
    key: ClientIdentity
    candidate: Candidate | None
    why_none: str = ""

    def caller(self, credential: Credential) -> Caller:
        assert self.candidate
        return Caller(self.candidate, credential, self.key, TEST_APP)


class Found(msgspec.Struct):
    """What the stages so far have found: a key that works; the chat, where it has been tried already; whether the
    model list is open to everybody."""

    credential: Credential | None = None
    chat: Stage | None = None
    is_open: bool | None = None


def trial_of(channel: ChannelRoute, models: Mapping[str, str], key: ClientIdentity, model: str = "") -> Trial:
    """The test of a channel with `model`, or with the first that chats. `models`: public → upstream name. Raises
    NotOffered."""
    if model and (candidate := offered_by(channel, models, model)) is None:
        raise NotOffered(f"{channel.name} does not offer '{model}'.")
    if not channel.dialects.intersection(CHAT_DIALECTS):
        return Trial(channel, key, None, "The channel speaks no dialect of a chat.")
    if model:
        return Trial(channel, key, candidate)
    chats = small_calls.chats_by_name(models)
    if not chats:
        return Trial(channel, key, None, why_no_chat(models))
    return Trial(channel, key, Candidate(channel, chats[0], models[chats[0]]))


def why_no_chat(models: Mapping[str, str]) -> str:
    if not models:
        return "The channel has no model yet; fetch its models, or enter one."
    if all(is_pattern(name) for name in models):
        return "The channel offers wildcards only; name a model to test with."
    return "By their names none of the channel's models chats; name one to test it all the same."


async def run(trial: Trial) -> dict[str, Any]:
    """All of it: `{"ok", "model", "abilities", "stages"}`."""
    return report(trial, [stage async for stage in stages(trial)])


def report(trial: Trial, done: list[Stage]) -> dict[str, Any]:
    """`ok`: every stage that applied went well, but those named in `abilities`, which a model may do without."""
    core = [stage for stage in done if stage.name not in ABILITIES and not stage.skipped]
    return {
        "ok": all(stage.ok for stage in core),
        "model": trial.candidate.model if trial.candidate else None,
        "abilities": list(ABILITIES),
        "stages": [asdict(stage) for stage in done],
    }


async def stages(trial: Trial) -> AsyncIterator[Stage]:
    """One stage after the other, each as soon as it has ended. An engine that Novapi starts is started first."""
    if trial.channel.recipe:
        trial, stage = await engine_stage(trial)
        yield stage
        if not stage.ok:
            return
    async for stage in stages_at(trial):
        yield stage


async def engine_stage(trial: Trial) -> tuple[Trial, Stage]:
    """The trial where the engine listens now; it may load for as long as it takes."""
    began_at = time.perf_counter()
    try:
        channel = await waking.started(trial.channel)
    except ChannelFailure as failure:
        detail = f"{failure.reason[:1].upper()}{failure.reason[1:]}. Check its command and its log."
        return trial, Stage("engine", False, since(began_at), detail, code=code_of(failure))
    candidate = replace(trial.candidate, channel=channel) if trial.candidate else None
    return replace(trial, channel=channel, candidate=candidate), Stage("engine", True, since(began_at), "It runs.")


async def stages_at(trial: Trial) -> AsyncIterator[Stage]:
    found = Found()
    reached = await reach_stage(trial)
    yield reached
    for position, credential in enumerate(trial.channel.credentials):
        stage = (
            await key_stage(trial, credential, position, found) if reached.ok else not_reached(key_name(credential))
        )
        if fault := PROVEN.get(stage.code):
            health.failed((trial.channel.id, credential.id), fault, time.monotonic())
        yield stage
    if not trial.channel.credentials:
        yield Stage("keys", False, 0.0, "The channel has no usable key; enable one, or enter another.", code="no_key")
    chat = await chat_stage(trial, found) if reached.ok else not_reached("chat")
    yield chat
    for name, ability in (("stream", stream_ability), ("tools", tools_ability), ("json", json_ability)):
        yield await ability_stage(name, ability, trial, found) if chat.ok else skipped(name, why_not(chat))


def key_name(credential: Credential) -> str:
    return f"key …{credential.last4}" if credential.api_key else "models"


def skipped(name: str, why: str, code: str = "") -> Stage:
    return Stage(name, False, 0.0, why, skipped=True, code=code)


def failed(name: str, ms: float, channel: ChannelRoute, failure: ChannelFailure) -> Stage:
    return Stage(name, False, ms, told(channel, failure), code=code_of(failure))


def not_reached(name: str) -> Stage:
    return skipped(name, "Not tried: the address can't be reached.")


def why_not(chat: Stage) -> str:
    return chat.detail if chat.skipped else "Not tried: the chat failed."


# The address


async def reach_stage(trial: Trial) -> Stage:
    dialect = spoken_to(trial.candidate, CHAT_DIALECTS) if trial.candidate else ""
    started = time.perf_counter()
    try:
        keep_off(trial.channel)
        detail = await within(MOST_SECONDS, reach(trial.channel, dialect or "openai-chat"))
    except Unreachable as problem:
        code = "proxy" if trial.channel.proxy else problem.code
        return Stage("reach", False, since(started), str(problem), code=code)
    except ChannelFailure as failure:
        return Stage("reach", False, since(started), f"The address {failure.reason}.", code=code_of(failure))
    return Stage("reach", True, since(started), detail)


def since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


# The keys


async def key_stage(trial: Trial, credential: Credential, position: int, found: Found) -> Stage:
    """By the model list, which is free; where that says nothing about the key, by a chat."""
    name, started = key_name(credential), time.perf_counter()
    unsure = "The provider has no model list"
    try:
        if trial.channel.provider.models:
            accepted, unsure = await within(MOST_SECONDS, listed(trial.channel, position, found))
            if accepted:
                found.credential = found.credential or credential
                health.forgive((trial.channel.id, credential.id))  # a refused key stays off until a test went well
                return Stage(name, True, since(started), unsure)
    except ChannelFailure as failure:
        if failure.status in SURE or trial.candidate is None:
            return failed(name, since(started), trial.channel, failure)
        unsure = f"The model list {failure.reason}"
    return await key_by_chat(trial, credential, found, unsure)


async def listed(channel: ChannelRoute, position: int, found: Found) -> tuple[bool, str]:
    """Whether the list proves the key good, and what to say. Raises ChannelFailure."""
    models = await list_models(channel, position)
    if found.is_open is None:
        found.is_open = bool(channel.credentials[position].api_key) and await is_open(channel)
    if found.is_open:
        return False, f"The model list ({counted(models)}) is open to everybody"
    return True, f"{counted(models)}."


def counted(models: list[Listed]) -> str:
    return "1 model" if len(models) == 1 else f"{len(models)} models"


async def key_by_chat(trial: Trial, credential: Credential, found: Found, unsure: str) -> Stage:
    name = key_name(credential)
    if trial.candidate is None:
        return skipped(name, f"{unsure}, and there is no model to chat with: nothing tells whether the key is good.")
    stage = await called("chat", greet, trial.caller(credential))
    if stage.ok and found.credential is None:
        found.credential, found.chat = credential, stage
    return replace(stage, name=name, detail=f"{unsure}; asked by a chat: {stage.detail}")


# The calls


async def chat_stage(trial: Trial, found: Found) -> Stage:
    if trial.candidate is None:
        return skipped("chat", trial.why_none, "no_model")
    if found.credential is None:
        return skipped("chat", "Not tried: no key of the channel is accepted.")
    return found.chat or await called("chat", greet, trial.caller(found.credential))


async def ability_stage(name: str, ability: Ability, trial: Trial, found: Found) -> Stage:
    assert found.credential
    return await called(name, ability, trial.caller(found.credential))


async def called(name: str, ability: Ability, caller: Caller) -> Stage:
    """A stage that makes a call; one that its dialect has no words for does not apply."""
    started = time.perf_counter()
    try:
        ok, detail = await within(MOST_SECONDS, ability(caller))
    except ChannelFailure as failure:
        return failed(name, since(started), caller.channel, failure)
    except Impossible as problem:
        return skipped(name, f"The channel's dialect has no words for {problem.feature}.")
    except GatewayError as error:
        return Stage(name, False, since(started), error.message)
    return Stage(name, ok, since(started), detail)


# What to do


def told(channel: ChannelRoute, failure: ChannelFailure) -> str:
    return f"{channel.name} {failure.reason.rstrip('.')}. {advice(failure)}".strip()


def advice(failure: ChannelFailure) -> str:
    """What the owner can do about it; nothing where the reason says so itself."""
    match fault_of(failure):
        case Fault.KEY_REFUSED:
            return "Enter another key, or give this one the right to use the model."
        case Fault.NO_CREDIT:
            return "Top up the account at the provider."
        case Fault.RATE_LIMITED:
            return "Wait a little, or ask the provider for a higher limit."
        case Fault.NOT_ITS_FAULT if failure.status == 404:
            return "Check the model's upstream name and the base URL."
        case Fault.NOT_ITS_FAULT:
            return "Check the model, and the channel's overrides."
    if failure.timed_out:
        return "It may be starting or overloaded: try again."
    if failure.status is None:
        return "See whether it is running."
    return "The provider has a problem of its own: try again later." if failure.status >= 500 else ""
