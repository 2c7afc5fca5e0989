"""Hand-made values of the routing table and the calls that go by it."""

import time
from collections.abc import Mapping, Sequence

from channels_app.providers import PROVIDERS
from channels_app.secrets import digest
from channels_app.table import Candidate, ChannelRoute, ClientIdentity, Credential, Limits, RoutingTable
from gateway.call import Call
from gateway.offers import Attempt

LIMITS = Limits(connect_s=2, first_byte_s=5, idle_s=3)
IDENTITY = ClientIdentity(1, "Chatbox", is_master=False, digest=digest("nv-of-the-app"))


def channel(
    name: str = "Work",
    provider: str = "openai",
    *,
    keys: Sequence[str] = ("sk-first",),
    priority: int = 0,
    weight: int = 1,
    base_url: str = "",
    headers: Mapping[str, str] | None = None,
    proxy: str = "",
    limits: Limits = LIMITS,
) -> ChannelRoute:
    """A channel as the owner might have made it; the name tells it from others."""
    return ChannelRoute(
        id=sum(name.encode()),
        name=name,
        provider=PROVIDERS[provider],
        base_url=base_url,
        api_version="",
        dialects=frozenset(PROVIDERS[provider].dialects),
        headers=headers or {},
        proxy=proxy,
        priority=priority,
        weight=weight,
        limits=limits,
        credentials=tuple(Credential(number, key, key[-4:]) for number, key in enumerate(keys, 1)),
    )


def table(
    offers: Mapping[str, Sequence[ChannelRoute]] | None = None,
    *,
    aliases: Mapping[str, tuple[str, ...]] | None = None,
    wildcards: Mapping[str, Sequence[ChannelRoute]] | None = None,
    client_keys: Mapping[str, ClientIdentity] | None = None,
    max_attempts: int = 10,
) -> RoutingTable:
    """A table of these channels: public model name → channels, best priority first. `wildcards`: what stands before
    the "*", the longest first; the provider's names have "up/" before."""
    offers, aliases = offers or {}, aliases or {}
    return RoutingTable(
        revision=1,
        candidates={
            model: tuple(Candidate(route, model, f"{model}-upstream") for route in routes)
            for model, routes in offers.items()
        },
        aliases=aliases,
        client_keys={digest(key): identity for key, identity in (client_keys or {}).items()},
        model_created=dict.fromkeys(sorted([*offers, *aliases]), 1),
        max_attempts=max_attempts,
        max_body_bytes=2**20,
        patterns=tuple(
            (prefix, tuple(Candidate(route, f"{prefix}*", "up/*") for route in routes))
            for prefix, routes in (wildcards or {}).items()
        ),
    )


def attempt(route: ChannelRoute, upstream: str = "gpt-upstream") -> Attempt:
    """The first key of a channel, tried at one model."""
    return Attempt(Candidate(route, "gpt", upstream), route.credentials[0])


def call(body: bytes = b'{"model":"gpt"}', *, endpoint: str = "chat/completions", **headers: str) -> Call:
    """A JSON call for the model `gpt`; the headers are those that travel on."""
    return Call(
        id="nv_1",
        dialect="openai-chat",
        endpoint=endpoint,
        model="gpt",
        body=body,
        kind="json",
        content_type="application/json",
        stream=False,
        wants_usage=False,
        key=IDENTITY,
        app="pytest",
        started=time.perf_counter(),
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
    )
