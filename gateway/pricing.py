"""What a call costs, by the list prices that come with `genai-prices`: bundled, so nothing is asked of the network.

Money is in billionths of a US dollar ("nano"), whole numbers that add up exactly. A price that nobody knows is None,
never 0. The library is loaded when it is first needed, and never on the serving loop: it takes a tenth of a second.
"""

import json
import re
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from channels_app import built_in
from channels_app.providers import PROVIDERS
from channels_app.table import LIST_PRICES, OwnPrices
from gateway.chat import Usage
from gateway.rates import MEDIA, MILLION, MediaRates, Rate, Rates, told_media

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

# Our providers → theirs. One that is missing sells at prices of its own, or in yuan, or by subscription: a price of
# the model's maker would be a guess.
SELLERS = {
    "openai": "openai",
    "azure-v1": "azure",
    "azure-legacy": "azure",
    "azure-anthropic": "azure",
    "anthropic": "anthropic",
    "google": "google",
    "vertex": "google",
    "bedrock-mantle": "aws",
    "bedrock-runtime": "aws",
    "deepseek": "deepseek",
    "mistral": "mistral",
    "groq": "groq",
    "openrouter": "openrouter",
    "xai": "x-ai",
    "moonshotai": "moonshotai",
    "zai": "zai",
    "minimax": "minimax",
    "togetherai": "together",
    "fireworks-ai": "fireworks",
    "cerebras": "cerebras",
    "perplexity": "perplexity",
    "cohere": "cohere",
    "novita-ai": "novita",
}
# Tiers whose price differs, but is not on the list of their seller. Google's flex costs what its batches cost:
# https://ai.google.dev/gemini-api/docs/optimization
UNLISTED = {("google", "priority"), ("anthropic", "fast")}
CLOUD = "openrouter"  # sells nearly every model that also runs on one's own machine
ADDED = re.compile(
    r"[-:_.](?:instruct|chat|it|latest|free|gguf|fp16|f16|bf16|q\d\w*|[iu]q\d\w*|\d*bit|mlx|awq|gptq)\b"
)
NANO = 10**9
MOST_MODELS = 4096  # whose price is remembered, or that nobody knows it


class Reckoning(NamedTuple):
    """What a call cost, by which rates, and whose they are."""

    nano: int
    source: str
    rates: Rates


FREE = Rates(Rate(0), Rate(0))


def reckon(
    provider: str,
    models: Iterable[str],
    usage: Usage,
    own: OwnPrices = LIST_PRICES,
    at: datetime | None = None,
) -> Reckoning | None:
    """The cost of `usage` of the first of `models` whose price is known, the owner's prices before the list's; None if
    none is. What runs on this machine costs nothing unless its owner says so. Loads the price list."""
    if own is LIST_PRICES and is_local(provider):
        return Reckoning(0, "local", FREE)
    listed = next(filter(None, (rates_of(provider, model, at, usage.tier) for model in models)), None)
    rates = listed if own is LIST_PRICES else owners_rates(own, listed)
    nano = rates.cost(usage) if rates else None
    if rates is None or nano is None:
        return None
    return Reckoning(nano, list_name() if own is LIST_PRICES else "owner", rates)


def in_force(provider: str, model: str, own: OwnPrices = LIST_PRICES) -> tuple[str, Rates] | None:
    """A model's rates now, and whose they are: "yours", "list", or "local", which is free. None: nobody knows. Loads
    the price list."""
    if own is LIST_PRICES and is_local(provider):
        return "local", FREE
    listed = rates_of(provider, model)
    rates = listed if own is LIST_PRICES else owners_rates(own, listed)
    return ("list" if own is LIST_PRICES else "yours", rates) if rates else None


def context_of(provider: str, model: str) -> int | None:
    """How many tokens fit into one call, as the price list tells. Loads it."""
    info = model_of(provider, model) if provider in SELLERS else None
    return info.context_window if info else None


def owners_rates(own: OwnPrices, listed: Rates | None) -> Rates | None:
    """The owner's prices over those of the list. None where neither says what input and output cost."""
    if listed is None and (own.input is None or own.output is None):
        return None
    base = listed or FREE
    given = Rate(own.input) if own.input is not None else base.input
    made = Rate(own.output) if own.output is not None else base.output
    cached = Rate(own.cached) if own.cached is not None else None
    written = Rate(own.cache_written) if own.cache_written is not None else None
    cache_written_1h = None
    if own.input is None and listed:  # parts of the input that the owner says nothing about
        cache_written_1h = None if written else listed.cache_written_1h
        cached, written = cached or listed.cached, written or listed.cache_written
    return Rates(given, made, cached, written, media=owners_media(own, listed), cache_written_1h=cache_written_1h)


def owners_media(own: OwnPrices, listed: Rates | None) -> MediaRates | None:
    """The list's, for whichever of input and output the owner has no price for."""
    if listed is None or listed.media is None:
        return None
    is_own = {"input": own.input, "cached": own.input if own.cached is None else own.cached, "output": own.output}
    kept = {name: getattr(listed.media, name) for name in MediaRates.__struct_fields__ if is_own[name[6:]] is None}
    return told_media(MediaRates(**kept))


def cost(provider: str, models: Iterable[str], usage: Usage, at: datetime | None = None) -> int | None:
    """Nano-dollars at list price; None where nobody knows it."""
    found = reckon(provider, models, usage, at=at)
    return found.nano if found else None


def cloud_cost(model: str, usage: Usage) -> int | None:
    """What a local engine's call would have cost in the cloud. None where it does not sell the model."""
    rates = cloud_rates(model.lower())
    return rates.cost(usage) if rates else None


@lru_cache(maxsize=MOST_MODELS)
def cloud_rates(model: str) -> Rates | None:
    """Of the model with the same name, whatever engines and sellers add to it."""
    return rates_of(CLOUD, cloud_names().get(plain_name(model), ""))


@lru_cache(maxsize=1)
def cloud_names() -> dict[str, str]:
    """Plain name → the name under which the cloud sells it, the first one listed."""
    sellers = (provider for provider in library.snapshot().providers if provider.id == SELLERS[CLOUD])
    return {plain_name(model.id): model.id for seller in sellers for model in reversed(seller.models)}


def plain_name(model: str) -> str:
    """ "llama3.3:70b-instruct-q4_K_M" and "meta-llama/llama-3.3-70b-instruct" are the same model."""
    name = ADDED.sub("", model.lower().rpartition("/")[2])
    return re.sub(r"[^a-z0-9]", "", name)


@lru_cache(maxsize=1)
def list_name() -> str:
    return f"genai-prices {version('genai-prices')}"


@lru_cache(maxsize=MOST_MODELS)
def text_of(rates: Rates) -> str:
    """As JSON: the price of each kind of token that has one of its own, or base and tiers."""
    return json.dumps({name: rate_text(rate) for name in Rates.__struct_fields__ if (rate := getattr(rates, name))})


def rate_text(rate: Rate | MediaRates | int) -> int | dict[str, Any]:
    if isinstance(rate, int):
        return rate
    if isinstance(rate, MediaRates):
        return {name: rate_text(each) for name in MediaRates.__struct_fields__ if (each := getattr(rate, name))}
    return {"base": rate.base, "tiers": rate.tiers} if rate.tiers else rate.base


def list_price(provider: str, model: str, own: OwnPrices = LIST_PRICES) -> int | None:
    """For comparing: nano-dollars for three million tokens of input and one of output. None: nobody knows, or not yet,
    for this never waits until the price list is loaded."""
    if own is LIST_PRICES and is_local(provider):
        return 0
    if not library.is_loaded:
        library.load_in_thread()
        return None
    found = reckon(provider, (model,), Usage(input=3 * MILLION, output=MILLION), own)
    return found.nano if found else None


def is_local(provider: str) -> bool:
    row = PROVIDERS.get(provider)
    return provider == built_in.PROVIDER.id or (row is not None and row.local)


def rates_of(provider: str, model: str, at: datetime | None = None, tier: str = "") -> Rates | None:
    """The rates in force at a time, now unless told otherwise: some change by the hour. `tier`: what OpenAI calls the
    service tier of an answer."""
    info = model_of(provider, model) if provider in SELLERS and model else None
    if info is None:
        return None
    if tier and (SELLERS[provider], tier) in UNLISTED:
        return None
    if tier == "flex" and SELLERS[provider] == "google":
        tier = "batch"
    if isinstance(info.prices, list):
        return read_rates(info.get_prices(at or datetime.now(UTC), conditions(tier)))
    return steady_rates(provider, model, tier)


@lru_cache(maxsize=MOST_MODELS)
def steady_rates(provider: str, model: str, tier: str) -> Rates | None:
    """Of a model whose price does not change."""
    info = model_of(provider, model)
    return read_rates(info.get_prices(datetime.now(UTC), conditions(tier))) if info else None


def conditions(tier: str) -> dict[str, str] | None:
    """As the library names them."""
    if not tier:
        return None
    return {"processing": tier} if tier == "batch" else {"service_tier": tier}


@lru_cache(maxsize=MOST_MODELS)
def model_of(provider: str, model: str) -> "ModelInfo | None":
    try:
        found: ModelInfo = library.snapshot().find_provider_model(model, None, SELLERS[provider], None)[1]
    except LookupError:
        return None
    return found


def read_rates(price: "ModelPrice") -> Rates | None:
    """The library's price by the kinds of tokens that we count. None for what is not sold by the token."""
    if price.input_mtok is None:
        return None
    per_thousand: Any = price.requests_kcount or 0
    return Rates(
        input=read_rate(price.input_mtok),
        output=read_rate(price.output_mtok) if price.output_mtok is not None else Rate(0),
        cached=read_rate(price.cache_read_mtok) if price.cache_read_mtok is not None else None,
        cache_written=read_rate(price.cache_write_mtok) if price.cache_write_mtok is not None else None,
        reasoning=read_rate(price.output_reasoning_mtok) if price.output_reasoning_mtok is not None else None,
        request=int(per_thousand * NANO / 1000),
        media=read_media_rates(price),
        cache_written_1h=read_hour(price),
    )


def read_hour(price: "ModelPrice") -> Rate | None:
    """What tokens cost that are written to the cache for an hour: as listed; else, where only the usual five minutes
    are, at 1.25 times the input, twice the input. Both factors are Anthropic's:
    https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing"""
    if price.cache_write_1h_mtok is not None:
        return read_rate(price.cache_write_1h_mtok)
    if price.cache_write_mtok is None or price.input_mtok is None:
        return None
    base, five_minutes = read_rate(price.input_mtok), read_rate(price.cache_write_mtok)
    if 4 * five_minutes.base != 5 * base.base:
        return None
    return Rate(2 * base.base, tuple((start, 2 * each) for start, each in base.tiers))


def read_media_rates(price: "ModelPrice") -> MediaRates | None:
    names = {"input": "input_{}_mtok", "cached": "cache_{}_read_mtok", "output": "output_{}_mtok"}
    listed = {f"{kind}_{way}": getattr(price, name.format(kind)) for kind in MEDIA for way, name in names.items()}
    return told_media(MediaRates(**{name: read_rate(rate) for name, rate in listed.items() if rate is not None}))


def read_rate(price: Any) -> Rate:
    """A Decimal of US dollars per million tokens, or the library's TieredPrices of them."""
    if not hasattr(price, "tiers"):
        return Rate(round(price * NANO))
    return Rate(
        round(price.base * NANO), tuple((tier.start, round(tier.price * NANO)) for tier in reversed(price.tiers))
    )


class Library:
    """`genai-prices`, loaded when it is needed."""

    def __init__(self) -> None:
        self._snapshot: Any = None
        self._thread: threading.Thread | None = None

    @property
    def is_loaded(self) -> bool:
        return self._snapshot is not None

    def snapshot(self) -> Any:
        if self._snapshot is None:
            from genai_prices.data_snapshot import get_snapshot

            self._snapshot = get_snapshot()
        return self._snapshot

    def load_in_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self.snapshot, name="prices", daemon=True)
            self._thread.start()


library = Library()
