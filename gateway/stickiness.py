"""Which key served a conversation last: the provider has its prompt in the cache, and the next turn costs a tenth."""

import time
from collections import OrderedDict
from collections.abc import Callable

from gateway.health import KeyId

KEPT_SECONDS = 3600.0  # as long as the longest cache that providers keep by default
MOST_CONVERSATIONS = 5_000


class Stickiness:
    """In memory; what is older than an hour, or one of too many, is forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_CONVERSATIONS) -> None:
        self._clock, self._most = clock, most
        self._last: OrderedDict[tuple[str, str], tuple[KeyId, float]] = OrderedDict()

    def last_used(self, session: str, model: str) -> KeyId | None:
        """The key that served this model in this conversation last."""
        found = self._last.get((session, model)) if session else None
        return found[0] if found and found[1] + KEPT_SECONDS > self._clock() else None

    def note(self, session: str, model: str, key: KeyId) -> None:
        if not session:
            return
        self._last[session, model] = (key, self._clock())
        self._last.move_to_end((session, model))
        if len(self._last) > self._most:
            self._last.popitem(last=False)

    def begin_anew(self) -> None:
        """The ids of channels and keys stand for others now."""
        self._last.clear()


stickiness = Stickiness()
