"""From an owner's command line to a running child: what is started, where it listens, and what became of it."""

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import cycle, islice, pairwise
from pathlib import Path

import psutil

from channels_app import bundle
from channels_app.local import windows
from channels_app.local.listeners import connections
from channels_app.local.log import EngineLog
from channels_app.local.recipe import PID, PORT, Launch
from channels_app.local.windows import ON_WINDOWS

PORTS = range(28_100, 29_000)  # nobody's by IANA's list, and below what systems give to outgoing connections
SHELL_SYNTAX = re.compile(r"[|;<>`]|&&|\$\(|(?<!\\)&\s*$")
MODEL_OPTIONS = ("-m", "--model", "-md", "--model-draft", "--mmproj")
GUARD = Path(__file__).with_name("guard.py")  # a program, not imported here: it knows only POSIX
READ_BYTES = 65_536  # never a line: it may have no end


class Unstartable(Exception):
    """Why a command can't be started, in words for its owner."""


def argv_of(launch: Launch, port: int) -> list[str]:
    """What is run. Raises Unstartable for what can't be."""
    command = joined(launch.command)
    if not command:
        raise Unstartable("There is no command to start it with.")
    if launch.shell:
        return [*shell_of(sys.platform), command.replace(PORT, str(port))]
    try:
        words = shlex.split(command)
    except ValueError as problem:
        raise Unstartable(f"The command can't be read: {problem}.") from None
    if SHELL_SYNTAX.search(without_quotes(command)):
        raise Unstartable("The command has shell syntax in it (| ; & < > $( `): switch 'run through a shell' on.")
    return runnable([word.replace(PORT, str(port)) for word in words], launch)


def joined(command: str) -> str:
    """As people paste it: lines that end with a backslash go on, lines that begin with # are remarks."""
    lines = command.replace("\\\r\n", " ").replace("\\\n", " ").splitlines()
    return " ".join(line.strip() for line in lines if not line.lstrip().startswith("#")).strip()


def without_quotes(command: str) -> str:
    return re.sub(r"'[^']*'|\"(?:\\.|[^\"\\])*\"", "", command)


def shell_of(platform: str) -> list[str]:
    return ["cmd", "/c"] if platform == "win32" else ["/bin/sh", "-c"]


def runnable(words: list[str], launch: Launch) -> list[str]:
    """The words with the program's path in front. Raises Unstartable where program, folder or model are missing."""
    cwd = folder_of(launch)
    program = Path(words[0]).expanduser()
    named = str(cwd / program) if len(program.parts) > 1 else words[0]
    found = shutil.which(named, path=environment(launch, 0).get("PATH"))
    if not found:
        is_there = len(program.parts) > 1 and (cwd / program).exists()
        what = "is not a program that may be run" if is_there else "was not found"
        raise Unstartable(f"'{words[0]}' {what}. Is it installed, and is the path right?")
    for file in model_files(words):
        if not (cwd / Path(file).expanduser()).exists():
            raise Unstartable(f"There is no model file {file}.")
    return [found, *words[1:]]


def model_files(words: list[str]) -> list[str]:
    """Those that llama.cpp and its kin are told to load."""
    pairs = [word.partition("=")[::2] if "=" in word else (word, value) for word, value in pairwise([*words, ""])]
    return [file for option, file in pairs if option in MODEL_OPTIONS and file.endswith(".gguf")]


def folder_of(launch: Launch) -> Path:
    cwd = Path(launch.cwd).expanduser() if launch.cwd else Path.home()
    if not cwd.is_dir():
        raise Unstartable(f"There is no folder {launch.cwd} to start it in.")
    return cwd


def environment(launch: Launch, port: int) -> dict[str, str]:
    """Novapi's own, without what concerns only Novapi, and the owner's."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("NOVAPI_", "DJANGO_"))}
    return own | {name: value.replace(PORT, str(port)) for name, value in launch.env}


# Ports


_next_port = cycle(PORTS)  # never the same twice in a row: two engines may start at once


def free_port() -> int:
    """One that nobody listens on. Raises Unstartable."""
    for port in islice(_next_port, len(PORTS)):
        if is_free(port):
            return port
    raise Unstartable(f"None of the ports {min(PORTS)} to {max(PORTS)} is free.")


def is_free(port: int) -> bool:
    """Tried, not asked: another program may hold it without listening."""
    with socket.socket() as probe:
        if not ON_WINDOWS:  # there it would allow what is to be found out
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def listeners(port: int) -> list[psutil.Process]:
    """Who listens there, as far as the system tells: nothing of other people's programs."""
    found = []
    for each in connections():
        if each.laddr.port == port and each.pid:
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(each.pid))
    return found


# The child


class Child:
    """A running engine inside its guard. `on_exit` is called once, on a thread of this child's, with the exit code;
    negative: the signal."""

    def __init__(
        self, argv: list[str], launch: Launch, port: int, log: EngineLog, on_exit: Callable[[int], None]
    ) -> None:
        self._log = log
        self._port = port
        self._on_exit = on_exit
        self._process = subprocess.Popen(
            [*guarded(), *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            env=environment(launch, port) | bundle.own_environment(),  # which the guard keeps to itself
            cwd=folder_of(launch),
            start_new_session=True,  # Windows has none, and takes no notice
            creationflags=windows.CREATION_FLAGS if ON_WINDOWS else 0,
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, name=f"engine output {self.pid}", daemon=True)
        self._reader.start()
        threading.Thread(target=self._wait, name=f"engine {self.pid}", daemon=True).start()

    def stop(self) -> None:
        """Ask it to end."""
        windows.end_tree(self.pid, force=False) if ON_WINDOWS else self._order(b"stop\n")

    def stop_by_command(self, launch: Launch, seconds: float) -> None:
        """By the owner's command, which a container may need; what it prints goes to the engine's log. One that does
        not help costs so many seconds."""
        command = joined(launch.stop_command).replace(PORT, str(self._port)).replace(PID, str(self.engine_pid()))
        try:
            argv = [*shell_of(sys.platform), command] if launch.shell else shlex.split(command)
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                timeout=seconds, env=environment(launch, self._port), cwd=folder_of(launch),
            )  # fmt: skip
            self._log.write(done.stdout)
        except (OSError, ValueError, subprocess.TimeoutExpired, Unstartable) as problem:
            self._log.write(f"novapi: the stop command failed: {problem}\n".encode())

    def engine_pid(self) -> int:
        """Its own; the guard's where it has ended."""
        tree = self.tree()
        return tree[0].pid if tree else self.pid

    def kill(self) -> None:
        """End it, and everything it has started."""
        windows.end_tree(self.pid, force=True) if ON_WINDOWS else self._order(b"kill\n")

    def tree(self) -> list[psutil.Process]:
        """The engine and what it has started."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            return [*([process] if ON_WINDOWS else []), *process.children(recursive=True)]  # elsewhere it is the guard
        return []

    def everyone(self) -> list[psutil.Process]:
        """The guard as well."""
        with contextlib.suppress(psutil.Error):
            return [psutil.Process(self.pid), *self.tree()]
        return []

    def memory_bytes(self) -> int:
        found = 0
        for process in self.tree():
            with contextlib.suppress(psutil.Error):
                found += process.memory_info().rss
        return found

    def _order(self, line: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin
            self._process.stdin.write(line)

    def _read(self) -> None:
        output = self._process.stdout
        assert output
        while chunk := output.read(READ_BYTES):
            self._log.write(chunk)

    def _wait(self) -> None:
        code = self._process.wait()
        self._reader.join(1)  # the last lines say why
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # both are pipes
        self._on_exit(code)


def guarded() -> list[str]:
    """What starts a guard: this Python, without anybody's packages, or the executable, which has the guard in it. On
    Windows a Job Object does what it does."""
    if ON_WINDOWS:
        return []
    return [sys.executable, *([bundle.GUARD_WORD] if bundle.is_frozen() else ["-I", "-S", str(GUARD)])]
