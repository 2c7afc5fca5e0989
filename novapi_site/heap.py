"""Memory that large calls have left behind goes back to the system: glibc keeps what is freed between two things that
are still in use, for ever.
"""

import asyncio
import ctypes
import sys
import time
from collections.abc import Callable

import psutil

LOOK_SECONDS = 30
WORTH_BYTES = 16 * 1024 * 1024
QUIET = 0.02  # of one processor; idle, it needs a quarter of that


async def give_back() -> None:
    """Until cancelled. It takes up to 60 ms in which whoever needs memory waits: so only where memory has grown, and
    this process had next to nothing to do for a while."""
    trim = trimmer()
    least, spent = resident() if trim else 0, time.process_time()
    while trim:
        await asyncio.sleep(LOOK_SECONDS)
        before, spent = spent, time.process_time()
        is_quiet = spent - before < QUIET * LOOK_SECONDS
        if is_quiet and resident() - least >= WORTH_BYTES:
            await asyncio.to_thread(trim, 0)
            least = resident()


def trimmer() -> Callable[[int], int] | None:
    """glibc's `malloc_trim` (malloc_trim(3)); other systems, and other C libraries, give back by themselves."""
    if sys.platform != "linux":
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(psutil.Process().memory_info().rss)
