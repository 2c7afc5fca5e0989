"""Arguments of a call that come piece by piece: `partialArgs`, each with the JSON path of what it says."""

import re
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"""\.?([^.\[\]'"]+)|\[(\d{1,9})\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]""")
_ESCAPED = re.compile(r"\\(.)")
MOST_STEPS = 64


class PartialArguments:
    """The object so far. Pieces of one text come one after the other and are joined."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}

    def add(self, piece: Any) -> None:
        """One PartialArg; what cannot be read is skipped."""
        steps = steps_of(piece.get("jsonPath")) if isinstance(piece, dict) else []
        if not steps:
            return
        place: Any = self.value
        for step, following in pairwise(steps):
            place = inside(place, step, {} if isinstance(following, str) else [])
        put(place, steps[-1], value_of(piece))


def steps_of(path: Any) -> list[str | int]:
    """A JSON path's steps: names and positions; none if it is no path."""
    if not isinstance(path, str) or not path.startswith("$"):
        return []
    steps: list[str | int] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if not found or len(steps) == MOST_STEPS:
            return []
        name, position, *quoted = found.groups()
        written = next((text for text in quoted if text is not None), "")
        steps.append(int(position) if position else name or _ESCAPED.sub(r"\1", written))
        at = found.end()
    return steps


def inside(place: Any, step: str | int, empty: Any) -> Any:
    """What is at a step, made if it is not there yet; None where there is no such place."""
    match place, step:
        case dict(), str():
            return place.setdefault(step, empty)
        case list(), int():
            if step >= len(place):  # never further than the next: a hostile position must not make a long list
                place.append(empty)
            return place[min(step, len(place) - 1)]
    return None


def put(place: Any, step: str | int, value: Any) -> None:
    match place, step:
        case dict(), str():
            place[step] = continued(place[step], value) if step in place else value
        case list(), int() if step < len(place):
            place[step] = continued(place[step], value)
        case list(), int():
            place.append(value)


def continued(held: Any, value: Any) -> Any:
    return held + value if isinstance(held, str) and isinstance(value, str) else value


def value_of(piece: dict[str, Any]) -> Any:
    """The value a piece has; nothing but a path stands for an empty text."""
    for name in ("stringValue", "numberValue", "boolValue"):
        if piece.get(name) is not None:
            value = piece[name]
            return int(value) if isinstance(value, float) and value.is_integer() else value
    return None if "nullValue" in piece else ""
