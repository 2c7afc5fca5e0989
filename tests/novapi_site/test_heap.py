"""What is freed is given back to the system, which the C library does not do by itself."""

import asyncio

import pytest

from novapi_site import heap
from novapi_site.heap import give_back, resident

KB, MB = 1024, 1024 * 1024


async def kept_of_100_mb(is_busy: bool) -> int:
    """How many MB of what was freed the process still has after a few looks."""
    task = asyncio.create_task(give_back(lambda: is_busy))
    await asyncio.sleep(0)
    before = resident()
    large = [b"x" * 100 * KB for _ in range(1024)]  # too small for mappings of their own
    behind = b"x" * 100 * KB
    assert resident() - before > 90 * MB
    del large
    await asyncio.sleep(0.5)
    task.cancel()
    assert behind
    return (resident() - before) // MB


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap, "LOOK_SECONDS", 0.05)


def test_what_large_calls_left_goes_back() -> None:
    assert asyncio.run(kept_of_100_mb(is_busy=False)) < 20


def test_nobody_is_kept_waiting_for_it() -> None:
    assert asyncio.run(kept_of_100_mb(is_busy=True)) > 80


def test_system_that_has_no_such_thing_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heap.sys, "platform", "darwin")

    asyncio.run(asyncio.wait_for(give_back(lambda: False), 1))
