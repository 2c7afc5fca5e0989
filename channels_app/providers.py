"""Every vendor Novapi knows, one frozen row each. A vendor is data: what needs behaviour is a dialect or a quirk.

Base URLs are the ones of the vendor's OpenAI-compatible API unless `dialects` says otherwise. A field named in
`unverified` was confirmed neither by the vendor's documentation nor by another maintained client; the dashboard
marks it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import SplitResult, quote, urlsplit

Auth = Literal["bearer", "x-api-key", "x-goog-api-key", "api-key", "api-subscription-key", "none"]
ModelsShape = Literal["openai", "array", "ollama", "anthropic", "gemini", "cohere"]

# Azure's dated API names the deployment in the path for these endpoints only (openai SDK, `_deployments_endpoints`).
AZURE_DEPLOYMENT_ENDPOINTS = frozenset(
    {
        "completions",
        "chat/completions",
        "embeddings",
        "audio/transcriptions",
        "audio/translations",
        "audio/speech",
        "images/generations",
        "images/edits",
    }
)
AZURE_API_VERSION = "2024-10-21"  # the last dated version that is generally available

# Endpoints of these dialects carry their version themselves ("v1/messages"), so their base must not.
VERSIONED_DIALECTS = frozenset({"anthropic", "gemini", "ollama"})

# What people paste along with a base URL, longest first.
ENDPOINT_SUFFIXES = (
    "/chat/completions",
    "/completions",
    "/embeddings",
    "/responses",
    "/messages",
    "/models",
    "/api/generate",
    "/api/chat",
    "/api/tags",
)


@dataclass(frozen=True, slots=True)
class Provider:
    """One vendor or local engine.

    `base_url` is what endpoint paths are appended to; `{placeholders}` in it are for the owner to fill in.
    `dialects` are what the vendor speaks, the one it documents first in front.
    `other_bases` gives the base of a dialect that does not live under `base_url` ("models" there: of the model list).
    To the base of a dialect is appended: "chat/completions" for the OpenAI ones, "v1/messages" for anthropic,
    "v1beta/models/{m}:verb" for gemini, "api/chat" for ollama. The latter three need no entry when their base is
    `base_url` without its "/v1".
    `models` is the path of the model list below the base of `models_dialect`, or None where the vendor has none.
    `name_zh` is what Chinese people call it; `keys_url` and `billing_url` are the pages where its customers make a key
    and pay; each empty where there is none, or none that is sure.
    """

    id: str
    name: str
    base_url: str
    auth: Auth = "bearer"
    dialects: tuple[str, ...] = ("openai-chat",)
    other_bases: Mapping[str, str] = field(default_factory=dict, hash=False)
    auth_by_dialect: Mapping[str, Auth] = field(default_factory=dict, hash=False)
    models: str | None = "/models"
    models_shape: ModelsShape = "openai"
    stream_usage: bool = True  # accepts `stream_options.include_usage`
    azure: bool = False
    local: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    key_prefixes: tuple[str, ...] = ()
    docs: str = ""
    name_zh: str = ""
    keys_url: str = ""
    billing_url: str = ""
    unverified: frozenset[str] = frozenset()

    @property
    def needs_base_url(self) -> bool:
        """The owner has to type an address. Not for `local`: who starts the engine knows its port."""
        return self.id != "local" and (not self.base_url or "{" in self.base_url)

    @property
    def models_dialect(self) -> str:
        """The dialect whose base and key header the model list goes by."""
        return self.models_shape if self.models_shape in VERSIONED_DIALECTS else "openai-chat"

    def auth_headers(self, api_key: str, dialect: str = "openai-chat") -> dict[str, str]:
        """The header that carries the owner's key at this vendor; empty without a key."""
        auth = self.auth_by_dialect.get(dialect, self.auth)
        if not api_key:
            return {}
        if auth in ("bearer", "none"):  # an engine that asks for none takes Bearer once it is behind `--api-key`
            return {"authorization": f"Bearer {api_key}"}
        return {auth: api_key}

    def endpoint_url(
        self,
        base_url: str,
        endpoint: str,
        upstream_model: str = "",
        api_version: str = "",
        dialect: str = "openai-chat",
    ) -> str:
        """Where `endpoint` is: "chat/completions", "v1/messages", or "models" for the model list.

        `base_url` is the channel's own address, empty for the provider's.
        """
        own = base_url.strip().rstrip("/")
        if self.azure:
            return azure_url(own or self.base_url, endpoint, upstream_model, api_version)
        if endpoint == "models":
            listed_at = "models" if "models" in self.other_bases else self.models_dialect
            return self.dialect_base(own, listed_at) + (self.models or "/models")
        base = self.dialect_base(own, dialect)
        if "/publishers/" in base:  # Vertex names version and publisher in the base: .../publishers/google/models/{m}
            endpoint = endpoint.removeprefix("v1beta/")
        return f"{base}/{endpoint}"

    def dialect_base(self, own: str, dialect: str) -> str:
        """What the endpoints of `dialect` are appended to, for a channel at `own` (empty: the vendor's address)."""
        if dialect in self.other_bases:
            return moved_base(self.base_url, self.other_bases[dialect], own) if own else self.other_bases[dialect]
        base = own or self.base_url
        return without_version(base) if dialect in VERSIONED_DIALECTS else base


def without_version(base: str) -> str:
    return re.sub(r"/v1(beta)?$", "", base)


def moved_base(vendor: str, other: str, own: str) -> str:
    """The counterpart of `other` for a channel at `own` instead of `vendor`: the same host, or a mirror of it."""
    vendor_at, other_at, own_at = urlsplit(vendor), urlsplit(other), urlsplit(own)
    if is_host_of(vendor_at.netloc, own_at.netloc) and "{" not in other_at.path:
        host = own_at.netloc if other_at.netloc == vendor_at.netloc else other_at.netloc
        return f"{own_at.scheme}://{host}{other_at.path}"
    vendor_tail, other_tail = differing_tails(vendor_at.path, other_at.path)
    if vendor_tail and own.endswith(vendor_tail):
        return own.removesuffix(vendor_tail) + other_tail
    return without_version(own) + other_tail


def differing_tails(first: str, second: str) -> tuple[str, str]:
    """What is left of two paths after their common leading segments."""
    ours, theirs = first.split("/"), second.split("/")
    while len(ours) > 1 and len(theirs) > 1 and ours[1] == theirs[1]:
        del ours[1], theirs[1]
    return "/".join(ours), "/".join(theirs)


def is_host_of(vendor_host: str, host: str) -> bool:
    """Whether `host` is the vendor's, whose name may have placeholders in it ("{res}.openai.azure.com")."""
    pattern = re.sub(r"\\\{\w+\\\}", "[^./]+", re.escape(vendor_host))
    return bool(vendor_host) and re.fullmatch(pattern, host) is not None


def azure_url(base: str, endpoint: str, deployment: str, api_version: str) -> str:
    """Azure's two shapes: `{base}/openai/v1/…`, and the dated one with the deployment in the path."""
    if base.endswith("/openai/v1"):
        return f"{base}/{endpoint}" + (f"?api-version={quote(api_version, safe='')}" if api_version else "")
    tail = re.search(r"(?<!/)/openai(?:/deployments(?:/([^/]+))?)?$", base)
    root = base[: tail.start()] if tail else base
    version = quote(api_version or AZURE_API_VERSION, safe="")
    if endpoint not in AZURE_DEPLOYMENT_ENDPOINTS:
        return f"{root}/openai/{endpoint}?api-version={version}"
    segment = tail[1] if tail and tail[1] else quote(deployment, safe="")
    if not segment:
        raise ValueError("Azure's dated address names the deployment: give the model the deployment's name.")
    return f"{root}/openai/deployments/{segment}/{endpoint}?api-version={version}"


def normalise_base_url(provider: Provider, base_url: str) -> str:
    """The address as it is stored: what people paste, made into a base URL. Raises ValueError with advice."""
    address = base_url.strip()
    example = provider.base_url or "https://gateway.example/v1"
    if not address:
        if provider.needs_base_url:
            raise ValueError(f"{provider.name} needs its own address. Type it in full, like {example}.")
        return ""
    parts = parse_address(address, example, query_allowed=provider.azure)
    path = re.sub(r"/{2,}", "/", parts.path).rstrip("/")
    suffix = next((suffix for suffix in ENDPOINT_SUFFIXES if path.endswith(suffix)), "")
    host = parts.netloc.lower().rstrip(":")
    normal = f"{parts.scheme}://{host}{full_path(provider, host, path.removesuffix(suffix).rstrip('/'))}"
    if "{" in normal:
        raise ValueError(f"The address is not complete. It looks like {example}, with every {{part}} filled in.")
    return normal


def parse_address(address: str, example: str, *, query_allowed: bool) -> SplitResult:
    """The parts of an http(s) address. Messages never repeat the address: it may have a key in it."""
    if any(char.isspace() or not char.isprintable() or char == "\\" for char in address):
        raise ValueError(f"The address has a space or another character no address has. Type it like {example}.")
    if not re.match(r"[A-Za-z][\w+.-]*://", address):
        raise ValueError(f"The address does not say http:// or https://. Type it in full, like {example}.")
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:  # its text repeats the address
        raise ValueError(f"The address has a host or port that cannot be. Type it like {example}.") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError(f"The address begins with {parts.scheme}://. Use http:// or https://.")
    if "@" in parts.netloc:
        raise ValueError("The address has a user name or password in it. Leave it out; the key has its own field.")
    if not host:
        raise ValueError(f"The address names no host. Type it in full, like {example}.")
    if parts.fragment or address.endswith("#"):
        raise ValueError("The address has a # in it. Leave out the # and what follows.")
    names = {pair.partition("=")[0] for pair in parts.query.split("&") if pair}
    if names - ({"api-version"} if query_allowed else set()):
        raise ValueError("The address has a ? in it. Leave out the ? and what follows; keys have their own field.")
    return parts


def full_path(provider: Provider, host: str, path: str) -> str:
    """`path`, completed where the owner gave only the host or the beginning of the vendor's own path."""
    vendor = urlsplit(provider.base_url)
    vendor_path = vendor.path if provider.base_url else "/v1"  # what nearly every compatible server uses
    if not path:
        return vendor_path
    if not is_host_of(vendor.netloc, host):
        return path
    other_paths = {urlsplit(base).path for base in provider.other_bases.values()}
    if vendor_path.startswith(f"{path}/") or without_version(path) in other_paths - {""}:
        return vendor_path
    return path


def provider_of_key(api_key: str) -> str | None:
    """The vendor's name, if the key's beginning says it: the longest known prefix wins. A bare "sk-" says nothing."""
    known = [prefix for prefix in PREFIX_OWNERS if api_key.strip().startswith(prefix)]
    return PREFIX_OWNERS[max(known, key=len)] if known else None


def looks_like_provider_key(api_key: str) -> bool:
    """Whether this is some vendor's key, even if "sk-" does not tell whose."""
    return api_key.strip().startswith("sk-") or provider_of_key(api_key) is not None


CHAT_AND_RESPONSES = ("openai-chat", "openai-responses")
CHAT_AND_ANTHROPIC = ("openai-chat", "anthropic")
CHAT_RESPONSES_ANTHROPIC = ("openai-chat", "openai-responses", "anthropic")
UNVERIFIED_MODELS = frozenset({"models"})

# Model lists that come in pages of 20 or 50 are asked for their largest page. Unformatted, to keep a row in few lines.
# fmt: off
ROWS: tuple[Provider, ...] = (
    # The big ones
    Provider(
        "openai", "OpenAI", "https://api.openai.com/v1", dialects=CHAT_AND_RESPONSES,
        key_prefixes=("sk-proj-", "sk-svcacct-"), docs="https://platform.openai.com/docs/api-reference",
        keys_url="https://platform.openai.com/api-keys",
        billing_url="https://platform.openai.com/settings/organization/billing/overview",
    ),
    Provider(
        "azure-v1", "Azure OpenAI", "https://{res}.openai.azure.com/openai/v1", auth="api-key",
        dialects=CHAT_AND_RESPONSES, azure=True,
        docs="https://learn.microsoft.com/en-us/azure/ai-foundry/openai/api-version-lifecycle",
    ),
    Provider(
        "azure-legacy", "Azure OpenAI (dated API)", "https://{res}.openai.azure.com", auth="api-key", azure=True,
        docs="https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference",
    ),
    Provider(
        "azure-anthropic", "Azure Foundry (Claude)", "https://{res}.services.ai.azure.com/anthropic", auth="x-api-key",
        dialects=("anthropic",), models=None,
        docs="https://learn.microsoft.com/en-us/azure/ai-foundry/foundry-models/how-to/use-foundry-models-claude",
    ),
    Provider(
        "anthropic", "Anthropic", "https://api.anthropic.com", auth="x-api-key", dialects=("anthropic",),
        models="/v1/models?limit=1000", models_shape="anthropic",
        key_prefixes=("sk-ant-",), docs="https://docs.claude.com/en/api/overview",
        keys_url="https://console.anthropic.com/settings/keys",
        billing_url="https://console.anthropic.com/settings/billing",
    ),
    Provider(
        "google", "Google", "https://generativelanguage.googleapis.com/v1beta/openai",
        dialects=("gemini", "openai-chat"), other_bases={"gemini": "https://generativelanguage.googleapis.com"},
        auth_by_dialect={"gemini": "x-goog-api-key"}, models="/v1beta/models?pageSize=1000", models_shape="gemini",
        key_prefixes=("AIza",), docs="https://ai.google.dev/gemini-api/docs",
        keys_url="https://aistudio.google.com/apikey", billing_url="https://console.cloud.google.com/billing",
    ),
    Provider(
        "vertex", "Google Vertex AI",
        "https://{loc}-aiplatform.googleapis.com/v1/projects/{p}/locations/{loc}/endpoints/openapi",
        dialects=("openai-chat", "gemini"), models=None,
        other_bases={
            "gemini": "https://{loc}-aiplatform.googleapis.com/v1/projects/{p}/locations/{loc}/publishers/google"
        },
        docs="https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference",
        keys_url="https://console.cloud.google.com/apis/credentials",
        billing_url="https://console.cloud.google.com/billing",
    ),
    Provider(
        # Most models are under /v1, some under /openai/v1; the model's page says which (AWS: bedrock-mantle).
        "bedrock-mantle", "Amazon Bedrock", "https://bedrock-mantle.{region}.api.aws/v1", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://bedrock-mantle.{region}.api.aws/anthropic"}, key_prefixes=("ABSK",),
        docs="https://docs.aws.amazon.com/bedrock/latest/userguide/bedrock-mantle.html",
        unverified=frozenset({"key_prefixes"}),
        keys_url="https://console.aws.amazon.com/bedrock/home",
        billing_url="https://console.aws.amazon.com/billing/home",
    ),
    Provider(
        "bedrock-runtime", "Amazon Bedrock Runtime", "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
        models=None, docs="https://docs.aws.amazon.com/bedrock/latest/userguide/endpoints.html",
        keys_url="https://console.aws.amazon.com/bedrock/home",
        billing_url="https://console.aws.amazon.com/billing/home",
    ),
    Provider(
        "deepseek", "DeepSeek", "https://api.deepseek.com", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.deepseek.com/anthropic"}, docs="https://api-docs.deepseek.com",
        name_zh="深度求索", keys_url="https://platform.deepseek.com/api_keys",
        billing_url="https://platform.deepseek.com/top_up",
    ),
    Provider(
        "mistral", "Mistral", "https://api.mistral.ai/v1", stream_usage=False, docs="https://docs.mistral.ai/api",
        keys_url="https://console.mistral.ai/api-keys", billing_url="https://console.mistral.ai/billing",
    ),
    Provider(
        "groq", "Groq", "https://api.groq.com/openai/v1", dialects=CHAT_AND_RESPONSES, key_prefixes=("gsk_",),
        docs="https://console.groq.com/docs/api-reference",
        keys_url="https://console.groq.com/keys", billing_url="https://console.groq.com/settings/billing",
    ),
    Provider(
        "openrouter", "OpenRouter", "https://openrouter.ai/api/v1", dialects=CHAT_RESPONSES_ANTHROPIC,
        key_prefixes=("sk-or-",), docs="https://openrouter.ai/docs",
        keys_url="https://openrouter.ai/settings/keys", billing_url="https://openrouter.ai/settings/credits",
    ),
    Provider(
        # Its Anthropic endpoint is documented as deprecated.
        "xai", "xAI", "https://api.x.ai/v1", dialects=CHAT_AND_RESPONSES, key_prefixes=("xai-",),
        docs="https://docs.x.ai/docs",
        keys_url="https://console.x.ai", billing_url="https://console.x.ai",
    ),
    # China
    Provider(
        "moonshotai", "Moonshot AI", "https://api.moonshot.ai/v1", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.moonshot.ai/anthropic"}, docs="https://platform.moonshot.ai/docs",
        name_zh="月之暗面 Kimi · 国际站", keys_url="https://platform.moonshot.ai/console/api-keys",
        billing_url="https://platform.moonshot.ai/console/account",
    ),
    Provider(
        "moonshotai-cn", "Moonshot AI (China)", "https://api.moonshot.cn/v1", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.moonshot.cn/anthropic"}, docs="https://platform.moonshot.cn/docs",
        name_zh="月之暗面 Kimi", keys_url="https://platform.moonshot.cn/console/api-keys",
        billing_url="https://platform.moonshot.cn/console/account",
    ),
    Provider(
        "kimi-for-coding", "Kimi for Coding", "https://api.kimi.com/coding/v1", dialects=("anthropic", "openai-chat"),
        key_prefixes=("sk-kimi-",), docs="https://www.kimi.com/code/docs/en/",
        unverified=frozenset({"models", "key_prefixes"}),
        name_zh="Kimi 编程套餐",
    ),
    Provider(
        "zhipuai", "Zhipu AI", "https://open.bigmodel.cn/api/paas/v4", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://open.bigmodel.cn/api/anthropic"}, docs="https://docs.bigmodel.cn",
        name_zh="智谱", keys_url="https://open.bigmodel.cn/usercenter/apikeys",
        billing_url="https://open.bigmodel.cn/finance-center/finance/pay",
    ),
    Provider(
        "zhipuai-coding", "Zhipu AI Coding Plan", "https://open.bigmodel.cn/api/coding/paas/v4",
        dialects=CHAT_AND_ANTHROPIC, other_bases={"anthropic": "https://open.bigmodel.cn/api/anthropic"},
        docs="https://docs.bigmodel.cn/cn/coding-plan/overview", unverified=UNVERIFIED_MODELS,
        name_zh="智谱编程套餐", keys_url="https://open.bigmodel.cn/usercenter/apikeys",
        billing_url="https://open.bigmodel.cn/finance-center/finance/pay",
    ),
    Provider(
        "zai", "Z.AI", "https://api.z.ai/api/paas/v4", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.z.ai/api/anthropic"}, docs="https://docs.z.ai",
        name_zh="智谱 · 国际站", keys_url="https://z.ai/manage-apikey/apikey-list",
        billing_url="https://z.ai/manage-apikey/billing",
    ),
    Provider(
        "zai-coding", "Z.AI Coding Plan", "https://api.z.ai/api/coding/paas/v4", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.z.ai/api/anthropic"}, docs="https://docs.z.ai/devpack/overview",
        unverified=UNVERIFIED_MODELS,
        name_zh="智谱编程套餐 · 国际站", keys_url="https://z.ai/manage-apikey/apikey-list",
        billing_url="https://z.ai/manage-apikey/billing",
    ),
    Provider(
        "alibaba", "Alibaba Model Studio", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        dialects=CHAT_RESPONSES_ANTHROPIC,
        other_bases={"anthropic": "https://dashscope-intl.aliyuncs.com/apps/anthropic"},
        docs="https://www.alibabacloud.com/help/en/model-studio/base-url",
        name_zh="通义千问 / 阿里云百炼 · 国际站",
        keys_url="https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key",
    ),
    Provider(
        "alibaba-cn", "Alibaba Model Studio (China)", "https://dashscope.aliyuncs.com/compatible-mode/v1",
        dialects=CHAT_RESPONSES_ANTHROPIC, other_bases={"anthropic": "https://dashscope.aliyuncs.com/apps/anthropic"},
        docs="https://help.aliyun.com/zh/model-studio/",
        name_zh="通义千问 / 阿里云百炼", keys_url="https://bailian.console.aliyun.com/?tab=model#/api-key",
    ),
    Provider(
        "siliconflow", "SiliconFlow", "https://api.siliconflow.com/v1", docs="https://docs.siliconflow.com",
        name_zh="硅基流动 · 国际站", keys_url="https://cloud.siliconflow.com/account/ak",
    ),
    Provider(
        "siliconflow-cn", "SiliconFlow (China)", "https://api.siliconflow.cn/v1", docs="https://docs.siliconflow.cn",
        name_zh="硅基流动", keys_url="https://cloud.siliconflow.cn/account/ak",
        billing_url="https://cloud.siliconflow.cn/expensebill",
    ),
    Provider(
        "volcengine", "Volcengine Ark (Doubao)", "https://ark.cn-beijing.volces.com/api/v3",
        dialects=CHAT_AND_RESPONSES, docs="https://www.volcengine.com/docs/82379", unverified=UNVERIFIED_MODELS,
        name_zh="火山引擎方舟 · 豆包", keys_url="https://console.volcengine.com/ark/region:ark+cn-beijing/apiKey",
        billing_url="https://console.volcengine.com/finance/account-overview",
    ),
    Provider(
        "baidu", "Baidu Qianfan", "https://qianfan.baidubce.com/v2", key_prefixes=("bce-v3/",),
        docs="https://cloud.baidu.com/doc/qianfan-api/",
        name_zh="百度千帆 · 文心", keys_url="https://console.bce.baidu.com/qianfan/ais/console/apiKey",
    ),
    Provider(
        "tencent", "Tencent TokenHub", "https://tokenhub.tencentmaas.com/v1",
        docs="https://cloud.tencent.com/document/product/1823/130050", unverified=UNVERIFIED_MODELS,
        name_zh="腾讯云 TokenHub", billing_url="https://console.cloud.tencent.com/expense/overview",
    ),
    Provider(
        "hunyuan", "Tencent Hunyuan", "https://api.hunyuan.cloud.tencent.com/v1",
        docs="https://cloud.tencent.com/document/product/1729", unverified=frozenset({"base_url", "models"}),
        name_zh="腾讯混元", keys_url="https://console.cloud.tencent.com/hunyuan/api-key",
        billing_url="https://console.cloud.tencent.com/expense/overview",
    ),
    Provider(
        "minimax", "MiniMax", "https://api.minimax.io/v1", dialects=("anthropic", "openai-chat"),
        other_bases={"anthropic": "https://api.minimax.io/anthropic"}, auth_by_dialect={"anthropic": "x-api-key"},
        docs="https://platform.minimax.io/docs",
        name_zh="MiniMax 稀宇 · 国际站",
        keys_url="https://platform.minimax.io/user-center/basic-information/interface-key",
    ),
    Provider(
        "minimax-cn", "MiniMax (China)", "https://api.minimaxi.com/v1", dialects=("anthropic", "openai-chat"),
        other_bases={"anthropic": "https://api.minimaxi.com/anthropic"}, docs="https://platform.minimaxi.com/docs",
        name_zh="MiniMax 稀宇",
        keys_url="https://platform.minimaxi.com/user-center/basic-information/interface-key",
    ),
    Provider(
        "stepfun", "StepFun", "https://api.stepfun.com/v1", docs="https://platform.stepfun.com/docs",
        name_zh="阶跃星辰", keys_url="https://platform.stepfun.com/interface-key",
    ),
    Provider(
        "xiaomi", "Xiaomi MiMo", "https://api.xiaomimimo.com/v1", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.xiaomimimo.com/anthropic"},
        docs="https://platform.xiaomimimo.com/docs",
        name_zh="小米 MiMo",
    ),
    Provider(
        "modelscope", "ModelScope", "https://api-inference.modelscope.cn/v1",
        docs="https://modelscope.cn/docs/model-service/API-Inference/intro",
        name_zh="魔搭社区", keys_url="https://modelscope.cn/my/myaccesstoken",
    ),
    Provider(
        "qiniu", "Qiniu", "https://api.qnaigc.com/v1", docs="https://developer.qiniu.com/aitokenapi",
        name_zh="七牛云", keys_url="https://portal.qiniu.com/ai-inference/api-key",
    ),
    Provider(
        "302ai", "302.AI", "https://api.302.ai/v1", docs="https://doc.302.ai",
        keys_url="https://dash.302.ai/apis/list", billing_url="https://dash.302.ai/charge",
    ),
    Provider(
        "aihubmix", "AiHubMix", "https://aihubmix.com/v1", docs="https://docs.aihubmix.com",
        keys_url="https://aihubmix.com/token", billing_url="https://aihubmix.com/topup",
    ),
    # Inference clouds
    Provider(
        "togetherai", "Together AI", "https://api.together.xyz/v1", models_shape="array", key_prefixes=("tgp_v1_",),
        docs="https://docs.together.ai", unverified=frozenset({"key_prefixes"}),
        keys_url="https://api.together.ai/settings/api-keys",
        billing_url="https://api.together.ai/settings/billing",
    ),
    Provider(
        "fireworks-ai", "Fireworks AI", "https://api.fireworks.ai/inference/v1", dialects=CHAT_RESPONSES_ANTHROPIC,
        key_prefixes=("fw_",), docs="https://docs.fireworks.ai", unverified=frozenset({"key_prefixes"}),
        keys_url="https://app.fireworks.ai/settings/users/api-keys",
        billing_url="https://app.fireworks.ai/account/billing",
    ),
    Provider(
        "deepinfra", "DeepInfra", "https://api.deepinfra.com/v1/openai", stream_usage=False,
        docs="https://deepinfra.com/docs/openai_api",
        keys_url="https://deepinfra.com/dash/api_keys", billing_url="https://deepinfra.com/dash/billing",
    ),
    Provider(
        "cerebras", "Cerebras", "https://api.cerebras.ai/v1", stream_usage=False, key_prefixes=("csk-",),
        docs="https://inference-docs.cerebras.ai",
        keys_url="https://cloud.cerebras.ai", billing_url="https://cloud.cerebras.ai",
    ),
    Provider(
        "sambanova", "SambaNova", "https://api.sambanova.ai/v1", docs="https://docs.sambanova.ai",
        keys_url="https://cloud.sambanova.ai/apis",
    ),
    Provider(
        "perplexity", "Perplexity", "https://api.perplexity.ai", models=None, key_prefixes=("pplx-",),
        docs="https://docs.perplexity.ai", unverified=frozenset({"models", "stream_usage"}),
        keys_url="https://www.perplexity.ai/settings/api",
        billing_url="https://www.perplexity.ai/settings/api",
    ),
    Provider(
        "perplexity-agent", "Perplexity Agent API", "https://api.perplexity.ai/v1", dialects=("openai-responses",),
        models=None, docs="https://docs.perplexity.ai/docs/agent-api/models", unverified=UNVERIFIED_MODELS,
        keys_url="https://www.perplexity.ai/settings/api",
        billing_url="https://www.perplexity.ai/settings/api",
    ),
    Provider(
        "cohere", "Cohere", "https://api.cohere.ai/compatibility/v1", stream_usage=False,
        other_bases={"models": "https://api.cohere.com"}, models="/v1/models?page_size=1000", models_shape="cohere",
        docs="https://docs.cohere.com/docs/compatibility-api",
        keys_url="https://dashboard.cohere.com/api-keys", billing_url="https://dashboard.cohere.com/billing",
    ),
    Provider(
        "nvidia", "NVIDIA NIM", "https://integrate.api.nvidia.com/v1", stream_usage=False, key_prefixes=("nvapi-",),
        docs="https://docs.api.nvidia.com/nim/",
        keys_url="https://build.nvidia.com/settings/api-keys",
    ),
    Provider(
        "novita-ai", "Novita AI", "https://api.novita.ai/openai", dialects=CHAT_AND_ANTHROPIC,
        other_bases={"anthropic": "https://api.novita.ai/anthropic"}, docs="https://novita.ai/docs",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://novita.ai/settings/key-management", billing_url="https://novita.ai/billing",
    ),
    Provider(
        "huggingface", "Hugging Face", "https://router.huggingface.co/v1", key_prefixes=("hf_",),
        docs="https://huggingface.co/docs/inference-providers",
        keys_url="https://huggingface.co/settings/tokens",
        billing_url="https://huggingface.co/settings/billing",
    ),
    Provider(
        "github-models", "GitHub Models", "https://models.github.ai/inference",
        other_bases={"models": "https://models.github.ai"}, models="/catalog/models", models_shape="array",
        key_prefixes=("github_pat_", "ghp_"), docs="https://docs.github.com/en/rest/models",
        keys_url="https://github.com/settings/personal-access-tokens",
        billing_url="https://github.com/settings/billing",
    ),
    Provider(
        # Editors identify themselves by headers of their own; Novapi does not pose as one.
        "github-copilot", "GitHub Copilot", "https://api.githubcopilot.com", dialects=CHAT_AND_RESPONSES,
        docs="https://docs.github.com/en/copilot", unverified=frozenset({"headers"}),
        billing_url="https://github.com/settings/billing",
    ),
    Provider(
        "vercel", "Vercel AI Gateway", "https://ai-gateway.vercel.sh/v1", dialects=CHAT_RESPONSES_ANTHROPIC,
        key_prefixes=("vck_",), docs="https://vercel.com/docs/ai-gateway", unverified=frozenset({"key_prefixes"}),
    ),
    Provider(
        "cloudflare", "Cloudflare Workers AI", "https://api.cloudflare.com/client/v4/accounts/{acct}/ai/v1",
        models=None, docs="https://developers.cloudflare.com/workers-ai/configuration/open-ai-compatibility/",
        keys_url="https://dash.cloudflare.com/profile/api-tokens",
        billing_url="https://dash.cloudflare.com/?to=/:account/billing",
    ),
    Provider(
        "nebius", "Nebius Token Factory", "https://api.tokenfactory.nebius.com/v1",
        docs="https://docs.tokenfactory.nebius.com",
    ),
    Provider(
        "hyperbolic", "Hyperbolic", "https://api.hyperbolic.xyz/v1", docs="https://docs.hyperbolic.xyz",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "baseten", "Baseten", "https://inference.baseten.co/v1",
        docs="https://docs.baseten.co/inference/model-apis/overview", unverified=UNVERIFIED_MODELS,
        keys_url="https://app.baseten.co/settings/api_keys",
    ),
    Provider(
        "friendli", "Friendli", "https://api.friendli.ai/serverless/v1", docs="https://friendli.ai/docs",
        key_prefixes=("flp_",), unverified=frozenset({"models", "key_prefixes"}),
    ),
    Provider(
        "chutes", "Chutes", "https://llm.chutes.ai/v1", docs="https://chutes.ai/docs",
        key_prefixes=("cpk_",), unverified=frozenset({"key_prefixes"}),
    ),
    Provider(
        "venice", "Venice AI", "https://api.venice.ai/api/v1", docs="https://docs.venice.ai",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://venice.ai/settings/api",
    ),
    Provider(
        "inception", "Inception", "https://api.inceptionlabs.ai/v1", docs="https://docs.inceptionlabs.ai",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "upstage", "Upstage", "https://api.upstage.ai/v1/solar", docs="https://developers.upstage.ai/docs/apis/chat",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://console.upstage.ai/api-keys",
    ),
    Provider(
        "scaleway", "Scaleway", "https://api.scaleway.ai/v1", docs="https://www.scaleway.com/en/docs/generative-apis/",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://console.scaleway.com/iam/api-keys",
    ),
    Provider(
        "ovhcloud", "OVHcloud AI Endpoints", "https://oai.endpoints.kepler.ai.cloud.ovh.net/v1",
        docs="https://help.ovhcloud.com/csm/en-public-cloud-ai-endpoints", unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "wandb", "Weights & Biases", "https://api.inference.wandb.ai/v1", docs="https://docs.wandb.ai/guides/inference/",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://wandb.ai/authorize",
    ),
    Provider(
        "poe", "Poe", "https://api.poe.com/v1",
        docs="https://creator.poe.com/docs/external-applications/openai-compatible-api", unverified=UNVERIFIED_MODELS,
        keys_url="https://poe.com/api_key",
    ),
    Provider(
        "morph", "Morph", "https://api.morphllm.com/v1", docs="https://docs.morphllm.com",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "nano-gpt", "NanoGPT", "https://nano-gpt.com/api/v1", docs="https://docs.nano-gpt.com",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://nano-gpt.com/api",
    ),
    Provider(
        "requesty", "Requesty", "https://router.requesty.ai/v1", docs="https://docs.requesty.ai",
        unverified=UNVERIFIED_MODELS,
        keys_url="https://app.requesty.ai/api-keys",
    ),
    Provider(
        "helicone", "Helicone AI Gateway", "https://ai-gateway.helicone.ai/v1", docs="https://docs.helicone.ai",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "llama", "Llama API", "https://api.llama.com/compat/v1", docs="https://llama.developer.meta.com/docs",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "sarvam", "Sarvam AI", "https://api.sarvam.ai/v1", auth="api-subscription-key", docs="https://docs.sarvam.ai",
        unverified=UNVERIFIED_MODELS,
    ),
    Provider(
        "ai21", "AI21", "https://api.ai21.com/studio/v1", docs="https://docs.ai21.com", unverified=UNVERIFIED_MODELS,
        keys_url="https://studio.ai21.com/account/api-key",
    ),
    Provider(
        "opencode-zen", "OpenCode Zen", "https://opencode.ai/zen/v1", dialects=CHAT_RESPONSES_ANTHROPIC,
        auth_by_dialect={"anthropic": "x-api-key"}, docs="https://opencode.ai/docs/zen",
        keys_url="https://opencode.ai/auth",
    ),
    # On this machine, and the owner's own
    Provider(
        "ollama", "Ollama", "http://127.0.0.1:11434/v1", auth="none", dialects=(*CHAT_RESPONSES_ANTHROPIC, "ollama"),
        models="/api/tags", models_shape="ollama", local=True, docs="https://docs.ollama.com/api",
    ),
    Provider(
        "ollama-cloud", "Ollama Cloud", "https://ollama.com/v1", dialects=("openai-chat", "ollama"),
        docs="https://docs.ollama.com/cloud",
        keys_url="https://ollama.com/settings/keys",
    ),
    Provider(
        # Recent builds also serve /v1/messages and /v1/responses; older ones, and llama-cpp-python, do not.
        "llamacpp", "llama.cpp server", "http://127.0.0.1:8080/v1", auth="none", local=True,
        docs="https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    ),
    Provider(
        "lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", auth="none", dialects=CHAT_AND_RESPONSES, local=True,
        docs="https://lmstudio.ai/docs",
    ),
    Provider(
        "vllm", "vLLM", "http://127.0.0.1:8000/v1", auth="none", dialects=CHAT_RESPONSES_ANTHROPIC, local=True,
        docs="https://docs.vllm.ai",
    ),
    Provider(
        "sglang", "SGLang", "http://127.0.0.1:30000/v1", auth="none", dialects=CHAT_RESPONSES_ANTHROPIC, local=True,
        docs="https://docs.sglang.ai",
    ),
    Provider("jan", "Jan", "http://127.0.0.1:1337/v1", auth="none", local=True, docs="https://jan.ai/docs/api-server"),
    Provider(
        "koboldcpp", "KoboldCpp", "http://127.0.0.1:5001/v1", auth="none", local=True,
        docs="https://github.com/LostRuins/koboldcpp/wiki",
    ),
    Provider("localai", "LocalAI", "http://127.0.0.1:8080/v1", auth="none", local=True, docs="https://localai.io"),
    Provider(
        "xinference", "Xinference", "http://127.0.0.1:9997/v1", auth="none", local=True,
        docs="https://inference.readthedocs.io",
    ),
    Provider(
        "tabby", "TabbyAPI", "http://127.0.0.1:5000/v1", auth="none", local=True,
        docs="https://github.com/theroyallab/tabbyAPI/wiki",
    ),
    Provider(
        "text-generation-webui", "text-generation-webui", "http://127.0.0.1:5000/v1", auth="none", local=True,
        docs="https://github.com/oobabooga/text-generation-webui/wiki",
    ),
    Provider(
        "lemonade", "Lemonade", "http://127.0.0.1:13305/v1", auth="none", local=True,
        docs="https://lemonade-server.ai/docs",
    ),
    Provider(
        "docker-model-runner", "Docker Model Runner", "http://127.0.0.1:12434/engines/v1", auth="none", local=True,
        docs="https://docs.docker.com/ai/model-runner",
    ),
    Provider(
        "gpustack", "GPUStack", "http://127.0.0.1:80/v1", auth="none", local=True, docs="https://docs.gpustack.ai",
    ),
    Provider(
        "mlx-lm", "MLX LM", "http://127.0.0.1:8080/v1", auth="none", local=True,
        docs="https://github.com/ml-explore/mlx-lm",
    ),
    Provider(
        "llamafile", "llamafile", "http://127.0.0.1:8080/v1", auth="none", local=True,
        docs="https://github.com/mozilla-ai/llamafile", unverified=frozenset({"stream_usage"}),
    ),
    Provider(
        "llama-swap", "llama-swap", "http://127.0.0.1:8080/v1", auth="none", local=True,
        docs="https://github.com/mostlygeek/llama-swap",
    ),
    Provider(
        "olla", "Olla", "http://127.0.0.1:40114/olla/openai/v1", auth="none", local=True,
        docs="https://thushan.github.io/olla",
    ),
    Provider(
        "lmdeploy", "LMDeploy", "http://127.0.0.1:23333/v1", auth="none", local=True,
        docs="https://lmdeploy.readthedocs.io",
    ),
    Provider(
        "omlx", "oMLX", "http://127.0.0.1:8000/v1", auth="none", local=True, docs="https://github.com/jundot/omlx",
        unverified=frozenset({"docs", "stream_usage"}),
    ),
    Provider(
        "gpt4all", "GPT4All", "http://127.0.0.1:4891/v1", auth="none", local=True, stream_usage=False,
        docs="https://docs.gpt4all.io/gpt4all_api_server/home.html", unverified=frozenset({"stream_usage"}),
    ),
    Provider(
        "foundry-local", "Foundry Local", "http://127.0.0.1:{port}/v1", auth="none", local=True,
        docs="https://learn.microsoft.com/en-us/azure/ai-foundry/foundry-local",
    ),
    Provider(
        "llama-cpp-python", "llama-cpp-python", "http://127.0.0.1:8000/v1", auth="none", local=True,
        docs="https://llama-cpp-python.readthedocs.io",
    ),
    Provider(
        "msty", "Msty", "http://127.0.0.1:{port}/v1", auth="none", local=True, docs="https://docs.msty.app",
        unverified=frozenset({"base_url", "stream_usage"}),
    ),
    Provider(
        "local", "Local engine", "http://127.0.0.1:{port}/v1", auth="none", local=True,
        name_zh="本机引擎",
    ),
    Provider(
        "custom", "Custom (OpenAI-compatible)", "",
        name_zh="自定义 · 兼容 OpenAI",
    ),
)
# fmt: on

PROVIDERS: Mapping[str, Provider] = MappingProxyType({row.id: row for row in ROWS})
PREFIX_OWNERS: Mapping[str, str] = MappingProxyType({prefix: row.name for row in ROWS for prefix in row.key_prefixes})
