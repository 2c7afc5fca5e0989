"""Notifications over a real session bus, to a service that the test writes; and where nobody is there to show them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from novapi_site.desktop import notify
from tests.novapi_site.desktop.screen import Screen, wait_for

SHOW = """
import sys
from novapi_site.desktop import notify
print(notify.show(*sys.argv[1:3]))
"""
SERVICE = """
import json, pathlib, sys
from gi.repository import Gio, GLib
TYPES = "s u s s s as a{sv} i".split()
XML = (
    '<node><interface name="org.freedesktop.Notifications"><method name="Notify">'
    + "".join(f'<arg type="{each}" direction="in"/>' for each in TYPES)
    + '<arg type="u" direction="out"/></method></interface></node>'
)
folder = pathlib.Path(sys.argv[1])

def called(bus, sender, path, interface, method, arguments, invocation):
    (folder / "told.new").write_text(json.dumps(arguments.unpack()))
    (folder / "told.new").rename(folder / "told")
    invocation.return_value(GLib.Variant("(u)", (7,)))

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
bus.register_object("/org/freedesktop/Notifications", Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], called)
Gio.bus_own_name_on_connection(
    bus, "org.freedesktop.Notifications", 0, lambda *_: (folder / "ready").touch(), None
)
GLib.MainLoop().run()
"""


def test_desktop_shows_it(screen: Screen, tmp_path: Path) -> None:
    with screen.program(SERVICE, str(tmp_path)):
        assert wait_for((tmp_path / "ready").exists)
        done = screen.python(SHOW, "Novapi", "A budget of <$5 & less> is used up")

    assert (done.stdout.strip(), done.stderr) == ("True", "")
    app, _, icon, title, body, actions, _, timeout = json.loads((tmp_path / "told").read_text())
    assert (app, title, body) == ("Novapi", "Novapi", "A budget of &lt;$5 &amp; less&gt; is used up")
    assert (actions, timeout) == ([], -1)
    assert Path(icon).read_bytes().startswith(b"\x89PNG")


def test_without_anybody_who_shows_it_says_so(screen: Screen) -> None:
    done = screen.python(SHOW, "Novapi", "text")

    assert (done.stdout.strip(), done.stderr) == ("False", "")


def test_without_a_session_no_bus_is_started(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("DBUS_")}
    env |= {"XDG_RUNTIME_DIR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-c", SHOW, "a", "b"], env=env, capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.stdout.strip(), done.stderr) == ("False", "")


def test_windows_shows_it_at_the_icon_while_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    shown: list[tuple[str, str]] = []

    before = notify.show("Novapi", "text")
    notify.use(lambda text, title: shown.append((title, text)))
    during = notify.show("Novapi", "text")
    notify.use(None)

    assert (before, during, notify.show("Novapi", "text")) == (False, True, False)
    assert shown == [("Novapi", "text")]


@pytest.mark.parametrize(("exit_code", "is_shown"), [(0, True), (1, False)])
def test_macos_gets_the_texts_as_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exit_code: int, is_shown: bool
) -> None:
    program = tmp_path / "osascript"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/told"\nexit {exit_code}\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(sys, "platform", "darwin")

    assert notify.show("Novapi", '" & quit') is is_shown
    assert (tmp_path / "told").read_text().splitlines()[-2:] == ["Novapi", '" & quit']


def test_system_without_notifications_shows_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "sunos5")

    assert notify.show("Novapi", "text") is False
