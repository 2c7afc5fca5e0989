"""The guard around an engine, as a real program with real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from channels_app.local import guard
from tests.running import eventually

GUARD = [sys.executable, "-I", "-S", guard.__file__]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there it is a Job Object")


def program(text: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", textwrap.dedent(text)]


SLEEPS = program("import time; print('up', flush=True); time.sleep(60)")
STUBBORN = program(
    """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("up", flush=True)
    time.sleep(60)
    """
)
# Forks twice and leaves its session, like a daemon; then sleeps itself.
DETACHES = program(
    """
    import os, time
    if not os.fork():
        os.setsid()
        if not os.fork():
            print(os.getpid(), flush=True)
            time.sleep(60)
        os._exit(0)
    os.wait()
    time.sleep(60)
    """
)
LEAVES_A_DAEMON = program(
    """
    import os, time
    if not os.fork():
        os.setsid()
        print(os.getpid(), flush=True)
        time.sleep(60)
        os._exit(0)
    time.sleep(0.3)
    """
)


class Guarded:
    """A guard and its engine."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen([*GUARD, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.first_line = self.process.stdout.readline().strip() if self.process.stdout else ""

    def order(self, word: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def guarded() -> Iterator[list[Guarded]]:
    """Those a test starts; whatever it leaves is killed."""
    started: list[Guarded] = []
    yield started
    for each in started:
        for process in [*(each.tree() if each.process.poll() is None else []), each.process]:
            process.kill()
        each.process.wait(5)
        for pipe in (each.process.stdin, each.process.stdout):
            if pipe:
                pipe.close()


def start(guarded: list[Guarded], command: list[str]) -> Guarded:
    guarded.append(Guarded(command))
    return guarded[-1]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("code", [0, 1, 139])
def test_exit_code_is_the_engines(guarded: list[Guarded], code: int) -> None:
    assert start(guarded, program(f"raise SystemExit({code})")).process.wait(5) == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_signal_is_the_engines(guarded: list[Guarded], number: signal.Signals) -> None:
    engine = start(guarded, SLEEPS)
    os.kill(engine.tree()[0].pid, number)

    assert engine.process.wait(5) == -number


def test_command_that_does_not_exist_is_told_of() -> None:
    result = subprocess.run([*GUARD, "no-such-engine"], input="", capture_output=True, text=True, timeout=10)

    assert result.returncode == 127
    assert result.stderr == "novapi: no-such-engine: No such file or directory\n"


def test_file_that_is_no_program_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF")
    result = subprocess.run(
        [*GUARD, str(tmp_path / "model.gguf")], input="", capture_output=True, text=True, timeout=10
    )

    assert result.returncode == 126
    assert "Permission denied" in result.stderr


def test_stop_asks_and_kill_does_not(guarded: list[Guarded]) -> None:
    polite, stubborn = start(guarded, SLEEPS), start(guarded, STUBBORN)
    polite.order("stop")
    stubborn.order("stop")
    assert polite.process.wait(5) == -signal.SIGTERM
    time.sleep(0.3)
    assert stubborn.process.poll() is None

    stubborn.order("kill")
    assert stubborn.process.wait(5) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")
@pytest.mark.parametrize("order", ["stop", "kill"])
def test_process_that_hides_is_found(guarded: list[Guarded], order: str) -> None:
    engine = start(guarded, DETACHES)
    hidden = int(engine.first_line)
    assert not gone(hidden)
    engine.order(order)
    engine.process.wait(5)

    assert eventually(lambda: gone(hidden))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans on")
def test_what_an_engine_leaves_behind_ends_with_it(guarded: list[Guarded]) -> None:
    engine = start(guarded, LEAVES_A_DAEMON)
    left = int(engine.first_line)

    assert engine.process.wait(5) == 0
    assert gone(left)


@pytest.mark.parametrize("command", [SLEEPS, STUBBORN, DETACHES], ids=["polite", "stubborn", "hidden"])
def test_nothing_outlives_novapi(command: list[str]) -> None:
    """SIGKILL of the one who holds the pipe: within two seconds all are gone."""
    holder = f"""
        import subprocess, sys, time
        p = subprocess.Popen({[*GUARD, *command]!r}, stdin=subprocess.PIPE, start_new_session=True)
        print(p.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen(program(holder), stdout=subprocess.PIPE, text=True) as novapi:
        assert novapi.stdout
        guard_pid = next(int(line) for line in novapi.stdout if line.strip().isdigit())
        eventually(lambda: len(psutil.Process(guard_pid).children(recursive=True)) >= 1)
        time.sleep(0.2)
        everyone = [guard_pid, *(each.pid for each in psutil.Process(guard_pid).children(recursive=True))]
        novapi.kill()
        killed_at = time.monotonic()
        assert eventually(lambda: all(map(gone, everyone)), timeout_s=5)

    assert time.monotonic() - killed_at < 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_engine_goes_with_its_guard(guarded: list[Guarded]) -> None:
    engine = start(guarded, SLEEPS)
    (process,) = engine.tree()
    engine.process.kill()

    assert eventually(lambda: gone(process.pid))


def test_idle_guard_costs_nothing(guarded: list[Guarded]) -> None:
    engine = start(guarded, SLEEPS)
    before = sum(psutil.Process(engine.process.pid).cpu_times()[:2])
    time.sleep(2)

    assert sum(psutil.Process(engine.process.pid).cpu_times()[:2]) - before <= 0.02
    assert psutil.Process(engine.process.pid).memory_info().rss < 20e6
