"""The engines on this machine, looked after while the server runs: which there are, which of them the owner's channels
call, which of those listen, and what models they have now.

All of it is a note in memory. A channel whose engine does not listen is offline, which is no failure: engines come and
go with their owner.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.db import DatabaseError

from channels_app import candidates, discovery
from channels_app.discovery import NOTHING, Found, Scan
from channels_app.local.adding import offer_more, port_of
from channels_app.local.listeners import IPV4, IPV6
from channels_app.local.probes import listens
from channels_app.table import ChannelRoute, RoutingTable
from gateway.events import hub
from gateway.followed import Followed
from gateway.health import Health, health
from gateway.model_lists import Listed, gone, list_models
from gateway.small_calls import within
from gateway.upstream import ChannelFailure

logger = logging.getLogger(__name__)

FIRST_SECONDS = 5.0  # whoever has just started Novapi has something else in mind
SCAN_SECONDS = 60.0
CHECK_SECONDS = 5.0  # whether the engines of channels in trouble listen
LIST_SECONDS = 5.0


class Local(msgspec.Struct, frozen=True):
    """An enabled channel to an engine of this machine; `models`: public name → the engine's."""

    route: ChannelRoute
    port: int
    models: dict[str, str]

    @property
    def mark(self) -> str:
        return f"{self.route.id} {self.port}"

    def told(self) -> dict[str, Any]:
        """As live events tell of it."""
        return {"id": self.route.id, "name": self.route.name, "port": self.port}


class Listing(msgspec.Struct, frozen=True):
    """The models of an engine, and what is told of those that run on this machine."""

    models: list[Listed]
    own: dict[str, dict[str, Any]]


class Lookout:
    """Lives on the server's loop. `table` gives the owner's settings; times in seconds."""

    def __init__(
        self,
        table: Callable[[], RoutingTable] = candidates.current,
        health: Health = health,
        *,
        first_s: float = FIRST_SECONDS,
        scan_s: float = SCAN_SECONDS,
        check_s: float = CHECK_SECONDS,
    ) -> None:
        self._table = table
        self._health = health
        self._first_s, self._scan_s, self._check_s = first_s, scan_s, check_s
        self._scanning: asyncio.Task[Scan] | None = None
        self.followed = Followed()
        self.last = NOTHING
        self.offline: dict[int, Local] = {}  # by channel
        self.gone: dict[int, list[str]] = {}  # by channel: the public names of what its engine no longer has

    async def run(self) -> None:
        """For as long as the server runs; ends by being cancelled."""
        await asyncio.sleep(self._first_s)
        due_at = 0.0
        while True:
            try:
                if time.monotonic() >= due_at:
                    due_at = time.monotonic() + self._scan_s
                    await self.scan(self.last)
                else:
                    await self.check()
            except Exception:  # whatever it is, the next look may go well
                logger.exception("The engines on this machine could not be looked after")
            await asyncio.sleep(self._check_s)

    async def scan(self, before: Scan = NOTHING) -> Scan:
        """Look for engines, and take note. Who asks while a look is under way gets that one."""
        if self._scanning is None or self._scanning.done():
            self._scanning = asyncio.create_task(self._scan(before))
        return await asyncio.shield(self._scanning)

    async def check(self) -> None:
        """Whether the engines of channels that fail, or are offline, listen."""
        now = time.monotonic()
        for local in self._locals():
            failed = any(self._health.report((local.route.id, c.id), now).failures for c in local.route.credentials)
            if failed or local.route.id in self.offline:
                self._note(local, await anybody_listens(local.port))

    def is_offline(self, channel_id: int) -> bool:
        return channel_id in self.offline

    async def _scan(self, before: Scan) -> Scan:
        result = await discovery.scan(before)
        self._tell_new(result)
        self.last = result
        lists: dict[str, Listing] = {}
        for local in self._locals():
            found = engine_at(result, local.port)
            self._note(local, found is not None or await anybody_listens(local.port))
            if found and (listing := await self._listing(local, found)).models:
                lists[local.mark] = listing
        await self._follow(lists)
        return result

    def _locals(self) -> list[Local]:
        """The channels to engines of this machine; what is noted of others is forgotten."""
        table = self._table()
        models: dict[int, dict[str, str]] = {}
        for name, some in table.candidates.items():
            for candidate in some:
                models.setdefault(candidate.channel.id, {})[name] = candidate.upstream
        found = [(route, port_of(route)) for route in table.channels if route.provider.local and not route.recipe]
        local = [Local(route, port, models.get(route.id, {})) for route, port in found if port]
        ids = {each.route.id for each in local}
        self.offline = {number: each for number, each in self.offline.items() if number in ids}
        self.gone = {number: names for number, names in self.gone.items() if number in ids}
        return local

    def _tell_new(self, result: Scan) -> None:
        """Of engines that were not there before, and that no channel calls."""
        known = {(found.port, found.engine) for found in self.last.found}
        called = {port_of(route) for route in self._table().channels}
        for found in result.found:
            if (found.port, found.engine) not in known and found.port not in called:
                hub.tell("engine.found", told(found))

    def _note(self, local: Local, is_listening: bool) -> None:
        number = local.route.id
        if not is_listening and number not in self.offline:
            self.offline[number] = local
            hub.tell("engine.offline", local.told())
        elif is_listening and number in self.offline:
            del self.offline[number]
            for credential in local.route.credentials:
                self._health.forgive((number, credential.id))
            hub.tell("engine.online", local.told())

    async def _listing(self, local: Local, found: Found) -> Listing:
        """The models that a channel's engine has now; where it wants a key, the channel has it."""
        if not found.is_locked:
            models = [Listed(model.name, model.abilities) for model in found.models]
            return Listing(models, {model.name: model.abilities for model in found.own_models})
        try:
            models = await within(LIST_SECONDS, list_models(local.route))
        except ChannelFailure:
            models = []
        return Listing(models, {model.name: model.abilities for model in models})

    async def _follow(self, lists: dict[str, Listing]) -> None:
        """Offer what is new; note what is gone."""
        fresh: list[tuple[int, dict[str, dict[str, Any]]]] = []
        for local in self._locals():
            if listing := lists.get(local.mark):
                self.gone[local.route.id] = list(gone(local.models, listing.models))
                names = self.followed.fresh(local.mark, listing.own, not local.models)
                fresh.append((local.route.id, {name: listing.own[name] for name in names}))
        if any(models for _, models in fresh):
            try:
                await sync_to_async(offer_more)(fresh)
            except DatabaseError as problem:  # locked, or being restored: they are still new at the next look
                logger.warning("New models of local engines could not be added: %s", problem)
                return
        self.followed.note({mark: list(listing.own) for mark, listing in lists.items()})


def told(found: Found) -> dict[str, Any]:
    """A found engine as live events tell of it; `models`: how many."""
    return {
        "engine": found.engine,
        "name": found.name,
        "address": found.address,
        "state": found.state,
        "models": len(found.models),
    }


def engine_at(result: Scan, port: int) -> Found | None:
    return next((found for found in result.found if found.port == port), None)


async def anybody_listens(port: int) -> bool:
    return await listens(IPV4, port) or await listens(IPV6, port)


lookout = Lookout()
