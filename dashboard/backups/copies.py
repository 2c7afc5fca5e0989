"""Copies of the database that Novapi puts aside by itself, before it is upgraded or replaced."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from django.conf import settings
from django.db import connection

from channels_app import private_files

logger = logging.getLogger(__name__)

KEPT = 3  # of each kind
Reason = Literal["upgrade", "restore"]
STARTS: dict[Reason, str] = {"upgrade": "novapi-", "restore": "replaced-"}


class Copy(NamedTuple):
    """`bytes`: its size; `reason`: what it was made before."""

    name: str
    bytes: int
    made_at: datetime
    reason: Reason


def put_aside(reason: Reason) -> Path:
    """A consistent copy in `backups/`, taken while nothing else is disturbed; the oldest beyond three go."""
    backups = Path(settings.NOVAPI_HOME) / "backups"
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(seconds))
    copy = backups / f"{STARTS[reason]}{stamp}-{nanoseconds:09d}.db"
    private_files.touch(copy)
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(copy)])
    except BaseException:
        copy.unlink(missing_ok=True)  # half a copy would pass for one
        raise
    for old in sorted(backups.glob(f"{STARTS[reason]}*.db"))[:-KEPT]:
        old.unlink()
    logger.info("Database copied to %s before the %s.", copy, reason)
    return copy


def all_copies() -> Iterator[Copy]:
    """The newest first."""
    backups = Path(settings.NOVAPI_HOME) / "backups"
    found = [(path, reason) for reason, start in STARTS.items() for path in backups.glob(f"{start}*.db")]
    for path, reason in sorted(found, key=lambda each: each[0].stat().st_mtime, reverse=True):
        state = path.stat()
        yield Copy(path.name, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC), reason)
