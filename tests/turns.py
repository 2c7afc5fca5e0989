"""Who may run when several workers do: tests marked `alone` measure time, so no other test runs beside them."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Workers are started with the environment of the one who shares the tests out, home included.
_meeting_place = Path(os.environ.get("NOVAPI_HOME", "")) if "PYTEST_XDIST_WORKER" in os.environ else None


@contextmanager
def turn(*, alone: bool, meeting_place: Path | None = _meeting_place) -> Iterator[None]:
    """Waits until this test may run: beside others, or after all of them have ended theirs."""
    if meeting_place is None or sys.platform == "win32":
        yield
        return
    import fcntl  # of Unix only

    with (meeting_place / "door").open("w") as door, (meeting_place / "room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # whoever waits to be alone lets nobody in any more
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # closing would not do if a child process has the file, too
