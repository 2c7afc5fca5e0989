"""The gateway in this process, from its first to its last moment. `serve` waits beside it, `desktop` has a window."""

import os
import signal
import socket
import threading
from contextlib import ExitStack
from types import FrameType

from dashboard import launch
from novapi_site import instance, sockets
from novapi_site.instance import Instance


class Service:
    """What answers on sockets that already listen; who calls before it has started waits in their queue.

    Everything that needs Django is loaded in `start` and not before: so early, a port that is taken is told at once,
    and a window can open meanwhile.
    """

    has_started = False

    def __init__(self, host: str, listeners: list[socket.socket]) -> None:
        self._host = host
        self._listeners = listeners
        self._announced = ExitStack()
        os.environ["NOVAPI_HOST"] = host

    @property
    def instance(self) -> Instance:
        """Where it is, and what opens its dashboard."""
        return Instance(os.getpid(), sockets.url(self._host, self.port), launch.token())

    @property
    def port(self) -> int:
        return int(self._listeners[0].getsockname()[1])

    def address(self, path: str = "") -> str:
        """A page of the dashboard, signed in."""
        return self.instance.address(path or "/")

    def start(self) -> None:
        """Returns once it answers. Raises StartError."""
        import django

        django.setup()
        from django.db import connections

        from novapi_site import database
        from novapi_site.server import Server

        database.prepare()
        self._server = Server(self._listeners)
        self._server.start()
        connections.close_all()  # this thread may end now
        self._announced.enter_context(instance.announced(self.instance))
        self.has_started = True

    def greeting(self) -> str:
        """What a terminal is told."""
        own = self.instance
        return (
            f"Novapi is running. Apps call  {own.url}/v1  with your key (novapi key).\n"
            f"Dashboard:                    {own.link}"
        )

    def move(self, port: int) -> None:
        """Listen on another port from now on. What is in flight ends as it would have. Raises StartError."""
        listeners = sockets.listen(self._host, port)
        self._server.move(listeners)
        self._listeners = listeners
        self._announced.close()
        self._announced.enter_context(instance.announced(self.instance))

    def is_running(self) -> bool:
        return self._server.is_running()

    def join(self) -> None:
        """Until it has ended, whoever ended it."""
        self._server.join()

    def wait_for_the_end(self) -> None:
        """Until a signal asks for it, or it has ended by itself. In the main thread."""
        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        while self.is_running() and not stopping.wait(1):
            pass

    def stop(self) -> None:
        """Let calls in flight end, then write what was recorded. One file is left, with everything in it."""
        from django.db import connection, connections

        self._announced.close()
        self._server.stop()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
