"""`python -m tests.bench.frozen`: how soon the executable answers and shows its page, and what it costs when idle."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import psutil

from novapi_site.desktop.window import PAGE_IS_THERE
from tests.bench.processes import (
    CORES,
    START_SECONDS,
    Child,
    ProcessError,
    cpu_seconds,
    free_port,
    pin,
    request,
    running,
    stop,
)
from tests.bench.report import Goal, verdicts
from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen

ROOT = Path(__file__).parents[2]
SETTLE_SECONDS = 10  # what a start still does after its first answer, a look for engines too


def main() -> int:
    """1: a goal was missed, which a busy machine may do."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.frozen", description=__doc__)
    parser.add_argument("executable", nargs="?", type=Path, default=ROOT / "dist" / "novapi")
    parser.add_argument("--rounds", type=int, default=5, help="the median of so many is shown (%(default)s)")
    parser.add_argument("--seconds", type=float, default=15, help="how long idle CPU is measured (%(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="novapi-bench-") as folder:
        goals = measure(options.executable.resolve(), Path(folder), options.rounds, options.seconds)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}\n{verdicts(goals)}")
    return 0 if all(goal.is_met for goal in goals) else 1


def measure(executable: Path, folder: Path, rounds: int, seconds: float) -> list[Goal]:
    """Cold and warm starts take turns, so that a busy minute is in both."""
    starts = [(started(executable, folder, cold=True), started(executable, folder)) for _ in range(rounds)]
    pin(CORES)  # a window is several processes
    with Screen(folder) as screen:
        windows = Windows(executable, folder, screen)
        pages = [(windows.shown(cold=True), windows.shown()) for _ in range(rounds)]
    with serving(executable, folder) as child:
        time.sleep(SETTLE_SECONDS)
        memory, cpu = pss_megabytes(child.process), idle_percent(child.process, seconds)
    return [
        Goal("first answer, file not in the page cache", median(cold for cold, _ in starts), 0.7, "s"),
        Goal("first answer, warm", median(warm for _, warm in starts), 0.6, "s"),
        Goal("page in its window, file not in the page cache", median(cold for cold, _ in pages), 1.3, "s"),
        Goal("page in its window, warm", median(warm for _, warm in pages), 1.0, "s"),
        Goal("memory (PSS) of serve, idle", memory, 120, "MB"),
        Goal("CPU of serve, idle", cpu, 0.5, "%"),
        Goal("size", size(executable) / 1e6, 40, "MB"),
    ]


def started(executable: Path, folder: Path, cold: bool = False) -> float:
    """Seconds from the start of the process to its first answer."""
    if cold:
        evict(executable)
    with serving(executable, folder) as child:
        return child.start_seconds


class Windows:
    """Novapi in a window, time and again, in one data directory. Without WebKit's inspector, which takes its time."""

    def __init__(self, executable: Path, folder: Path, screen: Screen) -> None:
        quiet = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "NOVAPI_LOG_LEVEL": "info"}
        self._executable = executable
        self._desktop = Desktop(folder / "window", screen, executable=executable, **quiet)
        del self._desktop.env["WEBKIT_INSPECTOR_HTTP_SERVER"]
        with self._desktop:  # the first start of all makes the database
            self._key = self._desktop.key

    def shown(self, cold: bool = False) -> float:
        """Seconds from the start of the process until the dashboard is in its window, has the bridge, and listens to
        what is told live. Nobody else asks Novapi for anything meanwhile."""
        if cold:
            evict(self._executable)
        log, port = self._desktop.log, free_port()
        log.unlink(missing_ok=True)
        began_at = time.perf_counter()
        with log.open("ab") as output:
            words = self._desktop.argv("desktop", "--port", str(port))
            process = psutil.Popen(words, env=self._desktop.env, stdout=output, stderr=output)
        try:
            wait_until(lambda: PAGE_IS_THERE in log.read_text())
            wait_until(lambda: self._readers(port) > 0)
            return time.perf_counter() - began_at
        finally:
            stop(process)

    def _readers(self, port: int) -> int:
        return int(json.loads(request(port, "GET", "/api/status", self._key)[1])["readers"])


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise ProcessError("The window shows no page.")
        time.sleep(0.005)


@contextmanager
def serving(executable: Path, folder: Path) -> Iterator[Child]:
    port = free_port()
    words = [str(executable), "serve", "--port", str(port)]
    quiet = {"NOVAPI_HOME": str(folder / "home"), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with running(words, port, folder / "output.log", **quiet) as child:
        yield child


def evict(executable: Path) -> None:
    """As after the start of the computer: what is to be read comes from the disk."""
    for file in files(executable):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())  # what was not written yet would stay
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def files(executable: Path) -> list[Path]:
    """The one, or all of a folder that has its libraries beside it."""
    beside = executable.parent / "_internal"
    return [executable, *(path for path in beside.rglob("*") if path.is_file())]


def size(executable: Path) -> int:
    return sum(file.lstat().st_size for file in files(executable))


def pss_megabytes(process: psutil.Process) -> float:
    """Shared pages count once for all who share them: the loader is a process of its own."""
    return sum(each.memory_full_info().pss for each in (process, *process.children(recursive=True))) / 1e6


def idle_percent(process: psutil.Process, seconds: float) -> float:
    """Of one core."""
    before = cpu_seconds(process)
    time.sleep(seconds)
    return (cpu_seconds(process) - before) / seconds * 100


if __name__ == "__main__":
    sys.exit(main())
