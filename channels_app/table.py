"""The RoutingTable: everything the gateway needs to know per call, frozen, in memory. No Django in here."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import msgspec

from channels_app.local.recipe import Recipe
from channels_app.providers import Provider


@dataclass(frozen=True, slots=True)
class Credential:
    """One usable API key of a channel. `api_key` is empty for an engine that asks for none."""

    id: int | None
    api_key: str = field(repr=False)
    last4: str = ""


BUILT_IN_ID = -1  # of the channel that is no row of the owner's, see `channels_app.built_in`
NO_LIMIT_S = 86_400.0  # a day: as good as for ever, and a number that every timer takes


class Limits(msgspec.Struct, frozen=True):
    """Seconds: to connect, to the answer's first byte, between two chunks of a stream."""

    connect_s: float
    first_byte_s: float
    idle_s: float


class Quota(msgspec.Struct, frozen=True):
    """What may be used per minute, and at once, and spent, in billionths of a US dollar; None: without limit."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    concurrent_calls: int | None = None
    nano_per_day: int | None = None
    nano_per_month: int | None = None


UNLIMITED = Quota()  # the only one of its kind, so that it can be told by `is`


@dataclass(frozen=True)
class ChannelRoute:
    """A channel as the gateway sees it."""

    id: int
    name: str
    provider: Provider
    base_url: str
    api_version: str
    dialects: frozenset[str]
    headers: Mapping[str, str]
    proxy: str
    priority: int
    weight: int
    limits: Limits
    credentials: tuple[Credential, ...]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    quota: Quota = UNLIMITED
    failures_to_pause: float = 3  # in a row; infinite: never
    recipe: Recipe | None = None  # how Novapi starts the engine, if it does

    def __hash__(self) -> int:
        return hash((self.id, self.base_url))

    @cached_property
    def is_here(self) -> bool:
        """Whether its calls stay on this machine: an engine, at an address of it, not by way of a proxy elsewhere."""
        addresses = [self.base_url or self.provider.base_url, *filter(None, [self.proxy])]
        return self.provider.local and all(map(is_loopback, addresses))

    @lru_cache(maxsize=4096)  # noqa: B019  # routes live as long as their table, the cache is bounded
    def at_port(self, port: int) -> "ChannelRoute":
        """The same where its engine listens now."""
        base_url = self.base_url or self.provider.base_url
        if "{port}" in base_url:
            return replace(self, base_url=base_url.replace("{port}", str(port)))
        if self.recipe is None or not self.recipe.launch.is_movable:
            return self
        parts = urlsplit(base_url)
        return replace(self, base_url=parts._replace(netloc=f"127.0.0.1:{port}").geturl())

    @lru_cache(maxsize=4096)  # noqa: B019  # routes live as long as their table, the cache is bounded
    def url(self, endpoint: str, upstream_model: str, dialect: str) -> str:
        """Where `endpoint` of this channel is."""
        return self.provider.endpoint_url(self.base_url, endpoint, upstream_model, self.api_version, dialect)


def is_loopback(url: str) -> bool:
    """Whether an address is one of this machine that nobody else can have."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def is_pattern(name: str) -> bool:
    """Whether a channel model stands for every name that begins like it: "gpt-*", or "*" for all."""
    return name.endswith("*")


class Abilities(msgspec.Struct, frozen=True):
    """What a model can do; None: nobody said. `context_tokens`: what fits into one call."""

    vision: bool | None = None
    tools: bool | None = None
    context_tokens: int | None = None

    @property
    def are_known(self) -> bool:
        return self != UNKNOWN


UNKNOWN = Abilities()


class Currency(msgspec.Struct, frozen=True):
    """What money is told in to people: "usd", or "cny" at the owner's own rate. It is counted in US dollars anyway."""

    code: str = "usd"
    yuan_per_dollar: float = 7.2

    def told(self, nano: float, digits: int | None = None) -> str:
        """So many billionths of a US dollar, in words: with so many digits, else with two, or, of a small amount, as
        many as it takes to say anything."""
        sign, rate = ("¥", self.yuan_per_dollar) if self.code == "cny" else ("$", 1)
        amount = nano / 10**9 * rate
        return f"{sign}{amount:,.{telling_digits(amount) if digits is None else digits}f}"


def telling_digits(amount: float) -> int:
    """0.07 has two decimals that count, 0.00012 five."""
    if amount == 0 or abs(amount) >= 0.01:
        return 2
    decimals = f"{abs(amount):.1e}"  # "1.2e-04"
    return int(decimals[-2:]) + (decimals[2] != "0")


DOLLARS = Currency()


class OwnPrices(msgspec.Struct, frozen=True):
    """What the owner says a model costs, in billionths of a US dollar per million tokens; None: the list price."""

    input: int | None = None
    output: int | None = None
    cached: int | None = None
    cache_written: int | None = None


CLOUD_MODELS = (":cloud", "-cloud")  # how Ollama's names end of models that run in its cloud
LIST_PRICES = OwnPrices()  # the only one of its kind, too


class Candidate(msgspec.Struct, frozen=True):
    """A channel model that could serve a call: `model` is the public name, `upstream` the provider's; `pattern` is the
    wildcard that the name fits, if it is no name of its own."""

    channel: ChannelRoute
    model: str
    upstream: str
    pattern: str = ""
    abilities: Abilities = UNKNOWN
    prices: OwnPrices = LIST_PRICES

    @property
    def is_here(self) -> bool:
        """Whether its calls stay on this machine; Ollama passes those for some of its models on to its cloud."""
        is_passed_on = self.channel.provider.id == "ollama" and self.upstream.endswith(CLOUD_MODELS)
        return self.channel.is_here and not is_passed_on


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """The app's key, as far as a call needs it. `expires_at` is a Unix time or None."""

    id: int
    name: str
    is_master: bool
    digest: bytes = field(repr=False)
    expires_at: float | None = None
    quota: Quota = UNLIMITED
    private: bool = False  # its calls are counted, and their bodies never kept


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """One consistent picture of the owner's settings at `revision`.

    `candidates` maps a public model name to its candidates, best priority first; `client_keys` maps the SHA-256 of
    a key to its owner; `model_created` maps every public name to the Unix time it appeared. `patterns` holds the
    wildcards without their "*" and what offers them, the longest first. `strategies` has the aliases that go by
    something else than priority. `offers` is for the gateway to keep what it makes of all this.
    """

    revision: int
    candidates: Mapping[str, tuple[Candidate, ...]]
    aliases: Mapping[str, tuple[str, ...]]
    client_keys: Mapping[bytes, ClientIdentity]
    model_created: Mapping[str, int]
    max_attempts: int
    max_body_bytes: int
    total_s: float = 300
    patterns: tuple[tuple[str, tuple[Candidate, ...]], ...] = ()
    channels: tuple[ChannelRoute, ...] = ()  # the enabled ones, highest priority first
    unreadable_keys: int = 0
    runaway_failures: float = math.inf  # like calls within a minute that stop their app
    runaway_nano: float = math.inf  # money within a minute that does
    sticky: bool = True  # whether conversations stay with a key
    strategies: Mapping[str, str] = field(default_factory=dict)
    offers: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    capture: str = "all"  # of which calls the bodies are kept: all, errors, off
    capture_mb: int = 1024  # how much in all
    capture_days: int = 30  # and for how long
    currency: Currency = DOLLARS  # of texts that name money
    offline: bool = False  # whether nothing may leave this machine
    paid_recovery: bool = False  # whether a key in trouble may be tried by a call that costs money
    generation: int = 0  # of all rows: with the next one their ids stand for others

    def offering(self) -> list[ChannelRoute]:
        """The owner's channels that offer any model, by its name or by a wildcard."""
        offers = [*self.candidates.values(), *(some for _, some in self.patterns)]
        found = {candidate.channel.id: candidate.channel for some in offers for candidate in some}
        found.pop(BUILT_IN_ID, None)
        return list(found.values())
