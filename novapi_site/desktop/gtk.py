"""What pywebview leaves out on GTK: a renderer that was killed, links that leave, a menu to copy and paste."""

import sys
from collections.abc import Callable
from typing import Any

from dashboard import launch
from novapi_site import __version__

GAVE_UP = """<!doctype html><meta charset="utf-8"><title>Novapi</title>
<body style="font:16px system-ui;margin:20vh auto;max-width:32em;color:#444">
<h1 style="font-size:20px">This page has crashed several times</h1>
<p>Apps can still call Novapi. Open the dashboard in your browser: <code>novapi open</code>, or try once more:
<a href="{address}">load the page</a>.</p>"""


def prefers_dark() -> bool:
    """Whether the owner's desktop is dark, as far as GTK knows."""
    if not sys.platform.startswith("linux"):
        return False
    from gi.repository import Gtk

    settings = Gtk.Settings.get_default()
    if settings is None:
        return False
    name = str(settings.get_property("gtk-theme-name")).lower()
    return bool(settings.get_property("gtk-application-prefer-dark-theme")) or name.endswith("dark")


def tend(uid: str, crashed: Callable[[], bool], leads_elsewhere: Callable[[str], bool]) -> None:
    """Look after the web view of a window that is about to be shown.

    `crashed` says whether to load the page once more; `leads_elsewhere` takes an address that it has dealt with.
    """
    from gi.repository import GLib, WebKit2
    from webview.platforms.gtk import BrowserView

    GLib.set_prgname("novapi")  # what desktops find the icon by
    view = BrowserView.instances[uid].webview

    def ended(_view: Any, _reason: Any) -> None:
        address = view.get_uri() or ""
        view.load_uri(address) if crashed() else view.load_html(GAVE_UP.format(address=address), None)

    def decide(_view: Any, decision: Any, kind: Any) -> bool:
        if kind != WebKit2.PolicyDecisionType.NAVIGATION_ACTION:
            return False
        if not leads_elsewhere(decision.get_navigation_action().get_request().get_uri()):
            return False
        decision.ignore()
        return True

    view.get_settings().set_user_agent_with_application_details(launch.WINDOW, __version__)
    view.connect("web-process-terminated", ended)
    view.connect("decide-policy", decide)
    give_menu(view)


def stay_hidden(uid: str) -> None:
    """pywebview would show even a window that was asked for hidden, and hide it too late."""
    from webview.platforms.gtk import BrowserView

    browser = BrowserView.instances[uid]
    browser.show = browser.pywebview_window.events.shown.set  # others wait for that before they do anything


def may_show(uid: str) -> None:
    """No longer hidden."""
    from webview.platforms.gtk import BrowserView

    vars(BrowserView.instances[uid]).pop("show", None)


def give_menu(view: Any) -> None:
    """Text wants to be copied, and pasted. pywebview allows no menu at all, so that nobody inspects elements."""
    from gi.repository import GObject, WebKit2

    signal = GObject.signal_lookup("context-menu", WebKit2.WebView)
    if forbids := GObject.signal_handler_find(view, GObject.SignalMatchType.ID, signal, 0, None, None, None):
        view.disconnect(forbids)
    action = WebKit2.ContextMenuAction
    editing = {action.COPY, action.CUT, action.PASTE, action.DELETE, action.SELECT_ALL, action.COPY_LINK_TO_CLIPBOARD}

    def trim(_view: Any, menu: Any, _event: Any, _hit: Any) -> bool:
        for item in menu.get_items():
            if item.get_stock_action() not in editing:
                menu.remove(item)
        return bool(menu.get_n_items() == 0)  # True: none is shown

    view.connect("context-menu", trim)
