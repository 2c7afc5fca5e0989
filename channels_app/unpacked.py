"""What an executable of one file unpacks into a directory of its own, and leaves there (some 60 MB) when it is killed:
a mark in it says that a process lives there; the next start removes what nobody lives in, or nobody ever came to."""

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

START = "_MEI"  # of the directory's name, by PyInstaller
MARK = "in-use"
FIRST = ".novapi-unpacks"  # the file that is unpacked before all others
UNPACKING_SECONDS = 3600.0  # the slowest disk takes less

_held: list[int] = []  # open for as long as this process lives


def hold(folder: Path) -> None:
    """This process lives there. What was not unpacked, but installed, needs no mark."""
    if not folder.name.startswith(START):
        return
    try:
        descriptor = os.open(folder / MARK, os.O_CREAT | os.O_RDWR, 0o600)
        _held.append(descriptor)
        share(descriptor)
    except OSError:
        with suppress(OSError):
            (folder / FIRST).unlink()  # what can't be marked looks like a stranger's, which nobody removes


def remove_left_over(own: Path) -> None:
    """Beside our own."""
    for folder in own.parent.glob(f"{START}*") if own.name.startswith(START) else ():
        if folder != own and is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def is_abandoned(folder: Path) -> bool:
    """Windows lets nobody remove what is open; elsewhere each process that lives there holds a lock. Without a mark it
    may be one that is being unpacked, or another program's."""
    try:
        if not (folder / MARK).exists():
            return is_half_unpacked(folder)
        if sys.platform == "win32":
            (folder / MARK).unlink()
            return True
        return (folder / MARK).lstat().st_uid == os.getuid() and can_lock(folder / MARK)
    except OSError:
        return False


def is_half_unpacked(folder: Path) -> bool:
    """Whether somebody was killed while it was being unpacked. Raises OSError where it is not ours to know."""
    first = (folder / FIRST).lstat()
    is_own = sys.platform == "win32" or first.st_uid == os.getuid()
    return is_own and time.time() - first.st_mtime > UNPACKING_SECONDS


def share(descriptor: int) -> None:
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


def can_lock(mark: Path) -> bool:
    import fcntl  # of Unix only

    descriptor = os.open(mark, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
