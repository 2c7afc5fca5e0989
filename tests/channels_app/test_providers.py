"""Where every vendor's endpoints are, which header carries the key, and what becomes of a pasted address."""

import re
from urllib.parse import urlsplit

import pytest

from channels_app.providers import (
    AZURE_DEPLOYMENT_ENDPOINTS,
    PROVIDERS,
    ROWS,
    Provider,
    looks_like_provider_key,
    normalise_base_url,
    provider_of_key,
)

ENDPOINTS = {
    "openai-chat": "chat/completions",
    "openai-responses": "responses",
    "anthropic": "v1/messages",
    "gemini": "v1beta/models/m:generateContent",
    "ollama": "api/chat",
}
BEARER = {"authorization": "Bearer K"}
X_API_KEY = {"x-api-key": "K"}

# provider: where the first dialect's endpoint is, where the model list is, and the header of each
EXPECTED: dict[str, tuple[str, str | None, dict[str, str]]] = {
    "openai": ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/models", BEARER),
    "azure-v1": (
        "https://x.openai.azure.com/openai/v1/chat/completions",
        "https://x.openai.azure.com/openai/v1/models",
        {"api-key": "K"},
    ),
    "azure-legacy": (
        "https://x.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21",
        "https://x.openai.azure.com/openai/models?api-version=2024-10-21",
        {"api-key": "K"},
    ),
    "azure-anthropic": ("https://x.services.ai.azure.com/anthropic/v1/messages", None, X_API_KEY),
    "anthropic": (
        "https://api.anthropic.com/v1/messages",
        "https://api.anthropic.com/v1/models?limit=1000",
        X_API_KEY,
    ),
    "google": (
        "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent",
        "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000",
        {"x-goog-api-key": "K"},
    ),
    "vertex": (
        "https://x-aiplatform.googleapis.com/v1/projects/x/locations/x/endpoints/openapi/chat/completions",
        None,
        BEARER,
    ),
    "bedrock-mantle": (
        "https://bedrock-mantle.x.api.aws/v1/chat/completions",
        "https://bedrock-mantle.x.api.aws/v1/models",
        BEARER,
    ),
    "bedrock-runtime": ("https://bedrock-runtime.x.amazonaws.com/openai/v1/chat/completions", None, BEARER),
    "deepseek": ("https://api.deepseek.com/chat/completions", "https://api.deepseek.com/models", BEARER),
    "mistral": ("https://api.mistral.ai/v1/chat/completions", "https://api.mistral.ai/v1/models", BEARER),
    "groq": ("https://api.groq.com/openai/v1/chat/completions", "https://api.groq.com/openai/v1/models", BEARER),
    "openrouter": ("https://openrouter.ai/api/v1/chat/completions", "https://openrouter.ai/api/v1/models", BEARER),
    "xai": ("https://api.x.ai/v1/chat/completions", "https://api.x.ai/v1/models", BEARER),
    "moonshotai": ("https://api.moonshot.ai/v1/chat/completions", "https://api.moonshot.ai/v1/models", BEARER),
    "kimi-for-coding": ("https://api.kimi.com/coding/v1/messages", "https://api.kimi.com/coding/v1/models", BEARER),
    "zai": ("https://api.z.ai/api/paas/v4/chat/completions", "https://api.z.ai/api/paas/v4/models", BEARER),
    "zai-coding": (
        "https://api.z.ai/api/coding/paas/v4/chat/completions",
        "https://api.z.ai/api/coding/paas/v4/models",
        BEARER,
    ),
    "zhipuai": (
        "https://open.bigmodel.cn/api/paas/v4/chat/completions",
        "https://open.bigmodel.cn/api/paas/v4/models",
        BEARER,
    ),
    "alibaba": (
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions",
        "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/models",
        BEARER,
    ),
    "siliconflow": (
        "https://api.siliconflow.com/v1/chat/completions",
        "https://api.siliconflow.com/v1/models",
        BEARER,
    ),
    "volcengine": (
        "https://ark.cn-beijing.volces.com/api/v3/chat/completions",
        "https://ark.cn-beijing.volces.com/api/v3/models",
        BEARER,
    ),
    "baidu": ("https://qianfan.baidubce.com/v2/chat/completions", "https://qianfan.baidubce.com/v2/models", BEARER),
    "minimax": ("https://api.minimax.io/anthropic/v1/messages", "https://api.minimax.io/v1/models", X_API_KEY),
    "togetherai": ("https://api.together.xyz/v1/chat/completions", "https://api.together.xyz/v1/models", BEARER),
    "fireworks-ai": (
        "https://api.fireworks.ai/inference/v1/chat/completions",
        "https://api.fireworks.ai/inference/v1/models",
        BEARER,
    ),
    "deepinfra": (
        "https://api.deepinfra.com/v1/openai/chat/completions",
        "https://api.deepinfra.com/v1/openai/models",
        BEARER,
    ),
    "cerebras": ("https://api.cerebras.ai/v1/chat/completions", "https://api.cerebras.ai/v1/models", BEARER),
    "perplexity": ("https://api.perplexity.ai/chat/completions", None, BEARER),
    "cohere": (
        "https://api.cohere.ai/compatibility/v1/chat/completions",
        "https://api.cohere.com/v1/models?page_size=1000",
        BEARER,
    ),
    "nvidia": (
        "https://integrate.api.nvidia.com/v1/chat/completions",
        "https://integrate.api.nvidia.com/v1/models",
        BEARER,
    ),
    "huggingface": (
        "https://router.huggingface.co/v1/chat/completions",
        "https://router.huggingface.co/v1/models",
        BEARER,
    ),
    "github-models": (
        "https://models.github.ai/inference/chat/completions",
        "https://models.github.ai/catalog/models",
        BEARER,
    ),
    "cloudflare": ("https://api.cloudflare.com/client/v4/accounts/x/ai/v1/chat/completions", None, BEARER),
    "sarvam": (
        "https://api.sarvam.ai/v1/chat/completions",
        "https://api.sarvam.ai/v1/models",
        {"api-subscription-key": "K"},
    ),
    "ollama": ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/api/tags", BEARER),
    "llamacpp": ("http://127.0.0.1:8080/v1/chat/completions", "http://127.0.0.1:8080/v1/models", BEARER),
    "local": ("http://127.0.0.1:x/v1/chat/completions", "http://127.0.0.1:x/v1/models", BEARER),
}

# The ids that channels are stored under: a row may be added, none may go.
IDS = """
    openai azure-v1 azure-legacy azure-anthropic anthropic google vertex bedrock-mantle bedrock-runtime
    deepseek mistral groq openrouter xai moonshotai moonshotai-cn kimi-for-coding zhipuai zai zai-coding
    alibaba alibaba-cn siliconflow siliconflow-cn volcengine baidu tencent minimax minimax-cn stepfun xiaomi
    modelscope qiniu 302ai aihubmix togetherai fireworks-ai deepinfra cerebras sambanova perplexity cohere
    nvidia novita-ai huggingface github-models github-copilot vercel cloudflare nebius hyperbolic baseten
    friendli chutes venice inception upstage scaleway ovhcloud wandb poe morph nano-gpt requesty helicone
    llama sarvam ai21 opencode-zen ollama ollama-cloud llamacpp lmstudio vllm sglang jan koboldcpp localai
    xinference tabby text-generation-webui lemonade docker-model-runner gpustack mlx-lm llamafile llama-swap olla
    lmdeploy omlx gpt4all foundry-local llama-cpp-python msty local custom
"""

with_an_address = pytest.mark.parametrize("row", [row for row in ROWS if row.id != "custom"], ids=lambda row: row.id)
every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def filled(url: str) -> str:
    return re.sub(r"\{\w+\}", "x", url)


def first_url(row: Provider, base_url: str = "") -> str:
    dialect = row.dialects[0]
    return row.endpoint_url(base_url, ENDPOINTS[dialect], "m", dialect=dialect)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_vendor_is_called_at_its_documented_address_with_its_documented_header(name: str) -> None:
    row = PROVIDERS[name]
    url, _, header = EXPECTED[name]

    assert filled(first_url(row)) == url
    assert row.auth_headers("K", row.dialects[0]) == header


@pytest.mark.parametrize("name", EXPECTED)
def test_a_vendor_lists_its_models_at_its_documented_address(name: str) -> None:
    row = PROVIDERS[name]
    listed_at = EXPECTED[name][1]

    assert (row.models is None) == (listed_at is None)
    if listed_at:
        assert filled(row.endpoint_url("", "models")) == listed_at


def test_every_known_id_has_exactly_one_row() -> None:
    assert set(IDS.split()) <= set(PROVIDERS)
    assert len(ROWS) == len(PROVIDERS)


@every_row
def test_a_row_is_spelled_correctly(row: Provider) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row.id)
    assert len(row.id) <= 40  # the column that stores it
    assert row.dialects
    assert set(row.dialects) <= set(ENDPOINTS)
    assert set(row.other_bases) <= {*row.dialects, "models"}
    assert set(row.auth_by_dialect) <= set(row.dialects)
    assert row.unverified <= {
        name for name in Provider.__dataclass_fields__ if name not in ("id", "name", "unverified")
    }
    assert row.models is None or row.models.startswith("/")
    assert row.docs.startswith("https://") or row.id in ("local", "custom")
    assert all(not page or urlsplit(page).scheme == "https" for page in (row.keys_url, row.billing_url))
    assert not (row.local and (row.keys_url or row.billing_url))  # nobody is paid for what runs here
    assert all(name == name.lower() for name in row.headers)


@with_an_address
def test_every_url_of_a_row_is_well_formed(row: Provider) -> None:
    urls = [row.endpoint_url("", ENDPOINTS[dialect], "m", dialect=dialect) for dialect in row.dialects]
    urls += [row.endpoint_url("", "models")]

    for url in map(filled, urls):
        parts = urlsplit(url)
        assert parts.scheme == ("http" if row.local else "https")
        assert parts.netloc.startswith("127.0.0.1:") == row.local
        assert "//" not in parts.path
        assert not re.search(r"[{}\s]", url)
        assert not re.search(r"/v1(beta)?/v1", url)


@with_an_address
def test_the_owners_own_address_goes_where_the_vendors_would(row: Provider) -> None:
    own = filled(row.base_url)

    for dialect in row.dialects:
        endpoint = ENDPOINTS[dialect]
        vendors = filled(row.endpoint_url("", endpoint, "m", dialect=dialect))
        assert row.endpoint_url(own, endpoint, "m", dialect=dialect) == vendors
        assert row.endpoint_url(own + "/", endpoint, "m", dialect=dialect) == vendors
    assert row.endpoint_url(own, "models") == filled(row.endpoint_url("", "models"))


@with_an_address
def test_a_rows_own_base_url_is_already_normal(row: Provider) -> None:
    base_url = re.sub(r"\{\w+\}", "1", row.base_url)

    assert normalise_base_url(row, base_url) == base_url


@every_row
def test_a_key_travels_in_exactly_one_header_and_no_key_in_none(row: Provider) -> None:
    for dialect in row.dialects:
        assert [*row.auth_headers("K", dialect).values()] in (["K"], ["Bearer K"])
        assert row.auth_headers("", dialect) == {}


@pytest.mark.parametrize(
    ("name", "dialect", "url", "header"),
    [
        ("deepseek", "anthropic", "https://api.deepseek.com/anthropic/v1/messages", BEARER),
        ("openrouter", "anthropic", "https://openrouter.ai/api/v1/messages", BEARER),
        ("fireworks-ai", "anthropic", "https://api.fireworks.ai/inference/v1/messages", BEARER),
        ("vercel", "anthropic", "https://ai-gateway.vercel.sh/v1/messages", BEARER),
        ("zai-coding", "anthropic", "https://api.z.ai/api/anthropic/v1/messages", BEARER),
        ("alibaba-cn", "anthropic", "https://dashscope.aliyuncs.com/apps/anthropic/v1/messages", BEARER),
        ("minimax", "openai-chat", "https://api.minimax.io/v1/chat/completions", BEARER),
        ("minimax-cn", "anthropic", "https://api.minimaxi.com/anthropic/v1/messages", BEARER),
        ("opencode-zen", "anthropic", "https://opencode.ai/zen/v1/messages", X_API_KEY),
        ("opencode-zen", "openai-responses", "https://opencode.ai/zen/v1/responses", BEARER),
        ("google", "openai-chat", "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions", BEARER),
        ("bedrock-mantle", "anthropic", "https://bedrock-mantle.x.api.aws/anthropic/v1/messages", BEARER),
        (
            "vertex",
            "gemini",
            "https://x-aiplatform.googleapis.com/v1/projects/x/locations/x/publishers/google/models/m:generateContent",
            BEARER,
        ),
        ("ollama", "ollama", "http://127.0.0.1:11434/api/chat", BEARER),
        ("ollama", "anthropic", "http://127.0.0.1:11434/v1/messages", BEARER),
        ("ollama-cloud", "ollama", "https://ollama.com/api/chat", BEARER),
    ],
)
def test_a_second_dialect_has_its_own_base_and_header(
    name: str, dialect: str, url: str, header: dict[str, str]
) -> None:
    row = PROVIDERS[name]

    assert filled(row.endpoint_url("", ENDPOINTS[dialect], "m", dialect=dialect)) == url
    assert row.auth_headers("K", dialect) == header


@pytest.mark.parametrize(
    ("name", "own", "dialect", "url"),
    [
        ("ollama", "http://10.0.0.5:11434/v1", "ollama", "http://10.0.0.5:11434/api/chat"),
        ("vllm", "http://10.0.0.5:8000/v1", "anthropic", "http://10.0.0.5:8000/v1/messages"),
        ("anthropic", "https://relay.example/claude", "anthropic", "https://relay.example/claude/v1/messages"),
        ("anthropic", "https://api.anthropic.com/v1", "anthropic", "https://api.anthropic.com/v1/messages"),
        ("custom", "https://relay.example/v1", "anthropic", "https://relay.example/v1/messages"),
        ("custom", "https://relay.example/v1", "openai-chat", "https://relay.example/v1/chat/completions"),
        (
            "custom",
            "https://relay.example/v1beta",
            "gemini",
            "https://relay.example/v1beta/models/m:generateContent",
        ),
        # the vendor's own host at another path, and another host at the vendor's path
        ("zai", "https://api.z.ai/api/coding/paas/v4", "anthropic", "https://api.z.ai/api/anthropic/v1/messages"),
        ("zai", "https://mirror.example/api/paas/v4", "anthropic", "https://mirror.example/api/anthropic/v1/messages"),
        ("deepseek", "https://api.deepseek.com/v1", "anthropic", "https://api.deepseek.com/anthropic/v1/messages"),
        ("deepseek", "https://mirror.example/v1", "anthropic", "https://mirror.example/anthropic/v1/messages"),
        (
            "alibaba",
            "https://dashscope-us.aliyuncs.com/compatible-mode/v1",
            "anthropic",
            "https://dashscope-us.aliyuncs.com/apps/anthropic/v1/messages",
        ),
        (
            "bedrock-mantle",
            "https://bedrock-mantle.eu-west-1.api.aws/openai/v1",
            "anthropic",
            "https://bedrock-mantle.eu-west-1.api.aws/anthropic/v1/messages",
        ),
        (
            "vertex",
            "https://europe-west1-aiplatform.googleapis.com/v1/projects/p1/locations/europe-west1/endpoints/openapi",
            "gemini",
            "https://europe-west1-aiplatform.googleapis.com/v1/projects/p1/locations/europe-west1/publishers/google"
            "/models/m:generateContent",
        ),
    ],
)
def test_a_second_dialect_follows_the_owners_own_address(name: str, own: str, dialect: str, url: str) -> None:
    assert PROVIDERS[name].endpoint_url(own, ENDPOINTS[dialect], "m", dialect=dialect) == url


@pytest.mark.parametrize(
    ("name", "own", "url"),
    [
        ("ollama", "http://10.0.0.5:11434/v1", "http://10.0.0.5:11434/api/tags"),
        ("anthropic", "https://relay.example", "https://relay.example/v1/models?limit=1000"),
        ("custom", "https://relay.example/v1", "https://relay.example/v1/models"),
        # a key for one host is never sent to another
        ("github-models", "https://mirror.example/inference", "https://mirror.example/catalog/models"),
        ("google", "https://mirror.example/v1beta/openai", "https://mirror.example/v1beta/models?pageSize=1000"),
    ],
)
def test_the_model_list_follows_the_owners_own_address(name: str, own: str, url: str) -> None:
    assert PROVIDERS[name].endpoint_url(own, "models") == url


def test_the_model_list_goes_by_its_own_dialects_header() -> None:
    google = PROVIDERS["google"]

    assert google.auth_headers("K", google.models_dialect) == {"x-goog-api-key": "K"}
    assert PROVIDERS["cohere"].models_dialect == "openai-chat"
    assert PROVIDERS["togetherai"].models_dialect == "openai-chat"


def test_a_local_engine_gets_a_key_only_if_it_has_one() -> None:
    assert PROVIDERS["jan"].auth_headers("") == {}
    assert PROVIDERS["jan"].auth_headers("K") == BEARER


def test_only_rows_with_blanks_ask_for_an_address() -> None:
    asking = {row.id for row in ROWS if row.needs_base_url}

    azure = {"azure-v1", "azure-legacy", "azure-anthropic"}
    wandering = {"foundry-local", "msty"}  # on this machine, on a port that they choose
    assert asking == azure | wandering | {"vertex", "bedrock-mantle", "bedrock-runtime", "cloudflare", "custom"}


# Azure

AZURE = "https://res.openai.azure.com"


@pytest.mark.parametrize("name", ["azure-v1", "azure-legacy"])
@pytest.mark.parametrize("base", [AZURE, f"{AZURE}/", f"{AZURE}/openai", f"{AZURE}/openai/deployments"])
def test_azures_dated_shape_puts_the_model_into_the_path(name: str, base: str) -> None:
    row = PROVIDERS[name]

    assert row.endpoint_url(base, "chat/completions", "gpt-4o", "2024-06-01") == (
        f"{AZURE}/openai/deployments/gpt-4o/chat/completions?api-version=2024-06-01"
    )
    assert row.endpoint_url(base, "responses", "gpt-4o") == f"{AZURE}/openai/responses?api-version=2024-10-21"
    assert row.endpoint_url(base, "models") == f"{AZURE}/openai/models?api-version=2024-10-21"


@pytest.mark.parametrize("endpoint", sorted(AZURE_DEPLOYMENT_ENDPOINTS))
def test_a_deployment_in_azures_base_wins_over_the_model(endpoint: str) -> None:
    url = PROVIDERS["azure-legacy"].endpoint_url(f"{AZURE}/openai/deployments/mine/", endpoint, "gpt-4o")

    assert url == f"{AZURE}/openai/deployments/mine/{endpoint}?api-version=2024-10-21"


def test_a_deployment_in_azures_base_is_left_out_of_the_other_endpoints() -> None:
    url = PROVIDERS["azure-legacy"].endpoint_url(f"{AZURE}/openai/deployments/mine", "files/f1", "gpt-4o")

    assert url == f"{AZURE}/openai/files/f1?api-version=2024-10-21"


def test_azures_v1_shape_has_a_version_only_if_one_was_set() -> None:
    row = PROVIDERS["azure-legacy"]  # the base decides, whichever row it was typed under

    assert row.endpoint_url(f"{AZURE}/openai/v1", "chat/completions", "x") == f"{AZURE}/openai/v1/chat/completions"
    assert row.endpoint_url(f"{AZURE}/openai/v1/", "responses", "x", "preview") == (
        f"{AZURE}/openai/v1/responses?api-version=preview"
    )


def test_a_deployment_with_special_characters_is_quoted() -> None:
    url = PROVIDERS["azure-legacy"].endpoint_url(AZURE, "embeddings", "team/gpt 4?#ü", "2024 preview&x=1")

    assert url == (
        f"{AZURE}/openai/deployments/team%2Fgpt%204%3F%23%C3%BC/embeddings?api-version=2024%20preview%26x%3D1"
    )


def test_azure_behind_a_gateway_keeps_the_gateways_path() -> None:
    row = PROVIDERS["azure-legacy"]

    assert row.endpoint_url("https://openai/llm/openai", "embeddings", "e") == (
        "https://openai/llm/openai/deployments/e/embeddings?api-version=2024-10-21"
    )
    assert row.endpoint_url("https://openai", "embeddings", "e") == (
        "https://openai/openai/deployments/e/embeddings?api-version=2024-10-21"
    )


def test_azures_dated_shape_without_a_deployment_is_refused() -> None:
    with pytest.raises(ValueError, match="deployment"):
        PROVIDERS["azure-legacy"].endpoint_url(AZURE, "chat/completions")


# Addresses as people paste them


@pytest.mark.parametrize(
    ("name", "pasted", "stored"),
    [
        ("openai", "  https://api.openai.com/v1/  ", "https://api.openai.com/v1"),
        ("openai", "https://api.openai.com", "https://api.openai.com/v1"),
        ("openai", "HTTPS://API.OpenAI.com/v1", "https://api.openai.com/v1"),
        ("openai", "https://relay.example", "https://relay.example/v1"),
        ("openai", "https://relay.example//sub//v1//", "https://relay.example/sub/v1"),
        ("openai", "https://relay.example/v1/chat/completions", "https://relay.example/v1"),
        ("openai", "https://relay.example/v1/completions/", "https://relay.example/v1"),
        ("openai", "https://relay.example/v1/responses", "https://relay.example/v1"),
        ("openai", "https://relay.example/v1/embeddings", "https://relay.example/v1"),
        ("openai", "https://relay.example/v1/models", "https://relay.example/v1"),
        ("custom", "https://relay.example/v1/messages", "https://relay.example/v1"),
        ("custom", "https://relay.example/api/chat/completions", "https://relay.example/api"),
        ("custom", "https://relay.example/my-models", "https://relay.example/my-models"),
        ("custom", "https://relay.example:/v1", "https://relay.example/v1"),
        ("custom", "http://[::1]:8080", "http://[::1]:8080/v1"),
        ("custom", "http://192.168.1.9:8000", "http://192.168.1.9:8000/v1"),
        ("local", "http://127.0.0.1:9001", "http://127.0.0.1:9001/v1"),
        ("ollama", "http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("ollama", "http://127.0.0.1:11434/api/chat", "http://127.0.0.1:11434/v1"),
        ("ollama", "http://127.0.0.1:11434/api/tags", "http://127.0.0.1:11434/v1"),
        ("anthropic", "https://api.anthropic.com/", "https://api.anthropic.com"),
        ("deepseek", "https://api.deepseek.com", "https://api.deepseek.com"),
        # the beginning of the vendor's own path, or its address for another dialect
        ("groq", "https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        ("openrouter", "https://openrouter.ai/api", "https://openrouter.ai/api/v1"),
        (
            "google",
            "https://generativelanguage.googleapis.com/v1beta/models",
            "https://generativelanguage.googleapis.com/v1beta/openai",
        ),
        ("deepseek", "https://api.deepseek.com/anthropic", "https://api.deepseek.com"),
        ("minimax", "https://api.minimax.io/anthropic/v1/messages", "https://api.minimax.io/v1"),
        ("zai", "https://api.z.ai/api/coding/paas/v4", "https://api.z.ai/api/coding/paas/v4"),
        ("openrouter", "https://mirror.example/api", "https://mirror.example/api"),
        ("deepseek", "https://mirror.example/anthropic", "https://mirror.example/anthropic"),
        # Azure
        ("azure-v1", AZURE, f"{AZURE}/openai/v1"),
        ("azure-v1", f"{AZURE}/openai/v1/", f"{AZURE}/openai/v1"),
        ("azure-v1", "https://res.services.ai.azure.com", "https://res.services.ai.azure.com/openai/v1"),
        ("azure-legacy", AZURE, AZURE),
        ("azure-legacy", f"{AZURE}/openai/deployments/", f"{AZURE}/openai/deployments"),
        (
            "azure-legacy",
            f"{AZURE}/openai/deployments/gpt-4o/chat/completions?api-version=2024-06-01",
            f"{AZURE}/openai/deployments/gpt-4o",
        ),
        ("azure-anthropic", "https://res.services.ai.azure.com", "https://res.services.ai.azure.com/anthropic"),
    ],
)
def test_a_pasted_address_becomes_a_base_url(name: str, pasted: str, stored: str) -> None:
    assert normalise_base_url(PROVIDERS[name], pasted) == stored
    assert normalise_base_url(PROVIDERS[name], stored) == stored


@pytest.mark.parametrize(
    ("name", "pasted", "advice"),
    [
        ("openai", "api.openai.com/v1", "does not say http"),
        ("ollama", "localhost:11434", "like http://127.0.0.1:11434/v1"),
        ("openai", "://api.openai.com", "does not say http"),
        ("openai", "ftp://api.openai.com", "begins with ftp://"),
        ("openai", "https://", "names no host"),
        ("openai", "https:///v1", "names no host"),
        ("openai", "http://:8080/v1", "names no host"),
        ("openai", "http://host:99999", "host or port"),
        ("openai", "http://host:http", "host or port"),
        ("openai", "http://[::1", "host or port"),
        ("openai", "https://api.openai.com/v1 key", "space"),
        ("openai", "https://api.openai.com\\v1", "space or another character"),
        ("openai", "https://me:secret@api.openai.com/v1", "user name or password"),
        ("openai", "https://api.openai.com/v1#models", "#"),
        ("openai", "https://api.openai.com/v1/chat/completions#", "#"),
        ("openai", "https://api.openai.com/v1?key=secret", r"\?"),
        ("openai", "https://api.openai.com/v1?api-version=1", r"\?"),
        ("azure-legacy", f"{AZURE}?api-version=2024-06-01&api-key=secret", r"\?"),
        ("azure-v1", "https://{res}.openai.azure.com", "every {part} filled in"),
        ("vertex", "https://europe-west1-aiplatform.googleapis.com", "every {part} filled in"),
        ("custom", "  ", "needs its own address"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_advice(name: str, pasted: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice) as refusal:
        normalise_base_url(PROVIDERS[name], pasted)

    assert "secret" not in str(refusal.value)


def test_no_address_means_the_providers_own() -> None:
    assert normalise_base_url(PROVIDERS["openai"], " ") == ""
    assert normalise_base_url(PROVIDERS["local"], "") == ""


# Keys


@pytest.mark.parametrize(
    ("api_key", "vendor"),
    [
        ("sk-ant-api03-abc", "Anthropic"),
        ("sk-or-v1-abc", "OpenRouter"),
        ("gsk_abc", "Groq"),
        ("AIzaSyAbc", "Google"),
        ("xai-abc", "xAI"),
        ("sk-proj-abc", "OpenAI"),
        ("  hf_abc\n", "Hugging Face"),
        ("nvapi-abc", "NVIDIA NIM"),
        ("pplx-abc", "Perplexity"),
        ("csk-abc", "Cerebras"),
        ("github_pat_abc", "GitHub Models"),
    ],
)
def test_a_keys_beginning_tells_its_vendor(api_key: str, vendor: str) -> None:
    assert provider_of_key(api_key) == vendor
    assert looks_like_provider_key(api_key)


def test_a_bare_sk_key_is_some_vendors_but_not_whose() -> None:
    assert provider_of_key("sk-0123456789abcdef") is None
    assert looks_like_provider_key("sk-0123456789abcdef")


@pytest.mark.parametrize("text", ["", "hello", "SK-abc", "nv-sk-ant-abc", "https://api.openai.com"])
def test_other_text_is_no_key(text: str) -> None:
    assert provider_of_key(text) is None
    assert not looks_like_provider_key(text)


def test_no_two_vendors_claim_the_same_beginning() -> None:
    prefixes = [prefix for row in ROWS for prefix in row.key_prefixes]

    assert len(prefixes) == len(set(prefixes))
    assert "sk-" not in prefixes


def test_the_longest_known_beginning_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("channels_app.providers.PREFIX_OWNERS", {"a-": "Short", "a-long-": "Long", "a-l": "Middle"})

    assert provider_of_key("a-long-1") == "Long"
    assert provider_of_key("a-1") == "Short"
