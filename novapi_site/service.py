"""The gateway in this process, from its first to its last moment. `serve` waits beside it, `desktop` has a window."""

import logging
import os
import queue
import socket
from contextlib import ExitStack, suppress

from channels_app import bundle, private_files
from dashboard import launch
from novapi_site import instance, paths, sockets, stop_signals
from novapi_site.instance import Instance
from novapi_site.paths import StartError

logger = logging.getLogger(__name__)


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
        private_files.remove_left_over(paths.home())
        bundle.remove_left_over()
        self._server = Server(self._listeners)
        self._server.start()
        connections.close_all()  # this thread may end now
        self._announce()
        self.has_started = True

    def _announce(self) -> None:
        """A Novapi that nobody can find, as on a disk that is full, would be in the way of the next one."""
        try:
            self._announced.enter_context(instance.announced(self.instance))
        except OSError:
            self._server.stop()
            raise

    def greet(self, before: str = "") -> None:
        """Tell the terminal, or a file in its place, which may be full: that is no reason to stop."""
        own = self.instance
        text = (
            f"{before}Novapi is running. Apps call  {own.url}/v1  with your key (novapi key).\n"
            f"Dashboard:                    {own.link}"
        )
        with suppress(OSError):
            print(text, flush=True)  # noqa: T201  # it is a command

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

    def heed_signals(self) -> None:
        """From now on they end `wait_for_the_end`, instead of the process. In the main thread; before `start`, so that
        no moment is left in which it answers and a signal would cut it off."""
        self._asked_to_end = stop_signals.heeded()

    def wait_for_the_end(self) -> None:
        """Until a signal asks for it, or it has ended by itself."""
        while self.is_running():
            with suppress(queue.Empty):
                self._asked_to_end.get(timeout=1)
                return

    def stop(self) -> None:
        """Let calls in flight end, then write what was recorded. One file is left, with everything in it. Raises
        StartError where records could not be written."""
        self._announced.close()
        self._server.stop()
        fold_database()
        if lost := self._server.unwritten():
            raise StartError(
                f"{lost} usage records are lost: they could not be written to {paths.home()} before Novapi ended.\n"
                "Is its disk full? Everything written before is safe."
            )


def fold_database() -> None:
    """Into one file. Where that can't be, for want of room, the others stay beside it, and nothing is lost."""
    from django.db import OperationalError, connection, connections

    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError as problem:
        logger.warning("What was written last stays in novapi.db-wal (%s); the next start reads it.", problem)
    connections.close_all()
