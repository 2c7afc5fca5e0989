"""Who listens on this machine, by real sockets and processes."""

import os
import socket
import subprocess
import sys

import psutil
import pytest

from channels_app.local import listeners
from channels_app.local.listeners import host_of
from tests.running import free_port


def test_listeners_tell_their_process() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mine = next(each for each in listeners.listeners() if each.port == port)

    assert (mine.pid, mine.hosts) == (os.getpid(), ("127.0.0.1",))
    assert mine.process.startswith(("python", "pytest"))
    assert mine.created == psutil.Process().create_time()
    assert os.getppid() in [pid for pid, _ in mine.parents]


def test_where_the_system_hides_the_whole_own_processes_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(kind: str) -> None:
        raise psutil.AccessDenied

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(psutil, "net_connections", denied)  # as macOS does
        port = server.getsockname()[1]

        mine = next(each for each in listeners.listeners() if each.port == port)

    assert mine.pid == os.getpid()


@pytest.mark.parametrize(
    ("address", "hosts"),
    [
        ("127.0.0.1", {"127.0.0.1"}),
        ("0.0.0.0", {"127.0.0.1"}),
        ("::", {"127.0.0.1", "::1"}),
        ("::1", {"::1"}),
        ("192.168.1.7", set()),
        ("127.0.0.53", set()),
        ("fe80::1%eth0", set()),
        ("nonsense", set()),
    ],
)
def test_only_what_the_loopback_reaches_counts(address: str, hosts: set[str]) -> None:
    assert host_of(address) == hosts


def test_process_of_another_user_is_found_by_its_command() -> None:
    port = free_port()
    command = [sys.executable, "-c", "input()", "--port", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        found = listeners.started_on(port)
        child.communicate()

    assert found
    assert found.pid == child.pid
    assert os.getpid() in [pid for pid, _ in found.parents]
    assert listeners.started_on(port) is None
