"""What apps can ask for: aliases, providers, models."""

from typing import Literal

from pydantic import Field

from dashboard.api.schemas.base import Schema, Strict

Strategy = Literal["priority", "round-robin", "latency", "cheapest", "local-first"]


class AliasPatch(Strict):
    name: str | None = Field(None, min_length=1, max_length=200)
    models: list[str] | None = None
    strategy: Strategy | None = None
    enabled: bool | None = None


class AliasIn(AliasPatch):
    name: str = Field(min_length=1, max_length=200)
    models: list[str]


class AliasOut(Schema):
    id: int
    name: str
    models: list[str] = Field(alias="targets")
    strategy: str
    enabled: bool


class ProviderOut(Schema):
    """`name_zh`: what Chinese people call it; `keys_url`, `billing_url`: where its customers make a key, and pay;
    empty where that is not known. Of an engine, `tells_loaded`: what it has in memory; `pulls`: it fetches models."""

    id: str
    name: str
    name_zh: str
    base_url: str
    needs_base_url: bool
    auth: str
    dialects: list[str]
    local: bool
    has_model_list: bool
    key_prefixes: list[str]
    docs: str
    keys_url: str
    billing_url: str
    tells_loaded: bool
    pulls: bool
    unverified: list[str]


class ModelPrice(Schema):
    """US dollars per million tokens of text, of short prompts where long ones cost more; `source`: yours (the channel
    says so), list, local (nothing to pay); null: nobody knows."""

    input: float | None
    output: float | None
    cached: float | None
    source: Literal["yours", "list", "local"] | None


class CandidateOut(Schema):
    """Who serves a name: `model` is what its channel offers it as, `local`: it stays on this machine. What it can do
    is null where nobody tells. `paused`: why it is left alone, empty if it is not; `seconds` to go, null: nobody
    knows; `latency_ms` to the first byte, smoothed. Both are those of the channel's best key."""

    channel_id: int
    channel: str
    provider: str
    local: bool
    model: str
    upstream: str
    priority: int
    weight: int
    vision: bool | None
    tools: bool | None
    reasoning: bool | None
    context_tokens: int | None
    price: ModelPrice
    paused: str
    seconds: float | None
    latency_ms: float | None


class ModelOut(Schema):
    """A public name: the channels that offer it, or the models it stands for. `strategy`: of an alias, null for
    others; `chats`: by its name one can; `built_in`: Novapi answers it itself; `candidates`: who serves it, in the
    order of priority or of the alias."""

    name: str
    channels: list[str]
    alias_of: list[str]
    strategy: Strategy | None
    chats: bool
    built_in: bool
    candidates: list[CandidateOut]
