"""Starts an engine and outlives nobody: what the engine started is gone when the engine ends, or when Novapi does.

A program of its own, with nothing but the standard library: `python guard.py COMMAND…`, and in the executable, where
there is no Python for it, `novapi guard-engine COMMAND…`. Its standard input is a pipe that Novapi holds: "stop" asks
the engine to end, "kill" ends it, and the end of the pipe, which the system closes however Novapi ended, does first
one and then the other. It leaves with the engine's own exit code, or by its signal.

Only on POSIX; Windows has Job Objects for it (`windows`).
"""

import contextlib
import ctypes
import os
import resource
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
ORPHAN_GRACE_SECONDS = 1.0  # between asking and killing, once Novapi is gone
LOOK_SECONDS = 1.0  # between two looks when nothing happens
END = ""
NOT_FOUND, NOT_RUNNABLE = 127, 126  # what a shell answers


def main(argv: list[str]) -> int:
    """Run the command to its end. The exit code is its own; negative: the signal that ended it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the pipe says when to end; a terminal's Ctrl-C does not
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # what an engine leaves behind becomes ours, wherever it hid
    try:
        engine = subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=prepare)
    except FileNotFoundError as problem:
        return complain(problem, NOT_FOUND)
    except OSError as problem:
        return complain(problem, NOT_RUNNABLE)
    code = watch(engine)
    kill_all(engine.pid)
    return code


def prepare() -> None:
    """In the engine, before it is one: it goes with the guard, should somebody kill that. This program has one thread,
    so nothing can hang here."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the process group has to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def complain(problem: OSError, code: int) -> int:
    sys.stderr.write(f"novapi: {problem.filename}: {problem.strerror}\n")
    return code


def watch(engine: "subprocess.Popen[bytes]") -> int:
    """Until it has ended; what the pipe says meanwhile is done."""
    orders, kill_at = Orders(sys.stdin.fileno()), float("inf")
    while engine.poll() is None:
        order = orders.next(max(0.0, min(LOOK_SECONDS, kill_at - time.monotonic())))
        if order == "stop":
            signal_all(engine.pid, signal.SIGTERM)
        elif order == "kill" or time.monotonic() >= kill_at:
            kill_all(engine.pid)
        elif order == END:
            signal_all(engine.pid, signal.SIGTERM)
            kill_at = time.monotonic() + ORPHAN_GRACE_SECONDS
        reap_others(engine.pid)
    return engine.returncode


class Orders:
    """What comes through the pipe, a line at a time; the end of a process wakes up whoever waits for it."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._text = b""
        self._is_open = True
        self._wakes, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # to be woken up, a handler is needed
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def next(self, seconds: float) -> str | None:
        """The next order, waiting for it at most so long; END once, at the end of the pipe; None: nothing came."""
        if b"\n" not in self._text:
            came = self._read(seconds)
            if came is None:
                return None
            if not came:
                self._is_open = False
                return END
            self._text += came
        line, _, self._text = self._text.partition(b"\n")
        return line.decode(errors="replace")

    def _read(self, seconds: float) -> bytes | None:
        pipes = [self._wakes, self._pipe] if self._is_open else [self._wakes]
        ready = select.select(pipes, [], [], seconds)[0]
        if self._wakes in ready:
            os.read(self._wakes, 1024)
        return os.read(self._pipe, 1024) if self._pipe in ready else None


def reap_others(engine: int) -> None:
    """Orphans that have become ours and have ended."""
    for pid in children_of(os.getpid()):
        if pid != engine:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def signal_all(engine: int, number: int) -> None:
    """The engine's process group, which also knows those whose parents have ended, and all that hid from it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(engine, number)
    for pid in descendants():
        if pid != engine:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)


def kill_all(engine: int) -> None:
    """Until none is left: a process that forks while it is being killed has children that are not."""
    deadline = time.monotonic() + ORPHAN_GRACE_SECONDS
    signal_all(engine, signal.SIGKILL)
    while (left := set(descendants()) - {engine}) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        reap_others(engine)
        time.sleep(0.005)


def descendants() -> list[int]:
    """Everything below this program; elsewhere than on Linux, nothing is known of it."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        below = children_of(waiting.pop())
        found += below
        waiting += below
    return found


def children_of(pid: int) -> list[int]:
    """As Linux tells it, thread by thread (proc(5), /proc/pid/task/tid/children)."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children") as children:
                found += map(int, children.read().split())
    return found


def leave_like(code: int) -> None:
    """Whoever waits for this program is told what became of the engine."""
    if code >= 0:
        sys.exit(code)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the engine may leave a core file, this program has no reason to
    signal.signal(-code, signal.SIG_DFL) if -code not in (signal.SIGKILL, signal.SIGSTOP) else None
    os.kill(os.getpid(), -code)


if __name__ == "__main__":
    leave_like(main(sys.argv[1:]))
