"""The JSON shapes of the management API."""

import time
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import ninja
from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator

from channels_app.local.manager import engines
from channels_app.models import Channel, ChannelKey, ClientKey
from channels_app.table import BUILT_IN_ID
from gateway.health import health
from gateway.lookout import lookout
from gateway.pricing import NANO
from gateway.runaway import guard
from gateway.spending import spending

OFFLINE = "offline"  # of a channel whose engine on this machine does not listen


class Schema(ninja.Schema):
    """Its validator is made when it is first used: a page that opens waits for all of these shapes, and uses a few."""

    model_config = ConfigDict(defer_build=True)


class Strict(Schema):
    """Input: a member we don't know is a mistake, and said to be one."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)


def utc(value: datetime | None) -> datetime | None:
    """A time without a zone is UTC."""
    if value is None or value.tzinfo is None:
        return value and value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("There is no such time.") from None


class QuotaIn(Strict):
    """What a key or a channel may use; budgets in US dollars. `null`: without limit."""

    requests_per_minute: int | None = Field(None, ge=1, le=1_000_000)
    tokens_per_minute: int | None = Field(None, ge=1, le=1_000_000_000)
    concurrent_calls: int | None = Field(None, ge=1, le=100_000)
    budget_per_day: float | None = Field(None, ge=0, le=1_000_000_000)
    budget_per_month: float | None = Field(None, ge=0, le=1_000_000_000)


class QuotaOut(Schema):
    """The limits, and what was spent of the budgets, as far as prices are known."""

    requests_per_minute: int | None
    tokens_per_minute: int | None
    concurrent_calls: int | None
    budget_per_day: float | None
    budget_per_month: float | None
    spent_today: float
    spent_this_month: float

    @staticmethod
    def resolve_spent_today(row: Channel | ClientKey) -> float:
        return spending.spent(owner_of(row)).today / NANO

    @staticmethod
    def resolve_spent_this_month(row: Channel | ClientKey) -> float:
        return spending.spent(owner_of(row)).this_month / NANO


def owner_of(row: Channel | ClientKey) -> str:
    """As `gateway.spending` knows it."""
    return f"{'channel' if isinstance(row, Channel) else 'key'}:{row.pk}"


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


class TestIn(Strict):
    """`model`: a public name of the channel to test with; else the first that chats."""

    model: str | None = Field(None, min_length=1, max_length=200)


class RoundIn(Strict):
    """`ids`: the channels to test, disabled ones too; else all that are enabled. `model`: a public name to test with,
    of every one of them."""

    ids: list[int] | None = Field(None, max_length=10_000)
    model: str | None = Field(None, min_length=1, max_length=200)


class TestCost(Schema):
    """What a test will use at most: small calls, their tokens in and out together, US dollars (null: not known)."""

    model: str | None
    calls: int
    tokens: int
    cost_usd: float | None
    detail: str


StageCode = Literal[
    "", "no_address", "unreachable", "timeout", "tls", "proxy", "no_key", "key_refused", "no_credit", "rate_limited",
    "not_found", "model_not_found", "no_model", "redirect", "bad_answer", "rejected", "trouble", "engine",
    "offline_mode", "internal",
]  # fmt: skip


class StageOut(Schema):
    """`ms`: how long it took; `detail`: how it went and what to do; `skipped`: it does not apply, and why; `code`:
    what went wrong, in a word for programs."""

    name: str
    ok: bool
    skipped: bool
    ms: float
    detail: str
    code: StageCode


class TestOut(Schema):
    """`ok`: every stage that was not skipped went well, but those in `abilities`, which a model may do without."""

    ok: bool
    model: str | None
    abilities: list[str]
    stages: list[StageOut]


class FetchedModels(Schema):
    """`models`: what the provider lists; `new`: those the channel does not offer yet; `gone`: what it offers and the
    provider does not list; `added`: whether the new ones are offered now; `removed`: those of the gone that are not
    offered any more, whole, so that they can be entered again."""

    models: list[str]
    new: list[str]
    gone: list[ChannelModelOut]
    added: bool
    removed: list[ChannelModelOut]


class KeyPatch(QuotaIn):
    name: str | None = Field(None, min_length=1, max_length=100)
    enabled: bool | None = None
    expires_at: datetime | None = None
    private: bool | None = None

    @field_validator("expires_at")
    @classmethod
    def in_utc(cls, value: datetime | None) -> datetime | None:
        return utc(value)


class KeyIn(KeyPatch):
    name: str = Field(min_length=1, max_length=100)


class StoppedOut(Schema):
    """An app that ran away, and why it was stopped."""

    app: str
    reason: str


class KeyOut(QuotaOut):
    id: int
    name: str
    masked: str
    is_master: bool
    enabled: bool
    expires_at: datetime | None
    private: bool
    stopped: list[StoppedOut]
    created_at: datetime

    @staticmethod
    def resolve_stopped(key: ClientKey) -> list[dict[str, str]]:
        return [{"app": app, "reason": reason} for app, reason in guard.stopped_apps(key.pk).items()]


class KeyWithToken(KeyOut):
    """Shown to its owner only: the key itself."""

    key: str = Field(alias="token")


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


class PreferencesPatch(Strict):
    max_attempts: int | None = Field(None, ge=1, le=10)
    connect_s: float | None = Field(None, gt=0)
    first_byte_s: float | None = Field(None, gt=0)
    idle_s: float | None = Field(None, gt=0)
    total_s: float | None = Field(None, gt=0)
    max_body_mb: int | None = Field(None, ge=1, le=1024)
    failures_to_pause: int | None = Field(None, ge=1, le=1_000_000)
    sticky: bool | None = None
    runaway_failures: int | None = Field(None, ge=2, le=1_000_000)
    runaway_usd_per_minute: float | None = Field(None, gt=0, le=1_000_000)
    paid_recovery: bool | None = None
    offline: bool | None = None
    capture: Literal["all", "errors", "off"] | None = None
    capture_mb: int | None = Field(None, ge=1, le=1_000_000)
    capture_days: int | None = Field(None, ge=1, le=36_500)
    record_days: int | None = Field(None, ge=1, le=36_500)
    currency: Literal["usd", "cny"] | None = None
    yuan_per_dollar: float | None = Field(None, gt=0, le=1_000_000)
    on_close: Literal["keep", "quit"] | None = None


class PreferencesOut(Schema):
    """`currency`: of texts that name money; the API's numbers are US dollars whatever it is. `on_close`: whether the
    gateway is kept when the window is closed."""

    max_attempts: int
    connect_s: float
    first_byte_s: float
    idle_s: float
    total_s: float
    max_body_mb: int
    failures_to_pause: int | None
    sticky: bool
    runaway_failures: int | None
    runaway_usd_per_minute: float | None
    paid_recovery: bool
    offline: bool
    capture: str
    capture_mb: int
    capture_days: int
    record_days: int | None
    currency: str
    yuan_per_dollar: float
    on_close: str


class MovedOut(Schema):
    """`holder`: whose the port is instead; empty where the system doesn't tell."""

    port: int
    holder: str


class StatusOut(Schema):
    """`base_url`: what apps call, without "/v1"; `started_at`: a Unix time; `secrets`: where the data key is kept;
    `unreadable_keys`: stored API keys that it does not open; `paused_until`: a Unix time, null: apps are served;
    `readers`: of live events, now; `captures_…`: calls whose bodies are not on disk yet, or never will be, and MiB
    that all take; `database_mb`: MiB of the whole database; `moved_from`: the port that was wanted and is another
    program's."""

    version: str
    python: str
    sqlite: str
    base_url: str
    port: int
    moved_from: MovedOut | None
    started_at: float
    home: str
    database_mb: float
    secrets: str
    unreadable_keys: int
    channels: int
    models: int
    paused_until: float | None
    stopped_apps: int
    readers: int
    records_waiting: int
    records_lost: int
    captures_waiting: int
    captures_lost: int
    captures_mb: float


class PauseIn(Strict):
    minutes: int = Field(60, ge=1, le=24 * 60)


class PauseOut(Schema):
    """`paused_until`: a Unix time."""

    paused_until: float


class LibraryOut(Schema):
    """`licence`: its name as the library states it, empty where it does not."""

    name: str
    version: str
    licence: str


class AboutOut(Schema):
    """Novapi, and the libraries that are installed for it to run. `built_at`: when the executable was made; null where
    Novapi runs from its source. `event_loop`, `http_parser`: the modules that serve."""

    version: str
    licence: str
    built_at: str | None
    executable: bool
    event_loop: str
    http_parser: str
    libraries: list[LibraryOut]


class BodyOut(Schema):
    """One side of a call. `text` is null where it was no text (`binary`, of that `type`), `json` where it is no JSON;
    `size` is that of the whole in bytes, of which `truncated` tells that only the beginning was kept. `events`: of a
    stream, the milliseconds since the call came, and what came then."""

    text: str | None
    json_: Any = Field(None, serialization_alias="json")
    size: int
    truncated: bool
    binary: bool
    type: str
    events: list[tuple[int, str]]


class BodiesOut(Schema):
    """What the app sent (`request`) and saw (`answer`), what its provider got (`sent`) and gave (`given`); null: there
    was none."""

    request: BodyOut | None = None
    sent: BodyOut | None = None
    given: BodyOut | None = None
    answer: BodyOut | None = None


class NoBodiesOut(Schema):
    """Why nothing is kept of a call: `detail` in words, `reason` for the dashboard's own."""

    detail: str
    reason: Literal["waiting", "realtime", "private", "off", "errors", "gone", "missed"]


class ReplayIn(Strict):
    """What is to be different: the request itself, or only its model."""

    model_config = ConfigDict(str_strip_whitespace=False)  # blanks in the names of the body's members are its own

    model: str | None = Field(None, min_length=1, max_length=200)
    body: dict[str, Any] | None = None


class CodeOut(Schema):
    """`masked`: keys that were in the request are "[key]" in the code."""

    code: str
    masked: bool


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


class ConsideredOut(Schema):
    """A candidate with one of its keys, and what became of it."""

    channel: str
    key: str
    model: str
    reason: str


class AttemptOut(Schema):
    """One try: `ms` until it answered or failed, `status` of the provider (0: there was none)."""

    channel: str
    key: str
    model: str
    dialect: str
    ms: float
    status: int
    error: str


class RouteOut(Schema):
    candidates: list[ConsideredOut]
    attempts: list[AttemptOut]


class RecordFilter(Strict):
    """Which records: `key` and `channel` by id (0: those without one, -1: Novapi itself); `model` as it was asked for,
    `sent`: as its provider calls it, which is how sums are told; `status` a number, or ok, error, left, 4xx, 5xx,
    several with commas between; `retried`: took more than one attempt; `since` and `until` are UTC unless told;
    `min_cost` in US dollars; `error`: a text in it; `text`: words in what was asked and answered, as far as it is
    kept; `cursor`: `next` of the page before."""

    app: str | None = Field(None, max_length=100)
    key: int | None = Field(None, ge=0, lt=2**63)
    channel: int | None = Field(None, ge=BUILT_IN_ID, lt=2**63)
    model: str | None = Field(None, max_length=200)
    sent: str | None = Field(None, max_length=200)
    status: str | None = Field(None, max_length=60)
    stream: bool | None = None
    tools: bool | None = None
    retried: bool | None = None
    slow_ms: float | None = Field(None, ge=0)
    min_cost: float | None = Field(None, ge=0, le=1_000_000_000)
    error: str | None = Field(None, max_length=200)
    text: str | None = Field(None, max_length=200)
    replay_of: str | None = Field(None, max_length=40)
    since: datetime | None = None
    until: datetime | None = None
    limit: int = Field(50, ge=1, le=500)
    cursor: str | None = Field(None, max_length=200)

    @field_validator("since", "until")
    @classmethod
    def in_utc(cls, value: datetime | None) -> datetime | None:
        return utc(value)


class RecordIds(Strict):
    id: list[str] = Field(min_length=1, max_length=500)


class ExportFilter(RecordFilter):
    format: Literal["csv", "jsonl"] = "csv"


class RecordRow(Schema):
    """One call; durations in milliseconds, money in US dollars (null: the price is unknown). `cloud_usd`: what a local
    engine's call would have cost in the cloud."""

    request_id: str
    started_at: datetime
    key_name: str
    app: str
    dialect: str
    endpoint: str
    model_asked: str
    model_sent: str
    model_answered: str
    channel_name: str
    attempts: int
    status: int
    error: str
    stream: bool
    first_token_ms: float | None
    duration_ms: float
    overhead_ms: float
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    cache_written_tokens: int | None
    estimated: bool
    cost_usd: float | None
    cloud_usd: float | None
    tools: bool
    replay_of: str


class RecordPage(Schema):
    """`next`: the cursor of the page after this one; null at the end."""

    records: list[RecordRow]
    next: str | None


Dimension = Literal["hour", "day", "week", "month", "key", "app", "channel", "model"]


class WasteFilter(Strict):
    """`since` and `until`: the first and the last day, both counted, of the owner's time zone, the last 30 days unless
    told; the others as in the filter of records, `model` as it was sent."""

    since: date | None = None
    until: date | None = None
    app: str | None = Field(None, max_length=100)
    key: int | None = Field(None, ge=0, lt=2**63)
    channel: int | None = Field(None, ge=BUILT_IN_ID, lt=2**63)
    model: str | None = Field(None, max_length=200)


class SummaryFilter(WasteFilter):
    """`by`: one or two dimensions. By `hour`, of what records are left: the last 2 days unless told, at most 7 days
    and 80,000 calls (50,000 if by two)."""

    by: list[Dimension] = Field(["day"], min_length=1, max_length=2)


class SumsOut(Schema):
    """`unpriced`: calls whose price nobody knows, which count as nothing in `cost_usd`. `first_ms_p50` and
    `first_ms_p95`: to the first byte of streams, within a quarter; `tokens_per_s` of streams. `wasted_usd`: spent on
    answers that nobody got whole; `retries`: attempts beyond the first."""

    requests: int
    errors: int
    cut: int
    streams: int
    retries: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cache_written_tokens: int
    reasoning_tokens: int
    cost_usd: float
    cloud_usd: float
    wasted_usd: float
    duration_ms: float
    first_ms_p50: float | None
    first_ms_p95: float | None
    tokens_per_s: float | None


class SummaryRow(SumsOut):
    """The sums of one group: `key` and `channel` are names, and ids beside them; what was not asked `by` is null."""

    hour: datetime | None
    day: date | None
    key: str | None
    key_id: int | None
    app: str | None
    channel: str | None
    channel_id: int | None
    model: str | None


class Money(Schema):
    """All numbers are US dollars; these tell what the owner wants to read instead."""

    currency: Literal["usd", "cny"]
    yuan_per_dollar: float


class SummaryOut(Money):
    since: date
    until: date
    total: SumsOut
    rows: list[SummaryRow]


class LostOut(Schema):
    """`cost_usd`: what is known of it, of `unpriced` calls nobody knows the price and of `estimated` the tokens are
    guessed; `ms`: the time that was lost."""

    cost_usd: float | None
    unpriced: int
    estimated: int
    ms: float


class WasteTotal(LostOut):
    """`calls` that nobody got whole, `attempts` that failed before another answered."""

    calls: int
    attempts: int


class WasteRow(LostOut):
    """Of one channel for one reason: "cut", its app left; "broken", the answer broke off; "retried", attempts that
    failed with `status` (0: no answer) before another answered, whose money nobody tells. `examples`: request ids."""

    channel: str
    channel_id: int
    reason: Literal["cut", "broken", "retried"]
    status: int | None
    count: int
    examples: list[str]


class WasteOut(Money):
    since: date
    until: date
    total: WasteTotal
    rows: list[WasteRow]


class PriceOut(Schema):
    """What a call was reckoned with: `source` is "owner", "local", or the price list; `rates` in billionths of a US
    dollar per million tokens."""

    source: str
    rates: dict[str, Any]


class RecordOut(RecordRow):
    """A record with its price, and where the call went and why."""

    price: PriceOut | None
    route: RouteOut


class CallOut(Schema):
    """A call in flight. `at`: when it came, a Unix time; `ms` since then; `channel`: who is asked now, if anybody."""

    id: str
    app: str
    key: str
    model: str
    dialect: str
    endpoint: str
    stream: bool
    at: float
    channel: str
    attempts: int
    ms: float
    first_token_ms: float | None


class BackupIn(Schema):
    """`captures`: whether what apps said is to be in it, too. `passphrase`: seals your keys; without one they are left
    out."""

    captures: bool = False
    passphrase: str | None = Field(None, max_length=1000)


class CopyOut(Schema):
    """A copy of the database that Novapi put aside before an upgrade or a restore; `bytes`: its size."""

    name: str
    bytes: int
    made_at: datetime
    reason: Literal["upgrade", "restore"]


class MissingOut(Schema):
    """What a channel lacks after a restore: `keys`, masked, and `others` like "env: HF_TOKEN"."""

    channel: str
    keys: list[str]
    others: list[str]


class RestoredOut(Schema):
    """What was in a backup, and what became of it. `made_at`, `made_by`: when and by which version, null of a plain
    copy of the database. `captures`, `has_keys`: whether they are in it. `missing`: what must be entered again.
    `new_tokens`: the keys of apps that are others now. `master_key`: "restored", or "kept": this machine's own.
    `copy_name`: where in `backups/` the database is that was replaced; null after a dry run."""

    dry_run: bool
    made_at: datetime | None
    made_by: str | None
    captures: bool
    has_keys: bool
    channels: int
    client_keys: int
    records: int
    missing: list[MissingOut]
    new_tokens: list[str]
    master_key: Literal["restored", "kept"]
    copy_name: str | None


class MovedTokenOut(Schema):
    """A token of One-API: `name` there, `new_name` here; `notes`: what holds there and not here, or why it was left
    out."""

    name: str
    outcome: Literal["added", "already there", "left out"]
    new_name: str
    enabled: bool
    notes: list[str]


class MovedChannelOut(MovedTokenOut):
    """A channel of One-API; `keys` and `models`: how many."""

    provider: str
    keys: int
    models: int


class ImportedOut(Schema):
    """What came of a database of One-API. `family`: whose it is."""

    dry_run: bool
    family: Literal["One-API", "new-api", "one-hub"]
    channels: list[MovedChannelOut]
    tokens: list[MovedTokenOut]
    notes: list[str]
