"""Which models an engine has in memory now."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from channels_app.local.answers import Answer, rows_of
from channels_app.local.engine_models import (
    MOST_BYTES,
    MOST_TOKENS,
    FoundModel,
    inside,
    lm_studio_model,
    models_of,
    number,
    text,
)
from channels_app.local.runtimes import RUNTIMES
from channels_app.table import ChannelRoute
from gateway import upstream
from gateway.native.ask import Unable, ask, is_unknown_path, needs_engine, where_it_runs
from gateway.upstream import ChannelFailure

FOR_EVER = timedelta(days=10 * 365)  # Ollama's "for ever" is 292 years
NO_TIME = 1  # the year of Go's time that was never set


class Loaded(msgspec.Struct, frozen=True):
    """A model in memory. `name` is the engine's; `instance`: what LM Studio unloads it by; `size_bytes`: what it takes
    by the engine's words (Ollama: with its context, the others: its weights), `vram_bytes` of it on the GPU;
    `context_tokens`: what it was loaded with; `until`: when the engine drops it if nobody calls it. None, and an empty
    text: not told, or for ever."""

    name: str
    instance: str = ""
    size_bytes: int | None = None
    vram_bytes: int | None = None
    context_tokens: int | None = None
    quantisation: str = ""
    until: datetime | None = None


async def loaded(channel: ChannelRoute) -> list[Loaded]:
    """Nothing, where an engine that Novapi starts does not run. Raises Unable, ChannelFailure."""
    needs_engine(channel)
    read = READERS.get(channel.provider.id)
    if read is None:
        raise Unable(
            f"{channel.provider.name} does not tell what it has in memory; Ollama, LM Studio and llama.cpp do."
        )
    running = where_it_runs(channel)
    return await read(running) if running else []


async def in_ollama(channel: ChannelRoute) -> list[Loaded]:
    return [ollama_model(row) for row in rows_of(await ask(channel, "/api/ps"), "models")]


def ollama_model(row: dict[str, Any]) -> Loaded:
    vram = row.get("size_vram")
    return Loaded(
        name=text(row, ("name",), ("model",)),
        size_bytes=number(MOST_BYTES, row, ("size",)),
        vram_bytes=vram if type(vram) is int and 0 <= vram <= MOST_BYTES else None,  # 0: all of it on the CPU
        context_tokens=number(MOST_TOKENS, row, ("context_length",)),
        quantisation=text(row, ("details", "quantization_level")),
        until=moment(row.get("expires_at")),
    )


def moment(value: Any) -> datetime | None:
    """None for what is no time, for one that was never set, and for one that nobody will see."""
    try:
        found = datetime.fromisoformat(value)
        if found.year == NO_TIME or found - datetime.now(UTC) > FOR_EVER:
            return None
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        return None


async def in_lm_studio(channel: ChannelRoute) -> list[Loaded]:
    """Each instance of a model. The list before version 0.4 knows no instances."""
    try:
        rows = rows_of(await ask(channel, "/api/v1/models"), "models")
    except ChannelFailure as failure:
        if not is_unknown_path(failure):
            raise
        return [of(model) for model in await described(channel, "lmstudio", "/api/v0/models") if model.is_loaded]
    return [each for row in rows for each in instances_of(row)]


def instances_of(row: dict[str, Any]) -> Iterator[Loaded]:
    model = lm_studio_model(row)
    for instance in rows_of(row, "loaded_instances"):
        context = number(MOST_TOKENS, instance, ("config", "context_length"))
        yield Loaded(model.name, text(instance, ("id",)), model.size, None, context, model.quantisation)


async def in_llamacpp(channel: ChannelRoute) -> list[Loaded]:
    """The one model, or those of a router. One that is still being loaded, or sleeps, is not in memory."""
    try:
        if await is_router(channel):
            models = await described(channel, "llamacpp-router", "/models")
        else:
            models = await described(channel, "llamacpp", "/v1/models", "/props")
    except ChannelFailure as failure:
        if upstream.is_loading(failure):
            return []
        raise
    return [of(model) for model in models if model.is_loaded]


async def is_router(channel: ChannelRoute) -> bool:
    """Whether this llama.cpp loads and unloads models, rather than serving the one it was started with."""
    return bool(inside(await ask(channel, "/props"), "role") == "router")


async def described(channel: ChannelRoute, runtime: str, *paths: str) -> tuple[FoundModel, ...]:
    """The models as discovery reads them, out of the answers at these paths."""
    answers = {path: Answer(status=200, body=await ask(channel, path)) for path in paths}
    return models_of(RUNTIMES[runtime], answers)


def of(model: FoundModel) -> Loaded:
    return Loaded(model.name, "", model.size, None, model.context_loaded, model.quantisation)


READERS: dict[str, Callable[[ChannelRoute], Awaitable[list[Loaded]]]] = {
    "ollama": in_ollama,
    "lmstudio": in_lm_studio,
    "llamacpp": in_llamacpp,
}
