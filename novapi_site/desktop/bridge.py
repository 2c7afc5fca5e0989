"""What the dashboard's page may ask of the machine: the native things that a browser has none of, or its own.

Data goes by HTTP; every method here comes in a thread of its own and must not touch the database. All answers are JSON
objects, and what goes wrong is {"error": a sentence for the owner}.
"""

import sys
import webbrowser
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dashboard import launch
from novapi_site.desktop import autostart, clipboard, notify, saving
from novapi_site.desktop.saving import NotSaved
from novapi_site.paths import StartError

if TYPE_CHECKING:
    from novapi_site.desktop.app import Desktop

PLATFORMS = {"win32": "windows", "darwin": "macos"}
KINDS = {"model": ("GGUF models (*.gguf)", "All files (*)"), "any": ("All files (*)",)}
SCHEMES = (
    "http",
    "https",
    "chatbox",
    "cherrystudio",
    "deepchat",
    "ccswitch",
)  # the last ones: apps that Connect sets up
WORST_PORT = 65_535

Method = Callable[..., dict[str, Any]]


def for_the_page(method: Method) -> Method:
    """Trouble becomes an answer. pywebview is told not to list the method: it would make a JavaScript function of its
    name with `new Function`, which the pages' Content-Security-Policy forbids; the page calls it by name."""

    @wraps(method)
    def answer(self: "Bridge", *params: Any) -> dict[str, Any]:
        try:
            return method(self, *params)
        except (StartError, NotSaved) as problem:
            return {"error": str(problem)}
        except (OSError, TypeError, ValueError) as problem:
            return {"error": f"This can't be done here: {problem}."}

    answer._serializable = False  # type: ignore[attr-defined]
    return answer


class Bridge:
    """pywebview's `js_api`."""

    def __init__(self, desktop: "Desktop") -> None:
        self._desktop = desktop

    @for_the_page
    def state(self) -> dict[str, Any]:
        port = self._desktop.service.port
        moved = launch.moved_from()
        return {
            "platform": PLATFORMS.get(sys.platform, "linux"),
            "tray": self._desktop.tray is not None,
            "autostart": autostart.is_on(),
            "port": port,
            "wanted_port": moved.port if moved else port,
        }

    @for_the_page
    def save_from(self, name: str, path: str, body: Any = None) -> dict[str, Any]:
        return self._save(name, lambda: saving.fetched(self._desktop.api, path, body))

    @for_the_page
    def save_text(self, name: str, text: str) -> dict[str, Any]:
        return self._save(name, lambda: saving.said(text))

    def _save(self, name: str, pieces: saving.Source) -> dict[str, Any]:
        chosen = self._desktop.window.ask_where_to_save(saving.plain(name), str(saving.downloads()))
        if chosen is None or not self._desktop.may_replace(chosen):
            return {"cancelled": True}
        return {"path": str(chosen), "bytes": saving.write(chosen, pieces)}

    @for_the_page
    def pick_file(self, kind: str) -> dict[str, Any]:
        chosen = self._desktop.window.ask_for_file(KINDS.get(kind, KINDS["any"]))
        return {"path": str(chosen)} if chosen else {"cancelled": True}

    @for_the_page
    def open_link(self, url: str) -> dict[str, Any]:
        parts, own = urlsplit(url), self._desktop.service
        if parts.scheme not in SCHEMES:
            raise ValueError("only web addresses are opened")
        if f"{parts.scheme}://{parts.netloc}" == own.instance.url:  # in a browser that is not signed in
            url = own.address(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        webbrowser.open(url)
        return {}

    @for_the_page
    def copy(self, text: str) -> dict[str, Any]:
        clipboard.put(text)
        return {}

    @for_the_page
    def notify(self, title: str, text: str) -> dict[str, Any]:
        return {"shown": notify.show(title, text)}

    @for_the_page
    def quit(self, how: str) -> dict[str, Any]:
        return {"streaming": self._desktop.quit(how)}

    @for_the_page
    def hide(self) -> dict[str, Any]:
        self._desktop.put_away()
        return {}

    @for_the_page
    def set_autostart(self, on: bool) -> dict[str, Any]:
        autostart.turn(on)
        return {"autostart": autostart.is_on()}

    @for_the_page
    def move_to_port(self, port: int) -> dict[str, Any]:
        if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= WORST_PORT:
            raise ValueError("a port is a number from 1 to 65535")
        return {"url": self._desktop.move_to(port)}
