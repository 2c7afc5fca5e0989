"""The headers of an answer: what a client may see of the provider's, and what Novapi tells itself."""

import time

import httpx

from gateway import response
from gateway.call import Call, HeaderPairs, Outcome

# Headers of one hop (RFC 9110, 7.6.1), what describes bytes we may have changed, and what is the site's own business.
_NOT_RELAYED = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding "
    b"upgrade content-length content-encoding set-cookie server date alt-svc via strict-transport-security "
    b"access-control-allow-origin access-control-allow-credentials access-control-allow-headers "
    b"access-control-allow-methods access-control-expose-headers access-control-max-age clear-site-data "
    b"content-security-policy nel report-to reporting-endpoints location www-authenticate".split()
)


STREAMED: HeaderPairs = [(b"cache-control", b"no-cache"), (b"x-accel-buffering", b"no")]


def retyped(headers: HeaderPairs, content_type: str) -> HeaderPairs:
    """The headers of an answer that was made here."""
    return [*(pair for pair in headers if pair[0] != b"content-type"), (b"content-type", content_type.encode())]


def content_length(body: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(body)


def relayed_headers(reply: httpx.Response) -> HeaderPairs:
    """What a client may see of the provider's headers."""
    raw = [(name.lower(), value) for name, value in reply.headers.raw]
    hop = connection_headers(raw)
    return [
        (name, value)
        for name, value in raw
        if name not in _NOT_RELAYED and name not in hop and not name.startswith(b"x-novapi-")
    ]


def connection_headers(raw: HeaderPairs) -> frozenset[bytes]:
    """The headers that `Connection` declares to be of this hop only (RFC 9110, 7.6.1)."""
    for name, value in raw:
        if name == b"connection" and value.lower() not in (b"keep-alive", b"close"):
            return frozenset(token.strip().lower() for token in value.split(b","))
    return frozenset()


def own_headers(call: Call, outcome: Outcome, waited: float = 0.0) -> HeaderPairs:
    """Ours, with the time spent inside Novapi: the upstream's own time does not count."""
    inside = max(0.0, time.perf_counter() - call.started - outcome.upstream_s - waited)
    outcome.overhead_ms = inside * 1000
    own = response.own_headers(call.id, outcome.channel, outcome.attempts, inside)
    if outcome.dropped:
        own.append((b"x-novapi-dropped", ", ".join(outcome.dropped).encode("ascii", "replace")))
    return own
