"""What is different in the executable: there is no Python beside it that could run a program of ours, and PyInstaller
prepares an environment for it that its children must not see."""

import encodings.cp437  # noqa: F401  # of an archive's names: the thread that unpacks should import nothing
import os
import sys
import threading
from pathlib import Path
from zipfile import ZipFile

from channels_app import unpacked

GUARD_WORD = "guard-engine"  # a command of the executable that is nobody's business: run `local.guard` instead
METADATA = "metadata.zip"  # of packages, for importlib.metadata; two hundred files would take a tenth of a second
# What pages are made of, in an executable of one file: two thirds of all its files, and no call needs them.
DASHBOARD, DJANGO = "dashboard.zip", "django.zip"
LIBRARIES = "LD_LIBRARY_PATH"
OWN_PREFIX = "_PYI_"

_own: dict[str, str] = {}
_unpacking = threading.Lock()


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def begin() -> None:
    """First of all in the program; from its source there is nothing to do."""
    if is_frozen():
        unpacked.hold(Path(folder()))
        sys.path.append(os.path.join(folder(), METADATA))
        restore_environment()


def remove_left_over() -> None:
    """Of executables that were killed."""
    if is_frozen():
        unpacked.remove_left_over(Path(folder()))


def folder() -> str:
    """Where the executable's files lie while it runs."""
    return str(sys._MEIPASS)  # type: ignore[attr-defined]  # PyInstaller's word for it


def is_packed(archive: str) -> bool:
    return is_frozen() and os.path.exists(os.path.join(folder(), archive))


def unpack(archive: str) -> None:
    """Before what is in it is used, from any thread. Raises OSError, and may be tried again."""
    with _unpacking:
        if is_packed(archive):
            path = Path(folder()) / archive
            with ZipFile(path) as packed:
                packed.extractall(folder())
            path.unlink()


def restore_environment() -> None:
    """The system's own again: with a library of the bundle an engine, a browser or a part of WebKit may crash, and
    another program made by PyInstaller would take this one's files for its own."""
    for name in [name for name in os.environ if name.startswith(OWN_PREFIX)]:
        _own[name] = os.environ.pop(name)
    if is_bundled(os.environ.get(LIBRARIES, "")):
        del os.environ[LIBRARIES]
        if before := os.environ.pop(f"{LIBRARIES}_ORIG", ""):
            os.environ[LIBRARIES] = before


def is_bundled(path: str) -> bool:
    """Whether a search path begins with the bundle, as PyInstaller's does."""
    return path.partition(os.pathsep)[0] == folder()


def own_environment() -> dict[str, str]:
    """What this executable needs to be started once more without unpacking itself again."""
    return dict(_own)
