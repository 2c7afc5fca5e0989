"""Whether a channel's address can be reached at all, step by step: its name, its port, its certificate.

A call that fails says only that it failed; the owner wants to know at which of the three, and what to do.
"""

import asyncio
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import msgspec

from channels_app.table import ChannelRoute
from gateway import tls
from gateway.overrides import overridden

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080, "socks4": 1080}

# OpenSSL's X509_V_ERR_*, as they come in `verify_code`.
CERTIFICATE_ISSUES = {
    9: "is not valid yet; check this computer's clock, or the certificate",
    10: "has expired; the server needs a new one (or this computer's clock is wrong)",
    18: "is self-signed; use http:// on your own machine, or have this computer trust the certificate",
    19: "comes from an authority this computer does not trust (self-signed); have the computer trust that authority",
    20: "comes from an authority this computer does not trust; a proxy that reads TLS, or a server without its chain",
    21: "can't be verified; the server does not send its whole chain",
    23: "was revoked",
    62: "is made out to another host; check the base URL's host name",
    64: "is made out to another host, not to this IP address; use the host name in the base URL",
}


Address = tuple[socket.AddressFamily, Any]  # as `getaddrinfo` has it


class Unreachable(Exception):
    """The address can't be reached; the message says at which step and what to do. `code`: the step, for programs."""

    def __init__(self, message: str, code: str = "unreachable") -> None:
        super().__init__(message)
        self.code = code


class Place(msgspec.Struct, frozen=True):
    """Where a connection goes to: `called` is what the owner knows it as."""

    host: str
    port: int
    has_tls: bool
    called: str


def place_of(channel: ChannelRoute, dialect: str = "openai-chat") -> Place:
    """The channel's proxy, if it has one, else its provider. Raises Unreachable for an address that is none."""
    url = channel.proxy or overridden(channel.url("chat/completions", "model", dialect), channel.overrides)
    called = "The proxy" if channel.proxy else "The provider"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        host, port = None, 0
    if not host:
        raise Unreachable("The channel has no usable address; enter its base URL.", "no_address")
    return Place(host, port, parts.scheme == "https", called)


async def reach(channel: ChannelRoute, dialect: str = "openai-chat") -> str:
    """Look up, connect, shake hands, within the channel's time to connect. Gives a sentence; raises Unreachable."""
    place = place_of(channel, dialect)
    seconds = channel.limits.connect_s
    try:
        async with asyncio.timeout(seconds):
            addresses = await looked_up(place)
            secured = await connected(place, addresses)
    except TimeoutError:
        raise Unreachable(
            f"{place.called} {place.host}:{place.port} does not answer within {seconds:g} s; check the address, the "
            "network and any firewall between.",
            "timeout",
        ) from None
    count = "1 address" if len(addresses) == 1 else f"{len(addresses)} addresses"
    return f"{place.called} answers at {place.host}:{place.port} ({count}{secured})."


async def looked_up(place: Place) -> list[Address]:
    """The addresses of the name."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a label longer than 63 characters is a UnicodeError
        raise Unreachable(
            f"The name {place.host} is not found; check its spelling, and that this computer is online."
        ) from None
    return [(family, address) for family, _, _, _, address in found]


async def connected(place: Place, addresses: list[Address]) -> str:
    """Connect, and shake hands where the address asks for it; what to add about TLS."""
    try:
        _, writer = await asyncio.open_connection(sock=await first_connected(addresses))
    except OSError as problem:
        raise Unreachable(refused(place, problem)) from None
    try:
        return await secured(place, writer) if place.has_tls else ""
    finally:
        writer.transport.abort()


async def first_connected(addresses: list[Address]) -> socket.socket:
    """The socket that is connected first: like a call, it does not wait for an IPv6 that leads nowhere. Raises
    OSError."""
    won: asyncio.Future[socket.socket] = asyncio.get_running_loop().create_future()
    tries = [asyncio.create_task(connect(family, address, won)) for family, address in addresses]
    pending = set(tries)
    try:
        while pending and not won.done():
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if won.done():
            return won.result()
        raise tries[-1].result() or ConnectionError("closed")
    finally:
        for each in pending:
            each.cancel()


async def connect(family: socket.AddressFamily, address: Any, won: "asyncio.Future[socket.socket]") -> OSError | None:
    """Connect to one address. Gives what went wrong, or nothing; who is too late closes again."""
    try:
        attempt = socket.socket(family, socket.SOCK_STREAM)
    except OSError as problem:  # this computer has no IPv6
        return problem
    attempt.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(attempt, address)
        if not won.done():
            won.set_result(attempt)
    except OSError as problem:
        return problem
    finally:
        if not won.done() or won.result() is not attempt:
            attempt.close()
    return None


def refused(place: Place, problem: OSError) -> str:
    if isinstance(problem, ConnectionRefusedError) or "refused" in str(problem).lower():
        return f"{place.called} is down: nothing listens at {place.host}:{place.port}. Start it, or check the port."
    reason = problem.strerror or type(problem).__name__
    return f"{place.called} {place.host}:{place.port} can't be reached ({reason}); check the address and the network."


async def secured(place: Place, writer: asyncio.StreamWriter) -> str:
    """The handshake as a call would make it."""
    trusted = await asyncio.to_thread(tls.context)  # may read a long file; calls go on meanwhile
    try:
        await writer.start_tls(trusted, server_hostname=place.host)
    except ssl.SSLCertVerificationError as problem:
        issue = CERTIFICATE_ISSUES.get(problem.verify_code, f"is not accepted: {problem.verify_message}")
        raise Unreachable(f"The certificate of {place.host} {issue}.", "tls") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", None) or "it hung up"
        raise Unreachable(
            f"{place.host}:{place.port} does not take part in TLS ({reason}); is it http:// instead of https://?",
            "tls",
        ) from None
    version = writer.get_extra_info("ssl_object").version()
    return f", {version}"
