"""Memory that large calls have left behind goes back to the system: glibc keeps what is freed between two things that
are still in use, for ever.
"""

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path

LOOK_SECONDS = 30
WORTH_BYTES = 16 * 1024 * 1024


async def give_back(is_busy: Callable[[], bool]) -> None:
    """In the serving loop, until cancelled. Up to 60 ms in which whoever needs memory waits: so only after memory has
    grown, and while nobody is being answered."""
    trim = trimmer()
    least = resident() if trim else 0
    while trim:
        await asyncio.sleep(LOOK_SECONDS)
        if resident() - least >= WORTH_BYTES and not is_busy():
            await asyncio.to_thread(trim, 0)
            least = resident()


def trimmer() -> Callable[[int], int] | None:
    """glibc's `malloc_trim` (malloc_trim(3)); other systems, and other C libraries, give back by themselves."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def resident() -> int:
    """Bytes of this process that are in memory (proc_pid_statm(5))."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
