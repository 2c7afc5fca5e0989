"""Start at login: the entry that each system reads, what its owner did to it, and that it starts what it says."""

import plistlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from novapi_site.desktop import autostart
from novapi_site.desktop.autostart import APPROVED, RUN, LaunchAgent, RunKey, Xdg, exec_line
from novapi_site.paths import StartError
from tests.running import eventually

LAUNCH = """
import sys
import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio
assert Gio.DesktopAppInfo.new_from_filename(sys.argv[1]).launch([], None)
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Linux owner's own `XDG_CONFIG_HOME`, without a data directory that was chosen."""
    folder = tmp_path / "config"
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("NOVAPI_HOME")
    return folder


class Key(str):
    """An open key."""

    def __enter__(self) -> "Key":
        return self

    def __exit__(self, *_: object) -> None: ...


class Registry:
    """As much of `winreg` as is used."""

    HKEY_CURRENT_USER, REG_SZ, KEY_SET_VALUE = "HKCU", 1, 2

    def __init__(self) -> None:
        self.values: dict[str, dict[str, Any]] = {}

    def CreateKey(self, root: str, path: str) -> Key:  # noqa: N802  # winreg's own names
        self.values.setdefault(path, {})
        return self.OpenKey(root, path)

    def OpenKey(self, root: str, path: str, reserved: int = 0, access: int = 0) -> Key:  # noqa: N802
        if root != self.HKEY_CURRENT_USER or path not in self.values:
            raise FileNotFoundError(2, "no such key")
        return Key(path)

    def QueryValueEx(self, key: Key, name: str) -> tuple[Any, int]:  # noqa: N802
        if name not in self.values[key]:
            raise FileNotFoundError(2, "no such value")
        return self.values[key][name], self.REG_SZ

    def SetValueEx(self, key: Key, name: str, _: int, kind: int, value: Any) -> None:  # noqa: N802
        assert kind == self.REG_SZ
        self.values[key][name] = value

    def DeleteValue(self, key: Key, name: str) -> None:  # noqa: N802
        self.QueryValueEx(key, name)
        del self.values[key][name]


# Linux


def test_turned_on_and_off(config: Path) -> None:
    before = autostart.is_on()
    autostart.turn(True)
    during, entry = autostart.is_on(), (config / "autostart" / "novapi.desktop").read_text()
    autostart.turn(False)
    autostart.turn(False)

    assert (before, during, autostart.is_on()) == (False, True, False)
    assert f"Exec={sys.executable} -m novapi_site desktop --hidden\n" in entry
    assert list((config / "autostart").iterdir()) == []


def test_executable_starts_itself(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/My Apps/novapi")

    autostart.turn(True)

    assert 'Exec="/opt/My Apps/novapi" desktop --hidden\n' in Xdg().path.read_text()


@pytest.mark.parametrize(
    "line", ["Hidden=true", "X-GNOME-Autostart-enabled=false", "X-GNOME-Autostart-enabled = false"]
)
def test_entry_that_the_desktop_switched_off_is_off(config: Path, line: str) -> None:
    autostart.turn(True)
    path = Xdg().path
    kept = [each for each in path.read_text().splitlines() if not each.startswith("X-GNOME")]
    path.write_text("\n".join([*kept, line, "Name[de]=Novapi"]))

    switched_off = autostart.is_on()
    autostart.turn(True)

    assert (switched_off, autostart.is_on()) == (False, True)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[Other]\nHidden=false\n", b"\xff\xfe[Desktop Entry]"])
def test_file_that_is_no_entry_is_off(config: Path, content: bytes) -> None:
    autostart.turn(True)
    Xdg().path.write_bytes(content)

    assert autostart.is_on() is False


def test_folder_that_cannot_be_written_is_told_of(config: Path) -> None:
    config.write_text("a file where the folder belongs")

    with pytest.raises(StartError, match="Start at login could not be changed"):
        autostart.turn(True)
    assert autostart.is_on() is False


def test_desktop_starts_what_the_entry_says(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By GLib's own launcher, as GNOME does, with every character that needs quoting."""
    gi = pytest.importorskip("gi", reason="needs PyGObject, which is what reads the entry")
    folder = config.parent / "a \"b\" 'c' $HOME `d` \\e 100% (f) & ; ~"
    folder.mkdir()
    program, told = folder / "novapi", config.parent / "told"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$NOVAPI_HOME" "$@" > "{told}.new" && mv "{told}.new" "{told}"\n')
    program.chmod(0o700)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setenv("NOVAPI_HOME", str(folder / "home"))
    python = sys.executable
    monkeypatch.setattr(sys, "executable", str(program))

    autostart.turn(True)
    subprocess.run([python, "-c", LAUNCH, str(Xdg().path)], check=True, timeout=30)

    assert gi.version_info
    assert eventually(told.exists)
    assert told.read_text().splitlines() == [str(folder / "home"), "desktop", "--hidden"]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["/usr/bin/novapi", "desktop"], "/usr/bin/novapi desktop"),
        (["/a b/n"], '"/a b/n"'),
        (["/a$b"], '"/a\\\\$b"'),
        (["/a\\b"], '"/a\\\\\\\\b"'),
        (["/50%"], "/50%%"),
        (["é"], "é"),
    ],
)
def test_quoting_is_the_specification_s(words: list[str], line: str) -> None:
    assert exec_line(words) == line


# macOS


def test_launch_agent_runs_at_login(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVAPI_HOME", "/Users/me/own place")
    place = LaunchAgent(tmp_path)
    before = place.is_on()
    place.turn_on()
    during, agent = place.is_on(), plistlib.loads(place.path.read_bytes())
    place.turn_off()

    assert (before, during, place.is_on()) == (False, True, False)
    assert place.path == tmp_path / "LaunchAgents" / "dev.novapi.desktop.plist"
    assert agent["ProgramArguments"] == [sys.executable, "-m", "novapi_site", "desktop", "--hidden"]
    assert agent["EnvironmentVariables"] == {"NOVAPI_HOME": "/Users/me/own place"}


@pytest.mark.parametrize("change", [{"Disabled": True}, {"RunAtLoad": False}])
def test_launch_agent_that_its_owner_edited_is_off(tmp_path: Path, change: dict[str, bool]) -> None:
    place = LaunchAgent(tmp_path)
    place.turn_on()
    place.path.write_bytes(plistlib.dumps(plistlib.loads(place.path.read_bytes()) | change))

    assert place.is_on() is False


def test_launch_agent_that_is_none_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = LaunchAgent(tmp_path)
    monkeypatch.setitem(autostart.PLACES, sys.platform, lambda: place)
    place.turn_on()
    place.path.write_text("<plist>")

    assert autostart.is_on() is False


# Windows


def test_run_key_is_set_and_removed(config: Path) -> None:
    registry = Registry()
    place = RunKey(registry)
    before = place.is_on()
    place.turn_on()
    during, line = place.is_on(), registry.values[RUN]["Novapi"]
    place.turn_off()
    place.turn_off()

    assert (before, during, place.is_on()) == (False, True, False)
    assert line == f"{sys.executable} -m novapi_site desktop --hidden"
    assert registry.values[RUN] == {}


def test_run_key_keeps_the_data_directory(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVAPI_HOME", "/own place")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", r"C:\Program Files\Novapi\novapi.exe")
    registry = Registry()

    RunKey(registry).turn_on()

    assert registry.values[RUN]["Novapi"] == (
        r'cmd /d /s /c "set "NOVAPI_HOME=/own place" && start "" "C:\Program Files\Novapi\novapi.exe" '
        'desktop --hidden"'
    )


@pytest.mark.parametrize(("verdict", "is_on"), [(b"\x03" + bytes(11), False), (b"\x02" + bytes(11), True)])
def test_task_manager_s_verdict_counts(config: Path, verdict: bytes, is_on: bool) -> None:
    registry = Registry()
    place = RunKey(registry)
    place.turn_on()
    registry.values[APPROVED] = {"Novapi": verdict}

    seen = place.is_on()
    place.turn_on()

    assert (seen, place.is_on()) == (is_on, True)


# Elsewhere


def test_system_without_such_a_place_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "sunos5")

    assert autostart.is_on() is None
    with pytest.raises(StartError, match="on this system"):
        autostart.turn(True)
