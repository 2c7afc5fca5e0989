"""The owner's pause: for a time apps are turned away at the door. In memory: a new start takes calls again."""

import math
import time
from datetime import datetime

from gateway.errors import Paused
from gateway.events import hub
from gateway.paths import PLAIN


class Pause:
    """`until` is a Unix time, by which the owner's clock goes; 0 while calls are taken, which is all that a call looks
    at. Those in flight go on."""

    def __init__(self) -> None:
        self.until = 0.0

    def begin(self, minutes: float) -> None:
        self._set(time.time() + minutes * 60)

    def end(self) -> None:
        if self.until:
            self._set(0.0)

    def look(self) -> None:
        """End it when its time has come, so that whoever watches hears of it; called now and then."""
        if self.until and self.until <= time.time():
            self.end()

    def refuse(self, path: str) -> None:
        """Raises Paused for a call; whether Novapi is up, and what it counts, is told all the same."""
        wait = self.until - time.time()
        if wait > 0 and path not in PLAIN:
            raise Paused(
                f"Novapi is paused by its owner until {clock(self.until)}. Resume it in the tray or the dashboard.",
                headers={"retry-after": str(math.ceil(wait)), "x-should-retry": "false"},
            )

    def told(self) -> float | None:
        """As the API has it."""
        return self.until or None

    def _set(self, until: float) -> None:
        self.until = until
        hub.tell("paused", {"until": self.told()})


def clock(at: float) -> str:
    """The time of day on the owner's clock."""
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M")


pause = Pause()
