"""What an engine says of its models: each calls the same things otherwise, and some say more beside their list."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from channels_app.local.answers import Answers, good, rows_of
from channels_app.local.runtimes import Runtime

LONGEST_NAME = 200
MOST_TOKENS = 1_000_000_000  # a larger context is a mistake
MOST_BYTES = 2**50  # a larger model, too
LOADED = {"loaded": True, "sleeping": True, "ready": True, "unloaded": False, "not-loaded": False, "stopped": False}

Row = dict[str, Any]


class FoundModel(msgspec.Struct, frozen=True):
    """A model of an engine. Context in tokens: what the model was made for (`context_max`), and what it was loaded
    with (`context_loaded`). `size` in bytes. None, and an empty quantisation: not told. `is_local`: false for one that
    the engine has run in a cloud."""

    name: str
    context_max: int | None = None
    context_loaded: int | None = None
    quantisation: str = ""
    size: int | None = None
    is_loaded: bool | None = None
    vision: bool | None = None
    tools: bool | None = None
    reasoning: bool | None = None
    embedding: bool | None = None
    is_local: bool = True

    @property
    def abilities(self) -> dict[str, Any]:
        """What a channel's model notes, as far as it is told."""
        told = {"vision": self.vision, "tools": self.tools, "context_tokens": self.context_loaded or self.context_max}
        return {name: value for name, value in told.items() if value is not None}


def models_of(runtime: Runtime, answers: Answers) -> tuple[FoundModel, ...]:
    """The models that the engine's answers name, in its order, each once."""
    read = READERS.get(runtime.id, openai_models)
    models = {model.name: model for model in read(runtime, answers) if model.name}
    return tuple(models.values())


def is_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()


# Reading rows


def inside(row: Any, *path: str) -> Any:
    for member in path:
        row = row.get(member) if isinstance(row, dict) else None
    return row


def number(most: int, row: Row, *paths: tuple[str, ...]) -> int | None:
    """The first sensible number at one of the paths."""
    values = (inside(row, *path) for path in paths)
    return next((n for n in values if type(n) is int and 0 < n <= most), None)


def words(row: Row, *path: str) -> frozenset[str] | None:
    """A list of words, such as capabilities; None where there is none."""
    found = inside(row, *path)
    return frozenset(word for word in found if isinstance(word, str)) if isinstance(found, list) else None


def text(row: Row, *paths: tuple[str, ...]) -> str:
    values = (inside(row, *path) for path in paths)
    return next((value for value in values if is_name(value)), "")


def flag(row: Row, *path: str) -> bool | None:
    value = inside(row, *path)
    return value if isinstance(value, bool) else None


def has(found: frozenset[str] | None, *names: str) -> bool | None:
    return None if found is None else not found.isdisjoint(names)


# The engines


def openai_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """A model list in OpenAI's shape, with what llama.cpp, vLLM, SGLang, TabbyAPI, llama-swap and others add to it."""
    for row in rows_of(good(answers, runtime.model_list)):
        yield openai_model(row)


def openai_model(row: Row) -> FoundModel:
    sees = words(row, "architecture", "input_modalities")
    return FoundModel(
        name=text(row, ("id",)),
        context_max=number(
            MOST_TOKENS, row, ("meta", "n_ctx_train"), ("dmr", "context_window"), ("max_context_window",),
            ("max_context_length",), ("context_length",),
        ),
        context_loaded=number(
            MOST_TOKENS, row, ("meta", "n_ctx"), ("max_model_len",), ("parameters", "max_seq_len"),
            ("loaded_context_length",),
        ),
        quantisation=text(row, ("meta", "ftype"), ("dmr", "quantization"), ("quantization",)),
        size=number(MOST_BYTES, row, ("meta", "size"), ("dmr", "size")),
        is_loaded=loaded(row),
        vision=has(sees, "image") if sees else flag(row, "parameters", "use_vision"),
    )  # fmt: skip


def loaded(row: Row) -> bool | None:
    state = text(row, ("status", "value"), ("state",))
    return LOADED.get(state)


def ollama_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """Its own list, and which of it are loaded. Those in its cloud have a `remote_host`."""
    running = {text(row, ("name",)): row for row in rows_of(good(answers, "/api/ps"), "models")}
    if not good(answers, "/api/tags"):
        yield from openai_models(runtime, answers)
        return
    for row in rows_of(good(answers, "/api/tags"), "models"):
        can = words(row, "capabilities")
        at_work = running.get(text(row, ("name",)), {})
        yield FoundModel(
            name=text(row, ("name",)),
            context_max=number(MOST_TOKENS, row, ("details", "context_length")),
            context_loaded=number(MOST_TOKENS, at_work, ("context_length",)),
            quantisation=text(row, ("details", "quantization_level")),
            size=number(MOST_BYTES, row, ("size",)),
            is_loaded=bool(at_work) if "/api/ps" in answers else None,
            vision=has(can, "vision"),
            tools=has(can, "tools"),
            reasoning=has(can, "thinking"),
            embedding=has(can, "embedding"),
            is_local=not (row.get("remote_model") or row.get("remote_host")),
        )


def llamacpp_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """One model, of which /props knows more. It is loaded, for else nobody would answer."""
    props = good(answers, "/props")
    sleeps = props.get("is_sleeping") is True
    for model in openai_models(runtime, answers):
        yield replace(
            model,
            is_loaded=not sleeps,
            vision=model.vision if model.vision is not None else flag(props, "modalities", "vision"),
            tools=flag(props, "chat_template_caps", "supports_tool_calls"),
        )


def router_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    rows = rows_of(good(answers, "/models")) or rows_of(good(answers, runtime.model_list))
    yield from (openai_model(row) for row in rows)


def lm_studio_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """Its own lists, the newer one first; they have what OpenAI's lacks."""
    newer = rows_of(good(answers, "/api/v1/models"), "models")
    yield from (lm_studio_model(row) for row in newer)
    if not newer:
        older = rows_of(good(answers, "/api/v0/models"))
        yield from (older_lm_studio_model(row) for row in older)
        if not older:
            yield from openai_models(runtime, answers)


def lm_studio_model(row: Row) -> FoundModel:
    instances = rows_of(row, "loaded_instances")
    return FoundModel(
        name=text(row, ("key",)),
        context_max=number(MOST_TOKENS, row, ("max_context_length",)),
        context_loaded=number(MOST_TOKENS, instances[0], ("config", "context_length")) if instances else None,
        quantisation=text(row, ("quantization", "name")),
        size=number(MOST_BYTES, row, ("size_bytes",)),
        is_loaded=bool(instances),
        vision=flag(row, "capabilities", "vision"),
        tools=flag(row, "capabilities", "trained_for_tool_use"),
        reasoning=isinstance(inside(row, "capabilities", "reasoning"), dict) or None,
        embedding=row.get("type") == "embedding",
    )


def older_lm_studio_model(row: Row) -> FoundModel:
    kind = row.get("type")
    return replace(
        openai_model(row),
        vision=kind == "vlm" if kind in ("vlm", "llm") else None,
        tools=has(words(row, "capabilities"), "tool_use"),
        embedding=kind == "embeddings",
    )


def docker_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    in_use = answers.get("/engines/ps")
    running = in_use.body if in_use and in_use.is_good and isinstance(in_use.body, list) else []
    names = {text(row, ("model_name",)) for row in running}
    for model in openai_models(runtime, answers):
        yield replace(model, is_loaded=model.name in names if in_use and in_use.is_good else None)


def lemonade_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """Sizes in gigabytes, abilities as labels; the recipe `cloud` is not local."""
    running = {text(row, ("model_name",)) for row in rows_of(good(answers, "/v1/health"), "all_models_loaded")}
    for row in rows_of(good(answers, runtime.model_list)):
        labels, model = words(row, "labels"), openai_model(row)
        yield replace(
            model,
            context_max=number(MOST_TOKENS, row, ("max_context_window",)),
            context_loaded=number(MOST_TOKENS, row, ("context_length",)),
            size=gigabytes(row.get("size")),
            is_loaded=model.name in running if "/v1/health" in answers else None,
            vision=has(labels, "vision"),
            tools=has(labels, "tool-calling", "tools"),
            reasoning=has(labels, "reasoning"),
            embedding=has(labels, "embeddings", "embedding"),
            is_local=row.get("recipe") != "cloud",
        )


def gigabytes(size: Any) -> int | None:
    is_sensible = isinstance(size, int | float) and not isinstance(size, bool) and 0 < size <= MOST_BYTES / 1e9
    return round(size * 1e9) if is_sensible else None


def kobold_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """One model, loaded, whose context stands elsewhere."""
    context = number(MOST_TOKENS, good(answers, "/api/extra/true_max_context_length"), ("value",))
    sees = flag(good(answers, "/api/extra/version"), "vision")
    for model in openai_models(runtime, answers):
        yield replace(model, context_loaded=context, is_loaded=True, vision=sees)


def tabby_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """Of the list, the loaded one is described."""
    at_work = good(answers, "/v1/model")
    for model in openai_models(runtime, answers):
        is_loaded = model.name == at_work.get("id") if at_work else None
        yield replace(openai_model(at_work) if is_loaded else model, is_loaded=is_loaded)


def served_models(runtime: Runtime, answers: Answers) -> Iterator[FoundModel]:
    """Of engines that serve the models they were started with."""
    yield from (replace(model, is_loaded=True) for model in openai_models(runtime, answers))


READERS: dict[str, Callable[[Runtime, Answers], Iterator[FoundModel]]] = {
    "ollama": ollama_models,
    "llamacpp": llamacpp_models,
    "llamacpp-router": router_models,
    "lmstudio": lm_studio_models,
    "docker-model-runner": docker_models,
    "lemonade": lemonade_models,
    "koboldcpp": kobold_models,
    "tabby": tabby_models,
    "vllm": served_models,
    "sglang": served_models,
}
