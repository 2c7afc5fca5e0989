"""One window of pywebview around the dashboard: its place, its renderer's health, and links that lead elsewhere.

pywebview runs the toolkit's loop in the main thread. Events it calls "locked" (`closing`, `before_show`,
`initialized`) come in that thread, all others, and the bridge's methods, in new ones.
"""

import logging
import sys
import time
import webbrowser
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from novapi_site.desktop import gtk, toolkit
from novapi_site.desktop.kept import Kept

logger = logging.getLogger(__name__)

TITLE = "Novapi"
PAGE_IS_THERE = "The page is there, and has its bridge."  # by which a start is measured
ICON = Path(__file__).with_name("icon.png")
SMALLEST = (900, 560)  # what the pages are made for
BACKGROUND = {False: "#f9fafb", True: "#0e1116"}  # by dark: what is seen until the page is
LONGEST_START_S = 15.0
CRASHES, CRASH_SECONDS = 3, 60.0  # so many within so long: loading once more won't help
TOOLKITS: dict[str, Literal["gtk", "edgechromium"]] = {"linux": "gtk", "win32": "edgechromium"}
NO_REACT = "mshtml"  # what pywebview falls back to on a Windows without WebView2


class Window:
    """`address` is loaded first; `closes` is asked whether the window may go, in the thread of the toolkit."""

    def __init__(self, address: str, bridge: Any, kept: Kept, closes: Callable[[], bool], hidden: bool) -> None:
        import webview

        toolkit.load()
        webview.settings["ALLOW_DOWNLOADS"] = True
        webview.settings["ALLOW_FILE_URLS"] = False
        webview.settings["OPEN_DEVTOOLS_IN_DEBUG"] = False
        self.is_hidden = hidden
        self._kept = kept
        self._closes = closes
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        view = webview.create_window(
            TITLE, address, js_api=bridge, width=kept.width, height=kept.height, x=kept.x, y=kept.y,
            maximized=kept.maximized, hidden=hidden, min_size=SMALLEST, text_select=True,
            background_color=BACKGROUND[gtk.prefers_dark()],
        )  # fmt: skip
        assert view is not None  # only an abandoned start gives none
        self._view = view
        # Answers to the page go by it, and by `eval`, which the pages' Content-Security-Policy forbids.
        view.evaluate_js = view.run_js  # type: ignore[method-assign,assignment]
        self._listen()

    def _listen(self) -> None:
        events = self._view.events
        events.initialized += self._initialized
        events.before_show += self._before_show
        events.closing += self._closes
        events.loaded += lambda: logger.info(PAGE_IS_THERE)
        events.resized += self._resized
        events.moved += self._moved
        events.maximized += lambda: self._note(maximized=True)
        events.restored += lambda: self._note(maximized=False)

    def run(self, storage: Path) -> bool:
        """Show it, and come back once it is gone. False if this system has nothing to show it with."""
        import webview

        webview.start(
            gui=TOOLKITS.get(sys.platform), private_mode=False, storage_path=str(storage),
            icon=str(ICON), debug=toolkit.is_inspected(),
        )  # fmt: skip
        return webview.renderer != NO_REACT

    # What may be asked from any thread

    def wait_for_page(self) -> None:
        """Until the dashboard is there, or something else has gone wrong."""
        self._view.events.loaded.wait(LONGEST_START_S)

    def show(self) -> None:
        self.is_hidden = False
        if sys.platform.startswith("linux"):
            gtk.may_show(self._view.uid)
        self._view.show()
        self._view.restore()

    def hide(self) -> None:
        self.is_hidden = True
        self._view.hide()

    def minimize(self) -> None:
        self._view.minimize()

    def load(self, address: str) -> None:
        self._view.load_url(address)

    def destroy(self) -> None:
        self._view.destroy()

    def ask_where_to_save(self, name: str, folder: str) -> Path | None:
        """None: the owner would rather not."""
        import webview

        chosen = self._view.create_file_dialog(webview.FileDialog.SAVE, directory=folder, save_filename=name)
        return first_path(chosen)

    def ask_for_file(self, kinds: tuple[str, ...]) -> Path | None:
        import webview

        return first_path(self._view.create_file_dialog(webview.FileDialog.OPEN, file_types=kinds))

    # What the toolkit tells

    def _initialized(self, renderer: str) -> bool:
        return renderer != NO_REACT  # False: pywebview gives up

    def _before_show(self) -> None:
        if sys.platform.startswith("linux"):
            gtk.tend(self._view.uid, self._crashed, self._leads_elsewhere)
            if self.is_hidden:
                gtk.stay_hidden(self._view.uid)

    def _crashed(self) -> bool:
        """Whether to load the page once more."""
        now = time.monotonic()
        self._crashes.append(now)
        return len(self._crashes) < CRASHES or now - self._crashes[0] > CRASH_SECONDS

    def _leads_elsewhere(self, address: str) -> bool:
        """A link to another site opens in the browser; in this window it would look like a part of Novapi."""
        there, here = urlsplit(address), urlsplit(self._view.real_url)
        if there.scheme not in ("http", "https", "mailto"):
            return False
        if there.hostname in (here.hostname, "localhost", "127.0.0.1") and there.port == here.port:
            return False
        webbrowser.open(address)
        return True

    def _resized(self, width: int, height: int) -> None:
        if not self._kept.maximized:
            self._note(width=int(width), height=int(height))

    def _moved(self, x: float, y: float) -> None:
        if not self._kept.maximized:
            self._note(x=int(x), y=int(y))

    def _note(self, **facts: Any) -> None:
        for name, value in facts.items():
            setattr(self._kept, name, value)


def first_path(chosen: Any) -> Path | None:
    """pywebview gives a tuple, some of its toolkits one text."""
    if not chosen:
        return None
    return Path(chosen if isinstance(chosen, str) else chosen[0])
