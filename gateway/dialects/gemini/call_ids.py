"""Ids of tool calls, which Gemini's format may leave out and every other one needs."""

import hashlib
from collections import OrderedDict


def made_up_id(seed: str, number: int, name: str) -> str:
    """An id for a call without one: the same each time it is met, another for every call."""
    told = f"{seed}\n{number}\n{name}".encode("utf-8", "replace")
    return f"call_{hashlib.blake2s(told, digest_size=12).hexdigest()}"


class CallIds:
    """Which result belongs to which call: by id, else the oldest call of that name that has no result yet."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self._count = 0
        self._waiting: dict[str, OrderedDict[str, None]] = {}

    def of_call(self, given: str, name: str) -> str:
        call_id = given or self._next(name)
        self._waiting.setdefault(name, OrderedDict())[call_id] = None
        return call_id

    def of_result(self, given: str, name: str) -> str:
        waiting = self._waiting.get(name, OrderedDict())
        if given:
            waiting.pop(given, None)
            return given
        return waiting.popitem(last=False)[0] if waiting else self._next(name)

    def _next(self, name: str) -> str:
        self._count += 1
        return made_up_id(self._seed, self._count, name)
