"""Ids that providers issue: whoever names one must be sent to the channel, and the account, that issued it."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple, ParamSpec, TypeVar

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

from channels_app.table import Candidate, RoutingTable
from gateway.models import IssuedId, StoredResponse
from gateway.offers import Attempt, may_be_asked, named, nobody_here

KEPT_IN_MEMORY = 10_000
KEPT_DAYS = 30  # as long as OpenAI keeps responses
P = ParamSpec("P")
T = TypeVar("T")


class Issuer(NamedTuple):
    """Who issued an id: a channel, and which of its keys (None: it needs none)."""

    channel_id: int
    key_id: int | None


_known: OrderedDict[str, Issuer] = OrderedDict()


def in_thread(work: Callable[P, T]) -> Callable[P, Any]:
    """Database work for the serving loop, on a thread whose connection is closed afterwards."""

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        finally:
            connection.close()

    return sync_to_async(run, thread_sensitive=False)


async def note(name: str, issuer: Issuer) -> None:
    """Remember who issued an id, over restarts too."""
    if _known.get(name) == issuer:
        return
    _known[name] = issuer
    if len(_known) > KEPT_IN_MEMORY:
        _known.popitem(last=False)
    await in_thread(save)(name, issuer)


def save(name: str, issuer: Issuer) -> None:
    with transaction.atomic():
        IssuedId.objects.update_or_create(name=name, defaults=issuer._asdict())


def begin_anew() -> None:
    """The ids of channels and keys stand for others now."""
    _known.clear()


async def issuer_of(name: str) -> Issuer | None:
    if name in _known:
        return _known[name]
    found: Issuer | None = await in_thread(load)(name)
    if found:
        _known[name] = found
    return found


def load(name: str) -> Issuer | None:
    row = IssuedId.objects.filter(name=name).first()
    return Issuer(row.channel_id, row.key_id) if row else None


def attempts_at(issuer: Issuer, table: RoutingTable, dialect: str, model: str = "") -> list[Attempt]:
    """The one attempt that can know the id; none if the channel, or its key, is no more. Raises OfflineMode."""
    for channel in table.channels:
        if channel.id == issuer.channel_id:
            upstream = next((c.upstream for c in named(model, table) if c.channel is channel), model)
            candidate = Candidate(channel, model, upstream)
            if not may_be_asked(candidate, table):
                nobody_here(model or "what you ask for", [candidate])
            return [Attempt(candidate, key, dialect) for key in channel.credentials if key.id == issuer.key_id]
    return []


def prune() -> None:
    """Forget responses and ids that their providers have forgotten, too."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    with transaction.atomic():
        StoredResponse.objects.filter(created_at__lt=before).delete()
        IssuedId.objects.filter(created_at__lt=before, name__startswith="resp_").delete()
