"""Novapi in the tray: how it stands, and what its owner does most, without a window.

What it shows is kept in memory and asked for anew when something changed, else once a minute. Nothing that takes time
is done in the window's thread.
"""

import logging
import threading
import time
from collections.abc import Callable

from novapi_site.desktop import autostart, clipboard, gui_thread, icons, language, menu, notify
from novapi_site.desktop.abilities import Abilities, Status
from novapi_site.desktop.icons import Icon

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
REFRESH_SECONDS = 60
RETRY_SECONDS = 1.0


def start(abilities: Abilities, patience: float = 0) -> "Tray | None":
    """From any thread but the window's. None where no tray takes the icon, within `patience` seconds: at login the
    panel may come later than Novapi."""
    until = time.monotonic() + patience
    while True:
        tray = Tray(abilities)
        if tray.appear():
            return tray
        if time.monotonic() >= until:
            logger.info("This desktop has no tray; Novapi goes on without an icon.")
            return None
        time.sleep(RETRY_SECONDS)


class Tray:
    """`refresh` and `stop` may be called from any thread, and wait for nothing."""

    def __init__(self, abilities: Abilities) -> None:
        self._abilities = abilities
        self._language = language.spoken()
        self._icon: Icon | None = None
        self._status: Status | None = None
        self._starts_at_login: bool | None = None
        self._mark: object = None
        self._wanted = threading.Event()
        self._is_stopping = False
        self._acts = self._own_acts()

    def appear(self) -> bool:
        """Whether a tray has taken the icon; it is followed from then on."""
        try:
            self._icon = gui_thread.call(lambda: icons.make(self._acts.open))
        except Exception as problem:  # no GTK, no pystray, a bus that breaks off: no tray, and no reason not to start
            logger.info("The tray's icon could not be made: %s", problem)
        if self._icon is None:
            return False
        self._look(is_first=True)
        if not self._icon.wait_until_shown():
            self._remove()
            return False
        threading.Thread(target=self._follow, name="tray", daemon=True).start()
        return True

    def refresh(self) -> None:
        """Something may have changed."""
        self._wanted.set()

    def stop(self) -> None:
        """Take the icon away."""
        self._is_stopping = True
        self._wanted.set()
        threading.Thread(target=self._remove, name="tray-removal", daemon=True).start()

    def _remove(self) -> None:
        try:
            if self._icon:
                gui_thread.call(self._icon.remove)
        except Exception as problem:  # the window's loop has ended, and its icons with it
            logger.info("The tray's icon went by itself: %s", problem)

    def _follow(self) -> None:
        while not self._is_stopping:
            self._wait()
            if not self._is_stopping:
                self._look()

    def _wait(self) -> None:
        """Until asked, until the mark moves, or for a minute."""
        end = time.monotonic() + REFRESH_SECONDS
        while not self._wanted.wait(LOOK_SECONDS) and self._abilities.mark() == self._mark and time.monotonic() < end:
            pass
        self._wanted.clear()

    def _look(self, is_first: bool = False) -> None:
        self._mark = self._abilities.mark()  # before asking: a change meanwhile is seen at the next look
        status: Status | None
        try:
            status = self._abilities.status()
        except Exception as problem:  # the server is restarting, or going
            logger.info("The tray could not ask how Novapi stands: %s", problem)
            status = self._status
        now = (status, autostart.is_on())
        if is_first or now != (self._status, self._starts_at_login):
            self._status, self._starts_at_login = now
            self._show()

    def _show(self) -> None:
        line = menu.status_line(self._status, self._language)
        items = menu.build(self._acts, self._status, self._starts_at_login, self._language)
        try:
            if self._icon:
                icon = self._icon
                gui_thread.call(lambda: icon.show(f"Novapi · {line}", items))
        except TimeoutError as problem:
            logger.info("The tray's icon was not changed: %s", problem)

    def _own_acts(self) -> menu.Acts:
        able = self._abilities
        return menu.Acts(
            open=self._deed(lambda: able.open("")),
            see=lambda page: self._deed(lambda: able.open(page)),
            copy_url=self._deed(lambda: clipboard.put(able.base_url())),
            copy_key=self._deed(lambda: clipboard.put(able.key())),
            pause=self._deed(lambda: able.pause(menu.PAUSE_MINUTES)),
            resume=self._deed(able.resume),
            toggle_offline=self._deed(lambda: able.set_offline(not (self._status and self._status.is_offline))),
            toggle_start=self._deed(lambda: autostart.turn(not self._starts_at_login)),
            quit=self._deed(able.quit),
        )

    def _deed(self, act: Callable[[], object]) -> Callable[[], None]:
        """In a thread of its own: the window's is needed to draw."""
        return lambda: threading.Thread(target=self._do, args=(act,), name="tray-deed", daemon=True).start()

    def _do(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as problem:
            logger.warning("The tray could not do as told: %s", problem)
            notify.show("Novapi", menu.TEXTS[self._language]["failed"].format(problem))
        self.refresh()
