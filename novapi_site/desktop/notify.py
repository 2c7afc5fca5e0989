"""Notifications of the owner's desktop."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

logger = logging.getLogger(__name__)

ICON = Path(__file__).with_name("icon.png")
ANSWER_MS = 5000  # the first notification may have to start the service that shows it
SHOW_MS = -1  # as long as the desktop thinks fit
SCRIPT = "on run words\ndisplay notification (item 2 of words) with title (item 1 of words)\nend run"

Balloon = Callable[[str, str], None]
_balloon: Balloon | None = None  # Windows shows what the icon of the tray says


def show(title: str, text: str) -> bool:
    """Whether it was shown; where nobody can, that is no error."""
    try:
        return SHOWN_BY.get(sys.platform, nobody)(title, text)
    except Exception as problem:  # GLib, a missing program, a service that hangs: all the same to whoever asks
        logger.info("A notification was not shown: %s", problem)
        return False


def use(balloon: Balloon | None) -> None:
    """The tray's icon is there (message, title), or is gone."""
    global _balloon
    _balloon = balloon


def over_dbus(title: str, text: str) -> bool:
    """By freedesktop.org's Desktop Notifications Specification."""
    if not has_session_bus():
        return False
    from gi.repository import Gio, GLib

    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    content = GLib.Variant("(susssasa{sv}i)", ("Novapi", 0, str(ICON), title, escaped(text), [], {}, SHOW_MS))
    place = ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", "org.freedesktop.Notifications")
    bus.call_sync(*place, "Notify", content, GLib.VariantType("(u)"), Gio.DBusCallFlags.NONE, ANSWER_MS, None)
    return True


def has_session_bus() -> bool:
    """GLib would start one of its own otherwise, with nobody on it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or bool(runtime and Path(runtime, "bus").exists())


def escaped(text: str) -> str:
    """The specification lets a body have markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def by_script(title: str, text: str) -> bool:
    """The texts are arguments, so that nothing in them is taken for a script."""
    words = ["osascript", "-e", SCRIPT, title, text]
    return subprocess.run(words, capture_output=True, timeout=ANSWER_MS / 1000, check=False).returncode == 0


def in_balloon(title: str, text: str) -> bool:
    if _balloon is None:
        return False
    _balloon(text, title)
    return True


def nobody(title: str, text: str) -> bool:
    return False


SHOWN_BY = {"linux": over_dbus, "darwin": by_script, "win32": in_balloon}
