"""Engines of this machine: how they run, what was found, what they have loaded."""

from datetime import datetime

from pydantic import Field, field_validator

from channels_app.local.manager import engines
from channels_app.models import Channel
from dashboard.api.schemas.base import Schema, Strict


class FoundModelOut(Schema):
    """A model of a found engine. Tokens of context: what it was made for, and what it was loaded with. `size` in
    bytes. null, and an empty quantisation: the engine does not tell. `local`: false for one in the engine's cloud."""

    name: str
    context_max: int | None
    context_loaded: int | None
    quantisation: str
    size: int | None
    loaded: bool | None = Field(alias="is_loaded")
    vision: bool | None
    tools: bool | None
    reasoning: bool | None
    embedding: bool | None
    local: bool = Field(alias="is_local")


class ChannelName(Schema):
    id: int
    name: str


class FoundOut(Schema):
    """An engine that runs on this machine. `state`: ready, loading (its model), or locked (it wants a key); `channel`:
    the one that calls it."""

    engine: str
    name: str
    provider: str
    address: str
    base_url: str
    version: str
    state: str
    process: str
    pid: int | None
    models: list[FoundModelOut]
    channel: ChannelName | None


class DiscoveryOut(Schema):
    """`at`: when was looked, a Unix time, null: not yet; `seconds`: how long it took."""

    at: float | None
    seconds: float
    engines: list[FoundOut]


class FoundIn(Strict):
    """`address`: of an engine on this machine; `api_key`: if it wants one; `name`: else the engine's."""

    address: str = Field(min_length=1, max_length=500)
    api_key: str = Field("", max_length=500)
    name: str = Field("", max_length=100)

    @field_validator("api_key")
    @classmethod
    def in_a_header(cls, value: str) -> str:
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise ValueError("A key is one word of ASCII characters; this one was not copied right.")
        return value


class EngineOut(Schema):
    """An engine that Novapi starts. `state`: stopped, starting, ready, stopping, crashed (the next call starts it
    again), backing off (for `retry_s` seconds), failed (until its owner starts it); `reason`: of the last trouble;
    `pid` is its guard's; `calls` that use it or wait for it to be ready; `memory_mb` is null while it does not run."""

    state: str
    reason: str
    retry_s: float | None
    port: int | None
    pid: int | None
    calls: int
    last_exit: str
    memory_mb: float | None = None

    @classmethod
    def of(cls, channel: Channel) -> "EngineOut | None":
        if channel.recipe is None:
            return None
        engine = engines.find(channel.pk)
        if engine is None:
            return cls(state="stopped", reason="", retry_s=None, port=None, pid=None, calls=0, last_exit="")
        memory = round(engine.child.memory_bytes() / 2**20, 1) if engine.child else None
        return cls(**engine.told(), memory_mb=memory)


class LoadedModel(Schema):
    """`name` is the engine's; `instance`: LM Studio's name of it in memory; `size_bytes`: what it takes as the engine
    tells it (Ollama: with its context, the others: its weights), `vram_bytes` of it on the GPU; `context_tokens`: what
    it was loaded with; `until`: when the engine drops it if nobody calls it, null: not told, or never."""

    name: str
    instance: str
    size_bytes: int | None
    vram_bytes: int | None
    context_tokens: int | None
    quantisation: str
    until: datetime | None


class LoadedOut(Schema):
    models: list[LoadedModel]


class UnloadIn(Strict):
    """`model`: the channel's name of it, or the engine's own. `force`: even while calls use the engine."""

    model: str = Field(min_length=1, max_length=500)
    force: bool = False


class LoadIn(Strict):
    """`context_tokens`: how much is to fit in, where the engine lets one say so (LM Studio)."""

    model: str = Field(min_length=1, max_length=500)
    context_tokens: int | None = Field(None, ge=1, le=1_000_000_000)


class PullIn(Strict):
    """`model`: as the engine's library calls it; for LM Studio also the address of one at Hugging Face."""

    model: str = Field(min_length=1, max_length=500)
