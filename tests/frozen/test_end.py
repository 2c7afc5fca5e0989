"""How it is asked to end, and that it does so in order: one database file, nothing left in the temporary folder."""

import fcntl
import os
import signal
import subprocess
import termios
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.running import Novapi, command, free_port


def is_in_order(home: Path, temporary: Path) -> bool:
    """Checkpointed, and nothing is left of what was unpacked."""
    left = [name for name in ("novapi.db-wal", "novapi.db-shm") if (home / name).exists()]
    return not left and not list(temporary.glob("_MEI*"))


def test_sigterm_ends_it_cleanly(home: Path, tmp_path: Path, executable: Path | None) -> None:
    with Novapi(home, executable=executable, TMPDIR=str(tmp_path)) as novapi:
        novapi.chat("novapi/echo")

        assert novapi.stop() == 0

    assert is_in_order(home, tmp_path)


def test_ctrl_c_ends_it_cleanly(home: Path, tmp_path: Path, executable: Path | None) -> None:
    with Novapi(home, executable=executable, TMPDIR=str(tmp_path)) as novapi:
        started = time.monotonic()
        for process in (novapi.process, *psutil.Process(novapi.process.pid).children()):
            process.send_signal(signal.SIGINT)  # a terminal tells everybody in front

        assert novapi.process.wait(20) == 0
        assert time.monotonic() - started < 5
        assert "Traceback" not in novapi.log.read_text()

    assert is_in_order(home, tmp_path)


def test_impatient_ctrl_c_ends_it_as_cleanly(home: Path, tmp_path: Path, executable: Path | None) -> None:
    with Novapi(home, executable=executable, TMPDIR=str(tmp_path)) as novapi:
        process = psutil.Process(novapi.pid)
        for _ in range(200):
            process.send_signal(signal.SIGINT)

        assert novapi.process.wait(20) == 0

    assert is_in_order(home, tmp_path)


def test_terminal_that_is_closed_ends_it_cleanly(home: Path, tmp_path: Path, executable: Path | None) -> None:
    ours, its = os.openpty()
    words = command("serve", "--port", str(free_port()), executable=executable)
    env = os.environ | {"NOVAPI_HOME": str(home), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        words, env=env, stdin=its, stdout=its, stderr=its, start_new_session=True, preexec_fn=take_terminal
    ) as process:
        try:
            os.close(its)
            said = b""
            while b"Dashboard:" not in said:
                said += os.read(ours, 1024)
            os.close(ours)

            assert process.wait(20) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # whoever goes on would be waited for

    assert is_in_order(home, tmp_path)


def take_terminal() -> None:
    """Standard input becomes this session's terminal: who belongs to it is told when it goes, and may hear of it even
    if these tests may not."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_nohup_lets_it_go_on_without_a_terminal(home: Path, tmp_path: Path, executable: Path | None) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which whoever is started inherits
    try:
        with Novapi(home, executable=executable, TMPDIR=str(tmp_path)) as novapi:
            for process in (novapi.process, *psutil.Process(novapi.process.pid).children()):
                process.send_signal(signal.SIGHUP)

            assert novapi.chat("novapi/echo").status_code == 200
            assert novapi.stop() == 0
    finally:
        signal.signal(signal.SIGHUP, before)
