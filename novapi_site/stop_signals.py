"""SIGINT, SIGTERM and the end of the terminal ask for an orderly end, instead of being one."""

import signal
from queue import SimpleQueue
from types import FrameType

HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)  # Windows has none


def heeded() -> "SimpleQueue[int]":
    """From now on they are put there, each time one comes. In the main thread.

    A handler runs between any two steps of the main thread, also between those of whoever waits for what it does. A
    SimpleQueue may be filled there (docs.python.org/3/library/queue.html, "reentrant"). An Event may not: its lock can
    be held by the very code that was interrupted, and a second Ctrl+C would wait for it for ever.
    """
    asked: SimpleQueue[int] = SimpleQueue()

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.put(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    if HANG_UP and signal.getsignal(HANG_UP) != signal.SIG_IGN:  # as `nohup` has it
        signal.signal(HANG_UP, ask)
    return asked
