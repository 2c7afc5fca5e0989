"""The desktop's clipboard. A page in the window may not use it by itself, and the tray has no page."""

import os
import subprocess
import sys

from novapi_site.desktop import gui_thread
from novapi_site.paths import StartError

WAIT_SECONDS = 3
PROGRAMS = {
    "darwin": (["pbcopy"], "utf-8"),
    "win32": (["clip"], "utf-16"),  # with a byte order mark, or it would read the old code page
}


def put(text: str) -> None:
    """Replace what is on it. Raises StartError where it can't be done. May be called from any thread."""
    try:
        copy_with_program(text) if sys.platform in PROGRAMS else gui_thread.call(lambda: copy_with_gtk(text))
    except (OSError, ImportError, ValueError, subprocess.SubprocessError, TimeoutError) as problem:
        raise StartError(f"The clipboard could not be used ({problem}).") from None


def copy_with_program(text: str) -> None:
    words, encoding = PROGRAMS[sys.platform]
    environment = os.environ | {"LC_CTYPE": "UTF-8"}  # which pbcopy reads by
    subprocess.run(words, input=text.encode(encoding), env=environment, timeout=WAIT_SECONDS, check=True)


def copy_with_gtk(text: str) -> None:
    """The window answers whoever pastes."""
    import gi

    gi.require_version("Gtk", "3.0")
    from gi.repository import Gdk, Gtk

    if not Gtk.init_check()[0]:
        raise ValueError("there is no display")
    Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).set_text(text, -1)
