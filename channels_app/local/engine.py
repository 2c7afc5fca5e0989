"""One engine and its life. A single task owns it and is the only one to change its state; others only say what they
want, and are told what became of it."""

import asyncio
import contextlib
import logging
import re
import signal
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from channels_app.local import ready
from channels_app.local.launch import Child, Unstartable, argv_of, free_port, is_free, listeners
from channels_app.local.log import EngineLog
from channels_app.local.recipe import Launch, Manner

logger = logging.getLogger(__name__)

GRACE_SECONDS = 10.0  # between asking an engine to end and ending it
QUICK_SECONDS = 60.0  # an engine that ran for less has crashed quickly
MOST_QUICK_EXITS = 5  # in a row; then it is not tried again until its owner says so
HEALTHY_SECONDS = 600.0  # after so long all its crashes are forgotten
LONGEST_PAUSE_SECONDS = 60.0
LOOK_SECONDS = (0.02, 0.25)  # whether it is ready: at first, and later
HARD_LIMIT_SECONDS = 7200.0  # no engine loads for so long
LAST_LINES = 30
GROWTH_BYTES = 1024 * 1024  # of memory: it is loading


class State(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    CRASHED = "crashed"  # the next call starts it again
    BACKING_OFF = "backing off"  # it crashed a moment ago; nobody starts it until `retry_at`
    FAILED = "failed"  # it won't be started until its owner says so


TROUBLED = (State.CRASHED, State.BACKING_OFF, State.FAILED)


class EngineDown(Exception):
    """It can't answer: why, what it printed last, and in how many seconds it may be tried again (None: its owner must
    start it)."""

    def __init__(self, reason: str, lines: list[str], retry_s: float | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lines = lines
        self.retry_s = retry_s


class NotReady(Exception):
    """A start that came to nothing: why. `is_final`: another try would end the same way."""

    def __init__(self, reason: str, is_final: bool = False) -> None:
        super().__init__(reason)
        self.is_final = is_final


class Exit(msgspec.Struct):
    """How an engine ended; `code` negative: by a signal."""

    code: int
    at: float
    ran_s: float

    def __str__(self) -> str:
        if self.code >= 0:
            return f"exit code {self.code}"
        try:
            return f"signal {signal.Signals(-self.code).name}"
        except ValueError:
            return f"signal {-self.code}"


class Wish(msgspec.Struct):
    """What the owner's task is to do next."""

    run: bool = False
    stop: bool = False
    waiters: list["asyncio.Future[None]"] = msgspec.field(default_factory=list)  # for it to run
    stoppers: list["asyncio.Future[None]"] = msgspec.field(default_factory=list)  # for nothing of it to run


class Engine:
    """`name` is the channel's; `on_change` is called after each change of state, on the loop."""

    def __init__(
        self,
        name: str,
        launch: Launch,
        manner: Manner,
        log: EngineLog,
        on_change: Callable[["Engine"], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.launch = launch
        self.manner = manner
        self.log = log
        self.state = State.STOPPED
        self.reason = ""  # of the last trouble
        self.port = launch.port or 0
        self.child: Child | None = None
        self.last_exit: Exit | None = None
        self.retry_at = 0.0
        self.leases = 0  # calls that use it, or are about to
        self.last_used = 0.0
        self._on_change = on_change
        self._clock = clock
        self._wish = Wish()
        self._woken = asyncio.Event()
        self._exited: asyncio.Future[int] | None = None
        self._quick_exits = 0
        self._mark = 0  # what the log had when it was started last
        self._started_at = 0.0
        self._task: asyncio.Task[None] | None = None

    # What others say

    async def ensure_ready(self) -> None:
        """Returns once it is ready, started if need be. Raises EngineDown."""
        if self.state is State.READY and not self._wish.stop:
            return
        if self.state is State.FAILED or (self.state is State.BACKING_OFF and not self.manner.keeps_running):
            raise self.down()
        waiter = asyncio.get_running_loop().create_future()
        self._wish.waiters.append(waiter)
        self._ask(run=True)
        try:
            await waiter
        finally:
            if waiter in self._wish.waiters:
                self._wish.waiters.remove(waiter)

    def forgive(self) -> None:
        """Its owner wants it: whatever went wrong before is forgotten."""
        self._quick_exits, self.retry_at = 0, 0.0
        if self.state in (State.FAILED, State.BACKING_OFF):
            self._become(State.STOPPED)

    async def stop(self) -> None:
        """Returns once it has ended; a start that is under way is given up."""
        if self._task:
            stopped = asyncio.get_running_loop().create_future()
            self._wish.stoppers.append(stopped)
            self._ask(stop=True)
            await stopped

    async def close(self) -> None:
        """Stop, for good."""
        await self.stop()
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    def used(self) -> None:
        """A call has ended with it."""
        self.last_used = self._clock()

    def told(self) -> dict[str, Any]:
        """As its owner sees it: seconds until it may be started again, null where nothing keeps it from it; how many
        calls use it."""
        retry_s = self._pause_left()
        return {
            "state": self.state.value,
            "reason": self.reason if self.state in TROUBLED else "",
            "retry_s": None if retry_s is None else round(retry_s, 1),
            "port": self.port if self.child else None,
            "pid": self.child.pid if self.child else None,
            "calls": self.leases,
            "last_exit": str(self.last_exit) if self.last_exit else "",
        }

    def down(self) -> EngineDown:
        return EngineDown(self.reason, self.log.last_lines(LAST_LINES, self._mark), self._pause_left())

    def _ask(self, run: bool = False, stop: bool = False) -> None:
        """Whoever asks for it after it was to stop gets it afterwards."""
        self._wish.run, self._wish.stop = run or (self._wish.run and not stop), stop or self._wish.stop
        self._woken.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._live())

    # Its life

    async def _live(self) -> None:
        while True:
            await self._until_wanted()
            self._wish.run = False
            try:
                await self._come_up()
            except NotReady as problem:
                await self._end()
                self._fail(str(problem), problem.is_final)
                continue
            except Exception:  # whoever waits would wait for ever
                logger.exception("The engine of %s could not be started", self.name)
                await self._end()
                self._fail("Something went wrong inside Novapi; its log says what.", is_final=True)
                continue
            self._become(State.READY)
            self._tell_waiters(None)
            await self._serve()

    async def _until_wanted(self) -> None:
        """Nothing of it runs meanwhile."""
        self._note_stop()
        while not self._wish.run:
            self._woken.clear()
            try:
                async with asyncio.timeout(self._pause_left()):
                    await self._woken.wait()
            except TimeoutError:
                self._become(State.CRASHED)
                self._wish.run = self.manner.keeps_running
            self._note_stop()

    def _note_stop(self) -> None:
        """What its owner has stopped is not started anew by itself."""
        if self._wish.stop and self.state in (State.CRASHED, State.BACKING_OFF):
            self._become(State.STOPPED)
        self._wish.stop = False
        stoppers, self._wish.stoppers = self._wish.stoppers, []
        for stopper in stoppers:
            if not stopper.done():
                stopper.set_result(None)

    def _pause_left(self) -> float | None:
        return max(0.0, self.retry_at - self._clock()) if self.state is State.BACKING_OFF else None

    async def _come_up(self) -> None:
        """Raises NotReady. A port that was taken between the look and the start is tried once more elsewhere."""
        self._become(State.STARTING)
        for is_last in (False, True):
            try:
                await self._spawn()
                await self._until_ready()
                return
            except PortTaken as problem:
                if is_last or not self.launch.is_movable:
                    raise NotReady(str(problem)) from None
                await self._end()

    async def _spawn(self) -> None:
        self._mark = self.log.written
        try:
            self.port = self._choose_port()
            argv = argv_of(self.launch, self.port)
            loop = asyncio.get_running_loop()
            self._exited = exited = loop.create_future()
            self._started_at = self._clock()

            def told(code: int) -> None:
                with contextlib.suppress(RuntimeError):  # the loop has ended, and with it all interest
                    loop.call_soon_threadsafe(settle, exited, code)

            self.child = await asyncio.to_thread(Child, argv, self.launch, self.port, self.log, told)
        except Unstartable as problem:
            raise NotReady(str(problem), is_final=True) from None
        except OSError as problem:
            raise NotReady(f"It could not be started: {problem.strerror or problem}.", is_final=True) from None

    def _choose_port(self) -> int:
        if self.launch.is_movable:
            return free_port()
        if self.launch.port and not is_free(self.launch.port):
            raise NotReady(f"Port {self.launch.port} is taken by {holders(self.launch.port)}.")
        return self.launch.port or 0

    async def _until_ready(self) -> None:
        """Raises NotReady, and PortTaken where somebody else answers in its place."""
        progress = Progress(self, self._clock())
        pattern = re.compile(self.manner.ready_pattern) if self.manner.ready_pattern else None
        while True:
            self._check()
            if pattern and pattern.search(self.log.text(self._mark)):
                return
            is_ready = None if pattern else await ready.answers(self.port, self.manner.ready_path)
            if is_ready:
                self._check()
                await self._check_owner()
                return
            if await progress.has_stalled(self._clock(), is_ready is False):
                raise NotReady(f"It showed no progress for {self.manner.stall_s:.0f} s while it was starting.")
            elapsed = self._clock() - self._started_at
            await self._pause(LOOK_SECONDS[0] if elapsed < 1 else LOOK_SECONDS[1])

    def _check(self) -> None:
        """Whether the start is still one."""
        if self._exited and self._exited.done():
            ended = self._note_exit(self._exited.result())
            if not is_free(self.port):
                raise PortTaken(f"Port {self.port} is taken by {holders(self.port)}.")
            hint = "" if ended.code else " If it moves to the background by itself, tell it to stay in the foreground."
            raise NotReady(f"It ended while it was starting ({ended}).{hint}")
        if self._wish.stop:
            raise NotReady("It was stopped while it was starting.")

    async def _check_owner(self) -> None:
        """What answers must be what we have started: another program may have been quicker."""
        owners = {process.pid for process in await asyncio.to_thread(listeners, self.port)}
        own = {process.pid for process in await asyncio.to_thread(self.child.tree)} if self.child else set()
        if owners and not owners & own:
            raise PortTaken(f"Port {self.port} is taken by {holders(self.port)}.")

    async def _pause(self, seconds: float) -> None:
        """Unless it ends first."""
        if self._exited:
            await asyncio.wait({self._exited}, timeout=seconds)

    async def _serve(self) -> None:
        """Until it ends by itself, is stopped, or nobody has needed it for long enough."""
        assert self._exited
        self.last_used = self._clock()
        while not self._exited.done() and not self._wish.stop and not self._is_idle():
            self._woken.clear()
            await self._until_something_happens(self._exited)
        if self._exited.done():
            ended = self._note_exit(self._exited.result())
            self.child = None
            self._fail(f"It ended by itself ({ended}).")
            return
        await self._end()
        self._become(State.STOPPED)

    async def _until_something_happens(self, exited: "asyncio.Future[int]") -> None:
        woken = asyncio.create_task(self._woken.wait())
        either: set[asyncio.Future[Any]] = {exited, woken}
        await asyncio.wait(either, timeout=self._until_idle(), return_when="FIRST_COMPLETED")
        woken.cancel()
        if not self._wish.stop and not exited.done():
            self._wish.run = False  # it runs
            self._tell_waiters(None)

    def _until_idle(self) -> float | None:
        if self.manner.idle_stop_s is None:
            return None
        return max(0.05, self.last_used + self.manner.idle_stop_s - self._clock())

    def _is_idle(self) -> bool:
        limit = self.manner.idle_stop_s
        return limit is not None and not self.leases and self._clock() - self.last_used >= limit

    async def _end(self) -> None:
        """Ask, wait, end it; afterwards nothing of it is left."""
        child, exited = self.child, self._exited
        if child and exited and not exited.done():
            self._become(State.STOPPING)
            if self.launch.stop_command:
                await asyncio.to_thread(child.stop_by_command, self.launch, GRACE_SECONDS)
            child.stop()
            await asyncio.wait({exited}, timeout=GRACE_SECONDS)
            if not exited.done():
                child.kill()
                await asyncio.wait({exited}, timeout=GRACE_SECONDS)
            if exited.done():
                self._note_exit(exited.result())
        self.child = None

    # What became of it

    def _note_exit(self, code: int) -> Exit:
        self.last_exit = Exit(code, time.time(), self._clock() - self._started_at)
        return self.last_exit

    def _fail(self, reason: str, is_final: bool = False) -> None:
        """Whoever waits is told at once."""
        self.reason = reason
        if self._wish.stop:
            self._become(State.STOPPED)
        elif is_final or self._counts_as_too_many():
            self._become(State.FAILED)
        else:
            self.retry_at = self._clock() + min(2.0 ** (self._quick_exits - 1), LONGEST_PAUSE_SECONDS)
            self._become(State.BACKING_OFF)
        logger.warning("The engine of %s: %s", self.name, reason)
        self._tell_waiters(self.down())

    def _counts_as_too_many(self) -> bool:
        ran_s = self._clock() - self._started_at
        self._quick_exits = 1 if ran_s > HEALTHY_SECONDS else self._quick_exits + 1
        return ran_s < QUICK_SECONDS and self._quick_exits >= MOST_QUICK_EXITS

    def _tell_waiters(self, trouble: EngineDown | None) -> None:
        waiters, self._wish.waiters = self._wish.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(trouble) if trouble else waiter.set_result(None)

    def _become(self, state: State) -> None:
        if state is not self.state:
            self.state = state
            self._on_change(self)


class PortTaken(Exception):
    """Another program listens where the engine should."""


class Progress:
    """Whether a start is getting anywhere: it prints, or takes more memory."""

    def __init__(self, engine: Engine, now: float) -> None:
        self._engine = engine
        self._began_at = self._moved_at = self._looked_at = now
        self._printed, self._memory = engine.log.written, 0

    async def has_stalled(self, now: float, is_answering: bool) -> bool:
        """What an engine prints while it answers is that it was asked."""
        if self._engine.log.written != self._printed:
            self._printed = self._engine.log.written
            self._moved_at = self._moved_at if is_answering else now
        elif now - self._looked_at > 1 and self._engine.child:
            self._looked_at = now
            memory = await asyncio.to_thread(self._engine.child.memory_bytes)
            if abs(memory - self._memory) > GROWTH_BYTES:
                self._memory, self._moved_at = memory, now
        return now - self._moved_at > self._engine.manner.stall_s or now - self._began_at > HARD_LIMIT_SECONDS


def settle(future: "asyncio.Future[int]", code: int) -> None:
    if not future.done():
        future.set_result(code)


def holders(port: int) -> str:
    """Who has a port, in words."""
    names = [f"'{process.name()}' (process {process.pid})" for process in listeners(port)]
    return ", ".join(names) or "another program"
