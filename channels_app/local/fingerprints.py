"""What listens on a port, told from what it answers. Pure: what to ask is `questions`, asking it `probes`.

Neither a port nor Ollama's API proves anything: KoboldCpp, LocalAI, Lemonade and Docker Model Runner speak it too,
KoboldCpp has llama.cpp's /props, and LM Studio answers 200 to every path. So what only one engine has comes first, by
its shape; then who signs as owner of the models; and what others emulate last.
"""

from collections.abc import Callable

import msgspec

from channels_app.local.answers import (
    LIST,
    LM_STUDIO,
    LM_STUDIO_BEFORE_0_4,
    NO_ANSWER,
    SERVICE,
    Answers,
    asks_for_a_key,
    good,
    is_locked,
    listed,
    lists_models,
    owner,
    rows_of,
    says,
    software,
    speaks_openai,
)
from channels_app.local.runtimes import BY_PROCESS, RUNTIMES, Runtime

KOBOLD = "/api/extra/version"
LOCALAI = "/.well-known/localai.json"
LEMONADE = "/v1/health"
TEXT_GENERATION = "/v1/internal/model/info"
EXCLUSIVE = (KOBOLD, SERVICE, LOCALAI)

# What `owned_by` says in a model list → engine.
OWNERS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "llama-swap": "llama-swap",
    "lemonade": "lemonade",
    "docker": "docker-model-runner",
    "tabbyAPI": "tabby",
    "xinference": "xinference",
    "omlx": "omlx",
    "vllm-mlx": "omlx",
    "koboldcpp": "koboldcpp",
    "lmdeploy": "lmdeploy",
    "humanity": "gpt4all",
    "llamafile": "llamafile",
    "llamacpp": "llamacpp",  # without the header it is behind a proxy
}


class Verdict(msgspec.Struct, frozen=True):
    """Which engine it is, and whether it wants a key or is still loading its model."""

    runtime: Runtime
    is_locked: bool
    is_loading: bool


# The proofs, in the order in which they count


def is_lm_studio(answers: Answers) -> bool:
    newer, older = good(answers, LM_STUDIO), rows_of(good(answers, LM_STUDIO_BEFORE_0_4))
    models = rows_of(newer, "models")
    if newer.get("models") == [] and lists_models(answers):
        return True
    return any("key" in row and "loaded_instances" in row for row in models) or any(
        "state" in row and ("arch" in row or "compatibility_type" in row) for row in older
    )


def is_koboldcpp(answers: Answers) -> bool:
    return good(answers, KOBOLD).get("result") == "KoboldCpp" or software(answers) == "KoboldCpp"


def is_localai(answers: Answers) -> bool:
    document = good(answers, LOCALAI)
    return "version" in document and "error" not in document


def is_llamacpps(answers: Answers) -> bool:
    """Whether the header says so, which nobody fakes."""
    return answers.get(LIST, NO_ANSWER).server.lower().startswith("llama.cpp")


def is_llamacpp(answers: Answers) -> bool:
    return is_llamacpps(answers) and "/props" in answers and not is_router(answers)


def is_router(answers: Answers) -> bool:
    return is_llamacpps(answers) and good(answers, "/props").get("role") == "router"


def is_owner(engine: str) -> Callable[[Answers], bool]:
    """A proof by the owner of the models, which counts once what only one engine has was asked for in vain."""

    def is_signed(answers: Answers) -> bool:
        is_asked = all(path in answers for path in EXCLUSIVE) and ("/props" in answers or not is_llamacpps(answers))
        return is_asked and OWNERS.get(owner(answers)) == engine

    return is_signed


def is_lemonade(answers: Answers) -> bool:
    return "all_models_loaded" in good(answers, LEMONADE)


def is_docker(answers: Answers) -> bool:
    return says(answers, "/", "Docker Model Runner is running")


def is_llama_swap(answers: Answers) -> bool:
    return isinstance(good(answers, "/running").get("running"), list)


def is_ollama(answers: Answers) -> bool:
    """Only the newer ones have /api/status, so it is proof enough that none of the emulators was recognised."""
    has_version = isinstance(good(answers, "/api/version").get("version"), str)
    return says(answers, "/", "Ollama is running") and has_version and "/api/status" in answers


def is_llama_cpp_python(answers: Answers) -> bool:
    return says(answers, "/openapi.json", "llama.cpp Python API")


def is_litellm(answers: Answers) -> bool:
    return says(answers, "/health/liveliness", "I'm alive!") or says(answers, "/openapi.json", '"LiteLLM API"')


def is_gpustack(answers: Answers) -> bool:
    return says(answers, "/", "<title>GPUStack</title>")


def is_text_generation(answers: Answers) -> bool:
    told = good(answers, TEXT_GENERATION)
    return "model_name" in told and ("loader" in told or "lora_names" in told)


def is_llamafile(answers: Answers) -> bool:
    return bool(good(answers, "/flagz")) and "error" not in good(answers, "/flagz")


def is_xinference(answers: Answers) -> bool:
    told = good(answers, "/v1/cluster/version")
    return "version" in told and "full-revisionid" in told


def is_vllm_with_a_key(answers: Answers) -> bool:
    """It leaves these two open, and answers the first with nothing."""
    health = answers.get("/health", NO_ANSWER)
    is_silent = health.is_good and not health.text
    return is_locked(answers) and is_silent and list(good(answers, "/version")) == ["version"]


def is_mlx_lm(answers: Answers) -> bool:
    """Nobody owns its models, and Python's own server signs its answers."""
    is_pythons = answers.get(LIST, NO_ANSWER).server.startswith("BaseHTTP/")
    return is_pythons and bool(listed(answers)) and not owner(answers) and good(answers, "/health") == {"status": "ok"}


def is_olla(answers: Answers) -> bool:
    return isinstance(good(answers, "/olla/openai/v1/models").get("data"), list)


def is_foundry(answers: Answers) -> bool:
    told = {name.lower() for name in good(answers, "/openai/status")}
    return "endpoints" in told or "modeldirpath" in told


PROOFS: tuple[tuple[str, Callable[[Answers], bool]], ...] = (
    ("lmstudio", is_lm_studio),
    ("koboldcpp", is_koboldcpp),
    ("tabby", lambda answers: software(answers) == "TabbyAPI"),
    ("localai", is_localai),
    ("llamacpp-router", is_router),
    ("llamacpp", is_llamacpp),
    *((engine, is_owner(engine)) for engine in dict.fromkeys(OWNERS.values())),
    ("lemonade", is_lemonade),
    ("docker-model-runner", is_docker),
    ("llama-swap", is_llama_swap),
    ("ollama", is_ollama),
    ("llama-cpp-python", is_llama_cpp_python),
    ("litellm", is_litellm),
    ("gpustack", is_gpustack),
    ("text-generation-webui", is_text_generation),
    ("llamafile", is_llamafile),
    ("xinference", is_xinference),
    ("vllm", is_vllm_with_a_key),
    ("mlx-lm", is_mlx_lm),
    ("olla", is_olla),
    ("foundry-local", is_foundry),
)


def recognised(answers: Answers) -> str:
    """The engine that something proves; empty while nothing does."""
    return next((engine for engine, is_proved in PROOFS if is_proved(answers)), "")


# The verdict


def verdict(answers: Answers, process: str = "") -> Verdict | None:
    """Which engine gave these answers, be they all or those that came in time; None if it is none. `process`: what the
    one that listens is called."""
    if any(answer.is_novapi for answer in answers.values()):
        return None
    known = BY_PROCESS.get(process)
    asked = dict.fromkeys(EXCLUSIVE, NO_ANSWER) | dict(answers)
    engine = recognised(asked)
    if known and known.id in ("jan", "msty") and speaks_openai(asked):
        engine = known.id  # which hands on what the engine inside says
    if not engine and not lists_models(asked) and not is_locked(asked):
        return None
    if not engine and not known and not lists_models(asked) and not asks_for_a_key(asked):
        return None
    runtime = RUNTIMES[engine] if engine else known or RUNTIMES["openai-compatible"]
    return Verdict(
        runtime=runtime,
        is_locked=is_locked(asked) and not lists_models(asked),
        is_loading=asked.get(LIST, NO_ANSWER).status == 503,
    )


VERSIONS = (
    (KOBOLD, "version"),
    (LOCALAI, "version"),
    (LEMONADE, "version"),
    ("/api/version", "version"),
    ("/version", "version"),
    ("/v1/cluster/version", "version"),
    ("/props", "build_info"),
)


def version(answers: Answers) -> str:
    """What it says of its own version; empty if nothing."""
    told = (good(answers, path).get(member) for path, member in VERSIONS)
    return next((text for text in told if isinstance(text, str) and text.isprintable() and len(text) <= 100), "")
