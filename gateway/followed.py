"""Which models the engines of local channels have listed: what appears later is offered, too.

It is kept in a file, so that a model that came while Novapi was off is noticed. What the owner removed from a channel,
or never offered, does not come back.
"""

import json
import logging
from collections.abc import Iterable
from pathlib import Path

from channels_app import private_files

logger = logging.getLogger(__name__)


class Followed:
    """`path`: where it is kept; None: in memory only. A channel is known by its id and address."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._listed: dict[str, set[str]] = read(path) if path else {}

    def fresh(self, channel: str, listed: Iterable[str], offers_nothing: bool) -> list[str]:
        """What is listed now and was not before; of a channel that was never looked at all, if it offers nothing."""
        names = list(listed)
        known = self._listed.get(channel, set() if offers_nothing else set(names))
        return [name for name in names if name not in known]

    def note(self, listed_by_channel: dict[str, list[str]]) -> None:
        """These are their lists now; channels that are not among them stay as they were."""
        changed = {name: set(models) for name, models in listed_by_channel.items()}
        if any(self._listed.get(name) != models for name, models in changed.items()):
            self._listed |= changed
            self._write()

    def _write(self) -> None:
        if self._path is None:
            return
        body = {name: sorted(models) for name, models in self._listed.items()}
        try:
            private_files.write(self._path, json.dumps(body))
        except OSError as problem:
            logger.warning("The models of local engines can't be noted in %s: %s", self._path, problem)


def read(path: Path) -> dict[str, set[str]]:
    """What was kept; nothing if it can't be read, which is as good as a first look."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): {str(model) for model in models} for name, models in body.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError):
        return {}
