"""Bring keys back that were refused, or that failed again and again, without waiting for an app to run into them.

A model list is free, and where it is shown to the key's owner only it proves that the key is good. Where it proves
nothing (it is open to everybody, there is none, the account is empty, a limit is reached) only a chat tells, which
costs money: it is made only where the owner has allowed it.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator

import msgspec

from channels_app.table import Candidate, ChannelRoute, RoutingTable
from gateway.dialects.format import Impossible
from gateway.errors import GatewayError
from gateway.health import Fault, Health, KeyId
from gateway.model_lists import is_open, list_models
from gateway.small_calls import CHAT_DIALECTS, MOST_SECONDS, Caller, asked, chats_by_name, greeting, within
from gateway.upstream import ChannelFailure

logger = logging.getLogger(__name__)

APP = "Novapi recovery"
LOOK_SECONDS = 20.0
FIRST_WAIT_SECONDS = 60.0  # after a try; doubled with every further one
LONGEST_WAIT_SECONDS = 1800.0
AT_ONCE = 2
BY_LIST = frozenset({Fault.KEY_REFUSED, Fault.TROUBLE})  # of the other faults a list knows nothing

NO_WORD = frozenset({403, 404, 405})  # there is no list, or not for this key, which may be good for chats all the same


class Patient(msgspec.Struct, frozen=True):
    """A key in trouble: of which channel, where among its keys, and what the matter is."""

    channel: ChannelRoute
    position: int
    fault: Fault

    @property
    def key(self) -> KeyId:
        return self.channel.id, self.channel.credentials[self.position].id

    def __str__(self) -> str:
        last4 = self.channel.credentials[self.position].last4
        return f"{self.channel.name}, key …{last4}" if last4 else self.channel.name


class Wait(msgspec.Struct):
    """When a key is tried again (`time.monotonic()`), and how long the wait after that will be, in seconds."""

    due_at: float
    seconds: float


class Recovery:
    """Looks after keys in trouble. `table` gives the owner's settings; `jitter` spreads the tries; times in
    seconds."""

    def __init__(
        self,
        table: Callable[[], RoutingTable],
        health: Health,
        *,
        look_s: float = LOOK_SECONDS,
        first_wait_s: float = FIRST_WAIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._table = table
        self._health = health
        self._look_s = look_s
        self._first_wait_s = first_wait_s
        self._clock = clock
        self._jitter = jitter
        self._waits: dict[KeyId, Wait] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """For as long as the server runs; ends by being cancelled."""
        while True:
            await asyncio.sleep(self._look_s)
            try:
                await self.look()
            except Exception:  # whatever it is, the next look may go well
                logger.exception("Keys in trouble could not be looked after")

    async def look(self) -> None:
        """Try those whose time has come, two at once."""
        table, now = self._table(), self._clock()
        troubled = list(patients(table, self._health, now))
        self._forget_waits(troubled, now)
        due = [patient for patient in troubled if self._is_due(patient.key, now)]
        tries = [asyncio.create_task(self._try(patient, table)) for patient in due]
        try:
            for ended in await asyncio.gather(*tries, return_exceptions=True):
                if isinstance(ended, Exception):
                    logger.error("A key in trouble could not be tried", exc_info=ended)
        finally:
            for task in tries:
                task.cancel()

    def _is_due(self, key: KeyId, now: float) -> bool:
        wait = self._waits.get(key)
        return wait is None or wait.due_at <= now

    def _forget_waits(self, troubled: list[Patient], now: float) -> None:
        """Of keys that have been well for a whole wait: one that is soon in trouble again is tried less often."""
        kept = {patient.key for patient in troubled}
        self._waits = {key: wait for key, wait in self._waits.items() if key in kept or wait.due_at > now}

    async def _try(self, patient: Patient, table: RoutingTable) -> None:
        try:
            async with self._turn:
                is_well = await answers(patient, table)
        finally:
            self._wait_on(patient.key)
        if is_well:
            self._health.forgive(patient.key)
            logger.info("%s is back in use: it was %s and works again.", patient, patient.fault.value)

    def _wait_on(self, key: KeyId) -> None:
        """When to try it next, should it be, or be again, in trouble."""
        before = self._waits.get(key)
        seconds = min(before.seconds * 2, LONGEST_WAIT_SECONDS) if before else self._first_wait_s
        self._waits[key] = Wait(self._clock() + seconds * (1 + 0.2 * self._jitter()), seconds)


def patients(table: RoutingTable, health: Health, now: float) -> Iterator[Patient]:
    """The keys in trouble of the channels that are enabled, and that may be asked now."""
    troubled = health.in_trouble(now)
    if not troubled:
        return
    for channel in table.channels:
        if channel.recipe or (table.offline and not channel.is_here):
            continue  # it is not started for this, or may not be asked now
        for position, credential in enumerate(channel.credentials):
            if fault := troubled.get((channel.id, credential.id)):
                yield Patient(channel, position, fault)


async def answers(patient: Patient, table: RoutingTable) -> bool:
    """Whether the key is good again: by the list where that proves it, by a chat where it may cost something."""
    try:
        if patient.fault in BY_LIST and patient.channel.provider.models:
            proof = await within(MOST_SECONDS, proved(patient))
            if proof is not None:
                return proof
        if not table.paid_recovery or patient.channel.provider.local:
            return False
        return await within(MOST_SECONDS, chatted(patient, table))
    except (ChannelFailure, Impossible, GatewayError):
        return False


async def proved(patient: Patient) -> bool | None:
    """What the model list says; None where it says nothing about a key."""
    channel = patient.channel
    try:
        await list_models(channel, patient.position)
    except ChannelFailure as failure:
        return None if failure.status in NO_WORD else False
    has_key = bool(channel.credentials[patient.position].api_key)
    return None if patient.fault is Fault.KEY_REFUSED and has_key and await is_open(channel) else True


async def chatted(patient: Patient, table: RoutingTable) -> bool:
    """A few tokens from the first of the channel's models that chats."""
    channel = patient.channel
    models = {c.model: c.upstream for some in table.candidates.values() for c in some if c.channel.id == channel.id}
    owner = next((key for key in table.client_keys.values() if key.is_master), None)
    chats = chats_by_name(models)
    if not chats or owner is None or not channel.dialects.intersection(CHAT_DIALECTS):
        return False
    candidate = Candidate(channel, chats[0], models[chats[0]])
    await asked(Caller(candidate, channel.credentials[patient.position], owner, APP), greeting())
    return True
