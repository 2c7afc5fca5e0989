"""What an executable of one file unpacks into a directory of its own, and leaves there (some 60 MB) when it is killed:
a mark in it says that a process lives there; the next start removes what nobody lives in."""

import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

START = "_MEI"  # of the directory's name, by PyInstaller
MARK = "in-use"

_held: list[int] = []  # open for as long as this process lives


def hold(folder: Path) -> None:
    """This process lives there. What was not unpacked, but installed, needs no mark."""
    if not folder.name.startswith(START):
        return
    with suppress(OSError):
        descriptor = os.open(folder / MARK, os.O_CREAT | os.O_RDWR, 0o600)
        _held.append(descriptor)
        share(descriptor)


def remove_left_over(own: Path) -> None:
    """Beside our own. A directory without a mark may be one that is being unpacked, or another program's."""
    for mark in own.parent.glob(f"{START}*/{MARK}") if own.name.startswith(START) else ():
        if mark.parent != own and is_abandoned(mark):
            shutil.rmtree(mark.parent, ignore_errors=True)


def is_abandoned(mark: Path) -> bool:
    """Windows lets nobody remove what is open; elsewhere each process that lives there holds a lock."""
    try:
        if sys.platform == "win32":
            mark.unlink()
            return True
        return mark.lstat().st_uid == os.getuid() and can_lock(mark)
    except OSError:
        return False


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
