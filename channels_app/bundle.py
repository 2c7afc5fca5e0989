"""What is different in the executable: there is no Python beside it that could run a program of ours, and PyInstaller
prepares an environment for it that its children must not see."""

import os
import sys

GUARD_WORD = "guard-engine"  # a command of the executable that is nobody's business: run `local.guard` instead
LIBRARIES = "LD_LIBRARY_PATH"
OWN_PREFIX = "_PYI_"

_own: dict[str, str] = {}


def is_frozen() -> bool:
    return bool(getattr(sys, "frozen", False))


def restore_environment() -> None:
    """The system's own again, first of all: with a library of the bundle an engine, a browser or a part of WebKit may
    crash, and another program made by PyInstaller would take this one's files for its own."""
    if not is_frozen():
        return
    for name in [name for name in os.environ if name.startswith(OWN_PREFIX)]:
        _own[name] = os.environ.pop(name)
    if is_bundled(os.environ.get(LIBRARIES, "")):
        del os.environ[LIBRARIES]
        if before := os.environ.pop(f"{LIBRARIES}_ORIG", ""):
            os.environ[LIBRARIES] = before


def is_bundled(path: str) -> bool:
    """Whether a search path begins with the bundle, as PyInstaller's does."""
    return path.partition(os.pathsep)[0] == getattr(sys, "_MEIPASS", None)


def own_environment() -> dict[str, str]:
    """What this executable needs to be started once more without unpacking itself again."""
    return dict(_own)
