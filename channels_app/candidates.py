"""Database → RoutingTable, and the watcher that keeps the one in force up to date.

`current()` is what a call reads. A change by anyone, in any process, is in force within POLL_SECONDS.
"""

import logging
import math
import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from cachalot.api import cachalot_disabled, invalidate
from django.db import DatabaseError, connection, transaction

from channels_app import built_in, secrets
from channels_app.models import STRATEGIES, Alias, Channel, ChannelKey, ChannelModel, ClientKey, Preferences
from channels_app.providers import PROVIDERS
from channels_app.revision import COUNTED_TABLES, read_generation, read_revision
from channels_app.table import (
    LIST_PRICES,
    NO_LIMIT_S,
    UNLIMITED,
    Abilities,
    Candidate,
    ChannelRoute,
    ClientIdentity,
    Credential,
    Currency,
    Limits,
    OwnPrices,
    Quota,
    RoutingTable,
    is_pattern,
)

Row = TypeVar("Row", ChannelKey, ChannelModel)
logger = logging.getLogger(__name__)

BUILT_IN = {built_in.MODEL: (built_in.CANDIDATE,)}  # a name that nobody else's model can have
POLL_SECONDS = 0.25  # the contract allows a second; reading one row costs some 20 µs


def load() -> RoutingTable:
    """Read the owner's settings in one transaction."""
    with cachalot_disabled(), transaction.atomic():
        preferences = Preferences.load()
        channels = [channel for channel in Channel.objects.filter(enabled=True) if is_known(channel)]
        keys, models = by_channel(ChannelKey.objects.all()), by_channel(ChannelModel.objects.filter(enabled=True))
        aliases = list(Alias.objects.filter(enabled=True))
        client_keys = list(ClientKey.objects.filter(enabled=True))
        revision, generation = read_revision(), read_generation()
    routes = [channel_route(channel, keys[channel.pk], preferences) for channel in channels]
    offered = candidates_by_model((route, models[route.id]) for route in routes)
    return RoutingTable(
        revision=revision,
        generation=generation,
        candidates={name: some for name, some in offered.items() if not is_pattern(name)} | BUILT_IN,
        patterns=patterns(offered),
        aliases={alias.name: tuple(alias.targets) for alias in aliases},
        strategies={alias.name: alias.strategy for alias in aliases if alias.strategy in STRATEGIES},
        client_keys={bytes(key.digest): client_identity(key) for key in client_keys},
        model_created=public_names(channels, models, aliases),
        max_attempts=preferences.max_attempts,
        max_body_bytes=preferences.max_body_mb * 1024 * 1024,
        total_s=preferences.total_s,
        sticky=preferences.sticky,
        runaway_failures=preferences.runaway_failures or math.inf,
        runaway_nano=nano(preferences.runaway_usd_per_minute) or math.inf,
        channels=tuple(sorted(routes, key=lambda route: -route.priority)),
        unreadable_keys=sum(unreadable_keys(keys[route.id], route) for route in routes),
        offline=preferences.offline,
        paid_recovery=preferences.paid_recovery,
        currency=Currency(preferences.currency, preferences.yuan_per_dollar),
        capture=preferences.capture,
        capture_mb=preferences.capture_mb,
        capture_days=preferences.capture_days,
    )


def is_known(channel: Channel) -> bool:
    """False for a provider that only a newer Novapi, or a hand in the database, knows: the others must go on."""
    if channel.provider not in PROVIDERS:
        logger.error("Channel %s is left out: there is no provider '%s'.", channel.name, channel.provider)
    return channel.provider in PROVIDERS


def by_channel(rows: Iterable[Row]) -> defaultdict[int, list[Row]]:
    """Channel's id → its rows, in their order; none for a channel that has none. A prefetch does the same, with two
    queries built for every channel."""
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.channel_id].append(row)
    return found


def channel_route(channel: Channel, keys: Iterable[ChannelKey], preferences: Preferences) -> ChannelRoute:
    """One enabled channel with its usable keys. An engine of this machine may load its model for as long as it takes,
    unless the owner set a limit."""
    provider = PROVIDERS[channel.provider]
    return ChannelRoute(
        id=channel.pk,
        name=channel.name,
        provider=provider,
        base_url=channel.base_url,
        api_version=channel.api_version,
        dialects=frozenset(channel.dialects or provider.dialects),
        headers={name.lower(): value for name, value in {**provider.headers, **channel.headers}.items()},
        proxy=channel.proxy,
        priority=channel.priority,
        weight=channel.weight,
        limits=Limits(
            connect_s=channel.connect_s or preferences.connect_s,
            first_byte_s=channel.first_byte_s or (NO_LIMIT_S if provider.local else preferences.first_byte_s),
            idle_s=channel.idle_s or preferences.idle_s,
        ),
        credentials=credentials(keys),
        overrides=channel.overrides,
        quota=quota_of(channel),
        recipe=channel.recipe,
        failures_to_pause=channel.failures_to_pause or preferences.failures_to_pause or math.inf,
    )


def quota_of(row: Channel | ClientKey) -> Quota:
    quota = Quota(
        row.requests_per_minute,
        row.tokens_per_minute,
        row.concurrent_calls,
        nano(row.budget_per_day),
        nano(row.budget_per_month),
    )
    return UNLIMITED if quota == UNLIMITED else quota


def nano(usd: float | None) -> int | None:
    """US dollars as billionths: whole numbers add up exactly."""
    return None if usd is None else round(usd * 1e9)


def credentials(keys: Iterable[ChannelKey]) -> tuple[Credential, ...]:
    """A channel's enabled keys in order; a channel without any key is called without one."""
    rows = list(keys)
    if not rows:
        return (Credential(id=None, api_key=""),)
    readable = ((row, api_key_of(row)) for row in rows if row.enabled)
    return tuple(Credential(id=row.pk, api_key=key, last4=row.last4) for row, key in readable if key is not None)


def api_key_of(row: ChannelKey) -> str | None:
    try:
        return secrets.unseal(row.sealed)
    except secrets.SecretsError as problem:
        logger.error("Channel %s, key %s: %s", row.channel_id, row.masked, problem)
        return None


def unreadable_keys(keys: list[ChannelKey], route: ChannelRoute) -> int:
    """How many of the channel's enabled keys the data key does not open."""
    return sum(key.enabled for key in keys) - sum(c.id is not None for c in route.credentials)


def candidates_by_model(offers: Iterable[tuple[ChannelRoute, list[ChannelModel]]]) -> dict[str, tuple[Candidate, ...]]:
    """Public model name → candidates, best priority first."""
    found: dict[str, list[Candidate]] = defaultdict(list)
    for route, models in offers:
        for model in models:
            found[model.name].append(
                Candidate(route, model.name, model.upstream, "", abilities_of(model), prices_of(model))
            )
    return {name: tuple(sorted(some, key=lambda c: -c.channel.priority)) for name, some in found.items()}


def abilities_of(model: ChannelModel) -> Abilities:
    return Abilities(model.vision, model.tools, model.context_tokens)


def prices_of(model: ChannelModel) -> OwnPrices:
    prices = model.price_input, model.price_output, model.price_cached, model.price_cache_written
    return LIST_PRICES if prices == (None,) * 4 else OwnPrices(*map(nano, prices))


def patterns(offered: dict[str, tuple[Candidate, ...]]) -> tuple[tuple[str, tuple[Candidate, ...]], ...]:
    """What stands before the "*" → candidates, the longest first: it says most about the name."""
    found = [(name[:-1], some) for name, some in offered.items() if is_pattern(name)]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def client_identity(key: ClientKey) -> ClientIdentity:
    expires_at = key.expires_at.timestamp() if key.expires_at else None
    return ClientIdentity(key.pk, key.name, key.is_master, bytes(key.digest), expires_at, quota_of(key), key.private)


def public_names(
    channels: list[Channel], models: defaultdict[int, list[ChannelModel]], aliases: list[Alias]
) -> dict[str, int]:
    """Every name an app may ask for → the Unix time it appeared, in alphabetical order; those of wildcards nobody
    knows."""
    offered = ((model.name, channel) for channel in channels for model in models[channel.pk])
    names = {name: int(channel.created_at.timestamp()) for name, channel in offered if not is_pattern(name)}
    names |= {alias.name: int(alias.created_at.timestamp()) for alias in aliases}
    names[built_in.MODEL] = built_in.CREATED_AT
    return dict(sorted(names.items()))


class TableWatcher:
    """Holds the table in force and replaces it when the revision moves. One per process. `is_offline`: the table's
    `offline`, for whoever has no table at hand and no time."""

    def __init__(self) -> None:
        self.is_offline = False
        self._table: RoutingTable | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def current(self) -> RoutingTable:
        return self._table or self.refresh()

    def refresh(self) -> RoutingTable:
        """Reload if anything changed since the last look. Called by whoever just wrote, and by the poll."""
        with self._lock:
            if self._table is None or read_revision() != self._table.revision:
                self._table = load()
                self.is_offline = self._table.offline
                invalidate(*COUNTED_TABLES)  # another process may have written: drop cachalot's rows too
            return self._table

    def start(self) -> None:
        self.refresh()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._poll, name="routing-table", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join(timeout=5)

    def forget(self) -> None:
        """Read everything anew at the next look."""
        self._table = None

    def _poll(self) -> None:
        while not self._stopping.wait(POLL_SECONDS):
            try:
                self.refresh()
            except DatabaseError as problem:  # locked, or being restored: the old table serves on
                logger.warning("Routing table not refreshed: %s", problem)
            except Exception:  # whatever it is, the next change may mend it
                logger.exception("Routing table not refreshed")
        connection.close()


watcher = TableWatcher()
current = watcher.current
refresh = watcher.refresh
