"""The icon in a real tray, clicked on by a real pointer, before a real Novapi; and as a desktop on D-Bus sees it."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from novapi_site.desktop import menu
from novapi_site.desktop.abilities import Failure
from tests.novapi_site.desktop.screen import Screen, need_desktop, wait_for
from tests.running import Novapi

MODEL = "novapi/echo"
# The lines of the menu that can be chosen, from the top.
OPEN, COPY_URL, COPY_KEY, PAUSE, OFFLINE, START, QUIT = range(1, 8)
PROGRAM = """
import pathlib, sys, threading
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
from novapi_site.desktop import own_api, tray

address, token, folder, patience = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), float(sys.argv[4])
api = own_api.OwnApi(lambda: address, token)
able = own_api.abilities(api, (folder / "opened").write_text, (folder / "quit").touch, (folder / "changed").exists)

def run():
    made = tray.start(able, patience)
    (folder / ("shown" if made else "none")).touch()
    while made and not (folder / "stop").exists():
        threading.Event().wait(0.05)
    if made:
        made.stop()

threading.Thread(target=run, daemon=True).start()
Gtk.main()
"""
# The mean of what is seen in a part of the screen.
COLOUR = """
import sys
import gi
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GdkPixbuf
picture = Gdk.pixbuf_get_from_window(Gdk.get_default_root_window(), *map(int, sys.argv[1:]))
print(list(picture.scale_simple(1, 1, GdkPixbuf.InterpType.BILINEAR).get_pixels()[:3]))
"""
WATCHER = """
import pathlib, sys
from gi.repository import Gio, GLib
XML = '''<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
</interface></node>'''
folder = pathlib.Path(sys.argv[1])

def called(bus, sender, path, interface, method, arguments, invocation):
    (folder / "item.new").write_text(f"{sender} {arguments.unpack()[0]}")
    (folder / "item.new").rename(folder / "item")
    invocation.return_value(None)

def read(bus, sender, path, interface, name):
    return {"ProtocolVersion": GLib.Variant("i", 0), "IsStatusNotifierHostRegistered": GLib.Variant("b", True)}.get(
        name, GLib.Variant("as", [])
    )

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/StatusNotifierWatcher", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called, read)
Gio.bus_own_name_on_connection(bus, "org.kde.StatusNotifierWatcher", 0, lambda *_: (folder / "ready").touch(), None)
GLib.MainLoop().run()
"""
# Its menu, or a click on one of its lines, as a desktop's panel asks for it.
PANEL = """
import json, sys
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
owner, path = sys.argv[1:3]
get = GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "Menu"))
menu = bus.call_sync(owner, path, "org.freedesktop.DBus.Properties", "Get", get, None, 0, 5000, None).unpack()[0]

def ask(method, arguments):
    return bus.call_sync(owner, menu, "com.canonical.dbusmenu", method, arguments, None, 0, 5000, None).unpack()

_, (_, _, lines) = ask("GetLayout", GLib.Variant("(iias)", (0, -1, [])))
found = [
    (number, values.get("label", ""), values.get("enabled", True), values.get("toggle-state"))
    for number, values, _ in lines
]
if len(sys.argv) > 3:
    number = next(each[0] for each in found if each[1] == sys.argv[3])
    ask("Event", GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("i", 0), 0)))
print(json.dumps([each[1:] for each in found if each[1]]))
"""


class Owner:
    """Who sits before the screen."""

    def __init__(self, screen: Screen, novapi: Novapi, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.screen = screen
        self.novapi = novapi
        self.folder = folder
        self.process = process

    def is_there(self, name: str) -> bool:
        return bool(wait_for((self.folder / name).exists))

    def click_icon(self, button: int = 1) -> None:
        x, y, width, height = self.screen.place(self.icons()[0])
        self.screen.click(x + width // 2, y + height // 2, button)

    def icons(self) -> list[str]:
        return self.screen.xdotool("search", "--onlyvisible", "--classname", "^novapi$").split()

    def choose(self, line: int) -> None:
        """A line of the menu, with the keys."""
        before = self.menus()
        self.click_icon(button=3)
        assert wait_for(lambda: self.menus() > before)
        for _ in range(line):
            self.screen.xdotool("key", "Down")
        self.screen.xdotool("key", "Return")
        assert wait_for(lambda: self.menus() == before)

    def menus(self) -> int:
        return len(self.screen.xdotool("search", "--onlyvisible", "--class", ".").split())

    def pasted(self) -> str:
        return self.screen.pasted()


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("tray") / "novapi") as running:
        yield running


@pytest.fixture(scope="module")
def with_tray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    need_desktop()
    with Screen(tmp_path_factory.mktemp("screen")) as screen:
        screen.start_tray()
        yield screen


@contextmanager
def at(screen: Screen, novapi: Novapi, folder: Path, patience: float = 0, **env: str) -> Iterator[Owner]:
    token = novapi.launch_link.split("token=")[1]
    words = (f"http://localhost:{novapi.port}", token, str(folder), str(patience))
    settings = {"XDG_CONFIG_HOME": str(folder)} | env
    with screen.program(PROGRAM, *words, **settings) as process:
        yield Owner(screen, novapi, folder, process)


@pytest.fixture
def owner(with_tray: Screen, novapi: Novapi, tmp_path: Path) -> Iterator[Owner]:
    with at(with_tray, novapi, tmp_path) as owner:
        assert owner.is_there("shown")
        yield owner


# In the tray of a panel


def test_icon_is_seen_and_a_click_on_it_opens(owner: Owner) -> None:
    (icon,) = owner.icons()
    red, green, blue = json.loads(owner.screen.python(COLOUR, *map(str, owner.screen.place(icon))).stdout)

    owner.click_icon()

    assert blue > red + 40 > green
    assert owner.is_there("opened")


def test_base_url_and_key_are_copied(owner: Owner) -> None:
    owner.choose(COPY_URL)
    assert wait_for(lambda: owner.pasted() == f"http://localhost:{owner.novapi.port}/v1")

    owner.choose(COPY_KEY)
    assert wait_for(lambda: owner.pasted() == owner.novapi.key)


def test_pause_and_resume_are_one_line(owner: Owner) -> None:
    owner.choose(PAUSE)
    assert wait_for(lambda: owner.novapi.chat(MODEL).status_code == 503)

    def resume() -> bool:  # once the menu says so
        owner.choose(PAUSE)
        return owner.novapi.chat(MODEL).status_code == 200

    assert wait_for(resume)
    assert owner.novapi.api("GET", "/status").json()["paused_until"] is None


def test_offline_mode_is_switched(owner: Owner) -> None:
    def is_offline() -> bool:
        return bool(owner.novapi.api("GET", "/preferences").json()["offline"])

    owner.choose(OFFLINE)
    assert wait_for(is_offline)
    owner.novapi.api("PATCH", "/preferences", json={"offline": False})


def test_start_at_login_is_switched(owner: Owner) -> None:
    entry = owner.folder / "autostart" / "novapi.desktop"

    owner.choose(START)
    assert wait_for(entry.exists)


def test_quit_quits(owner: Owner) -> None:
    owner.choose(QUIT)

    assert owner.is_there("quit")


def test_icon_goes_when_it_is_stopped(owner: Owner) -> None:
    (owner.folder / "stop").touch()

    assert wait_for(lambda: owner.icons() == [])
    assert owner.process.poll() is None


def test_idle_icon_costs_nothing(owner: Owner) -> None:
    process = psutil.Process(owner.process.pid)
    process.cpu_percent()

    assert process.cpu_percent(interval=4) < 1


def test_change_from_elsewhere_is_seen_at_the_next_look(owner: Owner) -> None:
    owner.novapi.api("POST", "/pause", json={})
    (owner.folder / "changed").touch()  # the mark

    def resume() -> bool:
        owner.choose(PAUSE)
        return owner.novapi.api("GET", "/status").json()["paused_until"] is None

    assert wait_for(resume)


# Without a tray


def test_desktop_without_a_tray_gets_no_icon(screen: Screen, novapi: Novapi, tmp_path: Path) -> None:
    with at(screen, novapi, tmp_path) as owner:
        assert owner.is_there("none")
        assert owner.icons() == []
        assert owner.process.poll() is None


def test_tray_that_comes_later_is_waited_for(novapi: Novapi, tmp_path: Path) -> None:
    need_desktop()
    with Screen(tmp_path) as screen, at(screen, novapi, tmp_path, patience=30) as owner:
        assert not (tmp_path / "shown").exists()
        screen.start_tray()

        assert owner.is_there("shown")


# On D-Bus


@contextmanager
def panel(screen: Screen, novapi: Novapi, folder: Path, **env: str) -> Iterator[Callable[..., Any]]:
    """Gives what a panel sees of the menu: label, whether it can be chosen, and whether it is ticked; it chooses the
    line whose label it gets."""
    with screen.program(WATCHER, str(folder)):
        assert wait_for((folder / "ready").exists)
        with at(screen, novapi, folder, **env) as owner:
            assert owner.is_there("item")
            sender, path = (folder / "item").read_text().split()

            def ask(*words: str) -> Any:
                answer = screen.python(PANEL, sender, path, *words)
                return json.loads(answer.stdout)

            yield ask


def lines(menu: Any) -> list[str]:
    return [label for label, _, _ in menu]


def test_panel_shows_how_novapi_stands(screen: Screen, novapi: Novapi, tmp_path: Path) -> None:
    with panel(screen, novapi, tmp_path) as ask:
        assert wait_for(lambda: len(ask()) == 8)

        menu = ask()

    assert menu[0] == [f"Running · localhost:{novapi.port} · $0.00 today", False, None]
    assert menu[1:] == [
        ["Open Novapi", True, None],
        ["Copy base URL", True, None],
        ["Copy key", True, None],
        ["Pause for an hour", True, None],
        ["Offline mode", True, 0],
        ["Start at login", True, 0],
        ["Quit", True, None],
    ]


def test_panel_sees_what_was_chosen(screen: Screen, novapi: Novapi, tmp_path: Path) -> None:
    with panel(screen, novapi, tmp_path) as ask:
        assert wait_for(lambda: "Pause for an hour" in lines(ask()))
        ask("Pause for an hour")
        assert wait_for(lambda: "Resume" in lines(ask()))
        clock = datetime.fromtimestamp(novapi.api("GET", "/status").json()["paused_until"]).astimezone()
        paused = lines(ask())[0]
        ask("Resume")
        assert wait_for(lambda: "Pause for an hour" in lines(ask()))
        ask("Offline mode")
        assert wait_for(lambda: ["Offline mode", True, 1] in ask())
        offline = lines(ask())[0]
        ask("Offline mode")
        assert wait_for(lambda: ["Offline mode", True, 0] in ask())

    assert paused == f"Paused until {clock:%H:%M} · localhost:{novapi.port} · $0.00 today"
    assert offline == f"Offline mode · localhost:{novapi.port} · $0.00 today"
    assert novapi.api("GET", "/preferences").json()["offline"] is False


def test_panel_shows_what_failed_last_and_opens_it(screen: Screen, home: Path, tmp_path: Path) -> None:
    with Novapi(home) as novapi, panel(screen, novapi, tmp_path) as ask:
        assert wait_for(lambda: len(ask()) == 8)
        failed = novapi.chat("no-such-model").headers["x-novapi-request-id"]
        at = datetime.fromisoformat(novapi.record(failed)["started_at"]).astimezone()
        (tmp_path / "changed").touch()
        assert wait_for(lambda: len(ask()) == 9)

        line = lines(ask())[1]
        ask(line)

        assert line.startswith(f"{at:%H:%M} · no-such-model · ")
        assert wait_for((tmp_path / "opened").exists)
        assert wait_for((tmp_path / "opened").read_text) == f"/log/{failed}"


@pytest.mark.parametrize(
    ("model", "error", "line"),
    [
        ("gpt-4o", "Acme: refused the key", "10:20 · gpt-4o · Acme: refused the key"),
        ("", "No key.", "10:20 · No key."),
        ("m", "two\nlines,  and blanks", "10:20 · m · two lines, and blanks"),
        ("m", "x" * 500, f"10:20 · m · {'x' * 59}…"),
    ],
)
def test_line_of_a_failure_is_one_and_short(model: str, error: str, line: str) -> None:
    at = datetime(2026, 5, 1, 10, 20).astimezone().timestamp()

    assert menu.failure_line(Failure(at, model, error, "/log/x")) == line


def test_menu_is_in_the_owner_s_language(screen: Screen, novapi: Novapi, tmp_path: Path) -> None:
    with panel(screen, novapi, tmp_path, LC_ALL="zh_CN.UTF-8") as ask:
        assert wait_for(lambda: "退出" in lines(ask()))

        assert lines(ask())[0] == f"运行中 · localhost:{novapi.port} · 今日 $0.00"
