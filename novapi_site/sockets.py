"""Listen on the port apps are told to call, and say who has it when it is taken."""

import errno
import os
import socket
import sys
from contextlib import suppress

import psutil

from novapi_site.paths import StartError

BACKLOG = 2048
NEAR_PORTS = 10
LOOPBACK = ("127.0.0.1", "localhost")
EVERY_ADDRESS = ("0.0.0.0", "::")


class NoSuchAddress(StartError):
    """The machine does not have the address, or not the protocol."""


class PortTaken(StartError):
    """Another program listens there; `holder` says which, where the system tells."""

    def __init__(self, port: int, holder: str, message: str) -> None:
        self.port = port
        self.holder = holder
        super().__init__(message)


def listen(host: str, port: int) -> list[socket.socket]:
    """Listening sockets for `host`; loopback means both 127.0.0.1 and ::1, since clients try either for localhost.

    Raises StartError when the port is taken or the address is not this machine's.
    """
    addresses = [(socket.AF_INET, "127.0.0.1")] if host in LOOPBACK else [family_of(host)]
    sockets = [bind(family, address, port) for family, address in addresses]
    if host in LOOPBACK and socket.has_ipv6:
        sockets += bind_ipv6_loopback(sockets[0].getsockname()[1])
    return sockets


def listen_near(host: str, port: int) -> tuple[list[socket.socket], PortTaken | None]:
    """As `listen`; where the port is taken, on the next one that is free, near it if possible, and who has it.

    Raises StartError for everything else.
    """
    try:
        return listen(host, port), None
    except PortTaken as problem:
        taken = problem
    for other in range(port + 1, min(port + 1 + NEAR_PORTS, 65536)):
        with suppress(PortTaken):
            return listen(host, other), taken
    return listen(host, 0), taken


def url(host: str, port: int) -> str:
    """Where programs of this machine reach what listens on `host`."""
    if host in (*LOOPBACK, *EVERY_ADDRESS):
        return f"http://localhost:{port}"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def family_of(host: str) -> tuple[socket.AddressFamily, str]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as problem:
        raise StartError(f"'{host}' is no address of this machine ({problem}). Use 127.0.0.1.") from problem
    return family, str(address[0])


def bind_ipv6_loopback(port: int) -> list[socket.socket]:
    """::1 too, where the machine has it; another program on it is as bad as one on 127.0.0.1."""
    try:
        return [bind(socket.AF_INET6, "::1", port)]
    except NoSuchAddress:
        return []  # IPv6 is switched off


def bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """One listening socket."""
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as problem:
        raise NoSuchAddress(refusal(address, port, problem)) from problem
    try:
        if sys.platform != "win32":  # there it would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a restart need not wait for TIME_WAIT
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as problem:
        listener.close()
        raise refused(address, port, problem) from problem
    listener.setblocking(False)
    return listener


def refused(address: str, port: int, problem: OSError) -> StartError:
    if problem.errno == errno.EADDRINUSE:
        holder = holder_of(port)
        return PortTaken(port, holder, refusal(address, port, problem, holder))
    kind = StartError if problem.errno == errno.EACCES else NoSuchAddress
    return kind(refusal(address, port, problem))


def refusal(address: str, port: int, problem: OSError, holder: str = "") -> str:
    if holder:
        return (
            f"Port {port} is used by another program ({holder}).\n"
            f"Stop it, or choose another port: novapi serve --port {port + 1}"
        )
    if problem.errno == errno.EACCES:
        return (
            f"Can't listen on {address} port {port}: {problem.strerror}.\n"
            "Most systems leave ports below 1024 to their administrator. Choose a higher one: novapi serve --port 3000"
        )
    return (
        f"Can't listen on {address} port {port}: {problem.strerror}.\n"
        f"If another program uses the port, choose another: novapi serve --port {port + 1}"
    )


def holder_of(port: int) -> str:
    """Name and process number of whoever listens on the port; empty where the system doesn't tell."""
    try:
        for found in psutil.net_connections("tcp"):
            if (
                found.status == psutil.CONN_LISTEN
                and found.laddr
                and found.laddr.port == port
                and found.pid not in (None, os.getpid())
            ):
                return f"{psutil.Process(found.pid).name()}, process {found.pid}"
    except (psutil.Error, OSError):
        return ""
    return ""
