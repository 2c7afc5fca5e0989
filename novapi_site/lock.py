"""One server per data directory: a file lock, which is gone with the process that held it, however that ended."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from channels_app import private_files
from novapi_site import instance
from novapi_site.instance import Instance
from novapi_site.paths import StartError


class AlreadyRunning(StartError):
    """Another process serves this data directory; `instance`: where, if it has said so yet."""

    exit_code = 2

    def __init__(self, home: Path, running: Instance | None) -> None:
        self.instance = running
        where = f" at {running.url} (process {running.pid})" if running else ""
        super().__init__(
            f"Novapi is already running{where}, with the data directory {home}.\n"
            "Open its dashboard: novapi open. A second Novapi needs a NOVAPI_HOME of its own, and another --port."
        )


@contextmanager
def held(home: Path) -> Iterator[None]:
    """This process is the one meanwhile. Raises AlreadyRunning.

    The file stays when the lock goes: whoever removed it might remove that of the next process.
    """
    path = home / "novapi.lock"
    private_files.touch(path)
    descriptor = os.open(path, os.O_RDWR)
    try:
        if not take(descriptor):
            raise AlreadyRunning(home, instance.read())
        yield
    finally:
        os.close(descriptor)


def posix_lock(descriptor: int) -> bool:
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system that has no locks: better without than not at all
        return True
    return True


def windows_lock(descriptor: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # exists on Windows
    except OSError:
        return False
    return True


take: Callable[[int], bool] = windows_lock if sys.platform == "win32" else posix_lock
