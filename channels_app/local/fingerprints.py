"""What listens on a port, told from what it answers. Pure: what to ask next, and the verdict; asking is `probes`.

Neither a port nor Ollama's API proves anything: KoboldCpp, LocalAI, Lemonade and Docker Model Runner speak it too,
KoboldCpp has llama.cpp's /props, and LM Studio answers 200 to every path. So what only one engine has comes first, by
its shape; then who signs as owner of the models; and what others emulate last.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from channels_app.local.runtimes import BY_PROCESS, RUNTIMES, Runtime

LIST = "/v1/models"
LM_STUDIO = "/api/v1/models"
LM_STUDIO_BEFORE_0_4 = "/api/v0/models"
KOBOLD = "/api/extra/version"
SERVICE = "/.well-known/serviceinfo"
LOCALAI = "/.well-known/localai.json"
LEMONADE = "/v1/health"
TEXT_GENERATION = "/v1/internal/model/info"
EXCLUSIVE = (KOBOLD, SERVICE, LOCALAI)

LOCKED = frozenset({401, 403})
LM_STUDIO_OWNER = "organization_owner"
LONGEST_TEXT = 1000

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


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: nothing, or nothing that is HTTP. `body`: its JSON, None where there is none.
    `text`: its beginning. `is_novapi`: it is one of ours."""

    status: int = 0
    server: str = ""
    body: Any = None
    text: str = ""
    is_novapi: bool = False

    @property
    def is_good(self) -> bool:
        return self.status == 200


NO_ANSWER = Answer()
Answers = Mapping[str, Answer]


def parse_answer(status: int, headers: Mapping[str, str], raw: bytes) -> Answer:
    """An HTTP answer, as far as it is looked at. Header names in lower case; `raw` may have been cut off."""
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        body = None
    return Answer(
        status=status,
        server=headers.get("server", ""),
        body=body,
        text=raw[:LONGEST_TEXT].decode(errors="replace").strip(),
        is_novapi="x-novapi-request-id" in headers,
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which engine it is, under which name it goes, and whether it wants a key or is still loading its model."""

    runtime: Runtime
    name: str
    is_locked: bool
    is_loading: bool


# Reading answers


def good(answers: Answers, path: str) -> dict[str, Any]:
    """The JSON object that was answered with 200 at `path`, empty if there was none."""
    answer = answers.get(path, NO_ANSWER)
    return answer.body if answer.is_good and isinstance(answer.body, dict) else {}


def rows_of(body: Any, member: str = "data") -> list[dict[str, Any]]:
    """The objects of a list."""
    rows = body.get(member) if isinstance(body, dict) else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def listed(answers: Answers) -> list[dict[str, Any]]:
    return rows_of(good(answers, LIST))


def lists_models(answers: Answers) -> bool:
    """Whether it answers with a model list in OpenAI's shape, be it an empty one."""
    body = good(answers, LIST)
    rows = listed(answers)
    is_empty = body.get("object") == "list" and body.get("data") in ([], None)
    return is_empty or (bool(rows) and all(isinstance(row.get("id"), str) for row in rows))


def owner(answers: Answers) -> str:
    """Who signs as the owner of the models; empty where nobody does."""
    owners = (row.get("owned_by") for row in listed(answers))
    return next((name for name in owners if isinstance(name, str) and name), "")


def is_locked(answers: Answers) -> bool:
    return any(answers.get(path, NO_ANSWER).status in LOCKED for path in (LIST, LM_STUDIO))


def asks_for_a_key(answers: Answers) -> bool:
    """A refusal in JSON, as APIs give it. Other programs that let nobody in answer with a page, or with nothing."""
    answer = answers.get(LIST, NO_ANSWER)
    members = {"error", "detail", "message"}
    return answer.status in LOCKED and isinstance(answer.body, dict) and not members.isdisjoint(answer.body)


def says(answers: Answers, path: str, words: str) -> bool:
    answer = answers.get(path, NO_ANSWER)
    return answer.is_good and words in answer.text


def software(answers: Answers) -> str:
    """The name in KoboldAI's service document."""
    described = good(answers, SERVICE).get("software")
    return str(described.get("name")) if isinstance(described, dict) else ""


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


# What to ask


def always(answers: Answers) -> bool:
    return True


def may_be_lm_studio(answers: Answers) -> bool:
    """Its owner signs, or nobody can: it logs an error for every path that it does not have, so others come later."""
    return owner(answers) == LM_STUDIO_OWNER or is_unsigned(answers)


def is_unsigned(answers: Answers) -> bool:
    """No model is shown whose owner would tell."""
    return is_locked(answers) or (lists_models(answers) and not owner(answers))


def speaks_openai(answers: Answers) -> bool:
    return is_locked(answers) or lists_models(answers)


def speaks_something_else(answers: Answers) -> bool:
    return not speaks_openai(answers)


def greets_like_ollama(answers: Answers) -> bool:
    return says(answers, "/", "Ollama is running")


def is_healthy_inside(answers: Answers) -> bool:
    return bool(good(answers, "/internal/health").get("status"))


Question = tuple[str, Callable[[Answers], bool]]
LM_STUDIO_FIRST: tuple[Question, ...] = ((LM_STUDIO, always), (LM_STUDIO_BEFORE_0_4, lambda a: not is_locked(a)))
QUESTIONS: tuple[Question, ...] = (
    (LIST, always),
    (LM_STUDIO, lambda answers: owner(answers) == LM_STUDIO_OWNER),
    (LM_STUDIO_BEFORE_0_4, lambda answers: owner(answers) == LM_STUDIO_OWNER),
    *((path, always) for path in EXCLUSIVE),
    ("/props", is_llamacpps),
    (LM_STUDIO, may_be_lm_studio),
    ("/", always),
    (LEMONADE, lambda answers: is_unsigned(answers) or greets_like_ollama(answers)),
    ("/api/version", greets_like_ollama),
    ("/api/status", greets_like_ollama),
    ("/running", is_unsigned),
    ("/openapi.json", speaks_openai),
    ("/health/liveliness", speaks_openai),
    (TEXT_GENERATION, speaks_openai),
    ("/flagz", speaks_openai),
    ("/v1/cluster/version", is_unsigned),
    ("/health", is_unsigned),
    ("/version", is_locked),
    ("/internal/health", speaks_something_else),
    ("/olla/openai/v1/models", is_healthy_inside),
    ("/openai/status", always),
)


def questions(answers: Answers, likely: str = "") -> Iterator[str]:
    """What to ask, one path after the other, until it is clear who answers; the caller puts each answer into `answers`
    before it takes the next. `likely`: the engine that the port or the process suggests; only LM Studio is asked
    otherwise for it."""
    for path, is_worth_it in (*LM_STUDIO_FIRST, *QUESTIONS) if likely == "lmstudio" else QUESTIONS:
        if path in answers or not is_worth_it(answers):
            continue
        yield path
        if not answers[path].status and path in (LIST, LM_STUDIO):  # it is silent, or no HTTP
            return
        if answers[path].is_novapi or recognised(answers):
            return


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
        name=runtime.name,
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
