"""uvicorn in a thread of its own, so that the main thread is free for signals, or for the window."""

import asyncio
import logging
import os
import socket
import sys
import threading
from typing import Any

import uvicorn
from django.conf import settings

from channels_app import candidates
from channels_app.local.engine import Engine
from channels_app.local.manager import engines
from dashboard import about, told_records
from gateway import anew, call_log
from gateway.captures import captures
from gateway.events import hub
from gateway.failures import failures
from gateway.followed import Followed
from gateway.health import health
from gateway.history import restore_limits
from gateway.limits import limits
from gateway.lookout import lookout
from gateway.metrics import metrics
from gateway.pause import pause
from gateway.recorder import recorder
from gateway.recovery import Recovery
from gateway.retention import keeper
from gateway.upstream import transports
from gateway.used_up import used_up
from gateway.visits import MAX_FRAME_BYTES
from novapi_site import later
from novapi_site.heap import give_back

MOST_FILES = 10_000  # below macOS's own maximum of 10,240 (OPEN_MAX), which a higher wish would meet as an error
MOVE_SECONDS = 10
GRACE_SECONDS = 5  # calls in flight may finish before the process ends
SWITCH_SECONDS = 0.0002  # how long the recorder may keep a call waiting for the interpreter; Python's own is 5 ms
MOST_TOLD = 8192  # characters of what an engine has printed, in one event
SETTINGS_SECONDS = 0.5  # between two looks at whether engines are still wanted as they are
PING_SECONDS = 20  # how often a WebSocket's client is asked whether it is still there
PONG_SECONDS = 60  # an app may be busy with what it was told
KEEPALIVE_SECONDS = 75  # longer than the pools of common clients keep a connection, so they never meet a closed one


def websocket(**options: Any) -> asyncio.Protocol:
    """A connection that became a WebSocket. Loaded with the first one: most starts never see any."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    return WebSocketsSansIOProtocol(**options)


class Uvicorn(uvicorn.Server):
    """uvicorn, except that WebSockets are closed before it stops: it would tell them 1012, "restart". Readers of live
    events are let go: it would wait for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from gateway.realtime import sessions

        hub.close()
        await sessions.stop()
        await super().shutdown(sockets)


class Server:
    """The gateway and the dashboard on the given sockets."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self._sockets = sockets
        config = uvicorn.Config(
            "novapi_site.asgi:application",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            log_level=max(logging.WARNING, logging.root.level),  # "info" shows the keys in WebSockets' addresses
            ws=websocket,  # type: ignore[arg-type]  # called like the class it stands for
            ws_max_size=MAX_FRAME_BYTES,
            ws_ping_interval=PING_SECONDS,
            ws_ping_timeout=PONG_SECONDS,
            ws_per_message_deflate=False,  # it costs more than this machine's own network, and can be a bomb
            timeout_keep_alive=KEEPALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = Uvicorn(config)
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    @property
    def port(self) -> int:
        return int(self._sockets[0].getsockname()[1])

    def start(self) -> None:
        allow_many_files()
        sys.setswitchinterval(SWITCH_SECONDS)
        restore_limits(limits)
        recorder.observers = [
            metrics.observe,
            used_up.observe,
            told_records.tell,
            failures.observe,
            *call_log.observer(settings.NOVAPI_HOME / "logs", os.environ.get("NOVAPI_CALL_LOG", "")),
        ]
        recorder.start()
        captures.start()
        keeper.start()
        candidates.watcher.start()
        engines.begin(settings.NOVAPI_HOME)
        engines.on_change = tell_of_engine
        self._thread.start()

    def move(self, sockets: list[socket.socket]) -> None:
        """Listen there from now on, and no longer where it did; open connections stay."""
        asyncio.run_coroutine_threadsafe(self._move(sockets), self._loop).result(MOVE_SECONDS)

    async def _move(self, sockets: list[socket.socket]) -> None:
        before = self._server.servers
        await self._server.startup(sockets)  # of the lifespan protocol, which is off, this would be a second start
        for listener in before:
            listener.close()
        self._sockets = sockets

    def stop(self) -> None:
        """Let calls in flight end, then write what was recorded. Nothing that was answered is lost."""
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 5)
        keeper.stop()
        candidates.watcher.stop()
        recorder.close()
        captures.close()

    def unwritten(self) -> int:
        """Usage records that nobody will write any more."""
        return recorder.waiting

    def is_running(self) -> bool:
        return self._thread.is_alive()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        self._server.config.load()
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve())

    async def _serve(self) -> None:
        about.serving["event_loop"] = type(asyncio.get_running_loop()).__module__
        about.serving["http_parser"] = self._server.config.http_protocol_class.__module__
        later.begin()
        beside = {
            asyncio.create_task(Recovery(candidates.current, health).run()),
            asyncio.create_task(keep_engines()),
            asyncio.create_task(give_back()),
        }
        lookout.followed = Followed(settings.NOVAPI_HOME / "engines.json")
        if os.environ.get("NOVAPI_DISCOVERY") != "off":
            beside.add(asyncio.create_task(lookout.run()))
        try:
            await self._server.serve(sockets=self._sockets)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await engines.close()
            await transports.close()


async def keep_engines() -> None:
    """Those that run, as the owner's settings are; what they print is told to whoever watches."""
    revision: int | None = None
    told: dict[int, int] = {}
    while True:
        told = tell_output(told)
        table = candidates.current()
        anew.look(table)
        pause.look()
        if table.revision != revision:
            if revision is not None and hub.watchers:
                hub.tell("changed", {"revision": table.revision})
            revision = table.revision
            engines.keep_to((each.id, each.name, each.recipe) for each in table.channels if each.recipe)
        await asyncio.sleep(SETTINGS_SECONDS)


def tell_output(told: dict[int, int]) -> dict[int, int]:
    """By channel: how much each engine had printed; what came since is told, the end of it if it is much."""
    now = {number: engine.log.written for number, engine in engines.all()}
    for number, engine in engines.all() if hub.watchers else ():
        if now[number] != (before := told.get(number, 0)):
            hub.tell("engine.log", {"channel": number, "text": engine.log.text(before)[-MOST_TOLD:]})
    return now


def tell_of_engine(channel_id: int, engine: Engine) -> None:
    hub.tell("engine", {"channel": channel_id} | engine.told())


def allow_many_files() -> None:
    """Two sockets per call: what a shell allows by default, 256 on macOS, would be used up by 128 calls at once."""
    if sys.platform == "win32":
        return  # there is no such limit
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
