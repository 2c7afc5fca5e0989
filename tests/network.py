"""A network of one process and its children, where Linux lets it have one: loopback only, and nobody else on it.

Tests of found engines see whatever listens on their machine: workers beside each other, or a Novapi of the person's
own, would stand in their way.
"""

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLONE_NEWNET = 0x40000000  # of <sched.h>; `os.unshare` and `os.setns` came with Python 3.12
SIOCSIFFLAGS = 0x8914  # of <linux/sockios.h>
IFF_UP = 1


def leave_for_own() -> bool:
    """Whether this thread is now on a network of its own, and with it whatever it starts from now on."""
    if not sys.platform.startswith("linux") or ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0:
        return False
    turn_on("lo")
    return True


def turn_on(interface: str) -> None:
    import fcntl  # of Unix only

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", interface.encode(), IFF_UP))


@contextmanager
def empty() -> Iterator[None]:
    """One on which nobody listens yet, where that may be; at the end the thread is back on its own."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY) if sys.platform.startswith("linux") else None
    has_left = leave_for_own()
    try:
        yield
    finally:
        if before is not None:
            back = not has_left or ctypes.CDLL(None).setns(before, CLONE_NEWNET) == 0
            os.close(before)
            assert back


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0))
