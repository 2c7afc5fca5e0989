"""The life of an engine, with real llama.cpp servers."""

import asyncio
import http.server
import os
import shlex
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from channels_app.local import engine as engines
from channels_app.local.engine import Engine, EngineDown, State
from channels_app.local.log import EngineLog
from channels_app.local.recipe import Launch, Manner
from tests.running import free_port

SERVER = Path(__file__).with_name("llama_server.py")


def command(model: Path, *switches: str, port: str = "${PORT}") -> str:
    return f"{shlex.join([sys.executable, str(SERVER), '-m', str(model)])} --port {port} {' '.join(switches)}"


def made(text: str, manner: Manner | None = None, **launch: Any) -> Engine:
    return Engine("Work", Launch(text, **launch), manner or Manner(), EngineLog())


def living(engine: Engine, steps: Callable[[Engine], Awaitable[Any]]) -> Any:
    """What `steps` give; the engine is closed afterwards, and nothing of it is left."""

    async def life() -> Any:
        before = below()
        try:
            return await steps(engine)
        finally:
            await engine.close()
            assert below() <= before

    return asyncio.run(asyncio.wait_for(life(), 60))


def below() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


async def trouble(engine: Engine) -> EngineDown:
    with pytest.raises(EngineDown) as told:
        await engine.ensure_ready()
    return told.value


async def until(engine: Engine, *states: State, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while engine.state not in states and time.monotonic() < deadline:  # noqa: ASYNC110  # states are not waited for
        await asyncio.sleep(0.01)
    assert engine.state in states


@contextmanager
def foreign_server() -> Iterator[int]:
    """Says 200 to everything, as so many things on port 8080 do."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_first_call_starts_it_within_a_second(model_file: Path) -> None:
    async def steps(engine: Engine) -> float:
        spent = []
        for _ in range(3):  # the best counts: the machine may be busy with something else
            began_at = time.monotonic()
            await engine.ensure_ready()
            spent.append(time.monotonic() - began_at)
            await engine.stop()
        return min(spent)

    engine = made(command(model_file))
    assert living(engine, steps) < 1
    assert engine.state is State.STOPPED


def test_many_calls_share_one_start(model_file: Path) -> None:
    async def steps(engine: Engine) -> int:
        await asyncio.gather(*(engine.ensure_ready() for _ in range(50)))
        return sum(line.startswith("process") for line in engine.log.text().splitlines())

    assert living(made(command(model_file)), steps) == 1


def test_it_stops_when_nobody_needs_it_and_starts_again(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        await until(engine, State.STOPPED)
        await engine.ensure_ready()

    living(made(command(model_file), Manner(idle_stop_s=0.3)), steps)


def test_it_does_not_stop_while_a_call_uses_it(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        engine.leases = 1
        await engine.ensure_ready()
        await asyncio.sleep(0.6)
        assert engine.state is State.READY
        engine.leases = 0
        engine.used()
        await until(engine, State.STOPPED)

    living(made(command(model_file), Manner(idle_stop_s=0.3)), steps)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "There is no command"),
        ("# only a remark", "There is no command"),
        ("no-such-engine --port ${PORT}", "'no-such-engine' was not found"),
        ("./no/such/engine", "'./no/such/engine' was not found"),
        (f"{SERVER} --port ${{PORT}}", "is not a program that may be run"),
        ("sh -c 'unbalanced", "can't be read"),
        (f"{sys.executable} -m nowhere.gguf --port ${{PORT}}", "There is no model file nowhere.gguf"),
        ("llama-server -m x > log", "shell syntax"),
        ("llama-server -m x &", "shell syntax"),
    ],
)
def test_command_that_can_not_be_started_says_why_at_once(text: str, reason: str) -> None:
    async def steps(engine: Engine) -> float:
        began_at = time.monotonic()
        down = await trouble(engine)
        assert reason in down.reason
        assert down.retry_s is None
        assert engine.state is State.FAILED
        return time.monotonic() - began_at

    assert living(made(text), steps) < 1


def test_engine_that_exits_at_once_tells_its_code_and_last_lines(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        down = await trouble(engine)
        assert "exit code 1" in down.reason
        assert any("Failed to init server" in line for line in down.lines)  # amidst what the library's threads log
        assert engine.state is State.BACKING_OFF
        assert 0 < (down.retry_s or 0) <= 1

    (model_file.parent / "broken.bin").write_bytes(b"no model")
    living(made(command(model_file.parent / "broken.bin")), steps)


@pytest.mark.alone
def test_engine_that_crashes_again_and_again_is_left_alone(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LONGEST_PAUSE_SECONDS", 0.05)

    async def steps(engine: Engine) -> list[State]:
        seen = []
        for _ in range(5):
            await trouble(engine)
            seen.append(engine.state)
            await until(engine, State.CRASHED, State.FAILED)
        began_at = time.monotonic()
        assert "exit code 3" in (await trouble(engine)).reason
        assert time.monotonic() - began_at < 0.1
        engine.forgive()
        assert "exit code 3" in (await trouble(engine)).reason
        assert engine.state is State.BACKING_OFF
        return seen

    engine = made(command(model_file, "--exit-with", "3"))
    assert living(engine, steps) == [State.BACKING_OFF] * 4 + [State.FAILED]


def test_pauses_grow(model_file: Path) -> None:
    engine = made("x")
    pauses = []
    for _ in range(4):
        engine._started_at = engine._clock()
        engine._fail("why")
        pauses.append(round(engine.retry_at - engine._clock()))

    assert pauses == [1, 2, 4, 8]


def test_crash_is_noticed_at_once_and_told(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        assert engine.child
        engine.child.tree()[0].kill()
        await until(engine, State.BACKING_OFF, seconds=1)
        assert engine.reason == "It ended by itself (signal SIGKILL)."

    living(made(command(model_file)), steps)


def test_engine_that_keeps_running_comes_back_by_itself(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        assert engine.child
        engine.child.tree()[0].kill()
        await until(engine, State.BACKING_OFF)
        await until(engine, State.READY)

    living(made(command(model_file), Manner(keeps_running=True)), steps)


def test_port_that_another_program_has_is_named(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        down = await trouble(engine)
        assert f"Port {port} is taken by" in down.reason
        assert f"process {os.getpid()}" in down.reason

    with foreign_server() as port:
        living(made(command(model_file, port=str(port)), port=port), steps)


def test_foreign_server_that_says_it_is_healthy_is_not_believed(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was quicker than our engine: the port was free a moment ago."""
    monkeypatch.setattr(engines, "is_free", lambda port: True)

    async def steps(engine: Engine) -> str:
        return (await trouble(engine)).reason

    with foreign_server() as port:
        reason = living(made(command(model_file, "--start-delay", "5", port=str(port)), port=port), steps)
    assert f"Port {port} is taken by" in reason


def test_slow_start_is_waited_for_and_a_hung_one_is_not(model_file: Path) -> None:
    async def slow(engine: Engine) -> None:
        await engine.ensure_ready()

    async def hung(engine: Engine) -> None:
        assert "no progress" in (await trouble(engine)).reason

    living(made(command(model_file, "--start-delay", "1.5"), Manner(stall_s=10)), slow)
    living(made(f"{sys.executable} -c 'import time; time.sleep(60)'", Manner(stall_s=2), port=free_port()), hung)


def test_flood_of_output_holds_nobody_up(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        began_at = time.monotonic()
        await engine.ensure_ready()
        assert time.monotonic() - began_at < 5
        assert engine.log.written > 20_000_000
        assert len(engine.log.text()) <= 256 * 1024

    living(made(command(model_file, "--flood", "20")), steps)


def test_engine_that_will_not_end_is_ended(model_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "GRACE_SECONDS", 0.5)

    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        await engine.stop()
        assert engine.state is State.STOPPED
        assert str(engine.last_exit) == "signal SIGKILL"

    living(made(command(model_file, "--ignore-term", "--grandchild")), steps)


def test_stop_gives_up_a_start(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        waiting = asyncio.create_task(trouble(engine))
        await until(engine, State.STARTING)
        await engine.stop()
        assert "stopped while it was starting" in (await waiting).reason
        assert engine.state is State.STOPPED

    living(made(command(model_file, "--start-delay", "30")), steps)


def test_readiness_may_be_told_by_what_it_prints(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        assert "ready now" in engine.log.text()

    text = f"{sys.executable} -c \"import time; time.sleep(.3); print('ready now', flush=True); time.sleep(60)\""
    living(made(text, Manner(ready_pattern="ready n.w"), port=free_port()), steps)


def test_engine_that_hides_in_the_background_is_not_left_there(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        down = await trouble(engine)
        assert "(exit code 0)" in down.reason
        assert "foreground" in down.reason

    living(made(f"setsid {command(model_file)} &", shell=True), steps)


def test_engine_that_never_gets_ready_is_given_up(model_file: Path) -> None:
    """It listens, and says 404 to everything."""

    async def steps(engine: Engine) -> None:
        down = await trouble(engine)
        assert "no progress" in down.reason
        assert engine.state is State.BACKING_OFF

    living(made(f"{sys.executable} -m http.server ${{PORT}}", Manner(ready_path="/ready", stall_s=2)), steps)


def test_shell_is_there_for_those_who_want_one(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()

    living(made(f"cd / && {command(model_file)} 2>&1 | cat", shell=True), steps)


def test_hundred_starts_leave_nothing_behind(model_file: Path) -> None:
    """No process, no thread, no open file."""
    me = psutil.Process()

    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        await engine.stop()
        files, threads = me.num_fds(), me.num_threads()
        for _ in range(100):
            await engine.ensure_ready()
            await engine.stop()
        await asyncio.sleep(0.2)
        assert me.num_fds() <= files
        assert me.num_threads() <= threads + 2  # asyncio's own, for what blocks

    living(made(command(model_file)), steps)


def test_stop_command_stops_it_where_asking_does_not(model_file: Path) -> None:
    async def steps(engine: Engine) -> float:
        await engine.ensure_ready()
        began_at = time.monotonic()
        await engine.stop()
        return time.monotonic() - began_at

    engine = made(command(model_file, "--ignore-term"), stop_command="kill -9 ${PID}")
    assert living(engine, steps) < 5
    assert str(engine.last_exit) == "signal SIGKILL"


def test_stop_command_that_fails_costs_nothing_else(model_file: Path) -> None:
    async def steps(engine: Engine) -> None:
        await engine.ensure_ready()
        await engine.stop()
        assert "the stop command failed" in engine.log.text()

    for stop_command in ("no-such-command ${PORT}", "echo 'unbalanced"):
        living(made(command(model_file), stop_command=stop_command), steps)


def test_error_of_our_own_keeps_nobody_waiting(model_file: Path) -> None:
    """A pattern that only a hand in the database can have put there."""

    async def steps(engine: Engine) -> None:
        assert "inside Novapi" in (await trouble(engine)).reason
        assert engine.state is State.FAILED

    living(made(command(model_file), Manner(ready_pattern="(")), steps)
