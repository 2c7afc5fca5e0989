"""Ways to start the desktop program where something is in its way."""

import subprocess
from pathlib import Path

from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.running import Novapi, free_port

NOBODY = 65534
STRANGER = [  # another user of this machine, who may read the program wherever it lies
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip


class Headless(Novapi):
    """Started like the window, where there is none."""

    word = "desktop"


class Shown(Headless):
    """On a screen that it can't use after all."""

    def __init__(self, home: Path, screen: Screen, executable: Path | None = None, **env: str) -> None:
        own = {"NOVAPI_HOME": str(home), "BROWSER": "true %s"}
        super().__init__(home, executable=executable, **screen.env | own | env)


class Stranger(Headless):
    """Run by another user."""

    wanted = 0

    def argv(self, *words: str) -> list[str]:
        port = str(self.wanted)
        return [*STRANGER, *super().argv(*(port if word == str(self.port) else word for word in words))]


def refused(desktop: Desktop, *words: str, before: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit code, and what the terminal has read, of a start that ends in a dialog."""
    argv = [*before, *desktop.argv("desktop", "--port", str(free_port()), *words)]
    with subprocess.Popen(argv, env=desktop.env, stderr=subprocess.PIPE, text=True, cwd="/") as process:
        shown = wait_for(lambda: process.poll() is not None or desktop.screen.windows("^Novapi: trouble$"), 30)
        if process.poll() is None and shown:
            desktop.screen.xdotool("key", "Return")
        elif process.poll() is None:
            process.kill()
        _, said = process.communicate(timeout=30)
    assert isinstance(shown, list), said  # a dialog, and not just an end
    assert "Traceback" not in said
    assert said.count("novapi: ") == 1
    return process.returncode, said
