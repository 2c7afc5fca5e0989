"""The desktop program: the service in threads of its own, the window in the main one, and how each of them ends."""

import sys
import threading
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from queue import SimpleQueue

from channels_app import bundle
from dashboard import launch
from novapi_site import door, stop_signals
from novapi_site.desktop import dialogs, gui_thread, language, notify, own_api, tray
from novapi_site.desktop.bridge import Bridge
from novapi_site.desktop.kept import Kept
from novapi_site.desktop.window import Window
from novapi_site.desktop.words import WORDS
from novapi_site.paths import StartError
from novapi_site.service import Service

PAGE_SECONDS = 0.5  # that a page takes until it is drawn
PANEL_SECONDS, AT_LOGIN_SECONDS = 5.0, 30.0  # that a panel may take; at login it may come later than Novapi
LOOK_SECONDS = 0.2  # between two looks at whether answers still stream
LONGEST_WAIT_S = 600  # for answers, once the owner wants to quit: apps that go on calling would never let it
RELOAD_SECONDS = 0.2  # the page is told where Novapi moved to before it is loaded from there


class Desktop:
    """One run of it. The methods may be called from any thread, except where they say otherwise."""

    def __init__(self, service: Service, home: Path, kept: Kept, path: str, hidden: bool) -> None:
        self.service = service
        self.tray: tray.Tray | None = None
        self._home = home
        self._kept = kept
        self._words = WORDS[language.spoken()]
        self._problem: BaseException | None = None
        self._has_started = threading.Event()
        self._is_leaving = threading.Event()
        address = service.address(path)
        self.window = Window(address, Bridge(self), kept, self.may_close, hidden)

    def run(self) -> bool:
        """From the start of the service to its end, in the main thread. False: there is no window here after all, and
        the service goes on. Raises StartError."""
        starting = threading.Thread(target=self._start, name="start")
        starting.start()
        threading.Thread(target=self._unpack, name="unpack").start()
        asked = stop_signals.heeded()
        threading.Thread(target=self._leave_when_asked, args=(asked,), name="signals", daemon=True).start()
        was_shown = self.window.run(self._home / "window")
        door.on_knock = None
        starting.join()
        if self._problem:
            raise self._problem
        if was_shown:
            self._end()
        return was_shown

    def _leave_when_asked(self, asked: "SimpleQueue[int]") -> None:
        while asked.get():
            self.leave()

    @staticmethod
    def _unpack() -> None:
        with suppress(OSError):  # the first page tries again, and tells
            bundle.unpack(bundle.DASHBOARD)

    def _start(self) -> None:
        try:
            self.service.start()
        except BaseException as problem:
            self._problem = problem
            self.leave()
            return
        self._has_started.set()
        door.on_knock = self.show
        for work in (self._watch, self._appear_in_tray):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def _appear_in_tray(self) -> None:
        """Where there is one, which may take its time: nobody waits for it, nor does it take the page's."""
        self.window.wait_for_page()
        time.sleep(PAGE_SECONDS)
        abilities = own_api.abilities(self.api, self.show, self.ask_to_quit)
        self.tray = tray.start(abilities, AT_LOGIN_SECONDS if self.window.is_hidden else PANEL_SECONDS)

    @cached_property
    def api(self) -> own_api.OwnApi:
        return own_api.OwnApi(lambda: self.service.instance.url, launch.token())

    def _watch(self) -> None:
        """A server that ends by itself takes the window along: it would show a dead page."""
        self.service.join()
        if not self._is_leaving.is_set():
            self._problem = StartError("The gateway has stopped unexpectedly. Start Novapi again.")
            self.leave()

    def _end(self) -> None:
        if self.tray:
            self.tray.stop()
        self._kept.save(self._home)
        self.service.stop()

    # The window

    def show(self, path: str = "") -> None:
        """In front, at a path of the dashboard if there is one."""
        if path:
            self.window.load(self.service.address(path))
        self.window.show()

    def put_away(self) -> None:
        if self.tray:
            self.window.hide()
        else:
            self.window.minimize()

    def may_close(self) -> bool:
        """Whether the window may go, and Novapi with it. In the toolkit's thread."""
        if self._is_leaving.is_set() or not self._has_started.is_set():
            return True
        if closing_keeps_running():
            self.window.hide()
            self._tell_once()
            return False
        return self._may_quit()

    def _tell_once(self) -> None:
        if not self._kept.told:
            self._kept.told = True
            text = self._words["stays_in_tray" if self.tray else "stays"].format(self.service.instance.url)
            threading.Thread(target=notify.show, args=(self._words["keeps_running"], text)).start()
        self._kept.save(self._home)

    # The end

    def quit(self, how: str) -> int:
        """Of how many answers still stream. `how`: "ask" only quits if there is none, "wait" once there is none any
        more, "now" in any case."""
        count = streaming()
        if how == "now" or count == 0:
            threading.Thread(target=self.leave).start()
        elif how == "wait":
            self._leave_when_done()
        return count

    def ask_to_quit(self) -> None:
        """As the tray does, where no page can ask."""
        gui_thread.soon(self._ask_and_leave)

    def _ask_and_leave(self) -> None:
        if self._may_quit():
            self.leave()

    def _may_quit(self) -> bool:
        """Asks the owner while answers stream. In the toolkit's thread."""
        count = streaming()
        if count == 0:
            self._is_leaving.set()
            return True
        question = self._words["one_streams" if count == 1 else "some_stream"].format(count)
        chosen = dialogs.choose(question, [self._words[each] for each in ("wait", "quit_now", "cancel")])
        if chosen == 0:
            self._leave_when_done()
        if chosen == 1:
            self._is_leaving.set()
        return chosen == 1

    def _leave_when_done(self) -> None:
        self.window.hide()
        threading.Thread(target=self._wait_and_leave, name="leaving", daemon=True).start()

    def _wait_and_leave(self) -> None:
        deadline = time.monotonic() + LONGEST_WAIT_S
        while streaming() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        self.leave()

    def leave(self) -> None:
        """The window goes, and `run` comes to its end."""
        self._is_leaving.set()
        self.window.destroy()

    # What the page asks for

    def move_to(self, port: int) -> str:
        """The address of Novapi on another port, from where the window is loaded anew. Raises StartError."""
        if port != self.service.port:
            self.service.move(port)
        launch.note_settled()
        self._kept.port = port
        self._kept.save(self._home)
        threading.Timer(RELOAD_SECONDS, lambda: self.window.load(self.service.address("/settings"))).start()
        return self.service.instance.url

    def may_replace(self, path: Path) -> bool:
        """Asks about a file that is there already, where the system's dialog has not: GTK's does not."""
        if not path.exists() or not sys.platform.startswith("linux"):
            return True
        answer: list[int | None] = []
        is_answered = threading.Event()

        def ask() -> None:
            question = self._words["is_there"].format(path.name)
            answer.append(dialogs.choose(question, [self._words["replace"], self._words["cancel"]], str(path.parent)))
            is_answered.set()

        gui_thread.soon(ask)
        is_answered.wait()
        return answer == [0]


def streaming() -> int:
    """How many calls have not ended."""
    from gateway.flights import flights

    return len(flights)


def closing_keeps_running() -> bool:
    """As the owner prefers. In the main thread, whose connection to the database stays."""
    from channels_app.models import Preferences

    return Preferences.load().on_close == "keep"
