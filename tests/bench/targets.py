"""The two programs under test, each started as its own process and checked with one call of each kind."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench import payloads
from tests.bench.processes import DRIVER_CORES, Child, ProcessError, free_port, request, running

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Target:
    name: str
    port: int
    key: str
    process: psutil.Popen
    start_seconds: float
    first_start_seconds: float  # where the database must still be made


@contextmanager
def upstream(log: Path) -> Iterator[str]:
    """The base URL of a running upstream."""
    port = free_port()
    with running([sys.executable, "-m", "tests.bench.upstream", str(port)], port, log, DRIVER_CORES):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def bare(upstream_url: str, log: Path, name: str = "bare") -> Iterator[Target]:
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.forwarder", str(port), upstream_url]
    with running(command, port, log) as child:
        yield Target(name, port, "none", child.process, child.start_seconds, child.start_seconds)


@contextmanager
def novapi(upstream_url: str, home: Path, log: Path) -> Iterator[Target]:
    """Novapi with one channel, as an owner would have it: everything on."""
    with serving(home, log) as child:
        first_start_seconds = child.start_seconds
    with serving(home, log) as child:
        key = master_key(home)
        add_channel(child.port, key, upstream_url)
        yield Target("novapi", child.port, key, child.process, child.start_seconds, first_start_seconds)


def serving(home: Path, log: Path) -> AbstractContextManager[Child]:
    port = free_port()
    return running(novapi_command("serve", "--port", str(port)), port, log, NOVAPI_HOME=str(home))


def novapi_command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *words]


def master_key(home: Path) -> str:
    env = os.environ | {"NOVAPI_HOME": str(home)}
    result = subprocess.run(novapi_command("key"), env=env, capture_output=True, text=True, timeout=30)
    if result.returncode or not result.stdout.strip():
        raise ProcessError(f"`manage.py key` printed no key:\n{result.stderr[-3000:]}")
    return result.stdout.split()[-1]


def add_channel(port: int, key: str, upstream_url: str) -> None:
    channel = {
        "name": "bench",
        "provider": "custom",
        "base_url": upstream_url,
        "api_keys": ["sk-bench"],
        "models": [payloads.MODEL],
    }
    status, answer = request(port, "POST", "/api/channels", key, channel)
    if status not in (200, 201):
        raise ProcessError(f"POST /api/channels answered {status}: {answer.decode()[:500]}")


def check(target: Target, kilobytes: float) -> int:
    """One call of each kind, read closely; how many calls that took. Raises ProcessError on a wrong answer."""
    for stream, is_right in ((False, is_completion), (True, is_stream)):
        body = json.loads(payloads.build_body(stream, kilobytes))
        status, answer = request(target.port, "POST", "/v1/chat/completions", target.key, body)
        if status != 200 or not is_right(answer):
            raise ProcessError(f"{target.name} gave a wrong answer, {status}: {answer.decode()[-500:]}")
    return 2


def is_completion(answer: bytes) -> bool:
    body, expected = json.loads(answer), json.loads(payloads.build_completion())
    return body["choices"] == expected["choices"] and body["usage"] == payloads.USAGE


def is_stream(answer: bytes) -> bool:
    *events, done = [line.removeprefix(b"data: ") for line in answer.split(b"\n") if line.startswith(b"data: ")]
    bodies = [json.loads(event) for event in events]
    deltas = [body for body in bodies if body["choices"]]
    return len(deltas) == payloads.EVENTS and bodies[-1]["usage"] == payloads.USAGE and done == b"[DONE]"


def count_records(home: Path) -> int:
    """The usage records a stopped Novapi left behind."""
    database = sqlite3.connect(f"file:{home / 'novapi.db'}?mode=ro", uri=True)
    try:
        return database.execute("SELECT count(*) FROM gateway_usagerecord").fetchone()[0]
    finally:
        database.close()
