"""Calls that wait until a busy engine has room for them: in order, not too many, and gone with their clients.

All of it happens on the serving loop. Who leaves hands its place to the first that waits, before anyone new can come.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MOST_WAITING = 32  # behind one engine; whoever comes then had better go elsewhere


@dataclass(slots=True, eq=False)
class Waiting:
    """One call in a line: `enter` takes a place if there is one, `leave` gives it back."""

    enter: Callable[[], bool]
    leave: Callable[[], None]
    turn: asyncio.Future[None]


class Queues:
    """The lines of all owners of limits, "channel:3"."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._lines: dict[str, deque[Waiting]] = {}
        self._most = most

    def is_waited_for(self, owner: str) -> bool:
        return owner in self._lines

    async def wait(self, owner: str, enter: Callable[[], bool], leave: Callable[[], None], seconds: float) -> bool:
        """Wait for a place. False: there were too many before, or `seconds` have passed."""
        if owner not in self._lines and enter():
            return True
        line = self._lines.setdefault(owner, deque())
        if len(line) >= self._most:
            return False
        waiting = Waiting(enter, leave, asyncio.get_running_loop().create_future())
        line.append(waiting)
        try:
            return await in_time(waiting.turn, seconds)
        except asyncio.CancelledError:
            if waiting.turn.done() and not waiting.turn.cancelled():
                leave()  # its turn came in the moment its client left
            raise
        finally:
            self._forget(owner, waiting)

    def move_up(self, owner: str) -> None:
        """There may be room: let in whoever is first, as long as there is."""
        line = self._lines.get(owner)
        while line and line[0].enter():
            line.popleft().turn.set_result(None)
        if line is not None and not line:
            del self._lines[owner]

    def _forget(self, owner: str, waiting: Waiting) -> None:
        line = self._lines.get(owner)
        if line and waiting in line:
            line.remove(waiting)
        if line is not None and not line:
            del self._lines[owner]


async def in_time(turn: asyncio.Future[None], seconds: float) -> bool:
    """Whether the turn came within `seconds`."""
    done, _ = await asyncio.wait([turn], timeout=seconds)
    return bool(done)


queues = Queues()
