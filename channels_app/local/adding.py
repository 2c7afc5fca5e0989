"""Found engines and the owner's channels: which belongs to which, a new channel for one, new models of one."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from channels_app import candidates
from channels_app.discovery import Found
from channels_app.models import Channel
from channels_app.providers import PROVIDERS
from channels_app.table import ChannelRoute

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})
PORTS = {"http": 80, "https": 443}


class AlreadyThere(Exception):
    """There is a channel for this address."""

    def __init__(self, channel: Channel) -> None:
        super().__init__(f"Channel {channel.name} calls this engine already.")
        self.channel = channel


def local_port(base_url: str) -> int | None:
    """The port of this machine that an address means; None if it means another machine, or is none."""
    try:
        parts = urlsplit(base_url)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return None
    return port if parts.hostname in LOOPBACK else None


def port_of(channel: Channel | ChannelRoute) -> int | None:
    """The port of this machine that a channel calls, if it does."""
    provider = channel.provider if isinstance(channel, ChannelRoute) else PROVIDERS.get(channel.provider)
    return local_port(channel.base_url or (provider.base_url if provider else ""))


def channels_by_port() -> dict[int, Channel]:
    """The channels, enabled or not, that call a port of this machine."""
    ports = ((port_of(channel), channel) for channel in Channel.objects.order_by("-pk"))
    return {port: channel for port, channel in ports if port}


@transaction.atomic
def add(found: Found, api_key: str = "", name: str = "") -> Channel:
    """A channel for an engine, with its models. Those in its cloud are left to the owner: a call to one leaves this
    machine. Raises AlreadyThere, and ValidationError for a key or name that is none."""
    if there := channels_by_port().get(found.port):
        raise AlreadyThere(there)
    channel = Channel(name=name or free_name(found), provider=found.provider, base_url=found.base_url)
    channel.full_clean()
    channel.save()
    channel.set_api_keys([api_key])
    channel.add_models({model.name: model.abilities for model in found.own_models})
    return channel


def free_name(found: Found) -> str:
    """The engine's, or that with its port where it is taken."""
    taken = set(Channel.objects.values_list("name", flat=True))
    names = [found.name, f"{found.name} {found.port}", *(f"{found.name} {found.port} ({n})" for n in range(2, 100))]
    return next(name for name in names if name not in taken)


def offer_more(fresh: Iterable[tuple[int, dict[str, dict[str, Any]]]]) -> None:
    """Let channels offer more models: the channel's id, and name → abilities of what its engine has now. What is
    offered already, be it under another name or not enabled, stays as it is."""
    for channel_id, models in fresh:
        with transaction.atomic():
            if channel := Channel.objects.filter(pk=channel_id).first():
                offered = set(channel.models.values_list("upstream", flat=True))
                channel.add_models({name: told for name, told in models.items() if name not in offered})
    candidates.refresh()
