"""Disks of a test's own: they are there for this thread and what it starts, and gone with them, however that ends."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLONE_FS = 0x00000200
CLONE_NEWNS = 0x00020000  # of <sched.h>; `os.unshare` and `os.setns` came with Python 3.12


@contextmanager
def own() -> Iterator[None]:
    """What is mounted meanwhile, nobody else sees. Skips where that takes more rights than the test has."""
    place = Path.cwd()
    before = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY)
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        os.close(before)
        pytest.skip("needs the right to mount")
    try:
        mount("--make-rprivate", "/")
        yield
    finally:
        ctypes.CDLL(None).unshare(CLONE_FS)  # threads begun meanwhile share it, and would be left behind
        back = ctypes.CDLL(None).setns(before, CLONE_NEWNS) == 0
        os.close(before)
        assert back
        os.chdir(place)  # coming back has led to the root


def mount(*words: str | Path) -> None:
    subprocess.run(["mount", *map(str, words)], check=True, timeout=10)


def small_disk(place: Path, size: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", place)


def read_only(place: Path) -> None:
    mount("--bind", place, place)
    mount("-o", "remount,ro,bind", place)


def without(place: Path, pattern: str, empty: Path) -> None:
    """The directory, but for what is called so."""
    for path in place.iterdir():
        if not path.match(pattern):
            (empty / path.name).symlink_to(f"{empty}.real/{path.name}")
    real = Path(f"{empty}.real")
    real.mkdir()
    mount("--bind", place, real)
    mount("--bind", empty, place)
