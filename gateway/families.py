"""What the families of models can do, as far as their names tell: for people to look at. No call is routed by it, for
a name is a guess; what a channel says of its model goes before it.
"""

import re
from functools import lru_cache
from typing import NamedTuple


class Traits(NamedTuple):
    """Whether a model takes images, calls tools, and reasons before it answers; None: its name does not tell."""

    vision: bool | None = None
    tools: bool | None = None
    reasoning: bool | None = None


UNTOLD = Traits()
SEES_AND_THINKS = Traits(True, True, True)
SEES = Traits(True, True, False)
THINKS = Traits(False, True, True)
PLAIN = Traits(False, True, False)

# By the last segment of the name, in lower case; the first row that fits. What hears, speaks, draws or embeds fits the
# first of all, whatever family it is of.
FAMILIES: tuple[tuple[str, Traits], ...] = (
    (r"audio|realtime|transcri|tts|image|embed|search|-live|rerank|guard|moderation", UNTOLD),
    # OpenAI
    (r"^o1-(?:mini|preview)", Traits(False, False, True)),
    (r"^o3-mini", THINKS),
    (r"^o[134](?:-|$)", SEES_AND_THINKS),
    (r"^gpt-oss", THINKS),
    (r"^gpt-5-chat", Traits(True, None, False)),
    (r"^gpt-[5-9]", SEES_AND_THINKS),
    (r"^gpt-4(?:o|\.1|-turbo)", SEES),
    (r"^gpt-(?:4|3\.5-turbo(?!-instruct))", PLAIN),
    # Anthropic
    (r"^claude-(?:3[-.]7|(?:opus|sonnet|haiku)-[4-9]|fable|mythos)", SEES_AND_THINKS),
    (r"^claude-3", SEES),
    (r"^claude-(?:2|instant)", Traits(False, False, False)),
    # Google
    (r"^gemini-(?:2\.5|[3-9])", SEES_AND_THINKS),
    (r"^gemini-(?:1\.5|2\.0-flash(?!-thinking))", SEES),
    (r"^gemma-?3(?:n|[:-](?:4b|12b|27b))", Traits(True, None, False)),
    # The others
    (r"^deepseek-(?:reasoner|r1)", Traits(False, None, True)),
    (r"^deepseek-(?:chat|v3)", Traits(False, True, None)),
    (r"^kimi-(?:k2[.-][5-9]|k[3-9])", SEES_AND_THINKS),
    (r"^kimi-.*thinking", THINKS),
    (r"^kimi-k2", PLAIN),
    (r"^grok-4", Traits(True, True, None)),
    (r"^grok-3-mini", THINKS),
    (r"^grok-3", PLAIN),
    (r"^qwq", THINKS),
    (r"^qvq", Traits(True, None, True)),
    (r"^qwen.*-vl", Traits(True, None, None)),
    (r"^qwen3.*(?:instruct|coder)", PLAIN),
    (r"^qwen3", THINKS),
    (r"^glm-4\.[5-9]v", Traits(True, None, True)),
    (r"^glm-(?:4\.[5-9]|[5-9])", THINKS),
    (r"^magistral", Traits(None, True, True)),
    (r"^pixtral", SEES),
    (r"^llama-?4", SEES),
    (r"^llama-?3[.-]2.*vision", Traits(True, None, False)),
    (r"^llava|-vl(?:-|:|$)|vision", Traits(True, None, None)),
)


@lru_cache(maxsize=4096)
def traits_of(model: str) -> Traits:
    """Of a model by its provider's name: "anthropic/claude-sonnet-4.5" is a Claude as well."""
    family = model.lower().rpartition("/")[2]
    return next((traits for pattern, traits in FAMILIES if re.search(pattern, family)), UNTOLD)
