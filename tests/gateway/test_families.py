"""What a model's name tells of it."""

import pytest

from gateway.families import traits_of


@pytest.mark.parametrize(
    ("model", "vision", "tools", "reasoning"),
    [
        ("gpt-4o-mini", True, True, False),
        ("gpt-4o-audio-preview", None, None, None),
        ("gpt-5.1-codex", True, True, True),
        ("gpt-5-chat-latest", True, None, False),
        ("gpt-3.5-turbo-instruct", None, None, None),
        ("o3-mini", False, True, True),
        ("o4-mini", True, True, True),
        ("openai/gpt-oss-120b", False, True, True),
        ("anthropic/Claude-Sonnet-4.5", True, True, True),
        ("claude-3-5-haiku-20241022", True, True, False),
        ("claude-3-7-sonnet", True, True, True),
        ("gemini-2.5-flash", True, True, True),
        ("gemini-2.5-flash-image", None, None, None),
        ("deepseek-reasoner", False, None, True),
        ("kimi-k2-0905-preview", False, True, False),
        ("kimi-k2.5", True, True, True),
        ("Qwen/Qwen3-Coder-480B", False, True, False),
        ("qwen2.5-vl:7b", True, None, None),
        ("glm-4.6", False, True, True),
        ("llama3.2-vision:11b", True, None, False),
        ("text-embedding-3-large", None, None, None),
        ("a-model-of-ones-own", None, None, None),
    ],
)
def test_name_tells_what_its_family_can_do(
    model: str, vision: bool | None, tools: bool | None, reasoning: bool | None
) -> None:
    assert traits_of(model) == (vision, tools, reasoning)
