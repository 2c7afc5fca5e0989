"""Engines that share what only one of them has room for: who runs, who waits, and in what order."""

import asyncio
from collections import deque
from dataclasses import dataclass

from channels_app.local.engine import Engine


@dataclass(eq=False, slots=True)
class Ticket:
    """A call that waits for its engine's turn."""

    engine: Engine
    granted: "asyncio.Future[None]"


class Group:
    """One engine holds it at a time. A busy one is never evicted; while somebody waits for another one, new calls for
    the holder wait behind them, so that nobody waits for ever. Belongs to one loop."""

    def __init__(self) -> None:
        self.holder: Engine | None = None
        self._queue: deque[Ticket] = deque()
        self._swapping: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def is_taken(self, engine: Engine) -> bool:
        """Whether a call for it would have to wait for others' calls to end."""
        return bool(self._queue) or (self.holder not in (None, engine) and self.holder.leases > 0)

    async def enter(self, engine: Engine) -> None:
        """Returns when it is the engine's turn, and counts the call among those that use it; `leave` ends that. Who is
        cancelled while waiting has not entered."""
        if not self._queue and self._swapping is None and self.holder in (None, engine):
            self.holder = engine
            engine.leases += 1
            return
        ticket = Ticket(engine, asyncio.get_running_loop().create_future())
        self._queue.append(ticket)
        self._advance()
        try:
            await ticket.granted
        except asyncio.CancelledError:
            self._give_up(ticket)
            raise

    def leave(self, engine: Engine) -> None:
        engine.leases -= 1
        engine.used()
        self._advance()

    def forget(self, engine: Engine) -> None:
        """It has ended, and nobody uses it."""
        if self.holder is engine and not engine.leases:
            self.holder = None
            self._advance()

    def _give_up(self, ticket: Ticket) -> None:
        if ticket in self._queue:
            self._queue.remove(ticket)
            self._advance()
        else:  # it was granted in the same moment
            self.leave(ticket.engine)

    def _advance(self) -> None:
        if not self._queue or self._swapping:
            return
        wanted = self._queue[0].engine
        if self.holder in (None, wanted):
            self._grant(wanted)
        elif self.holder and not self.holder.leases:
            self._swapping = asyncio.create_task(self._swap(self.holder))

    async def _swap(self, holder: Engine) -> None:
        """What the next one needs is free only when the one before has ended."""
        try:
            await holder.stop()
        finally:
            self.holder = self._swapping = None
            self._advance()

    def _grant(self, engine: Engine) -> None:
        """To all that wait for it: as few swaps as can be."""
        self.holder = engine
        for ticket in [each for each in self._queue if each.engine is engine]:
            self._queue.remove(ticket)
            engine.leases += 1
            ticket.granted.set_result(None)
