"""What calls cost: compared with the library's own arithmetic for every model it knows."""

import json
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import calc_price
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from channels_app.providers import PROVIDERS
from channels_app.table import LIST_PRICES, OwnPrices
from gateway.chat import MediaTokens, Usage
from gateway.dialects.anthropic.responses import from_anthropic_usage
from gateway.dialects.gemini.responses import usage_of as gemini_usage
from gateway.dialects.openai import from_openai_usage
from gateway.pricing import (
    NANO,
    SELLERS,
    cloud_cost,
    cost,
    library,
    list_price,
    plain_name,
    rates_of,
    read_rates,
    reckon,
    text_of,
)
from gateway.rates import MEDIA, MILLION, Rate, Rates
from tests.running import eventually

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OURS = {theirs: ours for ours, theirs in reversed(SELLERS.items())}
SOLD_BY_TOKEN = [
    (provider.id, model)
    for provider in get_snapshot().providers
    if provider.id in OURS
    for model in provider.models
    if read_rates(model.get_prices(NOON)) is not None
]


def test_nearly_every_model_that_is_sold_by_the_token_has_a_price() -> None:
    assert len(SOLD_BY_TOKEN) > 1000


def test_every_seller_is_known_on_both_sides() -> None:
    assert SELLERS.keys() <= PROVIDERS.keys()
    assert set(SELLERS.values()) <= {provider.id for provider in get_snapshot().providers}
    assert not any(PROVIDERS[name].local for name in SELLERS)


@pytest.mark.parametrize(
    ("provider", "model", "usage", "dollars"),
    [
        ("openai", "gpt-4o", Usage(input=1_000_000, output=100_000), "3.5"),
        ("openai", "gpt-4o", Usage(input=1_000_000, cached=400_000), "2.0"),
        ("azure-v1", "gpt-4o", Usage(input=1000, output=1000), "0.0125"),
        ("anthropic", "claude-sonnet-4-5", Usage(input=100_000, cached=50_000, cache_written=40_000), "0.195"),
        ("anthropic", "claude-sonnet-4-5", Usage(output=1), "0.000015"),
        ("google", "gemini-2.5-pro", Usage(input=200_000, output=1000), "0.26"),
        ("google", "gemini-2.5-pro", Usage(input=200_001, output=1000), "0.5150025"),
    ],
)
def test_well_known_prices(provider: str, model: str, usage: Usage, dollars: str) -> None:
    assert cost(provider, [model], usage, NOON) == int(Decimal(dollars) * 10**9)


@settings(max_examples=1500, deadline=None)
@given(
    st.sampled_from(SOLD_BY_TOKEN),
    st.integers(0, 2_000_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 500_000),
    st.floats(0, 1),
    st.integers(0, 23),
    st.tuples(*[st.floats(0, 1)] * 6),
)
def test_arithmetic_is_the_librarys_own(
    seller_and_model: tuple[str, object],
    fed: int,
    read: float,
    write: float,
    made: int,
    thought: float,
    hour: int,
    shares: tuple[float, ...],
) -> None:
    seller, model = seller_and_model
    at = NOON + timedelta(hours=hour)
    cached = int(fed * read)
    usage = Usage(
        input=fed, output=made, cached=cached, cache_written=int((fed - cached) * write), reasoning=int(made * thought)
    )
    rates = read_rates(model.get_prices(at))  # type: ignore[attr-defined]
    assert rates is not None
    parts: dict[str, int] = {}
    if rates.media:
        usage, parts = with_media(structs.replace(usage, cache_written=0), rates, shares)
    theirs = model.calc_price(  # type: ignore[attr-defined]
        TheirUsage(
            input_tokens=fed,
            output_tokens=made,
            cache_read_tokens=usage.cached,
            cache_write_tokens=usage.cache_written,
            output_reasoning_tokens=usage.reasoning,
            **parts,
        ),
        next(provider for provider in get_snapshot().providers if provider.id == seller),
        genai_request_timestamp=at,
    )

    exact = int((theirs.total_price * 10**9).quantize(Decimal(1), ROUND_HALF_UP))
    # A few prices are thirds of a cent; ours are whole billionths of a dollar for a million tokens.
    assert rates.cost(usage) == exact if is_whole(theirs.model_price) else abs((rates.cost(usage) or 0) - exact) <= 2


def is_whole(price: object) -> bool:
    return all(int(value * NANO) == value * NANO for value in vars(price).values() if isinstance(value, Decimal))


def with_media(usage: Usage, rates: Rates, shares: tuple[float, ...]) -> tuple[Usage, dict[str, int]]:
    """A usage parts of which are sound, pictures and film, for us and as the library has it."""
    told, theirs = {}, {}
    reads = rates.cached is not None
    said = usage.output - usage.reasoning
    for kind, of_input, of_output in zip(MEDIA, shares[:3], shares[3:], strict=True):
        cached = int(usage.cached * of_input / 3) if reads else 0
        told[f"{kind}_cached"] = cached
        told[f"{kind}_input"] = cached + int((usage.input - usage.cached) * of_input / 3)
        told[f"{kind}_output"] = int(said * of_output / 3)
        theirs[f"cache_{kind}_read_tokens"] = cached
        theirs[f"input_{kind}_tokens"] = told[f"{kind}_input"]
        theirs[f"output_{kind}_tokens"] = told[f"{kind}_output"]
    return structs.replace(usage, media=MediaTokens(**told)), theirs


@pytest.mark.parametrize(
    ("provider", "model", "hour_rate"),
    [
        ("anthropic", "claude-sonnet-4-5", 6),
        ("vertex", "claude-3-7-sonnet", 6),
        ("openrouter", "anthropic/claude-haiku-4.5", 2),
    ],
)
def test_what_is_cached_for_an_hour_costs_twice_the_input(provider: str, model: str, hour_rate: float) -> None:
    told = {
        "input_tokens": 0,
        "cache_creation_input_tokens": 1000,
        "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 600},
    }
    five_minutes = hour_rate / 2 * 1.25

    assert cost(provider, [model], from_anthropic_usage(told), NOON) == round(
        (400 * five_minutes + 600 * hour_rate) * 1000
    )


def test_hour_in_the_cache_has_the_listed_price_of_every_model_that_has_one() -> None:
    usage = Usage(input=1000, cache_written=1000, cache_written_1h=1000)
    listed = [
        (price, model)
        for _, model in SOLD_BY_TOKEN
        if (price := model.get_prices(NOON)).cache_write_1h_mtok is not None
    ]

    assert len(listed) > 40
    for price, _ in listed:
        theirs = price.calc_price(TheirUsage(input_tokens=1000, cache_write_tokens=1000, cache_write_1h_tokens=1000))
        rates = read_rates(price)
        assert rates is not None
        assert rates.cost(usage) == int(theirs["total_price"] * NANO)


def test_owners_price_of_cache_writes_is_for_an_hour_too() -> None:
    usage = Usage(input=1000, cache_written=1000, cache_written_1h=1000)

    found = reckon("anthropic", ["claude-sonnet-4-5"], usage, OwnPrices(cache_written=NANO))

    assert found is not None
    assert found.nano == 1000 * 1000


AUDIO = {  # as OpenAI tells it
    "prompt_tokens": 1000,
    "completion_tokens": 500,
    "total_tokens": 1500,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 600},
    "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 400, "text_tokens": 100},
}
SILENT = AUDIO | {
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"audio_tokens": 0},
}
LIVE = {
    "input_tokens": 1000,
    "output_tokens": 500,
    "input_token_details": {
        "text_tokens": 400,
        "audio_tokens": 500,
        "image_tokens": 100,
        "cached_tokens": 300,
        "cached_tokens_details": {"text_tokens": 100, "audio_tokens": 200},
    },
    "output_token_details": {"text_tokens": 100, "audio_tokens": 400},
}
DRAWN = {
    "input_tokens": 1000,
    "output_tokens": 4000,
    "input_tokens_details": {"text_tokens": 100, "image_tokens": 900},
}
HEARD = {
    "usageMetadata": {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 500,
        "cachedContentTokenCount": 100,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 200}, {"modality": "AUDIO", "tokenCount": 800}],
        "cacheTokensDetails": [{"modality": "AUDIO", "tokenCount": 100}],
    }
}
PAINTED = {
    "usageMetadata": {
        "promptTokenCount": 1000,
        "candidatesTokenCount": 1390,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1000}],
        "candidatesTokensDetails": [
            {"modality": "IMAGE", "tokenCount": 1290},
            {"modality": "TEXT", "tokenCount": 100},
        ],
    }
}


@pytest.mark.parametrize(
    ("provider", "model", "usage", "micros"),
    [
        ("openai", "gpt-audio", from_openai_usage(AUDIO), 400 * 2.5 + 600 * 32 + 100 * 10 + 400 * 64),
        ("openai", "gpt-audio", from_openai_usage(SILENT), 1000 * 2.5 + 500 * 10),
        ("openai", "gpt-4o", from_openai_usage(SILENT), 1000 * 2.5 + 500 * 10),
        (
            "openai",
            "gpt-realtime",
            from_openai_usage(LIVE),
            300 * 4 + 300 * 32 + 100 * 5 + 100 * 0.4 + 200 * 0.4 + 100 * 16 + 400 * 64,
        ),
        ("openai", "gpt-image-1", from_openai_usage(DRAWN), 100 * 5 + 900 * 10 + 4000 * 40),
        ("google", "gemini-2.5-flash", gemini_usage(HEARD), 200 * 0.3 + 700 * 1 + 100 * 0.1 + 500 * 2.5),
        ("google", "gemini-2.5-flash-image", gemini_usage(PAINTED), 1000 * 0.3 + 100 * 2.5 + 1290 * 30),
    ],
)
def test_sounds_and_pictures_have_their_own_prices(provider: str, model: str, usage: Usage, micros: float) -> None:
    assert cost(provider, [model], usage, NOON) == round(micros * 1000)


@pytest.mark.parametrize(
    ("provider", "model", "usage"),
    [
        ("openai", "gpt-audio", Usage(input=1000, output=1000)),
        ("openai", "gpt-image-1.5", from_openai_usage(DRAWN)),
        ("google", "gemini-2.5-flash-image", Usage(input=1000, output=1000, is_estimated=True)),
        ("google", "gemini-2.5-flash", Usage(input=1000, cached=500, media=MediaTokens(audio_input=700))),
    ],
)
def test_price_is_unknown_where_nobody_told_sounds_and_pictures_apart(provider: str, model: str, usage: Usage) -> None:
    assert cost(provider, [model], usage) is None


@pytest.mark.parametrize(
    ("model", "usage", "micros"),
    [
        ("gpt-audio", Usage(input=1000), 2500),  # no answer: nothing that could be sound
        ("gemini-2.5-flash", Usage(input=1000, output=1000), 2800),  # makes no sounds, and is seldom sent any
        ("gemini-2.5-flash", Usage(input=900, cached=500, media=MediaTokens(audio_input=900)), 400 + 50),
    ],
)
def test_price_is_known_where_nothing_is_left_to_tell(model: str, usage: Usage, micros: int) -> None:
    assert cost("openai" if model.startswith("gpt") else "google", [model], usage, NOON) == micros * 1000


@pytest.mark.parametrize(
    ("own", "micros"),
    [
        (OwnPrices(input=NANO, output=2 * NANO), 1000 + 1000),
        (OwnPrices(output=2 * NANO), 400 * 2.5 + 600 * 32 + 1000),
        (OwnPrices(input=NANO), 1000 + 100 * 10 + 400 * 64),
    ],
)
def test_owners_price_is_for_sounds_too(own: OwnPrices, micros: float) -> None:
    found = reckon("openai", ["gpt-audio"], from_openai_usage(AUDIO), own)

    assert found is not None
    assert found.nano == round(micros * 1000)


def test_rates_of_sounds_are_told_as_json() -> None:
    rates = rates_of("openai", "gpt-audio")

    assert rates is not None
    assert json.loads(text_of(rates))["media"] == {"audio_input": 32 * NANO, "audio_output": 64 * NANO}


@pytest.mark.parametrize(
    ("provider", "model"),
    [("custom", "gpt-4o"), ("aihubmix", "gpt-4o"), ("openai", "no-such-model"), ("openai", ""), ("gone", "gpt-4o")],
)
def test_price_that_nobody_knows_is_no_price(provider: str, model: str) -> None:
    assert cost(provider, [model], Usage(input=10, output=10)) is None


def test_what_runs_here_costs_nothing() -> None:
    assert cost("ollama", ["llama3.3"], Usage(input=10**6, output=10**6)) == 0
    assert list_price("llamacpp", "anything") == 0


def test_deployment_is_priced_by_the_model_that_answered() -> None:
    usage = Usage(input=1000, output=1000)

    assert cost("azure-v1", ["my-deployment", "gpt-4o-2024-08-06"], usage) == cost("azure-v1", ["gpt-4o"], usage)


@pytest.mark.parametrize(
    ("own", "dollars", "source"),
    [
        (OwnPrices(input=NANO, output=2 * NANO), 1.2, "owner"),
        (OwnPrices(input=NANO, output=2 * NANO, cached=0), 0.7, "owner"),
        (OwnPrices(output=0), 1.875, "owner"),
        (OwnPrices(input=0, output=0), 0.0, "owner"),
        (LIST_PRICES, 2.875, "genai-prices"),
    ],
)
def test_owners_price_goes_before_the_lists(own: OwnPrices, dollars: float, source: str) -> None:
    found = reckon("openai", ["gpt-4o"], Usage(input=1_000_000, output=100_000, cached=500_000), own)

    assert found is not None
    assert found.nano == round(dollars * NANO)
    assert found.source.startswith(source)


def test_owner_can_price_what_nobody_knows_and_what_runs_here() -> None:
    own = OwnPrices(input=NANO, output=NANO)

    assert reckon("custom", ["my-model"], Usage(input=1000), own) == (10**6, "owner", Rates(Rate(NANO), Rate(NANO)))
    assert reckon("custom", ["my-model"], Usage(input=1000), OwnPrices(input=NANO)) is None
    assert reckon("ollama", ["llama3.3"], Usage(output=1000), own) == (10**6, "owner", Rates(Rate(NANO), Rate(NANO)))


def test_rates_are_told_as_json() -> None:
    rates = rates_of("google", "gemini-2.5-pro")

    assert rates is not None
    assert json.loads(text_of(rates))["input"] == {"base": 1_250_000_000, "tiers": [[200_000, 2_500_000_000]]}


@pytest.mark.parametrize(
    "names",
    [
        (
            "llama3.3:70b",
            "meta-llama/Llama-3.3-70B-Instruct",
            "llama-3.3-70b-instruct-q4_K_M.gguf",
            "llama3.3:70b-q8_0",
        ),
        ("gpt-oss:20b", "openai/gpt-oss-20b", "gpt-oss-20b-GGUF"),
        ("qwen3:8b", "Qwen3-8B-Q5_K_M.gguf"),
    ],
)
def test_same_model_is_known_by_all_its_names(names: tuple[str, ...]) -> None:
    assert len({plain_name(name) for name in names}) == 1
    assert len({cloud_cost(name, Usage(input=1000, output=1000)) for name in names}) == 1
    assert cloud_cost(names[0], Usage(input=1000, output=1000))


def test_model_that_the_cloud_does_not_sell_has_no_price_there() -> None:
    assert cloud_cost("my-own-finetune:latest", Usage(input=1000)) is None


def test_counts_that_make_no_sense_cost_no_less_than_nothing() -> None:
    odd = Usage(input=10, output=5, cached=50, cache_written=50, reasoning=50)

    assert cost("openai", ["gpt-4o"], odd) == cost(
        "openai", ["gpt-4o"], Usage(input=10, output=5, cached=10, reasoning=5)
    )


@pytest.mark.parametrize("tier", ["flex", "priority", "batch"])
def test_tier_has_its_own_price(tier: str) -> None:
    standard, other = (
        cost("openai", ["gpt-5"], Usage(input=MILLION, output=MILLION, tier=name)) for name in ("", tier)
    )
    key = "processing" if tier == "batch" else "service_tier"
    theirs = calc_price(
        TheirUsage(input_tokens=MILLION, output_tokens=MILLION),
        "gpt-5",
        provider_id="openai",
        price_context={key: tier},
    )

    assert other == int(theirs.total_price * NANO)
    assert (other or 0) != standard


@pytest.mark.parametrize(
    ("usage", "tier"),
    [
        (gemini_usage({"usageMetadata": {"promptTokenCount": 1, "serviceTier": "priority"}}), "priority"),
        (gemini_usage({"usageMetadata": {"promptTokenCount": 1, "trafficType": "ON_DEMAND_FLEX"}}), "flex"),
        (gemini_usage({"usageMetadata": {"promptTokenCount": 1, "trafficType": "ON_DEMAND"}}), ""),
        (gemini_usage({"usageMetadata": {"promptTokenCount": 1, "trafficType": 7}}), ""),
        (from_anthropic_usage({"input_tokens": 1, "service_tier": "standard"}), ""),
        (from_anthropic_usage({"input_tokens": 1, "service_tier": "priority"}), "priority"),
        (from_anthropic_usage({"input_tokens": 1, "service_tier": ["batch"], "speed": "fast"}), "fast"),
        (from_openai_usage({"prompt_tokens": 1}, "default"), ""),
        (from_openai_usage({"prompt_tokens": 1}, {}), ""),
    ],
)
def test_tier_is_read_as_each_dialect_tells_it(usage: Usage, tier: str) -> None:
    assert usage.tier == tier


def test_tier_that_costs_otherwise_but_nobody_lists_has_no_price() -> None:
    usage = Usage(input=MILLION)

    assert cost("google", ["gemini-2.5-pro"], structs.replace(usage, tier="priority")) is None
    assert cost("anthropic", ["claude-opus-4-6"], structs.replace(usage, tier="fast")) is None
    assert cost("google", ["gemini-2.5-pro"], structs.replace(usage, tier="flex")) == cost(
        "google", ["gemini-2.5-pro"], structs.replace(usage, tier="batch")
    )


def test_tier_without_a_price_of_its_own_costs_as_usual() -> None:
    assert cost("openai", ["gpt-4o"], Usage(input=1000, tier="no-such")) == cost(
        "openai", ["gpt-4o"], Usage(input=1000)
    )


def test_price_by_the_hour_is_looked_up_by_the_hour() -> None:
    by_the_hour = [model for _, model in SOLD_BY_TOKEN if isinstance(model.prices, list)]

    assert by_the_hour
    for model in by_the_hour:
        assert read_rates(model.get_prices(NOON)) is not None


def test_comparing_never_waits_for_the_price_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_snapshot", None)
    monkeypatch.setattr(library, "_thread", None)

    first = list_price("openai", "gpt-4o")

    assert first is None
    assert eventually(lambda: library.is_loaded)
    small, large = list_price("openai", "gpt-4o-mini"), list_price("openai", "gpt-4o")
    assert small is not None
    assert large is not None
    assert small < large == 17_500_000_000


def test_rates_are_kept() -> None:
    assert rates_of("openai", "gpt-4o") is rates_of("openai", "gpt-4o")
