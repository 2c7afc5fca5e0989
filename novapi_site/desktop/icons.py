"""The icon in the tray, as each system has it. What is in its menu is told by whoever made it.

On Linux that is GTK itself: the same library draws the window, and no thread, file or bus connection comes with it.
"""

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from novapi_site.desktop.menu import Items
from novapi_site.desktop.notify import has_session_bus, use

PICTURE = Path(__file__).with_name("icon.png")
SMALL = (64, 64)  # the largest that a tray shows
EMBED_SECONDS = 2  # a tray that is there takes an icon at once
WATCHER = "org.kde.StatusNotifierWatcher"
ANSWER_MS = 1000


class Icon(Protocol):
    """`show` replaces what is told; it and `remove` are called in the window's thread."""

    def show(self, tooltip: str, items: Items) -> None: ...

    def wait_until_shown(self) -> bool: ...

    def remove(self) -> None: ...


def make(click: Callable[[], object]) -> Icon | None:
    """In the window's thread. None where the desktop is known to have no tray."""
    maker = MAKERS.get(sys.platform)
    return maker(click) if maker else None


def make_with_gtk(click: Callable[[], object]) -> Icon | None:
    import gi

    gi.require_version("Gtk", "3.0")
    from gi.repository import Gdk, Gtk

    if not Gtk.init_check()[0]:
        return None
    if has_watcher() and (library := indicator_library()):
        return Indicator(library)
    is_x11 = type(Gdk.Display.get_default()).__name__ == "X11Display"
    return StatusIcon(click) if is_x11 else None


def has_watcher() -> bool:
    """Whether anybody on the session bus shows StatusNotifierItems: KDE, and GNOME with its extension."""
    if not has_session_bus():
        return False
    from gi.repository import Gio, GLib

    place = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
    try:
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        name, kind = GLib.Variant("(s)", (WATCHER,)), GLib.VariantType("(b)")
        answer = bus.call_sync(*place, "NameHasOwner", name, kind, Gio.DBusCallFlags.NONE, ANSWER_MS, None)
    except GLib.Error:
        return False
    return bool(answer.unpack()[0])


def indicator_library() -> Any:
    """Ayatana's, which is kept, or Canonical's, which it came from; None where neither is installed."""
    import gi

    with suppress(ValueError, ImportError):
        gi.require_version("AyatanaAppIndicator3", "0.1")
        from gi.repository import AyatanaAppIndicator3

        return AyatanaAppIndicator3
    with suppress(ValueError, ImportError):
        gi.require_version("AppIndicator3", "0.1")
        from gi.repository import AppIndicator3

        return AppIndicator3
    return None


def gtk_menu(items: Items) -> Any:
    from gi.repository import Gtk

    menu = Gtk.Menu()
    for item in items:
        menu.append(Gtk.SeparatorMenuItem() if item is None else gtk_item(item))
    menu.show_all()
    return menu


def gtk_item(item: Any) -> Any:
    from gi.repository import Gtk

    if item.checked is None:
        widget = Gtk.MenuItem.new_with_label(item.label)
    else:
        widget = Gtk.CheckMenuItem.new_with_label(item.label)
        widget.set_active(item.checked)
    if item.act is None:
        widget.set_sensitive(False)
    else:
        widget.connect("activate", lambda _widget: item.act())
    return widget


class StatusIcon:
    """In an XEmbed tray, as panels of X11 have it. The menu is built when it is opened: an open one never changes."""

    def __init__(self, click: Callable[[], object]) -> None:
        from gi.repository import Gtk

        self._items: Items = []
        self._menu: Any = None
        self._embedded = threading.Event()
        self._icon = Gtk.StatusIcon.new_from_file(str(PICTURE))
        self._icon.set_name("novapi")
        self._icon.set_title("Novapi")
        self._icon.connect("activate", lambda _icon: click())
        self._icon.connect("popup-menu", self._open)
        self._icon.connect("notify::embedded", self._note)

    def show(self, tooltip: str, items: Items) -> None:
        self._items = items
        self._icon.set_tooltip_text(tooltip)

    def wait_until_shown(self) -> bool:
        return self._embedded.wait(EMBED_SECONDS)

    def remove(self) -> None:
        self._icon.set_visible(False)

    def _note(self, icon: Any, _property: Any) -> None:
        if icon.is_embedded():
            self._embedded.set()

    def _open(self, icon: Any, button: int, when: int) -> None:
        from gi.repository import Gtk

        self._menu = gtk_menu(self._items)
        self._menu.popup(None, None, Gtk.StatusIcon.position_menu, icon, button, when)


class Indicator:
    """A StatusNotifierItem. The desktop draws the menu, and a click on the icon opens it."""

    def __init__(self, library: Any) -> None:
        category = library.IndicatorCategory.APPLICATION_STATUS
        self._states = library.IndicatorStatus
        self._indicator = library.Indicator.new("novapi", str(PICTURE), category)
        self._indicator.set_icon_full(str(PICTURE), "Novapi")
        self._menu: Any = None

    def show(self, tooltip: str, items: Items) -> None:
        self._menu = gtk_menu(items)
        self._indicator.set_menu(self._menu)
        self._indicator.set_title(tooltip)
        self._indicator.set_status(self._states.ACTIVE)

    def wait_until_shown(self) -> bool:
        return True

    def remove(self) -> None:
        self._indicator.set_status(self._states.PASSIVE)


class PystrayIcon:
    """On Windows and macOS."""

    def __init__(self, click: Callable[[], object]) -> None:
        import pystray
        from PIL import Image

        self._click = click
        self._items: Items = []
        self._library = pystray
        self._icon = pystray.Icon("novapi", Image.open(PICTURE).resize(SMALL), "Novapi", pystray.Menu(self._built))
        self._icon.run_detached(setup=lambda icon: None)
        use(self._icon.notify)

    def show(self, tooltip: str, items: Items) -> None:
        self._items = items
        self._icon.title = tooltip
        self._icon.update_menu()
        self._icon.visible = True

    def wait_until_shown(self) -> bool:
        return True

    def remove(self) -> None:
        use(None)
        self._icon.visible = False
        self._icon.stop()

    def _built(self) -> list[Any]:
        """A click on the icon is that of the default item, which on Windows need not be seen."""
        item, menu = self._library.MenuItem, self._library.Menu
        click = item("Novapi", called(self._click), default=True, visible=False)
        return [click, *(menu.SEPARATOR if each is None else self._line(each) for each in self._items)]

    def _line(self, item: Any) -> Any:
        checked = None if item.checked is None else (lambda _item: bool(item.checked))
        act = called(item.act or (lambda: None))
        return self._library.MenuItem(item.label, act, checked=checked, enabled=item.act is not None)


def called(act: Callable[[], object]) -> Callable[[Any, Any], None]:
    """As pystray calls it: with its icon and its item."""

    def run(_icon: Any, _item: Any) -> None:
        act()

    return run


MAKERS: dict[str, Callable[[Callable[[], object]], Icon | None]] = {
    "linux": make_with_gtk,
    "win32": PystrayIcon,
    "darwin": PystrayIcon,
}
