"""Load a model into an engine's memory, or have it dropped from there."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from channels_app.local.answers import rows_of
from channels_app.local.engine_models import inside, text
from channels_app.local.manager import engines
from channels_app.table import ChannelRoute
from gateway.native.ask import Unable, ask, needs_engine
from gateway.native.loaded import instances_of, is_router
from gateway.upstream import ChannelFailure

FOR_EVER, NOW = -1, 0  # Ollama's `keep_alive`
FIRST_LOOK_SECONDS = 0.1  # whether a llama.cpp router has loaded or dropped a model; then after twice as long
LONGEST_LOOK_SECONDS = 2.0
PATIENCE_SECONDS = 1800.0  # 100 GB from a slow disk

Step = Callable[[ChannelRoute, str], Awaitable[None]]


async def load(channel: ChannelRoute, model: str, context_tokens: int | None = None) -> None:
    """Returns when the engine has `model`, which is its own name of it, in memory, where it stays. An engine that
    Novapi starts is started first. Raises Unable, ChannelFailure, EngineDown."""
    check_context(channel, context_tokens)
    needs_way(channel)
    if channel.recipe is None:
        await load_there(channel, model, context_tokens)
        return
    await engines.start(channel.id, channel.name, channel.recipe)
    lease = await engines.lease(channel.id, channel.name, channel.recipe)  # none of its group may end it meanwhile
    try:
        await load_there(channel.at_port(lease.port), model, context_tokens)
    finally:
        lease.release()


async def unload(channel: ChannelRoute, model: str, by_force: bool = False) -> None:
    """Returns when it is out of memory. An engine that Novapi starts is stopped, unless calls use it. Raises Unable,
    ChannelFailure."""
    needs_way(channel)
    if channel.recipe is None:
        await UNLOADERS[channel.provider.id](channel, model)
        return
    engine = engines.find(channel.id)
    if engine and engine.leases and not by_force:
        calls = "1 call uses" if engine.leases == 1 else f"{engine.leases} calls use"
        raise Unable(f"{calls} this engine now. Wait for them, or cut them off with force.")
    await engines.stop(channel.id)


def needs_way(channel: ChannelRoute) -> None:
    """Raises Unable for an engine that knows no loading, and that Novapi does not start either."""
    needs_engine(channel)
    if channel.recipe is None and channel.provider.id not in UNLOADERS:
        raise Unable(
            f"{channel.provider.name} can't be told to load or unload a model; Ollama, LM Studio and llama.cpp's "
            "router can, and any engine that has a command in its channel, which is started and stopped instead."
        )


def check_context(channel: ChannelRoute, context_tokens: int | None) -> None:
    """Raises Unable where a context could not be kept. Ollama loads a model anew for each call that does not ask for
    the same one, which calls to its OpenAI-compatible API can't."""
    if context_tokens is None or channel.provider.id == "lmstudio":
        return
    if channel.provider.id == "ollama":
        raise Unable(
            "Ollama would load the model anew at the next call, with its own context: set OLLAMA_CONTEXT_LENGTH, or "
            "make a model with `PARAMETER num_ctx`."
        )
    raise Unable(f"{channel.provider.name} takes the context when it is started, in its command.")


async def load_there(channel: ChannelRoute, model: str, context_tokens: int | None) -> None:
    """In an engine that runs."""
    if channel.provider.id == "lmstudio":
        await load_in_lm_studio(channel, model, context_tokens)
    elif not channel.recipe or channel.provider.id == "ollama" or await is_llamacpp_router(channel):
        await LOADERS[channel.provider.id](channel, model)  # the others come with their model


# Ollama


async def load_in_ollama(channel: ChannelRoute, model: str) -> None:
    await keep(channel, model, FOR_EVER)


async def unload_in_ollama(channel: ChannelRoute, model: str) -> None:
    await keep(channel, model, NOW)


async def keep(channel: ChannelRoute, model: str, seconds: int) -> None:
    """Ask for nothing, and that the model be kept so long. A model that embeds only refuses to generate."""
    can = inside(await ask(channel, "/api/show", {"model": model}), "capabilities")
    embeds = isinstance(can, list) and "embedding" in can and "completion" not in can
    body = {"model": model, "keep_alive": seconds}
    await ask(channel, "/api/embed" if embeds else "/api/generate", body | ({"input": ""} if embeds else {}))


# LM Studio


async def load_in_lm_studio(channel: ChannelRoute, model: str, context_tokens: int | None) -> None:
    context = {"context_length": context_tokens} if context_tokens else {}
    await ask(channel, "/api/v1/models/load", {"model": model} | context)


async def unload_in_lm_studio(channel: ChannelRoute, model: str) -> None:
    """Every instance of the model, or the one of this name."""
    rows = rows_of(await ask(channel, "/api/v1/models"), "models")
    instances = [each.instance for row in rows for each in instances_of(row) if model in (each.name, each.instance)]
    if not instances:
        raise Unable(f"LM Studio does not have '{model}' in memory.")
    for instance in instances:
        await ask(channel, "/api/v1/models/unload", {"instance_id": instance})


# llama.cpp


async def load_in_llamacpp(channel: ChannelRoute, model: str) -> None:
    await needs_router(channel)
    if await status_in_router(channel, model) != "loaded":
        await ask(channel, "/models/load", {"model": model})
        await until(channel, model, "loaded")


async def unload_in_llamacpp(channel: ChannelRoute, model: str) -> None:
    await needs_router(channel)
    await ask(channel, "/models/unload", {"model": model})
    await until(channel, model, "unloaded")


async def needs_router(channel: ChannelRoute) -> None:
    if not await is_router(channel):
        raise Unable(
            "This llama.cpp serves the one model it was started with. Start it without a model to have it load and "
            "unload them, or give the channel a command so that Novapi starts and stops it."
        )


async def is_llamacpp_router(channel: ChannelRoute) -> bool:
    return channel.provider.id == "llamacpp" and await is_router(channel)


async def until(channel: ChannelRoute, model: str, wanted: str) -> None:
    """A router answers at once and does it afterwards. Raises ChannelFailure where it comes to nothing."""
    pause, began_at = FIRST_LOOK_SECONDS, time.monotonic()
    while (status := await status_in_router(channel, model)) != wanted:
        if status.startswith("failed") or time.monotonic() - began_at > PATIENCE_SECONDS:
            raise ChannelFailure(f"could not have '{model}' {wanted}: it is {status}", 500)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_LOOK_SECONDS)


async def status_in_router(channel: ChannelRoute, model: str) -> str:
    """Raises Unable for a model that it does not have."""
    for row in rows_of(await ask(channel, "/models")):
        if row.get("id") == model:
            code = inside(row, "status", "exit_code")
            status = text(row, ("status", "value"))
            has_failed = status == "unloaded" and inside(row, "status", "failed") is True
            return f"failed (exit code {code})" if has_failed else status
    raise Unable(f"{channel.name} has no model '{model}'.")


LOADERS: dict[str, Step] = {"ollama": load_in_ollama, "llamacpp": load_in_llamacpp}
UNLOADERS: dict[str, Step] = {
    "ollama": unload_in_ollama,
    "lmstudio": unload_in_lm_studio,
    "llamacpp": unload_in_llamacpp,
}
