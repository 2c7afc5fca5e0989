"""Small body→body fixes for providers and model families that refuse what their dialect allows, each with its reason.

Only for bodies that were built by translation; what passes through is the client's own business. No fix changes the
body it is given. Reasons cite the edge cases and the provider table of the project's notes on wire formats, or the
vendor's documentation.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import NamedTuple

from gateway import fixes
from gateway.fixes import Body, Fix, without

Providers = frozenset[str]


class Quirk(NamedTuple):
    """`providers` it is for (empty: all) but for those it `spares`; `models`: a pattern of the upstream model's name,
    without the path before it. `lost`: the members whose change means that the client does not get all it asked for,
    and what that is called in the neutral request."""

    dialect: str
    fix: Fix
    reason: str
    providers: Providers = frozenset()
    spares: Providers = frozenset()
    models: re.Pattern[str] | None = None
    lost: Mapping[str, str] = {}

    def concerns(self, provider: str, family: str) -> bool:
        if provider in self.spares or (self.providers and provider not in self.providers):
            return False
        return self.models is None or self.models.search(family) is not None


def fix(body: Body, provider: str, model: str, dialect: str) -> tuple[Body, tuple[str, ...]]:
    """The body as this provider takes it, and the names (as in the neutral request) of what had to be left out."""
    dropped: list[str] = []
    quirks = quirks_for(provider, model.rpartition("/")[2].lower(), dialect)
    is_plain = dialect == "openai-chat" and all(map(fixes.is_plain, body["messages"]))  # as most are
    for quirk in quirks.beside_messages if is_plain else quirks.all:
        fixed = quirk.fix(body)
        dropped += [name for member, name in quirk.lost.items() if body.get(member) != fixed.get(member)]
        body = fixed
    return body, tuple(dict.fromkeys(dropped))


class Concerning(NamedTuple):
    """The quirks of a provider's model; and those of them that look at more than single messages."""

    all: tuple[Quirk, ...]
    beside_messages: tuple[Quirk, ...]


@lru_cache(maxsize=1024)
def quirks_for(provider: str, family: str, dialect: str) -> Concerning:
    found = tuple(quirk for quirk in QUIRKS if quirk.dialect == dialect and quirk.concerns(provider, family))
    return Concerning(found, tuple(quirk for quirk in found if not isinstance(quirk.fix, fixes.EachMessage)))


# Providers that share a habit

OPENAI = frozenset({"openai", "azure-v1", "azure-legacy"})
MOONSHOT = frozenset({"moonshotai", "moonshotai-cn"})
KIMI = MOONSHOT | {"kimi-for-coding"}
ZHIPU = frozenset({"zhipuai", "zhipuai-coding", "zai", "zai-coding"})
ALIBABA = frozenset({"alibaba", "alibaba-cn"})
SILICONFLOW = frozenset({"siliconflow", "siliconflow-cn"})
MINIMAX = frozenset({"minimax", "minimax-cn"})
NO_STREAM_OPTIONS = frozenset({"mistral", "deepinfra", "cerebras", "cohere", "nvidia", "gpt4all"})
TAKES_CACHE_MARKS = ZHIPU | ALIBABA | {"anthropic", "openrouter"}
KNOWS_MAX_TOKENS_ONLY = (
    KIMI
    | ZHIPU
    | SILICONFLOW
    | frozenset(
        "mistral deepseek xiaomi hyperbolic baseten friendli chutes venice inception upstage scaleway ovhcloud wandb "
        "poe morph nano-gpt requesty helicone llama sarvam ai21".split()
    )
)
TAKES_SIGNATURES = frozenset({"google", "vertex", "openrouter", "vercel"})
REFUSES_TOP_K = OPENAI | {"mistral", "groq", "cerebras", "github-models", "github-copilot"}
REFUSES_REASONING_CONTENT = OPENAI | {"mistral", "cerebras", "cohere", "perplexity"}
ITS_OWN_CLAUDE = frozenset({"anthropic", "azure-anthropic"})  # a deployment there may have any name

# Families of models, by the last segment of their names

O_SERIES = re.compile(r"^o[134](?:-|$)")
FIRST_GPT_5 = re.compile(r"^gpt-5(?:-mini|-nano|-codex|-\d{4}|$)")  # the later ones, 5.1 and up, have "none"
OPENAI_REASONING = re.compile(r"^(?:o[134](?:-|$)|gpt-[5-9](?!-chat))")
OPENAI_PLAIN = re.compile(r"^(?:gpt-[34]|chatgpt-|gpt-5-chat)")
GPT_OSS = re.compile(r"^gpt-oss")
KIMI_SWITCH = re.compile(r"^kimi-(?:k2[.-][5-9]|k[3-9])")  # thinks or not, as it is told
KIMI_FIXED = re.compile(r"^(?!kimi-(?:k2[.-][5-9]|k[3-9]))")
KIMI_THINKING = re.compile(r"^kimi-(?:k2[.-][5-9]|k[3-9]|.*thinking)")
WANTS_THOUGHTS_BACK = re.compile(r"(?:^|\W)(?:kimi-(?:k2[.-][5-9]|k[3-9]|.*thinking)|deepseek-(?:v[4-9]|reasoner))")
CLAUDE = re.compile(r"claude")
NOT_CLAUDE = re.compile(r"^(?!.*claude)")
_LATER = r"(?:sonnet|haiku)-[5-9]|fable|mythos"
CLAUDE_WITHOUT_KNOBS = re.compile(rf"claude-(?:opus-(?:4[-.][7-9](?!\d)|[5-9])|{_LATER})")
CLAUDE_ALWAYS_ON = re.compile(r"claude-(?:(?:sonnet|opus)-5[-.][5-9](?!\d)|(?:fable|mythos)-5[-.][1-9](?!\d))")
CLAUDE_WITH_BUDGET = re.compile(r"claude-(?:3|(?:opus|sonnet|haiku)-4(?![-.][6-9](?!\d)))")
CLAUDE_UNTHINKING = re.compile(r"claude-(?:[12]|instant|3(?![-.]7))")
CLAUDE_ONE_WAY = re.compile(r"claude-(?:opus-4[-.][1-6](?!\d)|(?:sonnet|haiku)-4[-.][5-6](?!\d))")
NO_LATER_SYSTEM = re.compile(rf"^(?!.*claude-(?:opus-(?:4[-.][89](?!\d)|[5-9])|{_LATER}))")
# What each family can write at most (Anthropic, "Models overview").
CLAUDE_ROOM = (
    (r"claude-(?:3-(?:opus|sonnet|haiku)|[12]|instant)", 4096),
    (r"claude-3[-.]5", 8192),
    (r"claude-(?:3[-.]7|(?:sonnet|haiku)-4|opus-4[-.]5(?!\d))", 64_000),
    (r"claude-opus-4(?![-.][5-9](?!\d))", 32_000),
    (rf"claude-(?:opus-(?:4[-.][6-9](?!\d)|[5-9])|{_LATER})", 128_000),
)


# What a member is called in the neutral request
NAMES = {
    "n": "choices",
    "parallel_tool_calls": "parallel_tools",
    "response_format": "output",
    "reasoning_effort": "reasoning",
    "thinking": "reasoning",
    "output_config": "reasoning",
    "generationConfig": "reasoning",
}
chat, claude, gemini = (partial(Quirk, dialect) for dialect in ("openai-chat", "anthropic", "gemini"))


def lost(*names: str) -> dict[str, str]:
    return {name: NAMES.get(name, name) for name in names}


def drops(
    providers: Iterable[str],
    names: str,
    reason: str,
    models: re.Pattern[str] | None = None,
    dialect: str = "openai-chat",
) -> Quirk:
    """A row for members a provider refuses, or has nothing like."""
    members = names.split()
    return Quirk(dialect, without(*members), reason, frozenset(providers), models=models, lost=lost(*members))


CHAT = (
    # Every provider but OpenAI
    chat(fixes.each_message(fixes.as_system), "1: the role `developer` is OpenAI's own", spares=OPENAI),
    chat(fixes.only_allowed_tools, "`allowed_tools` is OpenAI's own", spares=OPENAI),
    chat(
        fixes.each_tool(fixes.without_grammar),
        "custom tools become functions elsewhere, which have no grammar",
        spares=OPENAI,
        lost={"tools": "tools.grammar"},
    ),
    chat(
        fixes.each_message(fixes.message_unmarked),
        "75: no `cache_control` in messages",
        spares=TAKES_CACHE_MARKS,
    ),
    chat(
        fixes.each_tool(fixes.unmarked),
        "75: strict servers refuse `cache_control`",
        spares=TAKES_CACHE_MARKS,
    ),
    chat(
        fixes.each_message(fixes.tool_texts_joined),
        "22: many servers take a text only as the result of a tool",
        spares=OPENAI,
    ),
    chat(without("stream_options"), "53: refuse `stream_options`", NO_STREAM_OPTIONS),
    chat(
        fixes.renamed("max_completion_tokens", "max_tokens"),
        "48: know `max_tokens` only",
        KNOWS_MAX_TOKENS_ONLY,
    ),
    drops(REFUSES_TOP_K, "top_k", "52: not in OpenAI's API"),
    chat(fixes.each_message(fixes.refusal_as_text), "refusals are OpenAI's own", spares=OPENAI),
    chat(
        fixes.each_message(fixes.without_signatures),
        "unknown to strict servers, and Google's own",
        spares=TAKES_SIGNATURES,
    ),
    # OpenAI
    chat(
        fixes.renamed("max_tokens", "max_completion_tokens"),
        "48: its reasoning models refuse `max_tokens`",
        OPENAI,
        models=OPENAI_REASONING,
    ),
    drops(
        OPENAI,
        "temperature top_p presence_penalty frequency_penalty logprobs top_logprobs logit_bias stop",
        "49: its reasoning models refuse sampling parameters",
        OPENAI_REASONING,
    ),
    drops(OPENAI, "parallel_tool_calls", "52: the o series refuses it", O_SERIES),
    drops(OPENAI, "reasoning_effort", "66: these do not reason", OPENAI_PLAIN),
    chat(
        fixes.effort_as({"none": "low", "minimal": "low", "xhigh": "high", "max": "high"}),
        "66: the o series knows low, medium and high",
        OPENAI,
        models=O_SERIES,
    ),
    chat(
        fixes.effort_as({"none": "minimal", "xhigh": "high", "max": "high"}),
        "66: the first GPT-5 knows minimal to high",
        OPENAI,
        models=FIRST_GPT_5,
    ),
    drops(
        OPENAI,
        "temperature top_p top_logprobs",
        "49: OpenAI's reasoning models refuse sampling parameters",
        OPENAI_REASONING,
        dialect="openai-responses",
    ),
    drops(OPENAI, "reasoning", "66: these do not reason", OPENAI_PLAIN, dialect="openai-responses"),
    # Mistral refuses every member it does not know (422)
    chat(fixes.renamed("seed", "random_seed"), "52: Mistral's name for it", frozenset({"mistral"})),
    drops(
        {"mistral"},
        "n logprobs top_logprobs presence_penalty frequency_penalty logit_bias user reasoning_effort",
        "52: unknown to Mistral",
    ),
    chat(fixes.each_message(fixes.name_on_tools_only), "9: Mistral has names on tools only", frozenset({"mistral"})),
    chat(fixes.each_message(fixes.with_short_ids), "13: Mistral wants ids of nine", frozenset({"mistral"})),
    chat(fixes.each_tool(fixes.without_strict), "52: unknown to Mistral in tools", frozenset({"mistral"})),
    chat(
        fixes.choice_as("any", named_too=False),
        "Mistral's word for a forced choice is `any`",
        frozenset({"mistral"}),
    ),
    # What else is refused, provider by provider
    drops({"groq"}, "n logprobs top_logprobs logit_bias", "52: refused by Groq"),
    chat(
        fixes.each_message(fixes.renamed("reasoning_content", "reasoning")),
        "61: Groq's name for it, and it refuses the other",
        frozenset({"groq"}),
    ),
    drops(
        ZHIPU,
        "n presence_penalty frequency_penalty seed logprobs top_logprobs parallel_tool_calls",
        "52: GLM lacks them",
    ),
    chat(
        fixes.as_json_object,
        '52: no `json_schema`, only `json_object` (GLM, DeepSeek: "JSON Output")',
        ZHIPU | {"deepseek"},
        lost=lost("response_format"),
    ),
    drops({"volcengine"}, "parallel_tool_calls response_format", "52: Ark lacks them"),
    drops({"deepinfra"}, "logprobs top_logprobs", "52: refused by DeepInfra"),
    drops(
        {"cerebras"},
        "presence_penalty frequency_penalty logprobs top_logprobs n parallel_tool_calls",
        "52: refused by Cerebras",
    ),
    drops(
        {"sambanova"},
        "presence_penalty frequency_penalty n seed logprobs top_logprobs",
        "52: refused by SambaNova",
    ),
    drops({"cohere"}, "logprobs top_logprobs", "52: refused by Cohere's compatible API"),
    drops({"nvidia"}, "n logprobs top_logprobs", "52: refused by NIM"),
    drops(
        {"xai"},
        "stop presence_penalty frequency_penalty",
        "52: refused by the reasoning models, Grok 4 and later",
        re.compile(r"^grok-(?:[4-9]|code)"),
    ),
    drops(
        {"perplexity"},
        "tools tool_choice parallel_tool_calls stop seed n",
        "52: Perplexity has none of these",
    ),
    chat(
        fixes.chained(fixes.each_message(fixes.told_as_text), fixes.taking_turns),
        "Perplexity wants roles to alternate, and knows no tools in a history",
        frozenset({"perplexity"}),
    ),
    chat(
        fixes.each_message(fixes.joined_texts),
        "DeepSeek takes content as one text only",
        frozenset({"deepseek"}),
    ),
    # Temperature
    drops(
        KIMI,
        "temperature top_p n presence_penalty frequency_penalty",
        "49: Kimi's thinking models refuse any but their own",
        KIMI_THINKING,
    ),
    chat(fixes.clamped("temperature", 0, 1), "49: Moonshot's goes from 0 to 1", KIMI),
    chat(fixes.clamped("temperature", 0.01, 1), "49: MiniMax's is above 0, up to 1", MINIMAX),
    chat(fixes.clamped("temperature", 0.01, 0.99), "49: GLM's is between 0 and 1", ZHIPU),
    # Forced tools
    chat(
        fixes.choice_as("auto", named_too=True),
        "30: Moonshot can't force a tool",
        KIMI,
        lost=lost("tool_choice"),
    ),
    chat(
        fixes.choice_as("auto", named_too=True),
        "30: these can't be forced to use a tool",
        models=CLAUDE_ALWAYS_ON,
        lost=lost("tool_choice"),
    ),
    # How much to think
    chat(fixes.effort_as({"minimal": "low"}), "66: Claude's least effort is low", models=CLAUDE),
    chat(
        fixes.effort_as({"none": None}),
        "66: these always think",
        models=CLAUDE_ALWAYS_ON,
        lost=lost("reasoning_effort"),
    ),
    # Qwen's models differ in how much they may think: 38,912 is what all of them can
    chat(fixes.effort_as_budget(1, 38_912), "66: Qwen's `enable_thinking`, `thinking_budget`", ALIBABA),
    chat(fixes.effort_as_budget(128, 32_768), "66: SiliconFlow's, from 128 to 32768", SILICONFLOW),
    chat(fixes.effort_as_switch, "66: GLM's `thinking{type}`", ZHIPU),
    chat(fixes.effort_as_switch, "66: Kimi's `thinking{type}`", KIMI, models=KIMI_SWITCH),
    drops(KIMI, "reasoning_effort", "66: these think always, or never", KIMI_FIXED),
    chat(
        fixes.effort_beside_switch,
        "66: DeepSeek's `thinking{type}`, with efforts high and max",
        frozenset({"deepseek"}),
    ),
    chat(
        fixes.effort_as({"minimal": "low", "xhigh": "high", "max": "high"}),
        "66: gpt-oss knows low, medium and high",
        frozenset({"groq", "cerebras"}),
        models=GPT_OSS,
    ),
    chat(
        fixes.effort_as({"none": None}),
        "66: gpt-oss always reasons",
        frozenset({"groq", "cerebras"}),
        models=GPT_OSS,
        lost=lost("reasoning_effort"),
    ),
    chat(
        fixes.effort_as(dict.fromkeys(fixes.BUDGETS, "default")),
        "66: Qwen on Groq knows none and default",
        frozenset({"groq"}),
        models=re.compile(r"^qwen"),
    ),
    drops({"groq"}, "reasoning_effort", "66: these do not reason", re.compile(r"^(?!gpt-oss|qwen)")),
    # Thoughts in the history
    chat(fixes.each_message(without("reasoning_content")), "61: refused", REFUSES_REASONING_CONTENT),
    chat(
        fixes.each_message(fixes.with_reasoning),
        "65: want the thought before a call of a tool back, a blank where it is lost",
        KIMI | {"deepseek"},
    ),
    chat(
        fixes.each_message(fixes.with_reasoning),
        "65: the same models elsewhere",
        spares=KIMI | REFUSES_REASONING_CONTENT | {"deepseek", "groq"},
        models=WANTS_THOUGHTS_BACK,
    ),
)

ANTHROPIC = (
    claude(
        fixes.reminders,
        "2: later instructions of the system are for Opus 4.8, Sonnet 5 and newer",
        models=NO_LATER_SYSTEM,
    ),
    drops(
        (),
        "temperature top_p top_k",
        "49: Opus 4.7 and what came after refuse sampling parameters",
        CLAUDE_WITHOUT_KNOBS,
        dialect="anthropic",
    ),
    claude(fixes.clamped("temperature", 0, 1), "49: Anthropic's goes from 0 to 1"),
    claude(fixes.clamped("temperature", 0.01, 1), "49: MiniMax's is above 0, up to 1", MINIMAX),
    claude(
        fixes.one_way_to_sample,
        "49: from Opus 4.1 on not both temperature and top_p",
        models=CLAUDE_ONE_WAY,
        lost=lost("top_p"),
    ),
    claude(
        fixes.free_choice,
        "30: can't be forced to use a tool",
        models=CLAUDE_ALWAYS_ON,
        lost=lost("tool_choice"),
    ),
    claude(fixes.free_choice, "30: Moonshot can't force a tool", KIMI, lost=lost("tool_choice")),
    claude(fixes.least_effort_is_low, "66: Claude's least effort is low"),
    claude(fixes.budget_as_adaptive, "66: no budgets from Opus 4.7 on", models=CLAUDE_WITHOUT_KNOBS),
    claude(fixes.never_off, "66: these always think", models=CLAUDE_ALWAYS_ON, lost=lost("thinking")),
    claude(fixes.never_off, "66: before 3.7 there was nothing to switch off", models=CLAUDE_UNTHINKING),
    claude(
        fixes.never_on,
        "66: before 3.7 there was no thinking",
        models=CLAUDE_UNTHINKING,
        lost=lost("thinking"),
    ),
    claude(fixes.adaptive_as_budget, "66: up to 4.5 a budget instead", models=CLAUDE_WITH_BUDGET),
    claude(
        fixes.adaptive_as_budget,
        "66: what others took over of the format is the budget",
        spares=ITS_OWN_CLAUDE,
        models=NOT_CLAUDE,
    ),
    claude(
        fixes.thinking_only_after_thought,
        "64: with a budget a turn with calls of tools must begin with a thought",
        models=CLAUDE_WITH_BUDGET,
        lost=lost("thinking"),
    ),
    claude(
        fixes.no_sampling_while_thinking,
        "49: with a budget, temperature and top_k are refused",
        models=CLAUDE_WITH_BUDGET,
        lost=lost("temperature", "top_k"),
    ),
    *(
        claude(fixes.with_room(most), "47: what the family can write", models=re.compile(pattern))
        for pattern, most in CLAUDE_ROOM
    ),
    claude(fixes.budget_below_room, "67: a budget must be smaller than max_tokens"),
)

GEMINI = (
    gemini(
        fixes.thinking_config(lambda _: {}),
        "66: before 2.5 there was no thinking",
        models=re.compile(r"gemini-(?:1|2[.]0)"),
        lost=lost("generationConfig"),
    ),
    gemini(
        fixes.level_as_budget(128, 32_768),
        "66: 2.5 Pro takes budgets, and always thinks",
        models=re.compile(r"gemini-2\.5-pro"),
    ),
    gemini(fixes.level_as_budget(0, 24_576), "66: 2.5 Flash takes budgets", models=re.compile(r"gemini-2\.5-flash")),
    gemini(
        fixes.budget_as_level("LOW"), "66: from 3 on levels, for Pro from LOW", models=re.compile(r"gemini-[3-9].*pro")
    ),
    gemini(fixes.budget_as_level("MINIMAL"), "66: from 3 on levels", models=re.compile(r"gemini-[3-9](?!.*pro)")),
)

QUIRKS: tuple[Quirk, ...] = CHAT + ANTHROPIC + GEMINI
