"""What the window remembers from one start to the next. It is read before there is a database."""

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from channels_app import private_files

logger = logging.getLogger(__name__)

LARGEST = 20_000  # a side of a screen, in pixels; beyond it a file was written by something else


@dataclass
class Kept:
    """Sizes and places in pixels; `port`: where the owner moved Novapi to; `told`: that closing keeps it running."""

    width: int = 1240
    height: int = 840
    x: int | None = None
    y: int | None = None
    maximized: bool = False
    port: int | None = None
    told: bool = False

    def save(self, home: Path) -> None:
        """Where that can't be, the next window is as the last one that could."""
        try:
            private_files.write(home / "window.json", json.dumps(asdict(self)))
        except OSError as problem:
            logger.warning("The window's place was not kept: %s", problem)


def read(home: Path) -> Kept:
    """As it was left; what can't be read is as at the first start."""
    try:
        written = json.loads((home / "window.json").read_text(encoding="utf-8")).items()
    except (OSError, ValueError, AttributeError, RecursionError):
        return Kept()
    known = {field.name for field in fields(Kept)}
    return Kept(**{name: value for name, value in written if name in known and fits(name, value)})


def fits(name: str, value: Any) -> bool:
    if name in ("maximized", "told"):
        return isinstance(value, bool)
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return {"port": 0 < value < 65536, "x": abs(value) < LARGEST, "y": abs(value) < LARGEST}.get(
        name, 200 <= value < LARGEST
    )
