"""Whether a channel's address can be reached at all, step by step: its name, its port, its certificate.

A call that fails says only that it failed; the owner wants to know at which of the three, and what to do.
"""

import asyncio
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

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


class Unreachable(Exception):
    """The address can't be reached; the message says at which step and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
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
        raise Unreachable("The channel has no usable address; enter its base URL.")
    return Place(host, port, parts.scheme == "https", called)


async def reach(channel: ChannelRoute, dialect: str = "openai-chat") -> str:
    """Look up, connect, shake hands, within the channel's time to connect. Gives a sentence; raises Unreachable."""
    place = place_of(channel, dialect)
    seconds = channel.limits.connect_s
    try:
        async with asyncio.timeout(seconds):
            count = await looked_up(place)
            secured = await connected(place)
    except TimeoutError:
        raise Unreachable(
            f"{place.called} {place.host}:{place.port} does not answer within {seconds:g} s; check the address, the "
            "network and any firewall between."
        ) from None
    addresses = "1 address" if count == 1 else f"{count} addresses"
    return f"{place.called} answers at {place.host}:{place.port} ({addresses}{secured})."


async def looked_up(place: Place) -> int:
    """How many addresses the name has."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a label longer than 63 characters is a UnicodeError
        raise Unreachable(
            f"The name {place.host} is not found; check its spelling, and that this computer is online."
        ) from None
    return len(found)


async def connected(place: Place) -> str:
    """Connect, and shake hands where the address asks for it; what to add about TLS."""
    try:
        _, writer = await asyncio.open_connection(place.host, place.port)
    except OSError as problem:
        raise Unreachable(refused(place, problem)) from None
    try:
        return await secured(place, writer) if place.has_tls else ""
    finally:
        writer.transport.abort()


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
        raise Unreachable(f"The certificate of {place.host} {issue}.") from None
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "reason", None) or "it hung up"
        raise Unreachable(
            f"{place.host}:{place.port} does not take part in TLS ({reason}); is it http:// instead of https://?"
        ) from None
    version = writer.get_extra_info("ssl_object").version()
    return f", {version}"
