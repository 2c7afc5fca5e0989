"""uvicorn in a thread of its own, so that the main thread is free for signals, or for the window."""

import asyncio
import gc
import socket
import sys
import threading

import uvicorn

from channels_app import candidates
from gateway.recorder import recorder
from gateway.upstream import transports

MOST_FILES = 10_000  # below macOS's own maximum of 10,240 (OPEN_MAX), which a higher wish would meet as an error
GRACE_SECONDS = 5  # calls in flight may finish before the process ends
SWITCH_SECONDS = 0.0005  # how long the recorder may keep a call waiting for the interpreter; Python's own is 5 ms
KEEPALIVE_SECONDS = 75  # longer than the pools of common clients keep a connection, so they never meet a closed one


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
            ws="none",
            timeout_keep_alive=KEEPALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    @property
    def port(self) -> int:
        return int(self._sockets[0].getsockname()[1])

    def start(self) -> None:
        allow_many_files()
        sys.setswitchinterval(SWITCH_SECONDS)
        recorder.start()
        candidates.watcher.start()
        self._thread.start()

    def stop(self) -> None:
        """Let calls in flight end, then write what was recorded. Nothing that was answered is lost."""
        self._server.should_exit = True
        self._thread.join(GRACE_SECONDS + 5)
        candidates.watcher.stop()
        recorder.close()

    def is_running(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        self._server.config.load()
        # What is loaded by now stays for good: the collector need not walk it again, which takes 60 ms each time.
        gc.collect()
        gc.freeze()
        with asyncio.Runner(loop_factory=self._server.config.get_loop_factory()) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        try:
            await self._server.serve(sockets=self._sockets)
        finally:
            await transports.close()


def allow_many_files() -> None:
    """Two sockets per call: what a shell allows by default, 256 on macOS, would be used up by 128 calls at once."""
    if sys.platform == "win32":
        return  # there is no such limit
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
