"""Channels with their keys and models."""

import time
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from channels_app.models import Channel, ChannelKey
from dashboard.api.schemas.base import QuotaIn, QuotaOut, Schema, Strict
from dashboard.api.schemas.engines import EngineOut
from gateway.health import health
from gateway.lookout import lookout

OFFLINE = "offline"  # of a channel whose engine on this machine does not listen


class ModelName(Strict):
    """`vision`, `tools`, `context_tokens`: what the model can do; left out: as before, `null`: unknown. `enabled`:
    false for one that is kept, with all that is said of it, and not offered."""

    name: str = Field(min_length=1, max_length=200)
    upstream: str | None = Field(None, min_length=1, max_length=200)
    vision: bool | None = None
    tools: bool | None = None
    context_tokens: int | None = Field(None, ge=1, le=1_000_000_000)
    price_input: float | None = Field(None, ge=0, le=1_000_000)
    price_output: float | None = Field(None, ge=0, le=1_000_000)
    price_cached: float | None = Field(None, ge=0, le=1_000_000)
    price_cache_written: float | None = Field(None, ge=0, le=1_000_000)
    enabled: bool = True


# Told apart by what was sent, so that an error speaks of that form only; the tags stand in pydantic's error paths.
MODEL_FORMS = ("a name", "a pair")


NameOrPair = Annotated[
    Annotated[str, Tag(MODEL_FORMS[0])] | Annotated[ModelName, Tag(MODEL_FORMS[1])],
    Discriminator(lambda given: MODEL_FORMS[isinstance(given, dict | ModelName)]),
]


class ChannelPatch(QuotaIn):
    """Only what is given changes. `api_keys` replaces all keys; a masked one (`…last4`) stands for the stored one.
    `add_api_keys` and `remove_key_ids` leave the others alone; `disabled_key_ids`: all those not to be used."""

    name: str | None = None
    provider: str | None = None
    base_url: str | None = None
    api_version: str | None = None
    api_keys: list[str] | None = None
    add_api_keys: list[str] | None = None
    remove_key_ids: list[int] | None = None
    disabled_key_ids: list[int] | None = None
    models: list[NameOrPair] | None = None
    dialects: list[str] | None = None
    headers: dict[str, str] | None = None
    proxy: str | None = None
    priority: int | None = Field(None, ge=-1_000_000, le=1_000_000)
    weight: int | None = Field(None, ge=1, le=1_000_000)
    connect_s: float | None = Field(None, gt=0)
    first_byte_s: float | None = Field(None, gt=0)
    idle_s: float | None = Field(None, gt=0)
    failures_to_pause: int | None = Field(None, ge=1, le=1_000_000)
    overrides: dict[str, Any] | None = None
    command: str | None = Field(None, max_length=20_000)
    shell: bool | None = None
    env: dict[str, str] | None = None
    cwd: str | None = Field(None, max_length=500)
    stop_command: str | None = Field(None, max_length=20_000)
    ready_path: str | None = Field(None, max_length=200)
    ready_pattern: str | None = Field(None, max_length=200)
    idle_stop_s: float | None = Field(None, ge=1, le=10_000_000)
    keep_running: bool | None = None
    start_at_launch: bool | None = None
    group: str | None = Field(None, max_length=50)
    enabled: bool | None = None


class ChannelIn(ChannelPatch):
    name: str
    provider: str


class HealthOut(Schema):
    """`paused`: why it is left alone, empty if it is not, `offline` while its engine on this machine does not listen.
    `seconds` to go, null: until a test goes well, or the engine is back. `failures`: in a row. `latency_ms` to the
    first byte, smoothed; null where nothing is known."""

    paused: str
    seconds: float | None
    failures: int
    latency_ms: float | None

    @classmethod
    def of(cls, channel_id: int, key_id: int | None) -> "HealthOut":
        report = health.report((channel_id, key_id), time.monotonic())
        reason, seconds = (report.pause.reason, report.pause.seconds) if report.pause else ("", None)
        if lookout.is_offline(channel_id):
            reason, seconds = OFFLINE, None
        latency = round(report.latency_s * 1000, 1) if report.latency_s else None
        return cls(paused=reason, seconds=seconds, failures=report.failures, latency_ms=latency)


class ChannelKeyOut(Schema):
    id: int
    masked: str
    enabled: bool
    health: HealthOut

    @staticmethod
    def resolve_health(key: ChannelKey) -> HealthOut:
        return HealthOut.of(key.channel_id, key.pk)


class ChannelModelOut(Schema):
    name: str
    upstream: str
    vision: bool | None
    tools: bool | None
    context_tokens: int | None
    price_input: float | None
    price_output: float | None
    price_cached: float | None
    price_cache_written: float | None
    enabled: bool


class ChannelOut(QuotaOut):
    id: int
    name: str
    provider: str
    base_url: str
    api_version: str
    dialects: list[str]
    headers: dict[str, str]
    proxy: str
    priority: int
    weight: int
    connect_s: float | None
    first_byte_s: float | None
    idle_s: float | None
    failures_to_pause: int | None
    overrides: dict[str, Any]
    command: str
    shell: bool
    env: dict[str, str]
    cwd: str
    stop_command: str
    ready_path: str
    ready_pattern: str
    idle_stop_s: float | None
    keep_running: bool
    start_at_launch: bool
    group: str
    engine: EngineOut | None  # null where Novapi has nothing to start
    enabled: bool
    health: HealthOut | None  # of a channel that needs no key; null where the keys have theirs
    api_keys: list[ChannelKeyOut] = Field(alias="keys.all")
    models: list[ChannelModelOut]
    gone: list[str]  # the public names of models that its engine on this machine no longer has
    created_at: datetime
    updated_at: datetime

    @staticmethod
    def resolve_gone(channel: Channel) -> list[str]:
        return lookout.gone.get(channel.pk, [])

    @staticmethod
    def resolve_health(channel: Channel) -> HealthOut | None:
        return None if channel.keys.all() else HealthOut.of(channel.pk, None)

    @staticmethod
    def resolve_engine(channel: Channel) -> EngineOut | None:
        return EngineOut.of(channel)


class FetchedModels(Schema):
    """`models`: what the provider lists; `new`: those the channel does not offer yet; `gone`: what it offers and the
    provider does not list; `added`: whether the new ones are offered now; `removed`: those of the gone that are not
    offered any more, whole, so that they can be entered again."""

    models: list[str]
    new: list[str]
    gone: list[ChannelModelOut]
    added: bool
    removed: list[ChannelModelOut]


class PreviewIn(Strict):
    """A request as an app would send it: in its dialect, a small one unless `body` is given. `channel`: what is to be
    changed of the channel for this preview only; its keys and models stay as they are."""

    dialect: Literal["openai-chat", "openai-responses", "anthropic", "gemini", "ollama"] = "openai-chat"
    body: dict[str, Any] | None = None
    channel: ChannelPatch | None = None


class PreviewOut(Schema):
    """What the channel would get; of its key the last four characters."""

    method: str
    url: str
    headers: dict[str, str]
    body: dict[str, Any]
