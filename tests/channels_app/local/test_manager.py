"""Several engines: who runs beside whom, with real llama.cpp servers."""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from channels_app.local import leftovers
from channels_app.local.engine import EngineDown, State
from channels_app.local.manager import Lease, Manager
from channels_app.local.recipe import Launch, Manner, Recipe
from tests.channels_app.local.test_engine import below, command
from tests.running import eventually


def recipe(model: Path, alias: str = "tiny", group: str = "gpu", *switches: str, **manner: Any) -> Recipe:
    return Recipe(Launch(command(model, "-a", alias, *switches)), Manner(**manner), group)


def managing(steps: Callable[[Manager], Awaitable[Any]], directory: Path | None = None) -> Any:
    async def life() -> Any:
        before = below()  # other tests' servers
        manager = Manager()
        if directory:
            manager.begin(directory)
        try:
            return await steps(manager)
        finally:
            await manager.close()
            assert below() <= before

    return asyncio.run(asyncio.wait_for(life(), 90))


async def models_at(lease: Lease) -> str:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{lease.port}/v1/models")
    return str(answer.json()["data"][0]["id"])


def test_one_of_a_group_runs_and_no_call_is_lost(model_file: Path) -> None:
    """Twenty mixed calls at once."""
    recipes = {number: recipe(model_file, f"model-{number}") for number in range(3)}
    most: list[int] = []

    async def call(manager: Manager, number: int) -> str:
        lease = await manager.lease(number, f"Work {number}", recipes[number])
        most.append(sum(bool(manager.find(each) and manager.find(each).child) for each in recipes))  # type: ignore[union-attr]
        try:
            answer = await models_at(lease)
            await asyncio.sleep(0.05)
            return answer
        finally:
            lease.release()

    async def steps(manager: Manager) -> list[str]:
        return await asyncio.gather(*(call(manager, number) for number in wanted))

    wanted = [number % 3 for number in range(20)]
    random.Random(1).shuffle(wanted)
    assert managing(steps) == [f"model-{number}" for number in wanted]
    assert max(most) == 1


def test_busy_engine_is_never_evicted(model_file: Path) -> None:
    async def steps(manager: Manager) -> None:
        first = await manager.lease(1, "One", recipe(model_file, "one"))
        second = asyncio.create_task(manager.lease(2, "Two", recipe(model_file, "two")))
        await asyncio.sleep(0.3)
        assert not second.done()
        assert await models_at(first) == "one"
        first.release()
        assert await models_at(await second) == "two"
        assert manager.find(1).state is State.STOPPED  # type: ignore[union-attr]
        (await second).release()

    managing(steps)


def test_nobody_waits_for_ever_behind_a_popular_engine(model_file: Path) -> None:
    async def steps(manager: Manager) -> list[str]:
        order: list[str] = []

        async def call(number: int) -> None:
            lease = await manager.lease(number, str(number), recipe(model_file, str(number)))
            order.append(str(number))
            await asyncio.sleep(0.05)
            lease.release()

        first = asyncio.create_task(call(1))
        await asyncio.sleep(0.6)
        calls = [asyncio.create_task(call(number)) for number in (1, 2, 1, 1)]
        await asyncio.gather(first, *calls)
        return order

    assert managing(steps) == ["1", "1", "2", "1", "1"]


def test_call_whose_client_left_loads_nothing(model_file: Path) -> None:
    async def steps(manager: Manager) -> None:
        lease = await manager.lease(1, "One", recipe(model_file, "one"))
        waiting = asyncio.create_task(manager.lease(2, "Two", recipe(model_file, "two")))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait({waiting})
        lease.release()
        await asyncio.sleep(0.3)
        assert manager.find(2).log.written == 0  # type: ignore[union-attr]
        assert manager.find(1).state is State.READY  # type: ignore[union-attr]

    managing(steps)


def test_engines_without_a_group_run_beside_each_other(model_file: Path) -> None:
    async def steps(manager: Manager) -> None:
        leases = await asyncio.gather(*(manager.lease(n, str(n), recipe(model_file, str(n), "")) for n in range(2)))
        assert len({lease.port for lease in leases}) == 2
        assert [await models_at(lease) for lease in leases] == ["0", "1"]
        for lease in leases:
            lease.release()

    managing(steps)


def test_engine_that_can_not_start_gives_its_place_up(model_file: Path) -> None:
    async def steps(manager: Manager) -> str:
        with pytest.raises(EngineDown):
            await manager.lease(1, "Broken", Recipe(Launch("no-such-engine"), group="gpu"))
        return await models_at(await manager.lease(2, "Good", recipe(model_file, "good")))

    assert managing(steps) == "good"


def test_changed_settings_replace_an_engine_when_its_calls_have_ended(model_file: Path) -> None:
    async def steps(manager: Manager) -> None:
        before = await manager.lease(1, "Work", recipe(model_file, "before"))
        after = asyncio.create_task(manager.lease(1, "Work", recipe(model_file, "after")))
        await asyncio.sleep(0.2)
        assert await models_at(before) == "before"
        before.release()
        assert await models_at(await after) == "after"
        (await after).release()
        manager.keep_to([])
        assert manager.find(1) is None

    managing(steps)


def test_what_is_to_run_always_runs(model_file: Path) -> None:
    async def steps(manager: Manager) -> None:
        wanted = Recipe(Launch(command(model_file)), Manner(), "", starts_at_launch=True)
        manager.keep_to([(1, "Work", wanted)])
        for _ in range(300):
            await asyncio.sleep(0.02)
            if manager.find(1).state is State.READY:  # type: ignore[union-attr]
                break
        assert manager.find(1).state is State.READY  # type: ignore[union-attr]

    managing(steps)


def test_what_the_last_novapi_left_behind_is_ended(tmp_path: Path) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        process = psutil.Process(innocent.pid)
        leftovers.note(tmp_path, [psutil.Process(left.pid)])
        known = leftovers.noted(tmp_path)
        assert leftovers.still_running((innocent.pid, process.create_time() - 100)) is None  # another one, once
        assert leftovers.end(tmp_path) == 1
        assert not psutil.pid_exists(left.pid)
        assert innocent.poll() is None
        assert leftovers.noted(tmp_path) == []
        assert len(known) == 1
    finally:
        for each in (left, innocent):
            each.kill()
            each.wait()


@pytest.mark.parametrize("text", ["", "{", "[1]", '[["a", "b"]]', "null"])
def test_note_that_can_not_be_read_is_no_trouble(tmp_path: Path, text: str) -> None:
    (tmp_path / leftovers.FILE).write_text(text)

    assert leftovers.end(tmp_path) == 0


def test_running_engines_are_noted(model_file: Path, tmp_path: Path) -> None:
    async def steps(manager: Manager) -> None:
        before = below()
        lease = await manager.lease(1, "Work", recipe(model_file))
        noted = {pid for pid, _ in leftovers.noted(tmp_path)}
        assert below() - before == noted
        lease.release()
        assert (tmp_path / "logs" / "engine-1.log").read_text().startswith
        began_at = time.monotonic()
        await manager.stop(1)
        assert time.monotonic() - began_at < 5

    managing(steps, tmp_path)
    assert eventually(lambda: leftovers.noted(tmp_path) == [])


def test_note_that_can_not_be_written_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "no directory").touch()

    leftovers.note(tmp_path / "no directory", [])

    assert "Which engines run could not be noted" in caplog.text
