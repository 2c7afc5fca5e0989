"""The numbers that One-API and its descendants have for providers, and which of ours they mean.

Up to 25 they agree, mostly; after that each went on by itself.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Family = Literal["One-API", "new-api", "one-hub"]


class Kind(NamedTuple):
    """`path`: what they put behind a channel's address to get to the endpoints. `address`: theirs, where the channel
    names none and `provider` has none of its own."""

    provider: str
    path: str = "/v1"
    address: str = ""


SIGNED = "its key is no key to be sent, but one to sign requests with"
NO_CHAT = "what it offers is not called in any of Novapi's dialects"
BAIDU = "its keys are of Baidu's old kind; make a channel of Baidu Qianfan (baidu) with a new one"
TENCENT = f"{SIGNED}; make a channel of Tencent Hunyuan (hunyuan) with an API key"
XUNFEI = f"{SIGNED}; make a custom channel of https://spark-api-open.xf-yun.com/v1 with the APIPassword"
AWS = f"{SIGNED}; make a channel of Amazon Bedrock (bedrock-mantle) with an API key"
VERTEX = "it has a service account instead of a key; make a channel of Google Vertex AI (vertex)"

Kinds = Mapping[int, Kind | str]  # a text: why it can't be taken over

SHARED: Kinds = {
    1: Kind("openai"),
    3: Kind("azure-legacy", ""),
    6: Kind("custom", address="https://api.openaimax.com"),
    7: Kind("custom", address="https://api.ohmygpt.com"),
    8: Kind("custom"),
    9: Kind("custom", address="https://api.caipacity.com"),
    10: Kind("custom", address="https://api.aiproxy.io"),
    11: "Google has ended PaLM; make a channel of Google",
    12: Kind("custom", address="https://api.api2gpt.com"),
    13: Kind("custom", address="https://api.aigc2d.com"),
    14: Kind("anthropic", ""),
    15: BAIDU,
    16: Kind("zhipuai", "/api/paas/v4"),
    17: Kind("alibaba-cn", "/compatible-mode/v1"),
    18: XUNFEI,
    19: Kind("custom", address="https://ai.360.cn"),
    20: Kind("openrouter"),
    21: NO_CHAT,  # AI Proxy's library
    22: Kind("custom", address="https://fastgpt.run/api/openapi"),
    23: TENCENT,
}
ONE_API: Kinds = {
    2: Kind("custom", address="https://oa.api2d.net"),
    4: Kind("custom", address="https://api.closeai-proxy.xyz"),
    5: Kind("custom", address="https://api.openai-sb.com"),
    24: Kind("google", "/v1beta/openai"),
    25: Kind("moonshotai-cn"),
    26: Kind("custom", address="https://api.baichuan-ai.com"),
    27: Kind("minimax-cn"),
    28: Kind("mistral"),
    29: Kind("groq"),
    30: Kind("ollama"),
    31: Kind("custom", address="https://api.lingyiwanwu.com"),
    32: Kind("stepfun"),
    33: AWS,
    34: NO_CHAT,  # Coze
    35: Kind("cohere", "/compatibility/v1"),
    36: Kind("deepseek"),
    37: Kind("cloudflare", ""),
    38: NO_CHAT,  # DeepL
    39: Kind("togetherai"),
    40: Kind("volcengine", "/api/v3"),
    41: Kind("novita-ai", ""),
    42: VERTEX,
    43: Kind("custom", ""),  # sends what it gets to the address as it is
    44: Kind("siliconflow-cn"),
    45: Kind("xai"),
    46: NO_CHAT,  # Replicate
    47: Kind("baidu", "/v2"),
    48: Kind("custom", address="https://spark-api-open.xf-yun.com"),
    49: Kind("alibaba-cn", "/compatible-mode/v1"),
    50: Kind("custom", ""),
    51: Kind("google", ""),
}
NEW_API: Kinds = {
    2: NO_CHAT,  # Midjourney
    4: Kind("ollama"),
    5: NO_CHAT,  # Midjourney
    8: Kind("custom", ""),  # the whole address of its one endpoint
    19: Kind("custom", address="https://api.360.cn"),
    24: Kind("google", "/v1beta/openai"),
    25: Kind("moonshotai-cn"),
    26: Kind("zhipuai", "/api/paas/v4"),
    27: Kind("perplexity", ""),
    31: Kind("custom", address="https://api.lingyiwanwu.com"),
    33: AWS,
    34: Kind("cohere", "/compatibility/v1"),
    35: Kind("minimax-cn"),
    36: NO_CHAT,  # Suno
    37: NO_CHAT,  # Dify
    38: Kind("custom", address="https://api.jina.ai"),
    39: Kind("cloudflare", ""),
    40: Kind("siliconflow-cn"),
    41: VERTEX,
    42: Kind("mistral"),
    43: Kind("deepseek"),
    44: Kind("custom", address="https://api.moka.ai"),
    45: Kind("volcengine", "/api/v3"),
    46: Kind("baidu", "/v2"),
    47: Kind("xinference"),
    48: Kind("xai"),
    49: NO_CHAT,  # Coze
    50: NO_CHAT,  # Kling
    51: NO_CHAT,  # Jimeng
    52: NO_CHAT,  # Vidu
    53: Kind("custom", address="https://llm.submodel.ai"),
    54: NO_CHAT,  # films of Doubao
    55: NO_CHAT,  # Sora
    56: NO_CHAT,  # Replicate
    57: "it has a subscription's sign-in instead of a key",  # Codex
}
ONE_HUB: Kinds = {
    24: NO_CHAT,  # Azure's speech
    25: Kind("google", "/v1beta/openai"),
    26: Kind("custom", address="https://api.baichuan-ai.com"),
    27: Kind("minimax-cn", ""),
    28: Kind("deepseek"),
    29: Kind("moonshotai-cn"),
    30: Kind("mistral"),
    31: Kind("groq"),
    32: AWS,
    33: Kind("custom", address="https://api.lingyiwanwu.com"),
    34: NO_CHAT,  # Midjourney
    36: Kind("cohere", "/compatibility/v1"),
    37: NO_CHAT,  # Stability
    38: NO_CHAT,  # Coze
    39: Kind("ollama"),
    40: TENCENT,
    41: NO_CHAT,  # Suno
    42: VERTEX,
    44: NO_CHAT,  # Ideogram
    45: Kind("siliconflow-cn"),
    46: NO_CHAT,  # Flux
    47: Kind("custom", address="https://api.jina.ai"),
}
KINDS: Mapping[Family, Kinds] = {
    "One-API": {**SHARED, **ONE_API},
    "new-api": {**SHARED, **NEW_API},
    "one-hub": {**SHARED, **ONE_HUB},
}
# What new-api's channels may have instead of an address.
PLANS = {
    "glm-coding-plan": "zhipuai-coding",
    "glm-coding-plan-international": "zai-coding",
    "kimi-coding-plan": "kimi-for-coding",
}


def kind_of(family: Family, number: int, has_address: bool) -> Kind | str:
    """What a channel of this number becomes; a text: why nothing. One that nobody knows is taken to speak like
    OpenAI, if it has an address."""
    unknown = Kind("custom") if has_address else f"Novapi does not know what number {number} of {family} is"
    return KINDS[family].get(number, unknown)
