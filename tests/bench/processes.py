"""Child processes: start one, wait for its first answer, read what it uses, stop it by its id."""

import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

START_SECONDS = 30
STOP_SECONDS = 20  # a gateway drains its recorder before it goes


# The program under test has a core to itself and everything else shares the others: left to the scheduler, the CPU
# per streamed call swings by 30 %, as it decides how many events one read finds. Empty where the system can't pin.
CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
TARGET_CORES = {max(CORES)} if len(CORES) > 1 else set()
DRIVER_CORES = CORES - TARGET_CORES if TARGET_CORES else set()


class ProcessError(Exception):
    """A child did not start, answer or stop as it should."""


def pin(cores: set[int]) -> None:
    """Keep this process, and the children it starts from here on, on these cores."""
    if cores:
        os.sched_setaffinity(0, cores)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True)
class Child:
    """A process of ours that answers on `port`."""

    process: psutil.Popen
    port: int
    start_seconds: float  # from the start of the process to its first answer


@contextmanager
def running(
    command: list[str], port: int, log: Path, cores: set[int] = TARGET_CORES, **environment: str
) -> Iterator[Child]:
    """Start a child and wait for its first answer; it is gone when the block ends, whatever happened in it."""
    env = os.environ | {"NO_PROXY": "127.0.0.1,localhost"} | environment
    began_at = time.perf_counter()
    with log.open("ab") as output:
        pin(cores)
        process = psutil.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        pin(DRIVER_CORES)
    try:
        wait_for_answer(port, process)
        yield Child(process, port, time.perf_counter() - began_at)
    finally:
        stop(process)


def wait_for_answer(port: int, process: psutil.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ProcessError(f"No answer on port {port} from: {' '.join(process.args)}")
        time.sleep(0.005)


def stop(process: psutil.Popen) -> None:
    """Ask politely with SIGTERM; kill by id what is still there when patience ends."""
    if process.poll() is not None:
        return
    family = [process, *process.children(recursive=True)]
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=STOP_SECONDS)
    for survivor in left:
        survivor.kill()
    psutil.wait_procs(left, timeout=5)


def answers(port: int) -> bool:
    try:
        return request(port, "GET", "/healthz")[0] == 200
    except OSError:
        return False


def request(port: int, method: str, path: str, key: str = "", body: Any = None) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of the process and its children so far."""
    times = [member.cpu_times() for member in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def rss_megabytes(process: psutil.Process) -> float:
    members = (process, *process.children(recursive=True))
    return sum(member.memory_info().rss for member in members) / 1e6
