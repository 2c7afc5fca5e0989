"""What is freed is given back to the system, which the C library does not do by itself."""

import asyncio
import subprocess
import sys

import pytest

from novapi_site import heap
from tests.running import ROOT

# In a process of its own: that of the tests has holes enough for all of it.
FREES_100_MB = """
import asyncio, sys, threading
from novapi_site import heap

KB, MB = 1024, 1024 * 1024
heap.LOOK_SECONDS = 0.05

async def left():
    task = asyncio.create_task(heap.give_back())
    await asyncio.sleep(0)
    before = heap.resident()
    large = [b"x" * 100 * KB for _ in range(1024)]  # too small for mappings of their own
    behind = b"x" * 100 * KB
    assert heap.resident() - before > 90 * MB
    del large
    await asyncio.sleep(1)
    task.cancel()
    assert behind
    return (heap.resident() - before) // MB

def burn():
    while True:
        pass

if sys.argv[1] == "busy":
    threading.Thread(target=burn, daemon=True).start()
print(asyncio.run(left()))
"""


def left_of_100_mb(state: str) -> int:
    """How many MB of what was freed the process still has after a few looks."""
    words = [sys.executable, "-c", FREES_100_MB, state]
    return int(subprocess.run(words, capture_output=True, text=True, timeout=60, check=True, cwd=ROOT).stdout)


def test_what_large_calls_left_goes_back() -> None:
    assert left_of_100_mb("idle") < 20


def test_nobody_is_kept_waiting_for_it() -> None:
    assert left_of_100_mb("busy") > 80


def test_system_that_has_no_such_thing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.sys, "platform", "darwin")

    asyncio.run(asyncio.wait_for(heap.give_back(), 1))
