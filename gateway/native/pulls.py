"""Have an engine fetch a model, and tell how far it is."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import msgspec

from channels_app.candidates import watcher
from channels_app.local.engine_models import FoundModel, text
from channels_app.local.manager import engines
from channels_app.table import ChannelRoute
from gateway.native.ask import Unable, ask, lines, needs_engine
from gateway.native.loaded import described
from gateway.upstream import ChannelFailure

TELL_SECONDS = 0.2  # Ollama says more than anybody can read
LOOK_SECONDS = 0.5  # at LM Studio, which says nothing by itself
READY = ("already_downloaded", "completed")

Abilities = dict[str, dict[str, Any]]


class Progress(msgspec.Struct):
    """How far a model is: what is done now, in the engine's words, and bytes of bytes of all its parts that are known
    so far; None: nobody told."""

    status: str = ""
    parts: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        done, whole = (sum(numbers) for numbers in zip(*self.parts.values(), strict=True)) if self.parts else (0, 0)
        return {"status": self.status, "completed": done, "total": whole or None, "parts": len(self.parts)}

    def note(self, part: str, completed: Any, total: Any) -> None:
        """What an engine leaves out is as it was."""
        before = self.parts.get(part, (0, 0))
        whole = total if is_size(total) else before[1]
        self.parts[part] = (min(completed, whole) if is_size(completed) else before[0], whole)


def is_size(value: Any) -> bool:
    return type(value) is int and value >= 0


def check(channel: ChannelRoute) -> None:
    """Raises Unable for an engine that can't fetch models."""
    needs_engine(channel)
    if channel.provider.id not in PULLERS:
        raise Unable(f"{channel.provider.name} can't be told to fetch a model; Ollama and LM Studio can.")
    if watcher.is_offline:
        raise Unable("Offline mode is on, and a model comes from elsewhere; Preferences (`offline`) switch it off.")


async def pull(channel: ChannelRoute, model: str) -> AsyncIterator[dict[str, Any]]:
    """How far it is, again and again, until the model is there, for a channel at a running engine. Raises
    ChannelFailure. Whoever stops reading stops Ollama; LM Studio fetches on by itself."""
    progress, told_at, told = Progress(), 0.0, ""
    steps = PULLERS[channel.provider.id](channel, model, progress)
    try:
        async for _ in steps:
            if progress.status != told or time.monotonic() - told_at >= TELL_SECONDS:
                told_at, told = time.monotonic(), progress.status
                yield progress.told()
    finally:
        await steps.aclose()  # type: ignore[attr-defined]  # always an async generator


@asynccontextmanager
async def running(channel: ChannelRoute) -> AsyncIterator[ChannelRoute]:
    """The channel at its engine, which is started if Novapi does that, and stays up meanwhile. Raises EngineDown."""
    if channel.recipe is None:
        yield channel
        return
    lease = await engines.lease(channel.id, channel.name, channel.recipe)
    try:
        yield channel.at_port(lease.port)
    finally:
        lease.release()


async def pull_in_ollama(channel: ChannelRoute, model: str, progress: Progress) -> AsyncIterator[None]:
    """Its layers come side by side, and of some it never says how much is there."""
    async for row in lines(channel, "/api/pull", {"model": model}):
        status, digest = str(row.get("status", "")), row.get("digest")
        if isinstance(digest, str):
            status = "pulling"
            progress.note(digest, row.get("completed"), row.get("total"))
        progress.status = status[:200]
        yield
    if progress.status != "success":
        raise ChannelFailure("broke off before the model was there; fetch it again, and it goes on where it was", 200)


async def pull_in_lm_studio(channel: ChannelRoute, model: str, progress: Progress) -> AsyncIterator[None]:
    job = await ask(channel, "/api/v1/models/download", {"model": model})
    number = text(job, ("job_id",)) if isinstance(job, dict) else ""
    while True:
        progress.status = text(job, ("status",))
        progress.note(model, job.get("downloaded_bytes"), job.get("total_size_bytes"))
        yield
        if progress.status in READY:
            return
        if progress.status == "failed" or not number:
            raise ChannelFailure(f"could not fetch '{model}'; its own window says why", 200)
        await asyncio.sleep(LOOK_SECONDS)
        job = await ask(channel, f"/api/v1/models/download/status/{quote(number, safe='')}")
        job = job if isinstance(job, dict) else {}


PULLERS: dict[str, Callable[[ChannelRoute, str, Progress], AsyncIterator[None]]] = {
    "ollama": pull_in_ollama,
    "lmstudio": pull_in_lm_studio,
}


async def models_there(channel: ChannelRoute) -> dict[str, FoundModel]:
    """The engine's models, by its names. Raises ChannelFailure."""
    path = {"ollama": "/api/tags", "lmstudio": "/api/v1/models"}[channel.provider.id]
    return {model.name: model for model in await described(channel, channel.provider.id, path)}


def fetched(model: str, before: dict[str, FoundModel], after: dict[str, FoundModel]) -> Abilities:
    """What the engine calls the model that was asked for, and what it can do: the one of that name, else what is new,
    for one may ask by an address as well."""
    names = [name for name in (model, f"{model}:latest") if name in after] or [n for n in after if n not in before]
    return {name: after[name].abilities for name in names}
