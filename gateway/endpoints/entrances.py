"""Where recorded calls came in, by what their records say, so that they can be asked again.

What is missing here takes a form, or is about what is kept elsewhere: files, batches, responses by their id, sessions.
"""

from gateway.endpoints import anthropic, gemini, ollama, openai, responses
from gateway.endpoints.calls import Target

PLAIN = (
    "chat/completions", "completions", "embeddings", "rerank", "moderations", "images/generations", "images/edits",
    "audio/speech",
)  # fmt: skip
TARGETS: dict[tuple[str, str], Target] = {
    (target.dialect, target.endpoint): target
    for target in (
        *(openai.target_of(endpoint, "openai-chat") for endpoint in PLAIN),
        responses.RESPONSES,
        openai.INPUT_TOKENS,
        openai.target_of("responses/compact", "openai-responses"),
        anthropic.MESSAGES,
        anthropic.COUNT_TOKENS,
        ollama.CHAT,
        ollama.GENERATE,
        ollama.EMBED,
        ollama.EMBEDDINGS,
    )
}


def target_of(dialect: str, endpoint: str, model: str) -> Target | None:
    """What a recorded call was for; None where it can't be asked again."""
    if dialect == "gemini":
        return gemini.TARGETS[endpoint](model, True) if endpoint in gemini.TARGETS else None
    return TARGETS.get((dialect, endpoint))


def path_of(target: Target) -> str:
    """Where the gateway takes such calls, not quoted: the model may stand in it."""
    if target.dialect == "gemini":
        return f"/v1beta/models/{target.model}:{target.endpoint}"
    return f"/ollama/{target.endpoint}" if target.dialect == "ollama" else f"/v1/{target.endpoint}"
