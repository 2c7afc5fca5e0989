"""What can show a window here. It is found out before pywebview is asked, for GTK ends the process where it can't."""

import logging
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

WEBKIT_VERSIONS = ("4.1", "4.0")
NVIDIA = Path("/proc/driver/nvidia")


def problem() -> str:
    """Why no window can be shown, in words for the owner; empty if one can."""
    return linux_problem() if sys.platform.startswith("linux") else import_problem()


def has_display() -> bool:
    """Whether a browser could be seen, for example: only Linux runs without a screen."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def linux_problem() -> str:
    if not has_display():
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    try:
        import gi  # noqa: F401
    except ImportError:
        return "PyGObject is not installed (pip install 'novapi[desktop]')"
    if not any(has("WebKit2", version) for version in WEBKIT_VERSIONS):
        return "WebKitGTK is not installed (on Debian and Ubuntu: apt install gir1.2-webkit2-4.1)"
    if not (has("Gtk", "3.0") and has("Gdk", "3.0")):
        return "GTK 3 is not installed (on Debian and Ubuntu: apt install gir1.2-gtk-3.0)"
    from gi.repository import Gdk

    if Gdk.Display.get_default() is None:
        return f"the display {os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY')} can't be opened"
    return import_problem()


def has(library: str, version: str) -> bool:
    """It is the one to be used from then on."""
    import gi

    try:
        gi.require_version(library, version)
    except ValueError:
        return False
    return True


def import_problem() -> str:
    try:
        import webview  # noqa: F401
    except ImportError as problem:
        return f"pywebview is not installed ({problem})"
    return ""


def is_inspected() -> bool:
    """Whether a developer has asked WebKit for its inspector, at an address of this machine."""
    return "WEBKIT_INSPECTOR_HTTP_SERVER" in os.environ


def is_told(record: logging.LogRecord) -> bool:
    """A page that goes before it has got the bridge is no error, and pywebview would give its traceback, twice."""
    return "WebKitJavascriptError" not in record.getMessage()


def load() -> None:
    """Before any other thread imports: where two of them want each other's modules, Python gives one of them half a
    module. What is missing, pywebview tells."""
    prepare()
    if sys.platform.startswith("linux"):
        with suppress(ImportError, ValueError):
            import_module("webview.platforms.gtk")


def prepare() -> None:
    """What the toolkit reads from the environment when it is loaded."""
    os.environ.setdefault("PYWEBVIEW_LOG", "WARNING")
    logging.getLogger("pywebview").addFilter(is_told)
    if sys.platform.startswith("linux") and NVIDIA.exists():
        os.environ.setdefault("WEBKIT_DISABLE_DMABUF_RENDERER", "1")  # with that driver, pages stay white
