"""All engines that this Novapi starts: one per channel that has a recipe. Belongs to the serving loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import psutil

from channels_app.local import leftovers, windows
from channels_app.local.engine import Engine, State
from channels_app.local.groups import Group
from channels_app.local.log import EngineLog
from channels_app.local.recipe import Recipe

logger = logging.getLogger(__name__)

Wanted = tuple[int, str, Recipe]  # a channel's id and name, and how its engine is run


class Lease:
    """A call's right to its engine; given back once, however the call ends."""

    __slots__ = ("_group", "engine")

    def __init__(self, engine: Engine, group: Group) -> None:
        self.engine = engine
        self._group: Group | None = group

    @property
    def port(self) -> int:
        return self.engine.port

    def release(self) -> None:
        group, self._group = self._group, None
        if group:
            group.leave(self.engine)


class Manager:
    """`on_change`, which may be set, is called after each change of an engine's state, with its channel's id."""

    def __init__(self) -> None:
        self.on_change: Callable[[int, Engine], None] = lambda *_: None
        self._engines: dict[int, tuple[Engine, Recipe, Group]] = {}
        self._groups: dict[str, Group] = {}
        self._retired: set[Engine] = set()  # not wanted any more, but some are still in use
        self._working: set[asyncio.Task[None]] = set()
        self._directory: Path | None = None

    def begin(self, directory: Path) -> None:
        """Where logs and the note of what runs are kept; what the last Novapi left behind is ended. Takes its time."""
        self._directory = directory
        windows.enter_job()
        leftovers.end(directory)

    async def lease(self, channel_id: int, name: str, recipe: Recipe) -> Lease:
        """Returns once the engine is ready and the call may use it, which must be given back. Raises EngineDown."""
        engine, group = self.engine_of(channel_id, name, recipe)
        await group.enter(engine)
        lease = Lease(engine, group)
        try:
            await engine.ensure_ready()
        except BaseException:
            lease.release()
            raise
        return lease

    def engine_of(self, channel_id: int, name: str, recipe: Recipe) -> tuple[Engine, Group]:
        """One that is run otherwise now is replaced; calls that use it may end in peace."""
        found = self._engines.get(channel_id)
        if found and found[1] == recipe:
            return found[0], found[2]
        if found:
            self._retire(channel_id)
        engine = Engine(name, recipe.launch, recipe.manner, self._log_of(channel_id), self._told(channel_id))
        group = self._groups.setdefault(recipe.group, Group()) if recipe.group else Group()
        self._engines[channel_id] = engine, recipe, group
        return engine, group

    def is_taken(self, channel_id: int, name: str, recipe: Recipe) -> bool:
        """Whether a call for the engine would have to wait until others of its group are not used any more."""
        engine, group = self.engine_of(channel_id, name, recipe)
        return group.is_taken(engine)

    def find(self, channel_id: int) -> Engine | None:
        found = self._engines.get(channel_id)
        return found[0] if found else None

    def all(self) -> list[tuple[int, Engine]]:
        """By their channels' ids."""
        return [(channel_id, engine) for channel_id, (engine, _, _) in self._engines.items()]

    def keep_to(self, wanted: Iterable[Wanted]) -> None:
        """The owner's settings have changed: stop what is not wanted any more, start what is to run always."""
        recipes = {channel_id: (name, recipe) for channel_id, name, recipe in wanted}
        for channel_id in [each for each in self._engines if each not in recipes]:
            self._retire(channel_id)
        for channel_id, (name, recipe) in recipes.items():
            engine, _ = self.engine_of(channel_id, name, recipe)
            if recipe.starts_at_launch and engine.state is State.STOPPED:
                self._background(self._run(channel_id, name, recipe))

    async def start(self, channel_id: int, name: str, recipe: Recipe) -> None:
        """By its owner, who is told what went wrong: raises EngineDown."""
        engine, _ = self.engine_of(channel_id, name, recipe)
        engine.forgive()
        (await self.lease(channel_id, name, recipe)).release()

    async def stop(self, channel_id: int) -> None:
        """By its owner: calls that use it are cut off."""
        if found := self._engines.get(channel_id):
            engine, _, group = found
            await engine.stop()
            group.forget(engine)

    async def close(self) -> None:
        """Stop all of them. None is started afterwards."""
        for task in list(self._working):
            task.cancel()
        everyone = {engine for engine, _, _ in self._engines.values()} | self._retired
        await asyncio.gather(*(engine.close() for engine in everyone))
        self._engines.clear()
        if self._directory:
            leftovers.note(self._directory, [])

    def _retire(self, channel_id: int) -> None:
        engine, _, group = self._engines.pop(channel_id)
        self._retired.add(engine)
        self._background(self._let_go(engine, group))

    async def _let_go(self, engine: Engine, group: Group) -> None:
        while engine.leases:  # noqa: ASYNC110  # nobody is told when the last call ends
            await asyncio.sleep(0.1)
        await engine.close()
        self._retired.discard(engine)
        group.forget(engine)

    async def _run(self, channel_id: int, name: str, recipe: Recipe) -> None:
        (await self.lease(channel_id, name, recipe)).release()

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._working.discard(task)
        if not task.cancelled() and task.exception():
            logger.info("An engine could not be started: %s", task.exception())

    def _log_of(self, channel_id: int) -> EngineLog:
        return EngineLog(self._directory / "logs" / f"engine-{channel_id}.log" if self._directory else None)

    def _told(self, channel_id: int) -> Callable[[Engine], None]:
        def told(engine: Engine) -> None:
            if engine.state in (State.STARTING, State.READY) and self._directory:
                self._note()
            self.on_change(channel_id, engine)

        return told

    def _note(self) -> None:
        """So that the next Novapi finds what this one leaves behind, should it be killed."""
        assert self._directory
        leftovers.note(self._directory, self._processes())

    def _processes(self) -> list[psutil.Process]:
        everyone = {engine for engine, _, _ in self._engines.values()} | self._retired
        children = [engine.child for engine in everyone if engine.child]
        found: list[psutil.Process] = []
        for child in children:
            found += child.everyone()
        return found


engines = Manager()
