"""The thread of the window, to which everything on the screen belongs."""

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")

WAIT_SECONDS = 5  # the window may be drawing


def call(act: Callable[[], Made]) -> Made:
    """`act`, done there; what it gives or raises. Raises TimeoutError where nobody answers."""
    if threading.current_thread() is threading.main_thread() or sys.platform not in LATER:
        return act()  # Windows lets any thread draw
    done, told = threading.Event(), list[Any]()

    def run() -> bool:
        try:
            told.extend((act(), None))
        except Exception as problem:
            told.extend((None, problem))
        done.set()
        return False  # GLib would call it again

    LATER[sys.platform](run)
    if not done.wait(WAIT_SECONDS):
        raise TimeoutError("the window does not answer")
    made, problem = told
    if problem:
        raise problem
    return made  # type: ignore[no-any-return]


def soon(act: Callable[[], None]) -> None:
    """`act`, done there without waiting for it. Only GTK minds whose thread a dialog is of."""
    if not sys.platform.startswith("linux"):
        act()
        return

    def run() -> bool:
        act()
        return False

    by_glib(run)


def by_glib(run: Callable[[], bool]) -> None:
    from gi.repository import GLib

    GLib.idle_add(run)


def by_cocoa(run: Callable[[], bool]) -> None:
    from PyObjCTools import AppHelper

    AppHelper.callAfter(run)


LATER: dict[str, Callable[[Callable[[], bool]], None]] = {"linux": by_glib, "darwin": by_cocoa}
