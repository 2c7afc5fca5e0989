"""Start at login, in the background: an entry that the owner's desktop reads, and may switch off by itself."""

import configparser
import os
import plistlib
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from channels_app import private_files
from novapi_site.paths import StartError

WORDS = ("desktop", "--hidden")
LABEL = "dev.novapi.desktop"
RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"  # what Task Manager switches off
ENTRY = """[Desktop Entry]
Type=Application
Name=Novapi
Comment=AI gateway
Exec={}
Terminal=false
X-GNOME-Autostart-enabled=true
"""
RESERVED = " \t\n\"'\\><~|&;$*?#()`"  # by the Desktop Entry specification, in arguments


class Place(Protocol):
    """Where a system looks at login for what to start."""

    def is_on(self) -> bool: ...

    def turn_on(self) -> None: ...

    def turn_off(self) -> None: ...


def is_on() -> bool | None:
    """None where this system has no such place. What can't be read is off."""
    place = own_place()
    if place is None:
        return None
    try:
        return place.is_on()
    except (OSError, ValueError):
        return False


def turn(on: bool) -> None:
    """Raises StartError, with what to do."""
    place = own_place()
    if place is None:
        raise StartError("Novapi can't be started at login on this system.")
    try:
        place.turn_on() if on else place.turn_off()
    except OSError as problem:
        reason = problem.strerror or problem
        raise StartError(
            f"Start at login could not be changed ({reason}). Your desktop's settings can do it."
        ) from None


def own_place() -> Place | None:
    make = PLACES.get(sys.platform)
    return make() if make else None


def command() -> list[str]:
    """The executable that this is; else this interpreter, without a console where it has a form without one."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *WORDS]
    quiet = Path(sys.executable).with_name("pythonw.exe")
    return [str(quiet) if quiet.exists() else sys.executable, "-m", "novapi_site", *WORDS]


def kept() -> dict[str, str]:
    """A data directory that was chosen is chosen at login, too."""
    home = os.environ.get("NOVAPI_HOME")
    return {"NOVAPI_HOME": str(Path(home).expanduser().absolute())} if home else {}


class Xdg:
    """A file in `autostart/`, as freedesktop.org has it (Desktop Application Autostart Specification)."""

    def __init__(self, folder: Path | None = None) -> None:
        config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
        self.path = (folder or Path(config)) / "autostart" / "novapi.desktop"

    def is_on(self) -> bool:
        """Desktops switch an entry off by one of two members, and leave the file."""
        if not self.path.exists():
            return False
        parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
        try:
            parser.read_string(self.path.read_text(encoding="utf-8"))
            entry = parser["Desktop Entry"]
        except (configparser.Error, KeyError) as problem:
            raise ValueError("no desktop entry") from problem
        is_hidden = entry.get("Hidden", "false").strip() == "true"
        return not is_hidden and entry.get("X-GNOME-Autostart-enabled", "true").strip() != "false"

    def turn_on(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        settings = [f"{name}={value}" for name, value in kept().items()]
        words = ["env", *settings, *command()] if settings else command()
        private_files.write(self.path, ENTRY.format(exec_line(words)))

    def turn_off(self) -> None:
        self.path.unlink(missing_ok=True)


def exec_line(words: list[str]) -> str:
    """Quoted twice: as arguments, then as a value of the file. A per cent sign would stand for a file to open."""
    arguments = " ".join(quoted(word) for word in words)
    return arguments.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("%", "%%")


def quoted(word: str) -> str:
    if word and not any(character in RESERVED for character in word):
        return word
    for character in '\\"`$':
        word = word.replace(character, f"\\{character}")
    return f'"{word}"'


class LaunchAgent:
    """A property list for macOS' launchd, which looks at it at the next login."""

    def __init__(self, folder: Path | None = None) -> None:
        self.path = (folder or Path.home() / "Library") / "LaunchAgents" / f"{LABEL}.plist"

    def is_on(self) -> bool:
        if not self.path.exists():
            return False
        try:
            agent = plistlib.loads(self.path.read_bytes())
        except Exception as problem:  # expat's error is none of plistlib's own
            raise ValueError("no property list") from problem
        return isinstance(agent, dict) and agent.get("RunAtLoad") is True and agent.get("Disabled") is not True

    def turn_on(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        agent: dict[str, Any] = {"Label": LABEL, "ProgramArguments": command(), "RunAtLoad": True}
        agent |= {"ProcessType": "Interactive"}  # else its calls would get the time of a background job
        if settings := kept():
            agent["EnvironmentVariables"] = settings
        private_files.write(self.path, plistlib.dumps(agent).decode())

    def turn_off(self) -> None:
        self.path.unlink(missing_ok=True)


class RunKey:
    """A value of the user's Run key in Windows' registry; `registry` has the functions of `winreg`."""

    def __init__(self, registry: Any = None) -> None:
        if registry is None:
            import winreg as registry
        self.registry = registry

    def is_on(self) -> bool:
        """Task Manager leaves the value and notes elsewhere that it is off, by an odd first byte."""
        if self._read(RUN) is None:
            return False
        verdict = self._read(APPROVED)
        return not (isinstance(verdict, bytes) and verdict and verdict[0] % 2)

    def turn_on(self) -> None:
        with self.registry.CreateKey(self.registry.HKEY_CURRENT_USER, RUN) as key:
            self.registry.SetValueEx(key, "Novapi", 0, self.registry.REG_SZ, run_line())
        self._delete(APPROVED)

    def turn_off(self) -> None:
        self._delete(RUN)

    def _read(self, path: str) -> Any:
        try:
            with self.registry.OpenKey(self.registry.HKEY_CURRENT_USER, path) as key:
                return self.registry.QueryValueEx(key, "Novapi")[0]
        except FileNotFoundError:
            return None

    def _delete(self, path: str) -> None:
        with (
            suppress(FileNotFoundError),
            self.registry.OpenKey(self.registry.HKEY_CURRENT_USER, path, 0, self.registry.KEY_SET_VALUE) as key,
        ):
            self.registry.DeleteValue(key, "Novapi")


def run_line() -> str:
    """The key takes no environment: a chosen data directory is set by a shell that is gone at once."""
    line = subprocess.list2cmdline(command())
    settings = "".join(f'set "{name}={value}" && ' for name, value in kept().items())
    return f'cmd /d /s /c "{settings}start "" {line}"' if settings else line


PLACES: dict[str, Callable[[], Place]] = {"linux": Xdg, "darwin": LaunchAgent, "win32": RunKey}
