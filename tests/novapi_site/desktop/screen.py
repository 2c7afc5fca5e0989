"""A desktop of the tests' own: a screen (Xvfb), a window manager, a session bus, and a tray if wanted."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.running import ROOT, eventually

TOOLS = ("Xvfb", "openbox", "trayer", "xdotool", "wmctrl", "dbus-daemon")
BUS = """<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"""

PASTE = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text())
"""


def need_desktop() -> None:
    """Skips where the tools are missing, which in CI is a failure."""
    if missing := [name for name in TOOLS if not shutil.which(name)]:
        pytest.skip(f"needs {', '.join(missing)} (Debian: apt-get install xvfb openbox trayer xdotool wmctrl dbus)")
    pytest.importorskip("gi", reason="needs PyGObject and GTK 3 (Debian: apt-get install gir1.2-gtk-3.0)")


@contextmanager
def process(words: list[str], env: dict[str, str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Runs meanwhile."""
    quiet = {"stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL} | options
    with subprocess.Popen(words, env=env, **quiet) as child:
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()


class Screen:
    """`env` is what programs need to appear on it."""

    def __init__(self, folder: Path, size: str = "800x600x24") -> None:
        self.folder = folder
        self._size = size
        self.env = {name: value for name, value in os.environ.items() if name not in ("WAYLAND_DISPLAY", "LANGUAGE")}
        self.env |= {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "NO_AT_BRIDGE": "1", "XDG_RUNTIME_DIR": str(folder)}
        self._open = ExitStack()

    def __enter__(self) -> "Screen":
        with self._open:
            self._start_display()
            self._start_bus()
            self.run("openbox", "--sm-disable")
            assert eventually(self._is_managed, 15)  # a window that comes earlier may never be shown
            self._open = self._open.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def _start_display(self) -> None:
        reading, writing = os.pipe()
        # Without the last word it would begin anew whenever its last client leaves, and turn away who comes meanwhile.
        words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", self._size, "-nolisten", "tcp", "-noreset"]
        self._open.enter_context(process(words, self.env, pass_fds=[writing]))
        os.close(writing)
        with os.fdopen(reading) as told:
            self.env["DISPLAY"] = f":{told.readline().strip()}"

    def _start_bus(self) -> None:
        """Without any service that would be started on demand."""
        config = self.folder / "bus.conf"
        config.write_text(BUS.format(folder=self.folder))
        words = ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"]
        bus = self._open.enter_context(process(words, self.env, stdout=subprocess.PIPE))
        assert bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()

    def _is_managed(self) -> bool:
        asked = subprocess.run(["wmctrl", "-m"], env=self.env, capture_output=True, timeout=10, check=False)
        return asked.returncode == 0

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """A program beside the test, until the screen goes."""
        return self._open.enter_context(process(list(words), self.env, stdout=subprocess.DEVNULL))

    def start_tray(self) -> None:
        self.run("trayer", "--edge", "top", "--align", "right", "--height", "32", "--widthtype", "request")
        assert eventually(lambda: self.windows("panel"), 15)

    def python(self, script: str, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A script, to its end."""
        return subprocess.run(
            [sys.executable, "-c", script, *words],
            env=self.env | env, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def pasted(self) -> str:
        """What another program gets from the clipboard."""
        return self.python(PASTE).stdout.strip()

    @contextmanager
    def program(self, script: str, *words: str, **env: str) -> Iterator[subprocess.Popen[bytes]]:
        """A script that runs meanwhile; what it says on stderr is the test's."""
        with process([sys.executable, "-c", script, *words], self.env | env, stderr=None) as child:
            yield child

    def xdotool(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.env, capture_output=True, text=True, timeout=20, check=False
        )
        return done.stdout.strip()

    def windows(self, name: str) -> list[str]:
        """The visible ones of this name or class."""
        return (
            self.xdotool("search", "--onlyvisible", "--name", name).split()
            or self.xdotool("search", "--onlyvisible", "--class", name).split()
        )

    def place(self, window: str) -> tuple[int, int, int, int]:
        """x, y, width and height."""
        lines = self.xdotool("getwindowgeometry", "--shell", window).splitlines()
        found = dict(line.split("=") for line in lines)
        return int(found["X"]), int(found["Y"]), int(found["WIDTH"]), int(found["HEIGHT"])

    def click(self, x: int, y: int, button: int = 1) -> None:
        self.xdotool("mousemove", str(x), str(y), "click", str(button))


def stop(child: subprocess.Popen[bytes]) -> int:
    child.send_signal(signal.SIGTERM)
    return child.wait(10)


def wait_for(found: Callable[[], Any], seconds: float = 15) -> Any:
    """What a slow machine may need a while for."""
    return eventually(found, seconds)
