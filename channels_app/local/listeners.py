"""Who listens on this machine's own addresses: ports, and the processes behind them as far as the system tells."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import msgspec
import psutil

IPV4, IPV6 = "127.0.0.1", "::1"


class Listener(msgspec.Struct, frozen=True):
    """A port somebody listens on. `hosts`: where it can be reached, best first. `created`: when its process began, a
    Unix time. `process`: what it is called, in lower case. `parents`: those it descends from, the nearest first.
    Without `pid` the rest is not known: it belongs to another user. `is_heard`: false of a port that is a guess."""

    port: int
    hosts: tuple[str, ...] = (IPV4, IPV6)
    pid: int | None = None
    created: float = 0.0
    process: str = ""
    parents: tuple[tuple[int, str], ...] = ()
    is_heard: bool = True

    @property
    def identity(self) -> tuple[int | None, float]:
        """Changes when another process takes the port."""
        return self.pid, self.created

    @property
    def lineage(self) -> frozenset[int]:
        """The process and those it descends from."""
        return frozenset(pid for pid, _ in self.parents) | ({self.pid} if self.pid else set())


def listeners() -> list[Listener]:
    """The ports that can be reached at 127.0.0.1 or ::1. Takes some ten milliseconds; never raises."""
    hosts: dict[int, set[str]] = defaultdict(set)
    owners: dict[int, int | None] = {}
    for connection in connections():
        if reached_at := host_of(connection.laddr.ip):
            hosts[connection.laddr.port] |= reached_at
            owners[connection.laddr.port] = connection.pid or owners.get(connection.laddr.port)
    described = {pid: describe(pid) for pid in set(owners.values()) if pid}
    return [
        Listener(port, tuple(sorted(hosts[port])), pid, *(described[pid] if pid else ()))
        for port, pid in sorted(owners.items())
    ]


def connections() -> list[Any]:
    """The listening sockets, each with its process where that may be known. macOS tells the whole only to root, but
    everybody of their own processes."""
    try:
        found: Iterable[Any] = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        found = own_connections()
    return [each for each in found if each.status == psutil.CONN_LISTEN and each.laddr]


def own_connections() -> list[Any]:
    """The sockets of the processes that may be looked into, one by one."""
    found: list[Any] = []
    for process in psutil.process_iter():
        try:
            found += [Owned(each.status, each.laddr, process.pid) for each in process.net_connections("tcp")]
        except (psutil.Error, OSError):
            continue
    return found


class Owned(msgspec.Struct, frozen=True):
    """A socket as `psutil.net_connections` describes it."""

    status: str
    laddr: Any
    pid: int


def host_of(address: str) -> set[str]:
    """Where a socket bound to `address` is reached on the loopback; nowhere if it serves the network only."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return set()
    if ip.version == 4:
        return {IPV4} if ip.is_unspecified or address == IPV4 else set()
    if ip.is_unspecified:
        return {IPV4, IPV6}  # most systems let it serve both
    return {IPV6} if ip.is_loopback else set()


def describe(pid: int) -> tuple[float, str, tuple[tuple[int, str], ...]]:
    """When a process began, its name, and its parents; nothing of one that is gone."""
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            created, name = process.create_time(), plain(process.name())
        return created, name, tuple((parent.pid, plain(parent.name())) for parent in process.parents())
    except (psutil.Error, OSError):
        return 0.0, "", ()


def plain(name: str) -> str:
    return name.lower().removesuffix(".exe")


def started_on(port: int) -> Listener | None:
    """The process whose command line names this port, with its parents: the system shows everybody's commands, but not
    everybody's sockets. None where no command does."""
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
        except (psutil.Error, OSError):
            continue
        if f"--port={port}" in words or ("--port", str(port)) in pairwise(words):
            return Listener(port, (IPV4,), process.pid, *describe(process.pid))
    return None
