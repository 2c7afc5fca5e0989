"""Which Host headers are answered. Others may be a web page that made its own name point here (DNS rebinding)."""

import ipaddress
import os
from functools import cache, lru_cache

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@cache
def bound_host() -> str:
    """The address the owner asked to listen on; `serve` sets it before the first request."""
    return os.environ.get("NOVAPI_HOST", "127.0.0.1")


@lru_cache(maxsize=256)
def is_allowed(host_header: bytes, bound: str) -> bool:
    """Loopback by any name; when the owner shares the gateway, also its address.

    An IP address can't be rebound, so any is good where the owner listens on all of them.
    """
    host = name_of(host_header.decode("latin-1").lower())
    if host in LOOPBACK_NAMES or host == bound.lower():
        return True
    return bound in ("0.0.0.0", "::") and is_address(host)


def name_of(host: str) -> str:
    """`[::1]:3000` → `::1`, `localhost:3000` → `localhost`."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
