"""What providers and model families refuse is taken out of translated bodies, and told."""

import copy
import re
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app.providers import PROVIDERS
from gateway.chat import Request
from gateway.dialects import anthropic, openai_chat
from gateway.dialects import gemini as gemini_dialect
from gateway.dialects.format import Impossible
from gateway.quirks import CLAUDE_ROOM, NO_STREAM_OPTIONS, QUIRKS, fix
from tests.gateway.dialects import strategies

Body = dict[str, Any]
HELLO: Body = {"role": "user", "content": "Hello"}
TEXT: Body = {"type": "text", "text": "Hello"}
MARK: Body = {"cache_control": {"type": "ephemeral"}}


class Case(NamedTuple):
    """The members that are sent, and those that arrive."""

    provider: str
    model: str
    sent: Body
    expected: Body
    dropped: tuple[str, ...] = ()
    dialect: str = "openai-chat"


def case(
    name: str, provider: str, model: str, sent: Body, expected: Body, *dropped: str, dialect: str = "openai-chat"
) -> Any:
    return pytest.param(Case(provider, model, sent, expected, dropped, dialect), id=name)


def claude(name: str, model: str, sent: Body, expected: Body, *dropped: str, provider: str = "anthropic") -> Any:
    return case(name, provider, model, sent, expected, *dropped, dialect="anthropic")


def gemini(name: str, model: str, sent: Body | None, expected: Body | None, *dropped: str) -> Any:
    before, after = ({"temperature": 1} | ({"thinkingConfig": each} if each else {}) for each in (sent, expected))
    return case(
        name, "google", model, {"generationConfig": before}, {"generationConfig": after}, *dropped, dialect="gemini"
    )


def kept(name: str, provider: str, model: str, sent: Body, dialect: str = "openai-chat") -> Any:
    return case(name, provider, model, sent, sent, dialect=dialect)


def messages(*items: Body) -> Body:
    return {"messages": list(items)}


def asked(call_id: str = "call_1", **members: Any) -> Body:
    """An assistant's call of a tool."""
    call = {"id": call_id, "type": "function", "function": {"name": "look", "arguments": "{}"}}
    return {"role": "assistant", "content": None, "tool_calls": [call]} | members


def answered(call_id: str = "call_1", content: Any = "ok", **members: Any) -> Body:
    return {"role": "tool", "tool_call_id": call_id, "content": content} | members


def tool(name: str = "look", **members: Any) -> Body:
    return {"type": "function", "function": {"name": name, **members}}


def named(name: str = "look") -> Body:
    return {"type": "function", "function": {"name": name}}


ALLOWED = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named("look")]}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
SAMPLING = {"temperature": 0.5, "top_p": 0.9, "presence_penalty": 1, "frequency_penalty": 1}
ODD = {"n": 2, "seed": 7, "logprobs": True, "top_logprobs": 3}
GRAMMAR = {"type": "custom", "custom": {"name": "patch", "format": {"type": "grammar"}}}
THOUGHT = asked(reasoning_content="hm")


def effort(word: str) -> Body:
    return {"reasoning_effort": word}


def adaptive(word: str | None, **members: Any) -> Body:
    config = {"output_config": {"effort": word}} if word else {}
    return {"thinking": {"type": "adaptive"} | members, **config}


def budget(tokens: int, room: int = 32_000, **members: Any) -> Body:
    return {"max_tokens": room, "thinking": {"type": "enabled", "budget_tokens": tokens} | members}


def choice(kind: str, **members: Any) -> Body:
    return {"tool_choice": {"type": kind} | members, "tools": [{"name": "look", "input_schema": {}}]}


USED: Body = {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "look", "input": {}}]}
USED_WITH_THOUGHT: Body = {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, *USED["content"]]}
RESULT: Body = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "ok"}]}
LATER: Body = {"role": "system", "content": "Be brief"}
REMINDER: Body = {"type": "text", "text": "<system-reminder>\nBe brief\n</system-reminder>"}

CASES = [
    # Every provider but OpenAI
    case(
        "1-developer-elsewhere",
        "groq",
        "llama-4",
        messages(HELLO | {"role": "developer"}),
        messages(HELLO | {"role": "system"}),
    ),
    kept("1-developer-at-openai", "openai", "gpt-6", messages(HELLO | {"role": "developer"})),
    case(
        "allowed-tools-elsewhere",
        "xai",
        "grok-3",
        {"tools": [tool("look"), tool("find")], "tool_choice": ALLOWED},
        {"tools": [tool("look")], "tool_choice": "required"},
    ),
    kept("allowed-tools-at-azure-v1", "azure-v1", "gpt-6", {"tools": [tool()], "tool_choice": ALLOWED}),
    case(
        "grammar-elsewhere",
        "deepseek",
        "deepseek-chat",
        {"tools": [GRAMMAR]},
        {"tools": [{"type": "custom", "custom": {"name": "patch"}}]},
        "tools.grammar",
    ),
    kept("grammar-at-openai", "openai", "gpt-6", {"tools": [GRAMMAR]}),
    case(
        "75-marks-elsewhere",
        "openai",
        "gpt-6",
        messages(HELLO | {"content": [TEXT | MARK]}, answered() | MARK) | {"tools": [tool() | MARK]},
        messages(HELLO, answered()) | {"tools": [tool()]},
    ),
    *(
        kept(f"75-marks-at-{provider}", provider, "m", messages(HELLO | {"content": [TEXT | MARK]}))
        for provider in ("openrouter", "alibaba", "alibaba-cn", "zhipuai", "zai")
    ),
    case(
        "22-tool-texts-elsewhere",
        "zai",
        "glm-5",
        messages(answered(content=[TEXT, TEXT])),
        messages(answered(content="Hello\n\nHello")),
    ),
    kept("22-tool-texts-at-openai", "openai", "gpt-6", messages(answered(content=[TEXT, TEXT]))),
    case(
        "refusal-elsewhere",
        "groq",
        "llama-4",
        messages({"role": "assistant", "refusal": "No."}),
        messages({"role": "assistant", "content": "No."}),
    ),
    case(
        "refusal-after-text",
        "groq",
        "llama-4",
        messages({"role": "assistant", "content": "Hm.", "refusal": "No."}),
        messages({"role": "assistant", "content": "Hm.\n\nNo."}),
    ),
    kept("refusal-at-openai", "openai", "gpt-6", messages({"role": "assistant", "refusal": "No."})),
    *(
        case(
            f"53-{provider}",
            provider,
            "m",
            {"stream": True, "stream_options": {"include_usage": True}},
            {"stream": True},
        )
        for provider in sorted(NO_STREAM_OPTIONS)
    ),
    kept("53-openai", "openai", "gpt-6", {"stream": True, "stream_options": {"include_usage": True}}),
    *(
        case(f"48-mct-to-mt-{provider}", provider, "m", {"max_completion_tokens": 9}, {"max_tokens": 9})
        for provider in ("moonshotai", "zhipuai", "xiaomi", "mistral", "siliconflow", "hyperbolic")
    ),
    case("52-top-k-groq", "groq", "llama-4", {"top_k": 40}, {}, "top_k"),
    kept("52-top-k-vllm", "vllm", "qwen3", {"top_k": 40}),
    # OpenAI
    *(
        case(
            f"48-49-{provider}-{model}",
            provider,
            model,
            {"max_tokens": 9, "stop": ["END"]} | SAMPLING,
            {"max_completion_tokens": 9},
            *SAMPLING,
            "stop",
        )
        for provider, model in (
            ("openai", "o3-mini"),
            ("azure-v1", "gpt-5"),
            ("azure-legacy", "o1"),
            ("openai", "gpt-6-luna"),
        )
    ),
    *(
        kept(f"48-49-openai-{model}", "openai", model, {"max_tokens": 9} | SAMPLING)
        for model in ("gpt-4o", "gpt-5-chat-latest")
    ),
    kept("48-49-elsewhere", "openrouter", "openai/gpt-6", {"max_tokens": 9} | SAMPLING),
    case("52-openai-logprobs", "openai", "gpt-6", ODD, {"n": 2, "seed": 7}, "logprobs", "top_logprobs"),
    case("52-openai-parallel", "openai", "o4-mini", {"parallel_tool_calls": False}, {}, "parallel_tools"),
    kept("52-openai-parallel-gpt", "openai", "gpt-6", {"parallel_tool_calls": False}),
    case("66-openai-plain", "openai", "gpt-4o", effort("high"), {}, "reasoning"),
    case("66-openai-o", "openai", "o3", effort("minimal"), effort("low")),
    case("66-openai-o-xhigh", "openai", "o3", effort("xhigh"), effort("high")),
    case("66-openai-gpt-5", "openai", "gpt-5-mini", effort("none"), effort("minimal")),
    kept("66-openai-gpt-5.1", "openai", "gpt-5.1", effort("none")),
    case(
        "49-openai-responses",
        "openai",
        "gpt-6",
        {"temperature": 1, "max_output_tokens": 9},
        {"max_output_tokens": 9},
        "temperature",
        dialect="openai-responses",
    ),
    case(
        "66-openai-responses-plain",
        "openai",
        "gpt-4.1",
        {"reasoning": {"effort": "low"}, "temperature": 1},
        {"temperature": 1},
        "reasoning",
        dialect="openai-responses",
    ),
    # Mistral
    case("52-mistral-seed", "mistral", "mistral-large", {"seed": 7}, {"random_seed": 7}),
    case(
        "52-mistral",
        "mistral",
        "magistral",
        {
            "n": 2,
            "logprobs": True,
            "top_logprobs": 3,
            "presence_penalty": 1,
            "frequency_penalty": 1,
            "user": "u",
            "top_k": 4,
        }
        | effort("low"),
        {},
        "top_k",
        "choices",
        "logprobs",
        "top_logprobs",
        "presence_penalty",
        "frequency_penalty",
        "user",
        "reasoning",
    ),
    case(
        "9-mistral",
        "mistral",
        "m",
        messages(HELLO | {"name": "Ann"}, answered("a1B2c3D4e", name="look")),
        messages(HELLO, answered("a1B2c3D4e", name="look")),
    ),
    kept("9-openai", "openai", "gpt-6", messages(HELLO | {"name": "Ann"})),
    case(
        "13-mistral",
        "mistral",
        "m",
        messages(asked(), answered()),
        messages(asked("74196fe72"), answered("74196fe72")),
    ),
    kept("13-mistral-keeps-its-own", "mistral", "m", messages(asked("a1B2c3D4e"), answered("a1B2c3D4e"))),
    case(
        "52-mistral-tools",
        "mistral",
        "m",
        {"tools": [tool(strict=True, parameters={"type": "object", "$schema": "s"})]},
        {"tools": [tool(parameters={"type": "object"})]},
    ),
    case("mistral-any", "mistral", "m", {"tool_choice": "required"}, {"tool_choice": "any"}),
    kept("mistral-named", "mistral", "m", {"tool_choice": named()}),
    # Provider by provider
    case("52-groq", "groq", "llama-4", ODD, {"seed": 7}, "choices", "logprobs", "top_logprobs"),
    case("61-groq", "groq", "qwen3-32b", messages(THOUGHT), messages(asked(reasoning="hm"))),
    *(
        case(
            f"52-{provider}",
            provider,
            "glm-5",
            ODD | SAMPLING | {"parallel_tool_calls": False},
            {"temperature": 0.5, "top_p": 0.9},
            "choices",
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "logprobs",
            "top_logprobs",
            "parallel_tools",
        )
        for provider in ("zhipuai", "zhipuai-coding", "zai", "zai-coding")
    ),
    *(
        case(
            f"52-json-{provider}",
            provider,
            "m",
            {"response_format": SCHEMA},
            {"response_format": {"type": "json_object"}},
            "output",
        )
        for provider in ("zai", "deepseek")
    ),
    kept("52-json-object-zai", "zai", "glm-5", {"response_format": {"type": "json_object"}}),
    case(
        "52-volcengine",
        "volcengine",
        "doubao",
        {"response_format": SCHEMA, "parallel_tool_calls": True},
        {},
        "parallel_tools",
        "output",
    ),
    case("52-deepinfra", "deepinfra", "m", ODD, {"n": 2, "seed": 7}, "logprobs", "top_logprobs"),
    case(
        "52-cerebras",
        "cerebras",
        "m",
        ODD | SAMPLING | {"parallel_tool_calls": True},
        {"seed": 7, "temperature": 0.5, "top_p": 0.9},
        "presence_penalty",
        "frequency_penalty",
        "logprobs",
        "top_logprobs",
        "choices",
        "parallel_tools",
    ),
    case(
        "52-sambanova",
        "sambanova",
        "m",
        ODD | SAMPLING,
        {"temperature": 0.5, "top_p": 0.9},
        "presence_penalty",
        "frequency_penalty",
        "choices",
        "seed",
        "logprobs",
        "top_logprobs",
    ),
    case("52-cohere", "cohere", "command-a", ODD, {"n": 2, "seed": 7}, "logprobs", "top_logprobs"),
    case("52-nvidia", "nvidia", "m", ODD, {"seed": 7}, "choices", "logprobs", "top_logprobs"),
    case(
        "52-xai-grok-4",
        "xai",
        "grok-4",
        SAMPLING | {"stop": ["END"]},
        {"temperature": 0.5, "top_p": 0.9},
        "stop",
        "presence_penalty",
        "frequency_penalty",
    ),
    kept("52-xai-grok-3", "xai", "grok-3", SAMPLING),
    case(
        "52-perplexity",
        "perplexity",
        "sonar",
        {
            "tools": [tool()],
            "tool_choice": "auto",
            "parallel_tool_calls": True,
            "stop": ["x"],
            "seed": 7,
            "n": 2,
            "top_p": 1,
        },
        {"top_p": 1},
        "tools",
        "tool_choice",
        "parallel_tools",
        "stop",
        "seed",
        "choices",
    ),
    case(
        "perplexity-turns",
        "perplexity",
        "sonar",
        messages(LATER, LATER, HELLO, asked(), answered(), HELLO, LATER),
        messages(
            {"role": "system", "content": "Be brief\n\nBe brief"},
            HELLO,
            {"role": "assistant", "content": "(called look)"},
            {"role": "user", "content": "Result of the tool: ok\n\nHello\n\nBe brief"},
        ),
    ),
    case(
        "deepseek-texts",
        "deepseek",
        "deepseek-chat",
        messages(HELLO | {"content": [TEXT, TEXT]}),
        messages(HELLO | {"content": "Hello\n\nHello"}),
    ),
    # Temperature
    *(
        case(
            f"49-kimi-thinking-{model}",
            "moonshotai",
            model,
            SAMPLING | {"n": 2},
            {},
            "temperature",
            "top_p",
            "choices",
            "presence_penalty",
            "frequency_penalty",
        )
        for model in ("kimi-k2.5", "kimi-k3", "kimi-k2-thinking")
    ),
    case("49-moonshotai", "moonshotai-cn", "kimi-k2-0905", {"temperature": 1.7}, {"temperature": 1}),
    case("49-minimax", "minimax", "MiniMax-M3", {"temperature": 0}, {"temperature": 0.01}),
    case("49-zai", "zai", "glm-5", {"temperature": 1.7}, {"temperature": 0.99}),
    kept("49-openrouter", "openrouter", "m", {"temperature": 1.7}),
    # Forced tools
    case(
        "30-moonshotai",
        "moonshotai",
        "kimi-k2-0905",
        {"tool_choice": "required"},
        {"tool_choice": "auto"},
        "tool_choice",
    ),
    case(
        "30-moonshotai-named",
        "moonshotai",
        "kimi-k2-0905",
        {"tool_choice": named()},
        {"tool_choice": "auto"},
        "tool_choice",
    ),
    kept("30-moonshotai-none", "moonshotai", "kimi-k2-0905", {"tool_choice": "none"}),
    *(
        case(
            f"30-openrouter-{model}",
            "openrouter",
            f"anthropic/{model}",
            {"tool_choice": "required"},
            {"tool_choice": "auto"},
            "tool_choice",
        )
        for model in ("claude-sonnet-5.5", "claude-opus-5-5", "claude-fable-5.1", "claude-mythos-5-1")
    ),
    kept("30-openrouter-claude-sonnet-5", "openrouter", "anthropic/claude-sonnet-5", {"tool_choice": "required"}),
    # How much to think
    case("66-claude-minimal", "openrouter", "anthropic/claude-sonnet-5", effort("minimal"), effort("low")),
    case("66-claude-always", "openrouter", "anthropic/claude-opus-5.5", effort("none"), {}, "reasoning"),
    case("66-alibaba", "alibaba", "qwen3-max", effort("medium"), {"enable_thinking": True, "thinking_budget": 8192}),
    case(
        "66-alibaba-max",
        "alibaba-cn",
        "qwen3-max",
        effort("max"),
        {"enable_thinking": True, "thinking_budget": 38_912},
    ),
    case("66-alibaba-none", "alibaba", "qwen3-max", effort("none"), {"enable_thinking": False}),
    case(
        "66-siliconflow",
        "siliconflow-cn",
        "Qwen/Qwen3-8B",
        effort("max"),
        {"enable_thinking": True, "thinking_budget": 32_768},
    ),
    case("66-zhipuai", "zhipuai", "glm-5", effort("none"), {"thinking": {"type": "disabled"}}),
    case("66-kimi", "moonshotai", "kimi-k2.5", effort("high"), {"thinking": {"type": "enabled"}}),
    case("66-kimi-fixed", "moonshotai", "kimi-k2-thinking", effort("high"), {}, "reasoning"),
    case("66-deepseek", "deepseek", "deepseek-v4", effort("low"), {"thinking": {"type": "enabled"}} | effort("high")),
    case(
        "66-deepseek-max",
        "deepseek",
        "deepseek-v4",
        effort("xhigh"),
        {"thinking": {"type": "enabled"}} | effort("max"),
    ),
    case("66-deepseek-none", "deepseek", "deepseek-v4", effort("none"), {"thinking": {"type": "disabled"}}),
    case("66-gpt-oss", "groq", "openai/gpt-oss-120b", effort("max"), effort("high")),
    case("66-gpt-oss-none", "cerebras", "gpt-oss-120b", effort("none"), {}, "reasoning"),
    case("66-groq-qwen", "groq", "qwen/qwen3-32b", effort("high"), effort("default")),
    case("66-groq-plain", "groq", "llama-4", effort("high"), {}, "reasoning"),
    # Thoughts in the history
    *(
        case(f"61-{provider}", provider, "m", messages(HELLO, THOUGHT), messages(HELLO, asked()))
        for provider in ("openai", "azure-v1", "azure-legacy", "cerebras", "cohere")
    ),
    kept("61-vllm", "vllm", "m", messages(HELLO, THOUGHT)),
    *(
        case(
            f"65-{provider}", provider, model, messages(HELLO, asked()), messages(HELLO, asked(reasoning_content=" "))
        )
        for provider, model in (
            ("deepseek", "deepseek-v4"),
            ("moonshotai", "kimi-k2.5"),
            ("kimi-for-coding", "kimi-for-coding"),
            ("siliconflow", "moonshotai/Kimi-K2-Thinking"),
            ("openrouter", "deepseek/deepseek-v4"),
        )
    ),
    kept("65-thought-is-there", "deepseek", "deepseek-v4", messages(HELLO, THOUGHT)),
    kept("65-no-call", "deepseek", "deepseek-v4", messages(HELLO, {"role": "assistant", "content": "Hi"})),
    kept("65-others", "siliconflow", "Qwen/Qwen3-8B", messages(HELLO, asked())),
    case(
        "signatures-elsewhere",
        "groq",
        "llama-4",
        messages(asked() | {"tool_calls": [asked()["tool_calls"][0] | {"extra_content": {"google": {}}}]}),
        messages(asked()),
    ),
    kept(
        "signatures-at-google",
        "google",
        "gemini-3-pro",
        messages({"role": "assistant", "tool_calls": [{"extra_content": {"google": {}}}]}),
    ),
    # Anthropic
    claude(
        "2-older-claude",
        "claude-opus-4-7",
        messages(HELLO, LATER),
        messages({"role": "user", "content": [TEXT, REMINDER]}),
    ),
    claude(
        "2-between-call-and-result",
        "claude-haiku-4-5",
        messages(USED_WITH_THOUGHT, LATER, RESULT),
        messages(USED_WITH_THOUGHT, {"role": "user", "content": [*RESULT["content"], REMINDER]}),
    ),
    claude(
        "2-others",
        "glm-5",
        messages(HELLO, LATER),
        messages({"role": "user", "content": [TEXT, REMINDER]}),
        provider="zai",
    ),
    *(
        kept(f"2-{model}", "anthropic", model, messages(HELLO, LATER), "anthropic")
        for model in ("claude-opus-4-8", "claude-sonnet-5")
    ),
    *(
        claude(
            f"49-{model}", model, {"temperature": 0.5, "top_p": 0.9, "top_k": 4}, {}, "temperature", "top_p", "top_k"
        )
        for model in ("claude-opus-4-7", "claude-opus-5", "claude-sonnet-5-5", "claude-fable-5-1", "claude-mythos-5-1")
    ),
    claude(
        "49-older-claude",
        "claude-opus-4-20250514",
        {"temperature": 1.7, "top_p": 0.9},
        {"temperature": 1, "top_p": 0.9},
    ),
    claude(
        "49-not-both", "claude-sonnet-4-5-20250929", {"temperature": 0.5, "top_p": 0.9}, {"temperature": 0.5}, "top_p"
    ),
    claude("49-minimax-anthropic", "MiniMax-M3", {"temperature": 0}, {"temperature": 0.01}, provider="minimax"),
    *(
        claude(
            f"30-{model}",
            model,
            choice("tool", name="look", disable_parallel_tool_use=True),
            choice("auto", disable_parallel_tool_use=True),
            "tool_choice",
        )
        for model in ("claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1", "claude-mythos-5-1")
    ),
    kept("30-claude-sonnet-5", "anthropic", "claude-sonnet-5", choice("any"), "anthropic"),
    kept("30-claude-none", "anthropic", "claude-sonnet-5-5", choice("none"), "anthropic"),
    claude("30-kimi-anthropic", "kimi-k3", choice("any"), choice("auto"), "tool_choice", provider="moonshotai"),
    claude("66-least-effort", "claude-opus-5", adaptive("minimal"), adaptive("low")),
    claude("66-effort-none", "claude-opus-5", {"output_config": {"effort": "none"}}, {}),
    claude("66-no-budget", "claude-opus-4-7", budget(24_576), {"max_tokens": 32_000} | adaptive("high")),
    claude(
        "66-no-budget-display",
        "claude-sonnet-5",
        budget(1024, display="omitted"),
        {"max_tokens": 32_000} | adaptive("low", display="omitted"),
    ),
    claude("66-always-on", "claude-sonnet-5-5", {"thinking": {"type": "disabled"}}, {}, "reasoning"),
    kept("66-can-be-off", "anthropic", "claude-sonnet-5", {"thinking": {"type": "disabled"}}, "anthropic"),
    claude("66-never-thinks", "claude-3-haiku-20240307", adaptive("high"), {}, "reasoning"),
    claude("66-nothing-to-switch-off", "claude-3-5-haiku-latest", {"thinking": {"type": "disabled"}}, {}),
    *(
        claude(f"66-budget-{model}", model, {"max_tokens": 32_000} | adaptive(word), budget(tokens))
        for model, word, tokens in (
            ("claude-3-7-sonnet-latest", None, 8192),
            ("claude-opus-4-20250514", "low", 1024),
            ("claude-sonnet-4-5", "medium", 8192),
            ("claude-opus-4-5", "high", 24_576),
            ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "max", 24_000),
        )
    ),
    claude(
        "66-effort-leaves-the-format",
        "claude-sonnet-4-5",
        {"output_config": {"effort": "low", "format": SCHEMA}},
        {"output_config": {"format": SCHEMA}},
    ),
    kept(
        "66-claude-4-6-is-adaptive",
        "anthropic",
        "claude-opus-4-6",
        {"max_tokens": 32_000} | adaptive("low"),
        "anthropic",
    ),
    claude(
        "66-others-budget",
        "deepseek-v4",
        {"max_tokens": 32_000} | adaptive("medium"),
        budget(8192),
        provider="deepseek",
    ),
    kept(
        "66-deployments-have-any-name",
        "azure-anthropic",
        "work",
        {"max_tokens": 32_000} | adaptive("low"),
        "anthropic",
    ),
    claude(
        "64-no-thought",
        "claude-sonnet-4-5",
        budget(2048) | messages(HELLO, USED, RESULT),
        {"max_tokens": 32_000} | messages(HELLO, USED, RESULT),
        "reasoning",
    ),
    kept(
        "64-thought",
        "anthropic",
        "claude-sonnet-4-5",
        budget(2048) | messages(HELLO, USED_WITH_THOUGHT, RESULT),
        "anthropic",
    ),
    kept("64-adaptive", "anthropic", "claude-opus-5", adaptive("low") | messages(HELLO, USED, RESULT), "anthropic"),
    claude(
        "49-thinking",
        "claude-sonnet-4-5",
        budget(2048) | {"temperature": 0.5, "top_k": 4},
        budget(2048),
        "temperature",
        "top_k",
    ),
    *(
        claude(f"47-{model}", model, {}, {"max_tokens": most})
        for model, most in (
            ("claude-3-haiku-20240307", 4096),
            ("claude-3-5-sonnet-20241022", 8192),
            ("claude-3-7-sonnet-latest", 64_000),
            ("claude-opus-4-1-20250805", 32_000),
            ("claude-opus-4-20250514", 32_000),
            ("claude-opus-4-5", 64_000),
            ("claude-sonnet-4-6", 64_000),
            ("claude-opus-4-6", 128_000),
            ("claude-fable-5-1", 128_000),
        )
    ),
    claude("47-more-than-it-can", "claude-3-haiku-20240307", {"max_tokens": 32_000}, {"max_tokens": 4096}),
    kept("47-less-than-it-can", "anthropic", "claude-opus-5", {"max_tokens": 100}, "anthropic"),
    claude("67-lower-budget", "claude-sonnet-4-5", budget(8192, room=4000), budget(3000, room=4000)),
    claude("67-more-room", "claude-sonnet-4-5", budget(1024, room=500), budget(1024, room=1524)),
    # Gemini
    gemini("66-gemini-2.0", "gemini-2.0-flash", {"thinkingBudget": 0}, None, "reasoning"),
    gemini("66-gemini-2.5-pro", "gemini-2.5-pro", {"thinkingBudget": 0}, {"thinkingBudget": 128}),
    gemini(
        "66-gemini-2.5-pro-level",
        "gemini-2.5-pro",
        {"thinkingLevel": "HIGH", "includeThoughts": True},
        {"thinkingBudget": 24_576, "includeThoughts": True},
    ),
    gemini("66-gemini-2.5-flash", "gemini-2.5-flash", {"thinkingLevel": "XHIGH"}, {"thinkingBudget": 24_576}),
    gemini(
        "66-gemini-2.5-flash-any",
        "gemini-2.5-flash",
        {"thinkingBudget": -1, "includeThoughts": True},
        {"thinkingBudget": -1, "includeThoughts": True},
    ),
    gemini("66-gemini-3-pro", "gemini-3-pro-preview", {"thinkingBudget": 0}, {"thinkingLevel": "LOW"}),
    gemini("66-gemini-3-pro-minimal", "gemini-3-pro-preview", {"thinkingLevel": "MINIMAL"}, {"thinkingLevel": "LOW"}),
    gemini("66-gemini-3-flash", "gemini-3-flash", {"thinkingBudget": 0}, {"thinkingLevel": "MINIMAL"}),
    gemini("66-gemini-3-flash-budget", "gemini-3-flash", {"thinkingBudget": 5000}, {"thinkingLevel": "MEDIUM"}),
    gemini("66-gemini-without", "gemini-3-flash", None, None),
]


def body_of(members: Body, model: str) -> Body:
    return {"model": model} | messages(HELLO) | members


@pytest.mark.parametrize("case", CASES)
def test_the_body_is_as_the_provider_takes_it(case: Case) -> None:
    sent = body_of(case.sent, case.model)
    before = copy.deepcopy(sent)

    fixed, dropped = fix(sent, case.provider, case.model, case.dialect)

    room = {name: fixed[name] for name in ("max_tokens",) if name not in case.sent | case.expected and name in fixed}
    assert fixed == body_of(case.expected, case.model) | room
    assert dropped == case.dropped
    assert sent == before


@pytest.mark.parametrize("case", CASES)
def test_what_is_fixed_needs_no_more(case: Case) -> None:
    fixed, _ = fix(body_of(case.sent, case.model), case.provider, case.model, case.dialect)

    assert fix(fixed, case.provider, case.model, case.dialect) == (fixed, ())


def test_every_row_is_needed_by_some_case() -> None:
    useful = set()
    for case in [param.values[0] for param in CASES]:
        body = body_of(case.sent, case.model)
        for quirk in QUIRKS:
            if quirk.dialect == case.dialect and quirk.concerns(case.provider, case.model.rpartition("/")[2].lower()):
                fixed = quirk.fix(body)
                useful |= {id(quirk)} if fixed != body else set()
                body = fixed

    assert [quirk.reason for quirk in QUIRKS if id(quirk) not in useful] == []


def test_every_provider_named_in_a_row_exists() -> None:
    named_in_rows = {provider for quirk in QUIRKS for provider in quirk.providers | quirk.spares}

    assert named_in_rows - PROVIDERS.keys() == set()


def test_stream_options_are_removed_exactly_where_the_providers_table_says() -> None:
    assert {provider.id for provider in PROVIDERS.values() if not provider.stream_usage} == NO_STREAM_OPTIONS


def test_13_ids_are_the_same_short_ones_in_calls_and_results() -> None:
    sent = body_of(messages(asked("call_1|a"), answered("call_1|a"), asked("call_2"), answered("call_2")), "m")

    fixed, dropped = fix(sent, "mistral", "m", "openai-chat")

    first, result, second, other = fixed["messages"]
    assert first["tool_calls"][0]["id"] == result["tool_call_id"] != second["tool_calls"][0]["id"]
    assert second["tool_calls"][0]["id"] == other["tool_call_id"]
    assert len(result["tool_call_id"]) == 9
    assert result["tool_call_id"].isalnum()
    assert dropped == ()


@pytest.mark.parametrize("dialect", ["openai-chat", "openai-responses", "anthropic", "gemini", "ollama"])
def test_an_unknown_provider_of_an_unknown_model_gets_what_it_was_sent(dialect: str) -> None:
    body = {"model": "m"} | messages(HELLO) | {"temperature": 0.5}

    assert fix(body, "custom", "m", dialect) == (body, ())


def test_families_of_claude_have_one_size() -> None:

    names = [case.values[0].model for case in CASES if case.values[0].dialect == "anthropic"]
    sizes = {name: [most for pattern, most in CLAUDE_ROOM if re.search(pattern, name)] for name in names}

    assert {name: found for name, found in sizes.items() if "claude" in name and len(found) != 1} == {}


def test_every_row_says_why() -> None:
    assert all(quirk.reason for quirk in QUIRKS)


MODELS = ("gpt-6", "o3", "claude-opus-4-5", "claude-opus-5-5", "claude-3-haiku", "gemini-2.5-pro", "kimi-k2.5", "m")


@settings(deadline=None, max_examples=150, derandomize=True, database=None)
@given(strategies.requests(), st.data())
def test_whatever_is_asked_can_be_fixed_and_stays_as_it_was(request: Request, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from([openai_chat.FORMAT, anthropic.FORMAT, gemini_dialect.FORMAT]))
    provider, model = data.draw(st.sampled_from(sorted(PROVIDERS))), data.draw(st.sampled_from(MODELS))
    try:
        body = chosen.build_request(request).body
    except Impossible:
        return
    before = copy.deepcopy(body)

    fixed, _ = fix(body, provider, model, chosen.name)

    assert body == before
    assert fix(fixed, provider, model, chosen.name)[0] == fixed
